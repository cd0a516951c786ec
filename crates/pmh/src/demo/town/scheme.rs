//! The scheme master (制度マスタ) of each municipality that takes part in subsidy.

use domain::number::Kind;

use super::numbers::complete;

/// A code of a master and what it means.
pub type Code = (&'static str, &'static str);

/// A condition of the master beyond income (制度マスタ(所得区分以外)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionItem {
    /// Item code and name.
    pub item: Code,
    /// Condition codes and names; `additionalConditions` says `item-condition`.
    pub conditions: &'static [Code],
}

/// One certificate type of one municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// 全国地方公共団体コード.
    pub municipality: &'static str,
    /// 機関別受給者証種別ID, half-width letters and digits.
    pub type_id: String,
    /// 受給者証名.
    pub name: &'static str,
    /// What it is, independent of the municipality.
    pub kind: SchemeKind,
    /// 公費負担者番号 in use, valid; a scheme may have two.
    pub payer_numbers: Vec<String>,
    /// 所得区分, codes and names; empty if the scheme has none.
    pub income_segments: &'static [Code],
    /// 追加条件.
    pub conditions: &'static [ConditionItem],
}

/// What a scheme subsidises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemeKind {
    /// 自立支援医療(更生医療), 法別 15
    Rehabilitation,
    /// 自立支援医療(育成医療), 法別 16
    ChildRehabilitation,
    /// 自立支援医療(精神通院医療), 法別 21
    Psychiatric,
    /// 小児慢性特定疾病, 法別 52
    ChildChronic,
    /// 指定難病, 法別 54
    Intractable,
    /// 障がい, local
    Disability,
    /// ひとり親, local
    SingleParent,
    /// 寡婦等, local
    Widow,
    /// 後期高齢者福祉, local
    LateElderly,
    /// 精神障害(精神通院), local
    LocalPsychiatric,
}

use SchemeKind::{
    ChildChronic, ChildRehabilitation, Disability, Intractable, LateElderly, LocalPsychiatric,
    Psychiatric, Rehabilitation, SingleParent, Widow,
};

/// Per municipality. Where the pilot's table leaves the national schemes unnamed, the choice is
/// the demo's own: a designated city runs all five.
const SCHEMES: [(&str, &[SchemeKind]); 4] = [
    ("052108", &[Rehabilitation, ChildRehabilitation, Disability, SingleParent]),
    ("232033", &[ChildChronic, Disability, SingleParent, LateElderly, LocalPsychiatric]),
    (
        "431001",
        &[Rehabilitation, ChildRehabilitation, Psychiatric, ChildChronic, Intractable, Disability],
    ),
    ("452025", &[Rehabilitation, ChildRehabilitation, Disability, SingleParent, Widow]),
];

/// 自立支援医療: household income, pmh-api has no list; codes are ours.
const INCOME: &[Code] = &[
    ("01", "生活保護"),
    ("02", "低所得1"),
    ("03", "低所得2"),
    ("04", "中間所得1"),
    ("05", "中間所得2"),
    ("06", "一定所得以上"),
];

const NATIONAL_CONDITIONS: &[ConditionItem] = &[
    ConditionItem {
        item: ("10", "重度かつ継続"), conditions: &[("1", "該当"), ("2", "非該当")]
    },
    ConditionItem {
        item: ("20", "食事療養費"), conditions: &[("1", "対象"), ("2", "対象外")]
    },
];

const LOCAL_CONDITIONS: &[ConditionItem] = &[
    ConditionItem {
        item: ("30", "給付範囲"),
        conditions: &[("1", "入院・外来"), ("2", "入院のみ"), ("3", "外来のみ")],
    },
    ConditionItem { item: ("40", "助成地域"), conditions: &[("1", "県内"), ("2", "市内")] },
];

impl SchemeKind {
    /// Short latin name (part of the type id), certificate name, 法別番号 of each payer number.
    const fn facts(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Rehabilitation => ("KOSEI", "自立支援医療受給者証(更生医療)", &["15"]),
            ChildRehabilitation => ("IKUSEI", "自立支援医療受給者証(育成医療)", &["16"]),
            Psychiatric => ("SEISHIN", "自立支援医療受給者証(精神通院)", &["21"]),
            ChildChronic => ("SHOMAN", "小児慢性特定疾病医療受給者証", &["52"]),
            Intractable => ("NANBYO", "特定医療費(指定難病)受給者証", &["54"]),
            Disability => ("SHOGAI", "重度障がい者医療費受給資格者証", &["80"]),
            SingleParent => ("HITORIOYA", "ひとり親家庭医療費受給資格者証", &["92", "93"]),
            Widow => ("KAFU", "寡婦等医療費受給資格者証", &["94"]),
            LateElderly => ("KOKI", "後期高齢者福祉医療費受給者証", &["82"]),
            LocalPsychiatric => ("CHIHOSEISHIN", "精神障害者医療費受給者証", &["83"]),
        }
    }

    /// Whether a national law pays (国公費).
    #[must_use]
    pub const fn national(self) -> bool {
        matches!(
            self,
            Rehabilitation | ChildRehabilitation | Psychiatric | ChildChronic | Intractable
        )
    }
}

/// The masters of all municipalities.
pub(super) fn schemes() -> Vec<Scheme> {
    SCHEMES
        .iter()
        .flat_map(|&(town, kinds)| kinds.iter().map(move |&kind| scheme(town, kind)))
        .collect()
}

fn scheme(town: &'static str, kind: SchemeKind) -> Scheme {
    let (latin, name, laws) = kind.facts();
    let payer = |law: &&str| complete(Kind::PublicPayer, format!("{law}{}", &town[..5]));
    Scheme {
        municipality: town,
        type_id: format!("{town}{latin}"),
        name,
        kind,
        payer_numbers: laws.iter().map(payer).collect(),
        income_segments: if kind.national() { INCOME } else { &[] },
        conditions: if kind.national() { NATIONAL_CONDITIONS } else { LOCAL_CONDITIONS },
    }
}
