//! Held links: an officer decides whether two descriptions are one person.

use domain::access::{self, Basis, Caller, Cohort, Purpose, Request};
use domain::identity::HoldReason;
use domain::instant::Instant;
use domain::name::{Agreement, Verdict, agree};
use domain::person::FiveAttributes;
use store::identity::HeldCase;
use store::record::Stored;
use store::{Candidate, StoreError, Tx};

use crate::Hub;
use crate::eligibility::unreadable;
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
    let (request, cohort) = granted(hub, caller)?;
    let names = hub.book.names.clone();
    let cases = hub.store.read(move |tx| {
        let mut views = Vec::new();
        for case in tx.held(&cohort)? {
            let owner = case.owner.clone();
            let incoming = describe(tx, &request, &case.incoming, Shown::To(&owner))?;
            let anyhow = describe(tx, &request, &case.candidate, Shown::Compared)?;
            let own = describe(tx, &request, &case.candidate, Shown::By(&owner))?;
            if let (Some(incoming), Some(anyhow)) = (incoming, anyhow) {
                let mut agreement = agree(&incoming, &anyhow, &names);
                if own.is_none() && case.candidate.not_disclosed() {
                    agreement.address = Verdict::Undecidable;
                }
                views.push(view(case, incoming, own, agreement));
            }
        }
        Ok::<_, StoreError>(views)
    });
    Ok(cases.await?)
}

fn view(
    case: HeldCase,
    incoming: FiveAttributes,
    candidate: Option<FiveAttributes>,
    agreement: Agreement,
) -> HeldView {
    let HeldCase { id, since, reason, identifier, .. } = case;
    HeldView { id, since, reason, identifier, incoming, candidate, agreement }
}

/// Which description is meant.
#[derive(Clone, Copy)]
enum Shown<'o> {
    /// One that this municipality may see: its own, else that of a register (insurer, card). What
    /// another municipality wrote is never shown, least of all an address under 不開示.
    To(&'o str),
    /// The one that this municipality wrote.
    By(&'o str),
    /// The newest one: to compare with, not to be shown.
    Compared,
}

impl Shown<'_> {
    fn of(self, rows: &[Stored]) -> Option<&Stored> {
        let by = |source: &str| rows.iter().rev().find(|row| row.key == source);
        match self {
            Self::To(owner) => {
                by(owner).or_else(|| rows.iter().rev().find(|row| !of_municipality(&row.key)))
            }
            Self::By(owner) => by(owner),
            Self::Compared => rows.last(),
        }
    }
}

/// Whether the source of a description is a municipality: those are named by their code alone.
fn of_municipality(source: &str) -> bool {
    source.len() == 6 && source.bytes().all(|byte| byte.is_ascii_digit())
}

fn describe(
    tx: &mut Tx<'_>,
    request: &Request,
    of: &Candidate,
    which: Shown<'_>,
) -> Result<Option<FiveAttributes>, StoreError> {
    let Ok(access) = tx.decide(of, request)? else { return Ok(None) };
    let rows = tx.enter(access)?.read(fhir::Kind::Patient)?;
    let Some(row) = which.of(&rows) else { return Ok(None) };
    let face = fhir::profiles::patient::read(&row.body).map_err(unreadable)?;
    let mut five = face.attributes;
    if of.not_disclosed() && matches!(which, Shown::To(owner) if owner != row.key) {
        five.address.clear();
    }
    Ok(Some(five))
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
