//! What needs no caller: health, the OpenAPI document, stylesheet, script, icon.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hub::Refusal;

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

/// Unknown addresses: a problem for systems, a page for people.
pub(crate) async fn nothing(uri: axum::http::Uri) -> Response {
    match uri.path().starts_with("/pmh/") || uri.path().starts_with("/log/") {
        true => No(Refusal::not_found()).into_response(),
        false => refused_page(&Refusal::not_found()),
    }
}
