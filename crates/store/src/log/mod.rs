//! The audit log as mathematics: a Merkle tree over commitments, cut into tiles, under a signed
//! checkpoint. Pure functions: no SQL, no IO, no clock, no randomness.
//!
//! An audit entry is kept outside the tree, beside its salt. The tree knows only the
//! [`commitment`], SHA-256(salt ‖ entry), and its RFC 6962 leaf hash. Erasing salt and entry
//! leaves every proof valid and says nothing about what stood there.
//!
//! Formats are those of C2SP `tlog-tiles`, `tlog-checkpoint` and `signed-note`; the choice is
//! explained in `docs/decisions/0002-audit-leaf-and-log.md`.

pub mod frontier;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod tile;

#[cfg(test)]
mod naive;

use aws_lc_rs::digest;

pub use frontier::{CompletedTile, Frontier, RestoreError};
pub use merkle::{Hash, leaf_hash};
pub use note::{Checkpoint, NoteError, Signer, Verifier};
pub use proof::{
    ProofError, consistency, inclusion, verify_commitment, verify_consistency, verify_inclusion,
};
pub use tile::{TileKind, TilePath};

/// Bytes of salt before every entry. Part of the leaf format: it never changes.
pub const SALT_LEN: usize = 16;

/// What the tree holds in place of an entry: SHA-256(salt ‖ entry).
///
/// The salt has a fixed length, so no two pairs of salt and entry run together to the same bytes;
/// it is random and secret for as long as the entry lives, so nobody can test a guessed entry
/// against the public tree.
#[must_use]
pub fn commitment(salt: &[u8; SALT_LEN], entry: &[u8]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(salt);
    context.update(entry);
    merkle::to_hash(&context.finish())
}
