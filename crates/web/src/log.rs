//! `/log/`: the audit log as files, for everybody (docs/decisions/0002).

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use hub::Refusal;
use store::log::TilePath;

use crate::App;
use crate::answer::{No, bytes};
use crate::asked::Named;

const TEXT: &str = "text/plain; charset=utf-8";

pub(crate) async fn checkpoint(State(app): State<App>) -> Result<Response, No> {
    let note = hub::log_checkpoint(&app.hub).await?;
    Ok(cached(bytes(StatusCode::OK, TEXT, note.into_bytes()), "no-cache"))
}

pub(crate) async fn vkey(State(app): State<App>) -> Response {
    let key = format!("{}\n", app.hub.store().log_key());
    cached(bytes(StatusCode::OK, TEXT, key.into_bytes()), "no-cache")
}

pub(crate) async fn tile(State(app): State<App>, Named(path): Named) -> Result<Response, No> {
    let path = TilePath::parse(&format!("tile/{path}")).ok_or_else(Refusal::not_found)?;
    let file = hub::log_tile(&app.hub, &path).await?.ok_or_else(Refusal::not_found)?;
    let answer = bytes(StatusCode::OK, "application/octet-stream", file.bytes);
    Ok(cached(answer, "public, max-age=31536000, immutable"))
}

fn cached(mut response: Response, how: &'static str) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(how));
    response
}
