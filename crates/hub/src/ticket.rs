//! A one-time sign-in link: the operator hands it to a member of staff, who opens it once.
//!
//! The ticket is sealed with the hub's own key, so it can be made beside a hub that runs; that it
//! is used once is kept in the store.

use domain::instant::Instant;
use store::StoreError;

use crate::callers::staff_session;
use crate::credential::token::{NONCE_BYTES, TICKET_SECONDS, Ticket, Tokens};
use crate::refusal::{Kind, Refusal};
use crate::{Hub, hex};

/// Purpose byte of spent tickets.
const TICKET: u8 = 3;

/// Makes a ticket for `staff` at `terminal` (empty for none) of the hub at `origin`.
#[must_use]
pub fn ticket(
    tokens: &Tokens,
    origin: &str,
    (staff, terminal): (&str, &str),
    at: Instant,
    nonce: [u8; NONCE_BYTES],
) -> String {
    let ticket = Ticket {
        id: hex(&nonce),
        origin: origin.to_owned(),
        staff: staff.to_owned(),
        terminal: terminal.to_owned(),
        expires: at.plus_seconds(TICKET_SECONDS),
    };
    tokens.issue_ticket(&ticket, at, nonce)
}

/// Opens a session for the bearer of a ticket, once.
///
/// # Errors
/// [`Kind::Unauthenticated`] for a ticket of another hub, one that is over or was used;
/// [`Kind::NotFound`] for staff that the catalogue does not know.
pub async fn enter_by_ticket(hub: &Hub, ticket: &str) -> Result<String, Refusal> {
    let opened = hub.tokens.open_ticket(ticket, hub.now());
    let ticket = opened.ok().filter(|ticket| ticket.origin == hub.origin).ok_or_else(unusable)?;
    let (id, expires) = (ticket.id, ticket.expires);
    let once = hub.store.write(move |tx| {
        tx.spend(TICKET, id.as_bytes(), expires);
        Ok::<(), StoreError>(())
    });
    match once.await {
        Err(StoreError::Spent) => return Err(unusable()),
        other => other?,
    }
    staff_session(hub, &ticket.staff, &ticket.terminal).await
}

/// Over, used, or not ours: these look alike.
fn unusable() -> Refusal {
    Refusal::new(
        Kind::Unauthenticated,
        "ticket-unusable",
        "このサインイン用リンクは使えません(期限切れか、使用済みです)。運用者に新しいリンクを頼んでください。",
        "This sign-in link is over or was used; ask the operator for a new one.",
    )
}
