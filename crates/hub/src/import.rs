//! Registries by file: insured persons, cards, certificates; every row has a result.

use std::sync::Arc;

use domain::access::{Basis, Caller, Purpose, Request, Role};
use domain::finding::Finding;
use domain::identity::LinkKey;
use domain::instant::Instant;
use domain::insurance::Insurance;
use domain::number::insured_keys;
use domain::person::FiveAttributes;
use fhir::Kind as Record;
use fhir::profiles::insurance;
use store::record::New;
use store::{StoreError, Tx};

use crate::Hub;
use crate::enter::{self, Arrival};
use crate::owner::Owners;
use crate::refusal::Refusal;

/// Rows of one transaction.
const CHUNK: usize = 500;

/// One insured person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insured {
    /// How the insurer describes them.
    pub five: FiveAttributes,
    /// Their insurance.
    pub insurance: Insurance,
    /// The municipality that decides if the link must be held; where the address is, if empty.
    pub owner: String,
}

/// One user-authentication certificate of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// The CA, by key identifier.
    pub generation: String,
    /// The serial number, canonical hexadecimal.
    pub serial: String,
    /// To whom it was issued.
    pub five: FiveAttributes,
    /// The municipality that decides if the link must be held; where the address is, if empty.
    pub owner: String,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowResult {
    /// Taken.
    Taken,
    /// Taken; the link waits for a human: the name of the case.
    Held(String),
    /// Refused.
    Refused(Finding),
}

/// Loads the insured-person registry; one result a row, in order.
///
/// # Errors
/// When the store fails; rows before were taken, and taking them again changes nothing.
pub async fn import_insured(
    hub: &Arc<Hub>,
    rows: Vec<Insured>,
    progress: impl FnMut(usize),
) -> Result<Vec<RowResult>, Refusal> {
    let owners = Owners::read(hub).await?;
    import(hub, rows, |hub, row| prepare_insured(hub, &owners, row), progress).await
}

/// Binds cards to residents; one result a row, in order.
///
/// # Errors
/// As [`import_insured`].
pub async fn import_cards(
    hub: &Arc<Hub>,
    rows: Vec<CardRow>,
    progress: impl FnMut(usize),
) -> Result<Vec<RowResult>, Refusal> {
    let owners = Owners::read(hub).await?;
    import(hub, rows, |hub, row| prepare_card(hub, &owners, row), progress).await
}

type Act = Box<dyn Fn(&mut Tx<'_>, &Hub, &Request) -> Result<RowResult, StoreError> + Send + Sync>;

async fn import<R>(
    hub: &Arc<Hub>,
    rows: Vec<R>,
    prepare: impl Fn(&Arc<Hub>, R) -> Act,
    mut progress: impl FnMut(usize),
) -> Result<Vec<RowResult>, Refusal> {
    let caller = Caller {
        role: Role::Operator,
        organisation: String::new(),
        actor: "registry".into(),
        terminal: String::new(),
        resident: None,
    };
    let mut results = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<Act> = rows.by_ref().take(CHUNK).map(|row| prepare(hub, row)).collect();
        if chunk.is_empty() {
            return Ok(results);
        }
        let request = hub.request(&caller, Purpose::RegistryImport, Basis::Registry);
        let inside = Arc::clone(hub);
        let done = hub.store.write(move |tx| {
            let act = |act: &Act| {
                tx.attempt(|tx| {
                    let result = act(tx, &inside, &request)?;
                    Ok((!matches!(result, RowResult::Refused(_)), result))
                })
            };
            chunk.iter().map(act).collect::<Result<Vec<_>, StoreError>>()
        });
        results.extend(done.await?);
        progress(results.len());
    }
}

fn refuse(finding: Finding) -> Act {
    Box::new(move |_, _, _| Ok(RowResult::Refused(finding.clone())))
}

fn prepare_insured(hub: &Arc<Hub>, owners: &Owners, row: Insured) -> Act {
    let owner = match owners.of(&row.owner, &row.five.address) {
        Ok(owner) => owner,
        Err(finding) => return refuse(finding),
    };
    let of = &row.insurance;
    let key = LinkKey::insured(&of.insurer, &of.symbol, &of.number, &of.branch);
    let source = format!("insurer:{}", insured_keys_of(of)[0]);
    let arrival = Arrival::new(key, None, row.five, (&source, owner), hub.name(), &hub.book.names);
    let (insurance, item) = (row.insurance, hub.name());
    Box::new(move |tx, hub, request| insure(tx, hub, request, &arrival, &insurance, &item))
}

