//! Loading the towns: catalogue, residents, insurance, families, certificates, cards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use domain::access::{Caller, Role};
use domain::number::MyNumber;
use domain::person::FiveAttributes;
use domain::scheme::{Condition, Scheme};
use hub::import::{
    CardRow, Insured, RegisterRow, RowResult, import_cards, import_insured, import_register,
};
use hub::{Hub, TaskKind, Worker, accept_registration, keep_schemes};
use jiff::civil::Date;
use reader::Algorithm;
use reader::ca::{Purpose, Reason};
use reader::card::{CERTIFICATE_SECONDS, Holder, Pins, SoftCard};
use reader::client::{ClientAlgorithm, ClientKey};
use reader::directory::Directory;
use serde_json::Value;
use store::StoreError;
use store::catalogue::{Client, Institution, Municipality, Staff};
use tokio::task::JoinHandle;

use super::desk::{Cards, DemoCard};
use super::pilot::{PILOTS, Task, about};
use super::tell::Tell;
use super::town::{CardAlgorithm, CardFate, CardPlan};
use super::town::{Person, World, world};
use super::town::{STORY_TOWN, followed, targets};
use super::town::{body, registration_batch};
use crate::clock;
use crate::home::Home;

/// What the towns of the demo are made from.
pub const SEED: u64 = 20_260_401;
/// For how long the certificates of the old card have been over.
const OVER_SECONDS: i64 = 30 * 86_400;
const LOADED: &str = "demo.loaded";

/// The world and its cards; the day on which it was made is kept beside the data.
pub(crate) fn cast(home: &Home, tell: &mut Tell) -> Result<(World, Cards), String> {
    let marker = home.folder().join("demo-day");
    let today = clock::now().day_in_japan();
    let day = std::fs::read_to_string(&marker).ok();
    let day = day.and_then(|text| text.trim().parse::<Date>().ok()).unwrap_or(today);
    std::fs::write(&marker, day.to_string()).map_err(|error| error.to_string())?;
    let world = world(SEED, day);
    tell.line(&format!(
        "16自治体、住民{}人、医療機関等{}か所の町をつくりました(すべて架空です)",
        world.residents.len(),
        world.institutions.len()
    ));
    let cards = issue(home, &world)?;
    Ok((world, cards))
}

/// Issues the cards, or finds them.
fn issue(home: &Home, world: &World) -> Result<Cards, String> {
    let (own, foreign) = (home.cards(), Directory::new(home.folder().join("foreign-cards")));
    let known = |directory: &Directory| directory.cards().unwrap_or_default();
    let (mut old, mut old_foreign) = (known(&own), known(&foreign));
    let mut cards = Vec::new();
    for plan in &world.cards {
        let person = &world.residents[plan.resident];
        let (directory, old) = match plan.fate {
            CardFate::Foreign => (&foreign, &mut old_foreign),
            CardFate::Good | CardFate::Revoked | CardFate::Over => (&own, &mut old),
        };
        let holder = holder(person);
        let over = |card: &SoftCard| card.not_after() < clock::now();
        let same = |card: &SoftCard| {
            *card.holder() == holder && over(card) == (plan.fate == CardFate::Over)
        };
        let found = old.iter().position(same);
        let card = match found {
            Some(at) => old.swap_remove(at),
            None => new_card(directory, plan, holder)?,
        };
        cards.push(DemoCard {
            label: plan.label,
            pin: plan.pin,
            name: display(&person.five),
            card: Mutex::new(card),
        });
    }
    own.renew_crls(clock::now()).map_err(|error| error.to_string())?;
    Ok(Cards::new(cards))
}

fn display(five: &FiveAttributes) -> String {
    if five.name.is_empty() { five.kana.clone() } else { five.name.clone() }
}

fn holder(person: &Person) -> Holder {
    Holder {
        name: person.five.name.clone(),
        kana: person.five.kana.clone(),
        birth: person.five.birth.text(),
        sex: person.five.sex.code().to_owned(),
        address: person.five.address.clone(),
    }
}

