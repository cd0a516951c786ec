//! Who calls: client assertions, access tokens, browser sessions.

use std::sync::Arc;

use domain::access::{Caller, Role};
use domain::person::ResidentId;
use store::StoreError;

use crate::Hub;
use crate::credential::assertion::{AssertionRefusal, AssertionRules};
use crate::credential::hex;
use crate::credential::jwk::ClientKeys;
use crate::credential::token::{
    ACCESS_SECONDS, Claims, ClientKind, STAFF_SECONDS, Session, SessionKind,
};
use crate::refusal::{Kind, Refusal};

/// Purpose byte of spent token identifiers.
const JTI: u8 = 2;
/// Purpose byte of sessions that were ended.
const ENDED: u8 = 3;
/// The longest name of a terminal, in bytes.
const TERMINAL_MAX: usize = 100;

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The token, opaque.
    pub token: String,
    /// Seconds until it is refused.
    pub expires_in: i64,
}

/// Gives a system an access token for its signed assertion (private_key_jwt, RFC 7523).
///
/// # Errors
/// [`Kind::Unauthenticated`] with the code of the assertion's fault.
pub async fn issue_token(
    hub: &Hub,
    assertion: &str,
    terminal: Option<&str>,
) -> Result<Granted, Refusal> {
    let terminal = terminal.map(checked_terminal).transpose()?;
    let claimed = claimed_client(assertion);
    let client = hub
        .store
        .read(move |tx| match &claimed {
            Some(client) => tx.client(client),
            None => Ok(None),
        })
        .await
        .map_err(|error: StoreError| Refusal::from(error))?;
    let keys = client
        .as_ref()
        .and_then(|client| ClientKeys::from_jwks(&client.client, &client.jwks).ok())
        .map(Arc::new);

    let at = hub.now();
    let rules = AssertionRules::new(format!("{}/pmh/v1/token", hub.origin));
    let verified = rules
        .verify(assertion, |id| keys.filter(|keys| keys.client() == id), at)
        .map_err(unauthenticated)?;
    let client = client.ok_or_else(|| unauthenticated(AssertionRefusal::BadSignature))?;

    // By its digest: a client chooses the text, and may make it of a 個人番号.
    let name = format!("{}\0{}", verified.client, verified.jti);
    let name = hub.store.vault().digest(name.as_bytes());
    let expires = verified.expires.plus_seconds(ACCESS_SECONDS);
    let once = hub.store.write(move |tx| {
        tx.spend(JTI, &name, expires);
        Ok::<(), StoreError>(())
    });
    match once.await {
        Err(StoreError::Spent) => return Err(unauthenticated(AssertionRefusal::Replayed)),
        other => other?,
    }

    let claims = Claims {
        client: client.client,
        kind: match client.kind {
            1 => ClientKind::MunicipalitySystem,
            _ => ClientKind::InstitutionSystem,
        },
        organisation: client.organisation,
        terminal,
        scopes: Vec::new(),
        expires: at.plus_seconds(ACCESS_SECONDS),
    };
    let token = hub.tokens.issue(&claims, at, hub.random());
    Ok(Granted { token, expires_in: ACCESS_SECONDS })
}

fn checked_terminal(name: &str) -> Result<String, Refusal> {
    let fits = !name.is_empty() && name.len() <= TERMINAL_MAX && !name.contains(char::is_control);
    fits.then(|| name.to_owned()).ok_or_else(|| {
        Refusal::new(
            Kind::Invalid,
            "terminal-name",
            "端末名(terminal)は1文字以上100バイト以内で、制御文字を含めずに送ってください。",
            "Send a terminal name of 1 to 100 bytes without control characters.",
        )
    })
}

/// The client that an assertion says it is of: only to find its keys, nothing is believed yet.
fn claimed_client(assertion: &str) -> Option<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    if assertion.len() > 8192 {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    Some(claims.get("iss")?.as_str()?.to_owned())
}

fn unauthenticated(refusal: AssertionRefusal) -> Refusal {
    Refusal::new(Kind::Unauthenticated, refusal.code(), refusal.ja(), refusal.en())
}

