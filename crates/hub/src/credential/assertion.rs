//! Client assertions: how a vendor's or a municipality's system proves who it is.
//!
//! `private_key_jwt` (law:RFC-7523) as law:SMART-Backend-Services narrows it: short-lived, for one
//! audience, by a key that the client has registered. That a `jti` is used once only is the store's
//! business: it keeps (client, `jti`) until [`Assertion::expires`].

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::instant::Instant;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::jwk::{ClientKeys, JwsAlgorithm};

/// How far ahead `exp` may lie, in seconds (SMART Backend Services: five minutes).
pub const LIFE_SECONDS: i64 = 300;
/// How far the client's clock may be ahead in `nbf` and `iat`, in seconds.
const CLOCK_SECONDS: i64 = 10;
/// The largest assertion that is read, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// The longest `jti`, `kid` and client identifier, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// An assertion that is genuine, in time, and for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The client that made it.
    pub client: String,
    /// What the store must see once only for this client.
    pub jti: String,
    /// Until when the store must remember it.
    pub expires: Instant,
}

/// Why an assertion was refused. On the wire all of them are `invalid_client` (RFC 6749 5.2) with
/// [`AssertionRefusal::en`] as the description; the code is for the audit log and the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.code())]
pub enum AssertionRefusal {
    /// Not three base64url parts of JSON, too large, or a claim of the wrong type or twice.
    Malformed,
    /// A header other than `alg`, `kid` and `typ`: none can say where keys come from.
    HeaderNotAllowed,
    /// An algorithm that is not allowed, or not the one of the key.
    AlgorithmNotAllowed,
    /// `iss` and `sub` differ, or one is missing.
    WrongSubject,
    /// No such client, no such key, or not signed by it: the three look alike, on purpose.
    BadSignature,
    /// Not, or not only, for this token endpoint.
    WrongAudience,
    /// `exp` has passed.
    Expired,
    /// `exp` lies more than five minutes ahead.
    TooLong,
    /// `nbf` or `iat` lies ahead.
    NotYetValid,
    /// `jti` is missing, empty, too long or not printable.
    WrongJti,
    /// The `jti` was used already (the store knows).
    Replayed,
}

impl AssertionRefusal {
    /// The stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "assertion-malformed",
            Self::HeaderNotAllowed => "assertion-header-not-allowed",
            Self::AlgorithmNotAllowed => "assertion-algorithm-not-allowed",
            Self::WrongSubject => "assertion-wrong-subject",
            Self::BadSignature => "assertion-bad-signature",
            Self::WrongAudience => "assertion-wrong-audience",
            Self::Expired => "assertion-expired",
            Self::TooLong => "assertion-too-long",
            Self::NotYetValid => "assertion-not-yet-valid",
            Self::WrongJti => "assertion-wrong-jti",
            Self::Replayed => "assertion-replayed",
        }
    }

    /// What the client's engineer should change, in Japanese.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Malformed => {
                "8 KiB以下の署名付きJWTを送り、各クレームは正しい型で一度だけ書いてください。"
            }
            Self::HeaderNotAllowed => "ヘッダーは alg、kid、typ だけにしてください。",
            Self::AlgorithmNotAllowed => {
                "登録した鍵の alg（ES384、RS384 など）で署名してください。"
            }
            Self::WrongSubject => "iss と sub の両方にクライアントIDを書いてください。",
            Self::BadSignature => "クライアントID、kid、署名鍵が登録したものか確かめてください。",
            Self::WrongAudience => "aud にこのトークンエンドポイントのURLだけを書いてください。",
            Self::Expired => "期限が切れています。時計を確かめ、新しいJWTを作ってください。",
            Self::TooLong => "exp は5分以内にしてください。",
            Self::NotYetValid => "nbf または iat が未来です。時計を確かめてください。",
            Self::WrongJti => "jti に128文字以下の一意な値を書いてください。",
            Self::Replayed => "同じ jti は一度しか使えません。新しいJWTを作ってください。",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Malformed => {
                "Send a signed JWT of at most 8 KiB, every claim once and of its type."
            }
            Self::HeaderNotAllowed => "Use no headers but alg, kid and typ.",
            Self::AlgorithmNotAllowed => {
                "Sign with the alg of the registered key (ES384, RS384, ...)."
            }
            Self::WrongSubject => "Put the client id into both iss and sub.",
            Self::BadSignature => {
                "Check client id, kid and signing key against what is registered."
            }
            Self::WrongAudience => {
                "Put the URL of this token endpoint, and nothing else, into aud."
            }
            Self::Expired => "It has expired: check the clock and make a new one.",
            Self::TooLong => "Let exp be at most five minutes ahead.",
            Self::NotYetValid => "nbf or iat lies in the future: check the clock.",
            Self::WrongJti => "Put a unique value of at most 128 characters into jti.",
            Self::Replayed => "A jti can be used once only: make a new assertion.",
        }
    }
}

