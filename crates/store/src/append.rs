//! Appending to the audit log: entries, their pages, complete tiles, signed checkpoints.

use domain::instant::Instant;

use crate::StoreError;
use crate::log::proof::{Rows, Stored};
use crate::log::{Checkpoint, Frontier, Hash, Signer, commitment};
use crate::sql::{Conn, params};
use crate::tx::Pending;

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointNote {
    /// Leaves that it covers.
    pub size: u64,
    /// When it was signed.
    pub at: Instant,
    /// The signed note.
    pub note: String,
}

/// Reads hashes for the log from the tables.
pub(crate) struct LogRows<'c>(pub &'c mut Conn);

impl Rows for LogRows<'_> {
    type Error = StoreError;

    fn full_tile(&mut self, level: u8, index: u64) -> Result<Vec<Hash>, StoreError> {
        let hashes = self.0.one(
            "select hashes from log_tile where level = $1 and tile = $2",
            params![i64::from(level), index.cast_signed()],
            |row| row.blob(0),
        )?;
        hashes
            .and_then(|bytes| crate::log::tile::split_hashes(&bytes))
            .ok_or_else(|| StoreError::corrupt("log_tile", format!("tile {level}/{index}")))
    }

    fn commitments(&mut self, from: u64, count: u16) -> Result<Vec<Hash>, StoreError> {
        let last = from.cast_signed() + i64::from(count) - 1;
        let hashes: Vec<Hash> = self.0.rows(
            "select commitment from audit_entry where leaf between $1 and $2 order by leaf",
            params![from.cast_signed(), last],
            |row| {
                let bytes = row.blob(0)?;
                bytes
                    .try_into()
                    .map_err(|_| StoreError::corrupt("audit_entry", "a commitment's length"))
            },
        )?;
        if hashes.len() == usize::from(count) {
            Ok(hashes)
        } else {
            Err(StoreError::corrupt("audit_entry", format!("leaves from {from} are missing")))
        }
    }
}

/// The number of leaves in the tables.
pub(crate) fn size(conn: &mut Conn) -> Result<u64, StoreError> {
    let last = conn.one("select max(leaf) from audit_entry", &[], |row| row.int_or(0))?.flatten();
    Ok(last.map_or(0, |leaf| leaf.cast_unsigned() + 1))
}

/// The edge of the stored log.
pub(crate) fn frontier(conn: &mut Conn) -> Result<Frontier, StoreError> {
    let size = size(conn)?;
    Frontier::load(size, Stored { rows: LogRows(conn), size })
        .map_err(|error| StoreError::corrupt("audit_entry", error.to_string()))
}

/// Appends entries in the present transaction. Keep `frontier` only after the commit.
pub(crate) fn append(
    conn: &mut Conn,
    frontier: &mut Frontier,
    entries: &[Pending],
) -> Result<(), StoreError> {
    for entry in entries {
        let leaf = frontier.size().cast_signed();
        let hash = commitment(&entry.salt, &entry.bytes);
        conn.run(
            "insert into audit_entry (leaf, resident, commitment, salt, entry)
             values ($1, $2, $3, $4, $5)",
            params![
                leaf,
                entry.resident.map(|resident| resident.0),
                &hash,
                &entry.salt,
                &entry.bytes
            ],
        )?;
        for resident in &entry.also {
            crate::whose::show(conn, resident.0, leaf)?;
        }
        for tile in frontier.append_commitments(&[hash]) {
            conn.run(
                "insert into log_tile (level, tile, hashes) values ($1, $2, $3)",
                params![i64::from(tile.level), tile.index.cast_signed(), &tile.hashes],
            )?;
        }
    }
    Ok(())
}

/// The last signed checkpoint.
pub(crate) fn last_checkpoint(conn: &mut Conn) -> Result<Option<CheckpointNote>, StoreError> {
    conn.one("select size, at, note from log_checkpoint order by size desc limit 1", &[], |row| {
        Ok(CheckpointNote {
            size: row.int(0)?.cast_unsigned(),
            at: Instant(row.int(1)?),
            note: row.text(2)?,
        })
    })
}

/// Signs the committed edge, if it is ahead of the last checkpoint. Never a smaller one.
pub(crate) fn sign(
    conn: &mut Conn,
    frontier: &Frontier,
    signer: &Signer,
    at: Instant,
) -> Result<Option<CheckpointNote>, StoreError> {
    let last = last_checkpoint(conn)?;
    match last {
        Some(last) if last.size > frontier.size() => Err(StoreError::corrupt(
            "log_checkpoint",
            "the log is shorter than what was signed: restore a newer backup",
        )),
        Some(last) if last.size == frontier.size() => Ok(Some(last)),
        _ => {
            let origin = signer.verifier().name().to_owned();
            let size = frontier.size();
            let note = signer.sign_checkpoint(&Checkpoint { origin, size, root: frontier.root() });
            conn.run(
                "insert into log_checkpoint (size, at, note) values ($1, $2, $3)",
                params![size.cast_signed(), at.0, &note],
            )?;
            Ok(Some(CheckpointNote { size, at, note }))
        }
    }
}
