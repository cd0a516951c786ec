//! The cast: callers, synthetic residents, and the deeds that most stories begin with.

use domain::access::{self, Access, Basis, Caller, Cohort, Denial, Find, Purpose, Request, Role};
use domain::day::{self, Majority};
use domain::identity::{HoldReason, LinkKey};
use domain::person::{Birth, FiveAttributes, ResidentId, Sex};
use fhir::Kind;
use fhir::profiles::patient::{self, PatientFace};
use store::record::New;
use store::{Candidate, StoreError, Tx};

use crate::bench::{Bench, NOW};

pub(crate) const TOWN: &str = "122319";
pub(crate) const OTHER_TOWN: &str = "131016";

pub(crate) fn request(role: Role, organisation: &str, purpose: Purpose, basis: Basis) -> Request {
    let caller = Caller {
        role,
        organisation: organisation.into(),
        actor: "a1".into(),
        terminal: String::new(),
        resident: None,
    };
    Request { caller, purpose, basis, at: NOW }
}

/// A municipality registers.
pub(crate) fn registration() -> Request {
    request(Role::MunicipalitySystem, TOWN, Purpose::Registration, Basis::MunicipalTask)
}

/// The desk of an institution, with card and consent.
pub(crate) fn desk() -> Request {
    request(Role::Desk, "1210000001", Purpose::Eligibility, Basis::CardWithConsent)
}

/// The operator loads insurance.
pub(crate) fn import() -> Request {
    request(Role::Operator, "", Purpose::RegistryImport, Basis::Registry)
}

/// An officer of `town` decides held links.
pub(crate) fn officer(town: &str) -> Cohort {
    let request = request(Role::Officer, town, Purpose::LinkDecision, Basis::MunicipalTask);
    access::held_links(request).unwrap()
}

/// A resident about their own record, or a child's.
pub(crate) fn resident(who: ResidentId, purpose: Purpose) -> Request {
    let mut request = request(Role::Resident, "", purpose, Basis::Session);
    request.caller.resident = Some(who);
    request
}

pub(crate) fn find(request: Request) -> Find {
    access::find(request).unwrap()
}

pub(crate) fn card(serial: &str) -> LinkKey {
    LinkKey::Card { generation: "g1".into(), serial: serial.into() }
}

pub(crate) fn insured(number: &str) -> LinkKey {
    LinkKey::insured("06130012", "1", number, "01")
}

pub(crate) fn town_key(key: &str) -> LinkKey {
    LinkKey::MunicipalPerson { municipality: TOWN.into(), key: key.into() }
}

/// `name, kana, birth, address`, a woman.
pub(crate) fn five(name: &str, kana: &str, birth: &str, address: &str) -> FiveAttributes {
    let birth = Birth::parse(birth).unwrap();
    let [name, kana, address] = [name, kana, address].map(str::to_owned);
    FiveAttributes { name, kana, address, birth, sex: Sex::Female }
}

pub(crate) fn new<'a>(kind: Kind, key: &'a str, item: &'a str) -> New<'a> {
    New { kind, key, item, hidden: false, custodian: TOWN, author: "a1", at: NOW }
}

/// Decides access of `request` to whom `key` stands for.
pub(crate) fn decided(
    tx: &mut Tx<'_>,
    request: &Request,
    key: &LinkKey,
) -> Result<Option<Result<Access, Denial>>, StoreError> {
    let found = tx.find(&find(request.clone()), key)?;
    found.map(|candidate| tx.decide(&candidate, request)).transpose()
}

/// The access of `request` to whom `key` stands for; refused and not found are errors here.
pub(crate) fn granted(
    tx: &mut Tx<'_>,
    request: &Request,
    key: &LinkKey,
) -> Result<Access, StoreError> {
    match decided(tx, request, key)? {
        Some(Ok(access)) => Ok(access),
        Some(Err(_)) => Err(StoreError::NotOpened("refused")),
        None => Err(StoreError::NotOpened("nobody")),
    }
}

/// How a look-up ends: `open`, `nobody`, or the code of the denial.
pub(crate) fn outcome(bench: &mut Bench, request: &Request, key: &LinkKey) -> &'static str {
    let (request, key) = (request.clone(), key.clone());
    let decided = bench.read(move |tx| match decided(tx, &request, &key)? {
        Some(Ok(access)) => tx.enter(access).map(|_room| "open"),
        Some(Err(denial)) => Ok(denial.code()),
        None => Ok("nobody"),
    });
    decided.unwrap()
}

/// Enters somebody under `key`.
pub(crate) fn enter(bench: &mut Bench, key: &LinkKey) -> ResidentId {
    let key = key.clone();
    let entered = bench.write(move |tx| {
        let candidate = tx.enter_resident(false)?;
        tx.claim(&key, &candidate, NOW)?;
        Ok(candidate)
    });
    entered.unwrap().resident()
}

/// Describes whom `candidate` is, and files them for searches.
pub(crate) fn describe(
    tx: &mut Tx<'_>,
    candidate: &Candidate,
    five: &FiveAttributes,
    search: &[Vec<u8>],
) -> Result<(), StoreError> {
    let access = tx.decide(candidate, &registration())?.unwrap();
    let mut room = tx.enter(access)?;
    let face = PatientFace { attributes: five.clone(), identifiers: Vec::new() };
    let (item, key) = (format!("p{}", candidate.resident().0), candidate.resident().0.to_string());
    room.put(&new(Kind::Patient, &key, &item), |item| patient::write(&face, item))?;
    room.file_under(search)
}

/// Somebody comes in under `key` who may be `candidate`: gives them, and the name of the case.
pub(crate) fn hold(
    bench: &mut Bench,
    key: &LinkKey,
    candidate: ResidentId,
) -> (ResidentId, String) {
    let key = key.clone();
    let held = bench.write(move |tx| {
        let provisional = tx.enter_resident(true)?;
        let case = (candidate, HoldReason::FourAgree, TOWN);
        let id = tx.hold(&key, &provisional, case, NOW)?;
        Ok((provisional.resident(), id))
    });
    held.unwrap()
}

/// Majority at 18, as the tests have it.
pub(crate) fn ages() -> Vec<Majority> {
    let from = jiff::civil::date(1900, 1, 1);
    let basis =
        day::Basis { law: "試験".into(), in_force_from: from, checked_on: from, doubt: None };
    vec![Majority { age: 18, basis }]
}

/// Says when somebody was born.
pub(crate) fn born(bench: &mut Bench, key: &LinkKey, birth: &str) {
    let (key, five) = (key.clone(), five("子", "コ", birth, "甲市乙町1"));
    let described = bench.write(move |tx| {
        let candidate = tx.find_to_enter(&find(registration()), &key)?.unwrap();
        describe(tx, &candidate, &five, &[])
    });
    described.unwrap();
}
