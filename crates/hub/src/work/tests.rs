//! Whatever happens to a record, it has a result.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

use domain::instant::Instant;
use store::task::NewTask;

use super::*;
use crate::testing::{MUNICIPALITY, TestHub};

struct Panics;

impl Deed for Panics {
    fn apply(&self, tx: &mut Tx<'_>, _: &Context) -> Result<Applied, StoreError> {
        let _nobody_sees = tx.enter_resident(false)?;
        panic!("as a fault of ours would")
    }
}

struct Full;

impl Deed for Full {
    fn apply(&self, _: &mut Tx<'_>, _: &Context) -> Result<Applied, StoreError> {
        Err(StoreError::Full)
    }
}

struct Accepts;

impl Deed for Accepts {
    fn apply(&self, _: &mut Tx<'_>, _: &Context) -> Result<Applied, StoreError> {
        Ok(Applied::Accepted)
    }
}

async fn task(test: &TestHub, total: u32, body: &'static [u8]) -> Task {
    task_of(test, ("t", MUNICIPALITY), total, body).await
}

async fn task_of(
    test: &TestHub,
    (name, municipality): (&'static str, &'static str),
    total: u32,
    body: &'static [u8],
) -> Task {
    let accepted = test.hub.store.write(move |tx| {
        tx.accept_task(&NewTask {
            name,
            kind: 1,
            municipality,
            client: "city",
            at: Instant(0),
            total,
            body,
            idempotency_key: None,
        })
    });
    match accepted.await.unwrap() {
        store::task::Accepted::New(task) => task,
        other => panic!("{other:?}"),
    }
}

/// `accepted refused done`, and the codes of the results.
async fn told(test: &TestHub) -> (String, Vec<String>) {
    let read = test.hub.store.read(|tx| {
        let task = tx.task(MUNICIPALITY, "t")?.ok_or(StoreError::Closed)?;
        let results = tx.task_results(&task, 0, 1_000)?;
        Ok::<_, StoreError>((task, results))
    });
    let (task, results) = read.await.unwrap();
    let code = |findings: &str| {
        let json: serde_json::Value = serde_json::from_str(findings).unwrap();
        json[0]["code"].as_str().unwrap().to_owned()
    };
    let codes = results.iter().map(|row| code(&row.findings)).collect();
    (format!("{} {} {}", task.accepted, task.refused, task.done), codes)
}

#[tokio::test]
async fn a_deed_that_panics_is_refused_alone() {
    let test = TestHub::new().await;
    let task = task(&test, 3, b"[{},{},{}]").await;
    let context = Arc::new(Context::of(&test.hub, &task).await.unwrap());
    let ready = |deed: Box<dyn Deed>| Prepared::Ready(deed, Vec::new());
    let chunk = vec![ready(Box::new(Accepts)), ready(Box::new(Panics)), ready(Box::new(Accepts))];
    apply(context, task, chunk).await.unwrap();
    assert_eq!(told(&test).await, ("2 1 3".to_owned(), vec!["not-processed".to_owned()]));
    assert_eq!(crate::counts(&test.hub).await.unwrap().residents, 0, "nothing half done");
}

#[tokio::test]
async fn a_body_that_does_not_read_loses_no_record_silently() {
    for (total, body) in [(3, &b"[{},"[..]), (300, b"\xff"), (2, b"[]"), (1, b"{}")] {
        let test = TestHub::new().await;
        task(&test, total, body).await;
        Worker::new(Arc::clone(&test.hub)).finish().await.unwrap();
        let (counts, codes) = told(&test).await;
        assert_eq!(counts, format!("0 {total} {total}"));
        assert!(codes.len() == total as usize && codes.iter().all(|code| code == "not-processed"));
    }
}

#[tokio::test]
async fn a_record_of_somebody_whose_record_is_full_is_refused_alone() {
    let test = TestHub::new().await;
    let task = task(&test, 3, b"[{},{},{}]").await;
    let context = Arc::new(Context::of(&test.hub, &task).await.unwrap());
    let ready = |deed: Box<dyn Deed>| Prepared::Ready(deed, Vec::new());
    let chunk = vec![ready(Box::new(Accepts)), ready(Box::new(Full)), ready(Box::new(Accepts))];
    apply(context, task, chunk).await.unwrap();
    assert_eq!(told(&test).await, ("2 1 3".to_owned(), vec!["record-full".to_owned()]));
}

/// The next step of the worker: `done`, `nothing`, or the code of the failure.
async fn step(worker: &Worker) -> &'static str {
    match worker.next().await {
        Ok(true) => "done",
        Ok(false) => "nothing",
        Err(refusal) => refusal.code,
    }
}

#[tokio::test]
async fn a_task_that_the_store_cannot_do_blocks_no_other_and_ends() {
    let test = TestHub::new().await;
    let damaged = vec![("X".to_owned(), b"{".to_vec())];
    let kept = test.hub.store.write(move |tx| tx.put_schemes(MUNICIPALITY, &damaged)).await;
    Result::<(), StoreError>::unwrap(kept);
    task(&test, 2, b"[{},{}]").await;
    task_of(&test, ("later", MUNICIPALITY), 1, b"[{}]").await;
    task_of(&test, ("other", "022080"), 1, b"[{}]").await;
    let worker = Worker::new(Arc::clone(&test.hub));
    let first = step(&worker).await;
    assert!(!["done", "nothing"].contains(&first), "{first}");
    assert!(!crate::task_alarms(&test.hub).is_empty());
    assert_eq!(step(&worker).await, "done", "another municipality goes ahead");
    assert_eq!(step(&worker).await, "nothing", "what was sent later waits behind it");
    for _ in 0..4 {
        test.pass_seconds(600);
        assert_eq!(step(&worker).await, first);
        assert_eq!(step(&worker).await, "nothing");
    }
    test.pass_seconds(600);
    assert_eq!(step(&worker).await, "done", "what is left is refused");
    assert_eq!(told(&test).await, ("0 2 2".to_owned(), vec!["not-processed".to_owned(); 2]));
    assert!(crate::task_alarms(&test.hub)[0].contains("断りました"));
    assert_eq!(step(&worker).await, first, "then the next one of the municipality is tried");
}
