//! The hub's own tokens: access tokens of systems and sessions of browsers.
//!
//! Sealed with AES-256-GCM: nobody outside can read or change them, and no table of them is kept.
//! Each token has a key of its own, derived from the secret, the purpose and 24 random bytes, so
//! that neither nonces nor the limits of one GCM key are ever a worry.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::instant::Instant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::message::fields;

/// The longest life of an access token, in seconds (SMART Backend Services; security-reliability
/// §0 row 7).
pub const ACCESS_SECONDS: i64 = 300;
/// The longest life of a resident's session, in seconds: a phone that is lost or lent.
pub const RESIDENT_SECONDS: i64 = 30 * 60;
/// The longest life of a staff session, in seconds: a shift.
pub const STAFF_SECONDS: i64 = 8 * 60 * 60;
/// The longest life of a sign-in link, in seconds: long enough to hand it over.
pub const TICKET_SECONDS: i64 = 5 * 60;
/// The longest life of a reception, in seconds: the day of a clinic.
pub const RECEPTION_SECONDS: i64 = 24 * 60 * 60;
/// The longest life of a desk's draft, in seconds: a network may be away over a long weekend, and
/// what was given must reach the record.
pub const DRAFT_SECONDS: i64 = 14 * 24 * 60 * 60;
/// Random bytes in front of every token.
pub const NONCE_BYTES: usize = 24;

/// The largest token that is read, in characters; browsers keep cookies of 4096 bytes.
const MAX_CHARS: usize = 3_800;
/// The same of a draft, which no cookie holds.
const MAX_DRAFT_CHARS: usize = 16 << 10;

/// What a system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientKind {
    /// 健康管理・福祉 system of a municipality.
    MunicipalitySystem,
    /// レセコン, EMR or desk software of an institution.
    InstitutionSystem,
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The client that it was given to.
    pub client: String,
    /// What that client is.
    pub kind: ClientKind,
    /// Code of the municipality or institution.
    pub organisation: String,
    /// The terminal that it is bound to; a system of a whole institution has none.
    pub terminal: Option<String>,
    /// What it allows.
    pub scopes: Vec<String>,
    /// From when on it is refused.
    #[serde(with = "millis")]
    pub expires: Instant,
}

/// Who sits in front of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionKind {
    /// A resident on the phone.
    Resident,
    /// Staff at the desk of an institution.
    InstitutionDesk,
    /// An officer of a municipality.
    MunicipalityOfficer,
    /// The operator, who sees no records.
    Operator,
}

/// What a session cookie says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// A random number of this session, for forms (CSRF) and for the audit log.
    pub id: String,
    /// Who sits there.
    pub kind: SessionKind,
    /// The resident or the member of staff, as the catalogue names them.
    pub subject: String,
    /// How a member of staff is called on pages; empty for a resident.
    #[serde(default)]
    pub name: String,
    /// Code of the municipality or institution; a resident has none.
    pub organisation: Option<String>,
    /// The terminal that it is bound to.
    pub terminal: Option<String>,
    /// Generation and serial of the card that opened it: the session is worth no more than the card.
    #[serde(default)]
    pub card: Option<(String, String)>,
    /// From when on it is refused.
    #[serde(with = "millis")]
    pub expires: Instant,
}

/// What a one-time sign-in link says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// A random name, by which it is spent.
    pub id: String,
    /// The hub that it is for, by origin.
    pub origin: String,
    /// The member of staff, as the catalogue names them.
    pub staff: String,
    /// The terminal that the session is bound to; empty for none.
    pub terminal: String,
    /// From when on it is refused.
    #[serde(with = "millis")]
    pub expires: Instant,
}

/// Somebody was received at a desk for a dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    /// A random name: what makes a dose that is sent twice the same dose.
    pub id: String,
    /// Who was received, as numbered in the record.
    pub resident: i64,
    /// Code of the institution.
    pub institution: String,
    /// Generation and serial of the card that answered; otherwise name and birth date.
    pub card: Option<(String, String)>,
    /// When.
    #[serde(with = "millis")]
    pub at: Instant,
    /// From when on it is refused.
    #[serde(with = "millis")]
    pub expires: Instant,
}

/// A dose that passed the gate and is on its way into the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Where it began.
    pub reception: Reception,
    /// The dose, as `intake::dose` reads it.
    pub dose: String,
    /// From when on it is refused.
    #[serde(with = "millis")]
    pub expires: Instant,
}

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.code())]
pub enum TokenRefusal {
    /// Not a token of this hub and purpose, or changed: these look alike, on purpose.
    Foreign,
    /// Its time is over.
    Expired,
}

impl TokenRefusal {
    /// The stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Foreign => "token-foreign",
            Self::Expired => "token-expired",
        }
    }

    /// What to do, in Japanese.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Foreign => {
                "このシステムのトークンではありません。新しいトークンを取得してください。"
            }
            Self::Expired => "トークンの期限が切れました。新しいトークンを取得してください。",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Foreign => "This is not a token of this hub: get a new one.",
            Self::Expired => "The token has expired: get a new one.",
        }
    }
}

