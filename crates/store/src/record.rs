//! The record: every version of every resource of a resident.

use domain::access::Part;
use domain::instant::Instant;
use domain::person::ResidentId;
use fhir::Kind;

use crate::StoreError;
use crate::sql::{Conn, Row, params};
use crate::tx::{Candidate, NOT_DISCLOSED, Room, Tx};

/// Slots of one resident: a million versions.
const SLOT_BITS: u32 = 20;
pub(crate) const SLOTS: i64 = 1 << SLOT_BITS;

/// The first row of a resident.
pub(crate) const fn first_row(resident: ResidentId) -> i64 {
    resident.0 << SLOT_BITS
}

/// Whether so many rows fit among the slots of the resident whose next row is `free`.
pub(crate) fn fits(free: i64, rows: usize) -> bool {
    let left = (1 << SLOT_BITS) - (free & ((1 << SLOT_BITS) - 1));
    i64::try_from(rows).is_ok_and(|rows| rows <= left)
}

/// A current version of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub(crate) rid: i64,
    /// It was ended, logically; only the store sees those.
    pub(crate) ended: bool,
    /// Its kind.
    pub kind: Kind,
    /// Its logical id, the same in every version.
    pub item: String,
    /// What makes two registrations the same thing.
    pub key: String,
    /// Counts from 1.
    pub version: i64,
    /// Under 不開示.
    pub hidden: bool,
    /// Who keeps it: a municipality, an insurer.
    pub custodian: String,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The resource, as received or written.
    pub body: Vec<u8>,
}

/// A version to be written.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its kind.
    pub kind: Kind,
    /// What makes it the same thing as an earlier one of this resident.
    pub key: &'a str,
    /// The logical id if it is the first version; later versions keep theirs.
    pub item: &'a str,
    /// Under 不開示.
    pub hidden: bool,
    /// Who keeps it.
    pub custodian: &'a str,
    /// Who wrote it.
    pub author: &'a str,
    /// When.
    pub at: Instant,
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The first version.
    Created,
    /// A later version.
    Replaced,
    /// The same bytes as before: nothing was written.
    Unchanged,
    /// It was ended, logically.
    Ended,
    /// There was nothing to end.
    Absent,
}

/// The current resources of a resident, oldest first.
pub(crate) fn current(conn: &mut Conn, resident: ResidentId) -> Result<Vec<Stored>, StoreError> {
    let mut rows = latest(conn, resident)?;
    rows.retain(|row| !row.ended);
    Ok(rows)
}

/// Rows of one resident that are read faster one after the other than each by an index: they lie side
/// by side.
const SIDE_BY_SIDE: i64 = 64;

/// The last version of every resource of a resident, ended ones too, oldest first.
pub(crate) fn latest(conn: &mut Conn, resident: ResidentId) -> Result<Vec<Stored>, StoreError> {
    let (first, last) = slots(resident);
    let newest = conn.one(
        "select max(rid) from record where rid between $1 and $2",
        params![first, last],
        |row| row.int_or(0),
    )?;
    let Some(newest) = newest.flatten() else { return Ok(Vec::new()) };
    if newest - first < SIDE_BY_SIDE {
        // `state + 0` keeps the partial index out of it.
        return conn.rows(
            "select rid, kind, item, key, version, hidden, custodian, recorded_at, body, state
             from record where rid between $1 and $2 and state + 0 in (1, 2) order by rid",
            params![first, newest],
            stored,
        );
    }
    // The words of the partial index `record_latest`: else every superseded version is read, too.
    conn.rows(
        "select rid, kind, item, key, version, hidden, custodian, recorded_at, body, state
         from record where resident = $1 and state in (1, 2) order by rid",
        params![resident.0],
        stored,
    )
}

/// The first and the last slot of a resident.
const fn slots(resident: ResidentId) -> (i64, i64) {
    let first = resident.0 << SLOT_BITS;
    (first, first | ((1 << SLOT_BITS) - 1))
}

fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    let kind = u8::try_from(row.int(1)?).ok().and_then(Kind::from_code);
    Ok(Stored {
        rid: row.int(0)?,
        ended: row.int(9)? == 2,
        kind: kind.ok_or_else(|| StoreError::corrupt("record", "unknown kind"))?,
        item: row.text(2)?,
        key: row.text(3)?,
        version: row.int(4)?,
        hidden: row.int(5)? != 0,
        custodian: row.text(6)?,
        recorded_at: Instant(row.int(7)?),
        body: row.blob(8)?,
    })
}

