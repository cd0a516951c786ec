//! The way of one dose over HTTP: reception, gate, record, correction. Today is 2026-11-24.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, FAR, five, merge, my_number};

const TARGETS: &str = "/pmh/v1/immunization/registration-tasks";
const RECEPTIONS: &str = "/pmh/v1/immunization/receptions";
pub(crate) const CHECKS: &str = "/pmh/v1/immunization/gate-checks";
pub(crate) const DOSES: &str = "/pmh/v1/immunization/doses";
/// A vial of each vaccine: GTIN of the synthetic packages, expiry, lot.
const HIB5: &str = "(01)09520000000042(17)271231(10)FIVE1";
const PCV20: &str = "(01)09520000000103(17)271231(10)PCV1";
const EXPIRED: &str = "(01)09520000000042(17)261123(10)OLD1";

/// Registers person `n`, born on a day, with past doses, under a card named as them.
pub(crate) async fn resident(api: &Api, n: u32, birth: &str, doses: Value) {
    let mut person = five(n);
    person["dateOfBirth"] = json!(birth);
    let record = json!({
        "modificationSeg": "1", "myNumber": my_number(n), "basicFiveInfo": person,
        "municipalityIdentityKey": format!("住民{n}"), "livesHereSince": birth, "doses": doses,
    });
    assert_eq!(api.outcomes(TARGETS, &json!([record])).await, ["accepted"]);
    api.give_card(&n.to_string(), &person).await;
}

