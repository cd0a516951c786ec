//! A medical-expense certificate (受給者証) as a Coverage.
//!
//! Source: pmh-api §2.3; law:PMH-API. Profile `pmh-certificate` of our guide.

use domain::certificate::Certificate;
use jiff::civil::Date;

use super::{CERTIFICATE_TYPE_SYSTEM, MUNICIPALITY_SYSTEM, face};
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = guide!("/StructureDefinition/pmh-certificate");
const ITEMS: &str = guide!("/StructureDefinition/pmh-certificate-items");
const CLASS_SYSTEM: &str = guide!("/cs/class");
/// What `details` is when it is not written.
const NO_DETAILS: &str = "[]";

/// Whether the municipality still stands by a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does; the validity span says when it entitles.
    Active,
    /// Deleted by the municipality (`isDeleted`).
    Cancelled,
}

/// The body of a certificate that the municipality stands by; `patient` is a reference such as
/// `Patient/…`.
#[must_use]
pub fn write(certificate: &Certificate, id: &str, patient: &str) -> Vec<u8> {
    write_as(certificate, Status::Active, id, patient)
}

/// The body of a certificate with its status.
#[must_use]
pub fn write_as(certificate: &Certificate, status: Status, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Coverage", id, PROFILE, |writer| {
        face::items(writer, ITEMS, true, |writer| write_items(writer, certificate));
        writer.text("status", if status == Status::Active { "active" } else { "cancelled" });
        writer.member("type").object(|writer| {
            face::codings(writer, CERTIFICATE_TYPE_SYSTEM, &certificate.type_id);
            writer.text("text", &certificate.name);
        });
        if let Some(number) = &certificate.recipient_number {
            writer.text("subscriberId", number);
        }
        face::reference(writer, "beneficiary", patient);
        face::write_period(writer, certificate.valid_from, Some(certificate.valid_to));
        writer.member("payor").array(|writer| {
            writer.object(|writer| {
                let municipality = &certificate.municipality;
                face::identifier(writer.member("identifier"), MUNICIPALITY_SYSTEM, municipality);
            });
        });
        if let Some(number) = &certificate.payer_number {
            writer.member("class").array(|writer| write_payer(writer, number));
        }
    })
}

fn write_payer(writer: &mut Writer, number: &str) {
    writer.object(|writer| {
        face::concept(writer.member("type"), CLASS_SYSTEM, "payer");
        writer.text("value", number);
    });
}

fn write_items(writer: &mut Writer, certificate: &Certificate) {
    let details = Some(&certificate.details).filter(|details| *details != NO_DETAILS);
    for (url, value) in [
        ("historyKey", Some(&certificate.history_key)),
        ("subKey", certificate.sub_key.as_ref()),
        ("segment", certificate.segment.as_ref()),
        ("incomeSegment", certificate.income_segment.as_ref()),
        ("conditions", certificate.additional_conditions.as_ref()),
        ("institutions", certificate.designated_institutions.as_ref()),
        ("maxCopayment", certificate.max_copayment.as_ref()),
        ("details", details),
    ] {
        if let Some(value) = value {
            face::item(writer, url, "valueString", value);
        }
    }
    for (url, value) in [
        ("alwaysReimbursed", certificate.always_reimbursed),
        ("notDisclosed", certificate.not_disclosed),
    ] {
        if value {
            writer.object(|writer| {
                writer.text("url", url);
                writer.member("valueBoolean").boolean(true);
            });
        }
    }
}

/// The certificate of a stored body, cancelled or not.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<Certificate, Problem> {
    of(face::open(body)?.root()).map(|(certificate, _)| certificate)
}

/// The certificate and its status.
///
/// # Errors
/// As [`read`].
pub fn read_as(body: &[u8]) -> Result<(Certificate, Status), Problem> {
    of(face::open(body)?.root())
}

