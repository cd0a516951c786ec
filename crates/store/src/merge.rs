//! Two residents become one, and two again: links, guardianships and current records move.

use domain::access::Cohort;
use domain::instant::Instant;
use domain::person::ResidentId;

use crate::StoreError;
use crate::identity::{ACTIVE, HELD, Pair};
use crate::record::{self, SLOTS, first_row};
use crate::sql::params;
use crate::tx::{Candidate, NOT_DISCLOSED, Tx};

/// Put out of force by merging: it was current, it was ended.
const WAS_CURRENT: i64 = 3;
const WAS_ENDED: i64 = 4;

impl Tx<'_> {
    /// Makes two residents one: links, guardianships and current records move.
    pub(crate) fn merge(
        &mut self,
        from: ResidentId,
        into: ResidentId,
        at: Instant,
    ) -> Result<(), StoreError> {
        let keys =
            self.conn.rows("select key from link where resident = $1", params![from.0], |row| {
                row.blob(0)
            })?;
        for key in keys {
            if let Some(row) = self.link_row(&key)? {
                let state = if row.state == HELD { ACTIVE } else { row.state };
                self.supersede_link(&key, &row, (into.0, state), None, at)?;
            }
        }
        self.move_records(from, into)?;
        for sql in [
            // Whoever has the same already keeps it: what could not move is left behind.
            "update guardian set guardian = $2, came = $1 where guardian = $1 and not exists
             (select 1 from guardian as own where own.guardian = $2 and own.child = guardian.child
              and own.key = guardian.key)",
            "update guardian set child = $2 where child = $1 and not exists
             (select 1 from guardian as own where own.guardian = guardian.guardian
              and own.child = $2 and own.key = guardian.key)",
            "delete from guardian where guardian = $1 or child = $1 or (guardian = $2 and child = $2)",
            "update vault set resident = $2 where resident = $1 and not exists
             (select 1 from vault as own where own.resident = $2 and own.hash = vault.hash)",
            "delete from vault where resident = $1 and resident <> $2",
            // How `from` was described finds `into` now.
            "insert into near (key, resident) select key, cast($2 as bigint) from near
             where resident = $1 on conflict do nothing",
            "delete from near where resident = $1 and resident <> $2",
            // Cases that wait for a decision against `from` wait for one against `into`.
            "update link set candidate = $2 where candidate = $1 and state = 2",
            "insert into apart (one, two)
             select least_of.one, least_of.two from
             (select case when other < cast($2 as bigint) then other else cast($2 as bigint) end
              as one, case when other < cast($2 as bigint) then cast($2 as bigint) else other end
              as two from (select case when one = $1 then two else one end as other from apart
              where one = $1 or two = $1) as others where other <> $2) as least_of
             where true on conflict do nothing",
            "update resident set merged_into = $2, stamp = stamp + 1 where resident = $1",
        ] {
            self.conn.run(sql, params![from.0, into.0])?;
        }
        self.follow_records(from)?;
        self.follow_records(into)
    }

    /// Of what both have, the one that arrived later is in force, be it an end.
    fn move_records(&mut self, from: ResidentId, into: ResidentId) -> Result<(), StoreError> {
        let taken = record::latest(self.conn, into)?;
        let free = self.next_rid(into)?;
        let rows = record::latest(self.conn, from)?;
        if !record::fits(free, rows.len()) {
            return Err(StoreError::Full);
        }
        for (next, row) in (free..).zip(rows) {
            let same = |known: &&record::Stored| known.kind == row.kind && known.key == row.key;
            let known = taken.iter().rfind(same);
            let late = known.is_some_and(|known| known.recorded_at > row.recorded_at);
            let state: i64 = match (late, row.ended) {
                (true, _) => 0,
                (false, false) => 1,
                (false, true) => 2,
            };
            let mut version = row.version;
            if let Some(known) = known.filter(|_| !late) {
                version = version.max(known.version + 1);
                let state = if known.ended { WAS_ENDED } else { WAS_CURRENT };
                self.conn.run(
                    "update record set state = $2 where rid = $1",
                    params![known.rid, state],
                )?;
            }
            self.conn.run(
                "insert into record (rid, resident, kind, item, key, version, state, hidden,
                 custodian, author, recorded_at, body)
                 select cast($1 as bigint), cast($2 as bigint), kind, item, key,
                 cast($5 as bigint), cast($3 as bigint), hidden, custodian, author,
                 recorded_at, body from record where rid = $4",
                params![next, into.0, state, row.rid, version],
            )?;
        }
        self.hide_as_recorded(into)
    }

    /// 不開示 follows from the current resources.
    fn hide_as_recorded(&mut self, resident: ResidentId) -> Result<(), StoreError> {
        let hidden = record::current(self.conn, resident)?.iter().any(|row| row.hidden);
        self.conn.run(
            "update resident set stamp = stamp + 1, flags = (flags - (flags & $3)) + $2
             where resident = $1",
            params![resident.0, if hidden { NOT_DISCLOSED } else { 0 }, NOT_DISCLOSED],
        )?;
        Ok(())
    }

    /// An officer corrects a case that was confirmed wrongly: the two are two again. The live links
    /// of the one who came in go back with what is recorded under their items; the pair is remembered
    /// as told apart. None if the case was not confirmed by this owner, or either of the two has been
    /// merged with others since: undo that first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn undo_confirmed(
        &mut self,
        cohort: &Cohort,
        id: &str,
        at: Instant,
    ) -> Result<Option<(Candidate, Candidate)>, StoreError> {
        let owner = cohort.request().caller.organisation.clone();
        let case = self.conn.one(
            "select held.resident, resident.merged_into from link_history as held
             join resident on resident.resident = held.resident
             where held.held_id = $1 and held.owner = $2 and held.state = 2
             and resident.merged_into is not null
             and not exists (select 1 from link_history as next where next.key = held.key
                             and next.version = held.version + 1 and next.state = 4)
             order by held.version desc limit 1",
            params![id, &owner],
            |row| Ok((ResidentId(row.int(0)?), ResidentId(row.int(1)?))),
        )?;
        let Some((from, into)) = case else { return Ok(None) };
        if self.candidate(into)?.is_none() {
            return Ok(None);
        }
        self.conn.run(
            "update resident set merged_into = null, flags = 0, stamp = stamp + 1
             where resident = $1",
            params![from.0],
        )?;
        self.links_back(from, into, at)?;
        self.records_back(from, into)?;
        self.conn.run(
            "update guardian set guardian = $1, came = null where guardian = $2 and came = $1",
            params![from.0, into.0],
        )?;
        self.follow_records(from)?;
        self.follow_records(into)?;
        self.tell_apart(from, into)?;
        self.touch(into)?;
        Ok(self.candidate(from)?.zip(self.candidate(into)?))
    }

    /// Links that were live under `from` and are active under `into` ever since, with what hangs on
    /// them. One that ended and was given out again meanwhile stays.
    fn links_back(
        &mut self,
        from: ResidentId,
        into: ResidentId,
        at: Instant,
    ) -> Result<(), StoreError> {
        let keys = self.conn.rows(
            "select key from link where resident = $2 and state = 1 and exists
             (select 1 from link_history as had where had.key = link.key and had.resident = $1
              and had.state in (1, 2) and not exists
              (select 1 from link_history as later where later.key = link.key
               and later.version > had.version
               and (later.resident = $1 or later.state = 3)))",
            params![from.0, into.0],
            |row| row.blob(0),
        )?;
        for key in keys {
            if let Some(row) = self.link_row(&key)? {
                self.supersede_link(&key, &row, (from.0, ACTIVE), None, at)?;
            }
            self.conn.run(
                "update vault set resident = $1 where resident = $2 and hash = $3",
                params![from.0, into.0, key.get(1..).unwrap_or_default()],
            )?;
        }
        // Both are filed under the descriptions of both: whoever is found is compared anyway.
        self.conn.run(
            "insert into near (key, resident) select key, cast($1 as bigint) from near
             where resident = $2 on conflict do nothing",
            params![from.0, into.0],
        )?;
        Ok(())
    }

    /// What `from` brought leaves, in its newest version; what it put out of force returns.
    fn records_back(&mut self, from: ResidentId, into: ResidentId) -> Result<(), StoreError> {
        let (first, last) = (first_row(into), first_row(into) + SLOTS - 1);
        for brought in record::latest(self.conn, from)? {
            let newest = self.conn.one(
                "select rid, body from record where rid between $1 and $2 and item = $3
                 and state in (1, 2) order by rid desc limit 1",
                params![first, last, &brought.item],
                |row| Ok((row.int(0)?, row.blob(1)?)),
            )?;
            if let Some((rid, _)) = newest.filter(|(_, body)| *body != brought.body) {
                let next = self.next_rid(from)?;
                self.conn.run(
                    "insert into record (rid, resident, kind, item, key, version, state, hidden,
                     custodian, author, recorded_at, body)
                     select cast($1 as bigint), cast($2 as bigint), kind, item, key, version, state,
                     hidden, custodian, author, recorded_at, body from record where rid = $3",
                    params![next, from.0, rid],
                )?;
                self.conn
                    .run("update record set state = 0 where rid = $1", params![brought.rid])?;
            }
            self.conn.run(
                "update record set state = 0 where rid between $1 and $2 and item = $3",
                params![first, last, &brought.item],
            )?;
            if brought.kind == fhir::Kind::Relation {
                self.conn.run(
                    "update guardian set child = $1 where child = $2 and key = $3",
                    params![from.0, into.0, &brought.key],
                )?;
            }
        }
        // The newest of each kind and key, unless something is in force there already.
        self.conn.run(
            "update record set state = state - 2 where rid between $1 and $2 and state in (3, 4)
             and not exists (select 1 from record as other where other.rid between $1 and $2
              and other.kind = record.kind and other.key = record.key and other.state <> 0
              and (other.state in (1, 2) or other.rid > record.rid))",
            params![first, last],
        )?;
        self.hide_as_recorded(from)?;
        self.hide_as_recorded(into)
    }

    /// Two residents are not the same: nobody proposes it again.
    pub(crate) fn tell_apart(&mut self, a: ResidentId, b: ResidentId) -> Result<(), StoreError> {
        self.conn.run(
            "insert into apart (one, two) values ($1, $2) on conflict do nothing",
            params![a.min(b).0, a.max(b).0],
        )?;
        Ok(())
    }

    /// Which of the residents were told apart from each other.
    pub(crate) fn apart(&mut self, of: &[i64]) -> Result<Vec<Pair>, StoreError> {
        let mut pairs = Vec::new();
        for one in of.iter().filter(|_| of.len() > 1) {
            let others =
                self.conn.rows("select two from apart where one = $1", params![*one], |row| {
                    row.int(0)
                })?;
            let known = others.into_iter().filter(|two| of.contains(two));
            pairs.extend(known.map(|two| (ResidentId(*one), ResidentId(two))));
        }
        Ok(pairs)
    }

    /// Who an identifier was said not to belong to, as they are now.
    pub(crate) fn rejected(&mut self, key: &[u8]) -> Result<Vec<ResidentId>, StoreError> {
        let candidates = self.conn.rows(
            "select held.candidate from link_history as held join link_history as said
             on said.key = held.key and said.version = held.version + 1
             where held.key = $1 and held.state = 2 and said.state = 4",
            params![key],
            |row| row.int(0),
        )?;
        candidates.into_iter().map(|resident| self.root(ResidentId(resident))).collect()
    }

    /// The resident whose record this is now.
    pub(crate) fn root(&mut self, resident: ResidentId) -> Result<ResidentId, StoreError> {
        let mut at = resident;
        loop {
            let into = self.conn.one(
                "select merged_into from resident where resident = $1",
                params![at.0],
                |row| row.int_or(0),
            )?;
            match into.flatten() {
                Some(into) => at = ResidentId(into),
                None => return Ok(at),
            }
        }
    }
}
