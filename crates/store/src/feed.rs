//! The feed: what happened, in order, for each municipality.

use domain::instant::Instant;

use crate::StoreError;
use crate::sql::params;
use crate::tx::Tx;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the order; the cursor is the last one read.
    pub seq: i64,
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
        let last = self.conn.one("select max(seq) from feed", &[], |row| row.int_or(0))?.flatten();
        self.conn.run(
            "insert into feed (seq, municipality, at, kind, detail) values ($1, $2, $3, $4, $5)",
            params![last.unwrap_or(0) + 1, municipality, at.0, kind, detail],
        )?;
        Ok(())
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
            "select seq, at, kind, detail from feed where municipality = $1 and seq > $2
             order by seq limit $3",
            params![municipality, after, i64::from(limit)],
            |row| {
                Ok(Change {
                    seq: row.int(0)?,
                    at: Instant(row.int(1)?),
                    kind: row.text(2)?,
                    detail: row.text(3)?,
                })
            },
        )
    }
}