fn new_card(directory: &Directory, plan: &CardPlan, holder: Holder) -> Result<SoftCard, String> {
    let algorithm = match plan.algorithm {
        CardAlgorithm::Rsa2048 => Algorithm::Rsa2048,
        CardAlgorithm::P384 => Algorithm::P384,
    };
    let at = clock::now();
    for purpose in [Purpose::UserAuthentication, Purpose::DigitalSignature] {
        directory.ca(algorithm, purpose, at).map_err(|error| error.to_string())?;
    }
    let pins = Pins { authentication: plan.pin.to_owned(), signature: "DEMO2026".to_owned() };
    let issued = match plan.fate {
        CardFate::Over => at.plus_seconds(-CERTIFICATE_SECONDS - OVER_SECONDS),
        _ => at,
    };
    let card =
        directory.issue(algorithm, holder, &pins, issued).map_err(|error| error.to_string())?;
    if plan.fate == CardFate::Revoked {
        directory
            .revoke(card.id(), Reason::KeyCompromise, at)
            .map_err(|error| error.to_string())?;
    }
    Ok(card)
}

/// Loads what is not there yet.
pub(crate) async fn fill(
    hub: &Arc<Hub>,
    home: &Home,
    world: &World,
    cards: &Cards,
    tell: &mut Tell,
) -> Result<(), String> {
    let loaded = hub.store().read(|tx| tx.setting(LOADED)).await;
    if loaded.map_err(|error: StoreError| error.to_string())?.is_some() {
        tell.line("データは前回のものを使います");
        return Ok(());
    }
    let targets = pasts(hub, world);
    catalogue(hub, home, world).await?;
    residents(hub, world, tell).await?;
    relations(hub, world).await?;
    certificates(hub, world).await?;
    immunizations(hub, targets).await?;
    bind(hub, world, cards, tell).await?;
    let done = hub.store().write(|tx| tx.put_setting(LOADED, b"1")).await;
    done.map_err(|error: StoreError| error.to_string())
}

/// The key of a demo client, kept in the data folder.
pub(crate) fn client_key(home: &Home, client: &str) -> Result<ClientKey, String> {
    let folder = home.folder().join("demo-clients");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let path = folder.join(format!("{client}.p8"));
    let kid = format!("{client}-1");
    if let Ok(pkcs8) = std::fs::read(&path) {
        return ClientKey::read(ClientAlgorithm::Es384, kid, pkcs8)
            .map_err(|error| error.to_string());
    }
    let made = ClientKey::generate(ClientAlgorithm::Es384).map_err(|error| error.to_string())?;
    std::fs::write(&path, made.pkcs8()).map_err(|error| error.to_string())?;
    ClientKey::read(ClientAlgorithm::Es384, kid, made.pkcs8().to_vec())
        .map_err(|error| error.to_string())
}

/// The name of a demo client.
pub(crate) fn client_name(organisation: &str) -> String {
    format!("demo-{organisation}")
}

async fn catalogue(hub: &Arc<Hub>, home: &Home, world: &World) -> Result<(), String> {
    let mut clients = Vec::new();
    let desks = world.institutions.iter().take(2).map(|of| (of.code.as_str(), 2));
    for (organisation, kind) in PILOTS.iter().map(|of| (of.code, 1)).chain(desks) {
        let client = client_name(organisation);
        let jwks = client_key(home, &client)?.jwks().to_string();
        clients.push(Client { client, kind, organisation: organisation.to_owned(), jwks });
    }
    let institutions: Vec<Institution> = world.institutions.iter().map(institution).collect();
    let staff = staff(world);
    let kept = hub.store().write(move |tx| {
        for of in &PILOTS {
            let name = format!("{}{}", of.prefecture, of.name);
            let (code, about) = (of.code.to_owned(), about(of));
            tx.put_municipality(&Municipality { code, name, about })?;
        }
        institutions.iter().try_for_each(|of| tx.put_institution(of))?;
        clients.iter().try_for_each(|of| tx.put_client(of))?;
        staff.iter().try_for_each(|of| tx.put_staff(of))
    });
    kept.await.map_err(|error: StoreError| error.to_string())?;
    for of in &PILOTS {
        let schemes: Vec<Scheme> = world
            .schemes
            .iter()
            .filter(|scheme| scheme.municipality == of.code)
            .map(scheme)
            .collect();
        keep_schemes(hub, of.code, &schemes).await.map_err(|refusal| refusal.en)?;
    }
    Ok(())
}

