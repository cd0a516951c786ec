//! Notices: previewed, sent as seen, once each; read by the resident. Today is 2026-11-24.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, RELATIONS, SUBSIDY, certificate, five, my_number};

pub(crate) const TARGETS: &str = "/pmh/v1/immunization/registration-tasks";
const PREVIEW: &str = "/pmh/v1/immunization/notices/preview";
const SEND: &str = "/pmh/v1/immunization/notices/send";

/// A child of the municipality, born on a day, with doses as `(key, product, day)`.
pub(crate) fn child(n: u32, birth: &str, doses: &[(&str, &str, &str)]) -> Value {
    let mut five = five(n);
    five["dateOfBirth"] = json!(birth);
    let doses: Vec<Value> = doses
        .iter()
        .map(|(key, product, day)| json!({ "doseKey": key, "product": product, "date": day }))
        .collect();
    json!({ "modificationSeg": "1", "myNumber": my_number(n),
        "municipalityIdentityKey": format!("住民{n}"), "basicFiveInfo": five,
        "livesHereSince": birth, "doses": doses })
}

async fn preview(api: &Api, client: &str, filter: Value) -> Value {
    let answer = api.post(&api.token(client).await, PREVIEW, &filter).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn send(api: &Api, client: &str, token: &Value) -> Answer {
    api.post(&api.token(client).await, SEND, &json!({ "token": token })).await
}

fn told(answer: &Answer) -> String {
    let body = answer.json();
    format!("{} {} sent {} skipped", body["state"].as_str().unwrap(), body["sent"], body["skipped"])
}

async fn resident(api: &Api, session: &str, method: &str, path: &str, form: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", format!("pmh_session={session}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()));
    api.send(request.unwrap()).await
}

fn between<'t>(text: &'t str, before: &str) -> &'t str {
    text.split_once(before).map_or("", |(_, rest)| rest.split('"').next().unwrap_or(""))
}

/// MR 第1期 from one year to two; usual throughout. Born on 2025-11-20: due now. Born on 2024-12-20:
/// the last day is 2026-12-19. Born 2026-11-01: nothing of MR yet.
#[tokio::test]
async fn what_was_previewed_is_sent_once() {
    let api = Api::new().await;
    let people = [
        child(1, "2025-11-20", &[]),
        child(2, "2024-12-20", &[]),
        child(3, "2026-11-01", &[]),
        child(4, "2025-11-20", &[("d", "mr", "2026-11-22")]),
    ];
    assert_eq!(api.outcomes(TARGETS, &json!(people)).await, ["accepted"; 4]);
    let filter = json!({ "series": ["mr-1"] });
    let seen = preview(&api, "city", filter.clone()).await;
    let lines: Vec<String> = seen["items"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "2025-11-20 mr-1 1 due-soon 2027-11-19 false",
            "2024-12-20 mr-1 1 last-chance 2026-12-19 false",
        ]
    );
    assert_eq!(
        (&seen["notices"], &seen["people"], &seen["leftOff"]),
        (&json!(2), &json!(2), &json!(0))
    );
    assert_eq!(told(&send(&api, "city", &seen["token"]).await), "done 2 sent 0 skipped");
    assert_eq!(told(&send(&api, "city", &seen["token"]).await), "done 2 sent 0 skipped");
    assert_eq!(preview(&api, "city", filter).await["notices"], 0, "nothing twice");
}

fn line(item: &Value) -> String {
    let text = |name: &str| item[name].as_str().unwrap().to_owned();
    let [birth, series, dose, kind, until] =
        ["dateOfBirth", "series", "dose", "kind", "until"].map(text);
    format!("{birth} {series} {dose} {kind} {until} {}", item["isNotDisclosed"])
}

