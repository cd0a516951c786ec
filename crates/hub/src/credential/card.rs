//! Is this card present, genuine and in force? The verification of a card's answer.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use der::asn1::ObjectIdentifier;
use domain::instant::Instant;

use super::certificate::{Authority, CardAlgorithm, Leaf, Signer};
use super::challenge::OpenChallenge;
use super::message::auth_message;
use super::refusal::CardRefusal;
use super::revocation::{CrlFault, CrlStatus, Revocations};
use super::{hex, unhex};

/// The longest signature that is looked at, in bytes: RSA-8192.
const MAX_SIGNATURE_BYTES: usize = 1024;
/// Certificates whose CA signature is remembered as good: about 4 MiB.
const REMEMBERED: usize = 32 * 1024;

/// What came from the desk, decoded from base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardAnswerWire {
    /// DER of the user-authentication certificate.
    pub certificate_der: Vec<u8>,
    /// RSA: PKCS#1 v1.5 over the DigestInfo of SHA-256. P-384: r ‖ s, 96 bytes, over SHA-384.
    pub signature: Vec<u8>,
}

/// A card that is present, genuine and in force. Whose it is, the link table knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCard {
    /// Key identifier of the CA generation, hex. Only together with it is the serial unique.
    pub generation: String,
    /// Serial of the certificate, hex without leading zeros.
    pub serial: String,
    /// What the card signed with.
    pub algorithm: CardAlgorithm,
    /// The last second of the certificate's validity.
    pub not_after: Instant,
}

/// A configuration that cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustFault {
    /// The n-th certificate (from 0) is no self-signed CA with certSign and cRLSign.
    #[error("CA certificate {0}: not a self-signed CA certificate with a key identifier")]
    Ca(usize),
    /// The n-th certificate (from 0) has the key identifier of an earlier one.
    #[error("CA certificate {0}: its key identifier is pinned already")]
    Twice(usize),
    /// The n-th certificate (from 0) is of an algorithm that is not on the list.
    #[error("CA certificate {0}: its algorithm is not on the list of allowed ones")]
    Algorithm(usize),
    /// A policy that is not a dotted object identifier.
    #[error("policy {0:?}: not an object identifier")]
    Policy(String),
}

/// Whom we believe: pinned CA generations, policies, algorithms, and the lists of revocations.
///
/// One value is shared by all requests. A change of the pinned CAs makes a new one.
#[derive(Debug)]
pub struct CardTrust {
    authorities: HashMap<Vec<u8>, Authority>,
    policies: Vec<ObjectIdentifier>,
    algorithms: Vec<CardAlgorithm>,
    revocations: Revocations,
    seen: Mutex<Seen>,
}

impl CardTrust {
    /// Pins CA certificates (DER) by their key identifiers, never by name: the generations of the
    /// real CA all have the same name.
    ///
    /// # Errors
    /// [`TrustFault`] names the first certificate or policy that cannot be pinned.
    pub fn new(
        ca_certificates: &[Vec<u8>],
        policies: &[&str],
        algorithms: &[CardAlgorithm],
    ) -> Result<Self, TrustFault> {
        let mut authorities = HashMap::new();
        for (at, der) in ca_certificates.iter().enumerate() {
            let authority = Authority::read(der).ok_or(TrustFault::Ca(at))?;
            if !algorithms.contains(&authority.key.algorithm) {
                return Err(TrustFault::Algorithm(at));
            }
            if authorities.insert(authority.key_id.clone(), authority).is_some() {
                return Err(TrustFault::Twice(at));
            }
        }
        let policy = |text: &&str| {
            ObjectIdentifier::new(text).map_err(|_| TrustFault::Policy((*text).to_owned()))
        };
        Ok(Self {
            authorities,
            policies: policies.iter().map(policy).collect::<Result<_, _>>()?,
            algorithms: algorithms.to_vec(),
            revocations: Revocations::default(),
            seen: Mutex::default(),
        })
    }

    /// Takes a new list of revocations (DER), in force for the next verification.
    ///
    /// # Errors
    /// [`CrlFault`]; the list that was in force stays.
    pub fn accept_crl(&self, der: &[u8], at: Instant) -> Result<CrlStatus, CrlFault> {
        self.revocations.accept(&self.authorities, der, at)
    }

    /// The lists in force, by generation.
    #[must_use]
    pub fn revocation_lists(&self) -> Vec<CrlStatus> {
        self.revocations.status()
    }

    /// Whether a card that was verified before is not known to be revoked since: generation and
    /// serial as [`VerifiedCard`] has them.
    #[must_use]
    pub fn is_unrevoked(&self, generation: &str, serial: &str, at: Instant) -> bool {
        let bytes = |text: &str| unhex(text).unwrap_or_default();
        self.revocations.check(&bytes(generation), &bytes(serial), at).is_ok()
    }

