//! A resident whose immunisations a municipality follows (予防接種の対象者), as a Basic.
//!
//! Ours: no interface of it is published (pmh-api §6). It says where somebody lives and what opens a
//! window besides birth date and history.

use jiff::civil::Date;

use super::{MUNICIPALITY_SYSTEM, face};
use crate::json::{Node, Problem};

const PROFILE: &str = guide!("/StructureDefinition/pmh-immunization-target");
const ITEMS: &str = guide!("/StructureDefinition/pmh-immunization-target-items");
const CODE_SYSTEM: &str = guide!("/cs/basic");

/// One resident of one municipality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImmunizationTarget {
    /// 全国地方公共団体コード of the municipality.
    pub municipality: String,
    /// 自治体別本人キー, as sent.
    pub key: String,
    /// Since when they live there (転入日, or birth).
    pub since: Date,
    /// The first day on which they live there no more (消除の異動日).
    pub left_on: Option<Date>,
    /// 出産予定日
    pub due: Option<Date>,
    /// Codes of what opens windows, such as `disability-60-64`, in order.
    pub flags: Vec<String>,
}

/// The body of a target; `patient` is a reference such as `Patient/…`.
#[must_use]
pub fn write(target: &ImmunizationTarget, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Basic", id, PROFILE, |writer| {
        face::items(writer, ITEMS, true, |writer| {
            face::item(writer, "key", "valueString", &target.key);
            face::item(writer, "since", "valueDate", &target.since.to_string());
            for (name, day) in [("leftOn", target.left_on), ("due", target.due)] {
                if let Some(day) = day {
                    face::item(writer, name, "valueDate", &day.to_string());
                }
            }
            for flag in &target.flags {
                face::item(writer, "flag", "valueCode", flag);
            }
        });
        face::concept(writer.member("code"), CODE_SYSTEM, "immunization-target");
        face::reference(writer, "subject", patient);
        face::logical_reference(writer, "author", MUNICIPALITY_SYSTEM, &target.municipality);
    })
}

/// The target of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<ImmunizationTarget, Problem> {
    of(face::open(body)?.root())
}

/// The target of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<ImmunizationTarget, Problem> {
    face::expect_resource(root, "Basic")?;
    let (mut key, mut since, mut left_on, mut due) = (None, None, None, None);
    let mut flags = Vec::new();
    for (url, value) in face::items_of(root, ITEMS) {
        match &*url {
            "key" => key = Some(face::text(value)?),
            "since" => since = Some(face::day(value)?),
            "leftOn" => left_on = Some(face::day(value)?),
            "due" => due = Some(face::day(value)?),
            "flag" => flags.push(face::text(value)?),
            _ => {}
        }
    }
    let author = ["author", "identifier", "value"];
    Ok(ImmunizationTarget {
        municipality: face::text_at(root, &author, "author.identifier.value")?,
        key: key.ok_or_else(|| face::missing(root, "key"))?,
        since: since.ok_or_else(|| face::missing(root, "since"))?,
        left_on,
        due,
        flags,
    })
}
