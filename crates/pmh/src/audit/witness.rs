//! A witness: another key, in another process, that signs only a log that was not rewritten.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

use super::fault::{Fault, Wrong};

/// The signature type byte of C2SP tlog-cosignature v1.
const COSIGNATURE: u8 = 4;

/// Signs checkpoints with the time. It judges nothing: check with
/// [`Checker::verify_extends`](super::Checker::verify_extends) first, and remember what was signed.
#[derive(Debug)]
pub struct Witness {
    name: String,
    key: SigningKey,
}

impl Witness {
    /// The witness of a 32-byte Ed25519 seed, used for nothing else.
    ///
    /// # Errors
    /// When the name is empty or has spaces or a plus sign.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, Fault> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c < ' ' || c == '+') {
            let says = "a name must not be empty nor have spaces or plus signs";
            return Err(Fault::new(Wrong::Malformed, "witness name", says));
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// The verifier key that readers give to `pmh audit verify --witness`.
    #[must_use]
    pub fn vkey(&self) -> String {
        let id = u32::from_be_bytes(self.id());
        format!("{}+{id:08x}+{}", self.name, STANDARD.encode(self.typed_key()))
    }

    /// The signature line for the signed checkpoint `note`, with its line break: what the log adds
    /// to the note. `at` is in seconds since 1970.
    ///
    /// # Errors
    /// When `note` is not a signed note.
    pub fn cosign(&self, note: &str, at: u64) -> Result<String, Fault> {
        let Some((text, _)) = note.rsplit_once("\n\n") else {
            return Err(Fault::new(Wrong::Malformed, "checkpoint", "it is not a signed note"));
        };
        let message = format!("cosignature/v1\ntime {at}\n{text}\n");
        let signature = self.key.sign(message.as_bytes()).to_bytes();
        let bytes = [self.id().as_slice(), &at.to_be_bytes(), &signature].concat();
        Ok(format!("\u{2014} {} {}\n", self.name, STANDARD.encode(bytes)))
    }

    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update(b"\n")
            .chain_update(self.typed_key())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn typed_key(&self) -> Vec<u8> {
        [&[COSIGNATURE], self.key.verifying_key().as_bytes().as_slice()].concat()
    }
}
