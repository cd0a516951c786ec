//! How a person comes in: claim the identifier, find out who it is, open their record.

use domain::access::{self, Access, Find, Request};
use domain::identity::{
    HoldReason, LinkDecision, LinkKey, UpdateDecision, lookup_keys, match_new, search_key,
    update_known,
};
use domain::name::NameRules;
use domain::person::FiveAttributes;
use fhir::Kind as Record;
use fhir::profiles::patient::{self, PatientFace};
use store::record::{New, Written};
use store::vault::Claim;
use store::{Candidate, Room, StoreError, Tx};

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
        let Ok(find) = access::find(request.clone()) else {
            return Err(StoreError::NotOpened("registration"));
        };
        match tx.find_to_enter(&find, &self.key)? {
            Some(known) => self.known(tx, &find, known, rules),
            None => self.unknown(tx, &find, rules),
        }
    }

    /// Under a known identifier: an ordinary change, or too different to be the same person.
    fn known(
        &self,
        tx: &mut Tx<'_>,
        find: &Find,
        known: Candidate,
        rules: &NameRules,
    ) -> Result<Entered, StoreError> {
        let verdict = tx.compare(find, &known, &self.source, |current| {
            update_known(current, &self.five, rules)
        })?;
        match verdict {
            Some(UpdateDecision::Held(_)) => {
                let key = LinkKey::MunicipalPerson {
                    municipality: self.source.clone(),
                    key: format!("\u{1}held\u{1}{}", self.item),
                };
                self.held_apart(tx, &key, known, HoldReason::TooDifferent, find)
            }
            _ => Ok(Entered { candidate: known, held: None }),
        }
    }

    /// Under an unknown identifier: linked if all five agree, held if somebody is near, new if not.
    fn unknown(
        &self,
        tx: &mut Tx<'_>,
        find: &Find,
        rules: &NameRules,
    ) -> Result<Entered, StoreError> {
        let at = find.request().at;
        let decision =
            tx.matching(find, &self.lookup, |people| match_new(people, &self.five, rules))?;
        match decision {
            LinkDecision::New => {
                let candidate = tx.enter_resident(false)?;
                tx.claim(&self.key, &candidate, at)?;
                Ok(Entered { candidate, held: None })
            }
            LinkDecision::Auto(resident) => {
                let candidate = tx.decided(resident)?.ok_or(StoreError::Stale)?;
                tx.claim(&self.key, &candidate, at)?;
                Ok(Entered { candidate, held: None })
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
        Ok(Entered { candidate: provisional, held: Some(held) })
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
        if written != Written::Unchanged {
            room.file_under(&self.search)?;
            if let Some(claim) = &self.claim {
                room.keep_number(claim)?;
            }
        }
        Ok(reference)
    }
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