#[tokio::test]
async fn a_dose_and_a_move_between_preview_and_sending_are_heeded() {
    let api = Api::new().await;
    let people = [1, 2, 3].map(|n| child(n, "2025-11-20", &[]));
    assert_eq!(api.outcomes(TARGETS, &json!(people)).await, ["accepted"; 3]);
    let seen = preview(&api, "city", json!({ "series": ["mr-1"], "kinds": ["due-soon"] })).await;
    assert_eq!(seen["notices"], 3);
    let given = child(1, "2025-11-20", &[("d", "mr", "2026-11-23")]);
    let gone = json!({ "modificationSeg": "2", "myNumber": my_number(2),
        "municipalityIdentityKey": "住民2", "removalDate": "2026-11-24" });
    assert_eq!(api.outcomes(TARGETS, &json!([given, gone])).await, ["accepted"; 2]);
    assert_eq!(told(&send(&api, "city", &seen["token"]).await), "done 1 sent 2 skipped");
}

#[tokio::test]
async fn a_list_is_its_municipalitys_and_lasts_half_a_day() {
    let api = Api::new().await;
    assert_eq!(api.outcomes(TARGETS, &json!([child(1, "2025-11-20", &[])])).await, ["accepted"]);
    assert_eq!(preview(&api, "far-city", json!({})).await["notices"], 0);
    let seen = preview(&api, "city", json!({})).await;
    assert!(seen["notices"].as_i64().unwrap() > 0);
    for (client, token, want) in [
        ("far-city", seen["token"].clone(), "404 not-found"),
        ("city", json!("0123"), "404 not-found"),
        ("city", json!(7), "422 wrong-type"),
        ("city", json!(""), "422 empty-item"),
    ] {
        assert_eq!(send(&api, client, &token).await.outcome(), want, "{token}");
    }
    api.test.pass_seconds(12 * 3600 + 1);
    assert_eq!(send(&api, "city", &seen["token"]).await.outcome(), "409 list-over");
    for (filter, want) in [
        (json!({ "series": ["x"] }), "422 unknown-series"),
        (json!({ "kinds": ["soon"] }), "422 wrong-value"),
        (json!({ "series": "mr-1" }), "422 wrong-type"),
        (json!({ "serie": [] }), "422 unknown-item"),
        (json!([]), "422 wrong-type"),
    ] {
        let answer = api.post(&api.token("city").await, PREVIEW, &filter).await;
        assert_eq!(answer.outcome(), want, "{filter}");
    }
}

/// Two lists of the same people, sent at the same time: each person is told once.
#[tokio::test]
async fn two_who_send_at_once_tell_nobody_twice() {
    let api = Api::new().await;
    let people: Vec<Value> = (1..=40).map(|n| child(n, "2025-11-20", &[])).collect();
    assert_eq!(api.outcomes(TARGETS, &json!(people)).await, vec!["accepted"; 40]);
    let filter = || json!({ "series": ["mr-1", "varicella"] });
    let one = preview(&api, "city", filter()).await;
    let two = preview(&api, "city", filter()).await;
    assert_eq!((&one["notices"], &two["notices"]), (&json!(80), &json!(80)));
    let (a, b, c) = tokio::join!(
        send(&api, "city", &one["token"]),
        send(&api, "city", &two["token"]),
        send(&api, "city", &one["token"]),
    );
    let first = a.json()["sent"].as_i64().unwrap();
    let second = b.json()["sent"].as_i64().unwrap();
    assert_eq!(first + second, 80, "{} {} {}", a.text(), b.text(), c.text());
    assert_eq!(preview(&api, "city", filter()).await["notices"], 0);
}

#[tokio::test]
async fn under_non_disclosure_the_officer_is_told_and_no_address_is_shown() {
    let api = Api::new().await;
    assert_eq!(api.outcomes(TARGETS, &json!([child(1, "2025-11-20", &[])])).await, ["accepted"]);
    let hidden =
        json!({ "isNotDisclosed": true, "basicFiveInfo": { "dateOfBirth": "2025-11-20" } });
    assert_eq!(api.outcomes(SUBSIDY, &json!([certificate(1, &hidden)])).await, ["accepted"]);
    let seen = preview(&api, "city", json!({ "series": ["mr-1"] })).await;
    assert_eq!(seen["items"][0]["isNotDisclosed"], true);
    assert!(!seen.to_string().contains("番地"), "{seen}");
    assert_eq!(told(&send(&api, "city", &seen["token"]).await), "done 1 sent 0 skipped");
}

