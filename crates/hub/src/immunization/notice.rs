//! Notices (勧奨): an officer sees who would be told of which dose, and then sends just that.
//!
//! A preview keeps its list under an unguessable name; sending goes through the list part by part,
//! each part in one transaction with its count, so that it goes on where it stopped, and two who
//! send at once share the work. Everybody is judged anew when their turn comes: whoever has got the
//! dose meanwhile, or was told by somebody else, or left, is passed over.
//!
//! Under 不開示 the notice lies in the person's own record, which their own page does not show while
//! that holds; the preview says so, so that the municipality writes to them in its own way. No
//! address is part of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{self, Basis, Caller, Cohort, Purpose, Request};
use domain::immunization::DoseName;
use domain::immunization::reminder::{Occasion, Reminder};
use domain::instant::Instant;
use domain::person::ResidentId;
use fhir::Kind as Record;
use fhir::profiles::communication::{self, NoticeFace, NoticeStatus};
use jiff::civil::Date;
use lawbook::Lawbook;
use store::notice::NoticeList;
use store::record::New;
use store::{Candidate, Room, StoreError, Tx};

use super::chart::Chart;
use super::{inbox, letter};
use crate::eligibility::unreadable;
use crate::refusal::{Kind, Refusal};
use crate::{Hub, pseudonym};

/// Notices of one part: other deeds wait behind it, so it is short.
const PART: usize = 200;
/// A list is good for so long, in seconds: what was seen yesterday is not sent today.
const GOOD: i64 = 12 * 60 * 60;

/// Which notices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Codes of series; all if empty.
    pub series: Vec<String>,
    /// Occasions; all if empty.
    pub occasions: Vec<Occasion>,
}

/// Who would be told of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Names the list, for sending it.
    pub token: String,
    /// When it was made.
    pub made: Instant,
    /// How many notices.
    pub total: usize,
    /// To how many people.
    pub people: usize,
    /// By series, dose and occasion.
    pub groups: Vec<Group>,
    /// The first of them, one by one.
    pub rows: Vec<PreviewRow>,
}

/// Notices of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The series: code and name.
    pub series: (String, String),
    /// Which dose of it.
    pub dose: DoseName,
    /// Why.
    pub occasion: Occasion,
    /// Recommended (A類), or only made known (B類).
    pub recommended: bool,
    /// How many.
    pub count: usize,
}

/// One notice that would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// The name, as registered.
    pub name: String,
    /// The birth date.
    pub birth: Date,
    /// The series: code and name.
    pub series: (String, String),
    /// Which dose of it.
    pub dose: DoseName,
    /// Why.
    pub occasion: Occasion,
    /// The last day as a routine vaccination.
    pub until: Date,
    /// 不開示: their own page shows nothing, so it must be said another way.
    pub withheld: bool,
}

/// How far the sending of a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// Notices of the list.
    pub total: i64,
    /// Sent.
    pub sent: i64,
    /// Passed over: the dose was given meanwhile, the person left, or was told already.
    pub skipped: i64,
    /// Whether everybody had their turn.
    pub done: bool,
}

struct Grant {
    request: Request,
    cohort: Cohort,
}

fn granted(hub: &Hub, caller: &Caller) -> Result<Grant, Refusal> {
    let request = hub.request(caller, Purpose::ImmunizationCare, Basis::MunicipalTask);
    let cohort = access::immunization_residents(request.clone()).map_err(Refusal::denied)?;
    Ok(Grant { request, cohort })
}

/// One line of a list.
struct Entry {
    resident: ResidentId,
    series: String,
    dose: DoseName,
    occasion: Occasion,
}

impl Entry {
    fn write(&self, out: &mut Vec<u8>) {
        let Self { resident, series, dose, occasion } = self;
        let (dose, occasion) = (letter::dose_code(*dose), occasion.code());
        out.extend(format!("{}\t{series}\t{dose}\t{occasion}\n", resident.0).bytes());
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        Some(Self {
            resident: ResidentId(parts.next()?.parse().ok()?),
            series: parts.next()?.to_owned(),
            dose: letter::dose_of(parts.next()?)?,
            occasion: Occasion::from_code(parts.next()?)?,
        })
    }
}

