//! Bodies that are broken: refused with the place, nothing half applied, and the next one works.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use hyper::body::Frame;
use serde_json::{Value, json};

use crate::harness::{
    Answer, Api, CHECKUP, ELIGIBILITY, RELATIONS, SCHEMES, SUBSIDY, by_numbers, certificate, five,
    my_number,
};

/// Every address that reads JSON: who may send there, and how.
const READERS: [(&str, &str, &str); 5] = [
    ("city", "POST", SUBSIDY),
    ("city", "POST", CHECKUP),
    ("city", "POST", RELATIONS),
    ("city", "PUT", SCHEMES),
    ("clinic", "POST", ELIGIBILITY),
];

async fn state(api: &Api) -> Value {
    let token = api.token("city").await;
    let officer = api.staff("officer").await;
    let session = hub::open_session(&api.test.hub, &officer).await.unwrap();
    let caller = hub::caller_of_session(&api.test.hub, &session);
    let tasks = hub::list_tasks(&api.test.hub, &caller, 100).await.unwrap();
    json!({
        "tasks": tasks.len(),
        "feed": api.get(&token, "/pmh/v1/feed").await.json(),
        "schemes": api.get(&token, SCHEMES).await.json(),
        "residents": hub::counts(&api.test.hub).await.unwrap().residents,
    })
}

async fn good_requests_work(api: &Api) {
    let child = json!({ "basicFiveInfo": { "dateOfBirth": "2020-05-01" } });
    assert_eq!(api.outcomes(SUBSIDY, &json!([certificate(1, &child)])).await, ["accepted"]);
    let target = json!([{ "modificationSeg": "1", "myNumber": my_number(2),
        "municipalityIdentityKey": "K2", "basicFiveInfo": five(2) }]);
    assert_eq!(api.outcomes(CHECKUP, &target).await, ["accepted"]);
    let relation = json!([{ "myNumber": my_number(1), "guardianMyNumber": my_number(2),
        "relation": "parent", "validFrom": "2026-04-01", "historyKey": "1", "isDeleted": false }]);
    assert_eq!(api.outcomes(RELATIONS, &relation).await, ["accepted"]);
    assert_eq!(api.eligibility("clinic", "1", true).await, json!({ "found": false }));
}

