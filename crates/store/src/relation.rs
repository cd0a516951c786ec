//! Guardians and children, for look-ups; the facts themselves are records of the child.

use domain::access::Part;
use domain::person::ResidentId;

use crate::StoreError;
use crate::sql::params;
use crate::tx::{Candidate, Room};

/// One guardianship.
#[derive(Debug, Clone, Copy)]
pub struct Guardianship<'a> {
    /// The guardian.
    pub guardian: &'a Candidate,
    /// What makes it the same one: municipality and history key.
    pub key: &'a str,
    /// First day, ISO.
    pub valid_from: &'a str,
    /// Last day, ISO, inclusive.
    pub valid_to: Option<&'a str>,
}

impl Room<'_, '_> {
    /// Writes or replaces a guardianship over the resident of this room.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn put_guardian(&mut self, of: &Guardianship<'_>) -> Result<(), StoreError> {
        self.end_guardian(of.key)?;
        let child = self.access.resident().0;
        self.tx.conn.run(
            "insert into guardian (guardian, child, key, valid_from, valid_to)
             values ($1, $2, $3, $4, $5)",
            params![of.guardian.resident.0, child, of.key, of.valid_from, of.valid_to],
        )?;
        Ok(())
    }

    /// Ends a guardianship over the resident of this room.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn end_guardian(&mut self, key: &str) -> Result<(), StoreError> {
        self.may_write()?;
        let child = self.access.resident();
        self.tx
            .conn
            .run("delete from guardian where child = $1 and key = $2", params![child.0, key])?;
        self.tx.touch(child)
    }

    /// Whether `guardian` has, directly or through others, the resident of this room for a guardian
    /// on or after `day` (ISO): the two cannot guard each other.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn guards(&mut self, guardian: &Candidate, day: &str) -> Result<bool, StoreError> {
        self.may_write()?;
        let row = self.tx.conn.one(
            "with recursive above (who) as (
             select guardian from guardian
             where child = $1 and (valid_to is null or valid_to >= $3)
             union
             select guardian.guardian from guardian join above on guardian.child = above.who
             where guardian.valid_to is null or guardian.valid_to >= $3)
             select 1 from above where who = $2 limit 1",
            params![guardian.resident.0, self.access.resident().0, day],
            |_| Ok(()),
        )?;
        Ok(row.is_some())
    }

    /// The children whose guardian the resident of this room is on `day` (ISO).
    ///
    /// # Errors
    /// When the access does not open relations, or the database fails.
    pub fn children(&mut self, day: &str) -> Result<Vec<ResidentId>, StoreError> {
        if !self.access.opens(Part::Relations) {
            return Err(StoreError::NotOpened("relations"));
        }
        let children = self.tx.conn.rows(
            "select distinct child from guardian where guardian = $1 and valid_from <= $2 and
             (valid_to is null or valid_to >= $2) order by child limit 50",
            params![self.access.resident().0, day],
            |row| Ok(ResidentId(row.int(0)?)),
        )?;
        self.touched("relation", children.len());
        Ok(children)
    }
}
