//! Who looked, as FHIR: an entry of the audit log is an AuditEvent, and a Consent where the resident
//! was asked whether certificates are handed over.
//!
//! The entry is the fact; both resources are rendered from it on reading (design, §4).

use domain::access::{Basis, Role};
use domain::audit::{Action, Outcome};
use fhir::profiles::audit_event::{self, AuditView};
use fhir::profiles::consent::{self, ConsentFace};
use store::disclosure::Look;

use crate::Hub;

/// The entry as an AuditEvent.
#[must_use]
pub fn audit_event(hub: &Hub, look: &Look) -> Vec<u8> {
    let entry = &look.entry;
    audit_event::write(&AuditView {
        id: id(look),
        at: entry.at,
        action: match entry.action {
            Action::Write => audit_event::Action::Update,
            Action::Read | Action::Query | Action::List => audit_event::Action::Read,
        },
        outcome: match entry.outcome {
            Outcome::Granted | Outcome::Empty => audit_event::Outcome::Done,
            Outcome::Refused => audit_event::Outcome::Refused,
        },
        purpose: entry.purpose.code().to_owned(),
        basis: entry.basis.code().to_owned(),
        caller_kind: entry.role.code().to_owned(),
        caller_name: entry.organisation.clone(),
        caller_code: caller(look),
        resident_ref: patient(hub, look),
        what: entry.what.split(' ').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        detail: entry.detail.clone(),
    })
}

/// What the resident answered at the desk, if they were asked: it holds for that one visit.
#[must_use]
pub fn consent(hub: &Hub, look: &Look) -> Option<Vec<u8>> {
    let entry = &look.entry;
    let permitted = match entry.basis {
        Basis::CardWithConsent | Basis::NumbersWithConsent => true,
        Basis::CardOnly | Basis::NumbersOnly => false,
        Basis::Session
        | Basis::MunicipalTask
        | Basis::Registry
        | Basis::NameAndBirth
        | Basis::OwnEntry => {
            return None;
        }
    };
    let face = ConsentFace {
        scope_codes: vec!["certificates".to_owned()],
        permitted,
        at: entry.at,
        institution: entry.organisation.clone(),
        purpose: entry.purpose.code().to_owned(),
        expires: None,
    };
    Some(consent::write(&face, &id(look), &patient(hub, look)))
}

/// Whose record it was: the name that the resident's own downloads have for them.
fn patient(hub: &Hub, look: &Look) -> String {
    let resident = look.entry.resident;
    resident.map(|of| format!("Patient/{}", hub.pseudonym("own", of))).unwrap_or_default()
}

fn id(look: &Look) -> String {
    format!("leaf-{}", look.leaf)
}

/// Towards residents an institution or municipality is its code; a person has none.
fn caller(look: &Look) -> String {
    match look.entry.role {
        Role::Resident | Role::Operator => look.entry.role.code().to_owned(),
        _ => look.entry.organisation.clone(),
    }
}
