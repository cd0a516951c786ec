//! A client's public keys, as it registered them: a JWK Set (law:RFC-7517), inline.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RsaParameters,
    RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The largest JWK Set that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Keys per client: enough for a rotation with room to spare.
const MAX_KEYS: usize = 16;
/// The largest RSA modulus, in bytes: 4096 bits. Larger ones only cost time.
const MAX_MODULUS_BYTES: usize = 512;

/// Signature algorithms of client assertions (RFC 7518 3.1). `none` and the HMAC ones do not exist
/// here, so no confusion can bring them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JwsAlgorithm {
    /// ECDSA P-256, SHA-256
    Es256,
    /// ECDSA P-384, SHA-384
    Es384,
    /// RSA PKCS#1 v1.5, SHA-256
    Rs256,
    /// RSA PKCS#1 v1.5, SHA-384
    Rs384,
    /// RSA PSS, SHA-256
    Ps256,
    /// RSA PSS, SHA-384
    Ps384,
}

impl JwsAlgorithm {
    /// What is allowed if nothing else is configured: ES384 and RS384, which SMART Backend Services
    /// demands of clients, and ES256, PS256 and PS384 of FAPI 2.0. RS256 must be asked for.
    pub const DEFAULT: [Self; 5] =
        [Self::Es384, Self::Rs384, Self::Es256, Self::Ps384, Self::Ps256];

    const ALL: [Self; 6] =
        [Self::Es256, Self::Es384, Self::Rs256, Self::Rs384, Self::Ps256, Self::Ps384];

    /// The name in `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
        }
    }

    /// From the name in `alg`, letter for letter.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    const fn rsa(self) -> Option<&'static RsaParameters> {
        match self {
            Self::Es256 | Self::Es384 => None,
            Self::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
            Self::Ps256 => Some(&RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Some(&RSA_PSS_2048_8192_SHA384),
        }
    }
}

/// Why a JWK Set cannot be registered; says which key (from 0) and what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwkFault {
    /// Not a JWK Set.
    #[error("not a JWK Set of at most 64 KiB with 1 to 16 keys")]
    Malformed,
    /// Contains a private or symmetric key.
    #[error(
        "keys[{0}]: a private or symmetric key: send the public part only, and replace this key"
    )]
    Private(usize),
    /// Without an identifier, or with one used twice.
    #[error("keys[{0}]: kid is missing, longer than 128 or used twice")]
    Kid(usize),
    /// Not for signatures, or of an algorithm that does not fit the key.
    #[error("keys[{0}]: use must be sig, and alg an ES, RS or PS one (256, 384) that fits")]
    Algorithm(usize),
    /// Not a point of the curve, or a modulus outside 2048 to 4096 bits.
    #[error("keys[{0}]: not a valid P-256, P-384 or RSA (2048 to 4096 bit) key")]
    Key(usize),
}

/// One public key with the one algorithm that it is for.
#[derive(Debug)]
pub(super) struct ClientKey {
    kid: String,
    pub(super) algorithm: JwsAlgorithm,
    key: ParsedPublicKey,
}

impl ClientKey {
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

/// The keys of one client.
pub struct ClientKeys {
    client: String,
    keys: Vec<ClientKey>,
}

impl fmt::Debug for ClientKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<&str> = self.keys.iter().map(|key| key.kid.as_str()).collect();
        f.debug_struct("ClientKeys").field("client", &self.client).field("kids", &kids).finish()
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Map<String, Value>>,
}

impl ClientKeys {
    /// Reads the JWK Set of `client`. Every key must be usable: a set that is half understood is
    /// refused, so that the client learns about it now and not on the day of its rotation.
    ///
    /// # Errors
    /// [`JwkFault`]
    pub fn from_jwks(client: &str, jwks: &str) -> Result<Self, JwkFault> {
        if jwks.len() > MAX_BYTES {
            return Err(JwkFault::Malformed);
        }
        let set: Set = serde_json::from_str(jwks).map_err(|_| JwkFault::Malformed)?;
        if set.keys.is_empty() || set.keys.len() > MAX_KEYS {
            return Err(JwkFault::Malformed);
        }
        let mut keys: Vec<ClientKey> = Vec::new();
        for (at, members) in set.keys.iter().enumerate() {
            let key = read(members, at)?;
            if keys.iter().any(|earlier| earlier.kid == key.kid) {
                return Err(JwkFault::Kid(at));
            }
            keys.push(key);
        }
        Ok(Self { client: client.to_owned(), keys })
    }

