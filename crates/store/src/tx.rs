//! One transaction of a deed, and the room that an access opens in it.

use domain::access::{self, Access, Cohort, Denial, Facts, Find, Request};
use domain::audit::{Action, Entry, Outcome};
use domain::day::{Majority, certainly_minor};
use domain::identity::LinkKey;
use domain::instant::Instant;
use domain::person::{Birth, ResidentId};

use crate::StoreError;
use crate::config::Entropy;
use crate::record::Stored;
use crate::sql::{Conn, params};
use crate::vault::VaultKeys;

/// A link to this resident waits for a human.
pub(crate) const BLOCKED: i64 = 1;
/// 不開示.
pub(crate) const NOT_DISCLOSED: i64 = 2;
/// A registration that is probably theirs, and waits for a human, asks for 不開示.
pub(crate) const HIDDEN_WHILE_HELD: i64 = 4;

/// What a deed leaves behind besides its rows.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    /// Audit entries, and whose page shows them.
    pub entries: Vec<Pending>,
    /// Residents whose stamp a reading deed relied on.
    pub relied: Vec<(ResidentId, i64)>,
    /// Names that must not have been used before, and until when they are remembered.
    pub spends: Vec<(Vec<u8>, Instant)>,
}

impl Trail {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.spends.is_empty()
    }
}

/// An entry on its way into the log.
#[derive(Debug)]
pub(crate) struct Pending {
    pub resident: Option<ResidentId>,
    /// Residents beside `resident` on whose page it stands (lists).
    pub also: Vec<ResidentId>,
    pub refused: bool,
    pub salt: [u8; crate::log::SALT_LEN],
    pub bytes: Vec<u8>,
}

/// Somebody who was found: opaque until an access is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "decide an access for whom you found"]
pub struct Candidate {
    pub(crate) resident: ResidentId,
    pub(crate) stamp: i64,
    pub(crate) flags: i64,
    pub(crate) fresh: bool,
}

impl Candidate {
    /// Whether two look-ups found the same person.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.resident == other.resident
    }

    /// Whether they are under 不開示, or a registration that waits says so.
    #[must_use]
    pub const fn not_disclosed(&self) -> bool {
        self.flags & (NOT_DISCLOSED | HIDDEN_WHILE_HELD) != 0
    }

    /// The resident's number, for the session of whoever proved to be them with their card.
    #[must_use]
    pub const fn resident(&self) -> ResidentId {
        self.resident
    }
}

/// Somebody who is there already under an identifier, and the case if it waits for a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub candidate: Candidate,
    /// The held case that decides whether the identifier is theirs.
    pub case: Option<OpenCase>,
}

/// A held case that is not decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// Opaque name of the case.
    pub id: String,
    /// Who must decide.
    pub owner: String,
    /// Who it probably is; none if they were merged away.
    pub near: Option<Candidate>,
}

