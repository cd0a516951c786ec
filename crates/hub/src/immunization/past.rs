//! A dose given elsewhere, or written on paper: a fact with its provenance, recorded and judged, never
//! refused (design, wall 4). A dose that this desk is about to give is none: it goes through the gate.

use std::sync::Arc;

use domain::access::Caller;
use domain::immunization::Schedule;
use domain::number::{Kind as Number, NumberRules, verify};
use fhir::Kind as Record;
use fhir::profiles::immunization::{self as dose, DoseFace, DoseStatus, Origin, Program};
use jiff::civil::Date;
use store::record::{New, Stored, Written};
use store::{Room, StoreError};

use super::chart::Chart;
use super::desk::{DoseSeen, history};
use super::reception::{enter_again, opened, request_of};
use crate::Hub;
use crate::eligibility::unreadable;
use crate::intake::immunization::{Known, PastDose, Provenance, ToldDose};
use crate::refusal::{Kind, Refusal};

/// Records a past dose of somebody who was received. Sent again under the same `doseKey`, it corrects
/// or ends what was recorded.
///
/// # Errors
/// `use-the-gate` for a dose of today at the caller's own institution; `reception-over`.
pub async fn record_past_dose(
    hub: &Hub,
    caller: &Caller,
    reception: &str,
    told: ToldDose,
) -> Result<Option<DoseSeen>, Refusal> {
    let reception = opened(hub, caller, reception)?;
    let received_on = reception.at.day_in_japan();
    if is_new(&told, &caller.organisation, received_on, &hub.book.numbers) {
        return Err(use_the_gate());
    }
    let (book, request, item) =
        (Arc::clone(&hub.book), request_of(hub, caller, &reception), hub.name());
    let kept = hub.store.write(move |tx| {
        let (access, _) = enter_again(tx, &request, &reception)??;
        let (kept, seen, home) = {
            let mut room = tx.enter(access)?;
            let chart = Chart::read(&mut room, &book.immunization)?;
            let chart = chart.ok_or_else(Refusal::not_found)?;
            let kept = put(&mut room, &told, (&item, &chart.patient))?;
            let chart = Chart::read(&mut room, &book.immunization)?;
            let seen = chart.and_then(|chart| shown(&book.immunization, &chart, &kept.item));
            (kept, seen, room.home(received_on)?)
        };
        if let (Some(home), Some(kind)) = (home, kept.news()) {
            tx.tell(&home, kind, &kept.item, request.at)?;
        }
        Ok::<_, Refusal>(seen)
    });
    let seen = kept.await?;
    hub.news.notify_waiters();
    Ok(seen)
}

/// What became of a past dose.
pub(crate) struct Told {
    /// Its logical id; empty if there was nothing to end.
    item: String,
    written: Written,
}

impl Told {
    /// The kind of change that a feed names; none if nothing changed.
    const fn news(&self) -> Option<&'static str> {
        match self.written {
            Written::Created | Written::Replaced => Some("dose-told"),
            Written::Ended => Some("dose-cancelled"),
            Written::Unchanged | Written::Absent => None,
        }
    }
}

/// The dose of a row as a desk sees it, whoever speaks for it.
fn shown(schedule: &Schedule, chart: &Chart, item: &str) -> Option<DoseSeen> {
    let speaks = chart.doses.iter().find(|kept| kept.is(item))?;
    history(schedule, chart).into_iter().find(|seen| seen.item == speaks.item)
}

/// What past doses are held against, today.
#[must_use]
pub fn known(hub: &Hub) -> Known<'_> {
    let (schedule, numbers) = (&hub.book.immunization, &hub.book.numbers);
    Known { schedule, numbers, today: hub.now().day_in_japan() }
}

/// Whether it is a dose that this desk gives now, and no fact of the past.
fn is_new(told: &ToldDose, own: &str, received_on: Date, numbers: &NumberRules) -> bool {
    let dose = &told.dose;
    // Of today only another institution's dose is a fact of the past, and its code says which.
    let other = dose
        .institution
        .as_deref()
        .is_some_and(|code| code != own && verify(Number::Institution, code, numbers).is_empty());
    let elsewhere = told.provenance == Provenance::Elsewhere && other;
    !dose.deleted && dose.date >= received_on && !elsewhere
}

fn put(
    room: &mut Room<'_, '_>,
    told: &ToldDose,
    (item, patient): (&str, &str),
) -> Result<Told, StoreError> {
    let request = room.access().request().clone();
    let own = request.caller.organisation;
    let origin = match told.provenance {
        Provenance::Paper => Origin::Paper,
        Provenance::Elsewhere => Origin::Elsewhere,
    };
    let key = format!("{own}\u{1f}{}", told.dose.key);
    let new = New {
        kind: Record::Dose,
        key: &key,
        item,
        hidden: false,
        custodian: &own,
        author: &request.caller.actor,
        at: request.at,
    };
    let known = room.read(Record::Dose)?;
    keep(room, (&told.dose, &known), &new, (patient, origin))
}

/// Keeps a past dose, or ends it. What is sent again unchanged leaves no version. `known` are the doses
/// on record: whoever keeps many of one person reads them once.
pub(crate) fn keep(
    room: &mut Room<'_, '_>,
    (past, known): (&PastDose, &[Stored]),
    new: &New<'_>,
    (patient, origin): (&str, Origin),
) -> Result<Told, StoreError> {
    let known = known.iter().find(|row| row.key == new.key);
    let face = face_of(past, new, known, origin)?;
    let mut item = String::new();
    let written = if past.deleted {
        let gone = DoseFace { status: DoseStatus::EnteredInError, ..face };
        room.end(new, |old| {
            item.clone_from(&old.item);
            dose::write(&gone, &old.item, patient)
        })?
    } else {
        room.put(new, |place| {
            place.clone_into(&mut item);
            dose::write(&face, place, patient)
        })?
    };
    if !item.is_empty() {
        let lot = past.lot.as_deref().filter(|_| !past.deleted);
        room.file_dose(&item, &past.product, lot)?;
    }
    Ok(Told { item, written })
}

fn face_of(
    past: &PastDose,
    new: &New<'_>,
    known: Option<&Stored>,
    origin: Origin,
) -> Result<DoseFace, StoreError> {
    let of = |recorded| DoseFace {
        institution: past.institution.clone(),
        institution_name: past.institution_name.clone(),
        lot: past.lot.clone(),
        expires: past.expires,
        hundredths: past.hundredths,
        gtin: past.gtin.clone(),
        site: past.site.clone(),
        route: past.route.clone(),
        physician: past.physician.clone(),
        special: past.special.map(str::to_owned),
        note: past.note.clone(),
        program: past.routine.map(|yes| if yes { Program::Routine } else { Program::Voluntary }),
        correction: past.reason.clone(),
        ..DoseFace::new(&past.product, past.date, recorded, origin)
    };
    let before = known.map(|row| dose::read(&row.body).map_err(unreadable)).transpose()?;
    // The same dose keeps the instant at which it was first recorded so.
    let same = before.filter(|before| of(before.recorded) == *before);
    Ok(same.unwrap_or_else(|| of(new.at)))
}

fn use_the_gate() -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "use-the-gate",
        "今日ここで行う接種は、確認を通して記録してください。過去の接種と、ほかの医療機関での接種だけを事実として記録できます。",
        "A dose given here today is recorded through the gate; only doses of the past, or of another \
         institution, are recorded as facts.",
    );
    Refusal { at: "dose/date".into(), ..refusal }
}
