//! Sign-in links: once, in time, at the hub that they are for.

use axum::body::Body;
use axum::http::Request;
use hub::credential::Tokens;
use hub::testing::TERMINAL;
use hub::ticket::ticket;

use crate::harness::{Answer, Api};

/// The key of the test hub's tokens.
const KEY: [u8; 32] = [5; 32];

async fn enter(api: &Api, ticket: &str) -> Answer {
    let shown =
        api.send(Request::get(format!("/enter?ticket={ticket}")).body(Body::empty()).unwrap());
    let page = shown.await.text();
    assert!(page.contains(&format!("value=\"{ticket}\"")), "{page}");
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = rest.split('"').next().unwrap();
    let request = Request::post("/enter")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={csrf}&ticket={ticket}")));
    api.send(request.unwrap()).await
}

#[tokio::test]
async fn a_link_lets_its_staff_in_once_in_time_and_at_its_own_hub() {
    let api = Api::new().await;
    let (own, other) = (api.test.hub.origin().to_owned(), "http://other.test".to_owned());
    for (number, (staff, origin, key, late, want)) in (0_u8..).zip([
        ("desk", &own, KEY, 0, "303 /clinic"),
        ("officer", &own, KEY, 299, "303 /municipality"),
        ("operator", &own, KEY, 0, "303 /operator"),
        ("desk", &own, KEY, 300, "401 "),
        ("desk", &other, KEY, 0, "401 "),
        ("desk", &own, [6; 32], 0, "401 "),
        ("nobody", &own, KEY, 0, "404 "),
    ]) {
        let at = api.test.hub.now();
        let made = ticket(&Tokens::new(key), origin, (staff, TERMINAL), at, [number; 24]);
        api.test.pass_seconds(late);
        let got = enter(&api, &made).await;
        let place = got.headers.get("location").map_or("", |place| place.to_str().unwrap());
        assert_eq!(format!("{} {place}", got.status.as_u16()), want, "{number}: {staff}");
        if got.status == 303 {
            let cookie = got.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
            let page = Request::get(place).header("cookie", cookie).body(Body::empty());
            assert_eq!(api.send(page.unwrap()).await.status, 200, "{staff}");
        }
        assert_ne!(enter(&api, &made).await.status, 303, "{number}: a second time");
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_uses_no_link_up() {
    let api = Api::new().await;
    let (origin, at) = (api.test.hub.origin(), api.test.hub.now());
    let made = ticket(&Tokens::new(KEY), origin, ("desk", TERMINAL), at, [1; 24]);
    let request = Request::post("/enter")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf=x&ticket={made}")));
    assert_eq!(api.send(request.unwrap()).await.status, 422);
    assert_eq!(enter(&api, &made).await.status, 303);
}