/// The certificate and its status from a parsed body, in one pass over the members.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<(Certificate, Status), Problem> {
    face::expect_resource(root, "Coverage")?;
    let mut draft = Draft::default();
    for (name, node) in root.members() {
        match &*name {
            "status" => draft.status = Some(status(node)?),
            "type" => draft.read_type(node)?,
            "subscriberId" => draft.recipient_number = Some(face::text(node)?),
            "period" => draft.period = face::period(node)?,
            "payor" => {
                let path = ["identifier", "value"];
                let payor = node.items().next().and_then(|payor| face::first(payor, &path));
                draft.municipality = payor.map(face::text).transpose()?;
            }
            "class" => draft.read_classes(node)?,
            _ => {}
        }
    }
    for (url, value) in face::items_of(root, ITEMS) {
        draft.read_item(&url, value)?;
    }
    draft.finish(root)
}

fn status(node: Node<'_>) -> Result<Status, Problem> {
    match node.as_str().as_deref() {
        Some("active") => Ok(Status::Active),
        Some("cancelled") => Ok(Status::Cancelled),
        _ => Err(Problem::at(node, Code::WrongValue, "Send `active` or `cancelled`.")),
    }
}

#[derive(Default)]
struct Draft {
    status: Option<Status>,
    municipality: Option<String>,
    type_id: Option<String>,
    name: Option<String>,
    payer_number: Option<String>,
    recipient_number: Option<String>,
    period: (Option<Date>, Option<Date>),
    history_key: Option<String>,
    sub_key: Option<String>,
    segment: Option<String>,
    income_segment: Option<String>,
    additional_conditions: Option<String>,
    designated_institutions: Option<String>,
    max_copayment: Option<String>,
    details: Option<String>,
    always_reimbursed: bool,
    not_disclosed: bool,
}

impl Draft {
    fn read_type(&mut self, concept: Node<'_>) -> Result<(), Problem> {
        for (name, node) in concept.members() {
            match &*name {
                "coding" => {
                    let code = node.items().next().and_then(|coding| coding.get("code"));
                    self.type_id = code.map(face::text).transpose()?;
                }
                "text" => self.name = Some(face::text(node)?),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_classes(&mut self, classes: Node<'_>) -> Result<(), Problem> {
        for class in classes.items() {
            let code = face::first(class, &["type", "coding", "code"]).and_then(Node::as_str);
            if code.as_deref() == Some("payer") {
                self.payer_number = class.get("value").map(face::text).transpose()?;
            }
        }
        Ok(())
    }

    fn read_item(&mut self, url: &str, value: Node<'_>) -> Result<(), Problem> {
        let place = match url {
            "historyKey" => &mut self.history_key,
            "subKey" => &mut self.sub_key,
            "segment" => &mut self.segment,
            "incomeSegment" => &mut self.income_segment,
            "conditions" => &mut self.additional_conditions,
            "institutions" => &mut self.designated_institutions,
            "maxCopayment" => &mut self.max_copayment,
            "details" => &mut self.details,
            "alwaysReimbursed" => {
                self.always_reimbursed = face::boolean(value)?;
                return Ok(());
            }
            "notDisclosed" => {
                self.not_disclosed = face::boolean(value)?;
                return Ok(());
            }
            _ => return Ok(()),
        };
        *place = Some(face::text(value)?);
        Ok(())
    }

    fn finish(self, root: Node<'_>) -> Result<(Certificate, Status), Problem> {
        let missing = |name| move || face::missing(root, name);
        let certificate = Certificate {
            municipality: self.municipality.ok_or_else(missing("payor[0].identifier.value"))?,
            type_id: self.type_id.ok_or_else(missing("type.coding[0].code"))?,
            name: self.name.ok_or_else(missing("type.text"))?,
            payer_number: self.payer_number,
            recipient_number: self.recipient_number,
            sub_key: self.sub_key,
            segment: self.segment,
            income_segment: self.income_segment,
            additional_conditions: self.additional_conditions,
            designated_institutions: self.designated_institutions,
            always_reimbursed: self.always_reimbursed,
            max_copayment: self.max_copayment,
            valid_from: self.period.0.ok_or_else(missing("period.start"))?,
            valid_to: self.period.1.ok_or_else(missing("period.end"))?,
            history_key: self.history_key.ok_or_else(missing("historyKey"))?,
            not_disclosed: self.not_disclosed,
            details: self.details.unwrap_or_else(|| NO_DETAILS.to_owned()),
        };
        Ok((certificate, self.status.ok_or_else(missing("status"))?))
    }
}
