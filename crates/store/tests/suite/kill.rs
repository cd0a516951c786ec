//! kill -9: what was acknowledged is there, once, and the log verifies.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fhir::Kind;
use store::config::Place;
use store::{Store, StoreError};

use crate::bench::{Bench, NOW, block_on, open};
use crate::people::{card, granted, new, registration};

const CHILD: &str = "PMH_STORE_KILL_CHILD";
const CYCLE: &str = "PMH_STORE_KILL_CYCLE";
/// Threads of the child, so that a batch holds several deeds.
const WRITERS: usize = 4;

/// How often the child is killed.
fn cycles() -> usize {
    let asked = std::env::var("PMH_ASSURE_SIZE").ok().and_then(|size| size.parse().ok());
    match std::env::var_os("PMH_ASSURE") {
        Some(_) => asked.unwrap_or(200),
        None => 20,
    }
}

/// Not a test of its own: the process that is killed. It writes until then.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let cycle = std::env::var(CYCLE).unwrap();
    let store = open(Place::Sqlite(path.into())).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, cycle) = (&store, &cycle);
            scope.spawn(move || {
                // Bounded, if nobody kills it.
                for number in 0..20_000 {
                    let id = format!("{cycle}-{writer}-{number}");
                    deed(store, &id).unwrap();
                    // One write of one line: a killed process leaves it whole or not at all.
                    std::io::stdout().lock().write_all(format!("ack {id}\n").as_bytes()).unwrap();
                }
            });
        }
    });
}

fn deed(store: &Store, id: &str) -> Result<(), StoreError> {
    let id = id.to_owned();
    block_on(store.write(move |tx| {
        let candidate = tx.enter_resident(false)?;
        tx.claim(&card(&id), &candidate, NOW)?;
        let access = granted(tx, &registration(), &card(&id))?;
        let mut room = tx.enter(access)?;
        room.put(&new(Kind::Patient, "k", &id), |item| item.as_bytes().to_vec()).map(drop)
    }))
}

/// Lets the child write for so long, kills it, and gives what it acknowledged.
fn written_until_killed(path: &Path, cycle: usize, life: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .env(CYCLE, cycle.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = out.split(b'\n').map_while(Result::ok);
        let lines = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
        lines.filter_map(|line| Some(line.split_once("ack ")?.1.to_owned())).collect()
    });
    std::thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let mut bench = Bench::sqlite();
    let Place::Sqlite(path) = bench.place.clone() else { unreachable!() };
    let mut acknowledged = 0;
    for cycle in 0..cycles() {
        let life = Duration::from_millis(20 + u64::try_from(cycle * 37 % 180).unwrap());
        let acks = written_until_killed(&path, cycle, life);
        acknowledged += acks.len();
        check(&mut bench, cycle, &acks);
        bench.close();
    }
    println!("{acknowledged} deeds were acknowledged");
    assert!(acknowledged > cycles(), "the child must have come to write: {acknowledged}");
}

fn check(bench: &mut Bench, cycle: usize, acks: &[String]) {
    crate::log::verify(&bench.store());
    let mine = format!("select item from record where item like '{cycle}-%'");
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for item in bench.rows(&mine) {
        *kept.entry(item).or_default() += 1;
    }
    for id in acks {
        assert_eq!(kept.get(id), Some(&1), "{id} was acknowledged in cycle {cycle}");
    }
    // Deeds are whole: each left one row in each of these.
    let tables = ["resident", "link", "record", "audit_entry"];
    let counts = tables.map(|table| bench.number(&format!("select count(*) from {table}")));
    assert_eq!(counts, [counts[0]; 4], "{tables:?} after cycle {cycle}");
}