/// A reception by card.
pub(crate) async fn received(api: &Api, client: &str, n: u32) -> Value {
    let answer = tap(api, client, n).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn tap(api: &Api, client: &str, n: u32) -> Answer {
    let token = api.token(client).await;
    let view = api.post(&token, "/pmh/v1/card-challenges", &json!({})).await.json();
    let text = |name: &str| view[name].as_str().unwrap().to_owned();
    let view = hub::ChallengeView {
        challenge: text("challenge"),
        origin: text("origin"),
        institution: text("institution"),
        terminal: text("terminal"),
        expires: api.test.hub.now(),
    };
    let wire = api.test.answer(&mut api.card(&n.to_string()), &view);
    let body = json!({ "card": {
        "challenge": view.challenge,
        "certificate": STANDARD.encode(&wire.certificate_der),
        "signature": STANDARD.encode(&wire.signature),
    }});
    api.post(&token, RECEPTIONS, &body).await
}

/// A dose of 5種混合 that nothing stops for a two-month-old; each case changes something.
pub(crate) fn dose(birth: &str, changes: &Value) -> Value {
    let mut dose = json!({
        "product": "dpt-ipv-hib", "scan": HIB5, "amountHundredthsMl": 50, "site": "left-thigh",
        "route": "subcutaneous", "physician": "見本 医師", "judgement": "possible",
        "temperature": 36.8, "effectsExplained": true,
        "paper": { "consentBy": "guardian", "consentOn": "2026-11-24", "birthOnForm": birth },
    });
    merge(&mut dose, changes);
    dose
}

pub(crate) async fn ask(api: &Api, path: &str, reception: &Value, dose: Value) -> Answer {
    let token = api.token("clinic").await;
    api.post(&token, path, &json!({ "reception": reception["reception"], "dose": dose })).await
}

/// `open`, or step and code of everything that stops.
pub(crate) fn said(gate: &Value) -> String {
    let stops = gate["stops"].as_array().into_iter().flatten();
    let stops: Vec<String> = stops
        .map(|stop| {
            format!("{} {}", stop["step"].as_str().unwrap(), stop["code"].as_str().unwrap())
        })
        .collect();
    if gate["open"] == true { "open".to_owned() } else { stops.join(", ") }
}

pub(crate) const BABY: &str = "2026-09-10";

#[tokio::test]
async fn one_tap_shows_who_it_is_and_what_may_be_given_today() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    assert_eq!(reception["person"]["dateOfBirth"], BABY);
    assert_eq!(reception["municipality"], "宮崎県都城市");
    assert!(!reception.to_string().contains("試験町"), "no address at a desk");
    let may = |possible: bool| {
        let today = reception["today"].as_array().unwrap().iter();
        let which = today.filter(|one| one["possible"] == possible);
        which.map(|one| one["series"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for series in ["rota-1v", "rota-5v", "hepb", "dpt-ipv-hib", "pcv"] {
        assert!(may(true).contains(&series.to_owned()), "{series}: {:?}", may(true));
    }
    for series in ["mr-1", "varicella", "hpv"] {
        assert!(may(false).contains(&series.to_owned()), "{series}: {:?}", may(false));
    }
    let mr = reception["today"].as_array().unwrap().iter().find(|one| one["series"] == "mr-1");
    assert_eq!(mr.unwrap()["findings"][0]["code"], "too-young");
}

/// Person, what is changed, what the gate says. 1 had nothing; 2 had 5種混合 14 days ago, and BCG.
fn mistakes() -> Vec<(u32, Value, &'static str)> {
    vec![
        (1, json!({}), "open"),
        // 間隔
        (2, json!({}), "sequence interval-too-short"),
        // 種類: 5種 was meant, the vial holds PCV20
        (1, json!({ "scan": PCV20 }), "material other-product"),
        // 期限切れ
        (1, json!({ "scan": EXPIRED }), "material lot-expired"),
        // 対象者の誤認: a sibling's paper form
        (1, json!({ "paper": { "birthOnForm": "2024-02-01" } }), "identity other-person"),
        (
            1,
            json!({ "form": "nobodys", "paper": null }),
            "identity other-person, consent no-consent",
        ),
        // 不必要
        (
            2,
            json!({ "product": "bcg", "scan": null, "lotNumber": "B", "expires": "2027-01-01",
            "route": null, "amountHundredthsMl": null }),
            "sequence already-complete",
        ),
        // 量
        (1, json!({ "amountHundredthsMl": 25 }), "material amount-wrong"),
        // 部位・方法
        (1, json!({ "route": "oral" }), "material wrong-route"),
        (1, json!({ "site": null }), "material site-missing"),
        // 対象外, 発熱, 不適当, 同意, 医師
        (
            1,
            json!({ "product": "mr", "scan": null, "lotNumber": "M", "expires": "2027-01-01" }),
            "eligibility too-young",
        ),
        (1, json!({ "temperature": 37.5 }), "contraindication fever"),
        (1, json!({ "conditions": ["acute-illness"] }), "contraindication contraindicated"),
        (1, json!({ "conditions": ["convulsion"] }), "judgement caution"),
        (1, json!({ "conditions": ["convulsion"], "reason": "主治医と相談した" }), "open"),
        (1, json!({ "paper": null }), "consent no-consent"),
        (1, json!({ "effectsExplained": false }), "judgement not-explained"),
        (1, json!({ "judgement": "postponed" }), "judgement put-off"),
        (1, json!({ "date": "2026-11-25" }), "material wrong-day"),
        (1, json!({ "date": "2026-11-23" }), "consent consent-of-another-day, material wrong-day"),
        (1, json!({ "scan": null }), "material lot-missing"),
    ]
}

#[tokio::test]
async fn each_published_kind_of_mistake_is_stopped_and_counted() {
    let api = Api::new().await;
    let before = json!([
        { "doseKey": "1", "product": "dpt-ipv-hib", "date": "2026-11-10", "amountHundredthsMl": 50 },
        { "doseKey": "2", "product": "bcg", "date": "2026-11-11" },
    ]);
    resident(&api, 1, BABY, json!([])).await;
    resident(&api, 2, "2026-09-10", before).await;
    for (n, change, want) in mistakes() {
        let reception = received(&api, "clinic", n).await;
        let asked = dose(BABY, &change);
        let gate = ask(&api, CHECKS, &reception, asked.clone()).await;
        assert_eq!(gate.status, 200, "{}", gate.text());
        assert_eq!(said(&gate.json()), want, "{change}");
        if want != "open" && change["judgement"].is_null() {
            let refused = ask(&api, DOSES, &reception, asked).await;
            assert_eq!(refused.outcome(), "422 gate-closed", "no dose around the gate: {change}");
        }
    }
    let stops = api
        .test
        .hub
        .store()
        .read(|tx| tx.stops(hub::testing::MUNICIPALITY, jiff::civil::date(2026, 11, 24)));
    let stops = stops.await.unwrap();
    let of = |code: &str| stops.iter().find(|stop| stop.code == code).map(|stop| stop.count);
    assert_eq!(of("interval-too-short"), Some(1), "checked and sent, counted once");
    assert_eq!(of("other-person"), Some(2));
    assert_eq!(of("fever"), None, "a fever is no mistake");
}

#[tokio::test]
async fn a_dose_is_recorded_once_however_often_it_is_sent() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let first = ask(&api, DOSES, &reception, dose(BABY, &json!({}))).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = ask(&api, DOSES, &reception, dose(BABY, &json!({}))).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["id"], first.json()["id"]);
    let other = dose(BABY, &json!({ "scan": HIB5.replace("FIVE1", "FIVE2") }));
    let other = ask(&api, DOSES, &reception, other).await;
    assert_eq!(other.outcome(), "409 recorded-differently");
    let elsewhere = received(&api, "other-clinic", 1).await;
    assert_eq!(elsewhere["history"].as_array().unwrap().len(), 1, "seen at once elsewhere");
    let token = api.token("other-clinic").await;
    let body = json!({ "reception": elsewhere["reception"], "dose": dose(BABY, &json!({})) });
    let second = api.post(&token, DOSES, &body).await;
    assert_eq!(second.outcome(), "422 gate-closed", "two clinics, one dose");
    assert_eq!(second.json()["findings"], Value::Null);
    assert!(second.text().contains("interval-too-short") || second.text().contains("間隔"));
}

#[tokio::test]
async fn a_draft_outlives_the_network_and_the_reception() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let gate = ask(&api, CHECKS, &reception, dose(BABY, &json!({}))).await.json();
    assert_eq!(said(&gate), "open");
    api.test.pass_seconds(3 * 86_400);
    let late = ask(&api, DOSES, &reception, dose(BABY, &json!({}))).await;
    assert_eq!(late.outcome(), "422 reception-over");
    let token = api.token("clinic").await;
    let draft = json!({ "draft": gate["draft"] });
    let kept = api.post(&token, DOSES, &draft).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    assert_eq!(api.post(&token, DOSES, &draft).await.status, 200);
    let today = received(&api, "clinic", 1).await;
    assert_eq!(today["history"][0]["date"], "2026-11-24", "the day on which it was given");
    let other = api.token("other-clinic").await;
    assert_eq!(api.post(&other, DOSES, &draft).await.outcome(), "404 not-found");
    api.test.pass_seconds(12 * 86_400);
    let token = api.token("clinic").await;
    assert_eq!(api.post(&token, DOSES, &draft).await.outcome(), "422 reception-over");
}

