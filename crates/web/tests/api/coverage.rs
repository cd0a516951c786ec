//! Coverage against a small town counted by hand. Today is 2026-11-24.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, my_number};
use crate::notices::{TARGETS, child};

const COVERAGE: &str = "/pmh/v1/immunization/coverage";

async fn coverage(api: &Api, client: &str) -> Value {
    let answer = api.get(&api.token(client).await, COVERAGE).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The people, the doses and the standings of a series or a class of it, in one line.
fn counted(of: &Value) -> String {
    let standing = of["standing"].as_object().unwrap();
    let standing: Vec<String> = standing
        .iter()
        .filter(|(_, count)| **count != json!(0))
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    format!("{} {} {}", of["people"], of["doses"], standing.join(" "))
}

fn series<'v>(coverage: &'v Value, code: &str) -> Option<&'v Value> {
    coverage["series"].as_array().unwrap().iter().find(|of| of["series"] == code)
}

/// Two of 2024 (1 April is of 2023), one of 2025, an infant, and an elder.
async fn town(api: &Api) {
    let people = [
        // MR 第1期 complete; of fiscal year 2024.
        child(1, "2024-12-01", &[("a", "mr", "2026-01-10")]),
        // Last day 2026-12-19; nothing given.
        child(2, "2024-12-20", &[]),
        // MR 第1期 ended on 2026-03-31 without a dose; of fiscal year 2023.
        child(3, "2024-04-01", &[]),
        // A dose too early does not count: 2026-01-09 is before the first birthday.
        child(4, "2025-05-10", &[("a", "mr", "2026-01-09")]),
        // MR has not begun: not counted there. BCG was given at five months.
        child(5, "2026-05-24", &[("b", "bcg", "2026-11-01")]),
        // An elder of 70: no series of children counts, influenza does.
        child(6, "1956-05-01", &[("i", "influenza", "2026-11-02")]),
        child(7, "1956-05-02", &[]),
    ];
    assert_eq!(api.outcomes(TARGETS, &json!(people)).await, vec!["accepted"; 7]);
}

#[tokio::test]
async fn a_small_town_is_counted_as_by_hand() {
    let api = Api::new().await;
    town(&api).await;
    let counts = coverage(&api, "city").await;
    assert_eq!((&counts["residents"], &counts["birthUnknown"]), (&json!(7), &json!(0)));
    let mr = series(&counts, "mr-1").unwrap();
    assert_eq!(counted(mr), "4 [1] complete 1 due 2 ended 1");
    let cohorts: Vec<String> = mr["cohorts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| format!("{}: {}", of["fiscalYearOfBirth"], counted(of)))
        .collect();
    assert_eq!(
        cohorts,
        ["2023: 1 [] ended 1", "2024: 2 [1] complete 1 due 1", "2025: 1 [] due 1",]
    );
    let bcg = series(&counts, "bcg").unwrap();
    let six = bcg["monthsOfAge"].as_array().unwrap().iter().find(|of| of["months"] == 6).unwrap();
    assert_eq!(counted(six), "1 [1] complete 1");
    let influenza = series(&counts, "influenza-elderly").unwrap();
    assert_eq!(counted(influenza), "2 [1] complete 1 due 1");
    assert!(series(&counts, "hpv").is_none(), "nobody is counted in it");
    let nobody = coverage(&api, "far-city").await;
    assert_eq!((&nobody["residents"], &nobody["series"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn whoever_moves_away_is_counted_no_more() {
    let api = Api::new().await;
    town(&api).await;
    let gone = json!({ "modificationSeg": "2", "myNumber": my_number(2),
        "municipalityIdentityKey": "住民2", "removalDate": "2026-11-24" });
    assert_eq!(api.outcomes(TARGETS, &json!([gone])).await, ["accepted"]);
    let counts = coverage(&api, "city").await;
    assert_eq!(counted(series(&counts, "mr-1").unwrap()), "3 [1] complete 1 due 1 ended 1");
}

async fn page(api: &Api, staff: &str, path: &str) -> Answer {
    let session = api.staff(staff).await;
    let request = Request::get(path).header("cookie", format!("pmh_session={session}"));
    api.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_officers_pages_show_who_is_missing_and_why() {
    let api = Api::new().await;
    town(&api).await;
    let (day, expires) = (jiff::civil::date(2026, 11, 20), api.test.hub.now().plus_seconds(60));
    let stop = api.test.hub.store().write(move |tx| {
        let at = (hub::testing::MUNICIPALITY, "4510210018");
        tx.count_stop((9, b"once", expires), at, day, ("sequence", "interval-too-short"))
    });
    assert_eq!(stop.await, Ok::<_, store::StoreError>(()));
    let shown = page(&api, "officer", "/municipality/immunization").await.text();
    for want in [
        "麻しん風しん第1期の生まれ年度ごとの接種率",
        "2024年度生まれ 完了50.0% 開始50.0%",
        "series=mr-1&amp;standing=due",
        "回数と間隔：接種間隔が足りない",
    ] {
        assert!(shown.contains(want), "{want}");
    }
    for n in 1..=7 {
        let name = crate::harness::five(n)["name"].as_str().unwrap().to_owned();
        assert!(!shown.contains(&name), "counts have no names");
    }
    let list = "/municipality/immunization/missing?series=mr-1";
    for (query, births, others) in [
        ("&standing=due", vec!["2024-12-20", "2025-05-10"], vec!["2024-04-01", "2024-12-01"]),
        ("&standing=ended", vec!["2024-04-01"], vec!["2024-12-20"]),
        ("", vec!["2024-12-20", "2025-05-10", "2024-04-01"], vec!["2024-12-01"]),
        ("&from=3", vec![], vec!["2024-12-20"]),
    ] {
        let text = page(&api, "officer", &format!("{list}{query}")).await.text();
        assert!(births.iter().all(|birth| text.contains(birth)), "{query}: {text}");
        assert!(!others.iter().any(|birth| text.contains(birth)), "{query}: {text}");
    }
    for path in ["?series=x", "?series=mr-1&standing=complete", "?series=mr-1&standing=y"] {
        let place = format!("/municipality/immunization/missing{path}");
        assert_eq!(page(&api, "officer", &place).await.status, 404, "{path}");
    }
    let theirs = page(&api, "far", list).await.text();
    assert!(!theirs.contains("2024-12-20"), "another municipality sees nobody");
}

#[tokio::test]
async fn the_same_counts_come_as_a_file() {
    let api = Api::new().await;
    town(&api).await;
    let file = page(&api, "officer", "/municipality/immunization/coverage.csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let text = file.text();
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("\u{feff}種別コード,種別,区分,値,対象者,1回以上"));
    for want in [
        "mr-1,麻しん風しん第1期,合計,,4,1,0,0,0,0,1,0,2,0,0,1,0",
        "mr-1,麻しん風しん第1期,生まれ年度,2024,2,1,0,0,0,0,1,0,1,0,0,0,0",
        "bcg,BCG,月齢,6,1,1,0,0,0,0,1,0,0,0,0,0,0",
    ] {
        assert!(text.lines().any(|line| line == want), "{want}\n{text}");
    }
}