/// Keeps the kinds of token apart: one never opens as another.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Access = 1,
    Session = 2,
    Ticket = 3,
    Reception = 4,
    Draft = 5,
}

/// Seals and opens tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    secret: hmac::Key,
}

impl Tokens {
    /// With a secret key, the same on every server of one hub.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { secret: hmac::Key::new(hmac::HMAC_SHA256, &key) }
    }

    /// An access token; `nonce` must be fresh and random. It lives until `claims.expires`, but
    /// [`ACCESS_SECONDS`] from `at` at most.
    #[must_use]
    pub fn issue(&self, claims: &Claims, at: Instant, nonce: [u8; NONCE_BYTES]) -> String {
        let expires = claims.expires.min(at.plus_seconds(ACCESS_SECONDS));
        self.seal(Purpose::Access, &Claims { expires, ..claims.clone() }, nonce)
    }

    /// Opens an access token.
    ///
    /// # Errors
    /// [`TokenRefusal`]
    pub fn open(&self, token: &str, at: Instant) -> Result<Claims, TokenRefusal> {
        let claims: Claims = self.unseal(Purpose::Access, token).ok_or(TokenRefusal::Foreign)?;
        current(claims.expires, at).map(|()| claims)
    }

    /// A session for a cookie; `nonce` must be fresh and random. It lives until `session.expires`,
    /// but [`RESIDENT_SECONDS`] or [`STAFF_SECONDS`] from `at` at most.
    #[must_use]
    pub fn issue_session(
        &self,
        session: &Session,
        at: Instant,
        nonce: [u8; NONCE_BYTES],
    ) -> String {
        let life = match session.kind {
            SessionKind::Resident => RESIDENT_SECONDS,
            _ => STAFF_SECONDS,
        };
        let expires = session.expires.min(at.plus_seconds(life));
        self.seal(Purpose::Session, &Session { expires, ..session.clone() }, nonce)
    }

    /// Opens a session.
    ///
    /// # Errors
    /// [`TokenRefusal`]
    pub fn open_session(&self, token: &str, at: Instant) -> Result<Session, TokenRefusal> {
        let session: Session = self.unseal(Purpose::Session, token).ok_or(TokenRefusal::Foreign)?;
        current(session.expires, at).map(|()| session)
    }

    /// A one-time sign-in link's ticket; `nonce` must be fresh and random. It lives until
    /// `ticket.expires`, but [`TICKET_SECONDS`] from `at` at most.
    #[must_use]
    pub fn issue_ticket(&self, ticket: &Ticket, at: Instant, nonce: [u8; NONCE_BYTES]) -> String {
        let expires = ticket.expires.min(at.plus_seconds(TICKET_SECONDS));
        self.seal(Purpose::Ticket, &Ticket { expires, ..ticket.clone() }, nonce)
    }

    /// Opens a ticket. Whether it was used before is for the store to say.
    ///
    /// # Errors
    /// [`TokenRefusal`]
    pub fn open_ticket(&self, ticket: &str, at: Instant) -> Result<Ticket, TokenRefusal> {
        let ticket: Ticket = self.unseal(Purpose::Ticket, ticket).ok_or(TokenRefusal::Foreign)?;
        current(ticket.expires, at).map(|()| ticket)
    }

    /// What a desk holds of a reception; `nonce` must be fresh and random.
    #[must_use]
    pub fn issue_reception(&self, reception: &Reception, nonce: [u8; NONCE_BYTES]) -> String {
        let expires = reception.expires.min(reception.at.plus_seconds(RECEPTION_SECONDS));
        self.seal(Purpose::Reception, &Reception { expires, ..reception.clone() }, nonce)
    }

    /// Opens a reception.
    ///
    /// # Errors
    /// [`TokenRefusal`]
    pub fn open_reception(&self, token: &str, at: Instant) -> Result<Reception, TokenRefusal> {
        let reception: Reception =
            self.unseal(Purpose::Reception, token).ok_or(TokenRefusal::Foreign)?;
        current(reception.expires, at).map(|()| reception)
    }

    /// A draft; `nonce` must be fresh and random. It outlives its reception.
    #[must_use]
    pub fn issue_draft(&self, draft: &Draft, at: Instant, nonce: [u8; NONCE_BYTES]) -> String {
        let expires = draft.expires.min(at.plus_seconds(DRAFT_SECONDS));
        self.seal(Purpose::Draft, &Draft { expires, ..draft.clone() }, nonce)
    }

    /// Opens a draft.
    ///
    /// # Errors
    /// [`TokenRefusal`]
    pub fn open_draft(&self, token: &str, at: Instant) -> Result<Draft, TokenRefusal> {
        let draft: Draft = self.unseal(Purpose::Draft, token).ok_or(TokenRefusal::Foreign)?;
        current(draft.expires, at).map(|()| draft)
    }

    fn seal<T: Serialize>(&self, purpose: Purpose, value: &T, nonce: [u8; NONCE_BYTES]) -> String {
        let mut sealed = serde_json::to_vec(value).expect("texts and numbers are always JSON");
        let (key, inner) = self.key(purpose, &nonce);
        key.seal_in_place_append_tag(inner, Aad::from([purpose as u8]), &mut sealed)
            .expect("a token is far below the limit of GCM");
        URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
    }

    fn unseal<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Option<T> {
        let most = if matches!(purpose, Purpose::Draft) { MAX_DRAFT_CHARS } else { MAX_CHARS };
        if token.len() > most {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_BYTES>()?;
        let (key, inner) = self.key(purpose, nonce);
        let open = key.open_in_place(inner, Aad::from([purpose as u8]), sealed).ok()?;
        serde_json::from_slice(open).ok()
    }

    /// The key of one token, and the nonce under it, which need not differ between keys.
    fn key(&self, purpose: Purpose, nonce: &[u8; NONCE_BYTES]) -> (LessSafeKey, Nonce) {
        let derived =
            hmac::sign(&self.secret, &fields(&[b"pmh-token-v1", &[purpose as u8], nonce]));
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref())
            .expect("HMAC-SHA256 gives the 32 bytes of an AES-256 key");
        (LessSafeKey::new(key), Nonce::assume_unique_for_key([0; NONCE_LEN]))
    }
}

