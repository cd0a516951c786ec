//! Lists of revocations (CRL, law:RFC-5280), one per CA generation.
//!
//! Without a current list nobody can tell whether a certificate was revoked, and then nothing is
//! shown: a list that has run out is as good as none.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use der::Decode as _;
use der::asn1::ObjectIdentifier;
use domain::instant::Instant;
use x509_cert::certificate::Version;
use x509_cert::crl::{CertificateList, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use super::certificate::{Authority, Signed, seconds};
use super::hex;
use super::refusal::CardRefusal;

/// The largest list that is read, in bytes: room for well over a million entries.
const MAX_BYTES: usize = 64 * 1024 * 1024;
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");

/// Why a list was not taken. The one in force stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrlFault {
    /// Not a list of version 2 with a time of the next one, or larger than 64 MiB.
    #[error("not a revocation list of version 2: fetch it again from the CA")]
    Malformed,
    /// No pinned CA generation issued it, or its signature is wrong.
    #[error("the revocation list is not by a pinned CA: check the source and the pinned CAs")]
    UnknownCa,
    /// A part of a list, or one with restrictions that this hub does not evaluate.
    #[error("the revocation list is partial: configure the address of the full list")]
    Partial,
    /// Its time has not come yet or is over.
    #[error("the revocation list is not current: fetch a new one, check the clock")]
    NotCurrent,
    /// An older one than the one in force: somebody may be hiding a revocation.
    #[error("the revocation list is older than the one in force: fetch the newest")]
    Older,
}

/// A list in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlStatus {
    /// Key identifier of the CA generation, hex.
    pub generation: String,
    /// Number of revoked certificates.
    pub revoked: usize,
    /// When it was made.
    pub this_update: Instant,
    /// From when on it counts as none.
    pub next_update: Instant,
}

#[derive(Debug)]
struct Crl {
    this_update: Instant,
    next_update: Instant,
    serials: HashSet<Box<[u8]>>,
}

/// The lists in force, by key identifier. Renewed at any time beside running verifications.
#[derive(Debug, Default)]
pub(super) struct Revocations {
    lists: RwLock<HashMap<Vec<u8>, Crl>>,
}

impl Revocations {
    /// Takes a list by one of `authorities`.
    pub(super) fn accept(
        &self,
        authorities: &HashMap<Vec<u8>, Authority>,
        der: &[u8],
        at: Instant,
    ) -> Result<CrlStatus, CrlFault> {
        if der.len() > MAX_BYTES {
            return Err(CrlFault::Malformed);
        }
        let whole = CertificateList::from_der(der).map_err(|_| CrlFault::Malformed)?;
        let signed = Signed::read(der).ok_or(CrlFault::UnknownCa)?;
        let list = whole.tbs_cert_list;
        if list.version != Version::V2 || list.signature != whole.signature_algorithm {
            return Err(CrlFault::Malformed);
        }
        let generation = authority(&list).ok_or(CrlFault::UnknownCa)?;
        let authority = authorities.get(&generation).ok_or(CrlFault::UnknownCa)?;
        if !signed.is_by(&authority.key) {
            return Err(CrlFault::UnknownCa);
        }
        if is_partial(&list) {
            return Err(CrlFault::Partial);
        }
        self.replace(generation, read(list, at)?)
    }

    fn replace(&self, generation: Vec<u8>, fresh: Crl) -> Result<CrlStatus, CrlFault> {
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        if lists.get(&generation).is_some_and(|held| fresh.this_update < held.this_update) {
            return Err(CrlFault::Older);
        }
        let status = status(&generation, &fresh);
        lists.insert(generation, fresh);
        Ok(status)
    }

    /// Whether the serial of that generation is known not to be revoked.
    pub(super) fn check(
        &self,
        generation: &[u8],
        serial: &[u8],
        at: Instant,
    ) -> Result<(), CardRefusal> {
        let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
        let list = lists.get(generation).ok_or(CardRefusal::RevocationUnknown("no list"))?;
        // A revocation stays one, also on a list that has run out.
        if list.serials.contains(serial) {
            Err(CardRefusal::Revoked)
        } else if at >= list.next_update {
            Err(CardRefusal::RevocationUnknown("list has run out"))
        } else {
            Ok(())
        }
    }

    /// Every list in force, for the operator's page.
    pub(super) fn status(&self) -> Vec<CrlStatus> {
        let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<CrlStatus> = lists.iter().map(|(id, list)| status(id, list)).collect();
        all.sort_by(|a, b| a.generation.cmp(&b.generation));
        all
    }
}

fn status(generation: &[u8], list: &Crl) -> CrlStatus {
    CrlStatus {
        generation: hex(generation),
        revoked: list.serials.len(),
        this_update: list.this_update,
        next_update: list.next_update,
    }
}

fn read(list: TbsCertList, at: Instant) -> Result<Crl, CrlFault> {
    let instant = |time| Instant(seconds(time).saturating_mul(1000));
    let this_update = instant(list.this_update);
    let next_update = instant(list.next_update.ok_or(CrlFault::Malformed)?);
    if at < this_update || at >= next_update {
        return Err(CrlFault::NotCurrent);
    }
    let serials = list.revoked_certificates.unwrap_or_default();
    let serials = serials.into_iter().map(|entry| entry.serial_number.as_bytes().into()).collect();
    Ok(Crl { this_update, next_update, serials })
}

fn authority(list: &TbsCertList) -> Option<Vec<u8>> {
    let extensions = list.crl_extensions.as_deref()?;
    let extension = extensions.iter().find(|extension| extension.extn_id == AUTHORITY_KEY)?;
    let id = AuthorityKeyIdentifier::from_der(extension.extn_value.as_bytes()).ok()?;
    Some(id.key_identifier?.as_bytes().to_vec())
}

/// A delta list, a list of a part, an indirect one: each says so in a critical extension.
fn is_partial(list: &TbsCertList) -> bool {
    let critical = |extensions: &Option<Vec<Extension>>| {
        extensions.iter().flatten().any(|extension| extension.critical)
    };
    let entries = list.revoked_certificates.iter().flatten();
    critical(&list.crl_extensions)
        || entries.into_iter().any(|entry| critical(&entry.crl_entry_extensions))
}
