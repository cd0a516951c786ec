//! Challenges for a card: stateless, short-lived, bound to one institution and terminal.
//!
//! The token is base64url(nonce ‖ expiry ‖ tag); institution and terminal are under the tag but not
//! inside, so they must be given again to open it. That one nonce is answered once only is the
//! store's business: it keeps the nonce until [`OpenChallenge::expires`].

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::instant::Instant;

use super::message::fields;
use super::refusal::CardRefusal;

/// How long a challenge may be answered, in seconds: long enough to place the card and enter a PIN
/// with a mistake, short enough that a recorded prompt is worthless (security-reliability §0 row 2:
/// at most 120).
pub const LIFE_SECONDS: i64 = 120;
/// Length of the nonce in bytes: 128 bits (security-reliability §0 row 2).
pub const NONCE_BYTES: usize = 16;

const EXPIRY_BYTES: usize = 8;
const TAG_BYTES: usize = 32;
const BODY_BYTES: usize = NONCE_BYTES + EXPIRY_BYTES;
/// Characters of the token, which is always of one length.
const TOKEN_CHARS: usize = ((BODY_BYTES + TAG_BYTES) * 4).div_ceil(3);
/// Keeps these tags apart from all others made with any key.
const PURPOSE: &[u8] = b"pmh-challenge-v1";

/// Issues and opens challenges.
#[derive(Debug, Clone)]
pub struct Challenges {
    key: hmac::Key,
}

/// A challenge as it goes to the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Opaque to the desk, but for the nonce in its first 16 bytes.
    pub token: String,
    /// From when on it will be refused.
    pub expires: Instant,
}

/// A challenge that this hub did issue to this institution and terminal and that has not expired.
///
/// Holding one says nothing yet about whether it was answered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenChallenge {
    /// What the store must see once only.
    pub nonce: [u8; NONCE_BYTES],
    /// Until when the store must remember it.
    pub expires: Instant,
    /// The institution it was issued to.
    pub institution: String,
    /// The terminal it was issued to.
    pub terminal: String,
}

impl Challenges {
    /// With a secret key, the same on every server of one hub.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key) }
    }

    /// A challenge for one terminal; `nonce` must be fresh and unpredictable.
    #[must_use]
    pub fn issue(
        &self,
        institution: &str,
        terminal: &str,
        nonce: [u8; NONCE_BYTES],
        at: Instant,
    ) -> Issued {
        let expires = at.plus_seconds(LIFE_SECONDS);
        let message = authenticated(institution, terminal, &nonce, expires);
        let tag = hmac::sign(&self.key, &message);
        let token = [&nonce[..], &expires.0.to_be_bytes(), tag.as_ref()].concat();
        Issued { token: URL_SAFE_NO_PAD.encode(token), expires }
    }

    /// Opens a token that came back from this institution and terminal.
    ///
    /// # Errors
    /// [`CardRefusal::ChallengeMalformed`], [`CardRefusal::ChallengeForeign`] (forged, or issued to
    /// another place: the two look alike, on purpose) or [`CardRefusal::ChallengeExpired`].
    pub fn open(
        &self,
        token: &str,
        institution: &str,
        terminal: &str,
        at: Instant,
    ) -> Result<OpenChallenge, CardRefusal> {
        let (nonce, expires, tag) = split(token).ok_or(CardRefusal::ChallengeMalformed)?;
        let message = authenticated(institution, terminal, &nonce, expires);
        // `hmac::verify` compares in constant time.
        hmac::verify(&self.key, &message, &tag).map_err(|_| CardRefusal::ChallengeForeign)?;
        if at >= expires {
            return Err(CardRefusal::ChallengeExpired);
        }
        let (institution, terminal) = (institution.to_owned(), terminal.to_owned());
        Ok(OpenChallenge { nonce, expires, institution, terminal })
    }
}

fn split(token: &str) -> Option<([u8; NONCE_BYTES], Instant, [u8; TAG_BYTES])> {
    if token.len() != TOKEN_CHARS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>()?;
    let (expires, tag) = rest.split_first_chunk::<EXPIRY_BYTES>()?;
    Some((*nonce, Instant(i64::from_be_bytes(*expires)), tag.try_into().ok()?))
}

fn authenticated(institution: &str, terminal: &str, nonce: &[u8], expires: Instant) -> Vec<u8> {
    fields(&[PURPOSE, institution.as_bytes(), terminal.as_bytes(), nonce, &expires.0.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant(1_795_500_000_000);

    #[test]
    fn a_challenge_opens_for_two_minutes_at_its_own_place() {
        check("1310000001", "desk-1", 0, "open");
        check("1310000001", "desk-1", 119_999, "open");
        check("1310000001", "desk-1", 120_000, "challenge-expired");
        check("1310000001", "desk-1", i64::MAX - AT.0, "challenge-expired");
        check("1310000001", "desk-2", 0, "challenge-foreign");
        check("1310000002", "desk-1", 0, "challenge-foreign");
        check("1310000001d", "esk-1", 0, "challenge-foreign");
        check("", "", 0, "challenge-foreign");
    }

    #[test]
    fn no_other_text_opens() {
        let challenges = Challenges::new([7; 32]);
        let token = challenges.issue("1310000001", "desk-1", [3; 16], AT).token;
        let open = |token: &str| challenges.open(token, "1310000001", "desk-1", AT);
        assert!(open(&token).is_ok());
        for at in 0..token.len() {
            assert!(open(&token[..at]).is_err(), "cut at {at}");
            let letter = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
            assert!(open(&changed).is_err(), "changed at {at}");
        }
        assert!(open(&format!("{token}=")).is_err());
        let other = Challenges::new([8; 32]).issue("1310000001", "desk-1", [3; 16], AT).token;
        assert_eq!(open(&other), Err(CardRefusal::ChallengeForeign));
    }

    #[track_caller]
    fn check(institution: &str, terminal: &str, millis: i64, want: &str) {
        let challenges = Challenges::new([7; 32]);
        let issued = challenges.issue("1310000001", "desk-1", [3; 16], AT);
        assert_eq!(issued.expires, AT.plus_seconds(120));
        let at = Instant(AT.0 + millis);
        let got = match challenges.open(&issued.token, institution, terminal, at) {
            Ok(open) => {
                assert_eq!((open.nonce, open.expires), ([3; 16], issued.expires));
                "open"
            }
            Err(refusal) => refusal.code(),
        };
        assert_eq!(got, want, "{institution} {terminal} after {millis} ms");
    }
}