fn current(expires: Instant, at: Instant) -> Result<(), TokenRefusal> {
    if at < expires { Ok(()) } else { Err(TokenRefusal::Expired) }
}

/// An instant as its milliseconds.
mod millis {
    use domain::instant::Instant;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        i64::deserialize(from).map(Instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant(1_795_500_000_000);

    #[test]
    fn a_token_opens_until_its_end_and_never_lives_longer_than_allowed() {
        check(60, 59_999, "open");
        check(60, 60_000, "token-expired");
        check(300, 299_999, "open");
        check(86_400, 299_999, "open");
        check(86_400, 300_000, "token-expired");
        check(0, 0, "token-expired");
        check(-1, 0, "token-expired");
    }

    #[test]
    fn a_session_of_staff_lasts_a_shift_and_one_of_a_resident_half_an_hour() {
        let tokens = Tokens::new([1; 32]);
        for (kind, seconds) in [
            (SessionKind::Resident, 1_800),
            (SessionKind::InstitutionDesk, 28_800),
            (SessionKind::MunicipalityOfficer, 28_800),
            (SessionKind::Operator, 28_800),
        ] {
            let token = tokens.issue_session(&session(kind), AT, [2; 24]);
            let last = Instant(AT.0 + seconds * 1000 - 1);
            assert_eq!(tokens.open_session(&token, last).map(|open| open.kind), Ok(kind));
            let end = tokens.open_session(&token, AT.plus_seconds(seconds));
            assert_eq!(end, Err(TokenRefusal::Expired));
        }
    }

    #[test]
    fn a_token_of_another_purpose_or_key_or_with_any_bit_changed_is_foreign() {
        let tokens = Tokens::new([1; 32]);
        let token = tokens.issue(&claims(300), AT, [2; 24]);
        let cookie = tokens.issue_session(&session(SessionKind::Resident), AT, [2; 24]);
        assert_eq!(tokens.open_session(&token, AT), Err(TokenRefusal::Foreign));
        assert_eq!(tokens.open(&cookie, AT), Err(TokenRefusal::Foreign));
        assert_eq!(tokens.open_ticket(&cookie, AT), Err(TokenRefusal::Foreign));
        assert_eq!(Tokens::new([2; 32]).open(&token, AT), Err(TokenRefusal::Foreign));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(tokens.open(&changed, AT), Err(TokenRefusal::Foreign), "bit {bit}");
        }
        for end in 0..token.len() {
            assert_eq!(tokens.open(&token[..end], AT), Err(TokenRefusal::Foreign), "cut {end}");
        }
        assert_eq!(tokens.open(&"A".repeat(1 << 20), AT), Err(TokenRefusal::Foreign));
    }

    #[test]
    fn nothing_inside_a_token_can_be_read_outside() {
        let token = Tokens::new([1; 32]).issue(&claims(300), AT, [2; 24]);
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"452025"));
    }

    fn claims(seconds: i64) -> Claims {
        Claims {
            client: "miyakonojo-welfare".into(),
            kind: ClientKind::MunicipalitySystem,
            organisation: "452025".into(),
            terminal: None,
            scopes: vec!["registration".into()],
            expires: AT.plus_seconds(seconds),
        }
    }

    fn session(kind: SessionKind) -> Session {
        Session {
            id: "5f".into(),
            kind,
            subject: "r-1".into(),
            name: String::new(),
            organisation: None,
            terminal: Some("desk-1".into()),
            card: None,
            expires: AT.plus_seconds(1_000_000),
        }
    }

    #[track_caller]
    fn check(life: i64, millis: i64, want: &str) {
        let tokens = Tokens::new([1; 32]);
        let token = tokens.issue(&claims(life), AT, [2; 24]);
        let got = match tokens.open(&token, Instant(AT.0 + millis)) {
            Ok(open) => {
                assert_eq!(Claims { expires: AT, ..open }, Claims { expires: AT, ..claims(0) });
                "open"
            }
            Err(refusal) => refusal.code(),
        };
        assert_eq!(got, want, "life {life} s, after {millis} ms");
    }
}
