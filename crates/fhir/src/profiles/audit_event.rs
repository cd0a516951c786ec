//! An entry of the audit log as an AuditEvent, for those who read FHIR. The log itself is not
//! kept this way: it is rendered on reading.
//!
//! Source: IHE BALP (Basic Audit Log Patterns); law:IHE-BALP.

use domain::instant::Instant;

use super::face;
use crate::json::Writer;

const PROFILE: &str = guide!("/StructureDefinition/pmh-audit-event");
const TYPE_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const DEED_SYSTEM: &str = guide!("/cs/deed");
const PURPOSE_SYSTEM: &str = guide!("/cs/purpose");
const CALLER_SYSTEM: &str = guide!("/sid/caller");
const CALLER_KIND_SYSTEM: &str = guide!("/cs/caller-kind");
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";

/// What was done to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Something new was recorded.
    Create,
    /// Something was read or searched.
    Read,
    /// Something was replaced.
    Update,
    /// Something was ended.
    Delete,
    /// Anything else, such as a sign-in.
    Execute,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Refused to the caller.
    Refused,
    /// The hub failed.
    Failed,
}

/// One entry of the audit log, as plain texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditView {
    /// Identifier of the entry.
    pub id: String,
    /// When.
    pub at: Instant,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Code of the purpose.
    pub purpose: String,
    /// Legal basis: a law id.
    pub basis: String,
    /// Code of the kind of caller, such as `institution`.
    pub caller_kind: String,
    /// Name of the caller, for people.
    pub caller_name: String,
    /// Identifier of the caller.
    pub caller_code: String,
    /// The resident, a reference such as `Patient/…`; empty if none is concerned.
    pub resident_ref: String,
    /// What was touched: references or names of kinds.
    pub what: Vec<String>,
    /// The deed and its particulars in one line; may be empty.
    pub detail: String,
}

/// The entry as an AuditEvent.
#[must_use]
pub fn write(view: &AuditView) -> Vec<u8> {
    let (action, deed) = words(view.action);
    face::resource("AuditEvent", &view.id, PROFILE, |writer| {
        face::coding(writer.member("type"), TYPE_SYSTEM, "rest");
        writer.member("subtype").array(|writer| face::coding(writer, DEED_SYSTEM, deed));
        writer.text("action", action);
        writer.member("recorded").display(view.at.rfc3339());
        writer.text("outcome", outcome(view.outcome));
        if !view.detail.is_empty() {
            writer.text("outcomeDesc", &view.detail);
        }
        writer.member("purposeOfEvent").array(|writer| {
            writer.object(|writer| {
                face::codings(writer, PURPOSE_SYSTEM, &view.purpose);
                writer.text("text", &view.basis);
            });
        });
        writer.member("agent").array(|writer| {
            writer.object(|writer| write_agent(writer, view));
        });
        writer.member("source").object(|writer| {
            writer.member("observer").object(|writer| writer.text("display", "pmh"));
        });
        write_entities(writer, view);
    })
}

fn write_agent(writer: &mut Writer, view: &AuditView) {
    face::concept(writer.member("type"), CALLER_KIND_SYSTEM, &view.caller_kind);
    writer.member("who").object(|writer| {
        face::identifier(writer.member("identifier"), CALLER_SYSTEM, &view.caller_code);
        writer.text("display", &view.caller_name);
    });
    writer.member("requestor").boolean(true);
}

fn write_entities(writer: &mut Writer, view: &AuditView) {
    if view.resident_ref.is_empty() && view.what.is_empty() {
        return;
    }
    writer.member("entity").array(|writer| {
        if !view.resident_ref.is_empty() {
            writer.object(|writer| {
                face::reference(writer, "what", &view.resident_ref);
                face::coding(writer.member("type"), ENTITY_TYPE, "1");
                face::coding(writer.member("role"), OBJECT_ROLE, "1");
            });
        }
        for what in &view.what {
            writer.object(|writer| {
                writer.member("what").object(|writer| writer.text("display", what));
                face::coding(writer.member("type"), ENTITY_TYPE, "2");
                face::coding(writer.member("role"), OBJECT_ROLE, "4");
            });
        }
    });
}

const fn words(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Create => ("C", "create"),
        Action::Read => ("R", "read"),
        Action::Update => ("U", "update"),
        Action::Delete => ("D", "delete"),
        Action::Execute => ("E", "execute"),
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "0",
        Outcome::Refused => "4",
        Outcome::Failed => "8",
    }
}
