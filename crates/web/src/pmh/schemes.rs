//! `PUT` and `GET /pmh/v1/schemes`: the scheme master (制度マスタ) of a municipality.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::intake;
use hub::registration::too_large;

use crate::App;
use crate::answer::{No, bytes};
use crate::asked::{Asked, JsonBody};
use crate::caller::MunicipalitySystem;

/// `?replace=all`: an empty array is meant.
#[derive(serde::Deserialize)]
pub(crate) struct How {
    replace: Option<Replace>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Replace {
    All,
}

pub(crate) async fn put(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
    Asked(how): Asked<How>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let body = super::body(body, intake::limits::BODY_BYTES, too_large).await?;
    let schemes = hub::put_schemes(&app.hub, &caller, &body, how.replace.is_some()).await?;
    Ok(bytes(StatusCode::OK, "application/json", intake::schemes::write(&schemes)))
}

pub(crate) async fn get(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
) -> Result<Response, No> {
    let schemes = hub::read_schemes(&app.hub, &caller).await?;
    Ok(bytes(StatusCode::OK, "application/json", intake::schemes::write(&schemes)))
}