impl Tx<'_> {
    pub(crate) fn next_rid(&mut self, resident: ResidentId) -> Result<i64, StoreError> {
        let (first, end) = slots(resident);
        let last = self
            .conn
            .one(
                "select max(rid) from record where rid between $1 and $2",
                params![first, end],
                |row| row.int_or(0),
            )?
            .flatten();
        match last {
            Some(rid) if rid == end => Err(StoreError::Full),
            Some(rid) => Ok(rid + 1),
            None => Ok(first),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of the row")]
    fn insert_version(
        &mut self,
        resident: ResidentId,
        new: &New<'_>,
        item: &str,
        version: i64,
        state: i64,
        rid: i64,
        body: &[u8],
    ) -> Result<(), StoreError> {
        self.conn.run(
            "insert into record (rid, resident, kind, item, key, version, state, hidden, custodian,
             author, recorded_at, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            params![
                rid,
                resident.0,
                i64::from(new.kind.code()),
                item,
                new.key,
                version,
                state,
                i64::from(new.hidden),
                new.custodian,
                new.author,
                new.at.0,
                body
            ],
        )?;
        Ok(())
    }
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Patient => "identity",
        Kind::Organization => "organization",
        Kind::CoverageCertificate => "certificate",
        Kind::CoverageInsurance => "insurance",
        Kind::Consent => "consent",
        Kind::CheckupTarget => "checkup-target",
        Kind::Relation => "relation",
        Kind::ImmunizationTarget => "immunization-target",
        Kind::Dose => "dose",
        Kind::PreVisitForm => "pre-visit-form",
        Kind::Notice => "notice",
    }
}

const fn part(kind: Kind) -> (Part, &'static str) {
    match kind {
        Kind::Patient | Kind::Organization => (Part::Identity, "identity"),
        Kind::CoverageInsurance => (Part::Insurance, "insurance"),
        Kind::CoverageCertificate | Kind::Consent | Kind::CheckupTarget => {
            (Part::Certificates, "certificates")
        }
        Kind::Relation => (Part::Relations, "relations"),
        Kind::Dose | Kind::PreVisitForm | Kind::Notice | Kind::ImmunizationTarget => {
            (Part::Immunizations, "immunizations")
        }
    }
}

impl Room<'_, '_> {
    /// The current resources of one kind, oldest first.
    ///
    /// # Errors
    /// When the access does not open this part.
    pub fn read(&mut self, kind: Kind) -> Result<Vec<Stored>, StoreError> {
        let (part, words) = part(kind);
        if !self.access.opens(part) {
            return Err(StoreError::NotOpened(words));
        }
        let found: Vec<Stored> = self.rows.iter().filter(|row| row.kind == kind).cloned().collect();
        self.touched(name(kind), found.len());
        Ok(found)
    }

    /// The last version of what was ended under a key and did not go on; it says so itself.
    ///
    /// # Errors
    /// When the access does not open this part.
    pub fn ended(&mut self, kind: Kind, key: &str) -> Result<Option<Stored>, StoreError> {
        let (part, words) = part(kind);
        if !self.access.opens(part) {
            return Err(StoreError::NotOpened(words));
        }
        Ok(self.ended.iter().rfind(|row| row.kind == kind && row.key == key).cloned())
    }