fn institution(of: &super::town::Institution) -> Institution {
    let tasks: Vec<&str> = of.tasks.iter().map(|task| task.name()).collect();
    Institution {
        code: of.code.clone(),
        name: of.name.clone(),
        kind: format!("{:?}", of.kind),
        municipality: of.municipality.to_owned(),
        tasks: tasks.join("、"),
        uses_subsidy: of.tasks.contains(&Task::Subsidy),
    }
}

fn staff(world: &World) -> Vec<Staff> {
    let one = |staff: String, kind: u8, organisation: &str, name: &str| Staff {
        staff,
        kind,
        organisation: organisation.to_owned(),
        name: name.to_owned(),
    };
    let desks = world
        .institutions
        .iter()
        .take(2)
        .map(|of| one(format!("desk:{}", of.code), 1, &of.code, &of.name));
    let officers = PILOTS.iter().map(|of| one(format!("officer:{}", of.code), 2, of.code, of.name));
    let operator = one("operator".to_owned(), 3, "", "運用者");
    desks.chain(officers).chain([operator]).collect()
}

pub(crate) fn scheme(of: &super::town::Scheme) -> Scheme {
    let text = |code: &(&'static str, &'static str)| (code.0.to_owned(), code.1.to_owned());
    Scheme {
        type_id: of.type_id.clone(),
        name: of.name.to_owned(),
        payer_numbers: of.payer_numbers.clone(),
        income_segments: of.income_segments.iter().map(text).collect(),
        conditions: of
            .conditions
            .iter()
            .map(|of| {
                let (item, name) = text(&of.item);
                Condition { item, name, codes: of.conditions.iter().map(text).collect() }
            })
            .collect(),
    }
}

async fn residents(hub: &Arc<Hub>, world: &World, tell: &Tell) -> Result<(), String> {
    let total = world.residents.len();
    let living = world.residents.iter().map(register_row);
    let register = living.chain(former(world)).collect::<Result<Vec<_>, _>>()?;
    let taken = import_register(hub, register, |done| tell.progress("住民", done, total)).await;
    none_refused(&taken.map_err(|refusal| refusal.en)?)?;
    let insured = world.residents.iter().map(insured_row).collect();
    let taken = import_insured(hub, insured, |done| tell.progress("医療保険", done, total)).await;
    none_refused(&taken.map_err(|refusal| refusal.en)?)
}

fn register_row(person: &Person) -> Result<RegisterRow, String> {
    let my_number = MyNumber::parse(&person.my_number).map_err(|finding| finding.en)?;
    let (municipality, five) = (person.municipality.to_owned(), person.five.clone());
    Ok(RegisterRow { my_number, municipality, five })
}

/// Guardians who moved away: a municipality names only people in a relation whom it registered.
fn former(world: &World) -> impl Iterator<Item = Result<RegisterRow, String>> {
    world.relations.iter().filter_map(|relation| {
        let (child, guardian) =
            (&world.residents[relation.child], &world.residents[relation.guardian]);
        let moved = child.municipality != guardian.municipality;
        let municipality = child.municipality.to_owned();
        moved.then(|| Ok(RegisterRow { municipality, ..register_row(guardian)? }))
    })
}

fn insured_row(person: &Person) -> Insured {
    let mut five = person.five.clone();
    if let Some(name) = &person.name_at_insurer {
        five.name.clone_from(name);
    }
    let (insurance, owner) = (person.insurance.clone(), person.municipality.to_owned());
    Insured { five, insurance, owner }
}