async fn everything_refuses(api: &Api, body: &[u8], want: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (client, method, path) in READERS {
        let token = api.token(client).await;
        let answer = api.ask(&token, method, path, body.to_vec()).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(answer.outcome(), want, "{path} {shown}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn what_does_not_read_is_refused_with_its_place() {
    let api = Api::new().await;
    let before = state(&api).await;
    let deep = "[".repeat(33);
    let bomb = "[".repeat(60_000);
    let braces = "{\"a\":".repeat(10_000);
    let digits = format!("[{}]", "1".repeat(65));
    for (body, want, place) in [
        (&b""[..], "400 unexpected-end", "line 1, column 1"),
        (b" \n ", "400 unexpected-end", "line 2, column 2"),
        (b"[{", "400 unexpected-end", "line 1, column 3"),
        (b"[{\"a\":\n\"b", "400 unexpected-end", "line 2, column 3"),
        (b"[1,]", "400 trailing-comma", "line 1, column 4"),
        (b"[] []", "400 trailing-data", "line 1, column 4"),
        (b"nul", "400 unexpected-end", "line 1, column 4"),
        (b"NaN", "400 unexpected-character", "line 1, column 1"),
        (b"[\"\x01\"]", "400 control-character", "line 1, column 3"),
        (b"[\"\xff\"]", "400 invalid-utf8", "line 1, column 3"),
        (b"[\"\xe3\x81\"]", "400 invalid-utf8", "line 1, column 3"),
        (b"[\"\xc0\xaf\"]", "400 invalid-utf8", "line 1, column 3"),
        (b"[\"\\ud800\"]", "400 lone-surrogate", "line 1, column 3"),
        (b"[\"\\x\"]", "400 invalid-escape", "line 1, column 3"),
        (b"[01]", "400 leading-zero", "line 1, column 2"),
        (digits.as_bytes(), "400 number-too-long", "line 1, column 2"),
        (b"[{\"a\":1,\"a\":2}]", "400 duplicate-name", "line 1, column 9"),
        (deep.as_bytes(), "400 too-deep", "line 1, column 33"),
        (bomb.as_bytes(), "400 too-deep", "line 1, column 33"),
        (braces.as_bytes(), "400 too-deep", "line 1, column 161"),
    ] {
        for answer in everything_refuses(&api, body, want).await {
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            let got = detail.split(':').next().unwrap();
            assert_eq!(got, place, "{}", String::from_utf8_lossy(&body[..body.len().min(40)]));
        }
    }
    assert_eq!(state(&api).await, before);
    good_requests_work(&api).await;
}

#[tokio::test]
async fn a_place_never_tells_a_personal_number() {
    let api = Api::new().await;
    let number = my_number(1);
    for body in [
        format!("[{{\"{number}\": [}}]"),
        format!("[{{\"myNumber\": \"{number}\" \"x\"}}]"),
        format!("[{{\"a\": {number}}}, x]"),
        format!("[{{\"x{number}\": {{\"{number}\": 1, \"{number}\": 2}}}}]"),
    ] {
        for (client, method, path) in READERS {
            let token = api.token(client).await;
            let answer = api.ask(&token, method, path, body.clone()).await;
            assert_eq!(answer.status, 400, "{path} {body}");
            assert!(!answer.text().contains(&number), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn bodies_of_another_shape_are_refused_as_a_whole() {
    let api = Api::new().await;
    let before = state(&api).await;
    let token = api.token("city").await;
    for path in [SUBSIDY, CHECKUP, RELATIONS] {
        for (body, want) in [
            ("{}", "422 not-an-array"),
            ("null", "422 not-an-array"),
            ("\"[]\"", "422 not-an-array"),
            ("1e3", "422 not-an-array"),
            ("[]", "422 no-records"),
        ] {
            let answer = api.ask(&token, "POST", path, body).await;
            assert_eq!(answer.outcome(), want, "{path} {body}");
        }
    }
    assert_eq!(state(&api).await, before);
}

#[tokio::test]
async fn records_that_are_no_objects_are_refused_one_by_one() {
    let api = Api::new().await;
    for path in [SUBSIDY, CHECKUP, RELATIONS] {
        let batch = json!([null, 1, "x", [], [{}], true, {}]);
        let outcomes = api.outcomes(path, &batch).await;
        for (at, outcome) in outcomes.iter().enumerate().take(6) {
            assert_eq!(*outcome, format!("refused wrong-type /{at}"), "{path}");
        }
        assert!(outcomes[6].starts_with("refused missing-item /6/"), "{outcomes:?}");
    }
    good_requests_work(&api).await;
}

/// A body that breaks off: the connection is gone in the middle.
struct Cut(Vec<u8>);

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let begin = std::mem::take(&mut self.0);
        Poll::Ready(Some(match begin.is_empty() {
            false => Ok(Frame::data(begin.into())),
            true => Err(std::io::ErrorKind::UnexpectedEof.into()),
        }))
    }
}

#[tokio::test]
async fn a_body_that_is_cut_in_the_middle_leaves_nothing() {
    let api = Api::new().await;
    let before = state(&api).await;
    let whole = json!([certificate(1, &json!({})), certificate(2, &json!({}))]).to_string();
    for (client, method, path) in READERS {
        // Also where what arrived would read by itself.
        for begin in [&whole[..], &whole[..whole.len() / 2]] {
            let token = api.token(client).await;
            let body = Body::new(Cut(begin.as_bytes().to_vec()));
            let answer = api.ask(&token, method, path, body).await;
            assert_eq!(answer.outcome(), "400 body-cut", "{path}");
        }
        let token = api.token(client).await;
        let answer = api.ask(&token, method, path, whole[..whole.len() / 2].to_owned()).await;
        assert_eq!(answer.outcome(), "400 unexpected-end", "{path}");
    }
    assert_eq!(state(&api).await, before);
    good_requests_work(&api).await;
}

#[tokio::test]
async fn json_is_sent_as_json() {
    let api = Api::new().await;
    api.insure("1", &five(1)).await;
    let body = by_numbers("1", true).to_string();
    for (kind, want) in [
        (None, "200"),
        (Some("application/json"), "200"),
        (Some("Application/JSON; charset=utf-8"), "200"),
        (Some("text/csv"), "415 not-json"),
        (Some("text/plain;application/json"), "415 not-json"),
        (Some("application/x-www-form-urlencoded"), "415 not-json"),
        (Some("multipart/form-data; boundary=x"), "415 not-json"),
        (Some("application/fhir+json"), "415 not-json"),
        (Some(""), "415 not-json"),
    ] {
        let token = api.token("clinic").await;
        let mut request = Request::post(ELIGIBILITY).header("authorization", bearer(&token));
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let answer = api.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(answer.outcome(), want, "{kind:?}");
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn token_requests_that_do_not_read_are_refused() {
    let api = Api::new().await;
    let good = || api.token_form("city", None);
    let long = format!("{}&x={}", good(), "x".repeat(64 << 10));
    for (body, want) in [
        (good().into_bytes(), "200"),
        (Vec::new(), "400 token-request"),
        (b"{}".to_vec(), "400 token-request"),
        (b"\xff\xfe".to_vec(), "400 token-request"),
        (good().replace("client_credentials", "password").into_bytes(), "400 token-request"),
        (good().replace("jwt-bearer", "saml2-bearer").into_bytes(), "400 token-request"),
        (format!("{0}&{0}", good()).into_bytes(), "400 token-request"),
        (format!("{}x", good()).into_bytes(), "401 assertion-malformed"),
        (format!("{}&terminal=", good()).into_bytes(), "422 terminal-name"),
        (format!("{}&terminal=%00", good()).into_bytes(), "422 terminal-name"),
        (format!("{}&terminal={}", good(), "x".repeat(101)).into_bytes(), "422 terminal-name"),
        (format!("{}&terminal={}", good(), "x".repeat(100)).into_bytes(), "200"),
        (long.into_bytes(), "413 body-too-large"),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let request = Request::post("/pmh/v1/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body));
        assert_eq!(api.send(request.unwrap()).await.outcome(), want, "{shown}");
    }
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let api = Api::new().await;
    let form = api.token_form("city", None);
    for want in ["200", "401 assertion-replayed", "401 assertion-replayed"] {
        let request = Request::post("/pmh/v1/token").body(Body::from(form.clone()));
        assert_eq!(api.send(request.unwrap()).await.outcome(), want);
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_told_with_those_that_are() {
    let api = Api::new().await;
    let token = api.token("city").await;
    for (method, path, allowed) in [
        ("GET", "/pmh/v1/eligibility", "POST"),
        ("DELETE", "/pmh/v1/schemes", "GET,HEAD,PUT"),
        ("POST", "/pmh/v1/feed", "GET,HEAD"),
        ("PUT", "/log/checkpoint", "GET,HEAD"),
    ] {
        let answer = api.ask(&token, method, path, Body::empty()).await;
        assert_eq!(answer.outcome(), "405 wrong-method", "{method} {path}");
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let page = api.ask(&token, "DELETE", "/clinic", Body::empty()).await;
    assert!(page.status == 405 && page.text().contains("<!DOCTYPE html>"), "{}", page.text());
}

#[tokio::test]
async fn another_host_is_not_answered() {
    let api = Api::new().await;
    for (host, path, want) in [
        ("hub.test", "/pmh/v1/feed", "401"),
        ("HUB.test", "/", "200"),
        ("127.0.0.1:8080", "/", "200"),
        ("localhost", "/", "200"),
        ("[::1]:8080", "/", "200"),
        ("evil.example", "/", "421"),
        ("evil.example:8080", "/pmh/v1/feed", "421 other-host"),
        ("127.0.0.1.evil.example", "/", "421"),
        ("hub.test.evil.example", "/", "421"),
        ("evil.example", "/health", "200"),
    ] {
        let request = Request::get(path).header("host", host).body(Body::empty());
        let answer = api.send(request.unwrap()).await;
        assert!(answer.outcome().starts_with(want), "{host} {path}: {}", answer.outcome());
    }
}
