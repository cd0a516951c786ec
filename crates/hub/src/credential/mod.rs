//! Who is calling: cards, client assertions, and the tokens that the hub hands out for them.
//!
//! Everything here is pure: keys, nonces and the time are arguments, and what needs memory (each
//! challenge, each `jti`, used once) is returned for the store to keep. A credential that is not
//! understood completely is refused.

pub mod assertion;
pub mod card;
mod certificate;
pub mod challenge;
pub mod jwk;
pub mod message;
pub mod refusal;
pub mod revocation;
pub mod token;

pub use assertion::{Assertion, AssertionRefusal, AssertionRules};
pub use card::{CardAnswerWire, CardTrust, TrustFault, VerifiedCard};
pub use certificate::CardAlgorithm;
pub use challenge::{Challenges, Issued, OpenChallenge};
pub use jwk::{ClientKeys, JwkFault, JwsAlgorithm};
pub use refusal::CardRefusal;
pub use revocation::{CrlFault, CrlStatus};
pub use token::{Claims, ClientKind, Session, SessionKind, Ticket, TokenRefusal, Tokens};

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The bytes of hexadecimal text; none for anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}
