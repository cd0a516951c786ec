//! A municipality sees its coverage (接種率), who is missing and why, and what gates stopped.
//!
//! Counting goes through everybody's record once. What was counted holds for a hundred times as long
//! as counting took, and never beyond the day: a town that is counted in a blink is counted each
//! time, and a city does not spend more than one part in a hundred of a reader on it. Nobody waits
//! long: while a city is counted again, the counts before are shown with their time. Lists of names
//! are read from the records again, and each is an entry of its own in the log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::access::{self, Basis, Caller, Cohort, Purpose};
use domain::day::{Calendar, fiscal_year, fiscal_year_days};
use domain::immunization::coverage::{
    Coverage, Line, Standing, birth_cohort, lines, months_of_age,
};
use domain::immunization::{DoseName, Schedule};
use domain::instant::Instant;
use domain::person::ResidentId;
use fhir::Kind as Record;
use jiff::civil::Date;
use lawbook::Lawbook;
use store::immunization::StopCount;
use store::{StoreError, Tx};
use tokio::time::timeout;

use super::chart::Chart;
use crate::Hub;
use crate::refusal::{Kind, Refusal};

/// People of one page of a list.
pub const PAGE: usize = 100;
/// Counts hold for so many times as long as counting took.
const HOLDS: i64 = 100;
/// How long somebody waits for them.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// When.
    pub at: Instant,
    /// The counts.
    pub coverage: Coverage,
    /// Residents whose birth date is not known: nothing can be judged of them.
    pub unknown: u32,
    /// Whoever is missing something, by number: names are read when a list is asked for.
    missing: Vec<(ResidentId, Line)>,
}

/// The pictures of municipalities.
#[derive(Default)]
pub(crate) struct Pictures(Mutex<HashMap<String, Arc<Slot>>>);

/// One municipality's.
#[derive(Default)]
struct Slot {
    /// Whoever counts has it, so that nobody counts beside them.
    turn: tokio::sync::Mutex<()>,
    /// The last picture, and until when it holds.
    kept: Mutex<Option<(Instant, Arc<Picture>)>>,
}

impl Pictures {
    fn of(&self, municipality: &str) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(municipality.to_owned()).or_default())
    }
}

impl Slot {
    fn last(&self) -> Option<Arc<Picture>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|(_, picture)| Arc::clone(picture))
    }

    fn fresh(&self, now: Instant) -> Option<Arc<Picture>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, picture) = kept.as_ref()?;
        let today = picture.at.day_in_japan() == now.day_in_japan();
        (today && now < *until).then(|| Arc::clone(picture))
    }

    fn keep(&self, until: Instant, picture: &Arc<Picture>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((until, Arc::clone(picture)));
    }
}

/// Everything on the page of coverage.
#[derive(Debug, Clone)]
pub struct View {
    /// The counts.
    pub picture: Arc<Picture>,
    /// What gates stopped since the first day of this fiscal year.
    pub stops: Vec<StopCount>,
    /// That day.
    pub since: Date,
}

/// Somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The name, as registered.
    pub name: String,
    /// Reading of the name.
    pub kana: String,
    /// Birth.
    pub birth: Date,
    /// The next dose.
    pub dose: Option<DoseName>,
    /// Why it is missing.
    pub standing: Standing,
    /// The last day as a routine vaccination.
    pub until: Option<Date>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPage {
    /// The series: code and name.
    pub series: (String, String),
    /// Who.
    pub people: Vec<Missing>,
    /// From which place.
    pub from: usize,
    /// How many there are in all.
    pub total: usize,
}

fn cohort(hub: &Hub, caller: &Caller) -> Result<Cohort, Refusal> {
    let request = hub.request(caller, Purpose::ImmunizationCare, Basis::MunicipalTask);
    access::immunization_residents(request).map_err(Refusal::denied)
}

/// The name of a series and of those that stand for it, as the two of rotavirus.
#[must_use]
pub fn series_name(schedule: &Schedule, id: u8) -> String {
    let of = (0_u8..).zip(&schedule.series).filter(|(other, _)| schedule.lead(*other) == id);
    of.map(|(_, series)| series.ja.as_str()).collect::<Vec<_>>().join("・")
}

/// The counts of the caller's municipality.
///
/// # Errors
/// [`crate::Kind::NotFound`] for callers of no municipality; `counting` until the first counts of a
/// large one are there.
pub async fn show_coverage(hub: &Hub, caller: &Caller) -> Result<View, Refusal> {
    let picture = picture(hub, caller).await?;
    let today = hub.now().day_in_japan();
    let since = year_begins(today, &hub.book.calendar);
    let municipality = caller.organisation.clone();
    let stops = hub.store.read(move |tx| tx.stops(&municipality, since)).await;
    let stops = stops.map_err(|error: StoreError| Refusal::from(error))?;
    Ok(View { picture, stops, since })
}

fn year_begins(today: Date, calendar: &Calendar) -> Date {
    let days = fiscal_year_days(fiscal_year(today, calendar), calendar);
    days.map_or(today, |days| days.first)
}

