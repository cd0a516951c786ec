//! The resident's inbox: notices of municipalities, for themselves and for their children.
//!
//! A page that is shown changes nothing: browsers fetch pages on their own. So a notice counts as
//! opened when the resident says so, by a form.

use std::sync::Arc;

use domain::access::{Basis, Caller, Purpose};
use domain::immunization::reminder::Sent;
use domain::immunization::{DoseName, Schedule};
use domain::instant::Instant;
use fhir::Kind as Record;
use fhir::profiles::communication::{self, NoticeFace, NoticeStatus};
use jiff::civil::Date;
use store::record::{New, Stored};
use store::{Room, StoreError};

use super::chart::Chart;
use super::letter;
use crate::Hub;
use crate::eligibility::unreadable;
use crate::refusal::Refusal;
use crate::resident::{child_access, refused, signed_in};

/// Letters that a page shows.
const SHOWN: usize = 100;

/// A notice in somebody's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its name, good on this resident's page only.
    pub id: String,
    /// When it was sent.
    pub at: Instant,
    /// Who sent it.
    pub from: String,
    /// The series, for people.
    pub series: String,
    /// Which dose.
    pub dose: Option<DoseName>,
    /// What it says.
    pub text: String,
    /// When the resident said that they read it.
    pub opened: Option<Instant>,
    /// Whether there is still something to do.
    pub state: LetterState,
}

/// Whether there is still something to do about a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterState {
    /// There is.
    Open,
    /// The dose was given.
    Done,
    /// The days are over.
    Over,
    /// A later notice says it more urgently.
    Superseded,
}

struct Kept {
    row: Stored,
    face: NoticeFace,
    sent: Option<Sent>,
}

fn kept(room: &mut Room<'_, '_>, schedule: &Schedule) -> Result<Vec<Kept>, StoreError> {
    let rows = room.read(Record::Notice)?.into_iter().map(|row| {
        let face = communication::read(&row.body).map_err(unreadable)?;
        let sent = letter::sent(&face, schedule);
        Ok(Kept { row, face, sent })
    });
    rows.collect()
}

/// What was sent to somebody before.
pub(super) fn sent(room: &mut Room<'_, '_>, schedule: &Schedule) -> Result<Vec<Sent>, StoreError> {
    Ok(kept(room, schedule)?.into_iter().filter_map(|kept| kept.sent).collect())
}

/// The inbox, newest first.
pub(super) fn of(
    room: &mut Room<'_, '_>,
    schedule: &Schedule,
    chart: Option<&Chart>,
    today: Date,
) -> Result<Vec<Letter>, StoreError> {
    let mut kept = kept(room, schedule)?;
    kept.retain(|kept| kept.face.status == NoticeStatus::Sent);
    if kept.is_empty() {
        return Ok(Vec::new());
    }
    kept.sort_by_key(|kept| std::cmp::Reverse((kept.face.sent, kept.row.recorded_at)));
    let plan = chart.map(|chart| schedule.plan(&chart.person(&chart.facts), today));
    let plan = plan.unwrap_or_default();
    let lead = |series| schedule.lead(series);
    let state = |at: usize| {
        let Some(sent) = &kept[at].sent else { return LetterState::Over };
        let newer = kept[..at].iter().filter_map(|kept| kept.sent.as_ref());
        let same = |other: &Sent| {
            (lead(other.series), other.dose, other.until)
                == (lead(sent.series), sent.dose, sent.until)
        };
        match () {
            () if sent.is_answered(&plan, lead) => LetterState::Done,
            () if sent.until.is_some_and(|until| until < today) => LetterState::Over,
            () if newer.into_iter().any(same) => LetterState::Superseded,
            () => LetterState::Open,
        }
    };
    let letters = kept.iter().enumerate().take(SHOWN).map(|(at, one)| Letter {
        id: one.row.item.clone(),
        at: one.face.sent.unwrap_or(one.row.recorded_at),
        from: one.face.municipality.clone(),
        series: one.sent.map_or_else(
            || one.face.series.clone(),
            |of| schedule.series[usize::from(of.series)].ja.clone(),
        ),
        dose: one.face.dose.map(letter::name),
        text: one.face.text.clone(),
        opened: one.face.opened,
        state: state(at),
    });
    Ok(letters.collect())
}

/// The resident, or the guardian of `child` (a handle of their page), says that they read a notice.
/// Saying it again changes nothing.
///
/// # Errors
/// [`crate::Kind::NotFound`] for a notice of somebody else.
pub async fn open_letter(
    hub: &Hub,
    caller: &Caller,
    child: Option<&str>,
    id: &str,
) -> Result<(), Refusal> {
    let resident = signed_in(caller)?;
    let own = hub.request(caller, Purpose::OwnRecord, Basis::Session);
    let request = hub.request(caller, Purpose::ChildRecord, Basis::Session);
    let (key, book) = (hub.pseudonyms.clone(), Arc::clone(&hub.book));
    let (child, id) = (child.map(str::to_owned), id.to_owned());
    let opened = hub.store.write(move |tx| {
        let access = match &child {
            Some(handle) => child_access(tx, (&own, &request), (&key, handle), &book)?,
            None => tx.decide_for(resident, &own)?.map_err(refused)?,
        };
        let mut room = tx.enter(access)?;
        let kept = kept(&mut room, &book.immunization)?;
        let found = kept.into_iter().find(|kept| kept.row.item == id);
        let Kept { row, mut face, .. } = found.ok_or_else(Refusal::not_found)?;
        if face.opened.is_some() {
            return Ok(());
        }
        face.opened = Some(own.at);
        let patient = patient(&mut room)?;
        let author = if child.is_some() { "guardian" } else { "resident" };
        let new = New {
            kind: Record::Notice,
            key: &row.key,
            item: &row.item,
            hidden: row.hidden,
            custodian: &row.custodian,
            author,
            at: own.at,
        };
        room.put(&new, |item| communication::write(&face, item, &patient))?;
        Ok(())
    });
    opened.await
}

fn patient(room: &mut Room<'_, '_>) -> Result<String, StoreError> {
    let described = room.read(Record::Patient)?;
    let newest = described.iter().max_by_key(|row| row.recorded_at);
    Ok(newest.map(|row| format!("Patient/{}", row.item)).unwrap_or_default())
}
