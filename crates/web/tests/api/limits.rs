//! Every limit from both sides: what just fits is taken, one more is refused, and the limit said.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use fhir::json::Tree;
use hub::intake::limits;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{
    Answer, Api, CHECKUP, ELIGIBILITY, RELATIONS, SCHEMES, SUBSIDY, by_numbers, certificate, five,
    my_number,
};

async fn sent(api: &Api, path: &str, body: impl Into<Body>) -> Answer {
    let client = if path == ELIGIBILITY { "clinic" } else { "city" };
    let token = api.token(client).await;
    let method = if path == SCHEMES { "PUT" } else { "POST" };
    api.ask(&token, method, path, body).await
}

/// What a refusal over a limit must do: say it, in both languages.
fn says(answer: &Answer, limits: &[&str]) {
    let problem = answer.json();
    for language in ["detail", "ja"] {
        let sentence = problem[language].as_str().unwrap();
        assert!(limits.iter().all(|limit| sentence.contains(limit)), "{language}: {sentence}");
    }
}

#[tokio::test]
async fn a_batch_has_at_most_ten_thousand_records() {
    let api = Api::new().await;
    let batch = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    for path in [SUBSIDY, CHECKUP, RELATIONS] {
        let fits = sent(&api, path, batch(10_000)).await;
        assert_eq!((fits.outcome().as_str(), &fits.json()["records"]), ("202", &json!(10_000)));
        let over = sent(&api, path, batch(10_001)).await;
        assert_eq!(over.outcome(), "413 too-many-records", "{path}");
        says(&over, &["10000", "10001"]);
    }
    api.work().await;
    let token = api.token("city").await;
    let feed = api.get(&token, "/pmh/v1/feed").await.json();
    assert_eq!(feed["items"].as_array().unwrap().len(), 3, "the refused ones are no tasks");
}

#[tokio::test]
async fn ten_thousand_good_records_are_all_registered() {
    let api = Api::new().await;
    let of = |n: u32| {
        json!({ "modificationSeg": "1", "myNumber": my_number(n),
            "municipalityIdentityKey": format!("K{n}"), "basicFiveInfo": five(n) })
    };
    let batch: Vec<Value> = (0..10_000).map(of).collect();
    let task = api.register("city", CHECKUP, &json!(batch)).await;
    assert_eq!(
        (&task["counts"]["accepted"], &task["state"]),
        (&json!(10_000), &json!("completed"))
    );
    assert_eq!(hub::counts(&api.test.hub).await.unwrap().residents, 10_000);
}

/// A good record and blanks, so many bytes in all.
fn padded(bytes: usize) -> String {
    let record = json!([certificate(1, &json!({}))]).to_string();
    format!("{}{record}", " ".repeat(bytes - record.len()))
}

#[tokio::test]
async fn a_body_has_at_most_sixteen_mebibytes() {
    let api = Api::new().await;
    let most = 16 << 20;
    assert_eq!(limits::BODY_BYTES, most);
    for path in [SUBSIDY, CHECKUP, RELATIONS, SCHEMES] {
        let fits = sent(&api, path, padded(most)).await;
        assert!(fits.status == 202 || fits.outcome() == "422 unknown-item", "{}", fits.outcome());
        let over = sent(&api, path, padded(most + 1)).await;
        assert_eq!(over.outcome(), "413 body-too-large", "{path}");
        says(&over, &["10000", "16"]);
    }
    api.work().await;
}

#[tokio::test]
async fn a_full_body_of_full_records_is_taken() {
    let api = Api::new().await;
    let room = "x".repeat(60 << 10);
    let filled = |n: u32| {
        let detail = json!({ "certificationDetail": [{ "label": "備考", "value": room }] });
        certificate(n, &detail)
    };
    let batch: Vec<Value> = (0..265).map(filled).collect();
    let body = json!(batch).to_string();
    assert!((15 << 20..=16 << 20).contains(&body.len()), "{}", body.len());
    let answer = sent(&api, SUBSIDY, body).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    api.work().await;
    let token = api.token("city").await;
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(api.get(&token, &place).await.json()["counts"]["accepted"], 265);
}

