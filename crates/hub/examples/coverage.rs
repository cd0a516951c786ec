//! How long a municipality of so many residents takes:
//! `cargo run --release -p hub --features testing --example coverage -- 100000`.
//! Residents are made up: ages spread over ninety years, children with an ordinary history.

#![expect(clippy::unwrap_used, reason = "a measure; it ends where something is wrong")]

use std::time::Instant as Clock;

use domain::access::{Basis, Caller, Purpose, Request, Role};
use domain::instant::Instant;
use domain::person::{Birth, FiveAttributes, Sex};
use fhir::Kind;
use fhir::profiles::immunization::{self, DoseFace, Origin};
use fhir::profiles::immunization_target::{self, ImmunizationTarget};
use fhir::profiles::patient::{self, PatientFace};
use hub::Hub;
use hub::immunization::coverage::{View, list_missing, show_coverage};
use hub::immunization::notice::{Filter, preview_notices, send_notices};
use hub::testing::{MUNICIPALITY, TestHub};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use store::record::New;
use store::{Room, StoreError, Tx};

/// Product, and the day of life on which it is given.
const DOSES: [(&str, i32); 16] = [
    ("hepb", 62),
    ("dpt-ipv-hib", 62),
    ("pcv20", 62),
    ("rota-1v", 62),
    ("hepb", 92),
    ("dpt-ipv-hib", 92),
    ("pcv20", 92),
    ("rota-1v", 92),
    ("dpt-ipv-hib", 122),
    ("pcv20", 122),
    ("bcg", 160),
    ("hepb", 230),
    ("mr", 370),
    ("varicella", 370),
    ("pcv20", 380),
    ("dpt-ipv-hib", 480),
];

fn request(purpose: Purpose, at: Instant) -> Request {
    let (organisation, actor) = (MUNICIPALITY.to_owned(), "measure".to_owned());
    let (role, terminal) = (Role::Officer, String::new());
    let caller = Caller { role, organisation, actor, terminal, resident: None };
    Request { caller, purpose, basis: Basis::MunicipalTask, at }
}

fn new(kind: Kind, item: &str, at: Instant) -> New<'_> {
    let (custodian, author) = (MUNICIPALITY, "measure");
    New { kind, key: item, item, hidden: false, custodian, author, at }
}

fn enter(tx: &mut Tx<'_>, n: u32, at: Instant) -> Result<(), StoreError> {
    let today = at.day_in_japan();
    let birth = today.saturating_sub(i64::from(n % 32_850).days());
    let candidate = tx.enter_resident(false)?;
    let access = tx.decide(&candidate, &request(Purpose::Registration, at))?.unwrap();
    let mut room = tx.enter_new(access);
    let attributes = FiveAttributes {
        name: format!("架空{n}"),
        kana: "カクウ".into(),
        address: format!("試験町{n}"),
        birth: Birth::Day(birth),
        sex: if n.is_multiple_of(2) { Sex::Female } else { Sex::Male },
    };
    let face = PatientFace { attributes, identifiers: Vec::new() };
    room.put(&new(Kind::Patient, &format!("i{n}"), at), |item| patient::write(&face, item))?;
    let target = ImmunizationTarget {
        municipality: MUNICIPALITY.into(),
        key: n.to_string(),
        since: birth,
        left_on: None,
        due: None,
        flags: Vec::new(),
    };
    let patient = format!("Patient/i{n}");
    room.put(&new(Kind::ImmunizationTarget, &format!("t{n}"), at), |item| {
        immunization_target::write(&target, item, &patient)
    })?;
    room.put_residence(MUNICIPALITY, birth, None)?;
    doses(&mut room, (n, birth), at)
}

/// One in eleven doses is missing; who was born long ago has no history.
fn doses(room: &mut Room<'_, '_>, (n, birth): (u32, Date), at: Instant) -> Result<(), StoreError> {
    for (place, (product, days)) in DOSES.iter().enumerate() {
        let on = birth.saturating_add(days.days());
        let missing = (n as usize + place).is_multiple_of(11);
        if on <= at.day_in_japan() && birth > date(2012, 1, 1) && !missing {
            let face = DoseFace::new(product, on, at, Origin::Municipality);
            room.put(&new(Kind::Dose, &format!("d{n}-{place}"), at), |item| {
                immunization::write(&face, item, &format!("Patient/i{n}"))
            })?;
        }
    }
    Ok(())
}

async fn fill(hub: &Hub, people: u32) {
    let at = hub.now();
    for first in (0..people).step_by(500) {
        let entered = hub.store().write(move |tx| {
            (first..people.min(first + 500)).try_for_each(|n| enter(tx, n.wrapping_mul(7_919), at))
        });
        entered.await.unwrap_or_else(|error: StoreError| panic!("{error}"));
    }
}

/// A city is not counted while one waits: asked until it is.
async fn counted(hub: &Hub, caller: &Caller) -> View {
    loop {
        match show_coverage(hub, caller).await {
            Ok(view) => return view,
            Err(refusal) => assert_eq!(refusal.code, "counting"),
        }
    }
}

#[tokio::main]
async fn main() {
    let people: u32 = std::env::args().nth(1).map_or(10_000, |text| text.parse().unwrap());
    let test = TestHub::new().await;
    let hub = &test.hub;
    fill(hub, people).await;
    let caller = request(Purpose::ImmunizationCare, hub.now()).caller;
    // The hub's clock stands still here, so that nothing is kept and each round counts anew.
    for _ in 0..2 {
        let begun = Clock::now();
        let view = counted(hub, &caller).await;
        println!("coverage of {} residents: {:?}", view.picture.coverage.people, begun.elapsed());
    }
    let begun = Clock::now();
    let list = list_missing(hub, &caller, "mr-1", None, 0).await.unwrap();
    println!("{} of {} names, counted anew: {:?}", list.people.len(), list.total, begun.elapsed());
    let begun = Clock::now();
    let preview = preview_notices(hub, &caller, &Filter::default(), 500).await.unwrap();
    println!("preview of {} notices: {:?}", preview.total, begun.elapsed());
    let begun = Clock::now();
    let sent = send_notices(hub, &caller, &preview.token).await.unwrap();
    println!("{} sent: {:?}", sent.sent, begun.elapsed());
}