/// Who a bearer token stands for.
///
/// # Errors
/// [`Kind::Unauthenticated`].
pub fn caller_of_token(hub: &Hub, bearer: &str) -> Result<Caller, Refusal> {
    let claims = hub.tokens.open(bearer, hub.now()).map_err(|refusal| {
        Refusal::new(Kind::Unauthenticated, refusal.code(), refusal.ja(), refusal.en())
    })?;
    let role = match claims.kind {
        ClientKind::MunicipalitySystem => Role::MunicipalitySystem,
        ClientKind::InstitutionSystem => Role::InstitutionSystem,
    };
    Ok(Caller {
        role,
        organisation: claims.organisation,
        actor: claims.client,
        terminal: claims.terminal.unwrap_or_default(),
        resident: None,
    })
}

/// Opens a session cookie: one that was not ended, by a card that was not revoked since.
///
/// # Errors
/// [`Kind::Unauthenticated`].
pub async fn open_session(hub: &Hub, cookie: &str) -> Result<Session, Refusal> {
    let at = hub.now();
    let session = hub.tokens.open_session(cookie, at).map_err(|refusal| {
        Refusal::new(Kind::Unauthenticated, refusal.code(), refusal.ja(), refusal.en())
    })?;
    let card_holds = session
        .card
        .as_ref()
        .is_none_or(|(generation, serial)| hub.trust.is_unrevoked(generation, serial, at));
    let id = session.id.clone();
    let ended = hub.store.read(move |tx| tx.is_spent(ENDED, id.as_bytes())).await;
    match ended.map_err(|error: StoreError| Refusal::from(error))? || !card_holds {
        false => Ok(session),
        true => Err(session_over()),
    }
}

fn session_over() -> Refusal {
    Refusal::new(
        Kind::Unauthenticated,
        "session-over",
        "終了しました。もう一度サインインしてください。",
        "This session is over; sign in again.",
    )
}

/// Ends a session for good, also for whoever copied its cookie.
///
/// # Errors
/// When the store fails.
pub async fn end_session(hub: &Hub, session: &Session) -> Result<(), Refusal> {
    let (id, expires) = (session.id.clone(), session.expires);
    let ended = hub.store.write(move |tx| {
        tx.spend(ENDED, id.as_bytes(), expires);
        Ok::<(), StoreError>(())
    });
    match ended.await {
        Ok(()) | Err(StoreError::Spent) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Who sits in front of a session.
#[must_use]
pub fn caller_of_session(_hub: &Hub, session: &Session) -> Caller {
    let role = match session.kind {
        SessionKind::Resident => Role::Resident,
        SessionKind::InstitutionDesk => Role::Desk,
        SessionKind::MunicipalityOfficer => Role::Officer,
        SessionKind::Operator => Role::Operator,
    };
    let resident = match session.kind {
        SessionKind::Resident => session.subject.parse().ok().map(ResidentId),
        _ => None,
    };
    Caller {
        role,
        organisation: session.organisation.clone().unwrap_or_default(),
        // A resident's number never reaches a log line or an audit text; the session does.
        actor: if resident.is_some() { session.id.clone() } else { session.subject.clone() },
        terminal: session.terminal.clone().unwrap_or_default(),
        resident,
    }
}

/// Opens a session for a member of staff: for sign-in links and the demo's one-click users.
///
/// # Errors
/// [`Kind::NotFound`] for unknown staff.
pub async fn staff_session(hub: &Hub, staff: &str, terminal: &str) -> Result<String, Refusal> {
    let id = staff.to_owned();
    let found = hub.store.read(move |tx| tx.staff(&id)).await;
    let staff =
        found.map_err(|error: StoreError| Refusal::from(error))?.ok_or_else(Refusal::not_found)?;
    let kind = match staff.kind {
        1 => SessionKind::InstitutionDesk,
        2 => SessionKind::MunicipalityOfficer,
        _ => SessionKind::Operator,
    };
    let organisation = (!staff.organisation.is_empty()).then_some(staff.organisation);
    let terminal = (!terminal.is_empty()).then(|| terminal.to_owned());
    let session = Session {
        kind,
        subject: staff.staff,
        name: staff.name,
        organisation,
        terminal,
        ..blank_session(hub, STAFF_SECONDS)
    };
    Ok(seal_session(hub, &session))
}

/// A new session of nobody yet.
pub(crate) fn blank_session(hub: &Hub, seconds: i64) -> Session {
    Session {
        id: hex(&hub.random::<8>()),
        kind: SessionKind::Resident,
        subject: String::new(),
        name: String::new(),
        organisation: None,
        terminal: None,
        card: None,
        expires: hub.now().plus_seconds(seconds),
    }
}

/// The cookie of a session.
pub(crate) fn seal_session(hub: &Hub, session: &Session) -> String {
    hub.tokens.issue_session(session, hub.now(), hub.random())
}