#[tokio::test]
async fn the_municipality_reads_a_dose_from_its_feed_and_nobody_else_does() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let city = api.token("city").await;
    let cursor = api.get(&city, "/pmh/v1/feed").await.json()["next"].clone();
    let reception = received(&api, "clinic", 1).await;
    let recorded = ask(&api, DOSES, &reception, dose(BABY, &json!({}))).await.json();
    let city = api.token("city").await;
    let after = format!("/pmh/v1/feed?after={}", cursor.as_str().unwrap());
    let news = api.get(&city, &after).await.json();
    assert_eq!(news["items"][0]["type"], "dose-recorded");
    assert_eq!(news["items"][0]["detail"], recorded["id"]);
    let path = format!("{DOSES}/{}", recorded["id"].as_str().unwrap());
    let read = api.get(&city, &path).await.json();
    assert_eq!(read["municipalityIdentityKey"], "住民1");
    assert_eq!(read["immunization"]["primarySource"], true);
    assert_eq!(read["immunization"]["lotNumber"], "FIVE1");
    let far = api.token("far-city").await;
    assert_eq!(api.get(&far, &path).await.outcome(), "404 not-found", "{FAR}");
    let moved = json!({ "modificationSeg": "2", "myNumber": my_number(1),
        "municipalityIdentityKey": "住民1", "removalDate": "2026-11-24" });
    assert_eq!(api.outcomes(TARGETS, &json!([moved])).await, ["accepted"]);
    let city = api.token("city").await;
    assert_eq!(api.get(&city, &path).await.outcome(), "404 not-found", "moved away");
}