/// The guardian of a child with a card of their own.
async fn family(api: &Api, birth: &str) -> (String, String) {
    let adult = json!([certificate(1, &json!({}))]);
    assert_eq!(api.outcomes(SUBSIDY, &adult).await, ["accepted"]);
    assert_eq!(api.outcomes(TARGETS, &json!([child(2, birth, &[])])).await, ["accepted"]);
    let relation = json!([{ "myNumber": my_number(2), "guardianMyNumber": my_number(1),
        "relation": "parent", "validFrom": "2026-04-01", "historyKey": "1", "isDeleted": false }]);
    assert_eq!(api.outcomes(RELATIONS, &relation).await, ["accepted"]);
    api.give_card("guardian", &five(1)).await;
    let session = api.sign_in("guardian").await;
    let page = resident(api, &session, "GET", "/resident", "").await.text();
    let handle = between(&page, "href=\"/resident/child/").to_owned();
    (session, handle)
}

#[tokio::test]
async fn the_guardian_reads_it_and_the_dose_settles_it() {
    let api = Api::new().await;
    let (session, handle) = family(&api, "2025-11-20").await;
    let path = format!("/resident/child/{handle}");
    let seen = preview(&api, "city", json!({ "series": ["mr-1"] })).await;
    assert_eq!(told(&send(&api, "city", &seen["token"]).await), "done 1 sent 0 skipped");

    let page = resident(&api, &session, "GET", &path, "").await.text();
    assert!(page.contains("未読") && page.contains("麻しん風しん第1期 1回目は"), "{page}");
    let (notice, csrf) =
        (between(&page, "name=\"notice\" value=\""), between(&page, "name=\"csrf\" value=\""));
    for (form, want) in [
        (format!("csrf={csrf}&notice={notice}"), 404),
        (format!("csrf={csrf}&notice={notice}&child=0"), 404),
        (format!("csrf=x&notice={notice}&child={handle}"), 422),
        (format!("csrf={csrf}&notice={notice}&child={handle}"), 303),
        (format!("csrf={csrf}&notice={notice}&child={handle}"), 303),
    ] {
        let answer = resident(&api, &session, "POST", "/resident/notices", &form).await;
        assert_eq!(answer.status, want, "{form}");
    }
    let page = resident(&api, &session, "GET", &path, "").await.text();
    assert!(!page.contains("未読") && page.contains("読みました"));

    let given = child(2, "2025-11-20", &[("d", "mr", "2026-11-23")]);
    assert_eq!(api.outcomes(TARGETS, &json!([given])).await, ["accepted"]);
    let page = resident(&api, &session, "GET", &path, "").await.text();
    assert!(page.contains("済み") && page.contains("すんだお知らせ（1）"), "{page}");
    assert_eq!(told(&send(&api, "city", &seen["token"]).await), "done 1 sent 0 skipped");
}

#[tokio::test]
async fn an_officer_previews_and_sends_on_pages() {
    let api = Api::new().await;
    assert_eq!(api.outcomes(TARGETS, &json!([child(1, "2025-11-20", &[])])).await, ["accepted"]);
    let officer = api.staff("officer").await;
    let place = "/municipality/immunization/notices";
    let page = resident(&api, &officer, "GET", place, "").await.text();
    let csrf = between(&page, "name=\"csrf\" value=\"").to_owned();
    let nothing = resident(&api, &officer, "POST", place, &format!("csrf={csrf}")).await;
    assert_eq!(nothing.status, 422, "nothing ticked");
    let form = format!("csrf={csrf}&due-soon=on&series=mr-1");
    let page = resident(&api, &officer, "POST", place, &form).await.text();
    assert!(page.contains("1 件を送る") && page.contains("2025-11-20"), "{page}");
    let token = between(&page, "name=\"token\" value=\"").to_owned();
    let send = format!("{place}/send");
    let unchecked = format!("csrf={csrf}&token={token}");
    assert_eq!(resident(&api, &officer, "POST", &send, &unchecked).await.status, 422);
    let form = format!("csrf={csrf}&token={token}&checked=yes");
    let sent = resident(&api, &officer, "POST", &send, &form).await;
    assert_eq!(sent.headers["location"], format!("{place}/{token}"));
    let page = resident(&api, &officer, "GET", &format!("{place}/{token}"), "").await.text();
    assert!(page.contains("終わりました"), "{page}");
}
