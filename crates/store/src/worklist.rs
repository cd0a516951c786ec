//! The worklist: held cases that wait for a human, as their owner may see them.

use domain::access::Cohort;
use domain::identity::HoldReason;
use domain::instant::Instant;
use domain::person::{FiveAttributes, ResidentId};
use fhir::Kind;

use crate::StoreError;
use crate::identity::described;
use crate::record;
use crate::sql::{Row, params};
use crate::tx::{Candidate, Tx};

/// A held case on the worklist of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCase {
    /// Opaque name of the case.
    pub id: String,
    /// Since when it waits.
    pub since: Instant,
    /// Why.
    pub reason: HoldReason,
    /// Who must decide: a municipality, or `operator`.
    pub owner: String,
    /// What identifier is held.
    pub identifier: &'static str,
    /// The person as they came in.
    pub incoming: Candidate,
    /// Who it probably is.
    pub candidate: Candidate,
}

/// A held case and how the two are described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPair {
    /// The case.
    pub case: HeldCase,
    /// How the person came in, in the newest words.
    pub incoming: FiveAttributes,
    /// How the probable person is described, by anybody.
    pub candidate: FiveAttributes,
    /// How the owner of the case describes the probable person, if they do.
    pub own: Option<FiveAttributes>,
}

/// Which description is meant.
#[derive(Clone, Copy)]
enum Shown<'o> {
    /// One that this municipality may see: its own, else that of a register (insurer, card). What
    /// another municipality wrote is never shown, least of all an address under 不開示.
    To(&'o str),
    /// The one that this municipality wrote.
    By(&'o str),
    /// The newest one: to compare with, not to be shown.
    Compared,
}

impl Shown<'_> {
    fn of(self, rows: &[record::Stored]) -> Option<&record::Stored> {
        let by = |source: &str| rows.iter().rev().find(|row| row.key == source);
        match self {
            Self::To(owner) => {
                by(owner).or_else(|| rows.iter().rev().find(|row| !of_municipality(&row.key)))
            }
            Self::By(owner) => by(owner),
            Self::Compared => rows.last(),
        }
    }
}

/// Whether the source of a description is a municipality: those are named by their code alone.
#[must_use]
pub fn of_municipality(source: &str) -> bool {
    source.len() == 6 && source.bytes().all(|byte| byte.is_ascii_digit())
}

impl Tx<'_> {
    /// The held cases that wait for their owner, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held(&mut self, cohort: &Cohort) -> Result<Vec<HeldCase>, StoreError> {
        let cases = self.waiting(cohort)?;
        let people = cases.iter().map(|case| case.incoming.resident).collect();
        self.note_cohort(cohort, people);
        Ok(cases)
    }

    /// The same with how the two of each case are described: one entry for the whole list, on the
    /// page of everybody in it.
    ///
    /// # Errors
    /// When the database fails or a description does not read.
    pub fn held_described(&mut self, cohort: &Cohort) -> Result<Vec<HeldPair>, StoreError> {
        let mut pairs = Vec::new();
        let mut people = Vec::new();
        for case in self.waiting(cohort)? {
            let shown = Shown::To(&case.owner);
            let incoming = self.described_as(&case.incoming, shown)?;
            let candidate = self.described_as(&case.candidate, Shown::Compared)?;
            let own = self.described_as(&case.candidate, Shown::By(&case.owner))?;
            if let (Some(incoming), Some(candidate)) = (incoming, candidate) {
                people.extend([case.incoming.resident, case.candidate.resident]);
                pairs.push(HeldPair { case, incoming, candidate, own });
            }
        }
        people.sort_unstable();
        people.dedup();
        self.note_cohort(cohort, people);
        Ok(pairs)
    }

    fn described_as(
        &mut self,
        of: &Candidate,
        which: Shown<'_>,
    ) -> Result<Option<FiveAttributes>, StoreError> {
        let mut rows = record::current(self.conn, of.resident)?;
        rows.retain(|row| row.kind == Kind::Patient);
        let Some(row) = which.of(&rows) else { return Ok(None) };
        let mut five = described(row)?;
        if of.not_disclosed() && matches!(which, Shown::To(owner) if owner != row.key) {
            five.address.clear();
        }
        Ok(Some(five))
    }

    fn waiting(&mut self, cohort: &Cohort) -> Result<Vec<HeldCase>, StoreError> {
        let owner = cohort.request().caller.organisation.clone();
        let rows = self.conn.rows(
            "select key, resident, since, candidate, reason, owner, held_id from link
             where owner = $1 and state = 2 order by since limit 500",
            params![&owner],
            held_row,
        )?;
        let mut cases = Vec::new();
        for row in rows {
            cases.extend(self.held_case(row)?);
        }
        Ok(cases)
    }

    /// How many cases wait for an owner. A count says nothing about anybody.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held_count(&mut self, owner: &str) -> Result<i64, StoreError> {
        let count = self.conn.one(
            "select count(*) from link where owner = $1 and state = 2",
            params![owner],
            |row| row.int(0),
        )?;
        Ok(count.unwrap_or(0))
    }

    pub(crate) fn held_case(&mut self, row: HeldRow) -> Result<Option<HeldCase>, StoreError> {
        let (incoming, candidate) =
            (self.candidate(ResidentId(row.resident))?, self.candidate(ResidentId(row.candidate))?);
        let (Some(incoming), Some(candidate)) = (incoming, candidate) else { return Ok(None) };
        let reason = HoldReason::from_code(&row.reason)
            .ok_or_else(|| StoreError::corrupt("link", "unknown reason"))?;
        let identifier = match row.key.first() {
            Some(1) => "card",
            Some(2) => "insured-number",
            Some(3) => "municipal-key",
            _ => "my-number",
        };
        let since = Instant(row.since);
        let (id, owner) = (row.id, row.owner);
        Ok(Some(HeldCase { id, since, reason, owner, identifier, incoming, candidate }))
    }
}

pub(crate) struct HeldRow {
    pub key: Vec<u8>,
    pub resident: i64,
    pub since: i64,
    pub candidate: i64,
    pub reason: String,
    pub owner: String,
    pub id: String,
}

pub(crate) fn held_row(row: &Row<'_>) -> Result<HeldRow, StoreError> {
    Ok(HeldRow {
        key: row.blob(0)?,
        resident: row.int(1)?,
        since: row.int(2)?,
        candidate: row.int(3)?,
        reason: row.text(4)?,
        owner: row.text(5)?,
        id: row.text(6)?,
    })
}
