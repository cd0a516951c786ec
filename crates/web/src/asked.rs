//! What is asked: addresses, queries and forms as values. What does not read is refused in our own
//! words, as a problem for systems and as a page for people.

use std::convert::Infallible;

use axum::extract::{Form, FromRequest, FromRequestParts, Path, Query, Request};
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

/// The query of a system's address.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, No> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(query)| Self(query)).map_err(|_| wrong_query().into())
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

/// A form that a person sent.
pub(crate) struct Sent<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let form = Form::<T>::from_request(request, app).await;
        form.map(|Form(form)| Self(form)).map_err(|_| stale_form())
    }
}
