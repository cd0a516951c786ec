//! The test certification authority: generations of one name, certificates, revocation lists.

use aws_lc_rs::digest::{SHA256, digest};
use domain::instant::Instant;

use crate::asn1::{context, oid, sequence, time, tlv, unsigned};
use crate::key::{Algorithm, Form, Key, KeyFault};
use crate::profile::{self, Attributes, CertificateSpec, Extension};
use crate::random;

/// How long a CA of ours lasts, in days (the real one: ten years).
const CA_DAYS: i64 = 3_652;
/// How long a list of revocations may be relied on, in seconds. The real list comes out daily; a
/// test bench that nobody renews for a week should still work.
pub const CRL_SECONDS: i64 = 7 * DAY;
const DAY: i64 = 86_400;

/// What the certificates of a CA are for; each purpose has one name for all generations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// 利用者証明用: signing in.
    UserAuthentication,
    /// 署名用: signing documents.
    DigitalSignature,
}

impl Purpose {
    const fn unit(self) -> &'static str {
        match self {
            Self::UserAuthentication => "PMH test CA for user authentication",
            Self::DigitalSignature => "PMH test CA for digital signature",
        }
    }
}

/// Why a certificate was revoked (RFC 5280 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Not said.
    Unspecified = 0,
    /// The card was lost or stolen.
    KeyCompromise = 1,
    /// An attribute inside has changed.
    AffiliationChanged = 3,
    /// A new certificate has taken its place.
    Superseded = 4,
    /// The holder has died or given the card back.
    CessationOfOperation = 5,
}

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Big-endian serial.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: Instant,
    /// Why.
    pub reason: Reason,
}

/// One generation of the test CA, with its key.
#[derive(Debug)]
pub struct TestCa {
    algorithm: Algorithm,
    purpose: Purpose,
    pkcs8: Vec<u8>,
    key: Key,
    key_id: Vec<u8>,
    certificate: Vec<u8>,
    revoked: Vec<Revoked>,
    crl_number: u64,
}

impl TestCa {
    /// A new generation, valid for ten years from `at`.
    ///
    /// # Errors
    /// [`KeyFault`] if no key could be made.
    pub fn generate(algorithm: Algorithm, purpose: Purpose, at: Instant) -> Result<Self, KeyFault> {
        let pkcs8 = Key::generate(algorithm)?;
        let mut ca = Self::read(algorithm, purpose, pkcs8, Vec::new())?;
        ca.certificate = ca.certify(&CertificateSpec {
            version: 2,
            serial: random::<8>()?.to_vec(),
            subject: None,
            not_before: at,
            not_after: at.plus_seconds(CA_DAYS * DAY),
            public_info: ca.key.public_info(),
            extensions: vec![
                profile::basic_constraints(true),
                profile::key_usage(profile::KEY_CERT_SIGN | profile::CRL_SIGN),
                profile::subject_key(&ca.key_id),
            ],
        })?;
        Ok(ca)
    }

    /// A generation made earlier, from its key and certificate.
    ///
    /// # Errors
    /// [`KeyFault`] if the key is not PKCS#8 of this algorithm.
    pub fn read(
        algorithm: Algorithm,
        purpose: Purpose,
        pkcs8: Vec<u8>,
        certificate: Vec<u8>,
    ) -> Result<Self, KeyFault> {
        let key = Key::read(algorithm, Form::Der, &pkcs8)?;
        let key_id = key_id(&key.public());
        Ok(Self {
            algorithm,
            purpose,
            pkcs8,
            key,
            key_id,
            certificate,
            revoked: Vec::new(),
            crl_number: 0,
        })
    }

    /// The same CA with the revocations it has already published.
    #[must_use]
    pub fn with_revoked(mut self, revoked: Vec<Revoked>, crl_number: u64) -> Self {
        self.revoked = revoked;
        self.crl_number = crl_number;
        self
    }

    /// The CA's own certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The key identifier by which certificates name this generation.
    #[must_use]
    pub fn key_id(&self) -> &[u8] {
        &self.key_id
    }

    /// What this generation signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What its certificates are for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The private key as PKCS#8.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The revocations so far, oldest first.
    #[must_use]
    pub fn revoked(&self) -> &[Revoked] {
        &self.revoked
    }

    /// The number of the last list signed.
    #[must_use]
    pub const fn crl_number(&self) -> u64 {
        self.crl_number
    }