    /// Verifies a card's answer to `challenge`, made for the hub at `origin`.
    ///
    /// Whether the certificate is in force is looked at last, after the card has proved that it
    /// is there: nobody learns about a card from a copy of its certificate.
    ///
    /// # Errors
    /// [`CardRefusal`]
    pub fn verify(
        &self,
        answer: &CardAnswerWire,
        origin: &str,
        challenge: &OpenChallenge,
        at: Instant,
    ) -> Result<VerifiedCard, CardRefusal> {
        if at >= challenge.expires {
            return Err(CardRefusal::ChallengeExpired);
        }
        if answer.signature.len() > MAX_SIGNATURE_BYTES {
            return Err(CardRefusal::Malformed("signature too long"));
        }
        let leaf = Leaf::read(&answer.certificate_der)?;
        let authority = self.issuer_of(&leaf, &answer.certificate_der)?;
        leaf.is_for_signing_in(&self.policies)?;

        let OpenChallenge { nonce, institution, terminal, .. } = challenge;
        let message = auth_message(origin, institution, terminal, nonce);
        if !leaf.key.signed(Signer::Card, &message, &answer.signature) {
            return Err(CardRefusal::BadSignature);
        }
        in_force(&leaf, authority, at)?;
        self.revocations.check(&leaf.authority, &leaf.serial, at)?;
        Ok(VerifiedCard {
            generation: hex(&leaf.authority),
            serial: hex(&leaf.serial),
            algorithm: leaf.key.algorithm,
            not_after: Instant(leaf.validity.last.saturating_mul(1000)),
        })
    }

    /// Generation and serial of the card behind a refusal of [`CardTrust::verify`], where the card
    /// had proved that it is there: for the page of whoever it belongs to.
    #[must_use]
    pub fn behind(refusal: CardRefusal, certificate_der: &[u8]) -> Option<(String, String)> {
        match refusal {
            CardRefusal::NotYetValid
            | CardRefusal::Expired(_)
            | CardRefusal::Revoked
            | CardRefusal::RevocationUnknown(_) => {
                let leaf = Leaf::read(certificate_der).ok()?;
                Some((hex(&leaf.authority), hex(&leaf.serial)))
            }
            _ => None,
        }
    }

    /// The pinned generation that signed the certificate.
    fn issuer_of(&self, leaf: &Leaf<'_>, der: &[u8]) -> Result<&Authority, CardRefusal> {
        let found = self.authorities.get(&leaf.authority);
        let authority = found.ok_or(CardRefusal::UnknownCa("key identifier not pinned"))?;
        let algorithms = [leaf.key.algorithm, leaf.signed.algorithm];
        if !algorithms.iter().all(|algorithm| self.algorithms.contains(algorithm)) {
            return Err(CardRefusal::AlgorithmNotAllowed("not on the list"));
        }
        let print = fingerprint(der);
        if self.seen().contains(&print) {
            return Ok(authority);
        }
        if !leaf.signed.is_by(&authority.key) {
            return Err(CardRefusal::UnknownCa("not signed by the CA it names"));
        }
        self.seen().add(print);
        Ok(authority)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_force(leaf: &Leaf<'_>, authority: &Authority, at: Instant) -> Result<(), CardRefusal> {
    if !leaf.validity.begun(at) || !authority.validity.begun(at) {
        Err(CardRefusal::NotYetValid)
    } else if leaf.validity.over(at) {
        Err(CardRefusal::Expired("certificate"))
    } else if authority.validity.over(at) {
        Err(CardRefusal::Expired("CA"))
    } else {
        Ok(())
    }
}

type Fingerprint = [u8; 32];

fn fingerprint(der: &[u8]) -> Fingerprint {
    let mut print = [0; 32];
    print.copy_from_slice(digest(&SHA256, der).as_ref());
    print
}

/// Certificates (by SHA-256) whose CA signature was found good; the oldest is forgotten first.
///
/// A signature over the same bytes by a pinned key stays good, whatever the time; validity and
/// revocation do not, and are looked at every time.
#[derive(Debug, Default)]
struct Seen {
    set: HashSet<Fingerprint>,
    order: VecDeque<Fingerprint>,
}

impl Seen {
    fn contains(&self, print: &Fingerprint) -> bool {
        self.set.contains(print)
    }

    fn add(&mut self, print: Fingerprint) {
        if !self.set.insert(print) {
            return;
        }
        self.order.push_back(print);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_certificates_is_bounded() {
        let mut seen = Seen::default();
        for number in 0..=u32::try_from(REMEMBERED).unwrap() {
            seen.add(fingerprint(&number.to_be_bytes()));
        }
        assert_eq!((seen.set.len(), seen.order.len()), (REMEMBERED, REMEMBERED));
        assert!(!seen.contains(&fingerprint(&0_u32.to_be_bytes())));
        assert!(seen.contains(&fingerprint(&1_u32.to_be_bytes())));
    }
}
