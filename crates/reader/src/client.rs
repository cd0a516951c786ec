//! Client assertions (private_key_jwt, RFC 7523) for the demo's municipal systems and for vendors.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA384, RSA_PSS_SHA384, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::instant::Instant;
use serde_json::{Value, json};

use crate::{KeyFault, hex, random};

/// How long an assertion of ours is good, in seconds: well under the hub's limit of 300.
const ASSERTION_SECONDS: i64 = 120;

/// What a client signs its assertions with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAlgorithm {
    /// ECDSA P-256, SHA-256
    Es256,
    /// ECDSA P-384, SHA-384
    Es384,
    /// RSA-2048 PKCS#1 v1.5, SHA-384
    Rs384,
    /// RSA-2048 PSS, SHA-384
    Ps384,
}

impl ClientAlgorithm {
    /// The name in `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Rs384 => "RS384",
            Self::Ps384 => "PS384",
        }
    }

    const fn curve(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::Es256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            _ => &ECDSA_P384_SHA384_FIXED_SIGNING,
        }
    }
}

/// A client's private key with its identifier.
#[derive(Debug)]
pub struct ClientKey {
    kid: String,
    algorithm: ClientAlgorithm,
    pkcs8: Vec<u8>,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl ClientKey {
    /// A new key with a random identifier.
    ///
    /// # Errors
    /// [`KeyFault`] if the system gives no randomness.
    pub fn generate(algorithm: ClientAlgorithm) -> Result<Self, KeyFault> {
        let pkcs8 = match algorithm {
            ClientAlgorithm::Es256 | ClientAlgorithm::Es384 => {
                let pair = EcdsaKeyPair::generate(algorithm.curve()).map_err(|_| KeyFault)?;
                pair.to_pkcs8v1().map_err(|_| KeyFault)?.as_ref().to_vec()
            }
            ClientAlgorithm::Rs384 | ClientAlgorithm::Ps384 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyFault)?;
                pair.as_der().map_err(|_| KeyFault)?.as_ref().to_vec()
            }
        };
        Self::read(algorithm, hex(&random::<8>()?), pkcs8)
    }

    /// A key from PKCS#8, with its identifier.
    ///
    /// # Errors
    /// [`KeyFault`] if it is not a key of this algorithm.
    pub fn read(algorithm: ClientAlgorithm, kid: String, pkcs8: Vec<u8>) -> Result<Self, KeyFault> {
        let pair = match algorithm {
            ClientAlgorithm::Es256 | ClientAlgorithm::Es384 => {
                EcdsaKeyPair::from_pkcs8(algorithm.curve(), &pkcs8).map(Pair::Ecdsa)
            }
            ClientAlgorithm::Rs384 | ClientAlgorithm::Ps384 => {
                RsaKeyPair::from_pkcs8(&pkcs8).map(|pair| Pair::Rsa(Box::new(pair)))
            }
        };
        let pair = pair.map_err(|_| KeyFault)?;
        Ok(Self { kid, algorithm, pkcs8, pair })
    }

    /// The private key, to be kept.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The key's identifier.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> ClientAlgorithm {
        self.algorithm
    }

    /// The public part as a JWK Set (RFC 7517), to be registered at the hub.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut key = match &self.pair {
            Pair::Ecdsa(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at((point.len() - 1) / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) })
            }
            Pair::Rsa(pair) => {
                let (n, e) = modulus_and_exponent(pair.public_key().as_ref());
                json!({ "kty": "RSA", "n": text(n), "e": text(e) })
            }
        };
        key["kid"] = json!(self.kid);
        key["alg"] = json!(self.algorithm.name());
        key["use"] = json!("sig");
        json!({ "keys": [key] })
    }

    /// The assertion that `client` presents at the token endpoint `audience`; `jti` must be fresh.
    ///
    /// # Errors
    /// [`KeyFault`] if signing failed.
    pub fn assertion(
        &self,
        client: &str,
        audience: &str,
        jti: &str,
        at: Instant,
    ) -> Result<String, KeyFault> {
        let header = json!({ "alg": self.algorithm.name(), "kid": self.kid, "typ": "JWT" });
        let claims = json!({
            "iss": client,
            "sub": client,
            "aud": audience,
            "jti": jti,
            "iat": at.seconds(),
            "exp": at.plus_seconds(ASSERTION_SECONDS).seconds(),
        });
        self.jwt(&header.to_string(), &claims.to_string())
    }

    /// A JWT of any header and claims, also of wrong ones, for tests.
    ///
    /// # Errors
    /// [`KeyFault`] if signing failed.
    pub fn jwt(&self, header: &str, claims: &str) -> Result<String, KeyFault> {
        let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.sign(body.as_bytes())?;
        Ok(format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyFault),
            Pair::Rsa(pair) => {
                let padding = match self.algorithm {
                    ClientAlgorithm::Ps384 => &RSA_PSS_SHA384,
                    _ => &RSA_PKCS1_SHA384,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature).map_err(|_| KeyFault)?;
                Ok(signature)
            }
        }
    }
}

/// The two integers of an `RSAPublicKey` that the library wrote, without leading zeros.
fn modulus_and_exponent(der: &[u8]) -> (&[u8], &[u8]) {
    let (body, _) = value(der);
    let (modulus, rest) = value(body);
    let (exponent, _) = value(rest);
    (modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent)
}

/// The value of the first TLV and what follows it.
fn value(der: &[u8]) -> (&[u8], &[u8]) {
    let count = usize::from(der[1].saturating_sub(0x80));
    let length = match count {
        0 => usize::from(der[1]),
        _ => der[2..2 + count].iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)),
    };
    der[2 + count..].split_at(length)
}