    /// The content of a user-authentication certificate: digitalSignature alone, the test policy,
    /// and nothing about the person.
    ///
    /// # Errors
    /// [`KeyFault`] if the system gives no randomness.
    pub fn authentication(
        &self,
        public_info: Vec<u8>,
        not_before: Instant,
        not_after: Instant,
    ) -> Result<CertificateSpec, KeyFault> {
        self.leaf(
            public_info,
            (not_before, not_after),
            vec![
                profile::key_usage(profile::DIGITAL_SIGNATURE),
                profile::policies(&[profile::AUTHENTICATION_TEST_POLICY]),
            ],
        )
    }

    /// The content of a signature certificate, with the four attributes.
    ///
    /// # Errors
    /// [`KeyFault`] if the system gives no randomness.
    pub fn signature(
        &self,
        public_info: Vec<u8>,
        not_before: Instant,
        not_after: Instant,
        holder: &Attributes,
    ) -> Result<CertificateSpec, KeyFault> {
        self.leaf(
            public_info,
            (not_before, not_after),
            vec![
                profile::key_usage(profile::DIGITAL_SIGNATURE | profile::NON_REPUDIATION),
                profile::policies(&[profile::SIGNATURE_TEST_POLICY]),
                profile::attributes(holder),
            ],
        )
    }

    fn leaf(
        &self,
        public_info: Vec<u8>,
        (not_before, not_after): (Instant, Instant),
        extensions: Vec<Extension>,
    ) -> Result<CertificateSpec, KeyFault> {
        let mut serial = random::<8>()?.to_vec();
        serial[0] = serial[0] & 0x7F | 0x01;
        let subject = Some(format!("{}TEST", crate::hex(&serial).to_uppercase()));
        let spec = CertificateSpec {
            version: 2,
            serial,
            subject,
            not_before,
            not_after,
            public_info,
            extensions,
        };
        Ok(spec.with(profile::authority_key(&self.key_id)))
    }

    /// Signs a certificate of any content, also of a wrong one.
    ///
    /// # Errors
    /// [`KeyFault`] if signing failed.
    pub fn certify(&self, spec: &CertificateSpec) -> Result<Vec<u8>, KeyFault> {
        let issuer = profile::issuer(self.purpose.unit());
        let algorithm = self.key.signature_algorithm();
        let body = spec.to_be_signed(&algorithm, &issuer);
        Ok(profile::signed(&body, &algorithm, &self.key.sign(&body)?))
    }

    /// Revokes a serial; the first revocation of a serial stands.
    pub fn revoke(&mut self, serial: &[u8], at: Instant, reason: Reason) {
        if !self.revoked.iter().any(|entry| entry.serial == serial) {
            self.revoked.push(Revoked { serial: serial.to_vec(), at, reason });
        }
    }

    /// The signed list of revocations as of `at`, DER, good for a week.
    ///
    /// # Errors
    /// [`KeyFault`] if signing failed.
    pub fn crl(&mut self, at: Instant) -> Result<Vec<u8>, KeyFault> {
        self.crl_number += 1;
        self.crl_between(at, at.plus_seconds(CRL_SECONDS), &[])
    }

    /// A list of revocations for any period and with further extensions, also wrong ones.
    ///
    /// # Errors
    /// [`KeyFault`] if signing failed.
    pub fn crl_between(
        &self,
        this_update: Instant,
        next_update: Instant,
        further: &[Extension],
    ) -> Result<Vec<u8>, KeyFault> {
        let entries: Vec<u8> = self.revoked.iter().flat_map(entry).collect();
        let list = if entries.is_empty() { Vec::new() } else { sequence(&[&entries]) };
        let extensions: Vec<u8> =
            [profile::authority_key(&self.key_id), profile::crl_number(self.crl_number)]
                .iter()
                .chain(further)
                .flat_map(Extension::der)
                .collect();
        let algorithm = self.key.signature_algorithm();
        let body = sequence(&[
            &unsigned(&[1]),
            &algorithm,
            &profile::issuer(self.purpose.unit()),
            &time(this_update),
            &time(next_update),
            &list,
            &context(0, &[&sequence(&[&extensions])]),
        ]);
        Ok(profile::signed(&body, &algorithm, &self.key.sign(&body)?))
    }
}

fn entry(revoked: &Revoked) -> Vec<u8> {
    let reason = tlv(0x0A, &[&[revoked.reason as u8]]);
    let reason = sequence(&[&oid("2.5.29.21"), &tlv(0x04, &[&reason])]);
    let extensions = match revoked.reason {
        Reason::Unspecified => Vec::new(),
        _ => sequence(&[&reason]),
    };
    sequence(&[&unsigned(&revoked.serial), &time(revoked.at), &extensions])
}

/// The leftmost 160 bits of the SHA-256 of the public key (RFC 7093 2, method 1).
fn key_id(public: &[u8]) -> Vec<u8> {
    digest(&SHA256, public).as_ref()[..20].to_vec()
}
