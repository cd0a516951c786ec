//! A span of health insurance (医療保険) as a Coverage, after JP Core.
//!
//! Source: JP Core Coverage; law:JP-Core.

use domain::insurance::Insurance;

use super::{INSURER_SYSTEM, face};
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Coverage";
const SYMBOL: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol";
const NUMBER: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber";
const BRANCH: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber";
/// 保険種別: 1 is 医療保険 in the code list that JP Core documents use.
const TYPE_SYSTEM: &str = "urn:oid:1.2.392.100495.20.2.61";
const COPAY_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/coverage-copay-type";

/// The body of a span of insurance; `patient` is a reference such as `Patient/…`.
#[must_use]
pub fn write(insurance: &Insurance, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Coverage", id, PROFILE, |writer| {
        writer.member("extension").array(|writer| {
            face::item(writer, SYMBOL, "valueString", &insurance.symbol);
            face::item(writer, NUMBER, "valueString", &insurance.number);
            face::item(writer, BRANCH, "valueString", &insurance.branch);
        });
        writer.text("status", "active");
        face::concept(writer.member("type"), TYPE_SYSTEM, "1");
        face::reference(writer, "beneficiary", patient);
        face::write_period(writer, insurance.valid_from, insurance.valid_to);
        writer.member("payor").array(|writer| {
            writer.object(|writer| {
                face::identifier(writer.member("identifier"), INSURER_SYSTEM, &insurance.insurer);
                writer.text("display", &insurance.insurer_name);
            });
        });
        writer.member("costToBeneficiary").array(|writer| {
            writer.object(|writer| write_share(writer, insurance.share_percent));
        });
    })
}

fn write_share(writer: &mut Writer, percent: u8) {
    face::concept(writer.member("type"), COPAY_SYSTEM, "copaypct");
    writer.member("valueQuantity").object(|writer| {
        writer.member("value").integer(percent.into());
        writer.text("unit", "%");
    });
}

/// The insurance of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<Insurance, Problem> {
    of(face::open(body)?.root())
}

/// The insurance of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<Insurance, Problem> {
    face::expect_resource(root, "Coverage")?;
    let mut insured: [Option<String>; 3] = [None, None, None];
    for item in root.get("extension").into_iter().flat_map(Node::items) {
        let Some((url, value)) = face::url_and_value(item) else { continue };
        if let Some(index) = [SYMBOL, NUMBER, BRANCH].iter().position(|known| *known == url) {
            insured[index] = Some(face::text(value)?);
        }
    }
    let [symbol, number, branch] = insured;
    let period = root.get("period").map(face::period).transpose()?.unwrap_or_default();
    let payor = ["payor", "identifier", "value"];
    Ok(Insurance {
        insurer: face::text_at(root, &payor, "payor[0].identifier.value")?,
        insurer_name: face::text_at(root, &["payor", "display"], "payor[0].display")?,
        symbol: symbol.unwrap_or_default(),
        number: number.ok_or_else(|| face::missing(root, "InsuredPersonNumber"))?,
        branch: branch.unwrap_or_default(),
        valid_from: period.0.ok_or_else(|| face::missing(root, "period.start"))?,
        valid_to: period.1,
        share_percent: share(root)?,
    })
}

fn share(root: Node<'_>) -> Result<u8, Problem> {
    let path = ["costToBeneficiary", "valueQuantity", "value"];
    let node = face::first(root, &path).ok_or_else(|| face::missing(root, "costToBeneficiary"))?;
    let percent = node.as_i64().and_then(|value| u8::try_from(value).ok());
    let percent = percent.filter(|percent| *percent <= 100);
    percent.ok_or_else(|| Problem::at(node, Code::WrongValue, "Send whole percent, 0 to 100."))
}
