//! The vault: 個人番号 under their own keys. Nothing else reads or writes them (design, wall 6).
//!
//! law:番号法 A number is found by a keyed hash and kept sealed; both need keys that lie outside
//! the database, so a copy of the database alone tells nobody a number.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use domain::identity::LinkKey;
use domain::number::MyNumber;

use crate::StoreError;
use crate::config::Entropy;

/// The two keys of the vault.
#[derive(Clone)]
pub struct VaultKeys {
    hash: Arc<hmac::Key>,
    seal: Arc<LessSafeKey>,
}

/// A number ready to be claimed: hash and sealed text, no number.
#[derive(Debug, Clone)]
pub struct Claim {
    pub(crate) hash: [u8; 32],
    pub(crate) sealed: Vec<u8>,
}

impl Claim {
    /// The link under which the vault finds the person.
    #[must_use]
    pub fn key(&self) -> LinkKey {
        LinkKey::Vault(self.hash)
    }
}

impl VaultKeys {
    /// From two secrets of 32 bytes.
    ///
    /// # Errors
    /// When the cipher refuses the key.
    pub fn new(hash: &[u8; 32], seal: &[u8; 32]) -> Result<Self, StoreError> {
        let seal = UnboundKey::new(&AES_256_GCM, seal)
            .map_err(|_| StoreError::Database("the vault's key is unusable".into()))?;
        Ok(Self {
            hash: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, hash)),
            seal: Arc::new(LessSafeKey::new(seal)),
        })
    }

    /// The link under which a number would be found.
    #[must_use]
    pub fn key_of(&self, number: &MyNumber) -> LinkKey {
        LinkKey::Vault(self.digest(number.as_str().as_bytes()))
    }

    /// Hash and sealed text of a number.
    ///
    /// # Errors
    /// When the cipher fails.
    pub fn claim(&self, number: &MyNumber, entropy: &Entropy) -> Result<Claim, StoreError> {
        let text = number.as_str().as_bytes();
        Ok(Claim { hash: self.digest(text), sealed: self.seal(text, entropy)? })
    }

    /// A keyed digest of anything that may hold numbers, such as a request body.
    #[must_use]
    pub fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.hash, bytes).as_ref());
        out
    }

    /// Encrypts: nonce ‖ ciphertext ‖ tag.
    pub(crate) fn seal(&self, plain: &[u8], entropy: &Entropy) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        entropy(&mut nonce);
        let mut out = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let tag = self
            .seal
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut out[NONCE_LEN..],
            )
            .map_err(|_| StoreError::Database("the vault could not encrypt".into()))?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Decrypts what [`VaultKeys::seal`] made.
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let wrong = || StoreError::corrupt("vault", "it does not open with this key");
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong)?;
        let mut text = rest.to_vec();
        let plain = self
            .seal
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text)
            .map_err(|_| wrong())?;
        Ok(plain.to_vec())
    }
}
