//! Names that are good once: challenges, token identifiers.

use domain::instant::Instant;

use crate::StoreError;
use crate::sql::{Conn, params};
use crate::tx::Tx;

impl Tx<'_> {
    /// Marks a name as used, durably with this deed. The deed fails with [`StoreError::Spent`] if
    /// it was used before. `expires` is when it would be refused anyway.
    pub fn spend(&mut self, purpose: u8, name: &[u8], expires: Instant) {
        let name = [&[purpose], name].concat();
        self.trail.spends.push((name, expires));
    }
}

impl Tx<'_> {
    /// Whether a name was marked as used, and is remembered.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_spent(&mut self, purpose: u8, name: &[u8]) -> Result<bool, StoreError> {
        let name = [&[purpose], name].concat();
        let known =
            self.conn.one("select 1 from spent where name = $1", params![&name], |_| Ok(()))?;
        Ok(known.is_some())
    }
}

/// Marks names as used; fails without a change if one was.
pub(crate) fn spend(conn: &mut Conn, names: &[(Vec<u8>, Instant)]) -> Result<(), StoreError> {
    for (at, (name, _)) in names.iter().enumerate() {
        let known =
            conn.one("select 1 from spent where name = $1", params![name], |_| Ok(()))?.is_some();
        if known || names[..at].iter().any(|(other, _)| other == name) {
            return Err(StoreError::Spent);
        }
    }
    for (name, expires) in names {
        conn.run("insert into spent (name, expires) values ($1, $2)", params![name, expires.0])?;
    }
    Ok(())
}

/// Forgets names that would be refused by their age; gives how many.
pub(crate) fn forget(conn: &mut Conn, now: Instant) -> Result<u64, StoreError> {
    conn.run("delete from spent where expires < $1", params![now.plus_seconds(-60).0])
}

impl Tx<'_> {
    /// Does a part of a deed that may be taken back by itself: `false` beside the answer undoes its
    /// rows and its audit entries, except refusals. One record of a batch is such a part.
    ///
    /// # Errors
    /// The part's own; its rows are undone then, too.
    pub fn attempt<T>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<(bool, T), StoreError>,
    ) -> Result<T, StoreError> {
        self.conn.run("savepoint part", &[])?;
        let before = self.trail.entries.len();
        let done = part(self);
        if !matches!(done, Ok((true, _))) {
            self.conn.run("rollback to part", &[])?;
            let since = self.trail.entries.split_off(before);
            self.trail.entries.extend(since.into_iter().filter(|entry| entry.refused));
        }
        self.conn.run("release part", &[])?;
        done.map(|(_, answer)| answer)
    }
}
