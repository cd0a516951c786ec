//! How a store is opened.

use std::path::PathBuf;
use std::sync::Arc;

use crate::log::Signer;
use crate::vault::VaultKeys;

/// Where salts come from: fills the buffer with random bytes. Randomness is an argument (wall 2).
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Where the data lie.
#[derive(Debug, Clone)]
pub enum Place {
    /// An embedded store in this file; created if absent.
    Sqlite(PathBuf),
    /// PostgreSQL 15 or newer, by connection string, in this schema; created if absent.
    Postgres {
        /// As libpq writes it: `host=… user=… dbname=…`.
        connection: String,
        /// The schema that holds the tables.
        schema: String,
    },
}

/// Everything a store needs.
#[derive(Clone)]
pub struct Config {
    /// Where.
    pub place: Place,
    /// The keys of the vault.
    pub vault: VaultKeys,
    /// Signs checkpoints of the audit log; its name is the log's origin.
    pub signer: Arc<Signer>,
    /// Salts of audit entries, nonces of the vault.
    pub entropy: Entropy,
    /// Page cache of the writer and of every reader, MiB.
    pub cache_mib: u32,
    /// Readers that may work at one time.
    pub readers: u32,
    /// `false` only for building benchmark stores: commits do not wait for the disk.
    pub durable: bool,
}

impl Config {
    /// The defaults of the embedded store: durable, at most 128 MiB of cache for each of 3
    /// connections, filled as it is used.
    #[must_use]
    pub fn new(place: Place, vault: VaultKeys, signer: Arc<Signer>, entropy: Entropy) -> Self {
        Self { place, vault, signer, entropy, cache_mib: 128, readers: 2, durable: true }
    }
}
