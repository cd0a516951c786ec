//! The resident's page over HTTP: who looked, as people and as systems read it.

use axum::body::Body;
use axum::http::Request;
use domain::audit::Outcome;
use serde_json::Value;

use crate::harness::{Answer, Api, SUBSIDY, certificate, five};
use serde_json::json;

async fn person() -> Api {
    let api = Api::new().await;
    api.insure("1", &five(1)).await;
    assert_eq!(api.outcomes(SUBSIDY, &json!([certificate(1, &json!({}))])).await, ["accepted"]);
    api.give_card("one", &five(1)).await;
    api
}

async fn get(api: &Api, cookie: &str, path: &str) -> Answer {
    let request = Request::get(path).header("cookie", format!("pmh_session={cookie}"));
    api.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn each_look_is_an_audit_event_and_a_consent_where_one_was_asked() {
    let api = person().await;
    api.eligibility("clinic", "1", true).await;
    api.eligibility("clinic", "1", false).await;
    let cookie = api.sign_in("one").await;
    let looks = get(&api, &cookie, "/resident/looks.json").await.json();
    let looks: Vec<&Value> = looks.as_array().unwrap().iter().collect();
    assert!(looks.iter().all(|look| look["auditEvent"]["resourceType"] == "AuditEvent"));
    let consents: Vec<&Value> = looks.iter().filter_map(|look| look.get("consent")).collect();
    let kinds: Vec<&Value> = consents.iter().map(|of| &of["provision"]["type"]).collect();
    assert_eq!(kinds, ["deny", "permit"], "newest first");
    let institution = &consents[0]["provision"]["actor"][0]["reference"]["identifier"]["value"];
    assert_eq!(institution, hub::testing::INSTITUTION);
    let patient = &consents[0]["patient"]["reference"];
    assert!(looks[0]["auditEvent"]["entity"][0]["what"]["reference"] == *patient, "{patient}");
}

#[tokio::test]
async fn older_looks_are_found_page_by_page_and_none_twice() {
    let api = person().await;
    for _ in 0..130 {
        api.eligibility("clinic", "1", true).await;
    }
    let cookie = api.sign_in("one").await;
    let mut times = 0;
    let mut path = "/resident".to_owned();
    loop {
        let page = get(&api, &cookie, &path).await.text();
        times += page.matches("受診時の資格確認").count();
        let Some((_, rest)) = page.split_once("href=\"?before=") else { break };
        path = format!("/resident?before={}", rest.split('#').next().unwrap());
    }
    assert_eq!(times, 130);
    assert_eq!(get(&api, &cookie, "/resident?before=x").await.status, 422);
}

#[tokio::test]
async fn a_refused_card_is_told_to_whoever_it_belongs_to() {
    let api = person().await;
    let session = hub::open_session(&api.test.hub, &api.sign_in("one").await).await.unwrap();
    let resident = hub::caller_of_session(&api.test.hub, &session);
    // Behind the end of the certificate: the card still answers, the hub no longer believes it.
    api.test.pass_seconds(6 * 366 * 86_400);
    let token = api.token("clinic").await;
    let challenge = api.post(&token, "/pmh/v1/card-challenges", &json!({})).await.json();
    let text = |name: &str| challenge[name].as_str().unwrap().to_owned();
    let view = hub::ChallengeView {
        challenge: text("challenge"),
        origin: text("origin"),
        institution: text("institution"),
        terminal: text("terminal"),
        expires: api.test.hub.now().plus_seconds(120),
    };
    let answer = api.tap(&token, &mut api.card("one"), &view, true).await;
    assert_eq!(answer.outcome(), "422 expired");
    let looks = hub::own_looks(&api.test.hub, &resident).await.unwrap();
    let newest = looks.iter().find(|look| look.entry.what == "card").unwrap();
    assert_eq!(newest.entry.outcome, Outcome::Refused);
    assert_eq!(newest.entry.detail, "expired certificate");
    assert_eq!(newest.entry.organisation, hub::testing::INSTITUTION);
}

#[tokio::test]
async fn a_session_ends_with_leaving_for_whoever_copied_it() {
    let api = person().await;
    let cookie = api.sign_in("one").await;
    let page = get(&api, &cookie, "/resident").await;
    assert!(page.text().contains("ひとり親"), "{}", page.text());
    let page = page.text();
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let request = Request::post("/leave")
        .header("cookie", format!("pmh_session={cookie}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={}", rest.split('"').next().unwrap())));
    assert_eq!(api.send(request.unwrap()).await.status, 303);
    assert!(!get(&api, &cookie, "/resident").await.text().contains("ひとり親"));
    assert_eq!(get(&api, &cookie, "/resident/looks.json").await.status, 401);
}

#[tokio::test]
async fn a_session_is_worth_no_more_than_its_card() {
    let mut api = person().await;
    let cookie = api.sign_in("one").await;
    assert_eq!(get(&api, &cookie, "/resident/looks.json").await.status, 200);
    let card = api.card("one");
    api.test.revoke(&card);
    assert_eq!(get(&api, &cookie, "/resident/looks.json").await.status, 401);
}
