//! `POST …/registration-tasks`: kept at once, done in the background.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use hub::registration::too_large;
use hub::{TaskKind, intake};

use crate::App;
use crate::answer::{No, json};
use crate::asked::JsonBody;
use crate::caller::MunicipalitySystem;

/// `postRegistrationTasks`.
pub(crate) async fn subsidy(
    caller: MunicipalitySystem,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    accept(&app, caller, &headers, body, TaskKind::MedicalSubsidy).await
}

/// `postMunicipalCheckupRegistrationTasks`.
pub(crate) async fn checkup(
    caller: MunicipalitySystem,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    accept(&app, caller, &headers, body, TaskKind::MunicipalCheckup).await
}

/// Guardians and children (ours).
pub(crate) async fn relations(
    caller: MunicipalitySystem,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    accept(&app, caller, &headers, body, TaskKind::Relations).await
}

/// 予防接種対象者 and their past doses (ours).
pub(crate) async fn immunization(
    caller: MunicipalitySystem,
    State(app): State<App>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    accept(&app, caller, &headers, body, TaskKind::Immunization).await
}

async fn accept(
    app: &App,
    MunicipalitySystem(caller): MunicipalitySystem,
    headers: &HeaderMap,
    body: Body,
    kind: TaskKind,
) -> Result<Response, No> {
    let body = super::body(body, intake::limits::BODY_BYTES, too_large).await?;
    let key = headers.get("idempotency-key").map(|value| value.to_str().unwrap_or(""));
    let task = hub::accept_registration(&app.hub, &caller, kind, body, key).await?;
    let mut response = json(StatusCode::ACCEPTED, |writer| {
        writer.text("taskId", &task.name);
        writer.text("state", super::tasks::state(&task));
        writer.member("records").integer(i64::from(task.total));
    });
    if let Ok(place) = HeaderValue::from_str(&format!("/pmh/v1/tasks/{}", task.name)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}