#[tokio::test]
async fn a_question_has_at_most_sixty_four_kibibytes() {
    let api = Api::new().await;
    let asked = by_numbers("1", true).to_string();
    let padded = |bytes: usize| format!("{asked}{}", " ".repeat(bytes - asked.len()));
    assert_eq!(sent(&api, ELIGIBILITY, padded(64 << 10)).await.outcome(), "200");
    let over = sent(&api, ELIGIBILITY, padded((64 << 10) + 1)).await;
    assert_eq!(over.outcome(), "413 body-too-large");
    says(&over, &["64"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_of_small_values_is_refused_in_bounded_time() {
    let api = Arc::new(Api::new().await);
    let most = limits::NODES;
    let small = format!("[[{}1]]", "1,".repeat(most + 1));
    let names: Vec<String> = (0..most / 2 + 1).map(|at| format!("\"{at}\":1")).collect();
    let named = format!("[{{{}}}]", names.join(","));
    for body in [small, named] {
        assert!(body.len() < limits::BODY_BYTES, "{}", body.len());
        let api = Arc::clone(&api);
        let asked = tokio::spawn(async move { sent(&api, SUBSIDY, body).await });
        let answer = timeout(Duration::from_secs(30), asked).await.expect("in time");
        assert_eq!(answer.unwrap().outcome(), "400 too-many-nodes");
    }
}

#[tokio::test]
async fn values_lie_at_most_thirty_two_deep() {
    let api = Api::new().await;
    // Outside: the batch, the record, the list, its object.
    let nested = |inner: usize| {
        let value = format!("{}{}", "[".repeat(inner), "]".repeat(inner));
        let mut record = certificate(1, &json!({}));
        record["certificationDetail"] = json!([{ "x": 1 }]);
        json!([record]).to_string().replace("{\"x\":1}", &format!("{{\"x\":{value}}}"))
    };
    for (inner, want) in [(28, "202"), (29, "400 too-deep")] {
        let body = nested(inner);
        assert!(Tree::parse(body.as_bytes(), &fhir::json::Limits::default()).is_ok(), "{body}");
        assert_eq!(sent(&api, SUBSIDY, body).await.outcome(), want, "{inner}");
    }
}

/// A record whose text `item` has `length` characters, outside of the basic plane.
fn long(item: &str, length: usize) -> Value {
    let character = if item == "orgSpecificCertificateTypeId" { "A" } else { "𠮷" };
    let text = character.repeat(length);
    match item.split_once('/') {
        Some((outer, inner)) => certificate(1, &json!({ outer: { inner: text } })),
        None => certificate(1, &json!({ item: text })),
    }
}

#[tokio::test]
async fn texts_are_taken_up_to_their_limit_in_characters() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let master = json!([{ "orgSpecificCertificateTypeId": "A".repeat(50), "name": "x" },
        { "orgSpecificCertificateTypeId": "HITORI", "name": "x",
            "incomeSegments": [{ "code": "𠮷".repeat(50) }] }]);
    assert_eq!(api.ask(&token, "PUT", SCHEMES, master.to_string()).await.status, 200);
    for (item, most) in [
        ("orgSpecificCertificateTypeId", 50),
        ("certificationName", 100),
        ("medicalSubsidyRecipientNumber", 30),
        ("certificationSubKey", 100),
        ("segment", 100),
        ("incomeSegment", 50),
        ("designatedMedicalInstitutions", 4_000),
        ("historyKey", 100),
        ("basicFiveInfo/name", 200),
        ("basicFiveInfo/nameKana", 200),
        ("basicFiveInfo/address", 500),
    ] {
        let batch = json!([long(item, most), long(item, most + 1)]);
        let outcomes = api.outcomes(SUBSIDY, &batch).await;
        let fits = &outcomes[0];
        assert!(fits.starts_with("accepted") || fits.starts_with("held"), "{item}: {fits}");
        assert!(outcomes[1].contains(&format!("too-long /1/{item}")), "{}", outcomes[1]);
    }
}

#[tokio::test]
async fn objects_without_published_members_have_a_limit_in_bytes() {
    let api = Api::new().await;
    let detail = |bytes: usize| {
        let value = "x".repeat(bytes - r#"[{"x":""}]"#.len());
        certificate(1, &json!({ "certificationDetail": [{ "x": value }] }))
    };
    let amount = |bytes: usize| {
        let value = "x".repeat(bytes - r#"{"x":""}"#.len());
        certificate(1, &json!({ "maxCopaymentAmount": { "x": value } }))
    };
    let batch =
        json!([detail(64 << 10), amount(16 << 10), detail((64 << 10) + 1), amount((16 << 10) + 1)]);
    let outcomes = api.outcomes(SUBSIDY, &batch).await;
    assert!(outcomes[..2].iter().all(|one| one.starts_with("accepted")), "{outcomes:?}");
    assert_eq!(outcomes[2], "refused too-large /2/certificationDetail");
    assert_eq!(outcomes[3], "refused too-large /3/maxCopaymentAmount");
}

#[tokio::test]
async fn keys_of_persons_have_a_hundred_characters() {
    let api = Api::new().await;
    let target = |length: usize| {
        json!({ "modificationSeg": "1", "myNumber": my_number(1), "basicFiveInfo": five(1),
            "municipalityIdentityKey": "鍵".repeat(length) })
    };
    let outcomes = api.outcomes(CHECKUP, &json!([target(101), target(100)])).await;
    assert_eq!(outcomes, ["refused too-long /0/municipalityIdentityKey", "accepted"]);
}

#[tokio::test]
async fn a_scheme_master_has_at_most_a_thousand_entries() {
    let api = Api::new().await;
    let master = |count: usize| {
        let scheme = |at| json!({ "orgSpecificCertificateTypeId": format!("T{at}"), "name": "x" });
        json!((0..count).map(scheme).collect::<Vec<_>>()).to_string()
    };
    assert_eq!(sent(&api, SCHEMES, master(1_000)).await.outcome(), "200");
    let over = sent(&api, SCHEMES, master(1_001)).await;
    assert_eq!(over.outcome(), "422 too-many-records");
    says(&over, &["1000", "1001"]);
}

#[tokio::test]
async fn one_person_has_at_most_two_hundred_certificates_of_a_municipality() {
    let api = Api::new().await;
    let keyed = |n: usize| certificate(1, &json!({ "historyKey": format!("H{n}") }));
    let most = hub::intake::limits::CERTIFICATES;
    let batch: Vec<Value> = (0..=most).map(keyed).collect();
    let outcomes = api.outcomes(SUBSIDY, &json!(batch)).await;
    assert!(outcomes[..most].iter().all(|outcome| outcome == "accepted"), "{outcomes:?}");
    let refused = format!("refused too-many-certificates /{most}/historyKey");
    assert_eq!(outcomes[most], refused);
    let one = async |changes: &Value| api.outcomes(SUBSIDY, &json!([changes])).await.remove(0);
    assert_eq!(one(&keyed(0)).await, "accepted", "one that is there is updated");
    let mut gone = keyed(1);
    gone["isDeleted"] = json!(true);
    assert_eq!(one(&gone).await, "accepted");
    assert_eq!(one(&keyed(most)).await, "accepted", "there is room again");
}
