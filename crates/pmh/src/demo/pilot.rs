//! The 16 municipalities of the pilot of fiscal 2023 (令和5年度先行実施), as published.
//!
//! The published table lost its column positions in the text that is left of it, so some rows are
//! doubtful; the doubt is kept in [`Pilot::certain`] and [`Readiness::Configured`]. The published
//! totals (5, 9 and 9 municipalities) cannot be derived from these rows: do not test them.

/// What a municipality or an institution may take part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// 医療費助成
    Subsidy,
    /// 予防接種
    Immunization,
    /// 母子保健
    MaternalChild,
}

impl Task {
    /// The Japanese name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subsidy => "医療費助成",
            Self::Immunization => "予防接種",
            Self::MaternalChild => "母子保健",
        }
    }
}

/// How far a municipality is with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Readiness {
    /// The row says so.
    Started,
    /// The row's one circle may stand in this column or in the next: set up, not started.
    Configured,
}

/// How sure the row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Every mark of the row could be placed.
    Yes,
    /// Some marks could be placed.
    Partly,
    /// The only mark could not be placed.
    No,
}

/// Stands in [`Pilot::national`] where the table says that national schemes take part, not which.
pub const UNNAMED: &str = "国公費(内訳不明)";

/// One row of the published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pilot {
    /// 全国地方公共団体コード, 6 digits with the check digit.
    pub code: &'static str,
    /// 都道府県
    pub prefecture: &'static str,
    /// 市町村
    pub name: &'static str,
    /// National subsidy schemes (国公費); [`UNNAMED`] where the table does not name them.
    pub national: &'static [&'static str],
    /// Local subsidy schemes (地方単独).
    pub local: &'static [&'static str],
    /// Immunisation, if it takes part.
    pub immunization: Option<Readiness>,
    /// Maternal and child health, if it takes part.
    pub maternal_child: Option<Readiness>,
    /// How sure the row is.
    pub certain: Certainty,
}

impl Pilot {
    /// The tasks of the municipality and how far each is, subsidy first.
    #[must_use]
    pub fn tasks(&self) -> Vec<(Task, Readiness)> {
        let subsidised = !(self.national.is_empty() && self.local.is_empty());
        [
            (Task::Subsidy, subsidised.then_some(Readiness::Started)),
            (Task::Immunization, self.immunization),
            (Task::MaternalChild, self.maternal_child),
        ]
        .into_iter()
        .filter_map(|(task, readiness)| Some((task, readiness?)))
        .collect()
    }
}

/// The tasks in words for people: what is only set up, or doubtful, says so.
#[must_use]
pub fn about(pilot: &Pilot) -> String {
    let tasks: Vec<String> = pilot
        .tasks()
        .iter()
        .map(|(task, far)| match far {
            Readiness::Started => task.name().to_owned(),
            Readiness::Configured => format!("{}(設定のみ・開始は未確認)", task.name()),
        })
        .collect();
    tasks.join("、")
}

/// The 16 municipalities in the order of the table.
pub const PILOTS: [Pilot; 16] = [
    children("022080", "青森県", "むつ市"),
    subsidy("052108", "秋田県", "由利本荘市", &[UNNAMED], &["障がい", "ひとり親"]),
    doubtful("112259", "埼玉県", "入間市"),
    children("132136", "東京都", "東村山市"),
    doubtful("132098", "東京都", "町田市"),
    doubtful("152081", "新潟県", "小千谷市"),
    subsidy(
        "232033",
        "愛知県",
        "一宮市",
        &["小児慢性特定疾病"],
        &["障がい", "ひとり親", "後期高齢者福祉", "精神障害(精神通院)"],
    ),
    doubtful("272167", "大阪府", "河内長野市"),
    doubtful("342041", "広島県", "三原市"),
    children("382060", "愛媛県", "西条市"),
    children("423238", "長崎県", "波佐見町"),
    doubtful("422045", "長崎県", "諫早市"),
    doubtful("422053", "長崎県", "大村市"),
    subsidy("431001", "熊本県", "熊本市", &[UNNAMED], &["障がい"]),
    doubtful("432121", "熊本県", "上天草市"),
    Pilot {
        national: &["更生医療", "育成医療"],
        local: &["障がい", "ひとり親", "寡婦等医療"],
        certain: Certainty::Partly,
        ..children("452025", "宮崎県", "都城市")
    },
];

/// The row of a code.
#[must_use]
pub fn pilot(code: &str) -> Option<&'static Pilot> {
    PILOTS.iter().find(|pilot| pilot.code == code)
}

const fn children(code: &'static str, prefecture: &'static str, name: &'static str) -> Pilot {
    Pilot {
        code,
        prefecture,
        name,
        national: &[],
        local: &[],
        immunization: Some(Readiness::Started),
        maternal_child: Some(Readiness::Started),
        certain: Certainty::Yes,
    }
}

const fn doubtful(code: &'static str, prefecture: &'static str, name: &'static str) -> Pilot {
    Pilot {
        immunization: Some(Readiness::Configured),
        maternal_child: Some(Readiness::Configured),
        certain: Certainty::No,
        ..children(code, prefecture, name)
    }
}

const fn subsidy(
    code: &'static str,
    prefecture: &'static str,
    name: &'static str,
    national: &'static [&'static str],
    local: &'static [&'static str],
) -> Pilot {
    Pilot {
        national,
        local,
        immunization: None,
        maternal_child: None,
        certain: Certainty::Partly,
        ..children(code, prefecture, name)
    }
}

#[cfg(test)]
mod tests {
    use domain::number::{Kind, holds};

    use super::*;

    #[test]
    fn every_code_carries_its_check_digit_and_stands_once() {
        for (at, pilot) in PILOTS.iter().enumerate() {
            assert!(holds(Kind::Municipality, pilot.code), "{}", pilot.name);
            assert!(!PILOTS[..at].iter().any(|other| other.code == pilot.code), "{}", pilot.name);
        }
    }

    #[test]
    fn a_doubtful_circle_is_configured_in_both_columns_and_started_in_none() {
        for (code, want) in [
            ("452025", "医療費助成 Started, 予防接種 Started, 母子保健 Started"),
            ("022080", "予防接種 Started, 母子保健 Started"),
            ("431001", "医療費助成 Started"),
            ("132098", "予防接種 Configured, 母子保健 Configured"),
        ] {
            let tasks = pilot(code).unwrap().tasks();
            let said: Vec<String> =
                tasks.iter().map(|(task, far)| format!("{} {far:?}", task.name())).collect();
            assert_eq!(said.join(", "), want, "{code}");
        }
    }

    #[test]
    fn what_has_not_started_is_not_told_as_taking_part() {
        for (code, want) in [
            ("022080", "予防接種、母子保健"),
            ("132098", "予防接種(設定のみ・開始は未確認)、母子保健(設定のみ・開始は未確認)"),
        ] {
            assert_eq!(about(pilot(code).unwrap()), want);
        }
    }
}
