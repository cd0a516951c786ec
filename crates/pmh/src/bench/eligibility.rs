//! `eligibility`: desks ask by insured-person numbers, random persons of the whole store.

use std::net::SocketAddr;
use std::time::Duration;

use domain::insurance::Insurance;

use super::http::write_request;
use super::load::{Bound, Plan, Work, run};
use super::measure::{Memory, bytes_below};
use super::record::{push_text, text};
use super::report::Row;
use super::session::Session;
use super::{Filled, Frame, SEED};
use crate::demo::town::person;

/// Random persons prepared before the run; the run goes round among them.
const DRAWN: u64 = 200_000;
/// The path of the call.
pub const PATH: &str = "/pmh/v1/eligibility";

/// One question and what its answer must contain.
struct Question {
    body: Vec<u8>,
    name: String,
    number: String,
}

/// Questions by insured-person numbers, each with its expected answer.
pub struct Questions {
    headers: String,
    list: Vec<Question>,
}

impl Questions {
    /// About `count` random persons of the first `residents`. `headers` carries the token.
    #[must_use]
    pub fn draw(headers: String, residents: u64, count: u64) -> Self {
        let mut random = Random(SEED);
        let list = (0..count).map(|_| question(random.below(residents))).collect();
        Self { headers, list }
    }

    fn at(&self, i: u64) -> &Question {
        let at = i % self.list.len() as u64;
        &self.list[usize::try_from(at).unwrap_or_default()]
    }
}

fn question(i: u64) -> Question {
    let person = person(SEED, i);
    let mut body = Vec::with_capacity(192);
    insured(&mut body, &person.insurance);
    Question {
        body,
        name: format!("\"name\":{}", text(&person.five.name)),
        number: format!("\"number\":{}", text(&person.insurance.number)),
    }
}

fn insured(out: &mut Vec<u8>, insurance: &Insurance) {
    let items = [
        ("{\"insured\":{\"insurerNumber\":", &insurance.insurer),
        (",\"symbol\":", &insurance.symbol),
        (",\"number\":", &insurance.number),
        (",\"branch\":", &insurance.branch),
    ];
    for (before, value) in items {
        out.extend_from_slice(before.as_bytes());
        push_text(out, value);
    }
    out.extend_from_slice(b"},\"consent\":{\"certificates\":true}}");
}

impl Work for Questions {
    fn next(&self, i: u64, out: &mut Vec<u8>) {
        let body = &self.at(i).body;
        write_request(out, ("POST", PATH), &self.headers, "application/json", body);
    }

    fn check(&self, i: u64, status: u16, body: &[u8]) -> Result<(), String> {
        let Question { name, number, .. } = self.at(i);
        about(status, body, &["\"found\":true", name, number])
    }
}

/// Whether a 200 contains every one of `wanted`.
///
/// # Errors
/// What is missing.
pub fn about(status: u16, body: &[u8], wanted: &[&str]) -> Result<(), String> {
    let body = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8")?;
    if status != 200 {
        return Err(format!("status {status}: {body}"));
    }
    match wanted.iter().find(|part| !body.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("the answer lacks {part}: {body:.200}")),
    }
}

/// Load on a running server: `eligibility` by numbers with the token in `headers`.
fn plan(address: SocketAddr, frame: &Frame<'_>) -> Plan {
    Plan {
        address,
        connections: frame.connections,
        warm_up: Duration::from_secs(3),
        bound: Bound::For(frame.seconds(20)),
    }
}

/// Starts the server on the filled store and measures.
///
/// # Errors
/// The server does not start, or an answer is wrong.
pub fn bench(frame: &Frame<'_>, filled: &Filled) -> Result<Vec<Row>, String> {
    let server = filled.serve(frame)?;
    let mut session = Session::new(&filled.built.desk, server.address, frame.env.clock);
    let questions = Questions::draw(session.authorization()?, filled.residents, DRAWN);
    let before = server.processor_time();
    let outcome = run(&plan(server.address, frame), questions)?.faultless()?;
    let used = server.processor_time().saturating_sub(before);
    let mut row = Row::new("eligibility", "").with_load(&outcome);
    row.rss_mib = server.memory().map(Memory::peak_mib);
    row.store_bytes = Some(bytes_below(&filled.data));
    let (p99, rss) = (row.p99_ms, row.rss_mib);
    let row = row
        .with("residents", filled.residents)
        .with("build_seconds", filled.time.as_secs_f64())
        .with("server_cpu_seconds", used.as_secs_f64())
        .wanting("≥ 10,000/s", Some(outcome.per_second() >= 10_000.0))
        .wanting("p99 ≤ 20 ms", p99.map(|ms| ms <= 20.0))
        .wanting("RSS ≤ 600 MiB", rss.map(|mib| mib <= 600.0));
    Ok(vec![row])
}

/// A small generator of numbers (SplitMix64): the same draws on every machine.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// Below `limit`; the bias of the remainder does not matter for load.
    pub const fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % if limit == 0 { 1 } else { limit }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_question_is_the_call_by_numbers_and_knows_its_answer() {
        let person = person(SEED, 12_345);
        let Question { body, name, number } = question(12_345);
        let sent: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(sent["insured"]["insurerNumber"], json!(person.insurance.insurer));
        assert_eq!(sent["insured"]["branch"], json!(person.insurance.branch));
        assert_eq!(sent["consent"], json!({ "certificates": true }));
        let right =
            format!("{{\"found\":true,\"person\":{{{name}}},\"insurance\":[{{{number}}}]}}");
        let wanted = ["\"found\":true", &name, &number];
        assert_eq!(about(200, right.as_bytes(), &wanted), Ok(()));
        let other = right.replace(&name, "\"name\":\"他人\"");
        assert!(about(200, other.as_bytes(), &wanted).unwrap_err().contains(&name));
        assert!(about(401, b"{}", &wanted).unwrap_err().starts_with("status 401"));
    }

    #[test]
    fn draws_are_the_same_every_time_and_below_the_limit() {
        let draw = || {
            let mut random = Random(7);
            (0..1000).map(|_| random.below(10)).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        assert!((0..10).all(|digit| draw().contains(&digit)) && draw().iter().all(|n| *n < 10));
    }
}
