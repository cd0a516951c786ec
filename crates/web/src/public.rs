//! What needs no caller: health, the OpenAPI document, stylesheet, script, icon.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hub::{Kind, Refusal};

use crate::App;
use crate::answer::{No, bytes, json, refused_page};
use crate::look;

pub(crate) async fn health() -> Response {
    json(StatusCode::OK, |writer| writer.text("status", "ok"))
}

pub(crate) async fn openapi() -> Response {
    asset("application/json", crate::pmh::openapi::DOCUMENT.as_bytes().to_vec())
}

pub(crate) async fn stylesheet(State(app): State<App>) -> Response {
    asset("text/css; charset=utf-8", app.css.as_bytes().to_vec())
}

pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", look::SCRIPT.as_bytes().to_vec())
}

pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", look::picture::ICON.as_bytes().to_vec())
}

fn asset(kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = bytes(StatusCode::OK, kind, body);
    let hour = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, hour);
    response
}

/// Unknown addresses.
pub(crate) async fn nothing(uri: Uri) -> Response {
    said(&uri, Refusal::not_found())
}

/// A known address asked in another way.
pub(crate) async fn wrong_method(uri: Uri) -> Response {
    let refusal = Refusal::new(
        Kind::OtherMethod,
        "wrong-method",
        "このアドレスではその操作(メソッド)はできません。Allow ヘッダにあるものを使ってください。",
        "This address does not take that method; use one that the Allow header names.",
    );
    said(&uri, refusal)
}

/// A question that took too long.
pub(crate) fn too_slow(uri: &Uri) -> Response {
    let refusal = Refusal::new(
        Kind::Slow,
        "too-slow",
        "時間内に終わりませんでした。もう一度送ってください。登録は、受け付け(202)が返ったものだけが残ります。",
        "It did not end in time; send it again. Only what was answered with 202 is kept.",
    );
    said(uri, refusal)
}

/// A question to another host than this one.
pub(crate) fn other_host(uri: &Uri) -> Response {
    let refusal = Refusal::new(
        Kind::OtherHost,
        "other-host",
        "このハブのアドレスではありません。正しいアドレスを開いてください(運用者は --origin を確かめてください)。",
        "This is not the address of this hub; open the right one (operators: check --origin).",
    );
    said(uri, refusal)
}

/// A problem for systems, a page for people.
fn said(uri: &Uri, refusal: Refusal) -> Response {
    match uri.path().starts_with("/pmh/") || uri.path().starts_with("/log/") {
        true => No(refusal).into_response(),
        false => refused_page(&refusal),
    }
}
