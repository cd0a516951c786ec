//! `POST /pmh/v1/token`: a signed assertion for an access token.

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::{Kind, Refusal};

use crate::App;
use crate::answer::{No, json, status};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[derive(serde::Deserialize)]
struct Form {
    grant_type: String,
    client_assertion_type: String,
    client_assertion: String,
    terminal: Option<String>,
}

/// The body is a form and a refusal is JSON with `error`, as RFC 6749 and RFC 7523 have it.
pub(crate) async fn token(State(app): State<App>, body: Body) -> Response {
    granted(&app, body).await.unwrap_or_else(|No(refusal)| refused(&refusal))
}

async fn granted(app: &App, body: Body) -> Result<Response, No> {
    let bytes = super::question(body).await?;
    let form: Form = serde_urlencoded::from_bytes(&bytes).map_err(|_| malformed())?;
    if form.grant_type != "client_credentials" || form.client_assertion_type != ASSERTION_TYPE {
        return Err(malformed().into());
    }
    let granted =
        hub::issue_token(&app.hub, &form.client_assertion, form.terminal.as_deref()).await?;
    Ok(json(StatusCode::OK, |writer| {
        writer.text("access_token", &granted.token);
        writer.text("token_type", "Bearer");
        writer.member("expires_in").integer(granted.expires_in);
    }))
}

/// RFC 6749, 5.2, with what our other refusals say besides.
fn refused(refusal: &Refusal) -> Response {
    let error = match refusal.kind {
        Kind::Unauthenticated => "invalid_client",
        Kind::Busy => "temporarily_unavailable",
        Kind::Failed => "server_error",
        _ => "invalid_request",
    };
    json(status(refusal.kind), |writer| {
        writer.text("error", error);
        writer.text("error_description", &refusal.en);
        writer.text("code", refusal.code);
        writer.text("ja", &refusal.ja);
        writer.text("at", &refusal.at);
    })
}

fn malformed() -> Refusal {
    Refusal::new(
        Kind::Malformed,
        "token-request",
        "grant_type=client_credentials、client_assertion_type、client_assertion をフォームで送ってください。",
        "Send a form with grant_type=client_credentials, client_assertion_type and client_assertion.",
    )
}
