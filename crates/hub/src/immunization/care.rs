//! What a resident sees of immunisation: what is due, and what was given. Computed from birth date
//! and history on reading (design, wall 4).

use domain::access::Purpose;
use domain::form::Consenter;
use domain::immunization::{DoseName, Item, Notice, Reader, Schedule, Status};
use jiff::civil::Date;
use lawbook::Lawbook;
use store::{Room, StoreError};

use super::chart::Chart;
use super::desk::place_of;
use super::form::{self, Entry, KeptForm};
use super::inbox::{self, Letter};

/// Immunisation of one person, today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// The birth date.
    pub birth: Date,
    /// What comes next, in the order of the schedule.
    pub next: Vec<Next>,
    /// What was given, newest first.
    pub given: Vec<Given>,
    /// Pre-visit forms that whoever looks may fill in now.
    pub forms: Vec<Entry>,
}

/// What comes next in one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The code of the series.
    pub code: String,
    /// The series, for people.
    pub series: String,
    /// Which dose; none when it is complete or nothing is to come.
    pub dose: Option<DoseName>,
    /// Where the person stands.
    pub status: Status,
    /// The first day on which it is routine.
    pub earliest: Option<Date>,
    /// The usual days.
    pub standard: Option<(Date, Date)>,
    /// The last day as a routine vaccination.
    pub until: Option<Date>,
}

/// A dose that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The day.
    pub on: Date,
    /// The vaccine, for people.
    pub product: String,
    /// The series and the number in it, for people; empty if it does not count.
    pub place: String,
    /// ロット番号
    pub lot: Option<String>,
    /// Hundredths of a millilitre.
    pub hundredths: Option<u16>,
    /// Who gave it.
    pub institution: String,
    /// The municipality whose programme it was; its code, then its name. Empty if it is not known.
    pub municipality: String,
    /// Whether it counts.
    pub counts: bool,
    /// What is worth knowing, in a sentence each.
    pub remarks: Vec<String>,
}

/// Reads and computes it, with the letters about it; none for somebody whom no municipality follows
/// and who has no dose.
pub(crate) fn of(
    room: &mut Room<'_, '_>,
    book: &Lawbook,
    today: Date,
) -> Result<(Option<Care>, Vec<Letter>), StoreError> {
    let schedule = &book.immunization;
    let chart = Chart::read(room, schedule)?;
    let letters = inbox::of(room, schedule, chart.as_ref(), today)?;
    let chart = chart.filter(|chart| !chart.targets.is_empty() || !chart.doses.is_empty());
    let Some(chart) = chart else { return Ok((None, letters)) };
    let by = match room.access().request().purpose {
        Purpose::ChildRecord => Consenter::Guardian,
        _ => Consenter::Person,
    };
    let kept: Vec<KeptForm> = form::forms_of(room, &book.forms)?;
    let forms = form::entries(book, &chart, &kept, (by, today));
    Ok((Some(Care { forms, ..computed(schedule, &chart, today) }), letters))
}

fn computed(schedule: &Schedule, chart: &Chart, today: Date) -> Care {
    let person = chart.person(&chart.facts);
    let judged = schedule.audit(&person);
    let given = chart.places.iter().zip(&judged).rev().map(|(place, judged)| {
        let face = &chart.doses[*place].face;
        let remark = |notice: &Notice<'_>| notice.sentence(schedule, Reader::Parent);
        Given {
            on: face.on,
            product: product_name(schedule, &face.product),
            place: place_of(schedule, judged),
            lot: face.lot.clone(),
            hundredths: face.hundredths,
            institution: face.institution_name.clone().unwrap_or_default(),
            municipality: face.municipality.clone().unwrap_or_default(),
            counts: judged.counts,
            remarks: judged.notices.iter().map(remark).collect(),
        }
    });
    let given = given.collect();
    let next = schedule.plan(&person, today).iter().map(|item| next(schedule, item)).collect();
    Care { birth: chart.birth, next, given, forms: Vec::new() }
}

/// The vaccine for people; its code if the schedule does not name it.
pub(crate) fn product_name(schedule: &Schedule, code: &str) -> String {
    let known = schedule.product(code).map(|id| &schedule.products[usize::from(id)].ja);
    known.cloned().unwrap_or_else(|| code.to_owned())
}

fn next(schedule: &Schedule, item: &Item<'_>) -> Next {
    Next {
        code: schedule.series[usize::from(item.series)].code.clone(),
        series: schedule.series[usize::from(item.series)].ja.clone(),
        dose: item.dose,
        status: item.status,
        earliest: item.earliest,
        standard: item.standard,
        until: item.routine.map(|days| days.1),
    }
}
