//! What a record says of one person's immunisation, read once and in the terms of the schedule.

use domain::immunization::coverage::PutOff;
use domain::immunization::{Dose, Facts, Person, Schedule, flag};
use domain::person::{Birth, FiveAttributes};
use fhir::Kind as Record;
use fhir::profiles::immunization::{self as dose, DoseFace, DoseStatus, Origin};
use fhir::profiles::immunization_target::{self, ImmunizationTarget};
use fhir::profiles::patient;
use jiff::civil::Date;
use store::record::Stored;
use store::{Room, StoreError};

use super::once::once;
use crate::eligibility::unreadable;

/// One person's immunisation, as recorded.
pub(crate) struct Chart {
    /// How the newest registration describes them.
    pub five: FiveAttributes,
    /// The birth date; without a whole one nothing can be judged.
    pub birth: Date,
    /// The reference of the description, `Patient/…`.
    pub patient: String,
    /// What municipalities say, those that they left too.
    pub targets: Vec<ImmunizationTarget>,
    /// Doses that were given, each once, in the order of days.
    pub doses: Vec<Kept>,
    /// The same doses for the schedule; those of vaccines that it does not name are not here.
    pub history: Vec<Dose>,
    /// Which of `doses` each of `history` is.
    pub places: Vec<usize>,
    /// What opens windows, as the municipality where they live says.
    pub facts: Facts,
    /// Doses that were put off (予診のみ, 見合わせ), of vaccines that the schedule names.
    pub put_off: Vec<PutOff>,
}

/// A dose with what the record knows of its row.
pub(crate) struct Kept {
    /// Logical id.
    pub item: String,
    /// Who keeps it; of a dose that was told, who told it.
    pub custodian: String,
    /// The dose.
    pub face: DoseFace,
    /// The rows in which others tell of the same dose.
    pub also: Vec<Self>,
}

impl Chart {
    /// Reads it; none for somebody without a description or a whole birth date.
    pub(crate) fn read(
        room: &mut Room<'_, '_>,
        schedule: &Schedule,
    ) -> Result<Option<Self>, StoreError> {
        let described = room.read(Record::Patient)?;
        let targets = room.read(Record::ImmunizationTarget)?;
        let doses = room.read(Record::Dose)?;
        let today = room.access().request().at.day_in_japan();
        Self::of((&described, &targets, &doses), schedule, today)
    }

    /// The same from rows of any kind that a survey visits, as of `today`.
    pub(crate) fn of_rows(
        rows: &[Stored],
        schedule: &Schedule,
        today: Date,
    ) -> Result<Option<Self>, StoreError> {
        let of = |kind| rows.iter().filter(|row| row.kind == kind).cloned().collect::<Vec<_>>();
        let [described, targets, doses] =
            [Record::Patient, Record::ImmunizationTarget, Record::Dose].map(of);
        Self::of((&described, &targets, &doses), schedule, today)
    }

    fn of(
        (described, targets, doses): (&[Stored], &[Stored], &[Stored]),
        schedule: &Schedule,
        today: Date,
    ) -> Result<Option<Self>, StoreError> {
        let Some(newest) = described.iter().max_by_key(|row| row.recorded_at) else {
            return Ok(None);
        };
        let five = patient::read(&newest.body).map_err(unreadable)?.attributes;
        let Birth::Day(birth) = five.birth else { return Ok(None) };
        let targets = targets.iter().map(|row| immunization_target::read(&row.body));
        let targets: Vec<_> = targets.collect::<Result<_, _>>().map_err(unreadable)?;
        let mut doses: Vec<Kept> = doses.iter().map(Kept::of).collect::<Result<_, _>>()?;
        let put_off = put_off(&doses, schedule);
        doses.retain(|kept| kept.face.status == DoseStatus::Completed);
        let doses = once(doses);
        let (places, history) = history(&doses, schedule);
        let facts = facts(home(&targets, today));
        let patient = format!("Patient/{}", newest.item);
        Ok(Some(Self { five, birth, patient, targets, doses, history, places, facts, put_off }))
    }

    /// Leaves out the dose of a vaccine and day that others told of, if it may be of `institution`: what
    /// is about to be recorded is that dose itself.
    pub(crate) fn leave_out_told(
        &mut self,
        schedule: &Schedule,
        (product, on): (&str, Date),
        institution: &str,
    ) {
        self.doses.retain(|kept| {
            let face = &kept.face;
            let theirs = face.institution.as_deref().is_none_or(|code| code == institution);
            let told = face.origin != Origin::Gate && theirs;
            !(told && face.product == product && face.on == on)
        });
        (self.places, self.history) = history(&self.doses, schedule);
    }

    /// Leaves out what was given after a day: a dose is judged by what stood before it.
    pub(crate) fn leave_out_after(&mut self, schedule: &Schedule, day: Date) {
        self.doses.retain(|kept| kept.face.on <= day);
        (self.places, self.history) = history(&self.doses, schedule);
    }

    /// The person for the schedule, with `facts` instead of those of the record.
    pub(crate) fn person<'c>(&'c self, facts: &'c Facts) -> Person<'c> {
        Person { birth: self.birth, sex: self.five.sex, history: &self.history, facts }
    }
}

impl Kept {
    fn of(row: &Stored) -> Result<Self, StoreError> {
        let (item, custodian) = (row.item.clone(), row.custodian.clone());
        let face = dose::read(&row.body).map_err(unreadable)?;
        Ok(Self { item, custodian, face, also: Vec::new() })
    }
}

/// A vaccine that the schedule no longer names stays on record and is judged no more.
fn history(doses: &[Kept], schedule: &Schedule) -> (Vec<usize>, Vec<Dose>) {
    let known = doses.iter().enumerate().filter_map(|(place, kept)| {
        let product = schedule.product(&kept.face.product)?;
        let hundredths = kept.face.hundredths.map(u32::from);
        Some((place, Dose { product, date: kept.face.on, hundredths }))
    });
    known.unzip()
}

fn put_off(doses: &[Kept], schedule: &Schedule) -> Vec<PutOff> {
    let off = doses.iter().filter(|kept| kept.face.status == DoseStatus::NotDone);
    off.filter_map(|kept| Some((schedule.product(&kept.face.product)?, kept.face.on))).collect()
}

/// Of the municipalities that list somebody on a day, the one they moved to last.
fn home(targets: &[ImmunizationTarget], day: Date) -> Option<&ImmunizationTarget> {
    let here = |target: &&ImmunizationTarget| {
        target.since <= day && target.left_on.is_none_or(|left_on| day < left_on)
    };
    targets.iter().filter(here).max_by_key(|target| target.since)
}

fn facts(target: Option<&ImmunizationTarget>) -> Facts {
    let mut facts = Facts { due: target.and_then(|target| target.due), ..Facts::default() };
    let has = |name: &str| target.is_some_and(|target| target.flags.iter().any(|it| it == name));
    facts.set_flag(flag::DISABILITY, has("disability-60-64"));
    facts.set_flag(flag::HIV, has("hiv-60-64"));
    facts.set_flag(flag::RUBELLA_LOW, has("rubella-antibody-low"));
    facts
}
