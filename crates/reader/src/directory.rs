//! The folder that holds a test CA and its cards.
//!
//! `ca/<generation>.{crt,key,crl}.pem` and `.json`, `cards/<card-id>.json`. Every file is written
//! beside its place, synced and renamed, so that a reader sees the old or the new one, never half.
//! Keys and PINs lie here in the clear: test equipment only.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::instant::Instant;
use serde::{Deserialize, Serialize};

use crate::ca::{CRL_SECONDS, Purpose, Reason, Revoked, TestCa};
use crate::card::{CardAnswer, CardError, Challenge, Holder, Pins, SoftCard};
use crate::hex;
use crate::key::{Algorithm, KeyFault};

/// Why the folder could not do it.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The file system.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is not what this program wrote.
    #[error("{0}: not a file of the test CA")]
    Damaged(PathBuf),
    /// No card of that name.
    #[error("no card {0:?} here: see `pmh card list`")]
    NoCard(String),
    /// The card refused.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A key failed.
    #[error(transparent)]
    Key(#[from] KeyFault),
}

/// The state of one CA generation beside its PEM files.
#[derive(Debug, Serialize, Deserialize)]
struct CaFile {
    algorithm: Algorithm,
    purpose: Purpose,
    key_id: String,
    crl_number: u64,
    /// When the last list was signed; absent in older folders, whose lists are renewed at once.
    #[serde(default)]
    listed_at: i64,
    revoked: Vec<RevokedRow>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RevokedRow {
    serial: String,
    at: i64,
    reason: Reason,
}

/// A test CA with its cards, in a folder.
#[derive(Debug, Clone)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// The folder `root`; nothing is made until something is issued.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The CA of a purpose: generation `1` signs with RSA, `2` with P-384. Made if it is missing.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn ca(
        &self,
        algorithm: Algorithm,
        purpose: Purpose,
        at: Instant,
    ) -> Result<TestCa, DirectoryError> {
        let generation = generation(algorithm, purpose);
        if self.ca_file(&generation, "json").exists() {
            return self.read_ca(&generation);
        }
        let mut ca = TestCa::generate(algorithm, purpose, at)?;
        self.publish(&mut ca, at)?;
        Ok(ca)
    }

    /// Every CA that exists here, by name of its generation (`1-auth`, `1-sign`, `2-auth` …).
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn cas(&self) -> Result<Vec<(String, TestCa)>, DirectoryError> {
        let mut found = Vec::new();
        for name in names(&self.root.join("ca"))? {
            let ca = self.read_ca(&name)?;
            found.push((name, ca));
        }
        Ok(found)
    }

    /// Makes a card and keeps it.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn issue(
        &self,
        algorithm: Algorithm,
        holder: Holder,
        pins: &Pins,
        at: Instant,
    ) -> Result<SoftCard, DirectoryError> {
        let auth = self.ca(algorithm, Purpose::UserAuthentication, at)?;
        let sign = self.ca(algorithm, Purpose::DigitalSignature, at)?;
        let card = SoftCard::issue((&auth, &sign), algorithm, holder, pins, at)?;
        self.keep(&card)?;
        Ok(card)
    }

    /// The card `id`.
    ///
    /// # Errors
    /// [`DirectoryError::NoCard`] if it is not here.
    pub fn card(&self, id: &str) -> Result<SoftCard, DirectoryError> {
        let known = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let path = self.card_file(id);
        if !known || !path.exists() {
            return Err(DirectoryError::NoCard(id.to_owned()));
        }
        from_json(&path)
    }

    /// All cards, by number.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn cards(&self) -> Result<Vec<SoftCard>, DirectoryError> {
        names(&self.root.join("cards"))?.iter().map(|id| self.card(id)).collect()
    }

    /// Lets a card answer; the try counter is on disk before the answer or the refusal is out.
    ///
    /// # Errors
    /// [`DirectoryError::Card`] for a wrong or locked PIN.
    pub fn answer(
        &self,
        id: &str,
        pin: &str,
        challenge: &Challenge<'_>,
    ) -> Result<CardAnswer, DirectoryError> {
        let mut card = self.card(id)?;
        let answer = card.answer(pin, challenge);
        self.keep(&card)?;
        Ok(answer?)
    }

    /// Revokes both certificates of a card and publishes new lists.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn revoke(&self, id: &str, reason: Reason, at: Instant) -> Result<(), DirectoryError> {
        let _alone = self.alone()?;
        let card = self.card(id)?;
        let both = [(card.generation(), card.serial()), card.signature_serial()];
        for (_, mut ca) in self.cas()? {
            let own = hex(ca.key_id());
            for (_, serial) in both.iter().filter(|(generation, _)| *generation == own) {
                ca.revoke(&unhex(serial), at, reason);
            }
            self.publish(&mut ca, at)?;
        }
        Ok(())
    }

    /// Signs and publishes a new list of revocations for every generation.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn renew_crls(&self, at: Instant) -> Result<(), DirectoryError> {
        let _alone = self.alone()?;
        self.cas()?.iter_mut().try_for_each(|(_, ca)| self.publish(ca, at))
    }

    /// Renews the lists that have lived half their life, so that none runs out while somebody
    /// looks after the folder. Gives how many there were.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn renew_due_crls(&self, at: Instant) -> Result<usize, DirectoryError> {
        let mut renewed = 0;
        if !self.root.join("ca").exists() {
            return Ok(renewed);
        }
        let _alone = self.alone()?;
        for name in names(&self.root.join("ca"))? {
            let state: CaFile = from_json(&self.ca_file(&name, "json"))?;
            let half = Instant(state.listed_at).plus_seconds(CRL_SECONDS / 2);
            // A list from the future counts for nothing yet.
            if half <= at || at < Instant(state.listed_at) {
                self.publish(&mut self.read_ca(&name)?, at)?;
                renewed += 1;
            }
        }
        Ok(renewed)
    }

    /// Nobody else publishes lists meanwhile: a revocation must not be lost between two programs.
    fn alone(&self) -> Result<fs::File, DirectoryError> {
        let path = self.root.join("ca").join("lists.lock");
        let lock = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            let file = fs::File::options().create(true).append(true).open(&path)?;
            file.lock().map(|()| file)
        };
        lock().map_err(|source| io_error(&path, source))
    }

    /// Whether the user-authentication certificate of `card` has been revoked.
    ///
    /// # Errors
    /// [`DirectoryError`]
    pub fn is_revoked(&self, card: &SoftCard) -> Result<bool, DirectoryError> {
        Ok(self.cas()?.iter().any(|(_, ca)| {
            hex(ca.key_id()) == card.generation()
                && ca.revoked().iter().any(|entry| hex(&entry.serial) == card.serial())
        }))
    }

    fn keep(&self, card: &SoftCard) -> Result<(), DirectoryError> {
        write(&self.card_file(card.id()), &json(card))
    }

    fn publish(&self, ca: &mut TestCa, at: Instant) -> Result<(), DirectoryError> {
        let crl = ca.crl(at)?;
        let name = generation(ca.algorithm(), ca.purpose());
        let put = |suffix: &str, text: String| write(&self.ca_file(&name, suffix), &text);
        put("key.pem", pem("PRIVATE KEY", ca.pkcs8()))?;
        put("crt.pem", pem("CERTIFICATE", ca.certificate()))?;
        put("crl.pem", pem("X509 CRL", &crl))?;
        let row = |entry: &Revoked| RevokedRow {
            serial: hex(&entry.serial),
            at: entry.at.0,
            reason: entry.reason,
        };
        put(
            "json",
            json(&CaFile {
                algorithm: ca.algorithm(),
                purpose: ca.purpose(),
                key_id: hex(ca.key_id()),
                crl_number: ca.crl_number(),
                listed_at: at.0,
                revoked: ca.revoked().iter().map(row).collect(),
            }),
        )
    }

    fn read_ca(&self, name: &str) -> Result<TestCa, DirectoryError> {
        let state: CaFile = from_json(&self.ca_file(name, "json"))?;
        let key = read_pem(&self.ca_file(name, "key.pem"))?;
        let certificate = read_pem(&self.ca_file(name, "crt.pem"))?;
        let entry = |row: RevokedRow| Revoked {
            serial: unhex(&row.serial),
            at: Instant(row.at),
            reason: row.reason,
        };
        Ok(TestCa::read(state.algorithm, state.purpose, key, certificate)?
            .with_revoked(state.revoked.into_iter().map(entry).collect(), state.crl_number))
    }

    fn ca_file(&self, generation: &str, suffix: &str) -> PathBuf {
        self.root.join("ca").join(format!("{generation}.{suffix}"))
    }

    fn card_file(&self, id: &str) -> PathBuf {
        self.root.join("cards").join(format!("{id}.json"))
    }
}