#[tokio::test]
async fn what_was_recorded_is_corrected_and_cancelled_in_versions() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let recorded = ask(&api, DOSES, &reception, dose(BABY, &json!({}))).await.json();
    let at = |what: &str| format!("{DOSES}/{}/{what}", recorded["id"].as_str().unwrap());
    let token = api.token("clinic").await;
    for (body, want) in [
        (json!({ "lotNumber": "FIVE9" }), "422 missing-item"),
        (
            json!({ "reason": "読み違い", "lotNumber": "FIVE9", "version": 7 }),
            "409 version-changed",
        ),
        (json!({ "reason": "読み違い", "lotNumber": "FIVE9", "version": 1 }), "200"),
        (json!({ "reason": "読み違い", "lotNumber": "FIVE9" }), "200"),
        (json!({ "reason": "x", "product": "mr" }), "422 unknown-item"),
        (json!({ "reason": "x", "site": "nose" }), "422 unknown-code"),
    ] {
        let answer = api.post(&token, &at("correction"), &body).await;
        assert_eq!(answer.outcome(), want, "{body}");
    }
    let other = api.token("other-clinic").await;
    let cancel = json!({ "reason": "別の方の記録" });
    assert_eq!(api.post(&other, &at("cancellation"), &cancel).await.outcome(), "404 not-found");
    assert_eq!(api.post(&token, &at("cancellation"), &cancel).await.outcome(), "200");
    assert_eq!(api.post(&token, &at("cancellation"), &cancel).await.outcome(), "404 not-found");
    let again = received(&api, "clinic", 1).await;
    assert_eq!(again["history"], json!([]), "what was cancelled counts no more");
}

#[tokio::test]
async fn by_name_and_birth_only_one_person_is_received() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let (kana, name) = (five(1)["nameKana"].clone(), five(1)["name"].clone());
    let token = api.token("clinic").await;
    for (body, want) in [
        (json!({ "nameKana": kana, "dateOfBirth": BABY }), "201"),
        (json!({ "name": name, "dateOfBirth": BABY }), "201"),
        (json!({ "nameKana": kana, "dateOfBirth": "2026-09-11" }), "422 nobody-found"),
        (json!({ "nameKana": "ダレカ", "dateOfBirth": BABY }), "422 nobody-found"),
        (json!({ "dateOfBirth": BABY }), "422 missing-item"),
    ] {
        let answer = api.post(&token, RECEPTIONS, &json!({ "nameAndBirth": body })).await;
        assert_eq!(answer.outcome(), want, "{body}");
    }
    // Somebody else of the same reading and birth: nobody is guessed.
    let mut twin = five(2);
    (twin["nameKana"], twin["dateOfBirth"]) = (kana.clone(), json!(BABY));
    let record = json!({
        "modificationSeg": "1", "myNumber": my_number(2), "basicFiveInfo": twin,
        "municipalityIdentityKey": "住民2", "livesHereSince": BABY, "doses": [],
    });
    let entered = api.outcomes(TARGETS, &json!([record])).await;
    let token = api.token("clinic").await;
    let body = json!({ "nameAndBirth": { "nameKana": kana, "dateOfBirth": BABY } });
    let answer = api.post(&token, RECEPTIONS, &body).await;
    assert_eq!(answer.outcome(), "409 several-found", "{entered:?}");
    let unbound = api.token_at("clinic", None).await;
    assert_eq!(api.post(&unbound, RECEPTIONS, &body).await.outcome(), "422 terminal-unbound");
}

#[tokio::test]
async fn whom_nobody_follows_gets_no_routine_dose_but_a_voluntary_one() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    // The target is ended while the reception is open.
    let moved = json!({ "modificationSeg": "2", "myNumber": my_number(1),
        "municipalityIdentityKey": "住民1", "removalDate": "2026-11-24" });
    assert_eq!(api.outcomes(TARGETS, &json!([moved])).await, ["accepted"]);
    let gate = ask(&api, CHECKS, &reception, dose(BABY, &json!({}))).await.json();
    assert_eq!(said(&gate), "eligibility not-followed");
    let arrived = json!({
        "modificationSeg": "1", "myNumber": my_number(1), "livesHereSince": "2026-11-24",
        "municipalityIdentityKey": "遠1", "doses": [],
        "basicFiveInfo": { "name": five(1)["name"], "nameKana": five(1)["nameKana"],
            "address": five(1)["address"], "dateOfBirth": BABY, "sex": "2" },
    });
    let there = api.register("far-city", TARGETS, &json!([arrived])).await;
    assert_eq!(there["counts"]["accepted"], 1, "{there}");
    let kept = ask(&api, DOSES, &reception, dose(BABY, &json!({}))).await;
    assert_eq!(kept.status, 201, "the new municipality follows them: {}", kept.text());
    let far = api.token("far-city").await;
    let path = format!("{DOSES}/{}", kept.json()["id"].as_str().unwrap());
    assert_eq!(api.get(&far, &path).await.status, 200);
}

