//! Tasks: accepted once, read in pages, owned by one municipality.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, CHECKUP, RELATIONS, SUBSIDY, certificate};

async fn send(api: &Api, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()));
    api.send(request.unwrap()).await
}

fn batch(n: u32) -> Value {
    json!([certificate(n, &json!({}))])
}

/// `task N` is the Nth new task.
#[tokio::test]
async fn an_idempotency_key_belongs_to_one_request_of_one_client() {
    let api = Api::new().await;
    let (city, far) = (api.token("city").await, api.token("far-city").await);
    let long = "k".repeat(200);
    let too_long = "k".repeat(201);
    let mut tasks = Vec::new();
    for (token, path, key, n, want) in [
        (&city, SUBSIDY, "a", 1, "task 0"),
        (&city, SUBSIDY, "a", 1, "task 0"),
        (&city, SUBSIDY, "a", 2, "409 idempotency-key-reused"),
        (&city, SUBSIDY, "b", 1, "task 1"),
        (&city, CHECKUP, "a", 1, "409 idempotency-key-reused"),
        (&city, RELATIONS, "b", 1, "409 idempotency-key-reused"),
        (&far, SUBSIDY, "a", 2, "task 2"),
        (&far, SUBSIDY, "a", 1, "409 idempotency-key-reused"),
        (&city, SUBSIDY, &long, 1, "task 3"),
        (&city, SUBSIDY, &too_long, 1, "422 idempotency-key"),
        (&city, SUBSIDY, "", 1, "422 idempotency-key"),
        (&city, SUBSIDY, "a b", 1, "422 idempotency-key"),
        (&city, SUBSIDY, "あ", 1, "422 idempotency-key"),
    ] {
        let answer = send(&api, token, path, key, &batch(n)).await;
        let got = match answer.status.as_u16() {
            202 => {
                let task = answer.json()["taskId"].clone();
                let place = tasks.iter().position(|known| *known == task);
                let place = place.unwrap_or_else(|| {
                    tasks.push(task);
                    tasks.len() - 1
                });
                format!("task {place}")
            }
            _ => answer.outcome(),
        };
        assert_eq!(got, want, "{path} {key} {n}");
    }
}

#[tokio::test]
async fn a_replay_after_the_end_gives_the_same_task_and_does_nothing_again() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let first = send(&api, &token, SUBSIDY, "a", &batch(1)).await.json();
    api.work().await;
    let replay = send(&api, &token, SUBSIDY, "a", &batch(1)).await;
    assert_eq!(replay.status, 202);
    assert_eq!(replay.json()["taskId"], first["taskId"]);
    assert_eq!(replay.json()["state"], "completed");
    api.work().await;
    let feed = api.get(&token, "/pmh/v1/feed").await.json();
    assert_eq!(feed["items"].as_array().unwrap().len(), 1, "{feed}");
}

/// Seven records: refused, accepted, warned, accepted, refused, accepted, accepted.
async fn seven(api: &Api, token: &str) -> String {
    let bad = json!({ "validTo": "2020-01-01" });
    let odd = json!({ "memo": 1 });
    let fine = json!({});
    let records = [&bad, &fine, &odd, &fine, &bad, &fine, &fine];
    let body: Vec<Value> = (1..).zip(records).map(|(n, changes)| certificate(n, changes)).collect();
    let answer = api.post(token, SUBSIDY, &json!(body)).await;
    assert_eq!(answer.status, 202);
    let task = answer.json();
    assert_eq!(
        answer.headers["location"],
        format!("/pmh/v1/tasks/{}", task["taskId"].as_str().unwrap())
    );
    assert_eq!((&task["state"], &task["records"]), (&json!("accepted"), &json!(7)));
    task["taskId"].as_str().unwrap().to_owned()
}

