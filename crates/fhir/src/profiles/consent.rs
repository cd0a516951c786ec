//! What a resident agreed to hand over, as a Consent.

use domain::instant::Instant;

use super::{INSTITUTION_SYSTEM, face};
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = guide!("/StructureDefinition/pmh-consent");
const SCOPE_SYSTEM: &str = guide!("/cs/consent-scope");
const PURPOSE_SYSTEM: &str = guide!("/cs/purpose");
const POLICY_SYSTEM: &str = guide!("/cs/policy");
const HL7_SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const HL7_ROLE: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const LOINC: &str = "http://loinc.org";

/// One answer of a resident to the question of an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentFace {
    /// What it is about, such as `certificates`: codes of our code system `consent-scope`.
    pub scope_codes: Vec<String>,
    /// Agreed, or refused.
    pub permitted: bool,
    /// When the resident answered.
    pub at: Instant,
    /// 医療機関コード of the institution that asked.
    pub institution: String,
    /// What for: a code of our code system `purpose`.
    pub purpose: String,
    /// When it ends by itself.
    pub expires: Option<Instant>,
}

/// The body of a consent; `patient` is a reference such as `Patient/…`.
#[must_use]
pub fn write(consent: &ConsentFace, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Consent", id, PROFILE, |writer| {
        writer.text("status", "active");
        face::concept(writer.member("scope"), HL7_SCOPE, "patient-privacy");
        // LOINC 59284-0 is the patient's consent document.
        writer.member("category").array(|writer| face::concept(writer, LOINC, "59284-0"));
        face::reference(writer, "patient", patient);
        writer.member("dateTime").display(consent.at.rfc3339());
        // R4 asks for a policy (ppc-1); ours is the consent of one visit.
        face::concept(writer.member("policyRule"), POLICY_SYSTEM, "visit");
        writer.member("provision").object(|writer| write_provision(writer, consent));
    })
}

fn write_provision(writer: &mut Writer, consent: &ConsentFace) {
    writer.text("type", if consent.permitted { "permit" } else { "deny" });
    if let Some(expires) = consent.expires {
        writer.member("period").object(|writer| writer.member("end").display(expires.rfc3339()));
    }
    writer.member("actor").array(|writer| {
        writer.object(|writer| {
            face::concept(writer.member("role"), HL7_ROLE, "IRCP");
            let institution = &consent.institution;
            face::logical_reference(writer, "reference", INSTITUTION_SYSTEM, institution);
        });
    });
    writer.member("purpose").array(|writer| {
        face::coding(writer, PURPOSE_SYSTEM, &consent.purpose);
    });
    if !consent.scope_codes.is_empty() {
        writer.member("code").array(|writer| {
            for code in &consent.scope_codes {
                face::concept(writer, SCOPE_SYSTEM, code);
            }
        });
    }
}

/// The consent of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<ConsentFace, Problem> {
    of(face::open(body)?.root())
}

/// The consent of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<ConsentFace, Problem> {
    face::expect_resource(root, "Consent")?;
    let at = root.get("dateTime").ok_or_else(|| face::missing(root, "dateTime"))?;
    let provision = root.get("provision").ok_or_else(|| face::missing(root, "provision"))?;
    let actor = ["actor", "reference", "identifier", "value"];
    let codes = provision.get("code").into_iter().flat_map(Node::items);
    Ok(ConsentFace {
        scope_codes: codes
            .map(|concept| face::text_at(concept, &["coding", "code"], "coding[0].code"))
            .collect::<Result<_, _>>()?,
        permitted: permitted(provision)?,
        at: face::instant(at)?,
        institution: face::text_at(provision, &actor, "actor[0].reference.identifier.value")?,
        purpose: face::text_at(provision, &["purpose", "code"], "purpose[0].code")?,
        expires: face::first(provision, &["period", "end"]).map(face::instant).transpose()?,
    })
}

fn permitted(provision: Node<'_>) -> Result<bool, Problem> {
    let node = provision.get("type").ok_or_else(|| face::missing(provision, "type"))?;
    match node.as_str().as_deref() {
        Some("permit") => Ok(true),
        Some("deny") => Ok(false),
        _ => Err(Problem::at(node, Code::WrongValue, "Send `permit` or `deny`.")),
    }
}
