//! Answers: JSON, problem details (RFC 9457), pages.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::finding::Finding;
use fhir::json::Writer;
use hub::{Kind, Refusal};
use maud::Markup;

use crate::look::problem::{Problem, explained};
use crate::look::{CONTENT_SECURITY_POLICY, Frame};

/// A refusal on its way to a system.
pub(crate) struct No(pub Refusal);

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

pub(crate) const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::OtherFormat => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::OtherMethod => StatusCode::METHOD_NOT_ALLOWED,
        Kind::OtherHost => StatusCode::MISDIRECTED_REQUEST,
        Kind::Slow => StatusCode::REQUEST_TIMEOUT,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let refusal = self.0;
        let status = status(refusal.kind);
        let mut writer = Writer::with_capacity(256);
        writer.object(|writer| {
            writer.text("type", &format!("about:blank#{}", refusal.code));
            writer.text("title", status.canonical_reason().unwrap_or("Refused"));
            writer.member("status").integer(i64::from(status.as_u16()));
            writer.text("code", refusal.code);
            writer.text("detail", &refusal.en);
            writer.text("ja", &refusal.ja);
            writer.text("at", &refusal.at);
            if refusal.all.len() > 1 {
                writer.member("findings").array(|writer| {
                    refusal.all.iter().for_each(|one| writer.object(|writer| write(writer, one)));
                });
            }
        });
        let mut response = bytes(status, "application/problem+json", writer.finish());
        let headers = response.headers_mut();
        match refusal.kind {
            Kind::Busy => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"))),
            Kind::Unauthenticated => {
                drop(headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
            }
            _ => {}
        }
        response
    }
}

fn write(writer: &mut Writer, finding: &Finding) {
    writer.text("code", finding.code);
    writer.text("at", &finding.at);
    writer.text("detail", &finding.en);
    writer.text("ja", &finding.ja);
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, write: impl FnOnce(&mut Writer)) -> Response {
    let mut writer = Writer::with_capacity(2048);
    writer.object(write);
    bytes(status, "application/json", writer.finish())
}

pub(crate) fn bytes(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A page.
pub(crate) fn page(status: StatusCode, markup: Markup) -> Response {
    let mut response = bytes(status, "text/html; charset=utf-8", markup.into_string().into_bytes());
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A refusal on its way to a person.
pub(crate) fn refused_page(refusal: &Refusal) -> Response {
    let (status, kind) = match refusal.kind {
        // Every other refusal says itself what happened and what to do.
        _ if !has_a_page(refusal.code) => {
            let status = status(refusal.kind);
            (status, Problem::Refused { status: status.as_u16() })
        }
        Kind::Unauthenticated => (StatusCode::UNAUTHORIZED, Problem::SessionEnded),
        Kind::NotFound => (StatusCode::NOT_FOUND, Problem::NotFound),
        Kind::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, Problem::TooMany { retry_after_seconds: 1 })
        }
        Kind::OtherMethod | Kind::OtherHost => (status(refusal.kind), Problem::NotFound),
        Kind::Invalid
        | Kind::Malformed
        | Kind::OtherFormat
        | Kind::Slow
        | Kind::Conflict
        | Kind::TooLarge => (status(refusal.kind), Problem::FormStale),
        Kind::Failed => (StatusCode::INTERNAL_SERVER_ERROR, Problem::Failed),
    };
    let frame = Frame { csrf: String::new(), user: None, demo: false };
    let own = matches!(kind, Problem::Refused { .. });
    let said = own.then_some((refusal.ja.as_str(), refusal.en.as_str()));
    page(status, explained(&frame, kind, refusal.code, said))
}

/// Whether a page of its own explains the code, better than its sentence.
fn has_a_page(code: &str) -> bool {
    ["session-missing", "session-over", "form-stale", "not-found", "busy", "failed"].contains(&code)
}

/// Sends a browser on.
pub(crate) fn see(path: &str) -> Response {
    let mut response = bytes(StatusCode::SEE_OTHER, "text/plain", Vec::new());
    if let Ok(value) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_page_says_what_was_refused_and_not_something_else() {
        for (kind, code, status, title) in [
            (Kind::Unauthenticated, "session-over", 401, "時間がたったため、終了しました"),
            (Kind::Invalid, "form-stale", 422, "もう一度お願いします"),
            (Kind::NotFound, "not-found", 404, "ページが見つかりません"),
            (Kind::Unauthenticated, "ticket-unusable", 401, "受け付けられませんでした"),
            (Kind::Conflict, "used-before", 409, "受け付けられませんでした"),
            (Kind::Invalid, "terminal-name", 422, "受け付けられませんでした"),
            (Kind::OtherHost, "other-host", 421, "受け付けられませんでした"),
        ] {
            let refusal = Refusal::new(kind, code, "番号を直してください。", "Mend <it>.");
            let response = refused_page(&refusal);
            assert_eq!(response.status(), status, "{code}");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let text = String::from_utf8_lossy(&body);
            assert!(text.contains(title), "{code}");
            let own = title == "受け付けられませんでした";
            for said in ["番号を直してください。", "Mend &lt;it&gt;."] {
                assert_eq!(text.contains(said), own, "{code}: {said}");
            }
        }
    }
}
