//! The outside checker's own reading of signed notes, checkpoints and cosignatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::fault::{Fault, Wrong};
use super::tree::Hash;

/// The longest note that is read, in bytes.
const MAX_NOTE: usize = 256 * 1024;

/// Signature types of C2SP signed-note: a log's own, and a witness's with its time.
const PLAIN: u8 = 1;
const COSIGNATURE: u8 = 4;

/// A public key that the checker trusts for one name.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: String,
    id: [u8; 4],
    kind: u8,
    key: VerifyingKey,
}

/// A checkpoint whose signature was checked.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) note: String,
    /// When the earliest demanded witness signed, in seconds since 1970.
    pub(crate) seen_at: Option<u64>,
}

/// The note as read: the signed text and (name, key id ‖ signature) of every line.
struct Note<'a> {
    text: &'a str,
    signatures: Vec<(&'a str, Vec<u8>)>,
}

impl Key {
    /// Reads `name+hash+base64(type ‖ key)`.
    pub(crate) fn parse(vkey: &str) -> Result<Self, Fault> {
        Self::read(vkey.trim()).ok_or_else(|| {
            let says = "this is not an Ed25519 verifier key; it has the form name+hash+key";
            Fault::new(Wrong::Malformed, "vkey", says)
        })
    }

    fn read(vkey: &str) -> Option<Self> {
        let (name, rest) = vkey.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let typed = STANDARD.decode(key).ok()?;
        let (&kind, bytes) = typed.split_first()?;

        let named = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&typed);
        let id_bytes: [u8; 4] = named.finalize()[..4].try_into().ok()?;
        let fits = !name.is_empty()
            && !name.contains(char::is_whitespace)
            && matches!(kind, PLAIN | COSIGNATURE)
            && id == format!("{:08x}", u32::from_be_bytes(id_bytes));
        let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
        fits.then(|| Self { name: name.to_owned(), id: id_bytes, kind, key })
    }

    /// Whether the key is for logs, not for witnesses.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind == PLAIN
    }

    fn verify(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let (time, message, signature) = if self.is_plain() {
            (0, text.to_owned(), signature)
        } else {
            let (time, signature) = signature.split_at_checked(8)?;
            let time = u64::from_be_bytes(time.try_into().ok()?);
            (time, format!("cosignature/v1\ntime {time}\n{text}"), signature)
        };
        let signature = Signature::from_slice(signature).ok()?;
        self.key.verify_strict(message.as_bytes(), &signature).ok()?;
        Some(time)
    }
}

/// The checkpoint in `bytes` if `key` signed it and it is of the log that the key is named after.
pub(crate) fn open(bytes: &[u8], key: &Key, path: &str) -> Result<Head, Fault> {
    let malformed = || Fault::new(Wrong::Malformed, path, "it is not a signed checkpoint");
    let note = read_note(bytes).ok_or_else(malformed)?;
    signed_by(&note, key, path)?;
    let (origin, size, root) = read_head(note.text).ok_or_else(malformed)?;
    if origin != key.name {
        let says = format!("it is of the log {origin:?}, not of {:?}", key.name);
        return Err(Fault::new(Wrong::OtherLog, path, says));
    }
    let note = String::from_utf8_lossy(bytes).into_owned();
    Ok(Head { origin, size, root, note, seen_at: None })
}

/// The time, in seconds since 1970, at which the witness `key` signed the checkpoint in `note`.
pub(crate) fn witnessed(note: &str, key: &Key, path: &str) -> Result<u64, Fault> {
    let malformed = || Fault::new(Wrong::Malformed, path, "it is not a signed checkpoint");
    let note = read_note(note.as_bytes()).ok_or_else(malformed)?;
    signed_by(&note, key, path).map_err(|fault| Fault { wrong: Wrong::Witness, ..fault })
}

/// Every signature of the key must verify, and there must be one; others are ignored.
fn signed_by(note: &Note<'_>, key: &Key, path: &str) -> Result<u64, Fault> {
    let fault = |says: String| Fault::new(Wrong::Signature, path, says);
    let mut signed = None;
    for (name, signature) in &note.signatures {
        let Some(signature) = signature.strip_prefix(&key.id) else { continue };
        if *name != key.name {
            continue;
        }
        let wrong = || fault(format!("the signature of {name} does not verify: it was changed"));
        signed = Some(key.verify(note.text, signature).ok_or_else(wrong)?);
    }
    signed.ok_or_else(|| fault(format!("{} has not signed it with the expected key", key.name)))
}

fn read_note(bytes: &[u8]) -> Option<Note<'_>> {
    let note = std::str::from_utf8(bytes).ok()?;
    if bytes.len() > MAX_NOTE || note.contains(|c: char| c < ' ' && c != '\n') {
        return None;
    }
    let (before, lines) = note.rsplit_once("\n\n")?;
    let text = &note[..=before.len()];
    let mut signatures = Vec::new();
    for line in lines.strip_suffix('\n')?.split('\n') {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        signatures.push((name, STANDARD.decode(signature).ok()?));
    }
    Some(Note { text, signatures })
}

fn read_head(text: &str) -> Option<(String, u64, Hash)> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let number: u64 = size.parse().ok()?;
    let root = STANDARD.decode(root).ok()?.try_into().ok()?;
    let whole = !origin.is_empty() && number.to_string() == size && lines.all(|it| !it.is_empty());
    whole.then(|| (origin.to_owned(), number, root))
}
