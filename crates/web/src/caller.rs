//! Who is calling: taking one of these as an argument is the check.

use aws_lc_rs::{constant_time, hmac};
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::access::{Caller, Role};
use hub::credential::Session;
use hub::{Kind, Refusal};

use crate::App;
use crate::answer::{No, refused_page};
use crate::look::{Frame, UserBadge};

const COOKIE_NAME: &str = "pmh_session";

/// A municipality's system, by bearer token.
pub(crate) struct MunicipalitySystem(pub Caller);
/// An institution's system, by bearer token.
pub(crate) struct InstitutionSystem(pub Caller);

impl FromRequestParts<App> for MunicipalitySystem {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, No> {
        bearer(parts, app, Role::MunicipalitySystem).map(Self)
    }
}

impl FromRequestParts<App> for InstitutionSystem {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, No> {
        bearer(parts, app, Role::InstitutionSystem).map(Self)
    }
}

fn bearer(parts: &Parts, app: &App, role: Role) -> Result<Caller, No> {
    let token = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token)
        .ok_or_else(no_token)?;
    let caller = hub::caller_of_token(&app.hub, token.trim())?;
    if caller.role == role { Ok(caller) } else { Err(Refusal::not_found().into()) }
}

fn no_token() -> Refusal {
    Refusal::new(
        Kind::Unauthenticated,
        "token-missing",
        "Authorization: Bearer にアクセストークンを付けてください(POST /pmh/v1/token で取得)。",
        "Send an access token as Authorization: Bearer; get one from POST /pmh/v1/token.",
    )
}

/// Somebody in front of a browser, signed in.
pub(crate) struct SignedIn {
    pub session: Session,
    pub caller: Caller,
    pub csrf: String,
}

/// A resident's session.
pub(crate) struct ResidentSession(pub SignedIn);
/// A desk's session.
pub(crate) struct DeskSession(pub SignedIn);
/// An officer's session.
pub(crate) struct OfficerSession(pub SignedIn);
/// The operator's session.
pub(crate) struct OperatorSession(pub SignedIn);

macro_rules! session {
    ($name:ident, $role:expr) => {
        impl FromRequestParts<App> for $name {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
                signed_in(&parts.headers, app, $role).await.map(Self)
            }
        }
    };
}

session!(ResidentSession, Role::Resident);
session!(DeskSession, Role::Desk);
session!(OfficerSession, Role::Officer);
session!(OperatorSession, Role::Operator);

async fn signed_in(headers: &HeaderMap, app: &App, role: Role) -> Result<SignedIn, Response> {
    let found = of_cookie(headers, app).await.map_err(|refusal| refused_page(&refusal))?;
    if found.caller.role == role { Ok(found) } else { Err(refused_page(&Refusal::not_found())) }
}

async fn of_cookie(headers: &HeaderMap, app: &App) -> Result<SignedIn, Refusal> {
    let cookie = cookie(headers).ok_or_else(|| {
        Refusal::new(
            Kind::Unauthenticated,
            "session-missing",
            "もう一度サインインしてください。",
            "Sign in again.",
        )
    })?;
    let session = hub::open_session(&app.hub, cookie).await?;
    let caller = hub::caller_of_session(&app.hub, &session);
    let csrf = form_token(app, &session.id);
    Ok(SignedIn { session, caller, csrf })
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

/// The token of forms: for a session, or for everybody who is not signed in yet. `SameSite=Strict`
/// keeps cookies from other sites; the token keeps other pages from posting for a session.
fn form_token(app: &App, session: &str) -> String {
    let tag = hmac::sign(&app.forms, session.as_bytes());
    tag.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a page knows whatever it is.
pub(crate) struct Visitor {
    pub frame: Frame,
    pub signed_in: Option<SignedIn>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &App,
    ) -> Result<Self, std::convert::Infallible> {
        let signed_in = of_cookie(&parts.headers, app).await.ok();
        let csrf =
            signed_in.as_ref().map_or_else(|| form_token(app, ""), |found| found.csrf.clone());
        let user = signed_in.as_ref().map(|found| badge(found, ""));
        Ok(Self { frame: Frame { csrf, user, demo: app.demo.is_some() }, signed_in })
    }
}

impl Visitor {
    /// Whether a form came from one of our pages.
    pub(crate) fn owns(&self, token: &str) -> bool {
        same(&self.frame.csrf, token)
    }
}

pub(crate) fn same(expected: &str, given: &str) -> bool {
    constant_time::verify_slices_are_equal(expected.as_bytes(), given.as_bytes()).is_ok()
}

/// The frame of a signed-in page.
pub(crate) fn frame(app: &App, of: &SignedIn, name: &str) -> Frame {
    Frame { csrf: of.csrf.clone(), user: Some(badge(of, name)), demo: app.demo.is_some() }
}

fn badge(of: &SignedIn, name: &str) -> UserBadge {
    let role = match of.caller.role {
        Role::Resident => "本人",
        Role::Desk | Role::InstitutionSystem => "窓口",
        Role::Officer | Role::MunicipalitySystem => "自治体職員",
        Role::Operator => "運用者",
    };
    let name = if name.is_empty() { &of.session.name } else { name };
    UserBadge { name: name.to_owned(), role: role.to_owned() }
}

/// Sets or clears the session cookie on an answer.
pub(crate) fn with_cookie(app: &App, mut response: Response, value: Option<&str>) -> Response {
    let secure = if app.hub.origin().starts_with("https:") { "; Secure" } else { "" };
    let line = match value {
        Some(value) => format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Strict{secure}"),
        None => format!("{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}"),
    };
    if let Ok(value) = HeaderValue::from_str(&line) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// The answer to a form that is not from one of our pages, or too old.
pub(crate) fn stale_form() -> Response {
    let refusal = Refusal::new(
        Kind::Invalid,
        "form-stale",
        "ページを開き直して、もう一度お試しください。",
        "Open the page again and retry.",
    );
    refused_page(&refusal).into_response()
}
