//! What a resident sees of immunisation: what is due, and what was given. Computed from birth date
//! and history on reading (design, wall 4).

use domain::immunization::{Dose, DoseName, Facts, Item, Person, Reader, Schedule, Status, flag};
use domain::person::{Birth, FiveAttributes};
use fhir::Kind as Record;
use fhir::profiles::immunization::{self as dose, DoseFace, DoseStatus};
use fhir::profiles::immunization_target::{self, ImmunizationTarget};
use jiff::civil::Date;
use store::{Room, StoreError};

use crate::eligibility::unreadable;

/// Immunisation of one person, today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// What comes next, in the order of the schedule.
    pub next: Vec<Next>,
    /// What was given, newest first.
    pub given: Vec<Given>,
}

/// What comes next in one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
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
    /// ロット番号
    pub lot: Option<String>,
    /// Whether it counts.
    pub counts: bool,
    /// What is worth knowing, in a sentence each.
    pub remarks: Vec<String>,
}

/// Reads and computes it; none for somebody whom no municipality follows and who has no dose.
pub(crate) fn of(
    room: &mut Room<'_, '_>,
    schedule: &Schedule,
    five: &FiveAttributes,
    today: Date,
) -> Result<Option<Care>, StoreError> {
    let Birth::Day(birth) = five.birth else { return Ok(None) };
    let targets = room.read(Record::ImmunizationTarget)?;
    let targets: Vec<ImmunizationTarget> = targets
        .iter()
        .map(|row| immunization_target::read(&row.body).map_err(unreadable))
        .collect::<Result<_, _>>()?;
    let doses = room.read(Record::Dose)?;
    let mut doses: Vec<DoseFace> = doses
        .iter()
        .map(|row| dose::read(&row.body).map_err(unreadable))
        .collect::<Result<_, _>>()?;
    doses.retain(|dose| dose.status == DoseStatus::Completed);
    doses.sort_by_key(|dose| dose.on);
    if targets.is_empty() && doses.is_empty() {
        return Ok(None);
    }
    let facts = facts(targets.iter().find(|target| target.left_on.is_none()));
    Ok(Some(computed(schedule, (birth, five), &facts, &doses, today)))
}

fn facts(target: Option<&ImmunizationTarget>) -> Facts {
    let mut facts = Facts { due: target.and_then(|target| target.due), ..Facts::default() };
    let has = |name: &str| target.is_some_and(|target| target.flags.iter().any(|it| it == name));
    facts.set_flag(flag::DISABILITY, has("disability-60-64"));
    facts.set_flag(flag::HIV, has("hiv-60-64"));
    facts.set_flag(flag::RUBELLA_LOW, has("rubella-antibody-low"));
    facts
}

fn computed(
    schedule: &Schedule,
    (birth, five): (Date, &FiveAttributes),
    facts: &Facts,
    doses: &[DoseFace],
    today: Date,
) -> Care {
    // A vaccine that the schedule no longer names stays on record and is judged no more.
    let known: Vec<(&DoseFace, Dose)> = doses
        .iter()
        .filter_map(|face| {
            let product = schedule.product(&face.product)?;
            let hundredths = face.hundredths.map(u32::from);
            Some((face, Dose { product, date: face.on, hundredths }))
        })
        .collect();
    let history: Vec<Dose> = known.iter().map(|(_, dose)| *dose).collect();
    let person = Person { birth, sex: five.sex, history: &history, facts };
    let judged = schedule.audit(&person);
    let given = known.iter().zip(&judged).rev().map(|((face, dose), judged)| Given {
        on: face.on,
        product: schedule.products[usize::from(dose.product)].ja.clone(),
        lot: face.lot.clone(),
        counts: judged.counts,
        remarks: judged
            .notices
            .iter()
            .map(|notice| notice.sentence(schedule, Reader::Parent))
            .collect(),
    });
    let given = given.collect();
    let next = schedule.plan(&person, today).iter().map(|item| next(schedule, item)).collect();
    Care { next, given }
}

fn next(schedule: &Schedule, item: &Item<'_>) -> Next {
    Next {
        series: schedule.series[usize::from(item.series)].ja.clone(),
        dose: item.dose,
        status: item.status,
        earliest: item.earliest,
        standard: item.standard,
        until: item.routine.map(|days| days.1),
    }
}