#[tokio::test]
async fn a_recalled_lot_is_stopped() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let recall = store::immunization::Recall {
        product: "dpt-ipv-hib".into(),
        lot: "FIVE1".into(),
        reason: "自主回収".into(),
        since: api.test.hub.now(),
    };
    api.test.hub.store().write(move |tx| tx.put_recall(&recall)).await.unwrap();
    let reception = received(&api, "clinic", 1).await;
    let gate = ask(&api, CHECKS, &reception, dose(BABY, &json!({}))).await.json();
    assert_eq!(said(&gate), "material lot-recalled");
}

#[tokio::test]
async fn what_is_put_off_is_recorded_without_a_dose() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let off = |reason: &str| dose(BABY, &json!({ "judgement": "postponed", "reason": reason }));
    assert_eq!(ask(&api, DOSES, &reception, off("")).await.outcome(), "422 reason-missing");
    let kept = ask(&api, DOSES, &reception, off("発熱")).await;
    assert_eq!((kept.status.as_u16(), kept.json()["given"].clone()), (201, json!(false)));
    let again = received(&api, "clinic", 1).await;
    assert_eq!(again["history"], json!([]));
}

#[tokio::test]
async fn a_past_dose_is_a_fact_that_is_judged_and_never_a_way_around_the_gate() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let token = api.token("clinic").await;
    for (provenance, dose, want) in [
        // Two days after the other: recorded, and the second does not count.
        ("paper", json!({ "doseKey": "a", "product": "hepb", "date": "2026-11-10" }), "counts"),
        ("paper", json!({ "doseKey": "b", "product": "hepb", "date": "2026-11-12" }), "not"),
        ("paper", json!({ "doseKey": "b", "product": "hepb", "date": "2026-11-12" }), "not"),
        (
            "paper",
            json!({ "doseKey": "c", "product": "hepb", "date": "2026-11-24" }),
            "use-the-gate",
        ),
        (
            "elsewhere",
            json!({ "doseKey": "c", "product": "bcg", "date": "2026-11-24",
                "institutionCode": hub::testing::INSTITUTION }),
            "use-the-gate",
        ),
        (
            "elsewhere",
            json!({ "doseKey": "c", "product": "rota-1v", "date": "2026-11-24",
                "institutionName": "都城見本クリニック" }),
            "use-the-gate",
        ),
        (
            "elsewhere",
            json!({ "doseKey": "c", "product": "rota-1v", "date": "2026-11-24",
                "institutionCode": "4510210026" }),
            "counts",
        ),
        (
            "paper",
            json!({ "doseKey": "b", "product": "hepb", "date": "2026-11-12",
            "isDeleted": true, "correctionReason": "母子健康手帳の読み違い" }),
            "gone",
        ),
        ("paper", json!({ "doseKey": "d", "product": "mr", "date": "2026-11-25" }), "future-date"),
    ] {
        let body = json!({ "reception": reception["reception"], "provenance": provenance,
            "dose": dose });
        let answer = api.post(&token, "/pmh/v1/immunization/past-doses", &body).await;
        let told = answer.json();
        let got = match (&told["code"], &told["kept"], &told["dose"]["counts"]) {
            (Value::String(code), ..) => code.clone(),
            (_, Value::Bool(false), _) => "gone".to_owned(),
            (.., Value::Bool(true)) => "counts".to_owned(),
            _ => "not".to_owned(),
        };
        assert_eq!(got, want, "{dose}");
    }
    let again = received(&api, "clinic", 1).await;
    assert_eq!(again["history"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_put_off_may_be_given_later_at_the_same_visit() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let off = dose(BABY, &json!({ "judgement": "postponed", "reason": "37.6度" }));
    assert_eq!(ask(&api, DOSES, &reception, off.clone()).await.status, 201);
    let gate = ask(&api, CHECKS, &reception, dose(BABY, &json!({}))).await.json();
    assert_eq!(said(&gate), "open");
    let token = api.token("clinic").await;
    let kept = api.post(&token, DOSES, &json!({ "draft": gate["draft"] })).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    assert_eq!(ask(&api, DOSES, &reception, off).await.status, 200, "sent again");
    let future = dose(
        BABY,
        &json!({ "judgement": "postponed", "reason": "x", "date": "2099-01-01",
            "product": "hepb", "scan": null, "lotNumber": "B", "expires": "2099-01-01" }),
    );
    assert_eq!(ask(&api, DOSES, &reception, future).await.outcome(), "422 wrong-day");
}

#[tokio::test]
async fn a_voluntary_dose_is_never_called_routine_and_has_a_reason() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    for (changes, want) in [
        (json!({ "voluntary": true }), "open voluntary"),
        (json!({}), "open routine"),
        (
            json!({ "voluntary": true, "product": "mr", "scan": null, "lotNumber": "M",
            "expires": "2027-01-01" }),
            "judgement too-young",
        ),
        (
            json!({ "voluntary": true, "product": "mr", "scan": null, "lotNumber": "M",
            "expires": "2027-01-01", "reason": "渡航のため" }),
            "open voluntary",
        ),
    ] {
        let gate = ask(&api, CHECKS, &reception, dose(BABY, &changes)).await.json();
        let program = gate["program"].as_str().unwrap_or_default();
        assert_eq!(format!("{} {program}", said(&gate)).trim(), want, "{changes}");
    }
}

