//! Trouble on the way of a dose: the family's form and the gate, and two who do the same at once.

use serde_json::{Value, json};

use crate::dose::{BABY, CHECKS, DOSES, ask, dose, received, resident, said};
use crate::forms::World;
use crate::harness::{Api, merge};

/// Of the forms' world: person 1 is the guardian of the baby 2.
const INFANT: &str = "2026-09-24";

/// A dose of PCV whose consent is a form of the record.
fn pcv(form: &Value, changes: &Value) -> Value {
    let mut asked = dose(
        INFANT,
        &json!({ "product": "pcv20", "paper": null, "form": form,
        "scan": "(01)09520000000103(17)271231(10)PCV1" }),
    );
    merge(&mut asked, changes);
    asked
}

fn form_of(reception: &Value, series: &str) -> Value {
    let forms = reception["forms"].as_array().unwrap().iter();
    let found = forms.into_iter().find(|form| form["series"] == series);
    found.unwrap_or_else(|| panic!("{reception}")).clone()
}

#[tokio::test]
async fn a_form_from_the_phone_is_the_consent_of_its_series_on_its_day() {
    let world = World::new().await;
    let (api, guardian) = (&world.api, world.phone(1).await);
    let infant = format!("?for={}", guardian.child(INFANT).await);
    guardian.fill_in("child/pcv", &infant).await;
    let reception = received(api, "clinic", 2).await;
    let form = form_of(&reception, "pcv");
    assert_eq!((&form["state"], &form["receivedHere"]), (&json!("received"), &json!(true)));
    assert_eq!(form["consent"]["by"], "guardian");
    assert!(!form["answers"].to_string().contains("試験町"), "no address at a desk");
    let id = &form["form"];
    for (asked, want) in [
        (pcv(id, &json!({})), "open"),
        (pcv(&json!("nobodys"), &json!({})), "identity other-person, consent no-consent"),
        // Of another series.
        (
            pcv(
                id,
                &json!({ "product": "hepb", "scan": "(01)09520000000035(17)271231(10)B1",
                "amountHundredthsMl": 25 }),
            ),
            "consent no-consent",
        ),
    ] {
        let gate = ask(api, CHECKS, &reception, asked.clone()).await.json();
        assert_eq!(said(&gate), want, "{asked}");
    }
    // Frozen since the reception: the family's later change is refused, nothing of it is kept.
    let path = format!("/resident/forms/child/pcv/today{infant}");
    let late = guardian.post(&path, &[("q-ill-today", "yes")]).await;
    assert_eq!(late.status, 422, "{}", late.text());
    let again = received(api, "clinic", 2).await;
    assert_eq!(form_of(&again, "pcv"), form);
    // Another clinic, or the next day: it covers nothing there.
    let elsewhere = received(api, "other-clinic", 2).await;
    assert_eq!(form_of(&elsewhere, "pcv")["receivedHere"], false);
    api.test.pass_seconds(86_400);
    let tomorrow = received(api, "clinic", 2).await;
    let gate = ask(api, CHECKS, &tomorrow, pcv(id, &json!({}))).await.json();
    assert_eq!(said(&gate), "consent no-consent");
}

#[tokio::test]
async fn what_the_form_warns_of_is_weighed_by_the_physician() {
    let world = World::new().await;
    let (api, guardian) = (&world.api, world.phone(1).await);
    let infant = format!("?for={}", guardian.child(INFANT).await);
    let done = guardian.fill_in("child/pcv", &infant).await;
    assert!(guardian.text(&done).await.contains("提出しました"));
    // The morning's fever and an old convulsion, told after handing in, and handed in anew.
    let today = format!("/resident/forms/child/pcv/today{infant}");
    let history = format!("/resident/forms/child/pcv/history{infant}");
    assert_eq!(guardian.post(&today, &[("q-temperature", "38.1")]).await.status, 303);
    let told = [("q-convulsion", "yes"), ("q-convulsion-age", "1"), ("q-convulsion-fever", "yes")];
    let kept = guardian.post(&history, &told).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    guardian.hand_in(&format!("/resident/forms/child/pcv/check{infant}")).await;
    let reception = received(api, "clinic", 2).await;
    let form = form_of(&reception, "pcv");
    let codes: Vec<&str> = form["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"fever") && codes.contains(&"convulsion"), "{codes:?}");
    let id = &form["form"];
    for (changes, want) in [
        // What the clinic measures counts, not the morning at home.
        (json!({}), "judgement answer-open"),
        (json!({ "reason": "主治医と相談した" }), "open"),
        // A paper beside it does not silence it.
        (
            json!({ "form": null, "paper": { "consentBy": "guardian", "consentOn": "2026-11-24",
                "birthOnForm": INFANT } }),
            "judgement answer-open",
        ),
        (json!({ "reason": "x", "temperature": 37.5 }), "contraindication fever"),
    ] {
        let gate = ask(api, CHECKS, &reception, pcv(id, &changes)).await.json();
        assert_eq!(said(&gate), want, "{changes}");
    }
    let reason = json!({ "reason": "主治医と相談した" });
    let recorded = ask(api, DOSES, &reception, pcv(id, &reason)).await.json();
    let city = api.token("city").await;
    let read = api.get(&city, &format!("{DOSES}/{}", recorded["id"].as_str().unwrap())).await;
    assert!(read.text().contains("主治医と相談した"), "the municipality sees the reason");
}

#[tokio::test]
async fn of_two_who_record_the_same_at_once_one_does() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let (here, there) =
        (received(&api, "clinic", 1).await, received(&api, "other-clinic", 1).await);
    let (one, other) = (api.token("clinic").await, api.token("other-clinic").await);
    let body = |of: &Value| json!({ "reception": of["reception"], "dose": dose(BABY, &json!({})) });
    let (here, there) = (body(&here), body(&there));
    let (first, twice, second) = tokio::join!(
        api.post(&one, DOSES, &here),
        api.post(&one, DOSES, &here),
        api.post(&other, DOSES, &there),
    );
    let mut all = [first.outcome(), twice.outcome(), second.outcome()];
    all.sort();
    let by_here = ["200", "201", "422 gate-closed"].map(str::to_owned);
    let by_there = ["201", "422 gate-closed", "422 gate-closed"].map(str::to_owned);
    assert!(all == by_here || all == by_there, "{all:?}");
    let after = received(&api, "clinic", 1).await;
    assert_eq!(after["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_printed_record_shows_what_counts() {
    let world = World::new().await;
    let guardian = world.phone(1).await;
    let handle = guardian.child(INFANT).await;
    let reception = received(&world.api, "clinic", 2).await;
    let asked = dose(INFANT, &json!({}));
    assert_eq!(ask(&world.api, DOSES, &reception, asked).await.status, 201);
    let page = guardian.text(&format!("/resident/doses?for={handle}")).await;
    for want in ["予防接種済証", "FIVE1", "0.50 mL", "宮崎県都城市", "都城見本クリニック"]
    {
        assert!(page.contains(want), "{want}: {page}");
    }
    let own = guardian.text("/resident/doses").await;
    assert!(!own.contains("FIVE1"));
}