    /// Whose keys they are.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    pub(super) fn key(&self, kid: &str) -> Option<&ClientKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

fn read(members: &Map<String, Value>, at: usize) -> Result<ClientKey, JwkFault> {
    let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    if private.iter().any(|name| members.contains_key(*name)) {
        return Err(JwkFault::Private(at));
    }
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let kid = text("kid").filter(|kid| (1..=128).contains(&kid.len())).ok_or(JwkFault::Kid(at))?;
    if members.get("use").is_some_and(|usage| usage != "sig") {
        return Err(JwkFault::Algorithm(at));
    }
    let algorithm = algorithm(members).ok_or(JwkFault::Algorithm(at))?;
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let key = match algorithm.rsa() {
        Some(parameters) => rsa(bytes("n"), bytes("e"), parameters),
        None => point(bytes("x"), bytes("y"), algorithm),
    };
    Ok(ClientKey { kid: kid.to_owned(), algorithm, key: key.ok_or(JwkFault::Key(at))? })
}

/// The one algorithm of a key: what it says itself, if that fits; else what SMART Backend Services
/// expects of such a key.
fn algorithm(members: &Map<String, Value>) -> Option<JwsAlgorithm> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let fitting: &[JwsAlgorithm] = match (text("kty")?, text("crv")) {
        ("EC", Some("P-256")) => &[JwsAlgorithm::Es256],
        ("EC", Some("P-384")) => &[JwsAlgorithm::Es384],
        ("RSA", None) => {
            &[JwsAlgorithm::Rs384, JwsAlgorithm::Ps384, JwsAlgorithm::Ps256, JwsAlgorithm::Rs256]
        }
        _ => return None,
    };
    match members.get("alg") {
        None => fitting.first().copied(),
        Some(name) => JwsAlgorithm::from_name(name.as_str()?).filter(|alg| fitting.contains(alg)),
    }
}

fn point(
    x: Option<Vec<u8>>,
    y: Option<Vec<u8>>,
    algorithm: JwsAlgorithm,
) -> Option<ParsedPublicKey> {
    let (x, y) = (x?, y?);
    let (width, curve) = match algorithm {
        JwsAlgorithm::Es256 => (32, &ECDSA_P256_SHA256_FIXED),
        _ => (48, &ECDSA_P384_SHA384_FIXED),
    };
    if x.len() != width || y.len() != width {
        return None;
    }
    ParsedPublicKey::new(curve, [&[4][..], &x, &y].concat()).ok()
}

fn rsa(
    n: Option<Vec<u8>>,
    e: Option<Vec<u8>>,
    parameters: &'static RsaParameters,
) -> Option<ParsedPublicKey> {
    let (n, e) = (n?, e?);
    // At least 2048 bits: 256 bytes whose first has its highest bit set, or more bytes.
    let long = n.len() > 256 || n.len() == 256 && n[0] & 0x80 != 0;
    // The exponent is odd and at least 3; more than four bytes only cost time.
    let odd = e.last().is_some_and(|last| last & 1 == 1) && e != [1] && e.len() <= 4;
    if !long || n.len() > MAX_MODULUS_BYTES || !odd {
        return None;
    }
    RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reader::client::{ClientAlgorithm, ClientKey as Own};

    #[test]
    fn a_key_set_is_taken_whole_or_refused_with_the_place() {
        let ec = Own::generate(ClientAlgorithm::Es384).unwrap().jwks()["keys"][0].clone();
        let rsa = Own::generate(ClientAlgorithm::Ps384).unwrap().jwks()["keys"][0].clone();
        let change = |key: &Value, name: &str, value: &str| {
            let mut key = key.clone();
            key[name] = Value::from(value);
            key
        };
        check(&[ec.clone(), rsa.clone()], "ES384 PS384");
        check(&[], "not a JWK Set");
        check(&vec![ec.clone(); 17], "not a JWK Set");
        check(&[ec.clone(), ec.clone()], "keys[1]: kid");
        check(&[change(&ec, "kid", "")], "keys[0]: kid");
        check(&[ec.clone(), change(&rsa, "d", "AQAB")], "keys[1]: a private");
        check(&[change(&ec, "k", "AQAB")], "keys[0]: a private");
        check(&[change(&ec, "alg", "ES256")], "keys[0]: use");
        check(&[change(&ec, "alg", "HS256")], "keys[0]: use");
        check(&[change(&ec, "alg", "none")], "keys[0]: use");
        check(&[change(&ec, "use", "enc")], "keys[0]: use");
        check(&[change(&ec, "kty", "oct")], "keys[0]: use");
        check(&[change(&ec, "crv", "P-521")], "keys[0]: use");
        check(&[change(&rsa, "alg", "ES384")], "keys[0]: use");
        check(&[change(&ec, "x", ec["y"].as_str().unwrap())], "keys[0]: not a valid");
        check(&[change(&ec, "x", "AQAB")], "keys[0]: not a valid");
        check(&[change(&rsa, "e", "AQ")], "keys[0]: not a valid");
        check(&[change(&rsa, "e", "Ag")], "keys[0]: not a valid");
        check(&[change(&rsa, "n", &"A".repeat(342))], "keys[0]: not a valid");
    }

    #[track_caller]
    fn check(keys: &[Value], want: &str) {
        let text = serde_json::json!({ "keys": keys }).to_string();
        let got = match ClientKeys::from_jwks("client", &text) {
            Ok(set) => {
                set.keys.iter().map(|key| key.algorithm.name()).collect::<Vec<_>>().join(" ")
            }
            Err(fault) => fault.to_string(),
        };
        assert!(got.starts_with(want), "{got}, not {want}");
    }
}
