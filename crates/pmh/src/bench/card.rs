//! `card`: cards are tapped. Challenges are fetched and answers signed outside the timed part.

use std::thread;
use std::time::Duration;

use domain::instant::Instant as WallInstant;
use reader::Algorithm;
use reader::ca::{Purpose, TestCa};
use reader::card::{Challenge, Holder, Pins, SoftCard};
use serde_json::{Value, json};

use super::eligibility::{PATH, about};
use super::http::write_request;
use super::load::{Bound, Outcome, Plan, Work, run};
use super::measure::{Memory, bytes_below, median, tick};
use super::record::text;
use super::report::Row;
use super::server::Server;
use super::session::Session;
use super::{Authority, Frame, IssuedCard, SEED, Want};
use crate::demo::town::person;

const CARDS: usize = 64;
const SIGNERS: usize = 2;
const RESIDENTS: u64 = 10_000;
const PIN: &str = "1234";
const CHALLENGES_PATH: &str = "/pmh/v1/card-challenges";
const ROUNDS_MAX: usize = 5;
/// No further round is begun after this.
const TIME_MAX: Duration = Duration::from_secs(60);
const HANG: Duration = Duration::from_secs(60);

/// What is measured of one algorithm: how many answers a round has (all must be signed and used
/// within the 120 s that a challenge lives), and the rate that is wanted.
struct Case {
    algorithm: Algorithm,
    name: &'static str,
    answers: u64,
    goal: (&'static str, f64),
}

const CASES: [Case; 2] = [
    Case {
        algorithm: Algorithm::Rsa2048,
        name: "RSA-2048",
        answers: 12_000,
        goal: ("≥ 4,000/s", 4_000.0),
    },
    Case { algorithm: Algorithm::P384, name: "P-384", answers: 4_000, goal: ("≥ 800/s", 800.0) },
];

/// Both algorithms, each with a store of its own.
///
/// # Errors
/// A card cannot be made, the server does not start, or an answer is wrong.
pub fn bench(frame: &Frame<'_>) -> Result<Vec<Row>, String> {
    CASES.iter().map(|case| measure(frame, case)).collect()
}

fn measure(frame: &Frame<'_>, case: &Case) -> Result<Row, String> {
    let (cards, authority) = issue(case.algorithm, (frame.env.clock)())?;
    let dir = frame.folder(&format!("card-{}", case.name))?;
    let data = dir.join("data");
    let want = Want {
        cards: &cards,
        authorities: &[authority],
        ..Want::empty(&data, RESIDENTS, RESIDENTS)
    };
    let built = (frame.env.build)(&want)?;
    let server = frame.serve(&dir, &built)?;
    let mut session = Session::new(&built.desk, server.address, frame.env.clock);
    let (mut all, mut rates) = (Outcome::default(), Vec::new());
    let begun = tick();
    while rates.len() < ROUNDS_MAX && (rates.is_empty() || begun.elapsed() < TIME_MAX) {
        let outcome = round(frame, case, &server, &mut session, &cards)?;
        rates.push(outcome.per_second());
        all.latency.merge(&outcome.latency);
        all.time += outcome.time;
    }
    let mut row = Row::new("card", case.name).with_load(&all).with("rounds", rates.len());
    row.per_second = median(rates);
    row.rss_mib = server.memory().map(Memory::peak_mib);
    row.store_bytes = Some(bytes_below(&data));
    let reached = row.per_second.map(|rate| rate >= case.goal.1);
    Ok(row.wanting(case.goal.0, reached))
}

/// The cards of the first residents: two threads, since making RSA keys takes long.
fn issue(algorithm: Algorithm, at: WallInstant) -> Result<(Vec<IssuedCard>, Authority), String> {
    let text = |fault: reader::KeyFault| fault.to_string();
    let mut ca = TestCa::generate(algorithm, Purpose::UserAuthentication, at).map_err(text)?;
    let other = TestCa::generate(Algorithm::P384, Purpose::DigitalSignature, at).map_err(text)?;
    let make = |first: usize| -> Result<Vec<IssuedCard>, String> {
        (first..CARDS)
            .step_by(SIGNERS)
            .map(|resident| {
                let pins =
                    Pins { authentication: PIN.to_owned(), signature: "TEST1234".to_owned() };
                let resident = resident as u64;
                let cas = (&ca, &other);
                let card = SoftCard::issue(cas, algorithm, Holder::default(), &pins, at);
                card.map(|card| IssuedCard { resident, card }).map_err(|fault| fault.to_string())
            })
            .collect()
    };
    let make = &make;
    let parts: Vec<Result<Vec<IssuedCard>, String>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..SIGNERS).map(|first| scope.spawn(move || make(first))).collect();
        threads.into_iter().map(|thread| joined(thread.join())).collect()
    });
    let cards = parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let certificate = ca.certificate().to_vec();
    Ok((cards, Authority { certificate, revocations: ca.crl(at).map_err(text)? }))
}

fn joined<T>(result: thread::Result<Result<T, String>>) -> Result<T, String> {
    result.unwrap_or_else(|_| Err("a thread ended by a panic".to_owned()))
}

