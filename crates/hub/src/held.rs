//! Held links: an officer decides whether two descriptions are one person.

use domain::access::{self, Basis, Caller, Cohort, Purpose, Request};
use domain::identity::HoldReason;
use domain::instant::Instant;
use domain::name::{Agreement, Verdict, agree};
use domain::person::FiveAttributes;
use store::StoreError;
use store::worklist::{HeldCase, HeldPair, of_municipality};

use crate::Hub;
use crate::refusal::Refusal;

/// A case as an officer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldView {
    /// Opaque name of the case.
    pub id: String,
    /// Since when it waits.
    pub since: Instant,
    /// Why.
    pub reason: HoldReason,
    /// Which identifier is held.
    pub identifier: &'static str,
    /// How the person came in.
    pub incoming: FiveAttributes,
    /// How the probable person is described, if this municipality described them.
    pub candidate: Option<FiveAttributes>,
    /// Which of the five agree.
    pub agreement: Agreement,
}

fn granted(hub: &Hub, caller: &Caller) -> Result<(Request, Cohort), Refusal> {
    let request = hub.request(caller, Purpose::LinkDecision, Basis::MunicipalTask);
    let cohort = access::held_links(request.clone()).map_err(Refusal::denied)?;
    Ok((request, cohort))
}

/// The cases that wait for this municipality, oldest first.
///
/// # Errors
/// [`crate::Kind::NotFound`] for other callers than officers.
pub async fn list_held(hub: &Hub, caller: &Caller) -> Result<Vec<HeldView>, Refusal> {
    let (_, cohort) = granted(hub, caller)?;
    let pairs = hub.store.read(move |tx| tx.held_described(&cohort)).await?;
    Ok(pairs.into_iter().map(|pair| view(hub, pair)).collect())
}

fn view(hub: &Hub, pair: HeldPair) -> HeldView {
    let mut agreement = agree(&pair.incoming, &pair.candidate, &hub.book.names);
    // Whether an address agrees would tell where somebody under 不開示 lives.
    if pair.own.is_none() && pair.case.candidate.not_disclosed() {
        agreement.address = Verdict::Undecidable;
    }
    let HeldCase { id, since, reason, identifier, .. } = pair.case;
    let (incoming, candidate) = (pair.incoming, pair.own);
    HeldView { id, since, reason, identifier, incoming, candidate, agreement }
}

/// Decides a case: one person, or two.
///
/// # Errors
/// [`crate::Kind::NotFound`] for a case that does not wait for this officer's municipality.
pub async fn decide_held(hub: &Hub, caller: &Caller, id: &str, same: bool) -> Result<(), Refusal> {
    let (request, cohort) = granted(hub, caller)?;
    let id = id.to_owned();
    let decided = hub.store.write(move |tx| {
        let at = request.at;
        let Some(case) = tx.decide_held(&cohort, &id, same, at)? else {
            return Err(Refusal::not_found());
        };
        // The decision stands in the log of the person whom it touched.
        let touched = if same { case.candidate } else { case.incoming };
        if let Ok(access) = tx.decide(&touched, &request)? {
            let mut room = tx.enter(access)?;
            room.remark(if same { "one-person" } else { "two-people" });
        }
        // Whoever else registered them was told that they wait.
        let mut told = tx.describing(&cohort, &case.incoming)?;
        told.retain(|source| of_municipality(source) && *source != case.owner);
        told.push(case.owner);
        for municipality in told {
            tx.tell(&municipality, "link-decided", &case.id, at)?;
        }
        Ok(())
    });
    decided.await?;
    hub.news.notify_waiters();
    Ok(())
}

/// Corrects a case that was confirmed wrongly: the two are two people again, and are not asked about
/// any more.
///
/// # Errors
/// [`crate::Kind::NotFound`] for a case that this officer's municipality did not confirm, or whose
/// people have been merged with others since.
pub async fn undo_held(hub: &Hub, caller: &Caller, id: &str) -> Result<(), Refusal> {
    let (request, cohort) = granted(hub, caller)?;
    let id = id.to_owned();
    let undone = hub.store.write(move |tx| {
        let Some((from, into)) = tx.undo_confirmed(&cohort, &id, request.at)? else {
            return Err(Refusal::not_found());
        };
        for touched in [from, into] {
            if let Ok(access) = tx.decide(&touched, &request)? {
                tx.enter(access)?.remark("two-people");
            }
        }
        tx.tell(&request.caller.organisation, "link-undone", &id, request.at)?;
        Ok(())
    });
    undone.await?;
    hub.news.notify_waiters();
    Ok(())
}

/// How many cases wait.
///
/// # Errors
/// [`crate::Kind::NotFound`] for other callers than officers.
pub async fn held_count(hub: &Hub, caller: &Caller) -> Result<i64, Refusal> {
    granted(hub, caller)?;
    let owner = caller.organisation.clone();
    let count = hub.store.read(move |tx| tx.held_count(&owner)).await;
    count.map_err(|error: StoreError| error.into())
}
