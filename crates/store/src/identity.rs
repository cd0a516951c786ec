//! Links: who an outside identifier stands for, versioned; candidates; held cases.

use domain::access::{Cohort, Find};
use domain::identity::{HoldReason, LinkDecision, LinkKey};
use domain::instant::Instant;
use domain::person::{FiveAttributes, ResidentId};
use fhir::Kind;
use fhir::profiles::patient;

use crate::record;
use crate::sql::{P, params};
use crate::tx::{BLOCKED, Candidate, Room, Tx};
use crate::vault::Claim;
use crate::worklist::{HeldCase, held_row};
use crate::{StoreError, log};

pub(crate) const ACTIVE: i64 = 1;
pub(crate) const HELD: i64 = 2;
const REVOKED: i64 = 3;
const REJECTED: i64 = 4;

/// Two residents who were told apart.
pub type Pair = (ResidentId, ResidentId);

pub(crate) struct LinkRow {
    pub resident: i64,
    pub state: i64,
    version: i64,
    since: i64,
    candidate: Option<i64>,
    reason: Option<String>,
    owner: Option<String>,
    held_id: Option<String>,
}

/// Everybody near somebody who comes in.
#[derive(Debug, Default)]
pub struct Near {
    /// How they are described; a resident stands there once for each description.
    pub people: Vec<(ResidentId, FiveAttributes)>,
    /// Pairs of residents who were told apart.
    pub apart: Vec<Pair>,
    /// Those whom the same source lists under another 個人番号.
    pub others: Vec<ResidentId>,
}

