//! Which forms may be filled in now, and what is known beforehand.

use domain::access::Part;
use domain::form::{Consenter, Form, Forms, Known, LastDose, State};
use domain::immunization::{DoseName, Item, Schedule, Status};
use domain::person::FiveAttributes;
use jiff::ToSpan as _;
use jiff::civil::Date;
use lawbook::Lawbook;
use store::{Room, StoreError};

use super::kept::{KeptForm, Place};
use super::{Entry, SeriesName};
use crate::immunization::care::product_name;
use crate::immunization::chart::Chart;

/// A form may be filled in so many days before the dose may be given. Ours.
const AHEAD_DAYS: i32 = 60;

/// A form for a dose that is due.
pub(super) struct Offer<'b> {
    pub form: &'b Form,
    pub item: Item<'b>,
    pub series: SeriesName,
    /// Which dose of the series' vaccines it will be, from 1, whether or not they count.
    pub place: usize,
}

/// The sheet of an offer.
pub(super) struct Standing<'k> {
    /// The sheet as kept; none if one is to be begun.
    pub kept: Option<&'k KeptForm>,
    /// Which sheet for this dose.
    pub round: usize,
}

impl Offer<'_> {
    /// Whether `by` may consent to it.
    pub(super) fn may_sign(&self, by: Consenter, birth: Date, today: Date) -> bool {
        self.form.may_consent(by, birth, today)
    }

    /// Its newest sheet, unless that is over.
    pub(super) fn standing<'k>(
        &self,
        kept: &'k [KeptForm],
        forms: &Forms,
        today: Date,
    ) -> Standing<'k> {
        let here = |kept: &'k KeptForm| {
            let place = Place::of(&kept.key)?;
            let same = place.form == self.form.id && place.series == self.series.code;
            (same && place.dose == self.place).then_some((place.round, kept))
        };
        let mine = kept.iter().filter_map(here);
        match mine.max_by_key(|(round, _)| *round) {
            Some((round, kept)) if is_over(kept, forms, today) => {
                Standing { kept: None, round: round + 1 }
            }
            Some((round, kept)) => Standing { kept: Some(kept), round },
            None => Standing { kept: None, round: 1 },
        }
    }

    fn entry(&self, kept: &[KeptForm], forms: &Forms, today: Date) -> Entry {
        let standing = self.standing(kept, forms, today);
        Entry {
            form: self.form.id.clone(),
            title: self.form.title.clone(),
            first: self.form.steps.first().map(|step| step.id.clone()).unwrap_or_default(),
            series: self.series.clone(),
            dose: self.item.dose,
            status: self.item.status,
            until: self.item.routine.map(|days| days.1),
            state: standing.kept.map(|kept| kept.sheet.state()),
        }
    }
}

/// Withdrawn; or received on an earlier day, and the dose was not given; or of a form that is gone.
fn is_over(kept: &KeptForm, forms: &Forms, today: Date) -> bool {
    let sheet = &kept.sheet;
    let before = sheet.received.as_ref().is_some_and(|it| it.at.day_in_japan() < today);
    let known = forms.find(&sheet.form, sheet.version).is_some();
    before || sheet.state() == State::Withdrawn || !known
}

/// Every form that fits a dose that is due, or soon will be.
pub(super) fn offers<'b>(book: &'b Lawbook, chart: &Chart, today: Date) -> Vec<Offer<'b>> {
    let schedule = &book.immunization;
    let plan = schedule.plan(&chart.person(&chart.facts), today);
    let due = plan.into_iter().filter(|item| is_due(item, today));
    due.flat_map(|item| {
        let series = &schedule.series[usize::from(item.series)];
        let place = 1 + given(schedule, chart, &item);
        let name =
            SeriesName { code: series.code.clone(), ja: series.ja.clone(), en: series.en.clone() };
        let fitting = book.forms.fitting(&series.code, chart.birth, today);
        fitting.into_iter().map(move |form| {
            let (item, series) = (item.clone(), name.clone());
            Offer { form, item, series, place }
        })
    })
    .collect()
}

fn is_due(item: &Item<'_>, today: Date) -> bool {
    let soon = today.saturating_add(AHEAD_DAYS.days());
    match item.status {
        Status::Now | Status::Late => true,
        Status::Before => item.earliest.is_some_and(|earliest| earliest <= soon),
        Status::Ended | Status::Complete | Status::Excluded => false,
    }
}

/// Doses on record of the vaccines of a series.
fn given(schedule: &Schedule, chart: &Chart, item: &Item<'_>) -> usize {
    let uses = &schedule.series[usize::from(item.series)].uses;
    let of = |product| uses.iter().any(|used| used.product == product);
    chart.history.iter().filter(|dose| of(dose.product)).count()
}

/// Whether a municipality follows this person today.
pub(super) fn follower(chart: &Chart, today: Date) -> Option<&str> {
    let lives =
        |since: Date, left: Option<Date>| since <= today && left.is_none_or(|it| today < it);
    let here = chart.targets.iter().find(|target| lives(target.since, target.left_on));
    here.map(|target| target.municipality.as_str())
}

/// The forms below which `by` may consent, each with where its sheet stands.
pub(crate) fn entries(
    book: &Lawbook,
    chart: &Chart,
    kept: &[KeptForm],
    (by, today): (Consenter, Date),
) -> Vec<Entry> {
    if follower(chart, today).is_none() {
        return Vec::new();
    }
    let offers = offers(book, chart, today).into_iter();
    offers
        .filter(|offer| offer.may_sign(by, chart.birth, today))
        .map(|offer| offer.entry(kept, &book.forms, today))
        .collect()
}

/// What the record knows for a form. A guardian does not see the address.
pub(super) fn known(
    room: &Room<'_, '_>,
    schedule: &Schedule,
    chart: &Chart,
    (item, guardian): (&Item<'_>, Option<&str>),
) -> Result<Known, StoreError> {
    let FiveAttributes { name, kana, address, sex, .. } = chart.five.clone();
    let address = if room.access().opens(Part::Address) { address } else { String::new() };
    let last = chart.doses.last().map(|kept| &kept.face);
    Ok(Known {
        name,
        kana,
        birth: Some(chart.birth),
        sex: Some(sex),
        address,
        guardian: guardian.unwrap_or_default().to_owned(),
        birth_weight: None,
        dose_number: number(schedule, chart, item),
        last_dose: last
            .map(|dose| LastDose { name: product_name(schedule, &dose.product), on: dose.on }),
    })
}

/// Which dose of the vaccine it is, where series and vaccine are one. In a second term the family
/// says: they may count from the first.
fn number(schedule: &Schedule, chart: &Chart, item: &Item<'_>) -> Option<u8> {
    if !schedule.series[usize::from(item.series)].expects.is_empty() {
        return None;
    }
    match item.dose? {
        DoseName::Primary(number) => Some(number),
        DoseName::Booster => {
            let judged = schedule.audit(&chart.person(&chart.facts));
            let mine = judged.iter().filter(|it| it.series == Some(item.series) && it.counts);
            u8::try_from(mine.count() + 1).ok()
        }
    }
}
