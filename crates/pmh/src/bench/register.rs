//! `register`: municipalities send certificates through the task interface, 10,000 a body.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::load::Outcome;
use super::measure::{Memory, bytes_below, micros, per_second, tick};
use super::record::{Residents, TOWNS, Writer};
use super::report::Row;
use super::session::Session;
use super::{Frame, Want};

const RECORDS: u64 = 1_000_000;
/// As many as one body may have.
const BODY_RECORDS: u64 = 10_000;
const TASKS_PATH: &str = "/pmh/v1/medical-subsidy/registration-tasks";
const PAUSE: Duration = Duration::from_millis(20);
/// No further body is sent after this: the run must end within 240 s.
const TIME_MAX: Duration = Duration::from_secs(210);
const TASK_MAX: Duration = Duration::from_secs(120);

/// A body that was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Done {
    records: u64,
    /// Of these, waiting for an officer: twins and namesakes of the synthetic towns.
    held: u64,
    sent: Instant,
    finished: Instant,
}

/// Starts the server on a store without residents and measures; one task in flight for each of
/// the four municipalities.
///
/// # Errors
/// The server does not start, or a record is refused.
pub fn bench(frame: &Frame<'_>) -> Result<Vec<Row>, String> {
    let dir = frame.folder("register")?;
    let built = (frame.env.build)(&Want::empty(&dir.join("data"), 0, 0))?;
    let server = frame.serve(&dir, &built)?;
    let records = frame.size.unwrap_or(RECORDS);
    let (left, begun) = (AtomicU64::new(records), tick());
    let work = |town: &'static str| {
        let client = built.towns.iter().find(|client| client.party == town);
        let client = client.ok_or_else(|| format!("the store has no client of {town}"))?;
        let session = Session::new(client, server.address, frame.env.clock);
        register(session, town, &left, begun)
    };
    let work = &work;
    let parts: Vec<Result<Vec<Done>, String>> = thread::scope(|scope| {
        let threads = TOWNS.map(|town| scope.spawn(move || work(town)));
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| Err("a thread ended by a panic".to_owned()))
        };
        threads.into_iter().map(join).collect()
    });
    let done: Vec<Done> =
        parts.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let mut row = row(records, begun, done);
    row.rss_mib = server.memory().map(Memory::peak_mib);
    row.store_bytes = Some(bytes_below(&dir.join("data")));
    Ok(vec![row])
}

/// The rate of the last third; the latencies are those of whole tasks.
fn row(wanted: u64, begun: Instant, mut done: Vec<Done>) -> Row {
    done.sort_by_key(|done| done.finished);
    let total: u64 = done.iter().map(|done| done.records).sum();
    let mut all = Outcome::default();
    for task in &done {
        all.latency.record(micros(task.finished - task.sent));
    }
    let last = last_third(begun, &done);
    let end = done.last().map_or(begun, |done| done.finished);
    let mut row = Row::new("register", "").with_load(&all);
    row.per_second = Some(last);
    row.with("records", total)
        .with("held", done.iter().map(|done| done.held).sum::<u64>())
        .with("overall_per_second", per_second(total, end - begun))
        .with("complete", total == wanted)
        .wanting("≥ 5,000/s", Some(last >= 5000.0))
}

/// Records a second from the moment at which two thirds were registered; `done` by time.
fn last_third(begun: Instant, done: &[Done]) -> f64 {
    let total: u64 = done.iter().map(|done| done.records).sum();
    let (mut seen, mut from) = (0, begun);
    for task in done {
        if seen * 3 >= total * 2 {
            break;
        }
        seen += task.records;
        from = task.finished;
    }
    let end = done.last().map_or(begun, |done| done.finished);
    per_second(total - seen, end - from)
}

/// One municipality's part: body after body, each finished before the next is sent.
fn register(
    mut session: Session<'_>,
    town: &'static str,
    left: &AtomicU64,
    begun: Instant,
) -> Result<Vec<Done>, String> {
    let (writer, mut residents) = (Writer::new(town), Residents::of(town));
    let mut done = Vec::new();
    while begun.elapsed() < TIME_MAX {
        let records = take(left);
        if records == 0 {
            break;
        }
        let count = usize::try_from(records).unwrap_or_default();
        let body = writer.body(residents.by_ref().take(count));
        let sent = tick();
        let task = session.json("POST", TASKS_PATH, &body)?;
        let task = task.get("taskId").and_then(Value::as_str).ok_or("no taskId came back")?;
        let held = finish(&mut session, task, records)?;
        done.push(Done { records, held, sent, finished: tick() });
    }
    Ok(done)
}

/// The next body's number of records; 0 when none are left.
fn take(left: &AtomicU64) -> u64 {
    let less = |left: u64| Some(left.saturating_sub(BODY_RECORDS));
    let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    before.unwrap_or_default().min(BODY_RECORDS)
}

/// Waits until the task has finished with every record accepted or held; gives how many are held.
fn finish(session: &mut Session<'_>, task: &str, records: u64) -> Result<u64, String> {
    let path = format!("/pmh/v1/tasks/{task}?from=0&limit=1");
    let begun = tick();
    while begun.elapsed() < TASK_MAX {
        let state = session.json("GET", &path, b"")?;
        if let Some(verdict) = verdict(&state, records) {
            return verdict;
        }
        thread::sleep(PAUSE);
    }
    Err(format!("task {task} has not finished within two minutes"))
}

/// None while the task goes on; then how many records are held.
fn verdict(state: &Value, records: u64) -> Option<Result<u64, String>> {
    let name = state.get("state").and_then(Value::as_str).unwrap_or_default();
    if ["accepted", "processing"].contains(&name) {
        return None;
    }
    let count = |name| state.pointer(name).and_then(Value::as_u64).unwrap_or_default();
    let (accepted, held) = (count("/counts/accepted"), count("/counts/held"));
    let whole = name.starts_with("completed") && accepted + held == records;
    Some(if whole { Ok(held) } else { Err(format!("not every record was taken: {state}")) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_third() {
        let begun = tick();
        let done = |second: u64| {
            let finished = begun + Duration::from_secs(second);
            Done { records: 100, held: 0, sent: begun, finished }
        };
        let slower: Vec<Done> = [1, 2, 3, 4, 9, 14].map(done).to_vec();
        assert!((last_third(begun, &slower) - 20.0).abs() < 1e-9);
        let row = row(600, begun, slower.into_iter().rev().collect());
        assert_eq!(row.per_second, Some(20.0));
        assert!(row.further.contains(&("complete", json!(true))));
        assert_eq!(row.goals, [("≥ 5,000/s", false)]);
        assert!(last_third(begun, &[]).abs() < 1e-9);
    }

    #[test]
    fn bodies_are_full_but_for_the_last() {
        let left = AtomicU64::new(25_000);
        assert_eq!([take(&left), take(&left), take(&left), take(&left)], [10_000, 10_000, 5000, 0]);
    }

    #[test]
    fn a_task_is_done_when_all_its_records_were_accepted_or_held() {
        for (state, accepted, held, want) in [
            ("accepted", 0, 0, None),
            ("processing", 10, 0, None),
            ("completed", 10, 0, Some(Some(0))),
            ("completed", 9, 0, Some(None)),
            ("completed-with-errors", 9, 1, Some(Some(1))),
            ("completed-with-errors", 9, 0, Some(None)),
            ("", 0, 0, Some(None)),
        ] {
            let counts = json!({ "accepted": accepted, "held": held });
            let got = verdict(&json!({ "state": state, "counts": counts }), 10);
            assert_eq!(got.map(Result::ok), want, "{state} {accepted} {held}");
        }
    }
}
