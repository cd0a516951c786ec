//! A notice as the record keeps it: its key, its text, and what it was about.

use domain::day::{Calendar, EraForm};
use domain::immunization::reminder::{Occasion, Reminder, Rules, Sent};
use domain::immunization::{DoseName, Schedule};
use fhir::profiles::communication::{NoticeFace, NoticeStatus};
use fhir::profiles::immunization::DoseNumber;
use jiff::civil::Date;

/// What a notice that was sent is about; none if the schedule no longer names its series.
pub(super) fn sent(face: &NoticeFace, schedule: &Schedule) -> Option<Sent> {
    (face.status == NoticeStatus::Sent).then_some(())?;
    Some(Sent {
        series: schedule.series(&face.series)?,
        dose: name(face.dose?),
        occasion: Occasion::from_code(&face.reason)?,
        until: face.until,
    })
}

pub(super) const fn name(dose: DoseNumber) -> DoseName {
    match dose {
        DoseNumber::Number(number) => DoseName::Primary(number),
        DoseNumber::Booster => DoseName::Booster,
    }
}

pub(super) const fn number(dose: DoseName) -> DoseNumber {
    match dose {
        DoseName::Primary(number) => DoseNumber::Number(number),
        DoseName::Booster => DoseNumber::Booster,
    }
}

/// A dose as a code: `1`, `2` …, `booster`.
pub(super) fn dose_code(dose: DoseName) -> String {
    match dose {
        DoseName::Primary(number) => number.to_string(),
        DoseName::Booster => "booster".to_owned(),
    }
}

/// From [`dose_code`].
pub(super) fn dose_of(code: &str) -> Option<DoseName> {
    match code {
        "booster" => Some(DoseName::Booster),
        number => number.parse().ok().map(DoseName::Primary),
    }
}

/// A dose for people: 「1回目」「追加」
pub(super) fn dose_ja(dose: DoseName) -> String {
    match dose {
        DoseName::Primary(number) => format!("{number}回目"),
        DoseName::Booster => "追加".to_owned(),
    }
}

/// What a notice says. A類 is recommended, B類 made known.
pub(super) fn text(
    (schedule, rules, calendar): (&Schedule, &Rules, &Calendar),
    of: &Reminder,
) -> String {
    let series = &schedule.series[usize::from(of.series)].ja;
    let dose = dose_ja(of.dose);
    let day = |day: Date| calendar.write(day, EraForm::Kanji).unwrap_or_else(|_| day.to_string());
    let (due, until) = (day(of.due), day(of.until));
    let when = match of.occasion {
        Occasion::DueSoon => format!("{series} {dose}は、{due}から受ける時期です。"),
        Occasion::Overdue => format!("{series} {dose}の標準的な時期を過ぎています。"),
        Occasion::LastChance => {
            format!("{series} {dose}を定期接種として受けられるのは、{until}までです。")
        }
    };
    let how = match rules.recommends(of.series) {
        true => "医療機関に予約して、受けてください。",
        false => {
            "希望するときは、医療機関に相談してください。受けるかどうかは、ご自身で決められます。"
        }
    };
    match of.occasion {
        Occasion::LastChance => format!("{when}{how}"),
        _ => format!("{when}{until}まで、定期接種として受けられます。{how}"),
    }
}
