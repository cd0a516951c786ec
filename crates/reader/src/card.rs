//! The virtual My Number card: two keys, two PINs, two counters.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::instant::Instant;
use serde::{Deserialize, Serialize};

use crate::ca::TestCa;
use crate::key::{Algorithm, Form, Key, KeyFault};
use crate::message::auth_message;
use crate::profile::Attributes;
use crate::{hex, random};

/// Tries of the 4-digit PIN (security-reliability A1).
pub const AUTHENTICATION_TRIES: u8 = 3;
/// Tries of the signature PIN (security-reliability A1).
pub const SIGNATURE_TRIES: u8 = 5;
/// A certificate of ours lasts five years; the real one ends on the fifth birthday after issue.
pub const CERTIFICATE_SECONDS: i64 = 1_826 * 86_400;
/// The nonce is what a challenge token begins with, in bytes.
const NONCE_BYTES: usize = 16;

/// Why a card gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The PIN has the wrong length or characters; the card was not asked, no try was lost.
    #[error("the PIN has the wrong form: 4 digits to sign in, 6 to 16 A-Z and 0-9 to sign")]
    PinForm,
    /// The PIN was wrong.
    #[error("the PIN is wrong: {left} tries left")]
    WrongPin {
        /// Tries left; at 0 the card is locked.
        left: u8,
    },
    /// No tries are left; only the municipality can unlock the card.
    #[error("the PIN is locked: the municipality's office can set a new one")]
    Locked,
    /// The challenge is not one of the hub's.
    #[error("the challenge is not readable: ask the hub for a new one")]
    Challenge,
    /// The card's key does not work.
    #[error(transparent)]
    Key(#[from] KeyFault),
}

/// What the desk asks the card to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge<'a> {
    /// The hub's origin, as `https://pmh.example.jp`: the address the desk itself connected to.
    pub origin: &'a str,
    /// The institution's code.
    pub institution: &'a str,
    /// The terminal's name.
    pub terminal: &'a str,
    /// The hub's nonce.
    pub nonce: [u8; NONCE_BYTES],
}

impl<'a> Challenge<'a> {
    /// From a challenge token: its first 16 bytes are the nonce, the rest is the hub's business.
    ///
    /// # Errors
    /// [`CardError::Challenge`] if the token is not base64url of at least 16 bytes.
    pub fn from_token(
        token: &str,
        origin: &'a str,
        institution: &'a str,
        terminal: &'a str,
    ) -> Result<Self, CardError> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| CardError::Challenge)?;
        let nonce = bytes.first_chunk::<NONCE_BYTES>().ok_or(CardError::Challenge)?;
        Ok(Self { origin, institution, terminal, nonce: *nonce })
    }
}

/// What the card answers: its certificate and a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardAnswer {
    /// DER of the user-authentication certificate.
    pub certificate: Vec<u8>,
    /// PKCS#1 v1.5 (256 bytes), or r ‖ s (96 bytes).
    pub signature: Vec<u8>,
}

impl CardAnswer {
    /// The JSON members of the eligibility call, both standard base64.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "certificate": STANDARD.encode(&self.certificate),
            "signature": STANDARD.encode(&self.signature),
        })
    }
}

/// The person on the card's face. Synthetic persons only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// 氏名
    pub name: String,
    /// 氏名 in kana
    pub kana: String,
    /// 生年月日 as `YYYY-MM-DD`
    pub birth: String,
    /// 性別: `1`, `2` or `9`
    pub sex: String,
    /// 住所
    pub address: String,
}

/// The two PINs of a new card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// Four digits.
    pub authentication: String,
    /// 6 to 16 of A–Z and 0–9.
    pub signature: String,
}

/// One application of the card: a certificate, its key, its PIN and the tries left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Application {
    serial: String,
    generation: String,
    #[serde(with = "text")]
    certificate: Vec<u8>,
    #[serde(with = "text")]
    key: Vec<u8>,
    pin: String,
    tries_left: u8,
}

/// The virtual card. It holds its PINs in the clear: test equipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftCard {
    id: String,
    algorithm: Algorithm,
    holder: Holder,
    issued: i64,
    not_after: i64,
    authentication: Application,
    signature: Application,
}

