//! The feed: what happened, in order, for each municipality.

use domain::instant::Instant;

use crate::StoreError;
use crate::sql::params;
use crate::tx::Tx;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the order of its municipality, from 1; the cursor is the last one read.
    pub position: i64,
    /// When.
    pub at: Instant,
    /// What kind: `task-finished`, `link-held`, `link-decided`.
    pub kind: String,
    /// What it is about: the name of a task or case.
    pub detail: String,
}

impl Tx<'_> {
    /// Tells a municipality of a change, with this deed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tell(
        &mut self,
        municipality: &str,
        kind: &str,
        detail: &str,
        at: Instant,
    ) -> Result<(), StoreError> {
        let position = self.feed_end(municipality)? + 1;
        let last = self.conn.one("select max(seq) from feed", &[], |row| row.int_or(0))?.flatten();
        self.conn.run(
            "insert into feed (seq, municipality, at, kind, detail, position)
             values ($1, $2, $3, $4, $5, $6)",
            params![last.unwrap_or(0) + 1, municipality, at.0, kind, detail, position],
        )?;
        Ok(())
    }

    /// The last position in a municipality's feed; 0 if nothing happened yet.
    ///
    /// # Errors
    /// When the database fails.
    pub fn feed_end(&mut self, municipality: &str) -> Result<i64, StoreError> {
        let last = self.conn.one(
            "select max(position) from feed where municipality = $1",
            params![municipality],
            |row| row.int_or(0),
        )?;
        Ok(last.flatten().unwrap_or(0))
    }

    /// The changes for a municipality after a cursor, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn changes(
        &mut self,
        municipality: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        self.conn.rows(
            "select position, at, kind, detail from feed where municipality = $1 and position > $2
             order by position limit $3",
            params![municipality, after, i64::from(limit)],
            |row| {
                Ok(Change {
                    position: row.int(0)?,
                    at: Instant(row.int(1)?),
                    kind: row.text(2)?,
                    detail: row.text(3)?,
                })
            },
        )
    }
}