fn generation(algorithm: Algorithm, purpose: Purpose) -> String {
    let number = match algorithm {
        Algorithm::Rsa2048 => 1,
        Algorithm::P384 => 2,
    };
    match purpose {
        Purpose::UserAuthentication => format!("{number}-auth"),
        Purpose::DigitalSignature => format!("{number}-sign"),
    }
}

/// `-----BEGIN label-----` around base64 in lines of 64 (RFC 7468).
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The bytes of the first block of a PEM text.
#[must_use]
pub fn unpem(text: &str) -> Option<Vec<u8>> {
    let body: String = text
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN "))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END "))
        .collect();
    STANDARD.decode(body).ok().filter(|bytes| !bytes.is_empty())
}

fn read_pem(path: &Path) -> Result<Vec<u8>, DirectoryError> {
    unpem(&read(path)?).ok_or_else(|| DirectoryError::Damaged(path.to_owned()))
}

fn from_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, DirectoryError> {
    serde_json::from_str(&read(path)?).map_err(|_| DirectoryError::Damaged(path.to_owned()))
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("our own structures have text keys only")
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .filter_map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok())
        .collect()
}

/// The names of the `.json` files in a folder, sorted; none if there is no folder.
fn names(folder: &Path) -> Result<Vec<String>, DirectoryError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| io_error(folder, source))? {
        let entry = entry.map_err(|source| io_error(folder, source))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".json").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<String, DirectoryError> {
    fs::read_to_string(path).map_err(|source| io_error(path, source))
}