fn round(
    frame: &Frame<'_>,
    case: &Case,
    server: &Server,
    session: &mut Session<'_>,
    cards: &[IssuedCard],
) -> Result<Outcome, String> {
    let headers = session.authorization()?;
    let challenges = std::rc::Rc::default();
    let count = frame.size.unwrap_or(case.answers).min(case.answers);
    let plan = Plan {
        address: server.address,
        connections: frame.connections,
        warm_up: Duration::ZERO,
        bound: Bound::Count(count, HANG),
    };
    let fetch = Fetch { headers: headers.clone(), got: std::rc::Rc::clone(&challenges) };
    run(&plan, fetch)?.faultless()?;
    let answers = signed(&challenges.take(), cards)?;
    run(&plan, Answers { headers, list: answers })?.faultless()
}

/// Fetches challenges and keeps them.
struct Fetch {
    headers: String,
    got: std::rc::Rc<std::cell::RefCell<Vec<Value>>>,
}

impl Work for Fetch {
    fn next(&self, _: u64, out: &mut Vec<u8>) {
        write_request(out, ("POST", CHALLENGES_PATH), &self.headers, "application/json", b"{}");
    }

    fn check(&self, _: u64, status: u16, body: &[u8]) -> Result<(), String> {
        about(if status == 201 { 200 } else { status }, body, &["\"challenge\""])?;
        let challenge = serde_json::from_slice(body).map_err(|fault| fault.to_string())?;
        self.got.borrow_mut().push(challenge);
        Ok(())
    }
}

/// A signed answer, ready to send, and the name that must come back.
struct Answer {
    body: Vec<u8>,
    name: String,
}

struct Answers {
    headers: String,
    list: Vec<Answer>,
}

impl Work for Answers {
    fn next(&self, i: u64, out: &mut Vec<u8>) {
        let body = usize::try_from(i).ok().and_then(|at| self.list.get(at));
        let body = body.map_or(&[][..], |answer| &answer.body);
        write_request(out, ("POST", PATH), &self.headers, "application/json", body);
    }

    fn check(&self, i: u64, status: u16, body: &[u8]) -> Result<(), String> {
        let answer = usize::try_from(i).ok().and_then(|at| self.list.get(at));
        let name = answer.map_or("", |answer| &answer.name);
        about(status, body, &["\"found\":true", "\"identifiedBy\":\"card\"", name])
    }
}

/// Every challenge answered by the next card in turn, in two threads.
fn signed(challenges: &[Value], cards: &[IssuedCard]) -> Result<Vec<Answer>, String> {
    let share = challenges.len().div_ceil(SIGNERS).max(1);
    let parts: Vec<Result<Vec<Answer>, String>> = thread::scope(|scope| {
        let threads: Vec<_> = challenges
            .chunks(share)
            .map(|part| scope.spawn(move || sign_all(part, cards.to_vec())))
            .collect();
        threads.into_iter().map(|thread| joined(thread.join())).collect()
    });
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn sign_all(challenges: &[Value], mut cards: Vec<IssuedCard>) -> Result<Vec<Answer>, String> {
    let names: Vec<String> = cards
        .iter()
        .map(|card| format!("\"name\":{}", text(&person(SEED, card.resident).five.name)))
        .collect();
    let count = cards.len().max(1);
    let sign = |(at, challenge): (usize, &Value)| {
        let card = cards.get_mut(at % count).ok_or("there are no cards")?;
        let body = answer(&mut card.card, challenge)?;
        Ok(Answer { body, name: names[at % count].clone() })
    };
    challenges.iter().enumerate().map(sign).collect()
}

fn answer(card: &mut SoftCard, challenge: &Value) -> Result<Vec<u8>, String> {
    let part = |name: &str| {
        let value = challenge.get(name).and_then(Value::as_str);
        value.ok_or_else(|| format!("the challenge has no {name}"))
    };
    let token = part("challenge")?;
    let (origin, institution, terminal) =
        (part("origin")?, part("institution")?, part("terminal")?);
    let signed = Challenge::from_token(token, origin, institution, terminal)
        .and_then(|challenge| card.answer(PIN, &challenge))
        .map_err(|fault| fault.to_string())?;
    let mut answer = signed.json();
    answer["challenge"] = json!(token);
    let body = json!({ "card": answer, "consent": { "certificates": true } });
    Ok(body.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn every_challenge_is_answered_by_one_of_the_cards_and_names_its_holder() {
        let (cards, authority) = issue(Algorithm::P384, WallInstant(1_795_446_000_000)).unwrap();
        assert_eq!(cards.len(), CARDS);
        assert!(!authority.certificate.is_empty() && !authority.revocations.is_empty());
        let token = |n: u8| URL_SAFE_NO_PAD.encode([n; 20]);
        let challenges: Vec<Value> = (0..5)
            .map(|n| {
                json!({ "challenge": token(n), "origin": "http://127.0.0.1:1",
                        "institution": "4510000000", "terminal": "1" })
            })
            .collect();
        let answers = signed(&challenges, &cards).unwrap();
        assert_eq!(answers.len(), 5);
        for (n, answer) in (0..).zip(&answers) {
            let sent: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(sent["card"]["challenge"], json!(token(n)));
            let signature = STANDARD.decode(sent["card"]["signature"].as_str().unwrap()).unwrap();
            assert_eq!(signature.len(), 96);
            assert!(answer.name.starts_with("\"name\":\""));
        }
        assert!(signed(&[json!({})], &cards).is_err());
    }
}
