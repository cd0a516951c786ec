//! Institutions and municipalities as Organizations.
//!
//! Source: JP Core Organization; law:JP-Core.

use super::{INSTITUTION_SYSTEM, MUNICIPALITY_SYSTEM, face};
use crate::json::{Node, Problem};

const PROFILE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Organization";
const KIND_SYSTEM: &str = guide!("/cs/organization-kind");
const MUNICIPALITY_KIND: &str = "municipality";

/// An institution (医療機関等).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionFace {
    /// 医療機関コード, 10 digits.
    pub code: String,
    /// Its name, as registered.
    pub name: String,
    /// What it is: a code of our code system `organization-kind`, such as `clinic`.
    pub kind: String,
}

/// A municipality (自治体).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MunicipalityFace {
    /// 全国地方公共団体コード, 6 digits.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The body of an institution.
#[must_use]
pub fn write_institution(institution: &InstitutionFace, id: &str) -> Vec<u8> {
    let InstitutionFace { code, name, kind } = institution;
    write(INSTITUTION_SYSTEM, code, kind, name, id)
}

/// The body of a municipality.
#[must_use]
pub fn write_municipality(municipality: &MunicipalityFace, id: &str) -> Vec<u8> {
    let MunicipalityFace { code, name } = municipality;
    write(MUNICIPALITY_SYSTEM, code, MUNICIPALITY_KIND, name, id)
}

fn write(system: &str, code: &str, kind: &str, name: &str, id: &str) -> Vec<u8> {
    face::resource("Organization", id, PROFILE, |writer| {
        writer.member("identifier").array(|writer| face::identifier(writer, system, code));
        writer.member("type").array(|writer| face::concept(writer, KIND_SYSTEM, kind));
        writer.text("name", name);
    })
}

/// The institution of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read_institution(body: &[u8]) -> Result<InstitutionFace, Problem> {
    let tree = face::open(body)?;
    let root = tree.root();
    let (code, name) = code_and_name(root, INSTITUTION_SYSTEM)?;
    let kind = face::text_at(root, &["type", "coding", "code"], "type[0].coding[0].code")?;
    Ok(InstitutionFace { code, name, kind })
}

/// The municipality of a stored body.
///
/// # Errors
/// As [`read_institution`].
pub fn read_municipality(body: &[u8]) -> Result<MunicipalityFace, Problem> {
    let tree = face::open(body)?;
    let (code, name) = code_and_name(tree.root(), MUNICIPALITY_SYSTEM)?;
    Ok(MunicipalityFace { code, name })
}

fn code_and_name(root: Node<'_>, system: &str) -> Result<(String, String), Problem> {
    face::expect_resource(root, "Organization")?;
    let list = root.get("identifier").ok_or_else(|| face::missing(root, "identifier"))?;
    let code = face::identifier_value(list, system)?;
    let code = code.ok_or_else(|| face::missing(list, &format!("identifier of {system}")))?;
    Ok((code, face::text_at(root, &["name"], "name")?))
}