/// Says who would be told of what, and keeps the list for [`send_notices`]. At most `limit` are
/// listed by name.
///
/// # Errors
/// [`Kind::NotFound`] for callers of no municipality; `unknown-series`.
pub async fn preview_notices(
    hub: &Hub,
    caller: &Caller,
    filter: &Filter,
    limit: usize,
) -> Result<Preview, Refusal> {
    let Grant { request, cohort } = granted(hub, caller)?;
    let known = |code: &&String| hub.book.immunization.series(code).is_none();
    if filter.series.iter().any(|code| known(&code)) {
        return Err(unknown_series());
    }
    let (book, filter, of) = (Arc::clone(&hub.book), filter.clone(), cohort.clone());
    let found = hub.store.read(move |tx| found(tx, &of, (&book, &filter), limit)).await;
    let found: Found = found.map_err(|error: StoreError| Refusal::from(error))?;
    let parts = found.entries.chunks(PART).map(|part| {
        let mut body = Vec::with_capacity(part.len() * 32);
        part.iter().for_each(|entry| entry.write(&mut body));
        body
    });
    let (parts, token): (Vec<_>, _) = (parts.collect(), hub.name());
    let list = NoticeList {
        name: token.clone(),
        made: request.at,
        total: i64::try_from(found.entries.len()).unwrap_or(i64::MAX),
        parts: 0,
        done: 0,
        sent: 0,
        skipped: 0,
    };
    let forget = request.at.plus_seconds(-2 * GOOD);
    let kept = hub.store.write(move |tx| tx.keep_notices(&cohort, &list, &parts, forget)).await;
    kept.map_err(|error: StoreError| Refusal::from(error))?;
    Ok(Preview {
        token,
        made: request.at,
        total: found.entries.len(),
        people: found.people,
        groups: groups(&hub.book, found.groups),
        rows: found.rows,
    })
}

#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    people: usize,
    groups: BTreeMap<(u8, u8, Occasion), usize>,
    rows: Vec<PreviewRow>,
}

const KINDS: [Record; 4] =
    [Record::Patient, Record::ImmunizationTarget, Record::Dose, Record::Notice];

fn found(
    tx: &mut Tx<'_>,
    cohort: &Cohort,
    (book, filter): (&Lawbook, &Filter),
    limit: usize,
) -> Result<Found, StoreError> {
    let (today, schedule) = (cohort.request().at.day_in_japan(), &book.immunization);
    let mut found = Found::default();
    tx.survey(cohort, &KINDS, |who, rows| {
        let Some(chart) = Chart::of_rows(rows, schedule, today)? else { return Ok(()) };
        let notices = rows.iter().filter(|row| row.kind == Record::Notice);
        let mut sent = Vec::new();
        for row in notices {
            let face = communication::read(&row.body).map_err(unreadable)?;
            sent.extend(letter::sent(&face, schedule));
        }
        let before = found.entries.len();
        for reminder in reminders(book, &chart, &sent, today) {
            if filter.wants(&schedule.series[usize::from(reminder.series)].code, reminder.occasion)
            {
                found.note(who, &chart, &reminder, (book, limit));
            }
        }
        found.people += usize::from(found.entries.len() > before);
        Ok(())
    })?;
    Ok(found)
}

fn reminders(
    book: &Lawbook,
    chart: &Chart,
    sent: &[domain::immunization::reminder::Sent],
    today: Date,
) -> Vec<Reminder> {
    let schedule = &book.immunization;
    let plan = schedule.plan(&chart.person(&chart.facts), today);
    book.reminders.reminders(&plan, sent, today, |series| schedule.lead(series))
}

impl Filter {
    fn wants(&self, series: &str, occasion: Occasion) -> bool {
        (self.series.is_empty() || self.series.iter().any(|code| code == series))
            && (self.occasions.is_empty() || self.occasions.contains(&occasion))
    }
}

impl Found {
    fn note(
        &mut self,
        who: &Candidate,
        chart: &Chart,
        of: &Reminder,
        (book, limit): (&Lawbook, usize),
    ) {
        let series = &book.immunization.series[usize::from(of.series)];
        let rank = match of.dose {
            DoseName::Primary(number) => number,
            DoseName::Booster => u8::MAX,
        };
        *self.groups.entry((of.series, rank, of.occasion)).or_default() += 1;
        if self.rows.len() < limit {
            self.rows.push(PreviewRow {
                name: chart.five.name.clone(),
                birth: chart.birth,
                series: (series.code.clone(), series.ja.clone()),
                dose: of.dose,
                occasion: of.occasion,
                until: of.until,
                withheld: who.not_disclosed(),
            });
        }
        self.entries.push(Entry {
            resident: who.resident(),
            series: series.code.clone(),
            dose: of.dose,
            occasion: of.occasion,
        });
    }
}

fn groups(book: &Lawbook, counts: BTreeMap<(u8, u8, Occasion), usize>) -> Vec<Group> {
    let group = |((id, rank, occasion), count)| {
        let series = &book.immunization.series[usize::from(id)];
        Group {
            series: (series.code.clone(), series.ja.clone()),
            dose: if rank == u8::MAX { DoseName::Booster } else { DoseName::Primary(rank) },
            occasion,
            recommended: book.reminders.recommends(id),
            count,
        }
    };
    counts.into_iter().map(group).collect()
}

/// Sends the list of a preview, as far as it was not sent. Sending it again sends nothing again.
///
/// # Errors
/// [`Kind::NotFound`] for a list that is not this municipality's; `list-over` for an old one.
pub async fn send_notices(hub: &Hub, caller: &Caller, token: &str) -> Result<Sending, Refusal> {
    loop {
        let sending = send_part(hub, caller, token).await?;
        if sending.done {
            return Ok(sending);
        }
    }
}

