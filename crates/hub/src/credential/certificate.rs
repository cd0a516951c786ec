//! Reading X.509 (law:RFC-5280) strictly: what a card's certificate must be before anything in it
//! is believed.

use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use der::asn1::{BitStringRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader};
use domain::instant::Instant;
use x509_cert::certificate::{Certificate, TbsCertificate, Version};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, KeyUsage, SubjectKeyIdentifier,
};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

use super::refusal::CardRefusal;

/// The largest certificate that is looked at, in bytes; the real ones have under 2 KiB.
const MAX_BYTES: usize = 8 * 1024;

const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SHA384_ECDSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const CURVE_P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

const SUBJECT_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");

/// What a card or a CA signs with. There are two, and no negotiation between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardAlgorithm {
    /// RSA from 2048 bits, PKCS#1 v1.5, SHA-256: today's card.
    Rsa2048Sha256,
    /// ECDSA on P-384 with SHA-384: the next card.
    P384Sha384,
}

impl CardAlgorithm {
    /// A stable name for configuration and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa2048Sha256 => "rsa-2048-sha256",
            Self::P384Sha384 => "p384-sha384",
        }
    }

    fn of_signature(id: &AlgorithmIdentifierOwned) -> Option<Self> {
        match (id.oid, &id.parameters) {
            (SHA256_RSA, Some(null)) if null.is_null() => Some(Self::Rsa2048Sha256),
            (SHA384_ECDSA, None) => Some(Self::P384Sha384),
            _ => None,
        }
    }

    /// A certificate carries an ECDSA signature as DER, a card gives r ‖ s (96 bytes).
    fn verifier(self, by: Signer) -> &'static dyn VerificationAlgorithm {
        match (self, by) {
            (Self::Rsa2048Sha256, _) => &RSA_PKCS1_2048_8192_SHA256,
            (Self::P384Sha384, Signer::Ca) => &ECDSA_P384_SHA384_ASN1,
            (Self::P384Sha384, Signer::Card) => &ECDSA_P384_SHA384_FIXED,
        }
    }
}

/// Whose signature it is; the two write ECDSA differently.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signer {
    Ca,
    Card,
}

/// A public key with the one algorithm it may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    pub(super) algorithm: CardAlgorithm,
    bytes: Vec<u8>,
}

impl PublicKey {
    fn read(info: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let bytes = info.subject_public_key.as_bytes()?.to_vec();
        let parameters = info.algorithm.parameters.as_ref()?;
        let algorithm = match info.algorithm.oid {
            RSA_KEY if parameters.is_null() => CardAlgorithm::Rsa2048Sha256,
            // Uncompressed points only: 04 ‖ x ‖ y.
            EC_KEY
                if parameters.decode_as::<ObjectIdentifier>() == Ok(CURVE_P384)
                    && bytes.len() == 97
                    && bytes[0] == 4 =>
            {
                CardAlgorithm::P384Sha384
            }
            _ => return None,
        };
        Some(Self { algorithm, bytes })
    }

    /// Whether `signature` over `message` is by this key.
    pub(super) fn signed(&self, by: Signer, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.algorithm.verifier(by), &self.bytes)
            .verify(message, signature)
            .is_ok()
    }
}

/// Something a CA signed: the bytes under the signature, and the signature.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    pub(super) body: &'a [u8],
    pub(super) algorithm: CardAlgorithm,
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Takes apart `SEQUENCE { body, algorithm, signature }` without touching the body.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let mut outer = SliceReader::new(der).ok()?;
        let parts = outer.sequence(|inner| {
            let body = inner.tlv_bytes()?;
            let algorithm: AlgorithmIdentifierOwned = inner.decode()?;
            let signature: BitStringRef<'a> = inner.decode()?;
            Ok::<_, der::Error>((body, algorithm, signature))
        });
        let (body, algorithm, signature) = parts.ok()?;
        outer.finish().ok()?;
        let algorithm = CardAlgorithm::of_signature(&algorithm)?;
        Some(Self { body, algorithm, signature: signature.as_bytes()? })
    }

    /// Whether `key` made the signature, by the algorithm that is written beside it.
    pub(super) fn is_by(&self, key: &PublicKey) -> bool {
        key.algorithm == self.algorithm && key.signed(Signer::Ca, self.body, self.signature)
    }
}

/// A certificate of the user-authentication form, not yet believed.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) signed: Signed<'a>,
    pub(super) authority: Vec<u8>,
    pub(super) serial: Vec<u8>,
    pub(super) validity: Validity,
    pub(super) key: PublicKey,
    usage: Option<KeyUsage>,
    policies: Vec<ObjectIdentifier>,
}

/// From and until when, in whole seconds, both ends included (RFC 5280 4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Validity {
    pub(super) const fn begun(self, at: Instant) -> bool {
        self.first <= at.seconds()
    }

    pub(super) const fn over(self, at: Instant) -> bool {
        self.last < at.seconds()
    }
}

