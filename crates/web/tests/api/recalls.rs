//! Recalls: the operator puts a lot on the list, a municipality sees which of its residents got it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, five};
use crate::notices::{TARGETS, child};

async fn ask(api: &Api, staff: &str, path: &str, form: Option<&str>) -> Answer {
    let session = api.staff(staff).await;
    let builder = Request::builder().uri(path).header("cookie", format!("pmh_session={session}"));
    let request = match form {
        None => builder.method("GET").body(Body::empty()),
        Some(form) => {
            let home = Request::get("/").header("cookie", format!("pmh_session={session}"));
            let page = api.send(home.body(Body::empty()).unwrap()).await.text();
            let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
            let csrf = rest.split('"').next().unwrap();
            builder
                .method("POST")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(format!("csrf={csrf}&{form}")))
        }
    };
    api.send(request.unwrap()).await
}

fn with_lot(n: u32, lot: &str) -> Value {
    let mut target = child(n, "2024-12-01", &[]);
    target["doses"] = json!([{ "doseKey": "d", "product": "mr", "date": "2026-01-10", "lotNumber": lot,
                 "institutionName": "都城見本クリニック" }]);
    target
}

const PUT: &str = "deed=put&product=mr&lot=%EF%BD%8D%EF%BD%92-001&reason=%E7%95%B0%E7%89%A9";

/// The lot of the recall is typed in full width and small letters, those of the doses otherwise.
#[tokio::test]
async fn whoever_got_a_recalled_lot_is_found_however_it_was_typed() {
    let api = Api::new().await;
    let people = [with_lot(1, "MR-001"), with_lot(2, "ＭＲ－００１ "), with_lot(3, "MR-002")];
    assert_eq!(api.outcomes(TARGETS, &json!(people)).await, ["accepted"; 3]);
    assert_eq!(ask(&api, "operator", "/operator/recalls", Some(PUT)).await.status, 303);
    let list = ask(&api, "officer", "/municipality/recalls", None).await.text();
    assert!(list.contains("MR-001") && list.contains("異物") && list.contains(">2 人"), "{list}");
    let place = "/municipality/recalls/people?product=mr&lot=mr-001";
    let page = ask(&api, "officer", place, None).await.text();
    for (n, there) in [(1, true), (2, true), (3, false)] {
        assert_eq!(page.contains(five(n)["name"].as_str().unwrap()), there, "{n}");
    }
    assert!(page.contains("2026-01-10") && page.contains("都城見本クリニック"), "{page}");
    assert!(!page.contains("番地"), "no address");
    let theirs = ask(&api, "far", place, None).await.text();
    assert!(theirs.contains("このロットを受けた住民の記録はありません"), "{theirs}");
    let recalled = api.test.hub.store().read(|tx| tx.recalled("mr", "MR-001")).await;
    let why = recalled.unwrap().map(|(reason, _)| reason);
    assert_eq!(why.as_deref(), Some("異物"), "gates ask so");
}

#[tokio::test]
async fn a_recall_is_put_and_lifted_by_the_operator_alone() {
    let api = Api::new().await;
    let lift = "deed=lift&product=mr&lot=MR-001";
    for (staff, form, want) in [
        ("officer", PUT, 404),
        ("operator", "deed=put&product=xx&lot=A&reason=x", 422),
        ("operator", "deed=put&product=mr&lot=%20&reason=x", 422),
        ("operator", "deed=put&product=mr&lot=A&reason=%20", 422),
        ("operator", "deed=drop&product=mr&lot=A", 422),
        ("operator", lift, 404),
        ("operator", PUT, 303),
        ("operator", PUT, 303),
        ("operator", lift, 303),
        ("operator", lift, 404),
    ] {
        let answer = ask(&api, staff, "/operator/recalls", Some(form)).await;
        assert_eq!(answer.status, want, "{staff} {form}");
    }
    let recalled = api.test.hub.store().read(|tx| tx.recalled("mr", "MR-001")).await;
    assert_eq!(recalled, Ok(None));
}
