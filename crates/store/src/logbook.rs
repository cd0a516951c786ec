//! The audit log as files: what `/log/` serves and the checker reads.

use domain::instant::Instant;

use crate::StoreError;
use crate::append::{self, LogRows};
use crate::log::proof::{Rows, Stored, Tiles};
use crate::log::tile::{encode_entries, join_hashes};
use crate::log::{TileKind, TilePath};
use crate::sql::params;
use crate::tx::Tx;

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it never changes.
    pub immutable: bool,
}

impl Tx<'_> {
    /// A tile or entry bundle, if the signed size has it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn log_tile(&mut self, path: &TilePath) -> Result<Option<LogFile>, StoreError> {
        let signed = append::last_checkpoint(self.conn)?.map_or(0, |last| last.size);
        if !path.is_within(signed) {
            return Ok(None);
        }
        let size = append::size(self.conn)?;
        let bytes = match path.kind {
            TileKind::Entries => {
                encode_entries(&LogRows(self.conn).commitments(path.first(), path.width)?)
            }
            TileKind::Hashes(level) => {
                let mut tiles = Stored { rows: LogRows(self.conn), size };
                join_hashes(&tiles.hashes(level, path.index, path.width)?)
            }
        };
        Ok(Some(LogFile { bytes, immutable: true }))
    }

    /// Size of the log and the last signed checkpoint.
    ///
    /// # Errors
    /// When the database fails.
    pub fn log_state(&mut self) -> Result<(u64, Option<crate::CheckpointNote>), StoreError> {
        Ok((append::size(self.conn)?, append::last_checkpoint(self.conn)?))
    }

    /// Erases the content of entries recorded before `before`, at most `limit`: salt and entry go
    /// together, the commitment stays and every proof with it. Gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn erase_entries(&mut self, before: Instant, limit: u32) -> Result<u64, StoreError> {
        let old = self.conn.rows(
            "select leaf, entry from audit_entry where entry is not null order by leaf limit $1",
            params![i64::from(limit)],
            |row| Ok((row.int(0)?, row.blob(1)?)),
        )?;
        let mut erased = 0;
        for (leaf, bytes) in old {
            let aged = domain::audit::Entry::decode(&bytes).is_some_and(|entry| entry.at < before);
            if aged {
                erased += self.conn.run(
                    "update audit_entry set entry = null, salt = null where leaf = $1",
                    params![leaf],
                )?;
            }
        }
        Ok(erased)
    }
}