impl Tx<'_> {
    /// Enters a new resident; `Blocked` until a held link is decided if `held`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn enter_resident(&mut self, held: bool) -> Result<Candidate, StoreError> {
        let flags = if held { BLOCKED } else { 0 };
        let last = self
            .conn
            .one("select max(resident) from resident", &[], |row| row.int_or(0))?
            .flatten();
        let resident = ResidentId(last.unwrap_or(0) + 1);
        self.conn.run(
            "insert into resident (resident, stamp, flags) values ($1, 1, $2)",
            params![resident.0, flags],
        )?;
        Ok(Candidate { resident, stamp: 1, flags, fresh: true })
    }

    /// Claims an identifier for a resident: the first version of an active link, or a later one of
    /// an identifier that ended and may return. One identifier never stands for two people.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if it is live for somebody else or may not return.
    pub fn claim(&mut self, key: &LinkKey, of: &Candidate, at: Instant) -> Result<(), StoreError> {
        let bytes = key.bytes();
        match self.link_row(&bytes)? {
            None => self.insert_link(&bytes, of.resident, ACTIVE, at, None),
            Some(row) if row.resident == of.resident.0 && row.state == ACTIVE => Ok(()),
            Some(row) if row.state == REVOKED && key.may_return() => {
                if self.rejected(&bytes)?.contains(&of.resident) {
                    return Err(StoreError::Taken);
                }
                self.supersede_link(&bytes, &row, (of.resident.0, ACTIVE), None, at)
            }
            Some(_) => Err(StoreError::Taken),
        }
    }

    /// Holds an identifier under a provisional resident until its owner decides.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if it is live already.
    pub fn hold(
        &mut self,
        key: &LinkKey,
        provisional: &Candidate,
        case: (ResidentId, HoldReason, &str),
        at: Instant,
    ) -> Result<String, StoreError> {
        let bytes = key.bytes();
        let mut random = [0; 12];
        (self.entropy)(&mut random);
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let (candidate, reason, owner) = case;
        match self.link_row(&bytes)? {
            None => {
                let held = Some((candidate, reason, owner, id.as_str()));
                self.insert_link(&bytes, provisional.resident, HELD, at, held)?;
            }
            Some(row)
                if row.state == REVOKED
                    && key.may_return()
                    && !self.rejected(&bytes)?.contains(&candidate) =>
            {
                let held = Some((candidate, reason, owner, id.as_str()));
                self.supersede_link(&bytes, &row, (provisional.resident.0, HELD), held, at)?;
            }
            Some(_) => return Err(StoreError::Taken),
        }
        Ok(id)
    }

    /// Ends an identifier (a revoked card). Unknown and ended ones stay as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub fn revoke(&mut self, key: &LinkKey, at: Instant) -> Result<bool, StoreError> {
        let bytes = key.bytes();
        match self.link_row(&bytes)? {
            Some(row) if row.state == ACTIVE || row.state == HELD => {
                self.supersede_link(&bytes, &row, (row.resident, REVOKED), None, at)?;
                if row.state == HELD {
                    self.unblock_if_decided(ResidentId(row.resident))?;
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    pub(crate) fn link_row(&mut self, key: &[u8]) -> Result<Option<LinkRow>, StoreError> {
        self.conn.one(
            "select resident, state, version, since, candidate, reason, owner, held_id from link
             where key = $1",
            params![key],
            |row| {
                Ok(LinkRow {
                    resident: row.int(0)?,
                    state: row.int(1)?,
                    version: row.int(2)?,
                    since: row.int(3)?,
                    candidate: row.int_or(4)?,
                    reason: row.text_or(5)?,
                    owner: row.text_or(6)?,
                    held_id: row.text_or(7)?,
                })
            },
        )
    }

    fn insert_link(
        &mut self,
        key: &[u8],
        resident: ResidentId,
        state: i64,
        at: Instant,
        held: Option<(ResidentId, HoldReason, &str, &str)>,
    ) -> Result<(), StoreError> {
        let [candidate, reason, owner, id] = held_columns(held.as_ref());
        self.conn.run(
            "insert into link (key, resident, state, version, since, candidate, reason, owner,
             held_id) values ($1, $2, $3, 1, $4, $5, $6, $7, $8)",
            &[
                key.into(),
                resident.0.into(),
                state.into(),
                at.0.into(),
                candidate,
                reason,
                owner,
                id,
            ],
        )?;
        Ok(())
    }

    /// Puts the present version of a link into its history and writes the next one.
    pub(crate) fn supersede_link(
        &mut self,
        key: &[u8],
        old: &LinkRow,
        (resident, state): (i64, i64),
        held: Option<(ResidentId, HoldReason, &str, &str)>,
        at: Instant,
    ) -> Result<(), StoreError> {
        self.conn.run(
            "insert into link_history (key, version, resident, state, since, candidate, reason,
             owner, held_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                key,
                old.version,
                old.resident,
                old.state,
                old.since,
                old.candidate,
                old.reason.as_deref(),
                old.owner.as_deref(),
                old.held_id.as_deref()
            ],
        )?;
        let [candidate, reason, owner, id] = held_columns(held.as_ref());
        self.conn.run(
            "update link set resident = $2, state = $3, version = version + 1, since = $4,
             candidate = $5, reason = $6, owner = $7, held_id = $8 where key = $1",
            &[key.into(), resident.into(), state.into(), at.0.into(), candidate, reason, owner, id],
        )?;
        self.touch(ResidentId(old.resident))?;
        self.touch(ResidentId(resident))
    }

    /// Raises the stamp of a resident: whoever read before decides again.
    pub(crate) fn touch(&mut self, resident: ResidentId) -> Result<(), StoreError> {
        self.conn.run(
            "update resident set stamp = stamp + 1 where resident = $1",
            params![resident.0],
        )?;
        Ok(())
    }

    /// Compares somebody who comes in with everybody near, without the descriptions leaving the
    /// store: only the decision does. Whoever an officer told apart from this identifier is not
    /// compared any more; pairs of residents who were told apart are handed to the decision, and
    /// those whom `source` itself lists under another 個人番号.
    ///
    /// # Errors
    /// When the database fails or a description does not read.
    pub fn matching(
        &mut self,
        _find: &Find,
        (key, source, lookup_keys): (&LinkKey, &str, &[Vec<u8>]),
        decide: impl FnOnce(&Near) -> LinkDecision,
    ) -> Result<LinkDecision, StoreError> {
        let mut near = self.filed_under(lookup_keys)?;
        if near.is_empty() {
            return Ok(decide(&Near::default()));
        }
        let rejected = self.rejected(&key.bytes())?;
        near.retain(|resident| !rejected.contains(&ResidentId(*resident)));
        let apart = self.apart(&near)?;
        let (mut people, mut others) = (Vec::new(), Vec::new());
        for resident in near {
            let id = ResidentId(resident);
            let Some(candidate) = self.candidate(id)? else { continue };
            if candidate.flags & BLOCKED == 0 {
                let mut rows = record::current(self.conn, id)?;
                rows.retain(|row| row.kind == Kind::Patient);
                let listed = rows.iter().any(|row| row.key == source);
                if listed && self.has_number_beside(key, id)? {
                    others.push(id);
                }
                for row in &rows {
                    people.push((id, described(row)?));
                }
            }
        }
        Ok(decide(&Near { people, apart, others }))
    }

    /// Looks somebody up by how they are described, where no identifier is at hand: everybody filed
    /// under one of `lookup_keys` of whom `same` says that a description is theirs. Finding nobody, or
    /// more than one, is audited here.
    ///
    /// # Errors
    /// When the database fails or a description does not read.
    pub fn find_described(
        &mut self,
        find: &Find,
        lookup_keys: &[Vec<u8>],
        same: impl Fn(&FiveAttributes) -> bool,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut found = Vec::new();
        for resident in self.filed_under(lookup_keys)? {
            let Some(candidate) = self.candidate(ResidentId(resident))? else { continue };
            if self.descriptions(candidate.resident)?.iter().any(&same) {
                found.push(candidate);
            }
        }
        if found.len() != 1 {
            self.note_search(find, "name-and-birth", found.len());
        }
        Ok(found)
    }

    fn filed_under(&mut self, keys: &[Vec<u8>]) -> Result<Vec<i64>, StoreError> {
        let mut near: Vec<i64> = Vec::new();
        for key in keys {
            near.extend(self.conn.rows(
                "select resident from near where key = $1 limit 200",
                params![near_key(key)],
                |row| row.int(0),
            )?);
        }
        near.sort_unstable();
        near.dedup();
        Ok(near)
    }

    /// Compares somebody with how one known resident is described by `key`, if at all.
    ///
    /// # Errors
    /// When the database fails or a description does not read.
    pub fn compare<T>(
        &mut self,
        _find: &Find,
        with: &Candidate,
        key: &str,
        decide: impl FnOnce(&FiveAttributes) -> T,
    ) -> Result<Option<T>, StoreError> {
        let rows = record::current(self.conn, with.resident)?;
        let patient = |row: &&record::Stored| row.kind == Kind::Patient;
        let known = rows
            .iter()
            .filter(patient)
            .find(|row| row.key == key)
            .or_else(|| rows.iter().find(patient));
        known.map(|row| Ok(decide(&described(row)?))).transpose()
    }

    pub(crate) fn descriptions(
        &mut self,
        resident: ResidentId,
    ) -> Result<Vec<FiveAttributes>, StoreError> {
        let rows = record::current(self.conn, resident)?;
        rows.iter().filter(|row| row.kind == Kind::Patient).map(described).collect()
    }

    /// The candidate's resident for a decision that [`Tx::matching`] gave.
    ///
    /// # Errors
    /// When the database fails; none if they were merged away meanwhile.
    pub fn decided(&mut self, resident: ResidentId) -> Result<Option<Candidate>, StoreError> {
        self.candidate(resident)
    }

    /// Decides a held case: `true` says it is the candidate (the two become one), `false` that
    /// they are two people. Gives whether the case still waited for this owner.
    ///
    /// # Errors
    /// When the database fails.
    pub fn decide_held(
        &mut self,
        cohort: &Cohort,
        id: &str,
        same: bool,
        at: Instant,
    ) -> Result<Option<HeldCase>, StoreError> {
        let owner = cohort.request().caller.organisation.clone();
        let row = self.conn.one(
            "select key, resident, since, candidate, reason, owner, held_id from link
             where owner = $1 and state = 2 and held_id = $2",
            params![&owner, id],
            held_row,
        )?;
        let Some(row) = row else { return Ok(None) };
        let key = row.key.clone();
        let Some(case) = self.held_case(row)? else { return Ok(None) };
        let Some(link) = self.link_row(&key)? else { return Ok(None) };
        if same {
            self.supersede_link(&key, &link, (case.candidate.resident.0, ACTIVE), None, at)?;
            if !case.incoming.is(&case.candidate) {
                self.merge(case.incoming.resident, case.candidate.resident, at)?;
            }
        } else {
            self.reject(&key, &link, at)?;
            self.tell_apart(case.incoming.resident, case.candidate.resident)?;
            self.unblock_if_decided(case.incoming.resident)?;
        }
        self.hide_as_held(case.candidate.resident)?;
        Ok(Some(case))
    }

    /// The identifier does not belong to the candidate (one version says so), and so it stands for
    /// the person with whom it came in: else nobody could ever be found by it again.
    fn reject(&mut self, key: &[u8], held: &LinkRow, at: Instant) -> Result<(), StoreError> {
        self.supersede_link(key, held, (held.resident, REJECTED), None, at)?;
        match self.link_row(key)? {
            Some(rejected) => {
                self.supersede_link(key, &rejected, (held.resident, ACTIVE), None, at)
            }
            None => Ok(()),
        }
    }

    /// A provisional resident opens when no link of theirs waits any more.
    fn unblock_if_decided(&mut self, resident: ResidentId) -> Result<(), StoreError> {
        self.conn.run(
            "update resident set flags = flags - (flags & $1), stamp = stamp + 1
             where resident = $2
               and not exists (select 1 from link where link.resident = $2 and state = 2)",
            params![BLOCKED, resident.0],
        )?;
        Ok(())
    }
}