/// One transaction: a snapshot for a reading deed, a savepoint of the batch for a writing one.
pub struct Tx<'c> {
    pub(crate) conn: &'c mut Conn,
    pub(crate) vault: &'c VaultKeys,
    pub(crate) entropy: &'c Entropy,
    pub(crate) trail: Trail,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c mut Conn, vault: &'c VaultKeys, entropy: &'c Entropy) -> Self {
        Self { conn, vault, entropy, trail: Trail::default() }
    }

    /// Looks somebody up by an identifier. Finding nobody is audited here; finding somebody when
    /// their access is decided.
    ///
    /// # Errors
    /// When the database fails.
    pub fn find(&mut self, find: &Find, key: &LinkKey) -> Result<Option<Candidate>, StoreError> {
        let found = self.resolve(key)?;
        if found.is_none() {
            self.note(find.request(), Action::Query, Outcome::Empty, None, kind_of(key), "");
        }
        Ok(found)
    }

    /// Looks somebody up in order to enter them if they are not there: entering is audited by the
    /// room that it opens, so finding nobody is not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn find_to_enter(
        &mut self,
        _find: &Find,
        key: &LinkKey,
    ) -> Result<Option<Candidate>, StoreError> {
        self.resolve(key)
    }

    /// As [`Tx::find_to_enter`], with the case that waits if the identifier is held.
    ///
    /// # Errors
    /// When the database fails.
    pub fn present(&mut self, _find: &Find, key: &LinkKey) -> Result<Option<Present>, StoreError> {
        let row = self.conn.one(
            "select resident, candidate, owner, held_id from link
             where key = $1 and state in (1, 2)",
            params![&key.bytes()],
            |row| Ok((row.int(0)?, row.int_or(1)?, row.text_or(2)?, row.text_or(3)?)),
        )?;
        let Some((resident, near, owner, id)) = row else { return Ok(None) };
        let Some(candidate) = self.candidate(ResidentId(resident))? else { return Ok(None) };
        let case = match (near, owner, id) {
            (Some(near), Some(owner), Some(id)) => {
                Some(OpenCase { id, owner, near: self.candidate(ResidentId(near))? })
            }
            _ => None,
        };
        Ok(Some(Present { candidate, case }))
    }

    /// The person a live link stands for (active, or held and then blocked), merges followed.
    pub(crate) fn resolve(&mut self, key: &LinkKey) -> Result<Option<Candidate>, StoreError> {
        let bytes = key.bytes();
        let resident = self.conn.one(
            "select resident from link where key = $1 and state in (1, 2)",
            params![&bytes],
            |row| row.int(0),
        )?;
        match resident {
            Some(resident) => self.candidate(ResidentId(resident)),
            None => Ok(None),
        }
    }

    /// A resident by number: whoever signed in before, or stands in a link.
    pub(crate) fn candidate(&mut self, id: ResidentId) -> Result<Option<Candidate>, StoreError> {
        self.conn.one(
            "select stamp, flags from resident where resident = $1 and merged_into is null",
            params![id.0],
            |row| {
                let (stamp, flags) = (row.int(0)?, row.int(1)?);
                Ok(Candidate { resident: id, stamp, flags, fresh: false })
            },
        )
    }

    /// Decides access to somebody who was found. A refusal is audited here, with its reason.
    ///
    /// # Errors
    /// The inner error is the refusal; to the caller it must look like absence.
    pub fn decide(
        &mut self,
        candidate: &Candidate,
        request: &Request,
    ) -> Result<Result<Access, Denial>, StoreError> {
        self.decide_on(candidate, request, Facts::default())
    }

    fn decide_on(
        &mut self,
        candidate: &Candidate,
        request: &Request,
        as_child: Facts,
    ) -> Result<Result<Access, Denial>, StoreError> {
        let facts = Facts {
            blocked: candidate.flags & BLOCKED != 0,
            not_disclosed: candidate.not_disclosed(),
            lives_here: self.lives_here(candidate.resident, request)?,
            ..as_child
        };
        self.trail.relied.push((candidate.resident, candidate.stamp));
        let decided = access::decide(request.clone(), candidate.resident, facts);
        if let Err(denial) = &decided {
            let resident = Some(candidate.resident);
            self.note(request, Action::Read, Outcome::Refused, resident, "", denial.code());
        }
        Ok(decided)
    }

    /// Decides access of a signed-in resident to their own record.
    ///
    /// # Errors
    /// The inner error is the refusal.
    pub fn decide_for(
        &mut self,
        resident: ResidentId,
        request: &Request,
    ) -> Result<Result<Access, Denial>, StoreError> {
        match self.candidate(resident)? {
            Some(candidate) => self.decide(&candidate, request),
            None => Ok(Err(Denial::NotAllowed)),
        }
    }

    /// Decides access of a signed-in resident to the record of a child whose guardian they are.
    ///
    /// # Errors
    /// The inner error is the refusal.
    pub fn decide_for_child(
        &mut self,
        child: ResidentId,
        request: &Request,
        ages: &[Majority],
    ) -> Result<Result<Access, Denial>, StoreError> {
        let Some(candidate) = self.candidate(child)? else { return Ok(Err(Denial::NotAllowed)) };
        let guardian = self.is_guardian(child, request)?;
        let births: Vec<Birth> =
            self.descriptions(child)?.into_iter().map(|five| five.birth).collect();
        let minor = certainly_minor(&births, request.at.day_in_japan(), ages);
        self.decide_on(&candidate, request, Facts { guardian, minor, ..Facts::default() })
    }

    fn is_guardian(&mut self, child: ResidentId, request: &Request) -> Result<bool, StoreError> {
        match request.caller.resident {
            Some(guardian) if guardian != child => {
                let today = request.at.day_in_japan().to_string();
                let row = self.conn.one(
                    "select 1 from guardian where guardian = $1 and child = $2 and
                     valid_from <= $3 and (valid_to is null or valid_to >= $3) limit 1",
                    params![guardian.0, child.0, &today],
                    |_| Ok(()),
                )?;
                Ok(row.is_some())
            }
            _ => Ok(false),
        }
    }

    /// Opens the room of the record that `access` grants; leaving it writes the audit entry.
    ///
    /// # Errors
    /// When the database fails.
    pub fn enter<'t>(&'t mut self, access: Access) -> Result<Room<'t, 'c>, StoreError> {
        let rows = crate::record::latest(self.conn, access.resident())?;
        Ok(Room::new(self, access, rows))
    }

    /// Opens the room of somebody who was entered in this transaction and has no record yet.
    pub fn enter_new<'t>(&'t mut self, access: Access) -> Room<'t, 'c> {
        Room::new(self, access, Vec::new())
    }

    /// Notes a refusal that concerns nobody known, such as a card of another CA.
    pub fn note_refusal(&mut self, request: &Request, what: &str, reason: &str) {
        self.note(request, Action::Query, Outcome::Refused, None, what, reason);
    }

    /// Notes a refusal that concerns somebody known, such as their revoked card.
    pub fn note_refusal_of(&mut self, request: &Request, of: &Candidate, what: &str, why: &str) {
        self.note(request, Action::Query, Outcome::Refused, Some(of.resident), what, why);
    }

    /// Notes a search that named nobody, or several people.
    pub(crate) fn note_search(&mut self, find: &Find, what: &str, found: usize) {
        let detail = format!("found={found}");
        self.note(find.request(), Action::Query, Outcome::Empty, None, what, &detail);
    }

    /// Notes a list of people: one entry with the count and a salted hash of the list.
    pub(crate) fn note_cohort(&mut self, cohort: &Cohort, people: Vec<ResidentId>) {
        let mut list = Vec::with_capacity(people.len() * 8 + 16);
        let mut salt = [0; crate::log::SALT_LEN];
        (self.entropy)(&mut salt);
        people.iter().for_each(|resident| list.extend(resident.0.to_be_bytes()));
        let hash = crate::log::commitment(&salt, &list);
        let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let detail = format!("count={} list={hash}", people.len());
        let request = cohort.request();
        self.note(request, Action::List, Outcome::Granted, None, cohort.filter(), &detail);
        if let Some(last) = self.trail.entries.last_mut() {
            last.also = people;
        }
    }

    fn note(
        &mut self,
        request: &Request,
        action: Action,
        outcome: Outcome,
        resident: Option<ResidentId>,
        what: &str,
        detail: &str,
    ) {
        let caller = &request.caller;
        let entry = Entry {
            at: request.at,
            action,
            outcome,
            role: caller.role,
            organisation: caller.organisation.clone(),
            actor: caller.actor.clone(),
            terminal: caller.terminal.clone(),
            purpose: request.purpose,
            basis: request.basis,
            resident,
            what: what.to_owned(),
            detail: detail.to_owned(),
        };
        let mut salt = [0; crate::log::SALT_LEN];
        (self.entropy)(&mut salt);
        self.trail.entries.push(Pending {
            resident,
            also: Vec::new(),
            refused: outcome != Outcome::Granted,
            salt,
            bytes: entry.encode(),
        });
    }
}

