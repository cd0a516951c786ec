//! The deeds: one file per thing that a person does.
//!
//! A deed reads through `store`, asks `domain`, writes through `store` in the same transaction. The
//! same deed serves the page, the vendor API and the command line.

pub mod callers;
pub mod catalogue;
pub mod credential;
pub mod disclosure;
pub mod eligibility;
mod enter;
pub mod held;
pub mod immunization;
pub mod import;
pub mod intake;
pub mod municipality;
pub mod operator;
mod owner;
pub mod refusal;
pub mod registration;
pub mod resident;
mod stuck;
#[cfg(feature = "testing")]
pub mod testing;
pub mod ticket;
mod work;

use std::sync::Arc;

use aws_lc_rs::hmac;
use domain::access::{Basis, Caller, Purpose, Request};
use domain::instant::Instant;
use lawbook::Lawbook;
use store::{Clock, Entropy, Store};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore};

use credential::{card::CardTrust, challenge::Challenges, hex, token::Tokens};

pub use callers::{
    Granted, caller_of_session, caller_of_token, end_session, issue_token, open_session,
    staff_session,
};
pub use catalogue::{list_catalogue, put_catalogue};
pub use disclosure::{audit_event, consent};
pub use eligibility::{
    ChallengeView, Eligibility, PersonView, issue_challenge, resident_challenge, show_eligibility,
};
pub use held::{HeldView, decide_held, held_count, list_held, undo_held};
pub use municipality::{
    keep_schemes, list_tasks, municipality_name, put_schemes, read_feed, read_schemes, read_task,
};
pub use operator::{card_alarms, counts, log_checkpoint, log_state, log_tile, task_alarms};
pub use refusal::{Kind, Refusal};
pub use registration::{TaskKind, accept_registration};
pub use resident::{
    ChildView, LookView, OwnPage, child_page, own_looks, own_page, sign_in_resident,
};
pub use ticket::enter_by_ticket;
pub use work::Worker;

/// Large bodies that are read at once.
const READINGS: usize = 2;

/// Secrets of the hub that are not the vault's.
#[derive(Clone, Copy)]
pub struct Secrets {
    /// Authenticates challenges.
    pub challenges: [u8; 32],
    /// Seals tokens and sessions.
    pub tokens: [u8; 32],
    /// Makes pseudonyms for institutions and apps.
    pub pseudonyms: [u8; 32],
}

/// What a hub is made of.
pub struct Parts {
    /// The record.
    pub store: Store,
    /// The rules.
    pub book: Arc<Lawbook>,
    /// Where it is reached, as `http://127.0.0.1:8080`: part of what cards sign.
    pub origin: String,
    /// Whose cards it trusts.
    pub trust: CardTrust,
    /// Its secrets.
    pub secrets: Secrets,
    /// The time, as an argument (wall 2).
    pub clock: Clock,
    /// Randomness, as an argument.
    pub entropy: Entropy,
}

/// The hub: everything a deed needs.
pub struct Hub {
    store: Store,
    book: Arc<Lawbook>,
    origin: String,
    trust: CardTrust,
    challenges: Challenges,
    tokens: Tokens,
    pseudonyms: hmac::Key,
    clock: Clock,
    entropy: Entropy,
    /// Turns of reading large bodies.
    readings: Semaphore,
    /// Rung when a task is accepted.
    bell: Notify,
    /// Rung when a feed has news.
    news: Notify,
    /// Registrations that fail.
    stuck: stuck::Stuck,
    /// Counts of municipalities, as long as they hold.
    pictures: immunization::coverage::Pictures,
}

impl Hub {
    /// Puts a hub together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            book: parts.book,
            origin: parts.origin,
            trust: parts.trust,
            challenges: Challenges::new(parts.secrets.challenges),
            tokens: Tokens::new(parts.secrets.tokens),
            pseudonyms: hmac::Key::new(hmac::HMAC_SHA256, &parts.secrets.pseudonyms),
            clock: parts.clock,
            entropy: parts.entropy,
            readings: Semaphore::new(READINGS),
            bell: Notify::new(),
            news: Notify::new(),
            stuck: stuck::Stuck::default(),
            pictures: immunization::coverage::Pictures::default(),
        }
    }

    /// Where the hub is reached.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The record.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The rules.
    #[must_use]
    pub fn book(&self) -> &Lawbook {
        &self.book
    }

    /// Whose cards are trusted, to renew revocation lists.
    #[must_use]
    pub fn trust(&self) -> &CardTrust {
        &self.trust
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Ends when some feed has news that came after this call: call it before reading the feed, and
    /// nothing that arrives in between is missed.
    pub fn news(&self) -> Notified<'_> {
        self.news.notified()
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.entropy)(&mut bytes);
        bytes
    }

    /// A random name of 128 bits, as hexadecimal text.
    pub(crate) fn name(&self) -> String {
        hex(&self.random::<16>())
    }

    /// What stands for a resident towards one organisation or person: two of them share nothing.
    pub(crate) fn pseudonym(&self, towards: &str, resident: domain::person::ResidentId) -> String {
        pseudonym(&self.pseudonyms, towards, resident)
    }

    pub(crate) fn request(&self, caller: &Caller, purpose: Purpose, basis: Basis) -> Request {
        Request { caller: caller.clone(), purpose, basis, at: self.now() }
    }
}

pub(crate) fn pseudonym(
    key: &hmac::Key,
    towards: &str,
    resident: domain::person::ResidentId,
) -> String {
    let text = [towards.as_bytes(), &[0], &resident.0.to_be_bytes()].concat();
    hex(&hmac::sign(key, &text).as_ref()[..16])
}