fn write(path: &Path, text: &str) -> Result<(), DirectoryError> {
    let fresh = path.with_extension("new");
    let all = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = fs::File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    all().map_err(|source| io_error(path, source))
}

fn io_error(path: &Path, source: io::Error) -> DirectoryError {
    DirectoryError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant(1_795_500_000_000);

    #[test]
    fn a_card_lives_on_disk_with_its_lost_tries_and_its_revocation() {
        let root =
            std::env::temp_dir().join(format!("pmh-cards-{}", hex(&crate::random::<8>().unwrap())));
        let directory = Directory::new(&root);
        let pins = Pins { authentication: "1234".into(), signature: "ABC123".into() };
        let card = directory.issue(Algorithm::P384, Holder::default(), &pins, AT).unwrap();
        assert_eq!(directory.cards().unwrap(), std::slice::from_ref(&card));

        let challenge = Challenge { origin: "o", institution: "i", terminal: "t", nonce: [1; 16] };
        assert!(directory.answer(card.id(), "0000", &challenge).is_err());
        assert_eq!(directory.card(card.id()).unwrap().tries_left(), (2, 5));
        assert_eq!(directory.answer(card.id(), "1234", &challenge).unwrap().signature.len(), 96);
        assert_eq!(directory.card(card.id()).unwrap().tries_left(), (3, 5));

        assert!(!directory.is_revoked(&card).unwrap());
        directory.revoke(card.id(), Reason::KeyCompromise, AT).unwrap();
        assert!(directory.is_revoked(&card).unwrap());
        assert_eq!(directory.cas().unwrap().len(), 2);
        let unknown = directory.card("../x");
        assert!(matches!(unknown, Err(DirectoryError::NoCard(_))));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn lists_are_renewed_before_half_their_life_is_over_and_keep_what_was_revoked() {
        let name = format!("pmh-lists-{}", hex(&crate::random::<8>().unwrap()));
        let root = std::env::temp_dir().join(name);
        let directory = Directory::new(&root);
        assert_eq!(directory.renew_due_crls(AT).unwrap(), 0, "nothing is made");
        let pins = Pins { authentication: "1234".into(), signature: "ABC123".into() };
        let card = directory.issue(Algorithm::P384, Holder::default(), &pins, AT).unwrap();
        directory.revoke(card.id(), Reason::KeyCompromise, AT).unwrap();
        for (seconds, want) in [
            (0, 0),
            (CRL_SECONDS / 2 - 1, 0),
            (CRL_SECONDS / 2, 2),
            (CRL_SECONDS / 2, 0),
            (CRL_SECONDS, 2),
            (100 * CRL_SECONDS, 2),
            (0, 2),
        ] {
            let renewed = directory.renew_due_crls(AT.plus_seconds(seconds)).unwrap();
            assert_eq!(renewed, want, "after {seconds} s");
        }
        assert!(directory.is_revoked(&card).unwrap());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn pem_is_read_back_as_written() {
        let bytes: Vec<u8> = (0..=200).collect();
        assert_eq!(unpem(&pem("CERTIFICATE", &bytes)), Some(bytes));
        assert_eq!(unpem("no pem"), None);
    }
}