impl SoftCard {
    /// Makes a card: two keys of `algorithm`, one certificate from each CA, valid for five years.
    ///
    /// # Errors
    /// [`CardError::PinForm`] for PINs of the wrong form, [`CardError::Key`] without keys.
    pub fn issue(
        (authentication, signature): (&TestCa, &TestCa),
        algorithm: Algorithm,
        holder: Holder,
        pins: &Pins,
        at: Instant,
    ) -> Result<Self, CardError> {
        if !digits(&pins.authentication) || !capitals(&pins.signature) {
            return Err(CardError::PinForm);
        }
        let until = at.plus_seconds(CERTIFICATE_SECONDS);
        let key = Key::generate(algorithm)?;
        let spec = authentication.authentication(public_info(algorithm, &key)?, at, until)?;
        let certificate = (hex(&spec.serial), authentication.certify(&spec)?);
        let sign_in = Application::new(authentication, certificate, key, &pins.authentication);

        let key = Key::generate(algorithm)?;
        let face = Attributes {
            name: holder.name.clone(),
            sex: holder.sex.clone(),
            birth: holder.birth.clone(),
            address: holder.address.clone(),
        };
        let spec = signature.signature(public_info(algorithm, &key)?, at, until, &face)?;
        let certificate = (hex(&spec.serial), signature.certify(&spec)?);
        let sign = Application::new(signature, certificate, key, &pins.signature);
        Ok(Self {
            id: hex(&random::<6>()?),
            algorithm,
            holder,
            issued: at.0,
            not_after: until.0,
            authentication: Application { tries_left: AUTHENTICATION_TRIES, ..sign_in },
            signature: Application { tries_left: SIGNATURE_TRIES, ..sign },
        })
    }

    /// The card's own number.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What its keys are.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Who is on its face.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// When its certificates end.
    #[must_use]
    pub const fn not_after(&self) -> Instant {
        Instant(self.not_after)
    }

    /// Key identifier (hex) of the CA generation of the user-authentication certificate.
    #[must_use]
    pub fn generation(&self) -> &str {
        &self.authentication.generation
    }

    /// Serial (hex) of the user-authentication certificate.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.authentication.serial
    }

    /// Key identifier and serial (hex) of the signature certificate.
    #[must_use]
    pub fn signature_serial(&self) -> (&str, &str) {
        (&self.signature.generation, &self.signature.serial)
    }

    /// Tries left of the authentication PIN and of the signature PIN.
    #[must_use]
    pub const fn tries_left(&self) -> (u8, u8) {
        (self.authentication.tries_left, self.signature.tries_left)
    }

    /// The user-authentication certificate, DER. A plastic card gives it without a PIN.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.authentication.certificate
    }

    /// The signature certificate, DER: it names the holder, so the signature PIN guards it.
    ///
    /// # Errors
    /// A wrong or locked PIN.
    pub fn signature_certificate(&mut self, pin: &str) -> Result<&[u8], CardError> {
        self.signature.unlock(pin, capitals(pin), SIGNATURE_TRIES)?;
        Ok(&self.signature.certificate)
    }

    /// Proves the card's presence: signs the hash of the message of `challenge`.
    ///
    /// # Errors
    /// A wrong or locked PIN; the counter has then already gone down.
    pub fn answer(&mut self, pin: &str, of: &Challenge<'_>) -> Result<CardAnswer, CardError> {
        self.authentication.unlock(pin, digits(pin), AUTHENTICATION_TRIES)?;
        let message = auth_message(of.origin, of.institution, of.terminal, &of.nonce);
        Ok(CardAnswer {
            certificate: self.authentication.certificate.clone(),
            signature: self.authentication.sign(self.algorithm, &message)?,
        })
    }

    /// Signs any message with the authentication key. A real card would do that too (it cannot
    /// tell a challenge from anything else): tests use it to make wrong answers.
    ///
    /// # Errors
    /// A wrong or locked PIN.
    pub fn sign_anything(&mut self, pin: &str, message: &[u8]) -> Result<Vec<u8>, CardError> {
        self.authentication.unlock(pin, digits(pin), AUTHENTICATION_TRIES)?;
        Ok(self.authentication.sign(self.algorithm, message)?)
    }

    /// Signs a document with the signature key.
    ///
    /// # Errors
    /// A wrong or locked PIN.
    pub fn sign_document(&mut self, pin: &str, document: &[u8]) -> Result<Vec<u8>, CardError> {
        self.signature.unlock(pin, capitals(pin), SIGNATURE_TRIES)?;
        Ok(self.signature.sign(self.algorithm, document)?)
    }

    /// `SubjectPublicKeyInfo` of the authentication key, to certify it otherwise in tests.
    ///
    /// # Errors
    /// [`KeyFault`] if the key is unreadable.
    pub fn public_info(&self) -> Result<Vec<u8>, KeyFault> {
        public_info(self.algorithm, &self.authentication.key)
    }

    /// The same card with another user-authentication certificate on it, for tests.
    #[must_use]
    pub fn with_certificate(mut self, certificate: Vec<u8>) -> Self {
        self.authentication.certificate = certificate;
        self
    }
}