/// What makes two rows the same insured person, however their numbers are typed.
fn insured_keys_of(of: &Insurance) -> [String; 4] {
    insured_keys(&of.insurer, &of.symbol, &of.number, &of.branch)
}

fn insure(
    tx: &mut Tx<'_>,
    hub: &Hub,
    request: &Request,
    arrival: &Arrival,
    of: &Insurance,
    item: &str,
) -> Result<RowResult, StoreError> {
    let entered = arrival.enter(tx, request, &hub.book.names)?;
    let mut room = enter::open(tx, &entered.candidate, request)?;
    let patient = arrival.describe(&mut room, "registry", false)?;
    let key = insured_keys_of(of).join("\u{1f}");
    let new = New {
        kind: Record::CoverageInsurance,
        key: &key,
        item,
        hidden: false,
        custodian: &of.insurer,
        author: "registry",
        at: request.at,
    };
    room.put(&new, |item| insurance::write(of, item, &patient))?;
    Ok(entered.held.map_or(RowResult::Taken, RowResult::Held))
}

fn prepare_card(hub: &Arc<Hub>, owners: &Owners, row: CardRow) -> Act {
    let owner = match owners.of(&row.owner, &row.five.address) {
        Ok(owner) => owner,
        Err(finding) => return refuse(finding),
    };
    let key = LinkKey::Card { generation: row.generation, serial: row.serial };
    let arrival = Arrival::new(key, None, row.five, ("jpki", owner), hub.name(), &hub.book.names);
    Box::new(move |tx, hub, request| bind(tx, hub, request, &arrival))
}

/// A card is bound to somebody who is there; a card of nobody waits for the registration.
fn bind(
    tx: &mut Tx<'_>,
    hub: &Hub,
    request: &Request,
    arrival: &Arrival,
) -> Result<RowResult, StoreError> {
    let entered = arrival.enter(tx, request, &hub.book.names)?;
    let mut room = enter::open(tx, &entered.candidate, request)?;
    if entered.candidate.is_new() {
        arrival.describe(&mut room, "registry", false)?;
    } else {
        room.remark("card-bound");
    }
    drop(room);
    Ok(entered.held.map_or(RowResult::Taken, RowResult::Held))
}

/// One resident as the register of a municipality describes them.
#[derive(Debug, Clone)]
pub struct RegisterRow {
    /// 個人番号: to the vault and nowhere else.
    pub my_number: domain::number::MyNumber,
    /// Whose register.
    pub municipality: String,
    /// 基本5情報.
    pub five: FiveAttributes,
}

/// Loads a municipality's resident register; one result a row, in order.
///
/// # Errors
/// As [`import_insured`].
pub async fn import_register(
    hub: &Arc<Hub>,
    rows: Vec<RegisterRow>,
    progress: impl FnMut(usize),
) -> Result<Vec<RowResult>, Refusal> {
    import(hub, rows, |hub, row| prepare_register(hub, row), progress).await
}

fn prepare_register(hub: &Arc<Hub>, row: RegisterRow) -> Act {
    let Ok(claim) = hub.store.vault().claim(&row.my_number, hub.store.entropy()) else {
        return Box::new(|_, _, _| Err(StoreError::Closed));
    };
    let source = (row.municipality.as_str(), row.municipality.as_str());
    let arrival =
        Arrival::new(claim.key(), Some(claim), row.five, source, hub.name(), &hub.book.names);
    Box::new(move |tx, hub, request| {
        let entered = arrival.enter(tx, request, &hub.book.names)?;
        let mut room = enter::open(tx, &entered.candidate, request)?;
        arrival.describe(&mut room, "registry", false)?;
        Ok(entered.held.map_or(RowResult::Taken, RowResult::Held))
    })
}

/// Somebody of a store that is being built from nothing: nobody else can be the same person.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Description and insurance.
    pub insured: Insured,
    /// Certificates, as registered.
    pub certificates: Vec<domain::certificate::Certificate>,
    /// Cards: generation and serial.
    pub cards: Vec<(String, String)>,
}

/// Builds a store from nothing, for benchmarks: like the registries above, without the search for
/// people who are near.
///
/// # Errors
/// When the store fails, or an identifier occurs twice.
pub async fn load_fresh(hub: &Arc<Hub>, rows: Vec<Fresh>) -> Result<(), Refusal> {
    import(hub, rows, |hub, row| prepare_fresh(hub, row), |_| {}).await.map(drop)
}

