//! A person whom a municipality lists for checkups (自治体検診の対象者), as a Basic.
//!
//! Source: pmh-api §5.1; law:PMH-API. R4 has no resource for it, and the items beyond the key are
//! not published: they are kept as sent.

use jiff::civil::Date;

use super::{MUNICIPALITY_SYSTEM, face};
use crate::json::{Node, Problem};

const PROFILE: &str = guide!("/StructureDefinition/pmh-checkup-target");
const ITEMS: &str = guide!("/StructureDefinition/pmh-checkup-target-items");
const CODE_SYSTEM: &str = guide!("/cs/basic");

/// One person on one municipality's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckupTarget {
    /// 全国地方公共団体コード of the municipality.
    pub municipality: String,
    /// 自治体別本人キー, `municipalityIdentityKey`, as sent.
    pub key: String,
    /// 消除の異動日, once the person left the list.
    pub removed_on: Option<Date>,
    /// A JSON object with the members of the record that have no published meaning, as sent.
    pub members: String,
}

/// The body of a checkup target; `patient` is a reference such as `Patient/…`.
#[must_use]
pub fn write(target: &CheckupTarget, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Basic", id, PROFILE, |writer| {
        face::items(writer, ITEMS, true, |writer| {
            face::item(writer, "key", "valueString", &target.key);
            if let Some(day) = target.removed_on {
                face::item(writer, "removedOn", "valueDate", &day.to_string());
            }
            face::item(writer, "members", "valueString", &target.members);
        });
        face::concept(writer.member("code"), CODE_SYSTEM, "checkup-target");
        face::reference(writer, "subject", patient);
        face::logical_reference(writer, "author", MUNICIPALITY_SYSTEM, &target.municipality);
    })
}

/// The checkup target of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<CheckupTarget, Problem> {
    of(face::open(body)?.root())
}

/// The checkup target of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<CheckupTarget, Problem> {
    face::expect_resource(root, "Basic")?;
    let (mut key, mut removed_on, mut members) = (None, None, None);
    for (url, value) in face::items_of(root, ITEMS) {
        match &*url {
            "key" => key = Some(face::text(value)?),
            "removedOn" => removed_on = Some(face::day(value)?),
            "members" => members = Some(face::text(value)?),
            _ => {}
        }
    }
    let author = ["author", "identifier", "value"];
    Ok(CheckupTarget {
        municipality: face::text_at(root, &author, "author.identifier.value")?,
        key: key.ok_or_else(|| face::missing(root, "key"))?,
        removed_on,
        members: members.ok_or_else(|| face::missing(root, "members"))?,
    })
}
