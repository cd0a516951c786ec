//! Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::merkle::{Hash, to_hash};

/// The longest note that is read, in bytes: sixteen post-quantum signatures fit.
pub const MAX_NOTE: usize = 256 * 1024;

/// The signature type byte of Ed25519 in key identifiers and verifier keys.
const ED25519_TYPE: u8 = 1;

/// A tree head: what the log says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, for ever: not empty, no line break.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
}

/// Why a note, a checkpoint or a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note: too long, control characters, no blank line, no signature lines.
    #[error("it is not a signed note")]
    Malformed,
    /// No signature by the given key.
    #[error("it carries no signature by this key")]
    Unsigned,
    /// A signature by the given key that does not verify.
    #[error("its signature is wrong")]
    BadSignature,
    /// The text is not a checkpoint: origin, size, root.
    #[error("its text is not a checkpoint")]
    NotACheckpoint,
    /// A key name that is empty or has spaces, control characters or a plus sign.
    #[error("a key name must be without spaces, control characters and plus signs")]
    KeyName,
    /// Not a verifier key of the form `name+hash+key`, or not Ed25519.
    #[error("it is not an Ed25519 verifier key of the form name+hash+key")]
    Vkey,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text of a note. Extension lines are allowed and dropped.
    ///
    /// # Errors
    /// [`NoteError::NotACheckpoint`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        Self::read(text).ok_or(NoteError::NotACheckpoint)
    }

    fn read(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
        if lines.iter().any(|line| line.is_empty()) {
            return None;
        }
        let [origin, size, root, ..] = lines[..] else { return None };
        let number: u64 = size.parse().ok()?;
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        (number.to_string() == size).then(|| Self { origin: origin.to_owned(), size: number, root })
    }
}

/// The log's signing key with its name.
pub struct Signer {
    key: Ed25519KeyPair,
    public: Verifier,
}

impl Signer {
    /// The signer of a 32-byte Ed25519 seed, kept in the vault. `name` should be the log's origin.
    ///
    /// # Errors
    /// [`NoteError::KeyName`] for a name that a note cannot carry.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Vkey)?;
        let bytes = key.public_key().as_ref().try_into().map_err(|_| NoteError::Vkey)?;
        Ok(Self { public: Verifier::new(name, bytes)?, key })
    }

    /// The public half: print it as the log's verifier key.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.public
    }

    /// The signed note of `checkpoint`: what is served at `checkpoint`.
    #[must_use]
    pub fn sign_checkpoint(&self, checkpoint: &Checkpoint) -> String {
        self.sign(&checkpoint.text())
    }

    /// The signed note of `text`, which ends in a line break.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes());
        let bytes = [self.public.id.as_slice(), signature.as_ref()].concat();
        format!("{text}\n— {} {}\n", self.public.name, STANDARD.encode(bytes))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public", &self.public).finish_non_exhaustive()
    }
}

/// A public key with its name: prints and parses as `name+hash+base64(0x01 ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    key: [u8; 32],
}

impl Verifier {
    /// The verifier of an Ed25519 public key.
    ///
    /// # Errors
    /// [`NoteError::KeyName`].
    pub fn new(name: &str, key: [u8; 32]) -> Result<Self, NoteError> {
        let bad = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
        if name.is_empty() || name.contains(bad) {
            return Err(NoteError::KeyName);
        }
        Ok(Self { name: name.to_owned(), id: key_id(name, &key), key })
    }

    /// Reads a verifier key; its hash must fit its name and key.
    ///
    /// # Errors
    /// [`NoteError::Vkey`] or [`NoteError::KeyName`].
    pub fn parse(vkey: &str) -> Result<Self, NoteError> {
        // Base64 may hold a plus sign, a name never does: split from the left.
        let mut parts = vkey.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Vkey);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Vkey)?;
        let Some((&ED25519_TYPE, key)) = bytes.split_first() else { return Err(NoteError::Vkey) };
        let public = Self::new(name, key.try_into().map_err(|_| NoteError::Vkey)?)?;
        if hex(public.id) == id { Ok(public) } else { Err(NoteError::Vkey) }
    }

    /// The key name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of a note that this key has signed. Signatures by other keys are ignored.
    ///
    /// # Errors
    /// When it is not a note, this key has not signed it, or its signature does not verify.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, signatures) = split_note(note).ok_or(NoteError::Malformed)?;
        let mut signed = false;
        for line in signatures {
            let (name, signature) = split_signature(line).ok_or(NoteError::Malformed)?;
            let Some(signature) = signature.strip_prefix(&self.id) else { continue };
            if name == self.name {
                self.verify(text, signature)?;
                signed = true;
            }
        }
        if signed { Ok(text) } else { Err(NoteError::Unsigned) }
    }

    /// The checkpoint in a note that this key has signed.
    ///
    /// # Errors
    /// As [`Verifier::open`], or when the text is not a checkpoint.
    pub fn open_checkpoint(&self, note: &str) -> Result<Checkpoint, NoteError> {
        Checkpoint::parse(self.open(note)?)
    }

    fn verify(&self, text: &str, signature: &[u8]) -> Result<(), NoteError> {
        UnparsedPublicKey::new(&ED25519, &self.key)
            .verify(text.as_bytes(), signature)
            .map_err(|_| NoteError::BadSignature)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = [&[ED25519_TYPE], self.key.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(self.id), STANDARD.encode(typed))
    }
}

/// `note` with one more signature line, as a witness answers with: `— name base64` and a break.
///
/// # Errors
/// [`NoteError::Malformed`] when either part is not what it should be.
pub fn add_signature(note: &str, line: &str) -> Result<String, NoteError> {
    let bare = line.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    if split_note(note).is_none() || bare.contains('\n') || split_signature(bare).is_none() {
        return Err(NoteError::Malformed);
    }
    Ok(format!("{note}{line}"))
}