/// Fresh counts, or those before if counting takes longer than somebody waits.
async fn picture(hub: &Hub, caller: &Caller) -> Result<Arc<Picture>, Refusal> {
    let cohort = cohort(hub, caller)?;
    let slot = hub.pictures.of(&caller.organisation);
    if let Some(picture) = slot.fresh(hub.now()) {
        return Ok(picture);
    }
    let (store, book, clock) = (hub.store.clone(), Arc::clone(&hub.book), Arc::clone(&hub.clock));
    let last = slot.last();
    let counting = tokio::spawn(async move {
        let _turn = slot.turn.lock().await;
        let begun = clock();
        if let Some(picture) = slot.fresh(begun) {
            return Ok(picture);
        }
        let counted = store.read(move |tx| count(tx, &cohort, &book)).await;
        let picture = Arc::new(counted.map_err(|error: StoreError| Refusal::from(error))?);
        let ended = clock();
        slot.keep(Instant(ended.0 + (ended.0 - begun.0) * HOLDS), &picture);
        Ok(picture)
    });
    match (timeout(PATIENCE, counting).await, last) {
        (Ok(Ok(counted)), _) => counted,
        (_, Some(last)) => Ok(last),
        (_, None) => Err(still_counting()),
    }
}

fn still_counting() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "counting",
        "住民の接種の状況を数えています。少し待って、もう一度開いてください。",
        "Residents are being counted; ask again in a moment.",
    )
}

fn count(tx: &mut Tx<'_>, cohort: &Cohort, book: &Lawbook) -> Result<Picture, StoreError> {
    let (at, schedule) = (cohort.request().at, &book.immunization);
    let today = at.day_in_japan();
    let mut coverage = Coverage::new(schedule.series.len());
    let (mut unknown, mut missing) = (0, Vec::new());
    tx.survey(cohort, &KINDS, |who, rows| {
        let Some(chart) = Chart::of_rows(rows, schedule, today)? else {
            unknown += 1;
            return Ok(());
        };
        let person = chart.person(&chart.facts);
        let lines = lines(schedule, &book.reminders, &person, &chart.put_off, today);
        let birth = birth_cohort(chart.birth, &book.calendar);
        coverage.add(birth, months_of_age(chart.birth, today), &lines);
        let open = lines.into_iter().filter(|line| line.standing != Standing::Complete);
        missing.extend(open.map(|line| (who.resident(), line)));
        Ok(())
    })?;
    Ok(Picture { at, coverage, unknown, missing })
}

const KINDS: [Record; 3] = [Record::Patient, Record::ImmunizationTarget, Record::Dose];

/// Who is missing a dose of a series, and why; a page from a place on. The names of those on the
/// page are read, and the reading is one entry on their pages.
///
/// # Errors
/// [`crate::Kind::NotFound`] for callers of no municipality, and for a series that is not there.
pub async fn list_missing(
    hub: &Hub,
    caller: &Caller,
    series: &str,
    standing: Option<Standing>,
    from: usize,
) -> Result<MissingPage, Refusal> {
    let cohort = cohort(hub, caller)?;
    let schedule = &hub.book.immunization;
    let id = schedule.series(series).ok_or_else(Refusal::not_found)?;
    let id = schedule.lead(id);
    let picture = picture(hub, caller).await?;
    let wanted = |line: &Line| {
        line.series == id && standing.is_none_or(|standing| line.standing == standing)
    };
    let all: Vec<(ResidentId, Line)> =
        picture.missing.iter().filter(|(_, line)| wanted(line)).copied().collect();
    let total = all.len();
    let page: Vec<_> = all.into_iter().skip(from).take(PAGE).collect();
    let book = Arc::clone(&hub.book);
    let people = hub.store.read(move |tx| named(tx, &cohort, &book, &page)).await;
    let people = people.map_err(|error: StoreError| Refusal::from(error))?;
    let code = schedule.series[usize::from(id)].code.clone();
    Ok(MissingPage { series: (code, series_name(schedule, id)), people, from, total })
}

fn named(
    tx: &mut Tx<'_>,
    cohort: &Cohort,
    book: &Lawbook,
    page: &[(ResidentId, Line)],
) -> Result<Vec<Missing>, StoreError> {
    let who: Vec<ResidentId> = page.iter().map(|(who, _)| *who).collect();
    let mut people = Vec::with_capacity(page.len());
    let today = cohort.request().at.day_in_japan();
    tx.survey_of(cohort, &who, &[Record::Patient], |who, rows| {
        let chart = Chart::of_rows(rows, &book.immunization, today)?;
        let line = page.iter().find(|(of, _)| *of == who.resident()).map(|(_, line)| line);
        if let (Some(chart), Some(line)) = (chart, line) {
            people.push(Missing {
                name: chart.five.name.clone(),
                kana: chart.five.kana.clone(),
                birth: chart.birth,
                dose: line.dose,
                standing: line.standing,
                until: line.until,
            });
        }
        Ok(())
    })?;
    Ok(people)
}
