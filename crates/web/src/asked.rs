//! What is asked: addresses, queries and forms as values. What does not read is refused in our own
//! words, as a problem for systems and as a page for people.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{Form, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::Response;
use hub::{Kind, Refusal};
use serde::de::DeserializeOwned;

use crate::App;
use crate::answer::No;
use crate::caller::stale_form;

/// The name in an address; what is no text is the name of nothing.
pub(crate) struct Named(pub String);

impl FromRequestParts<App> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let name = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(name.map(|Path(name)| name).unwrap_or_default()))
    }
}

/// The three names in an address.
pub(crate) struct NamedThrice(pub [String; 3]);

impl FromRequestParts<App> for NamedThrice {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let names = Path::<(String, String, String)>::from_request_parts(parts, app).await;
        let of = |Path((one, two, three)): Path<(String, String, String)>| [one, two, three];
        Ok(Self(names.map(of).unwrap_or_default()))
    }
}

/// The query of a system's address.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, No> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(query)| Self(query)).map_err(|_| wrong_query().into())
    }
}

/// The query of a person's address.
pub(crate) struct Looked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Looked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(query)| Self(query)).map_err(|_| stale_form())
    }
}

fn wrong_query() -> Refusal {
    Refusal::new(
        Kind::Malformed,
        "wrong-query",
        "アドレスの ? より後ろが読めません。項目の名前と値をOpenAPI文書(/openapi.json)で確かめてください。",
        "The query does not read; check its names and values in /openapi.json.",
    )
}

/// The body that a system sent, unread. One without a content type is taken for JSON.
pub(crate) struct JsonBody(pub Body);

impl FromRequest<App> for JsonBody {
    type Rejection = No;

    async fn from_request(request: Request, _: &App) -> Result<Self, No> {
        match request.headers().get(CONTENT_TYPE).map(is_json) {
            None | Some(true) => Ok(Self(request.into_body())),
            Some(false) => Err(not_json().into()),
        }
    }
}

fn is_json(content_type: &HeaderValue) -> bool {
    let text = content_type.to_str().unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json");
    // JSON between systems is UTF-8 (RFC 8259, 8.1); who says otherwise would be misread.
    let other = parts.filter_map(|part| part.split_once('='));
    json && other
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

fn not_json() -> Refusal {
    Refusal::new(
        Kind::OtherFormat,
        "not-json",
        "本文はJSONで、Content-Type: application/json を付けて送ってください。",
        "Send JSON with Content-Type: application/json.",
    )
}

/// A form that a person sent.
pub(crate) struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let form = Form::<T>::from_request(request, app).await;
        form.map(|Form(form)| Self(form)).map_err(|_| stale_form())
    }
}
