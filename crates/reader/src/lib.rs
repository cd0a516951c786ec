//! The clinic-side card bridge and the virtual My Number card.
//!
//! Everything here is test equipment or stands at the desk, on the far side of the wire: it shares
//! no code with the hub that verifies it. What both must agree on is a file of test vectors,
//! `tests/vectors.txt`.

pub mod asn1;
pub mod ca;
pub mod card;
pub mod client;
pub mod directory;
mod key;
pub mod message;
pub mod profile;

pub use key::{Algorithm, KeyFault};

use aws_lc_rs::rand;

/// Fresh random bytes, for key identifiers and serials of test equipment.
///
/// # Errors
/// [`KeyFault`] if the system gives no randomness.
pub fn random<const N: usize>() -> Result<[u8; N], KeyFault> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| KeyFault)?;
    Ok(bytes)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