    /// Writes a version: the first, or one that replaces the current one with the same kind and
    /// key; one that was ended goes on under the same logical id. `body` is made with that id; equal
    /// bytes write nothing.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn put(
        &mut self,
        new: &New<'_>,
        body: impl FnOnce(&str) -> Vec<u8>,
    ) -> Result<Written, StoreError> {
        self.may_write_a(new.kind)?;
        let resident = self.access.resident();
        let known = self.rows.iter().position(|row| row.is(new));
        let old = match known {
            Some(at) => Some(self.rows[at].clone()),
            None => self.ended.iter().rfind(|row| row.is(new)).cloned(),
        };
        let item = old.as_ref().map_or(new.item, |old| &old.item).to_owned();
        let bytes = body(&item);
        let same = |old: &Stored| !old.ended && old.body == bytes && old.hidden == new.hidden;
        if old.as_ref().is_some_and(same) {
            self.touched(name(new.kind), 1);
            return Ok(Written::Unchanged);
        }

        let rid = self.next_row()?;
        let version = old.as_ref().map_or(1, |old| old.version + 1);
        self.supersede(old.as_ref())?;
        self.tx.insert_version(resident, new, &item, version, 1, rid, &bytes)?;
        let stored = Stored {
            rid,
            ended: false,
            kind: new.kind,
            item,
            key: new.key.to_owned(),
            version,
            hidden: new.hidden,
            custodian: new.custodian.to_owned(),
            recorded_at: new.at,
            body: bytes,
        };
        match known {
            Some(at) => self.rows[at] = stored,
            None => {
                self.ended.retain(|row| !row.is(new));
                self.rows.push(stored);
            }
        }
        self.after_write(new.kind)?;
        Ok(if version == 1 { Written::Created } else { Written::Replaced })
    }

    /// Ends the current version with this kind and key, logically: a last version says so.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn end(
        &mut self,
        new: &New<'_>,
        body: impl FnOnce(&Stored) -> Vec<u8>,
    ) -> Result<Written, StoreError> {
        self.may_write_a(new.kind)?;
        let known = self.rows.iter().position(|row| row.is(new));
        let Some(at) = known else { return Ok(Written::Absent) };
        let mut old = self.rows.remove(at);
        let bytes = body(&old);
        let rid = self.next_row()?;
        self.supersede(Some(&old))?;
        let (resident, version) = (self.access.resident(), old.version + 1);
        self.tx.insert_version(resident, new, &old.item, version, 2, rid, &bytes)?;
        (old.rid, old.version, old.ended) = (rid, version, true);
        self.ended.push(old);
        self.after_write(new.kind)?;
        Ok(Written::Ended)
    }

    /// Leaves an end in the record of somebody provisional, of what only their candidate has: if the
    /// two are one, merging carries it there.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn end_ahead(
        &mut self,
        new: &New<'_>,
        body: impl FnOnce(&str) -> Vec<u8>,
    ) -> Result<Written, StoreError> {
        self.may_write()?;
        if self.rows.iter().chain(&self.ended).any(|row| row.is(new)) {
            return Ok(Written::Unchanged);
        }
        let (resident, rid, bytes) = (self.access.resident(), self.next_row()?, body(new.item));
        self.tx.insert_version(resident, new, new.item, 1, 2, rid, &bytes)?;
        self.after_write(new.kind)?;
        Ok(Written::Ended)
    }

    /// Whether there is a current resource of this kind and key, for whoever writes the next.
    ///
    /// # Errors
    /// When the access does not open writing.
    pub fn holds(&mut self, kind: Kind, key: &str) -> Result<bool, StoreError> {
        self.may_write()?;
        Ok(self.rows.iter().any(|row| row.kind == kind && row.key == key))
    }

    /// The logical id of the current resource with this kind and key, else of the newest of its
    /// kind: what a reference to it names.
    ///
    /// # Errors
    /// When the access does not open writing.
    pub fn item_of(&mut self, kind: Kind, key: &str) -> Result<Option<String>, StoreError> {
        self.may_write()?;
        let mut of_kind = self.rows.iter().filter(|row| row.kind == kind);
        let found = of_kind.clone().find(|row| row.key == key).or_else(|| of_kind.next_back());
        Ok(found.map(|row| row.item.clone()))
    }

    /// How many resources of a kind a custodian has here: current ones, and those that were ended.
    ///
    /// # Errors
    /// When the access does not open writing.
    pub fn count(&mut self, kind: Kind, custodian: &str) -> Result<(usize, usize), StoreError> {
        self.may_write()?;
        let of = |row: &&Stored| row.kind == kind && row.custodian == custodian;
        Ok((self.rows.iter().filter(of).count(), self.ended.iter().filter(of).count()))
    }

    fn supersede(&mut self, old: Option<&Stored>) -> Result<(), StoreError> {
        let Some(old) = old else { return Ok(()) };
        self.tx.conn.run("update record set state = 0 where rid = $1", params![old.rid])?;
        Ok(())
    }

    pub(crate) fn may_write(&mut self) -> Result<(), StoreError> {
        match self.access.opens(Part::Registered) {
            true => Ok(()),
            false => Err(StoreError::NotOpened("writing")),
        }
    }

    /// Doses, forms and notices are written by whoever gives, fills in and sends them; everything
    /// else by registration.
    fn may_write_a(&mut self, kind: Kind) -> Result<(), StoreError> {
        match kind {
            Kind::Dose | Kind::PreVisitForm | Kind::Notice if self.access.opens(Part::Given) => {
                Ok(())
            }
            _ => self.may_write(),
        }
    }

    /// The next free row of the resident; looked up once, then counted.
    fn next_row(&mut self) -> Result<i64, StoreError> {
        let rid = match self.free.take() {
            Some(rid) => rid,
            None => self.tx.next_rid(self.access.resident())?,
        };
        let last = (rid + 1) & ((1 << SLOT_BITS) - 1) == 0;
        self.free = (!last).then_some(rid + 1);
        Ok(rid)
    }

    /// 不開示 follows from the current resources of the resident.
    fn after_write(&mut self, kind: Kind) -> Result<(), StoreError> {
        self.wrote = true;
        self.touched(name(kind), 1);
        let hidden = self.rows.iter().any(|row| row.hidden);
        if hidden == self.hidden {
            return Ok(());
        }
        self.hidden = hidden;
        let flag = if hidden { NOT_DISCLOSED } else { 0 };
        self.tx.conn.run(
            "update resident set stamp = stamp + 1, flags = flags - (flags & $1) + $2
             where resident = $3 and (flags & $1) <> $2",
            params![NOT_DISCLOSED, flag, self.access.resident().0],
        )?;
        Ok(())
    }
}

impl Stored {
    fn is(&self, new: &New<'_>) -> bool {
        self.kind == new.kind && self.key == new.key
    }
}

impl Candidate {
    /// Whether nothing is recorded about them yet: they entered in this transaction.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.fresh
    }
}