#[tokio::test]
async fn a_late_draft_is_judged_as_it_was_then() {
    let api = Api::new().await;
    resident(&api, 1, BABY, json!([])).await;
    let reception = received(&api, "clinic", 1).await;
    let gate = ask(&api, CHECKS, &reception, dose(BABY, &json!({}))).await.json();
    api.test.pass_seconds(2 * 86_400);
    let recall = store::immunization::Recall {
        product: "dpt-ipv-hib".into(),
        lot: "FIVE1".into(),
        reason: "自主回収".into(),
        since: api.test.hub.now(),
    };
    api.test.hub.store().write(move |tx| tx.put_recall(&recall)).await.unwrap();
    let token = api.token("clinic").await;
    let kept = api.post(&token, DOSES, &json!({ "draft": gate["draft"] })).await;
    assert_eq!(kept.status, 201, "it was given before the recall: {}", kept.text());
    let next = received(&api, "clinic", 1).await;
    let late = dose(BABY, &json!({ "paper": { "consentOn": "2026-11-26" } }));
    let gate = ask(&api, CHECKS, &next, late).await.json();
    assert!(said(&gate).contains("lot-recalled"), "{gate}");
}

#[tokio::test]
async fn nobody_mends_what_the_municipality_registered() {
    let api = Api::new().await;
    let told = json!([{ "doseKey": "1", "product": "hepb", "date": "2026-11-10",
        "institutionCode": hub::testing::INSTITUTION }]);
    resident(&api, 1, BABY, told).await;
    let reception = received(&api, "clinic", 1).await;
    let id = reception["history"][0]["id"].as_str().unwrap().to_owned();
    let token = api.token("clinic").await;
    let cancel = json!({ "reason": "x" });
    let answer = api.post(&token, &format!("{DOSES}/{id}/cancellation"), &cancel).await;
    assert_eq!(answer.outcome(), "404 not-found");
}

#[tokio::test]
async fn under_non_disclosure_a_desk_sees_the_doses_and_no_place() {
    let api = Api::new().await;
    let told = json!([{ "doseKey": "1", "product": "hepb", "date": "2026-11-10",
        "institutionName": "隠れ町医院" }]);
    resident(&api, 1, BABY, told).await;
    let hidden = json!({ "isNotDisclosed": true, "basicFiveInfo": { "dateOfBirth": BABY } });
    let hidden = crate::harness::certificate(1, &hidden);
    for (change, want) in [(None, (true, true)), (Some(hidden), (false, false))] {
        if let Some(certificate) = change {
            let path = crate::harness::SUBSIDY;
            assert_eq!(api.outcomes(path, &json!([certificate])).await, ["accepted"]);
        }
        let seen = received(&api, "clinic", 1).await;
        let text = seen.to_string();
        let places = (text.contains("都城市"), text.contains("隠れ町医院"));
        assert_eq!(places, want, "{text}");
        assert_eq!(
            (&seen["followed"], seen["history"].as_array().unwrap().len()),
            (&json!(true), 1)
        );
    }
}