impl Application {
    fn new(ca: &TestCa, (serial, certificate): (String, Vec<u8>), key: Vec<u8>, pin: &str) -> Self {
        let generation = hex(ca.key_id());
        Self { serial, generation, certificate, key, pin: pin.to_owned(), tries_left: 0 }
    }

    /// Counts the try before looking, as a card must: pulling the plug gains nothing.
    fn unlock(&mut self, pin: &str, well_formed: bool, tries: u8) -> Result<(), CardError> {
        if self.tries_left == 0 {
            return Err(CardError::Locked);
        }
        if !well_formed {
            return Err(CardError::PinForm);
        }
        self.tries_left -= 1;
        if verify_slices_are_equal(pin.as_bytes(), self.pin.as_bytes()).is_err() {
            return Err(CardError::WrongPin { left: self.tries_left });
        }
        self.tries_left = tries;
        Ok(())
    }

    fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        Key::read(algorithm, Form::Fixed, &self.key)?.sign(message)
    }
}

fn public_info(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Vec<u8>, KeyFault> {
    Ok(Key::read(algorithm, Form::Fixed, pkcs8)?.public_info())
}

fn digits(pin: &str) -> bool {
    pin.len() == 4 && pin.bytes().all(|byte| byte.is_ascii_digit())
}

fn capitals(pin: &str) -> bool {
    (6..=16).contains(&pin.len())
        && pin.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// Bytes as base64 in the card's file.
mod text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::Purpose;

    const AT: Instant = Instant(1_795_500_000_000);

    #[test]
    fn a_wrong_pin_costs_a_try_and_a_right_one_restores_them() {
        check("9999 1234 9999", "2 left, signed, 2 left");
        check("9999 9999 1234 9999", "2 left, 1 left, signed, 2 left");
    }

    #[test]
    fn the_third_wrong_pin_locks_even_the_right_one_out() {
        check("9999 9999 9999 1234", "2 left, 1 left, 0 left, locked");
    }

    #[test]
    fn a_pin_of_the_wrong_form_costs_no_try() {
        check("123 12345 12a4 １２３４ 9999", "form, form, form, form, 2 left");
    }

    #[test]
    fn the_signature_pin_has_its_own_counter() {
        let mut card = card();
        let wrong = Err(CardError::WrongPin { left: 4 });
        assert_eq!(card.sign_document("ABC999", b"x").map(|_| ()), wrong);
        assert_eq!(card.sign_document("abc123", b"x"), Err(CardError::PinForm));
        assert_eq!(card.tries_left(), (3, 4));
        assert!(card.signature_certificate("ABC123").is_ok());
        assert_eq!(card.tries_left(), (3, 5));
    }

    #[test]
    fn the_nonce_is_what_a_token_begins_with() {
        let token = URL_SAFE_NO_PAD.encode([[7; 16], [9; 16]].concat());
        let got = Challenge::from_token(&token, "o", "i", "t").unwrap();
        assert_eq!(got.nonce, [7; 16]);
        assert_eq!(Challenge::from_token("AAAA", "o", "i", "t"), Err(CardError::Challenge));
        assert_eq!(Challenge::from_token("*", "o", "i", "t"), Err(CardError::Challenge));
    }

    fn card() -> SoftCard {
        let ca = TestCa::generate(Algorithm::P384, Purpose::UserAuthentication, AT).unwrap();
        let pins = Pins { authentication: "1234".into(), signature: "ABC123".into() };
        SoftCard::issue((&ca, &ca), Algorithm::P384, Holder::default(), &pins, AT).unwrap()
    }

    #[track_caller]
    fn check(pins: &str, want: &str) {
        let mut card = card();
        let of = Challenge { origin: "o", institution: "i", terminal: "t", nonce: [0; 16] };
        let got: Vec<String> = pins
            .split(' ')
            .map(|pin| match card.answer(pin, &of) {
                Ok(answer) if answer.signature.len() == 96 => "signed".to_owned(),
                Ok(_) => "a signature of the wrong length".to_owned(),
                Err(CardError::WrongPin { left }) => format!("{left} left"),
                Err(CardError::Locked) => "locked".to_owned(),
                Err(CardError::PinForm) => "form".to_owned(),
                Err(other) => other.to_string(),
            })
            .collect();
        assert_eq!(got.join(", "), want, "{pins}");
    }
}