fn none_refused(results: &[RowResult]) -> Result<(), String> {
    let refused = results.iter().enumerate().find_map(|(row, result)| match result {
        RowResult::Refused(finding) => Some(format!("row {row}: {}", finding.en)),
        _ => None,
    });
    refused.map_or(Ok(()), Err)
}

fn system_of(municipality: &str) -> Caller {
    Caller {
        role: Role::MunicipalitySystem,
        organisation: municipality.to_owned(),
        actor: client_name(municipality),
        terminal: String::new(),
        resident: None,
    }
}

async fn register(
    hub: &Arc<Hub>,
    municipality: &str,
    kind: TaskKind,
    body: String,
) -> Result<(), String> {
    let caller = system_of(municipality);
    let task = accept_registration(hub, &caller, kind, body.into_bytes(), None).await;
    let task = task.map_err(|refusal| refusal.en)?;
    Worker::new(Arc::clone(hub)).finish().await.map_err(|refusal| refusal.en)?;
    let (task, _) =
        hub::read_task(hub, &caller, &task.name, 0, 1).await.map_err(|refusal| refusal.en)?;
    match task.refused {
        0 => Ok(()),
        refused => Err(format!("{refused} records of {municipality} were refused")),
    }
}

async fn relations(hub: &Arc<Hub>, world: &World) -> Result<(), String> {
    let mut bodies: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (number, relation) in world.relations.iter().enumerate() {
        let (child, guardian) =
            (&world.residents[relation.child], &world.residents[relation.guardian]);
        bodies.entry(child.municipality).or_default().push(serde_json::json!({
            "myNumber": child.my_number,
            "guardianMyNumber": guardian.my_number,
            "relation": "parent",
            "validFrom": relation.from.to_string(),
            "validTo": relation.to.to_string(),
            "historyKey": format!("R{number:06}"),
            "isDeleted": false,
        }));
    }
    for (municipality, records) in bodies {
        let body = Value::Array(records).to_string();
        register(hub, municipality, TaskKind::Relations, body).await?;
    }
    Ok(())
}

/// The municipality of the story follows everybody who lives there, and says which doses they had.
async fn immunizations(hub: &Arc<Hub>, targets: JoinHandle<Vec<Value>>) -> Result<(), String> {
    let targets = targets.await.map_err(|error| error.to_string())?;
    let body = Value::Array(targets).to_string();
    register(hub, STORY_TOWN, TaskKind::Immunization, body).await
}

/// Walks through everybody's past while the rest is loaded.
fn pasts(hub: &Arc<Hub>, world: &World) -> JoinHandle<Vec<Value>> {
    let (hub, town) = (Arc::clone(hub), followed(world));
    tokio::task::spawn_blocking(move || targets(&town, &hub.book().immunization))
}

/// Certificates of every town but the one whose system registers them in the story.
async fn certificates(hub: &Arc<Hub>, world: &World) -> Result<(), String> {
    for of in PILOTS.iter().filter(|of| of.code != STORY_TOWN) {
        let batch = registration_batch(world, of.code);
        if !batch.is_empty() {
            register(hub, of.code, TaskKind::MedicalSubsidy, body(&batch)).await?;
        }
    }
    Ok(())
}

async fn bind(hub: &Arc<Hub>, world: &World, cards: &Cards, tell: &Tell) -> Result<(), String> {
    let plans = world.cards.iter().filter(|plan| plan.fate != CardFate::Foreign);
    let rows = plans
        .filter_map(|plan| {
            let person = &world.residents[plan.resident];
            let card = cards.get(plan.label)?.card.lock().ok()?;
            Some(CardRow {
                generation: card.generation().to_owned(),
                serial: card.serial().to_owned(),
                five: person.five.clone(),
                owner: person.municipality.to_owned(),
            })
        })
        .collect();
    let bound = import_cards(hub, rows, |_| {}).await.map_err(|refusal| refusal.en)?;
    none_refused(&bound)?;
    let held = bound.iter().filter(|result| matches!(result, RowResult::Held(_))).count();
    tell.line(&format!("カード{}枚を結び付けました(うち本人確認待ち{held}枚)", bound.len()));
    Ok(())
}