/// What assertions must be like here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionRules {
    /// The URL of our token endpoint, letter for letter.
    pub audience: String,
    /// The algorithms that are allowed at all; the key's own must be among them.
    pub algorithms: Vec<JwsAlgorithm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
}

#[derive(Deserialize)]
struct ClaimSet {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    jti: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List(Vec<String>),
}

impl AssertionRules {
    /// For our token endpoint, with the default algorithms.
    #[must_use]
    pub fn new(audience: impl Into<String>) -> Self {
        Self { audience: audience.into(), algorithms: JwsAlgorithm::DEFAULT.to_vec() }
    }

    /// Verifies an assertion; `lookup` gives the registered keys of a client. Nothing inside is
    /// believed before the signature, only used to find the key.
    ///
    /// # Errors
    /// [`AssertionRefusal`]
    pub fn verify(
        &self,
        jwt: &str,
        lookup: impl FnOnce(&str) -> Option<Arc<ClientKeys>>,
        at: Instant,
    ) -> Result<Assertion, AssertionRefusal> {
        let parts = Parts::split(jwt).ok_or(AssertionRefusal::Malformed)?;
        let header = header(parts.header)?;
        let algorithm = JwsAlgorithm::from_name(&header.alg)
            .filter(|algorithm| self.algorithms.contains(algorithm))
            .ok_or(AssertionRefusal::AlgorithmNotAllowed)?;
        let claims: ClaimSet = json(parts.claims).ok_or(AssertionRefusal::Malformed)?;
        let client = client(&claims)?;

        let keys = lookup(client).filter(|keys| keys.client() == client);
        let keys = keys.ok_or(AssertionRefusal::BadSignature)?;
        let key = keys.key(&header.kid).ok_or(AssertionRefusal::BadSignature)?;
        if key.algorithm != algorithm {
            return Err(AssertionRefusal::AlgorithmNotAllowed);
        }
        let signature = decode(parts.signature).ok_or(AssertionRefusal::Malformed)?;
        if !key.signed(parts.signed.as_bytes(), &signature) {
            return Err(AssertionRefusal::BadSignature);
        }
        self.judge(&claims, client, at)
    }

    /// What the genuine claims say.
    fn judge(
        &self,
        claims: &ClaimSet,
        client: &str,
        at: Instant,
    ) -> Result<Assertion, AssertionRefusal> {
        // One audience exactly: an assertion that is also for somebody else could be replayed here.
        let ours = match &claims.aud {
            Some(Audience::One(one)) => *one == self.audience,
            Some(Audience::List(list)) => list.as_slice() == std::slice::from_ref(&self.audience),
            None => false,
        };
        let now = at.seconds();
        let soon = now.saturating_add(CLOCK_SECONDS);
        let ahead = [claims.nbf, claims.iat].into_iter().flatten().any(|time| time > soon);
        let jti = claims.jti.as_deref().filter(|jti| is_name(jti));
        match jti {
            _ if !ours => Err(AssertionRefusal::WrongAudience),
            _ if claims.exp <= now => Err(AssertionRefusal::Expired),
            _ if claims.exp > now.saturating_add(LIFE_SECONDS) => Err(AssertionRefusal::TooLong),
            _ if ahead => Err(AssertionRefusal::NotYetValid),
            None => Err(AssertionRefusal::WrongJti),
            Some(jti) => Ok(Assertion {
                client: client.to_owned(),
                jti: jti.to_owned(),
                expires: Instant(claims.exp.saturating_mul(1000)),
            }),
        }
    }
}

struct Parts<'a> {
    signed: &'a str,
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(jwt: &'a str) -> Option<Self> {
        if jwt.len() > MAX_BYTES {
            return None;
        }
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self { signed, header, claims, signature })
    }
}

/// The header, which may say nothing but `alg`, `kid` and `typ`. No `jku`, `x5u`, `jwk` or `x5c`:
/// keys come from the registration alone; no `crit`: there is no extension we understand.
fn header(part: &str) -> Result<Header, AssertionRefusal> {
    let bytes = decode(part).ok_or(AssertionRefusal::Malformed)?;
    serde_json::from_slice::<IgnoredAny>(&bytes).map_err(|_| AssertionRefusal::Malformed)?;
    let header: Header =
        serde_json::from_slice(&bytes).map_err(|_| AssertionRefusal::HeaderNotAllowed)?;
    let typed = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if !typed || !is_name(&header.kid) {
        return Err(AssertionRefusal::HeaderNotAllowed);
    }
    Ok(header)
}

fn client(claims: &ClaimSet) -> Result<&str, AssertionRefusal> {
    match (&claims.iss, &claims.sub) {
        (Some(iss), Some(sub)) if iss == sub && is_name(iss) => Ok(iss),
        _ => Err(AssertionRefusal::WrongSubject),
    }
}

/// Printable ASCII without spaces, 1 to 128 characters.
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// JSON of this form; a member that we read must not stand twice.
fn json<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&decode(part)?).ok()
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
