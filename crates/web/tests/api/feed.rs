//! The feed: in order, from a cursor on, for one municipality; a poll waits for news.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{Api, SUBSIDY, certificate};

async fn task(api: &Api, client: &str, n: u32) -> String {
    let record = certificate(n, &json!({ "isDeleted": true }));
    let task = api.register(client, SUBSIDY, &json!([record])).await;
    task["taskId"].as_str().unwrap().to_owned()
}

async fn feed(api: &Api, token: &str, query: &str) -> Value {
    let answer = api.get(token, &format!("/pmh/v1/feed{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

fn tasks(feed: &Value) -> Vec<String> {
    let items = feed["items"].as_array().unwrap().iter();
    items.map(|item| item["taskId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_cursor_goes_on_where_it_was_and_only_through_ones_own() {
    let api = Api::new().await;
    let (city, far) = (api.token("city").await, api.token("far-city").await);
    assert_eq!(feed(&api, &city, "").await, json!({ "items": [], "next": "0" }));
    let first = task(&api, "city", 1).await;
    let theirs = task(&api, "far-city", 1).await;
    let second = task(&api, "city", 2).await;

    let whole = feed(&api, &city, "").await;
    assert_eq!(tasks(&whole), [first.clone(), second.clone()]);
    assert_eq!(tasks(&feed(&api, &far, "").await), [theirs]);
    let cursor = whole["items"][0]["cursor"].as_str().unwrap();
    let rest = feed(&api, &city, &format!("?after={cursor}")).await;
    assert_eq!(tasks(&rest), [second]);
    let next = whole["next"].as_str().unwrap();
    let after = feed(&api, &city, &format!("?after={next}")).await;
    assert_eq!(after, json!({ "items": [], "next": next }));
    assert_eq!(feed(&api, &city, "?after=").await, whole);
    assert_eq!(next, "2", "the other's change leaves no gap");
    for unknown in ["3", "-1", "9223372036854775807"] {
        let answer = api.get(&city, &format!("/pmh/v1/feed?after={unknown}")).await;
        assert_eq!(answer.outcome(), "422 cursor-unknown", "{unknown}");
    }
}

/// What a poll gets that would wait for twenty seconds; it must come in ten.
async fn poll(api: Arc<Api>) -> Value {
    let token = api.token("city").await;
    let got = timeout(Duration::from_secs(10), feed(&api, &token, "?wait=20")).await;
    got.expect("it wakes early")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_wakes_when_something_arrives() {
    let api = Arc::new(Api::new().await);
    let polls: Vec<_> = (0..8).map(|_| tokio::spawn(poll(Arc::clone(&api)))).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let name = task(&api, "city", 1).await;
    for poll in polls {
        assert_eq!(tasks(&poll.await.unwrap()).join(" "), name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_sleeps_on_when_news_are_of_somebody_else() {
    let api = Arc::new(Api::new().await);
    let poll = tokio::spawn(poll(Arc::clone(&api)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    task(&api, "far-city", 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!poll.is_finished(), "woken by another municipality's news");
    let name = task(&api, "city", 1).await;
    assert_eq!(tasks(&poll.await.unwrap()), [name]);
}

#[tokio::test]
async fn a_poll_without_news_ends_empty_after_its_time() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let mut got = std::pin::pin!(feed(&api, &token, "?wait=1&after=0"));
    assert!(timeout(Duration::from_millis(900), &mut got).await.is_err(), "it waits");
    let got = timeout(Duration::from_secs(10), got).await.expect("it ends");
    assert_eq!(got, json!({ "items": [], "next": "0" }));
}