/// The text with its last line break, and the signature lines.
fn split_note(note: &str) -> Option<(&str, Vec<&str>)> {
    let control = |byte: u8| byte < 0x20 && byte != b'\n';
    if note.len() > MAX_NOTE || note.bytes().any(control) {
        return None;
    }
    let blank = note.rfind("\n\n")?;
    let (text, lines) = (&note[..=blank], &note[blank + 2..]);
    let lines: Vec<&str> = lines.strip_suffix('\n')?.split('\n').collect();
    Some((text, lines))
}

/// The key name, and key identifier and signature as one.
fn split_signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(signature).ok()?;
    (!name.is_empty() && bytes.len() > 4).then_some((name, bytes))
}

/// SHA-256(name ‖ 0x0A ‖ type ‖ key), its first four bytes.
fn key_id(name: &str, key: &[u8; 32]) -> [u8; 4] {
    let bytes = [name.as_bytes(), b"\n", &[ED25519_TYPE], key].concat();
    let hash = to_hash(&aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes));
    [hash[0], hash[1], hash[2], hash[3]]
}

fn hex(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECIFIED_KEY: &str =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const SPECIFIED_NOTE: &str = "This is an example message.\n\n— example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72\
        IneyaQM=\n";

    #[test]
    fn the_note_of_the_specification_opens_with_its_key() {
        let key = Verifier::parse(SPECIFIED_KEY).unwrap();
        assert_eq!(key.to_string(), SPECIFIED_KEY);
        assert_eq!(key.open(SPECIFIED_NOTE), Ok("This is an example message.\n"));
    }

    #[test]
    fn a_checkpoint_opens_as_it_was_signed() {
        let signer = signer();
        let note = signer.sign_checkpoint(&checkpoint(20_852_163));
        let key = Verifier::parse(&signer.verifier().to_string()).unwrap();
        assert_eq!(key.open_checkpoint(&note), Ok(checkpoint(20_852_163)));

        let witnessed = add_signature(&note, "— witness.example/w AAAAAAA=\n").unwrap();
        assert_eq!(key.open_checkpoint(&witnessed), Ok(checkpoint(20_852_163)));
    }

    #[test]
    fn a_note_with_any_byte_changed_is_refused() {
        let signer = signer();
        let note = signer.sign_checkpoint(&checkpoint(7));
        for at in 0..note.len() {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128] {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= flip;
                let Ok(spoiled) = String::from_utf8(bytes) else { continue };
                assert!(signer.verifier().open(&spoiled).is_err(), "byte {at} ^ {flip}");
            }
        }
    }

    #[test]
    fn what_is_not_a_signed_note_is_refused() {
        let signer = signer();
        let note = signer.sign("text\n");
        let other = Signer::from_seed("log.example/other", &[9; 32]).unwrap();
        let twin = Signer::from_seed("log.example/a", &[9; 32]).unwrap();
        let cases = [
            (String::new(), NoteError::Malformed),
            ("text\n".to_owned(), NoteError::Malformed),
            ("text\n\n".to_owned(), NoteError::Malformed),
            (note.trim_end().to_owned(), NoteError::Malformed),
            (note.replace("text", "te\txt"), NoteError::Malformed),
            (note.replace('—', "-"), NoteError::Malformed),
            (note.replace("text", &"t".repeat(MAX_NOTE)), NoteError::Malformed),
            (format!("{note}junk\n"), NoteError::Malformed),
            (other.sign("text\n"), NoteError::Unsigned),
            (twin.sign("text\n"), NoteError::Unsigned),
            (note.replace("text", "TEXT"), NoteError::BadSignature),
        ];
        for (spoiled, want) in cases {
            assert_eq!(signer.verifier().open(&spoiled), Err(want), "{spoiled:.80}");
        }
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused() {
        let root = STANDARD.encode([3; 32]);
        let cases = [
            (format!("o\n0\n{root}\n"), Some(0)),
            (format!("o\n18446744073709551615\n{root}\n"), Some(u64::MAX)),
            (format!("o\n5\n{root}\nextension\n"), Some(5)),
            (format!("o\n18446744073709551616\n{root}\n"), None),
            (format!("o\n05\n{root}\n"), None),
            (format!("o\n+5\n{root}\n"), None),
            (format!("o\n5\n{root}"), None),
            (format!("o\n5\n{root}\n\n"), None),
            (format!("\n5\n{root}\n"), None),
            ("o\n5\nAAAA\n".to_owned(), None),
            ("o\n5\n".to_owned(), None),
        ];
        for (text, want) in cases {
            assert_eq!(Checkpoint::parse(&text).ok().map(|it| it.size), want, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_verifier_key_is_refused() {
        let cases = [
            ("", NoteError::Vkey),
            ("example.com/foo+530d903a", NoteError::Vkey),
            ("example.com/foo+530d903a+", NoteError::Vkey),
            (
                "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                NoteError::Vkey,
            ),
            (
                "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                NoteError::Vkey,
            ),
            (
                "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                NoteError::Vkey,
            ),
            (
                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
                NoteError::Vkey,
            ),
            ("a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", NoteError::KeyName),
        ];
        for (vkey, want) in cases {
            assert_eq!(Verifier::parse(vkey), Err(want), "{vkey}");
        }
        assert_eq!(Signer::from_seed("a+b", &[1; 32]).err(), Some(NoteError::KeyName));
    }

    fn signer() -> Signer {
        Signer::from_seed("log.example/a", &[1; 32]).unwrap()
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint { origin: "log.example/a".to_owned(), size, root: [3; 32] }
    }
}
