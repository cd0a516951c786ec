//! How a person comes in: claim the identifier, find out who it is, open their record.

use domain::access::{self, Access, Find, Request};
use domain::identity::{
    HoldReason, LinkDecision, LinkKey, UpdateDecision, lookup_keys, match_in_register, search_key,
    update_known,
};
use domain::name::NameRules;
use domain::person::FiveAttributes;
use fhir::Kind as Record;
use fhir::profiles::patient::{self, PatientFace};
use store::record::{New, Written};
use store::vault::Claim;
use store::{Candidate, OpenCase, Present, Room, StoreError, Tx};

/// Somebody on their way in, prepared outside of the writer.
pub(crate) struct Arrival {
    /// The identifier under which they come.
    pub key: LinkKey,
    /// 個人番号, if it is the identifier.
    pub claim: Option<Claim>,
    /// How they are described.
    pub five: FiveAttributes,
    /// Whose description it is: a municipality's code, or an insurer.
    pub source: String,
    /// Who decides if the link must be held.
    pub owner: String,
    /// Under which keys they are filed, and looked up.
    search: Vec<Vec<u8>>,
    lookup: Vec<Vec<u8>>,
    /// Logical id of the description, if it is the first.
    pub item: String,
}

/// Who came in.
pub(crate) struct Entered {
    pub candidate: Candidate,
    /// The held case, if a human must decide.
    pub held: Option<String>,
    /// Who they probably are, then.
    pub near: Option<Candidate>,
}

impl Entered {
    const fn known(candidate: Candidate) -> Self {
        Self { candidate, held: None, near: None }
    }

    /// Somebody whose link waits is held, whoever sends what comes again: nobody can see it yet.
    pub(crate) fn present(present: Present) -> Self {
        match present.case {
            Some(OpenCase { id, near, .. }) => {
                Self { candidate: present.candidate, held: Some(id), near }
            }
            None => Self::known(present.candidate),
        }
    }
}

/// Who it is among those who are there.
pub(crate) enum Found {
    /// Nobody is known by this identifier.
    Nobody,
    /// They, or the provisional person of a case that waits.
    There(Entered),
    /// The one known by it is too different; and the key under which the other one is held.
    Apart(Candidate, LinkKey),
}

impl Arrival {
    /// Prepares what does not need the store.
    pub(crate) fn new(
        key: LinkKey,
        claim: Option<Claim>,
        five: FiveAttributes,
        (source, owner): (&str, &str),
        item: String,
        rules: &NameRules,
    ) -> Self {
        let (search, lookup) = (search_key(&five, rules), lookup_keys(&five, rules));
        let (source, owner) = (source.to_owned(), owner.to_owned());
        Self { key, claim, five, source, owner, search, lookup, item }
    }

    /// Finds out who it is. Nothing is recorded yet but the link.
    pub(crate) fn enter(
        &self,
        tx: &mut Tx<'_>,
        request: &Request,
        rules: &NameRules,
    ) -> Result<Entered, StoreError> {
        let find = may_find(request)?;
        match self.find(tx, &find, rules)? {
            Found::There(entered) => Ok(entered),
            Found::Apart(known, key) => self.enter_apart(tx, &key, known, &find),
            Found::Nobody => self.unknown(tx, &find, rules),
        }
    }

    /// Finds out who it is without entering anybody. Under a known identifier it is an ordinary
    /// change, or too different to be the same person.
    pub(crate) fn find(
        &self,
        tx: &mut Tx<'_>,
        find: &Find,
        rules: &NameRules,
    ) -> Result<Found, StoreError> {
        let Some(present) = tx.present(find, &self.key)? else { return Ok(Found::Nobody) };
        let known = present.candidate;
        if self.waits(&present) || !self.differs(tx, find, &known, rules)? {
            return Ok(Found::There(Entered::present(present)));
        }
        // Whoever came too different before: their case waits still, or an officer decided that
        // they are somebody else, or (then they are `known`) the same.
        let mut turn = 0_u32;
        loop {
            let key = self.apart_key(turn);
            let Some(present) = tx.present(find, &key)? else {
                return Ok(Found::Apart(known, key));
            };
            let other = present.candidate;
            if self.waits(&present)
                || !other.is(&known) && !self.differs(tx, find, &other, rules)?
            {
                return Ok(Found::There(Entered::present(present)));
            }
            turn += 1;
        }
    }

    /// A case of the same owner that waits takes what comes again, however it is described: the
    /// newest description is the one to decide on.
    fn waits(&self, present: &Present) -> bool {
        present.case.as_ref().is_some_and(|case| case.owner == self.owner)
    }

