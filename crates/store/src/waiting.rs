//! What may be known and shown about somebody before a human decides.

use domain::access::{Cohort, Find};
use domain::identity::LinkKey;
use domain::person::ResidentId;
use fhir::Kind;

use crate::StoreError;
use crate::record;
use crate::sql::params;
use crate::tx::{Candidate, HIDDEN_WHILE_HELD, NOT_DISCLOSED, Present, Tx};

impl Tx<'_> {
    /// Whether `key` is a 個人番号 and the candidate has another one: everybody has one, so equal
    /// descriptions are two people then, or a number that was changed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_other_number(
        &mut self,
        _find: &Find,
        of: &Candidate,
        key: &LinkKey,
    ) -> Result<bool, StoreError> {
        self.has_number_beside(key, of.resident)
    }

    pub(crate) fn has_number_beside(
        &mut self,
        key: &LinkKey,
        resident: ResidentId,
    ) -> Result<bool, StoreError> {
        let LinkKey::Vault(_) = key else { return Ok(false) };
        let bytes = key.bytes();
        let active = self.conn.rows(
            "select key from link where resident = $1 and state = 1",
            params![resident.0],
            |row| row.blob(0),
        )?;
        Ok(active.iter().any(|other| other.first() == bytes.first() && *other != bytes))
    }

    /// Somebody who is there under an identifier, if `source` itself described them: whether anybody
    /// else knows them is nothing that it may learn.
    ///
    /// # Errors
    /// When the database fails.
    pub fn present_by(
        &mut self,
        find: &Find,
        key: &LinkKey,
        source: &str,
    ) -> Result<Option<Present>, StoreError> {
        let Some(present) = self.present(find, key)? else { return Ok(None) };
        let rows = record::current(self.conn, present.candidate.resident)?;
        let own = rows.iter().any(|row| row.kind == Kind::Patient && row.key == source);
        Ok(own.then_some(present))
    }

    /// Who describes somebody of a held case.
    ///
    /// # Errors
    /// When the database fails.
    pub fn describing(&mut self, _of: &Cohort, who: &Candidate) -> Result<Vec<String>, StoreError> {
        let rows = record::current(self.conn, who.resident)?;
        let patients = rows.into_iter().filter(|row| row.kind == Kind::Patient);
        Ok(patients.map(|row| row.key).collect())
    }

    /// 不開示 that a held registration asks for covers the person whom it is probably about at once:
    /// until the decision, hiding too much harms nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub fn hide_while_held(&mut self, of: &Candidate) -> Result<(), StoreError> {
        self.conn.run(
            "update resident set flags = flags + $1, stamp = stamp + 1
             where resident = $2 and (flags & $1) = 0",
            params![HIDDEN_WHILE_HELD, of.resident.0],
        )?;
        Ok(())
    }

    /// After a decision: hidden only if another case that waits still asks for it.
    pub(crate) fn hide_as_held(&mut self, of: ResidentId) -> Result<(), StoreError> {
        self.conn.run(
            "update resident set flags = flags - (flags & $1), stamp = stamp + 1
             where resident = $2 and (flags & $1) <> 0",
            params![HIDDEN_WHILE_HELD, of.0],
        )?;
        let waits = self.conn.one(
            "select 1 from link join resident as incoming on incoming.resident = link.resident
             where link.candidate = $1 and link.state = 2 and (incoming.flags & $2) <> 0 limit 1",
            params![of.0, NOT_DISCLOSED],
            |_| Ok(()),
        )?;
        match (waits, self.candidate(of)?) {
            (Some(()), Some(candidate)) => self.hide_while_held(&candidate),
            _ => Ok(()),
        }
    }
}
