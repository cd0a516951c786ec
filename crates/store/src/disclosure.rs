//! Who looked: the audit entries on a resident's page.

use domain::access::Part;
use domain::audit::Entry;

use crate::StoreError;
use crate::sql::params;
use crate::tx::Room;
use crate::whose;

/// One entry, with what proves it in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its number in the log.
    pub leaf: i64,
    /// What it says.
    pub entry: Entry,
    /// Its bytes, as the commitment has them.
    pub bytes: Vec<u8>,
    /// Its salt.
    pub salt: Vec<u8>,
}

impl Room<'_, '_> {
    /// The newest entries about the resident, newest first; of those before a leaf, if one is given.
    ///
    /// # Errors
    /// When the access does not open this part.
    pub fn looks(&mut self, before: Option<i64>, limit: u32) -> Result<Vec<Look>, StoreError> {
        if !self.access.opens(Part::Disclosures) {
            return Err(StoreError::NotOpened("disclosures"));
        }
        let end = whose::end(self.tx.conn)?;
        let looks = self.tx.conn.rows(
            whose::NEWEST,
            params![self.access.resident().0, end, i64::from(limit), before.unwrap_or(i64::MAX)],
            |row| {
                let bytes = row.blob(1)?;
                let entry = Entry::decode(&bytes)
                    .ok_or_else(|| StoreError::corrupt("audit_entry", "it does not decode"))?;
                Ok(Look { leaf: row.int(0)?, entry, bytes, salt: row.blob(2)? })
            },
        )?;
        self.touched("disclosures", looks.len());
        Ok(looks)
    }
}
