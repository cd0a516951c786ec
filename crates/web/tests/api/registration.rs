//! What a registration does, as a municipality and a clinic see it over HTTP.

use serde_json::{Value, json};

use crate::harness::{Api, SUBSIDY, certificate, five};

/// The certificates that the clinic sees of the person with number `n`.
async fn seen(api: &Api, n: u32) -> Vec<Value> {
    let shown = api.eligibility("clinic", &n.to_string(), true).await;
    assert_eq!(shown["found"], true, "{shown}");
    shown["certificates"].as_array().unwrap().clone()
}

async fn insured(n: u32) -> Api {
    let api = Api::new().await;
    api.insure(&n.to_string(), &five(n)).await;
    api
}

/// What the clinic sees of one item after batches, one after the other.
async fn after(batches: &[Value], item: &str) -> Vec<String> {
    let api = insured(1).await;
    for batch in batches {
        let outcomes = api.outcomes(SUBSIDY, batch).await;
        assert!(outcomes.iter().all(|one| one.starts_with("accepted")), "{outcomes:?}");
    }
    let seen = seen(&api, 1).await;
    seen.iter().map(|one| one[item].as_str().unwrap_or("-").to_owned()).collect()
}

fn one(changes: &Value) -> Value {
    json!([certificate(1, changes)])
}

#[tokio::test]
async fn the_same_key_replaces_another_key_stands_beside_and_deletion_ends() {
    let (old, new) = (json!({}), json!({ "medicalSubsidyRecipientNumber": "0000026" }));
    let key = |name: &str| json!({ name: "2", "medicalSubsidyRecipientNumber": "0000026" });
    let gone = json!({ "isDeleted": true });
    let numbers = "medicalSubsidyRecipientNumber";
    for (name, batches, want) in [
        ("one", vec![one(&old)], "0000018"),
        ("again", vec![one(&old), one(&old)], "0000018"),
        ("replaced", vec![one(&old), one(&new)], "0000026"),
        ("history key", vec![one(&old), one(&key("historyKey"))], "0000018 0000026"),
        ("sub-key", vec![one(&old), one(&key("certificationSubKey"))], "0000018 0000026"),
        ("deleted", vec![one(&old), one(&gone)], ""),
        ("deleted twice", vec![one(&old), one(&gone), one(&gone)], ""),
        ("deleted before", vec![one(&gone), one(&old)], "0000018"),
        ("back again", vec![one(&old), one(&gone), one(&new)], "0000026"),
    ] {
        let mut seen = after(&batches, numbers).await;
        seen.sort();
        assert_eq!(seen.join(" "), want, "{name}");
    }
}