fn prepare_fresh(hub: &Arc<Hub>, row: Fresh) -> Act {
    let ids: Vec<String> = (0..row.certificates.len() + 2).map(|_| hub.name()).collect();
    Box::new(move |tx, _, request| {
        let of = &row.insured.insurance;
        let candidate = tx.enter_resident(false)?;
        let key = LinkKey::insured(&of.insurer, &of.symbol, &of.number, &of.branch);
        tx.claim(&key, &candidate, request.at)?;
        for (generation, serial) in &row.cards {
            let (generation, serial) = (generation.clone(), serial.clone());
            tx.claim(&LinkKey::Card { generation, serial }, &candidate, request.at)?;
        }
        let mut room = enter::open(tx, &candidate, request)?;
        put_fresh(&mut room, &row, &ids)?;
        Ok(RowResult::Taken)
    })
}

fn put_fresh(
    room: &mut store::Room<'_, '_>,
    row: &Fresh,
    ids: &[String],
) -> Result<(), StoreError> {
    use fhir::profiles::{certificate, patient};
    let at = room.access().request().at;
    fn new<'a>(
        kind: Record,
        (key, item): (&'a str, &'a str),
        whose: &'a str,
        at: Instant,
    ) -> New<'a> {
        New { kind, key, item, hidden: false, custodian: whose, author: "registry", at }
    }
    let of = &row.insured.insurance;
    let attributes = row.insured.five.clone();
    let face = patient::PatientFace { attributes, identifiers: Vec::new() };
    let reference = format!("Patient/{}", ids[0]);
    let source = format!("insurer:{}", insured_keys_of(of)[0]);
    room.put(&new(Record::Patient, (&source, &ids[0]), &of.insurer, at), |item| {
        patient::write(&face, item)
    })?;
    let key = insured_keys_of(of).join("\u{1f}");
    room.put(&new(Record::CoverageInsurance, (&key, &ids[1]), &of.insurer, at), |item| {
        insurance::write(of, item, &reference)
    })?;
    for (certificate, id) in row.certificates.iter().zip(&ids[2..]) {
        let key = certificate.key();
        let key = [key.municipality, key.type_id, key.sub_key, key.history_key].join("\u{1f}");
        let municipality = &certificate.municipality;
        room.put(&new(Record::CoverageCertificate, (&key, id), municipality, at), |item| {
            certificate::write(certificate, item, &reference)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::person::{Birth, Sex};

    use super::*;
    use crate::testing::{MUNICIPALITY, TestHub};

    fn insured(number: &str, address: &str) -> Insured {
        let five = FiveAttributes {
            name: "試験太郎".into(),
            kana: "シケンタロウ".into(),
            address: address.into(),
            birth: Birth::parse("1990-05-01").unwrap(),
            sex: Sex::Male,
        };
        let insurance = Insurance {
            insurer: "06130017".into(),
            insurer_name: String::new(),
            symbol: "12".into(),
            number: number.into(),
            branch: "01".into(),
            valid_from: domain::day::iso("2026-04-01").unwrap(),
            valid_to: None,
            share_percent: 30,
        };
        Insured { five, insurance, owner: String::new() }
    }

    #[tokio::test]
    async fn a_held_row_waits_with_the_municipality_of_its_address() {
        let test = TestHub::new().await;
        let rows = vec![
            insured("1", "宮崎県都城市1"),
            insured("2", "宮崎県都城市2"),
            insured("3", "大阪府大阪市3"),
        ];
        let done = import_insured(&test.hub, rows, |_| {}).await.unwrap();
        let [RowResult::Taken, RowResult::Held(case), RowResult::Refused(finding)] = &done[..]
        else {
            panic!("{done:?}");
        };
        assert_eq!(finding.code, "owner-unknown");
        for (staff, waits) in [("officer", true), ("far", false)] {
            let session = crate::staff_session(&test.hub, staff, "").await.unwrap();
            let session = crate::open_session(&test.hub, &session).await.unwrap();
            let caller = crate::caller_of_session(&test.hub, &session);
            let list = crate::list_held(&test.hub, &caller).await.unwrap();
            let found = list.iter().any(|held| held.id == *case);
            assert_eq!(found, waits, "{staff} of {MUNICIPALITY} or elsewhere");
        }
    }
}
