//! 資格確認 over HTTP: who is shown what, and what absence looks like.

use hub::ChallengeView;
use hub::import::RowResult;
use hub::testing::TERMINAL;
use reader::card::Holder;
use serde_json::{Value, json};

use crate::harness::{Api, ELIGIBILITY, SUBSIDY, by_numbers, certificate, five, my_number};

const CHALLENGES: &str = "/pmh/v1/card-challenges";

/// Person 1 with a certificate, 2 without, 3 under non-disclosure, 4 whose certificate has ended;
/// all of them insured.
async fn town() -> Api {
    let api = Api::new().await;
    let batch = json!([
        certificate(1, &json!({})),
        certificate(3, &json!({})),
        certificate(3, &json!({ "isNotDisclosed": true, "historyKey": "H2" })),
        certificate(4, &json!({ "validTo": "2026-11-23" })),
    ]);
    for n in 1..=4 {
        api.insure(&n.to_string(), &five(n)).await;
    }
    assert_eq!(api.outcomes(SUBSIDY, &batch).await, ["accepted"; 4]);
    api
}

#[tokio::test]
async fn certificates_show_with_consent_and_absence_has_no_reason() {
    let api = town().await;
    for (client, n, agreed, want) in [
        ("clinic", 1, true, "found 1 1"),
        ("clinic", 1, false, "found 1 0"),
        ("clinic", 2, true, "found 1 0"),
        ("clinic", 3, true, "found 1 0"),
        ("clinic", 4, true, "found 1 0"),
        ("clinic", 9, true, "nobody"),
        ("clinic", 9, false, "nobody"),
        ("other-clinic", 1, true, "found 1 0"),
        ("other-clinic", 1, false, "found 1 0"),
    ] {
        let shown = api.eligibility(client, &n.to_string(), agreed).await;
        let count = |name: &str| shown[name].as_array().unwrap().len();
        let got = match shown["found"].as_bool().unwrap() {
            true => format!("found {} {}", count("insurance"), count("certificates")),
            false => "nobody".to_owned(),
        };
        assert_eq!(got, want, "{client} {n} {agreed}");
    }
}

/// An answer about somebody without who they are: what remains must not tell why it is so.
fn shape(mut shown: Value) -> Value {
    let members = shown.as_object_mut().unwrap();
    for own in ["person", "insurance"] {
        let value = members.remove(own).unwrap();
        assert!(!value.as_array().map_or(value.is_null(), Vec::is_empty), "{own}");
    }
    shown
}

#[tokio::test]
async fn every_case_of_absence_looks_the_same() {
    let api = town().await;
    let none = shape(api.eligibility("clinic", "2", true).await);
    for (client, n, agreed) in [
        ("clinic", 1, false),
        ("clinic", 2, false),
        ("clinic", 3, true),
        ("clinic", 3, false),
        ("clinic", 4, true),
        ("other-clinic", 1, true),
    ] {
        let shown = api.eligibility(client, &n.to_string(), agreed).await;
        assert_eq!(shape(shown), none, "{client} {n} {agreed}");
    }
}

#[tokio::test]
async fn the_desk_sees_neither_addresses_nor_personal_numbers_and_pseudonyms_of_its_own() {
    let api = town().await;
    let mut pseudonyms = Vec::new();
    for client in ["clinic", "clinic", "other-clinic"] {
        let shown = api.eligibility(client, "1", true).await;
        let text = shown.to_string();
        assert!(!text.contains("試験町") && !text.contains("9990000000"), "{text}");
        pseudonyms.push(shown["person"]["pseudonym"].clone());
    }
    assert_eq!(pseudonyms[0], pseudonyms[1]);
    assert_ne!(pseudonyms[0], pseudonyms[2]);
}

/// The numbers of person 1 with one of them changed.
#[tokio::test]
async fn numbers_identify_only_together() {
    let api = town().await;
    let token = api.token("clinic").await;
    for (name, value, want) in [
        ("number", json!("1"), true),
        ("number", json!("２"), true),
        ("symbol", json!("12"), true),
        ("insurerNumber", json!("06130025"), false),
        ("symbol", json!("13"), false),
        ("symbol", json!(null), false),
        ("branch", json!("02"), false),
        ("branch", json!(null), false),
    ] {
        let mut asked = by_numbers("1", true);
        asked["insured"][name] = value.clone();
        let shown = api.post(&token, ELIGIBILITY, &asked).await.json();
        assert_eq!(shown["found"], want, "{name} {value}");
    }
}

#[tokio::test]
async fn numbers_need_a_token_that_is_bound_to_a_terminal() {
    let api = town().await;
    let unbound = api.token_at("clinic", None).await;
    let asked = by_numbers("1", true);
    let got = api.post(&unbound, ELIGIBILITY, &asked).await.outcome();
    assert_eq!(got, "422 terminal-unbound");
    let got = api.post(&unbound, CHALLENGES, &json!({})).await.outcome();
    assert_eq!(got, "422 terminal-unbound");
}

