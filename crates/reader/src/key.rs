//! Key pairs of the test CA and the test cards.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde::{Deserialize, Serialize};

use crate::asn1::{bits, oid, sequence, tlv};

/// What a card or a CA signs with: today's card and the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// RSA-2048, PKCS#1 v1.5, SHA-256: the card of 2016–2028.
    Rsa2048,
    /// ECDSA on P-384 with SHA-384: the card planned for fiscal 2028.
    P384,
}

/// A key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key could not be made, read or used")]
pub struct KeyFault;

/// How an ECDSA signature is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// `SEQUENCE { r, s }`, as certificates carry it.
    Der,
    /// r ‖ s, 96 bytes, as a card gives it.
    Fixed,
}

/// A private key that signs.
#[derive(Debug)]
pub(crate) enum Key {
    Rsa(Box<RsaKeyPair>),
    P384(Box<EcdsaKeyPair>),
}

impl Key {
    /// A new key as PKCS#8.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Vec<u8>, KeyFault> {
        match algorithm {
            Algorithm::Rsa2048 => {
                let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyFault)?;
                Ok(key.as_der().map_err(|_| KeyFault)?.as_ref().to_vec())
            }
            Algorithm::P384 => {
                let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)
                    .map_err(|_| KeyFault)?;
                Ok(key.to_pkcs8v1().map_err(|_| KeyFault)?.as_ref().to_vec())
            }
        }
    }

    /// Reads PKCS#8.
    pub(crate) fn read(algorithm: Algorithm, form: Form, pkcs8: &[u8]) -> Result<Self, KeyFault> {
        match algorithm {
            Algorithm::Rsa2048 => RsaKeyPair::from_pkcs8(pkcs8).map(|key| Self::Rsa(Box::new(key))),
            Algorithm::P384 => {
                EcdsaKeyPair::from_pkcs8(ecdsa(form), pkcs8).map(|key| Self::P384(Box::new(key)))
            }
        }
        .map_err(|_| KeyFault)
    }

    /// The signature over the hash of `message`: PKCS#1 v1.5 over the DigestInfo of SHA-256, or
    /// ECDSA over the bare SHA-384.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| KeyFault)?;
                Ok(signature)
            }
            Self::P384(key) => key
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyFault),
        }
    }

    /// The subject public key: `RSAPublicKey`, or the uncompressed point.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.public_key().as_ref().to_vec(),
            Self::P384(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// `SubjectPublicKeyInfo`
    pub(crate) fn public_info(&self) -> Vec<u8> {
        let algorithm = match self {
            Self::Rsa(_) => sequence(&[&oid("1.2.840.113549.1.1.1"), &tlv(0x05, &[])]),
            Self::P384(_) => sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.3.132.0.34")]),
        };
        sequence(&[&algorithm, &bits(&self.public())])
    }

    /// The `AlgorithmIdentifier` of this key's signatures.
    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => sequence(&[&oid("1.2.840.113549.1.1.11"), &tlv(0x05, &[])]),
            Self::P384(_) => sequence(&[&oid("1.2.840.10045.4.3.3")]),
        }
    }
}

const fn ecdsa(form: Form) -> &'static EcdsaSigningAlgorithm {
    match form {
        Form::Der => &ECDSA_P384_SHA384_ASN1_SIGNING,
        Form::Fixed => &ECDSA_P384_SHA384_FIXED_SIGNING,
    }
}
