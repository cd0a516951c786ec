//! `kill -9` in the middle of registrations: what was acknowledged is there, exactly once.
//!
//! A few cycles in the ordinary test; `cargo xtask assure kill-cycles` runs 200.

use std::path::Path;
use std::time::Duration;

use crate::process::{Folder, Server, demo_once};
use pmh::audit::{Checker, Http};
use pmh::client::{Client, form};
use pmh::clock;
use pmh::demo::town::{Registration, STORY_TOWN, World, body, registration_batch, world};
use reader::client::{ClientAlgorithm, ClientKey};
use serde_json::{Value, json};

/// Residents whose certificates are counted at the end.
const WATCHED: usize = 3;

fn cycles() -> u64 {
    let full = std::env::var("PMH_ASSURE").is_ok();
    let size = std::env::var("PMH_ASSURE_SIZE").ok().and_then(|size| size.parse().ok());
    size.unwrap_or(if full { 200 } else { 8 })
}

#[test]
fn every_acknowledged_record_is_there_exactly_once() {
    let folder = Folder::new("kill");
    let (_, held) = demo_once(&folder.0);
    assert!(held, "the demo data are there");
    let day = std::fs::read_to_string(folder.0.join("demo-day")).unwrap();
    let world = world(pmh::demo::SEED, day.trim().parse().unwrap());
    let batch = registration_batch(&world, STORY_TOWN);

    let (mut acknowledged, mut records) = (Vec::new(), 0);
    for cycle in 0..cycles() {
        let sent = of_cycle(&batch, cycle);
        records += sent.len();
        let server = Server::start(&folder.0);
        let city = system(&server.base, &folder.0, STORY_TOWN, None);
        let answer = city.post(
            "/pmh/v1/medical-subsidy/registration-tasks",
            "application/json",
            body(&sent).as_bytes(),
            &[],
        );
        // From at once to after the last chunk: a spread, not a choice.
        std::thread::sleep(Duration::from_millis(cycle * 37 % 400));
        server.kill();
        let answer = answer.unwrap();
        assert_eq!(answer.status, 202, "{}", answer.text());
        acknowledged.push((cycle, sent.len() as u64, answer.location.unwrap()));
    }

    let server = Server::start(&folder.0);
    let city = system(&server.base, &folder.0, STORY_TOWN, None);
    for (cycle, sent, place) in &acknowledged {
        let task = finished(&city, place);
        let count = |name: &str| task["counts"][name].as_u64().unwrap();
        let sum = count("accepted") + count("refused") + count("held");
        assert_eq!((sum, count("done")), (*sent, *sent), "cycle {cycle}");
    }
    exactly_once(&server.base, &folder.0, &world, &batch, &acknowledged);
    log_is_sound(&server.base);
    println!("{} kill -9 cycles, {records} records acknowledged", cycles());
}

/// Whether somebody gets a certificate in a cycle: every other one, because a person has at most so
/// many of one municipality.
fn has_turn(resident: usize, cycle: u64) -> bool {
    resident as u64 % 2 == cycle % 2
}

/// One other certificate for everybody whose turn it is: another history key, a recipient number of
/// the cycle's own. Several chunks of the worker.
fn of_cycle(batch: &[Registration], cycle: u64) -> Vec<Registration> {
    let mut seen = std::collections::HashSet::new();
    batch
        .iter()
        .filter(|record| has_turn(record.resident, cycle) && seen.insert(record.resident))
        .map(|record| {
            let mut record = record.clone();
            record.certificate.history_key = format!("KILL{cycle}");
            record.certificate.recipient_number = Some(format!("K-{cycle}"));
            record.certificate.not_disclosed = false;
            record
        })
        .collect()
}

fn finished(city: &Client, place: &str) -> Value {
    for _ in 0..1200 {
        let task = city.get(place).unwrap().json();
        if task["finishedAt"].is_string() {
            return task;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{place} does not end");
}

fn system(base: &str, data: &Path, organisation: &str, terminal: Option<&str>) -> Client {
    let client = format!("demo-{organisation}");
    let pkcs8 = std::fs::read(data.join("demo-clients").join(format!("{client}.p8"))).unwrap();
    let key = ClientKey::read(ClientAlgorithm::Es384, format!("{client}-1"), pkcs8).unwrap();
    let jti = format!("kill-{}-{}", clock::now().0, base.len());
    let audience = format!("{base}/pmh/v1/token");
    let assertion = key.assertion(&client, &audience, &jti, clock::now()).unwrap();
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    fields.extend(terminal.map(|name| ("terminal", name)));
    let kind = "application/x-www-form-urlencoded";
    let answer =
        Client::new(base).post("/pmh/v1/token", kind, form(&fields).as_bytes(), &[]).unwrap();
    let token = answer.json()["access_token"].as_str().map(str::to_owned);
    Client::with_token(base, &token.unwrap_or_else(|| panic!("{}", answer.text())))
}

fn exactly_once(
    base: &str,
    data: &Path,
    world: &World,
    batch: &[Registration],
    acknowledged: &[(u64, u64, String)],
) {
    let clinic = system(base, data, &world.cast().desk_institution, Some("受付1"));
    let mut seen = 0;
    for record in batch.iter().filter(|record| !record.certificate.not_disclosed) {
        let of = &world.residents[record.resident].insurance;
        let asked = json!({
            "insured": { "insurerNumber": of.insurer, "symbol": of.symbol, "number": of.number,
                "branch": of.branch },
            "consent": { "certificates": true },
        });
        let shown = clinic.post_json("/pmh/v1/eligibility", &asked).unwrap().json();
        let certificates = shown["certificates"].as_array().cloned().unwrap_or_default();
        let first = format!("K-{}", record.resident % 2);
        if !certificates.iter().any(|of| of["medicalSubsidyRecipientNumber"] == first.as_str()) {
            continue;
        }
        for (cycle, ..) in acknowledged {
            let number = format!("K-{cycle}");
            let count = certificates
                .iter()
                .filter(|of| of["medicalSubsidyRecipientNumber"] == number.as_str())
                .count();
            let own = usize::from(has_turn(record.resident, *cycle));
            assert_eq!(count, own, "cycle {cycle}: certificates of one resident");
        }
        seen += 1;
        if seen == WATCHED {
            return;
        }
    }
    panic!("only {seen} residents could be watched");
}

fn log_is_sound(base: &str) {
    let browser = Client::new(base);
    browser.get("/log/checkpoint").unwrap();
    let vkey = browser.get("/log/vkey").unwrap().text();
    let report =
        Checker::new(vkey.trim()).unwrap().verify(&Http::new(&format!("{base}/log/"))).unwrap();
    assert!(report.size > 1000);
}