fn kind_of(key: &LinkKey) -> &'static str {
    match key {
        LinkKey::Card { .. } => "card",
        LinkKey::Insured { .. } => "insured-number",
        LinkKey::MunicipalPerson { .. } => "municipal-key",
        LinkKey::Vault(_) => "vault",
    }
}

/// The part of one resident's record that an access opens. What was touched stands in the audit
/// entry that leaving the room writes.
pub struct Room<'t, 'c> {
    pub(crate) tx: &'t mut Tx<'c>,
    pub(crate) access: Access,
    pub(crate) rows: Vec<Stored>,
    /// What was ended, for what goes on from there.
    pub(crate) ended: Vec<Stored>,
    /// Whether a current resource is under 不開示, as the resident's flag says.
    pub(crate) hidden: bool,
    /// The next row of the record, once one was looked up.
    pub(crate) free: Option<i64>,
    pub(crate) what: Vec<(&'static str, usize)>,
    pub(crate) wrote: bool,
    pub(crate) detail: String,
}

impl<'t, 'c> Room<'t, 'c> {
    fn new(tx: &'t mut Tx<'c>, access: Access, rows: Vec<Stored>) -> Self {
        let (ended, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.ended);
        let hidden = rows.iter().any(|row| row.hidden);
        let (what, detail) = (Vec::new(), String::new());
        Self { tx, access, rows, ended, hidden, free: None, what, wrote: false, detail }
    }
}

impl Room<'_, '_> {
    /// The access that opened it.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// Adds a word to the audit entry, such as a pseudonym's case number.
    pub fn remark(&mut self, detail: &str) {
        detail.clone_into(&mut self.detail);
    }

    pub(crate) fn touched(&mut self, name: &'static str, count: usize) {
        match self.what.iter_mut().find(|(known, _)| *known == name) {
            Some((_, total)) => *total += count,
            None => self.what.push((name, count)),
        }
    }
}

impl Drop for Room<'_, '_> {
    fn drop(&mut self) {
        let what: Vec<String> =
            self.what.iter().map(|(name, count)| format!("{name}:{count}")).collect();
        let action = if self.wrote { Action::Write } else { Action::Read };
        let (request, resident) = (self.access.request().clone(), self.access.resident());
        let (what, detail) = (what.join(" "), std::mem::take(&mut self.detail));
        self.tx.note(&request, action, Outcome::Granted, Some(resident), &what, &detail);
    }
}