impl Room<'_, '_> {
    /// Files the resident under the keys by which candidates are searched.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn file_under(&mut self, search_keys: &[Vec<u8>]) -> Result<(), StoreError> {
        self.may_write()?;
        let resident = self.access.resident().0;
        let mut keys: Vec<i64> = search_keys.iter().map(|key| near_key(key)).collect();
        keys.sort_unstable();
        for key in keys {
            self.tx.conn.run(
                "insert into near (key, resident) values ($1, $2) on conflict do nothing",
                params![key, resident],
            )?;
        }
        Ok(())
    }

    /// Keeps a 個人番号 in the vault.
    ///
    /// # Errors
    /// When the access does not open writing, or the database fails.
    pub fn keep_number(&mut self, claim: &Claim) -> Result<(), StoreError> {
        self.may_write()?;
        self.tx.conn.run(
            "insert into vault (resident, hash, sealed) values ($1, $2, $3) on conflict do nothing",
            params![self.access.resident().0, &claim.hash, &claim.sealed],
        )?;
        Ok(())
    }
}

fn held_columns<'a>(held: Option<&(ResidentId, HoldReason, &'a str, &'a str)>) -> [P<'a>; 4] {
    match held {
        Some((candidate, reason, owner, id)) => [
            P::IntOr(Some(candidate.0)),
            P::TextOr(Some(reason.code())),
            P::TextOr(Some(owner)),
            P::TextOr(Some(id)),
        ],
        None => [P::IntOr(None), P::TextOr(None), P::TextOr(None), P::TextOr(None)],
    }
}

pub(crate) fn described(row: &record::Stored) -> Result<FiveAttributes, StoreError> {
    let patient = patient::read(&row.body);
    Ok(patient.map_err(|problem| StoreError::corrupt("record", problem.to_string()))?.attributes)
}

/// The number under which a search key is filed: three bytes from its first part, so that the rows
/// of one birth day, one address or one name share a page, and five from the whole.
fn near_key(key: &[u8]) -> i64 {
    let group = match key.first() {
        Some(1 | 2 | 5) => 1,
        Some(3 | 4) => 2,
        _ => 3,
    };
    let rest = key.get(1..).unwrap_or_default();
    let end = rest.windows(2).position(|pair| pair == [0, 1]).unwrap_or(rest.len());
    let near = log::leaf_hash(&[&[group], &rest[..end]].concat());
    let whole = log::leaf_hash(key);
    let mut bytes = [0; 8];
    bytes[..3].copy_from_slice(&near[..3]);
    bytes[3..].copy_from_slice(&whole[..5]);
    i64::from_be_bytes(bytes)
}
