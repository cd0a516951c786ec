//! A guardian of a child (保護者), as a RelatedPerson in the child's record.

use jiff::civil::Date;

use super::{MUNICIPALITY_SYSTEM, face};
use crate::json::{Node, Problem};

const PROFILE: &str = guide!("/StructureDefinition/pmh-guardian");
const ITEMS: &str = guide!("/StructureDefinition/pmh-guardian-items");
const RELATION_SYSTEM: &str = guide!("/cs/relation");

/// That somebody is a child's guardian, for a time, as a municipality says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationFace {
    /// The guardian, a reference such as `Patient/…`.
    pub guardian: String,
    /// What the guardian is to the child: a code of our code system `relation`.
    pub relation: String,
    /// First day.
    pub valid_from: Date,
    /// Last day, inclusive; none while it goes on.
    pub valid_to: Option<Date>,
    /// 全国地方公共団体コード of the municipality that says so.
    pub municipality: String,
}

/// The body of a relation; `child` is a reference such as `Patient/…`.
#[must_use]
pub fn write(relation: &RelationFace, id: &str, child: &str) -> Vec<u8> {
    face::resource("RelatedPerson", id, PROFILE, |writer| {
        face::items(writer, ITEMS, true, |writer| {
            writer.object(|writer| {
                writer.text("url", "guardian");
                face::reference(writer, "valueReference", &relation.guardian);
            });
            writer.object(|writer| {
                writer.text("url", "municipality");
                let value = writer.member("valueIdentifier");
                face::identifier(value, MUNICIPALITY_SYSTEM, &relation.municipality);
            });
        });
        face::reference(writer, "patient", child);
        writer.member("relationship").array(|writer| {
            face::concept(writer, RELATION_SYSTEM, &relation.relation);
        });
        face::write_period(writer, relation.valid_from, relation.valid_to);
    })
}

/// The relation of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<RelationFace, Problem> {
    of(face::open(body)?.root())
}

/// The relation of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<RelationFace, Problem> {
    face::expect_resource(root, "RelatedPerson")?;
    let (mut guardian, mut municipality) = (None, None);
    for (url, value) in face::items_of(root, ITEMS) {
        match &*url {
            "guardian" => guardian = Some(face::text_at(value, &["reference"], "reference")?),
            "municipality" => municipality = Some(face::text_at(value, &["value"], "value")?),
            _ => {}
        }
    }
    let period = root.get("period").map(face::period).transpose()?.unwrap_or_default();
    let relation = ["relationship", "coding", "code"];
    Ok(RelationFace {
        guardian: guardian.ok_or_else(|| face::missing(root, "guardian"))?,
        relation: face::text_at(root, &relation, "relationship[0].coding[0].code")?,
        valid_from: period.0.ok_or_else(|| face::missing(root, "period.start"))?,
        valid_to: period.1,
        municipality: municipality.ok_or_else(|| face::missing(root, "municipality"))?,
    })
}