impl<'a> Leaf<'a> {
    /// Reads a certificate; whatever is not understood is refused.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, CardRefusal> {
        let (whole, signed) = open(der)?;
        let body = whole.tbs_certificate();
        let extensions = Extensions::read(body)?;
        if extensions.constraints.is_some_and(|constraints| constraints.ca) {
            return Err(CardRefusal::WrongKeyUsage);
        }
        Ok(Self {
            signed,
            authority: extensions.authority.ok_or(CardRefusal::UnknownCa("no key identifier"))?,
            serial: body.serial_number().as_bytes().to_vec(),
            validity: validity(body),
            key: PublicKey::read(body.subject_public_key_info())
                .ok_or(CardRefusal::AlgorithmNotAllowed("public key"))?,
            usage: extensions.usage,
            policies: extensions.policies,
        })
    }

    /// Whether it is for signing in and for nothing else, under accepted policies only.
    pub(super) fn is_for_signing_in(
        &self,
        policies: &[ObjectIdentifier],
    ) -> Result<(), CardRefusal> {
        let exact = self.usage.is_some_and(|usage| usage.digital_signature() && only_bit(usage));
        let known = self.policies.iter().all(|policy| policies.contains(policy));
        match (exact, known && !self.policies.is_empty()) {
            (false, _) => Err(CardRefusal::WrongKeyUsage),
            (true, false) => Err(CardRefusal::WrongPolicy),
            (true, true) => Ok(()),
        }
    }
}

/// A pinned CA certificate.
#[derive(Debug)]
pub(super) struct Authority {
    pub(super) key_id: Vec<u8>,
    pub(super) key: PublicKey,
    pub(super) validity: Validity,
}

impl Authority {
    /// Reads a self-signed CA certificate with keyUsage certSign and cRLSign.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (whole, signed) = open(der).ok()?;
        let body = whole.tbs_certificate();
        let extensions = Extensions::read(body).ok()?;
        let usage = extensions.usage?;
        let key = PublicKey::read(body.subject_public_key_info())?;
        let may = usage.key_cert_sign() && usage.crl_sign();
        let is_ca = extensions.constraints.is_none_or(|constraints| constraints.ca);
        if !may || !is_ca || body.subject() != body.issuer() || !signed.is_by(&key) {
            return None;
        }
        Some(Self { key_id: extensions.subject?, key, validity: validity(body) })
    }
}

fn open(der: &[u8]) -> Result<(Certificate, Signed<'_>), CardRefusal> {
    if der.len() > MAX_BYTES {
        return Err(CardRefusal::Malformed("certificate too large"));
    }
    let whole =
        Certificate::from_der(der).map_err(|_| CardRefusal::Malformed("certificate not DER"))?;
    let body = whole.tbs_certificate();
    if body.version() != Version::V3 {
        return Err(CardRefusal::WrongProfile("version"));
    }
    if body.signature() != whole.signature_algorithm() {
        return Err(CardRefusal::WrongProfile("two signature algorithms"));
    }
    if body.issuer_unique_id().is_some() || body.subject_unique_id().is_some() {
        return Err(CardRefusal::WrongProfile("unique identifiers"));
    }
    let signed = Signed::read(der).ok_or(CardRefusal::AlgorithmNotAllowed("CA signature"))?;
    Ok((whole, signed))
}

#[derive(Default)]
struct Extensions {
    authority: Option<Vec<u8>>,
    subject: Option<Vec<u8>>,
    usage: Option<KeyUsage>,
    policies: Vec<ObjectIdentifier>,
    constraints: Option<BasicConstraints>,
}

impl Extensions {
    /// Each at most once; one that is critical and not evaluated here refuses the certificate
    /// (RFC 5280 4.2).
    fn read(body: &TbsCertificate) -> Result<Self, CardRefusal> {
        let list = body.extensions().map_or(&[][..], Vec::as_slice);
        let mut out = Self::default();
        for (at, extension) in list.iter().enumerate() {
            if list[..at].iter().any(|earlier| earlier.extn_id == extension.extn_id) {
                return Err(CardRefusal::WrongProfile("extension twice"));
            }
            let read = out.take(extension.extn_id, extension.extn_value.as_bytes());
            let evaluated = read.map_err(|_| CardRefusal::Malformed("extension"))?;
            if extension.critical && !evaluated {
                return Err(CardRefusal::WrongProfile("unknown critical extension"));
            }
        }
        Ok(out)
    }

    /// Whether the extension is one that is evaluated here.
    fn take(&mut self, id: ObjectIdentifier, value: &[u8]) -> der::Result<bool> {
        match id {
            KEY_USAGE => self.usage = Some(KeyUsage::from_der(value)?),
            BASIC_CONSTRAINTS => self.constraints = Some(BasicConstraints::from_der(value)?),
            POLICIES => {
                let list = CertificatePolicies::from_der(value)?.0;
                self.policies = list.iter().map(|policy| policy.policy_identifier).collect();
            }
            AUTHORITY_KEY => {
                let authority = AuthorityKeyIdentifier::from_der(value)?;
                self.authority = authority.key_identifier.map(|id| id.as_bytes().to_vec());
            }
            SUBJECT_KEY => {
                let subject = SubjectKeyIdentifier::from_der(value)?;
                self.subject = Some(subject.0.as_bytes().to_vec());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn only_bit(usage: KeyUsage) -> bool {
    usage.0.bits().count_ones() == 1
}

fn validity(body: &TbsCertificate) -> Validity {
    let validity = body.validity();
    Validity { first: seconds(validity.not_before), last: seconds(validity.not_after) }
}

/// Seconds since 1970.
pub(super) fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}