/// How far the sending of a list is.
///
/// # Errors
/// As [`send_notices`].
pub async fn notices_sent(hub: &Hub, caller: &Caller, token: &str) -> Result<Sending, Refusal> {
    let (Grant { cohort, .. }, token) = (granted(hub, caller)?, token.to_owned());
    let list = hub.store.read(move |tx| tx.notices(&cohort, &token)).await;
    let list = list.map_err(|error: StoreError| Refusal::from(error))?;
    list.map(|list| Sending::of(&list)).ok_or_else(Refusal::not_found)
}

async fn send_part(hub: &Hub, caller: &Caller, token: &str) -> Result<Sending, Refusal> {
    let (Grant { request, cohort }, token) = (granted(hub, caller)?, token.to_owned());
    let (book, key) = (Arc::clone(&hub.book), hub.pseudonyms.clone());
    let sent = hub.store.write(move |tx| {
        let list = tx.notices(&cohort, &token)?.ok_or_else(Refusal::not_found)?;
        let Some(body) = tx.next_notices(&cohort, &list)? else { return Ok(Sending::of(&list)) };
        if list.made.plus_seconds(GOOD) < request.at {
            return Err(list_over());
        }
        let (mut sent, mut skipped) = (0, 0);
        for line in String::from_utf8_lossy(&body).lines() {
            let entry = Entry::read(line).ok_or_else(corrupt)?;
            match send_one(tx, &request, (&book, &key), &entry)? {
                true => sent += 1,
                false => skipped += 1,
            }
        }
        tx.did_notices(&cohort, &list, (sent, skipped))?;
        let list = tx.notices(&cohort, &token)?.ok_or_else(Refusal::not_found)?;
        Ok(Sending::of(&list))
    });
    sent.await
}

fn corrupt() -> StoreError {
    StoreError::Corrupt { table: "notice_part", reason: "a line does not read".into() }
}

impl Sending {
    const fn of(list: &NoticeList) -> Self {
        let NoticeList { total, sent, skipped, parts, done, .. } = list;
        Self { total: *total, sent: *sent, skipped: *skipped, done: *parts <= *done }
    }
}

/// Sends one notice, if it is still called for.
fn send_one(
    tx: &mut Tx<'_>,
    request: &Request,
    (book, key): (&Lawbook, &aws_lc_rs::hmac::Key),
    entry: &Entry,
) -> Result<bool, StoreError> {
    let Ok(access) = tx.decide_for(entry.resident, request)? else { return Ok(false) };
    let (schedule, today) = (&book.immunization, request.at.day_in_japan());
    let mut room = tx.enter(access)?;
    let Some(chart) = Chart::read(&mut room, schedule)? else { return Ok(false) };
    let before = inbox::sent(&mut room, schedule)?;
    let called = reminders(book, &chart, &before, today).into_iter().find(|of| {
        schedule.series[usize::from(of.series)].code == entry.series
            && (of.dose, of.occasion) == (entry.dose, entry.occasion)
    });
    let Some(reminder) = called else { return Ok(false) };
    put(&mut room, request, (book, key), (&reminder, &chart.patient))?;
    Ok(true)
}

fn put(
    room: &mut Room<'_, '_>,
    request: &Request,
    (book, pseudonyms): (&Lawbook, &aws_lc_rs::hmac::Key),
    (of, patient): (&Reminder, &str),
) -> Result<(), StoreError> {
    let series = &book.immunization.series[usize::from(of.series)];
    let town = &request.caller.organisation;
    let (dose, occasion) = (letter::dose_code(of.dose), of.occasion.code());
    let key = format!("{town}\u{1f}{}\u{1f}{dose}\u{1f}{occasion}\u{1f}{}", series.code, of.until);
    let face = NoticeFace {
        status: NoticeStatus::Sent,
        status_reason: None,
        reason: occasion.to_owned(),
        series: series.code.clone(),
        dose: Some(letter::number(of.dose)),
        due: Some(of.due),
        until: Some(of.until),
        municipality: town.clone(),
        sent: Some(request.at),
        opened: None,
        text: letter::text((&book.immunization, &book.reminders, &book.calendar), of),
    };
    let item = pseudonym(pseudonyms, &format!("notice\u{1f}{key}"), room.access().resident());
    let new = New {
        kind: Record::Notice,
        key: &key,
        item: &item,
        hidden: false,
        custodian: town,
        author: &request.caller.actor,
        at: request.at,
    };
    room.put(&new, |item| communication::write(&face, item, patient))?;
    Ok(())
}

/// Without what was sent: it may be a 個人番号.
fn unknown_series() -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "unknown-series",
        "この予防接種の種別のコードはありません。docs/immunization.md の表で確かめてください。",
        "There is no series of this code; see the table in docs/immunization.md.",
    );
    Refusal { at: "series".into(), ..refusal }
}

fn list_over() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "list-over",
        "この一覧は古くなりました。もう一度、送る人を確かめてから送ってください。",
        "This list is too old; preview it again, then send it.",
    )
}