/// `0r 2w …`: refused, accepted, accepted with a warning.
fn results(task: &Value) -> String {
    let one = |row: &Value| {
        let silent = row["findings"].as_array().unwrap().is_empty();
        let letter = match row["result"].as_str().unwrap() {
            "accepted" if silent => 'a',
            "accepted" => 'w',
            "refused" if !silent => 'r',
            other => panic!("{other}: {row}"),
        };
        format!("{}{letter}", row["index"])
    };
    let rows = task["results"].as_array().unwrap();
    rows.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_task_is_read_in_pages_with_the_result_of_every_record() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let task = seven(&api, &token).await;
    let before = api.get(&token, &format!("/pmh/v1/tasks/{task}?all=true")).await.json();
    assert_eq!((&before["state"], &before["finishedAt"]), (&json!("accepted"), &json!(null)));
    assert_eq!(results(&before), "");
    api.work().await;
    for (query, want) in [
        ("", "0r 2w 4r"),
        ("?limit=2", "0r 2w"),
        ("?from=1", "2w 4r"),
        ("?from=3&limit=1", "4r"),
        ("?from=5", ""),
        ("?limit=0", ""),
        ("?limit=4294967295", "0r 2w 4r"),
        ("?all=true", "0r 1a 2w 3a 4r 5a 6a"),
        ("?all=true&limit=3", "0r 1a 2w"),
        ("?all=true&from=3&limit=3", "3a 4r 5a"),
        ("?all=true&from=6&limit=3", "6a"),
        ("?all=true&from=7", ""),
        ("?all=true&from=4294967295", ""),
    ] {
        let got = api.get(&token, &format!("/pmh/v1/tasks/{task}{query}")).await.json();
        assert_eq!(results(&got), want, "{query}");
        assert_eq!(got["state"], "completed-with-errors");
        let counts = json!({
            "total": 7, "done": 7, "accepted": 5, "refused": 2, "held": 0, "warned": 1
        });
        assert_eq!(got["counts"], counts);
    }
}

#[tokio::test]
async fn a_question_that_does_not_read_is_a_problem_in_both_languages() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let task = seven(&api, &token).await;
    for path in [
        format!("/pmh/v1/tasks/{task}?from=x"),
        format!("/pmh/v1/tasks/{task}?from=-1"),
        format!("/pmh/v1/tasks/{task}?limit=4294967296"),
        format!("/pmh/v1/tasks/{task}?all=yes"),
        format!("/pmh/v1/tasks/{task}?from=1&from=2"),
        "/pmh/v1/tasks/%ff".to_owned(),
        "/pmh/v1/feed?wait=x".to_owned(),
        "/pmh/v1/feed?wait=-1".to_owned(),
        "/pmh/v1/feed?after=1&after=2".to_owned(),
        "/pmh/v1/feed?after=x".to_owned(),
        "/pmh/v1/feed?after=99999999999999999999".to_owned(),
    ] {
        let answer = api.get(&token, &path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        let problem = answer.json();
        for name in ["code", "detail", "ja", "title"] {
            assert!(!problem[name].as_str().unwrap().is_empty(), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a_record_with_much_that_is_wrong_gives_a_short_answer() {
    let api = Api::new().await;
    let with = |count: usize| {
        let mut record = certificate(1, &json!({ "validTo": "2020-01-01" }));
        let members = record.as_object_mut().unwrap();
        members.extend((0..count).map(|n| (format!("x{n}"), json!(1))));
        record
    };
    let records = json!([with(0), with(10), with(100), with(480), with(100_000)]);
    let task = api.register("city", SUBSIDY, &records).await;
    for (record, (count, first, last)) in [
        (1, "reversed-period", "reversed-period"),
        (11, "reversed-period", "unknown-item"),
        (21, "reversed-period", "more-findings"),
        (21, "reversed-period", "more-findings"),
        (1, "too-many-members", "too-many-members"),
    ]
    .into_iter()
    .enumerate()
    {
        let row = &task["results"][record];
        let findings = row["findings"].as_array().unwrap();
        let code = |at: usize| findings[at]["code"].as_str().unwrap();
        assert_eq!(row["result"], "refused");
        assert_eq!((findings.len(), code(0), code(count - 1)), (count, first, last), "{record}");
    }
}

#[tokio::test]
async fn a_page_of_results_ends_by_bytes_and_says_where_the_next_begins() {
    let api = Api::new().await;
    let mut wrong = certificate(1, &json!({ "validTo": "2020-01-01" }));
    let members = wrong.as_object_mut().unwrap();
    members.extend((0..30).map(|n| (format!("{}{n}", "x".repeat(150)), json!(1))));
    let records = json!(vec![wrong; 700]);
    let token = api.token("city").await;
    let task = api.post(&token, SUBSIDY, &records).await.json()["taskId"].clone();
    api.work().await;
    for all in [false, true] {
        let (mut from, mut seen) = (0, Vec::new());
        loop {
            let path = format!("/pmh/v1/tasks/{}?from={from}&all={all}", task.as_str().unwrap());
            let answer = api.get(&token, &path).await;
            assert!(answer.body.len() < 3 << 20, "{}", answer.body.len());
            let page = answer.json();
            let rows = page["results"].as_array().unwrap();
            seen.extend(rows.iter().map(|row| row["index"].as_u64().unwrap()));
            match page["next"].as_u64() {
                Some(next) => from = next,
                None => break,
            }
        }
        assert!(from > 0, "more than one page");
        assert_eq!(seen, (0..700).collect::<Vec<u64>>(), "all {all}");
    }
}
