//! Whose page an audit entry stands on: an index that follows the log at a distance.
//!
//! Entries of one moment concern people from everywhere, so that a row of the index written with
//! each entry would dirty a page of the database for each: measured, more than all else that a deed
//! writes together. The index is filled in long sorted runs instead, a slice beside each batch, and
//! whoever reads it looks through the entries that it does not have yet. Rows written twice after a
//! crash are the same rows.

use crate::StoreError;
use crate::sql::{Conn, params};
use crate::tx::Pending;

/// Entries that make a run while deeds go on. Readers look through twice as many at most.
const RUN: usize = 1 << 15;
/// Rows written beside one batch at least; and for each entry of the batch, so that the index gains
/// on the log whatever a batch holds.
const SLICE: usize = 256;
const GAIN: usize = 4;
/// Rows written at once when nothing else is to do.
const REST: usize = 4096;
/// Where the index ends, among the settings: the first leaf that it lacks.
const END: &str = "audit.indexed";

/// A resident and an entry about them.
type Pair = (i64, i64);

/// What the index lacks.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// Newer than the run, in the order of the log.
    waiting: Vec<Pair>,
    /// The run that is being written, sorted; and how much of it is.
    run: Vec<Pair>,
    written: usize,
    /// Where the index ends once the run is written.
    end: i64,
}

/// A slice that stands in the tables once the transaction is committed.
#[derive(Clone, Copy)]
#[must_use = "tell the index after the commit"]
pub(crate) struct Slice(usize);

impl Behind {
    /// Reads what the index lacks when the store opens.
    pub(crate) fn load(conn: &mut Conn) -> Result<Self, StoreError> {
        let end = end(conn)?;
        let waiting = conn.rows(
            "select resident, leaf from audit_entry where leaf >= $1 and resident is not null
             order by leaf",
            params![end],
            |row| Ok((row.int(0)?, row.int(1)?)),
        )?;
        Ok(Self { waiting, end, ..Self::default() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.run.is_empty()
    }

    /// Takes the entries of a committed batch, the first of which is the leaf `first`.
    pub(crate) fn follow(&mut self, first: u64, entries: &[Pending]) {
        let numbered = (first.cast_signed()..).zip(entries);
        self.waiting.extend(numbered.filter_map(|(leaf, entry)| Some((entry.resident?.0, leaf))));
    }

    /// Writes the next slice of a run beside a batch of so many entries, none if nothing else is to
    /// do. A run begins when enough waits, or then.
    pub(crate) fn write(
        &mut self,
        conn: &mut Conn,
        beside: Option<usize>,
    ) -> Result<Slice, StoreError> {
        if self.run.is_empty() && (self.waiting.len() >= RUN || beside.is_none()) {
            self.begin();
        }
        let size = beside.map_or(REST, |entries| SLICE.max(entries * GAIN));
        let slice = &self.run[self.written..self.run.len().min(self.written + size)];
        for (resident, leaf) in slice {
            show(conn, *resident, *leaf)?;
        }
        if !slice.is_empty() && self.written + slice.len() == self.run.len() {
            crate::catalogue::put_setting(conn, END, &self.end.to_be_bytes())?;
        }
        Ok(Slice(slice.len()))
    }

    fn begin(&mut self) {
        self.run = std::mem::take(&mut self.waiting);
        self.end = self.run.last().map_or(self.end, |(_, leaf)| leaf + 1);
        self.run.sort_unstable();
    }

    /// The slice is committed.
    pub(crate) fn committed(&mut self, slice: Slice) {
        self.written += slice.0;
        if self.written == self.run.len() {
            (self.run, self.written) = (Vec::new(), 0);
        }
    }
}

/// The first leaf that the index lacks.
pub(crate) fn end(conn: &mut Conn) -> Result<i64, StoreError> {
    let bytes = crate::catalogue::setting(conn, END)?;
    let end = bytes.map(|bytes| bytes.try_into().map(i64::from_be_bytes));
    end.transpose()
        .map(Option::unwrap_or_default)
        .map_err(|_| StoreError::corrupt("setting", "the end of the audit index"))
}

/// The row that puts an entry on a resident's page; there at most once.
pub(crate) fn show(conn: &mut Conn, resident: i64, leaf: i64) -> Result<(), StoreError> {
    conn.run(
        "insert into audit_of (resident, leaf) values ($1, $2) on conflict do nothing",
        params![resident, leaf],
    )?;
    Ok(())
}

/// The newest entries on a resident's page, newest first: a query with the parameters resident,
/// [`end`], limit, and the leaf before which they are wanted.
pub(crate) const NEWEST: &str = "
    select leaf, entry, salt from audit_entry
     where entry is not null and leaf < $4 and leaf in (
           select leaf from audit_of where resident = $1
            union
           select leaf from audit_entry where leaf >= $2 and resident = $1)
     order by leaf desc limit $3";

#[cfg(test)]
mod tests {
    use domain::person::ResidentId;

    use super::*;

    fn pending(resident: Option<i64>) -> Pending {
        let resident = resident.map(ResidentId);
        Pending { resident, also: Vec::new(), refused: false, salt: [0; 16], bytes: Vec::new() }
    }

    #[test]
    fn a_run_is_sorted_and_what_comes_meanwhile_waits() {
        let mut behind = Behind::default();
        behind.follow(7, &[pending(Some(9)), pending(None), pending(Some(3))]);
        behind.begin();
        behind.follow(10, &[pending(Some(1))]);
        assert_eq!((behind.run.as_slice(), behind.end), ([(3, 9), (9, 7)].as_slice(), 10));
        assert_eq!(behind.waiting, [(1, 10)]);
        behind.committed(Slice(1));
        assert_eq!((behind.run.len(), behind.written), (2, 1));
        behind.committed(Slice(1));
        assert!(behind.run.is_empty() && !behind.is_empty());
    }
}