    fn differs(
        &self,
        tx: &mut Tx<'_>,
        find: &Find,
        from: &Candidate,
        rules: &NameRules,
    ) -> Result<bool, StoreError> {
        let verdict = tx.compare(find, from, &self.source, |current| {
            update_known(current, &self.five, rules)
        })?;
        Ok(matches!(verdict, Some(UpdateDecision::Held(_))))
    }

    /// Under which key somebody is held who came under another one's identifier: the same each time,
    /// so that the case is found again; the next one once an officer has decided it.
    fn apart_key(&self, turn: u32) -> LinkKey {
        let of = crate::hex(&self.key.bytes());
        let key = format!("\u{1}held\u{1}{of}\u{1}{turn}");
        LinkKey::MunicipalPerson { municipality: self.source.clone(), key }
    }

    /// Enters somebody too different from the one whose identifier they came with.
    pub(crate) fn enter_apart(
        &self,
        tx: &mut Tx<'_>,
        key: &LinkKey,
        known: Candidate,
        find: &Find,
    ) -> Result<Entered, StoreError> {
        self.held_apart(tx, key, known, HoldReason::TooDifferent, find)
    }

    /// Under an unknown identifier: linked if all five agree, held if somebody is near, new if not.
    fn unknown(
        &self,
        tx: &mut Tx<'_>,
        find: &Find,
        rules: &NameRules,
    ) -> Result<Entered, StoreError> {
        let at = find.request().at;
        let decision = tx.matching(find, (&self.key, &self.source, &self.lookup), |near| {
            match_in_register(&near.people, &near.apart, &near.others, &self.five, rules)
        })?;
        match decision {
            LinkDecision::New => {
                let candidate = tx.enter_resident(false)?;
                tx.claim(&self.key, &candidate, at)?;
                Ok(Entered::known(candidate))
            }
            LinkDecision::Auto(resident) => {
                let candidate = tx.decided(resident)?.ok_or(StoreError::Stale)?;
                if tx.has_other_number(find, &candidate, &self.key)? {
                    return self.held_apart(
                        tx,
                        &self.key,
                        candidate,
                        HoldReason::OtherNumber,
                        find,
                    );
                }
                tx.claim(&self.key, &candidate, at)?;
                Ok(Entered::known(candidate))
            }
            LinkDecision::Held { candidate, reason, .. } => {
                let near = tx.decided(candidate)?.ok_or(StoreError::Stale)?;
                self.held_apart(tx, &self.key, near, reason, find)
            }
        }
    }

    fn held_apart(
        &self,
        tx: &mut Tx<'_>,
        key: &LinkKey,
        near: Candidate,
        reason: HoldReason,
        find: &Find,
    ) -> Result<Entered, StoreError> {
        let provisional = tx.enter_resident(true)?;
        let case = (near.resident(), reason, self.owner.as_str());
        let held = tx.hold(key, &provisional, case, find.request().at)?;
        Ok(Entered { candidate: provisional, held: Some(held), near: Some(near) })
    }

    /// Records the description, keeps the number, files the person for later searches. Gives the
    /// reference of the description.
    pub(crate) fn describe(
        &self,
        room: &mut Room<'_, '_>,
        author: &str,
        hidden: bool,
    ) -> Result<String, StoreError> {
        let new = New {
            kind: Record::Patient,
            key: &self.source,
            item: &self.item,
            hidden,
            custodian: &self.source,
            author,
            at: room.access().request().at,
        };
        let face = PatientFace { attributes: self.five.clone(), identifiers: Vec::new() };
        let mut reference = String::new();
        let written = room.put(&new, |item| {
            reference = format!("Patient/{item}");
            patient::write(&face, item)
        })?;
        // Under another number, even the same description is somebody new (held) and so is written.
        if written != Written::Unchanged {
            room.file_under(&self.search)?;
            if let Some(claim) = &self.claim {
                room.keep_number(claim)?;
            }
        }
        Ok(reference)
    }
}

/// The right to look people up in order to enter or end something.
pub(crate) fn may_find(request: &Request) -> Result<Find, StoreError> {
    access::find(request.clone()).map_err(|_| StoreError::NotOpened("registration"))
}

/// Whether somebody has a current resource that is to be ended.
pub(crate) fn has(
    tx: &mut Tx<'_>,
    candidate: &Candidate,
    request: &Request,
    (kind, key): (Record, &str),
) -> Result<bool, StoreError> {
    open(tx, candidate, request)?.holds(kind, key)
}

/// Decides and opens the room of somebody who came in.
pub(crate) fn open<'t, 'c>(
    tx: &'t mut Tx<'c>,
    candidate: &Candidate,
    request: &Request,
) -> Result<Room<'t, 'c>, StoreError> {
    let access: Access =
        tx.decide(candidate, request)?.map_err(|_| StoreError::NotOpened("registration"))?;
    if candidate.is_new() { Ok(tx.enter_new(access)) } else { tx.enter(access) }
}
