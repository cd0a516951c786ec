//! What benchmarks need of the hub: stores made in bulk, clients, the durable commit.

use std::path::Path;
use std::sync::Arc;

use domain::certificate::Certificate;
use domain::insurance::Insurance;
use hub::import::{Fresh, Insured, load_fresh};
use hub::{Hub, keep_schemes};
use jiff::ToSpan as _;
use jiff::civil::Date;
use reader::client::{ClientAlgorithm, ClientKey};
use reader::directory::pem;
use store::StoreError;
use store::catalogue::{self, Institution, Municipality};

use crate::bench::{BenchEnv, Built, Client, Commit, SEED, Want, record};
use crate::clock;
use crate::demo::pilot::PILOTS;
use crate::demo::scheme;
use crate::demo::town::{BENCH_DAY, Person, person, world};
use crate::home::Home;
use crate::serve;

const DESK: &str = "4510210018";
const TERMINAL: &str = "bench";
/// Residents made at a time.
const CHUNK: u64 = 10_000;

/// How benchmarks reach the hub.
pub(crate) fn environment() -> BenchEnv {
    BenchEnv {
        exe: std::env::current_exe().unwrap_or_default(),
        clock: clock::now,
        build,
        commits: Some(commits),
    }
}

fn build(want: &Want<'_>) -> Result<Built, String> {
    let home = Home::open(want.data)?;
    authorities(want)?;
    serve::runtime()?.block_on(async {
        let hub = home.hub("http://bench.invalid", false)?;
        let built = parties(&hub).await?;
        residents(&hub, want).await?;
        Ok(built)
    })
}

/// Puts the CAs where the hub looks for them.
fn authorities(want: &Want<'_>) -> Result<(), String> {
    let folder = want.data.join("test-cards").join("ca");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for (number, authority) in want.authorities.iter().enumerate() {
        let put = |ending: &str, label: &str, der: &[u8]| {
            let path = folder.join(format!("{number}-auth.{ending}.pem"));
            std::fs::write(path, pem(label, der)).map_err(|error| error.to_string())
        };
        put("crt", "CERTIFICATE", &authority.certificate)?;
        put("crl", "X509 CRL", &authority.revocations)?;
    }
    Ok(())
}

/// Municipalities with schemes, the desk, and their systems.
async fn parties(hub: &Arc<Hub>) -> Result<Built, String> {
    let desk = client("bench-desk", DESK, Some(TERMINAL))?;
    let towns = record::TOWNS
        .iter()
        .map(|town| client(&format!("bench-{town}"), town, None))
        .collect::<Result<Vec<_>, _>>()?;
    let mut clients = vec![stored(&desk, 2)];
    clients.extend(towns.iter().map(|town| stored(town, 1)));
    let kept = hub.store().write(move |tx| {
        for of in &PILOTS {
            let (code, name) = (of.code.to_owned(), of.name.to_owned());
            tx.put_municipality(&Municipality { code, name, about: String::new() })?;
        }
        tx.put_institution(&Institution {
            code: DESK.to_owned(),
            name: "試験クリニック".to_owned(),
            kind: "Clinic".to_owned(),
            municipality: "452025".to_owned(),
            tasks: String::new(),
            uses_subsidy: true,
        })?;
        clients.iter().try_for_each(|client| tx.put_client(client))
    });
    kept.await.map_err(|error: StoreError| error.to_string())?;
    let world = world(SEED, BENCH_DAY);
    for of in &PILOTS {
        let schemes = world.schemes.iter().filter(|scheme| scheme.municipality == of.code);
        let schemes: Vec<_> = schemes.map(scheme).collect();
        keep_schemes(hub, of.code, &schemes).await.map_err(|refusal| refusal.en)?;
    }
    Ok(Built { arguments: Vec::new(), desk, towns })
}

fn client(id: &str, party: &str, terminal: Option<&str>) -> Result<Client, String> {
    let key = ClientKey::generate(ClientAlgorithm::Es384).map_err(|error| error.to_string())?;
    let terminal = terminal.map(str::to_owned);
    Ok(Client { id: id.to_owned(), party: party.to_owned(), terminal, key })
}

fn stored(of: &Client, kind: u8) -> catalogue::Client {
    catalogue::Client {
        client: of.id.clone(),
        kind,
        organisation: of.party.clone(),
        jwks: of.key.jwks().to_string(),
    }
}

async fn residents(hub: &Arc<Hub>, want: &Want<'_>) -> Result<(), String> {
    let today = clock::now().day_in_japan();
    let mut from = 0;
    while from < want.residents {
        let to = want.residents.min(from + CHUNK);
        let rows = (from..to).map(|i| fresh(want, i, today)).collect();
        load_fresh(hub, rows).await.map_err(|refusal| refusal.en)?;
        from = to;
    }
    Ok(())
}

fn fresh(want: &Want<'_>, i: u64, today: Date) -> Fresh {
    let person = person(SEED, i);
    let count = want.certificates / want.residents
        + u64::from(i < want.certificates % want.residents.max(1));
    let certificates = (0..count).map(|number| certificate(&person, i, number, today)).collect();
    let cards = want
        .cards
        .iter()
        .filter(|issued| issued.resident == i)
        .map(|issued| (issued.card.generation().to_owned(), issued.card.serial().to_owned()))
        .collect();
    let insurance = Insurance { valid_from: today, valid_to: None, ..person.insurance };
    let insured = Insured { five: person.five, insurance, owner: String::new() };
    Fresh { insured, certificates, cards }
}

fn certificate(person: &Person, i: u64, number: u64, today: Date) -> Certificate {
    Certificate {
        municipality: person.municipality.to_owned(),
        type_id: "SHOGAI".to_owned(),
        name: "重度心身障がい者医療費受給資格証".to_owned(),
        payer_number: Some("80452024".to_owned()),
        recipient_number: Some(format!("{i:07}")),
        sub_key: None,
        segment: None,
        income_segment: Some("01".to_owned()),
        additional_conditions: None,
        designated_institutions: None,
        always_reimbursed: false,
        max_copayment: None,
        valid_from: today,
        valid_to: today.saturating_add(1.year()),
        history_key: format!("H{number}"),
        not_disclosed: false,
        details: "[]".to_owned(),
    }
}

fn commits(folder: &Path) -> Result<Commit, String> {
    let runtime = serve::runtime()?;
    let store = Home::open(folder)?.store(true)?;
    Ok(Box::new(move || {
        let done = runtime.block_on(store.commit_once(clock::now()));
        done.map_err(|error| error.to_string())
    }))
}
