//! Who fills in, and whose record that opens: one's own, or that of a child whose guardian one is.

use std::sync::Arc;

use aws_lc_rs::hmac;
use domain::access::{Basis, Caller, Purpose, Request};
use domain::form::Consenter;
use domain::instant::Instant;
use domain::person::ResidentId;
use jiff::civil::Date;
use lawbook::Lawbook;
use store::{Room, Tx};

use crate::eligibility::newest_description;
use crate::refusal::Refusal;
use crate::resident::{display_name, handle_space, refused, signed_in};
use crate::{Hub, pseudonym};

/// Who fills in.
#[derive(Clone)]
pub(super) struct Who {
    resident: ResidentId,
    own: Request,
    /// The child's handle, and what is asked for it.
    child: Option<(String, Request)>,
    key: hmac::Key,
    pub(super) book: Arc<Lawbook>,
}

impl Who {
    pub(super) fn of(hub: &Hub, caller: &Caller, child: Option<&str>) -> Result<Self, Refusal> {
        let request = |purpose| hub.request(caller, purpose, Basis::Session);
        Ok(Self {
            resident: signed_in(caller)?,
            own: request(Purpose::OwnRecord),
            child: child.map(|handle| (handle.to_owned(), request(Purpose::ChildRecord))),
            key: hub.pseudonyms.clone(),
            book: Arc::clone(&hub.book),
        })
    }

    pub(super) fn by(&self) -> Consenter {
        if self.child.is_some() { Consenter::Guardian } else { Consenter::Person }
    }

    /// Who wrote a version: no name, nobody's number.
    pub(super) fn author(&self) -> &'static str {
        if self.child.is_some() { "guardian" } else { "resident" }
    }

    pub(super) fn at(&self) -> Instant {
        self.own.at
    }

    pub(super) fn today(&self) -> Date {
        self.own.at.day_in_japan()
    }

    /// Opens the record; with the guardian's name if it is a child's.
    pub(super) fn enter<'t, 'c>(
        &self,
        tx: &'t mut Tx<'c>,
    ) -> Result<(Room<'t, 'c>, Option<String>), Refusal> {
        let access = tx.decide_for(self.resident, &self.own)?.map_err(refused)?;
        let Some((handle, request)) = &self.child else { return Ok((tx.enter(access)?, None)) };
        let mut own = tx.enter(access)?;
        let name = newest_description(&mut own)?.map(|five| display_name(&five));
        let children = own.children(&self.today().to_string())?;
        drop(own);
        let space = handle_space(self.resident);
        let child = children
            .into_iter()
            .find(|child| pseudonym(&self.key, &space, *child) == *handle)
            .ok_or_else(Refusal::not_found)?;
        let access = tx
            .decide_for_child(child, request, &self.book.calendar.majority)?
            .map_err(|_| Refusal::not_found())?;
        Ok((tx.enter(access)?, Some(name.unwrap_or_default())))
    }
}
