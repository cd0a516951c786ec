//! An institution corrects or cancels a dose that it recorded: a version with a reason, never an
//! overwriting. What was given and when is no slip of the pen: a wrong vaccine or day is cancelled
//! and told as the fact that it is.

use std::sync::Arc;

use domain::access::{self, Basis, Caller, Purpose};
use domain::immunization::{Route, Site};
use fhir::Kind as Record;
use fhir::profiles::immunization::{self as dose, DoseFace, DoseStatus, Origin};
use jiff::civil::Date;
use store::record::{New, Stored};
use store::{Room, Tx};

use super::chart::Chart;
use crate::Hub;
use crate::eligibility::{at_an_institution, unreadable};
use crate::intake::mending::Mending;
use crate::refusal::{Kind, Refusal};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mended {
    /// The version that the record has now.
    pub version: i64,
    /// Whether anything changed.
    pub changed: bool,
}

/// Corrects, or cancels, a dose of the caller's institution.
///
/// # Errors
/// [`Kind::NotFound`] for a dose that another institution recorded, or that is not there;
/// `version-changed` if somebody was faster; `unknown-code`.
pub async fn mend_dose(
    hub: &Hub,
    caller: &Caller,
    item: &str,
    mending: Mending,
) -> Result<Mended, Refusal> {
    at_an_institution(caller)?;
    let request = hub.request(caller, Purpose::Immunization, Basis::OwnEntry);
    let (book, item) = (Arc::clone(&hub.book), item.to_owned());
    let mended = hub.store.write(move |tx| {
        let find = access::find(request.clone()).map_err(Refusal::denied)?;
        let candidate = tx.find_dose(&find, &item)?.ok_or_else(Refusal::not_found)?;
        let access = tx.decide(&candidate, &request)?.map_err(Refusal::denied)?;
        let (mended, homes) = {
            let mut room = tx.enter(access)?;
            let (mended, on) = mend(&mut room, &book.immunization, &item, &mending)?;
            (mended, [room.home(on)?, room.home(request.at.day_in_japan())?])
        };
        tell(tx, homes, (&item, &mending), (mended, request.at))?;
        Ok::<_, Refusal>(mended)
    });
    let mended = mended.await?;
    hub.news.notify_waiters();
    Ok(mended)
}

fn tell(
    tx: &mut Tx<'_>,
    [then, now]: [Option<String>; 2],
    (item, mending): (&str, &Mending),
    (mended, at): (Mended, domain::instant::Instant),
) -> Result<(), store::StoreError> {
    let kind = if mending.cancels { "dose-cancelled" } else { "dose-corrected" };
    // Whoever moved since: the old municipality's programme, the new one's resident.
    let now = now.filter(|now| then.as_ref() != Some(now));
    let told = then.iter().chain(&now).filter(|_| mended.changed);
    told.into_iter().try_for_each(|home| tx.tell(home, kind, item, at))
}

fn mend(
    room: &mut Room<'_, '_>,
    schedule: &domain::immunization::Schedule,
    item: &str,
    mending: &Mending,
) -> Result<(Mended, Date), Refusal> {
    let caller = room.access().request().caller.clone();
    let at = room.access().request().at;
    let rows = room.read(Record::Dose)?;
    let row = rows.into_iter().find(|row| row.item == item).ok_or_else(Refusal::not_found)?;
    let before = dose::read(&row.body).map_err(unreadable)?;
    let own = before.institution.as_deref() == Some(&*caller.organisation);
    if !own || before.origin != Origin::Gate {
        return Err(Refusal::not_found());
    }
    if mending.version.is_some_and(|version| version != row.version) {
        return Err(changed(row.version));
    }
    let chart = Chart::read(room, schedule)?.ok_or_else(Refusal::not_found)?;
    let face = face(&before, mending)?;
    if (DoseFace { correction: before.correction.clone(), ..face.clone() }) == before {
        return Ok((Mended { version: row.version, changed: false }, before.on));
    }
    let new = renewed(&row, &caller.actor, at);
    match mending.cancels {
        true => room.end(&new, |old| dose::write(&face, &old.item, &chart.patient))?,
        false => room.put(&new, |item| dose::write(&face, item, &chart.patient))?,
    };
    let given = face.status == DoseStatus::Completed;
    room.file_dose(item, &face.product, face.lot.as_deref().filter(|_| given))?;
    Ok((Mended { version: row.version + 1, changed: true }, before.on))
}

fn renewed<'a>(row: &'a Stored, author: &'a str, at: domain::instant::Instant) -> New<'a> {
    New {
        kind: Record::Dose,
        key: &row.key,
        item: &row.item,
        hidden: row.hidden,
        custodian: &row.custodian,
        author,
        at,
    }
}

/// The dose as it is to be; what is not named stays.
fn face(before: &DoseFace, mending: &Mending) -> Result<DoseFace, Refusal> {
    let correction = Some(mending.reason.clone());
    if mending.cancels {
        let status = DoseStatus::EnteredInError;
        return Ok(DoseFace { status, correction, ..before.clone() });
    }
    let site = mending.site.as_deref().map(|code| Site::from_code(code).ok_or_else(unknown_site));
    let route =
        mending.route.as_deref().map(|code| Route::from_code(code).ok_or_else(unknown_route));
    let site = site.transpose()?.map(|site| site.code().to_owned());
    let route = route.transpose()?.map(|route| route.code().to_owned());
    Ok(DoseFace {
        lot: mending.lot.clone().or_else(|| before.lot.clone()),
        expires: mending.expires.or(before.expires),
        hundredths: mending.hundredths.or(before.hundredths),
        site: site.or_else(|| before.site.clone()),
        route: route.or_else(|| before.route.clone()),
        physician: mending.physician.clone().or_else(|| before.physician.clone()),
        correction,
        ..before.clone()
    })
}

fn changed(version: i64) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "version-changed",
        format!(
            "別の人が先に直しました（いまは{version}版）。読み直してから、もう一度直してください。"
        ),
        format!(
            "Somebody was faster (it is version {version} now); read it again, then correct it."
        ),
    )
}

fn unknown_site() -> Refusal {
    unknown("site", "部位", "a site")
}

fn unknown_route() -> Refusal {
    unknown("route", "経路", "a route")
}

fn unknown(at: &str, ja: &str, en: &str) -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "unknown-code",
        format!("この{ja}のコードはありません。コード表(docs/immunization.md)で確かめてください。"),
        format!("There is no such code of {en}; see the tables in docs/immunization.md."),
    );
    Refusal { at: at.to_owned(), ..refusal }
}