#[tokio::test]
async fn a_question_is_strict_so_that_no_consent_is_read_as_something_else() {
    let api = town().await;
    let token = api.token("clinic").await;
    let insured = by_numbers("1", true)["insured"].clone();
    let yes = json!({ "certificates": true });
    let card = json!({ "challenge": "x", "certificate": "AA==", "signature": "AA==" });
    for (asked, want) in [
        (json!({ "insured": insured, "consent": yes }), "200"),
        (json!({ "insured": insured }), "422 missing-item consent"),
        (json!({ "insured": insured, "consent": null }), "422 missing-item consent"),
        (json!({ "insured": insured, "consent": {} }), "422 missing-item consent/certificates"),
        (json!({ "insured": insured, "consent": true }), "422 wrong-type consent"),
        (
            json!({ "insured": insured, "consent": { "certificates": "true" } }),
            "422 wrong-type consent/certificates",
        ),
        (
            json!({ "insured": insured, "consent": { "certificates": true, "all": true } }),
            "422 unknown-item consent/all",
        ),
        (json!({ "insured": insured, "consent": yes, "x": 1 }), "422 unknown-item x"),
        (json!({ "insured": {}, "consent": yes }), "422 missing-item insured/insurerNumber"),
        (json!({ "consent": yes }), "422 one-identification "),
        (json!({ "insured": insured, "card": card, "consent": yes }), "422 one-identification "),
        (json!([]), "422 wrong-type "),
        (
            json!({ "card": { "challenge": "x" }, "consent": yes }),
            "422 missing-item card/certificate",
        ),
        (json!({ "card": card, "consent": yes }), "422 challenge-malformed "),
    ] {
        let answer = api.post(&token, ELIGIBILITY, &asked).await;
        let got = match answer.status.is_success() {
            true => "200".to_owned(),
            false => format!("{} {}", answer.outcome(), answer.json()["at"].as_str().unwrap()),
        };
        assert_eq!(got, want, "{asked}");
    }
}

/// Asks for a challenge with one token.
async fn challenge(api: &Api, token: &str) -> ChallengeView {
    let answer = api.post(token, CHALLENGES, &json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    ChallengeView {
        challenge: text("challenge"),
        origin: text("origin"),
        institution: text("institution"),
        terminal: text("terminal"),
        expires: api.test.hub.now().plus_seconds(120),
    }
}

#[tokio::test]
async fn a_card_opens_once_at_the_terminal_of_its_challenge() {
    let api = town().await;
    api.give_card("one", &five(1)).await;
    let mut card = api.card("one");
    let here = api.token("clinic").await;
    let there = api.token_at("clinic", Some("2")).await;
    let other = api.token_at("other-clinic", Some(TERMINAL)).await;

    let view = challenge(&api, &here).await;
    for (token, want) in [
        (&there, "422 challenge-foreign"),
        (&other, "422 challenge-foreign"),
        (&here, "200"),
        (&here, "409 challenge-used"),
    ] {
        let answer = api.tap(token, &mut card, &view, true).await;
        assert_eq!(answer.outcome(), want, "{}", answer.text());
        if want == "200" {
            let shown = answer.json();
            assert_eq!(shown["identifiedBy"], "card");
            assert_eq!(shown["certificates"].as_array().unwrap().len(), 1);
        }
    }
    let view = challenge(&api, &here).await;
    let shown = api.tap(&here, &mut card, &view, false).await.json();
    assert_eq!(shown["certificates"], json!([]));
    let view = challenge(&api, &here).await;
    api.test.pass_seconds(121);
    let answer = api.tap(&here, &mut card, &view, true).await;
    assert_eq!(answer.outcome(), "422 challenge-expired");
}

#[tokio::test]
async fn a_card_of_nobody_shows_nobody() {
    let api = town().await;
    let token = api.token("clinic").await;
    let mut card = api.test.card(Holder::default());
    let view = challenge(&api, &token).await;
    let answer = api.tap(&token, &mut card, &view, true).await;
    assert_eq!(answer.json(), json!({ "found": false }));
}

/// Like person 1 in all but the address.
fn near() -> Value {
    let mut near = five(1);
    near["address"] = json!("宮崎県都城市別の町9番地");
    near
}

#[tokio::test]
async fn a_held_registration_adds_nothing_to_the_person_who_is_near() {
    let api = town().await;
    let before = api.eligibility("clinic", "1", true).await;
    let held = api.try_insure("71", &near()).await;
    assert!(matches!(held, RowResult::Held(_)), "{held:?}");
    assert_eq!(api.eligibility("clinic", "1", true).await, before);
}

#[tokio::test]
async fn numbers_whose_link_is_held_show_nobody() {
    let api = town().await;
    let result = api.try_insure("71", &near()).await;
    assert!(matches!(result, RowResult::Held(_)), "{result:?}");
    for agreed in [true, false] {
        let shown = api.eligibility("clinic", "71", agreed).await;
        assert_eq!(shown, json!({ "found": false }));
    }
}

#[tokio::test]
async fn twins_of_one_register_are_two_people_at_once() {
    let api = town().await;
    let twin = json!({ "basicFiveInfo": { "name": "試験別子" }, "myNumber": my_number(71) });
    let outcome = api.outcomes(SUBSIDY, &json!([certificate(1, &twin)])).await;
    assert_eq!(outcome, ["accepted"]);
    let shown = api.eligibility("clinic", "1", true).await;
    assert_eq!(shown["certificates"].as_array().unwrap().len(), 1, "each has their own: {shown}");
}
