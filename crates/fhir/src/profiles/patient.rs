//! A resident as a Patient, after JP Core: the name twice, in kanji and in kana.
//!
//! Source: JP Core Patient; law:JP-Core.

use domain::person::{Birth, FiveAttributes, Sex};

use super::face;
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient";
const REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
const KANJI: &str = "IDE";
const KANA: &str = "SYL";

/// A business identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// Naming system, a URI.
    pub system: String,
    /// The value in it.
    pub value: String,
}

/// A resident as the record keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientFace {
    /// 基本5情報, byte for byte as sent.
    pub attributes: FiveAttributes,
    /// Never 個人番号: that lies in the vault only.
    pub identifiers: Vec<Identifier>,
}

/// The body of a resident.
#[must_use]
pub fn write(patient: &PatientFace, id: &str) -> Vec<u8> {
    let FiveAttributes { name, kana, address, birth, sex } = &patient.attributes;
    face::resource("Patient", id, PROFILE, |writer| {
        if !patient.identifiers.is_empty() {
            writer.member("identifier").array(|writer| {
                for Identifier { system, value } in &patient.identifiers {
                    face::identifier(writer, system, value);
                }
            });
        }
        if !(name.is_empty() && kana.is_empty()) {
            writer.member("name").array(|writer| {
                write_name(writer, KANJI, name);
                write_name(writer, KANA, kana);
            });
        }
        writer.text("gender", gender(*sex));
        write_birth(writer, *birth);
        if !address.is_empty() {
            writer.member("address").array(|writer| {
                writer.object(|writer| writer.text("text", address));
            });
        }
    })
}

fn write_name(writer: &mut Writer, representation: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    writer.object(|writer| {
        writer.member("extension").array(|writer| {
            face::item(writer, REPRESENTATION, "valueCode", representation);
        });
        writer.text("use", "official");
        writer.text("text", text);
    });
}

fn write_birth(writer: &mut Writer, birth: Birth) {
    if birth == Birth::Unknown {
        writer.member("_birthDate").object(|writer| {
            writer.member("extension").array(|writer| {
                face::item(writer, ABSENT, "valueCode", "unknown");
            });
        });
    } else {
        writer.text("birthDate", &birth.text());
    }
}

const fn gender(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unknown => "unknown",
    }
}

/// The resident of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item of the wrong type.
pub fn read(body: &[u8]) -> Result<PatientFace, Problem> {
    of(face::open(body)?.root())
}

/// The resident of a parsed body. A name without the representation extension counts as kanji;
/// of several names of one representation the first counts.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<PatientFace, Problem> {
    face::expect_resource(root, "Patient")?;
    let mut names = Names::default();
    let mut identifiers = Vec::new();
    let (mut address, mut birth, mut sex) = (String::new(), Birth::Unknown, Sex::Unknown);
    for (name, node) in root.members() {
        match &*name {
            "identifier" => identifiers = read_identifiers(node)?,
            "name" => names = read_names(node)?,
            "gender" => sex = read_gender(node)?,
            "birthDate" => birth = read_birth(node)?,
            "address" => {
                let text = node.items().next().and_then(|item| item.get("text"));
                address = text.map(face::text).transpose()?.unwrap_or_default();
            }
            _ => {}
        }
    }
    let (name, kana) = (names.kanji.unwrap_or_default(), names.kana.unwrap_or_default());
    let attributes = FiveAttributes { name, kana, address, birth, sex };
    Ok(PatientFace { attributes, identifiers })
}

#[derive(Default)]
struct Names {
    kanji: Option<String>,
    kana: Option<String>,
}

fn read_names(list: Node<'_>) -> Result<Names, Problem> {
    let mut names = Names::default();
    for item in list.items() {
        let text = face::text(item.get("text").ok_or_else(|| face::missing(item, "text"))?)?;
        let place = if is_kana(item) { &mut names.kana } else { &mut names.kanji };
        place.get_or_insert(text);
    }
    Ok(names)
}

pub(crate) fn is_kana(human_name: Node<'_>) -> bool {
    let extensions = human_name.get("extension").into_iter().flat_map(Node::items);
    extensions.filter_map(face::url_and_value).any(|(url, value)| {
        url == REPRESENTATION && value.as_str().is_some_and(|code| code == KANA)
    })
}

fn read_identifiers(list: Node<'_>) -> Result<Vec<Identifier>, Problem> {
    let part = |item: Node<'_>, name| item.get(name).map(face::text).transpose();
    list.items()
        .map(|item| {
            let system = part(item, "system")?.unwrap_or_default();
            let value = part(item, "value")?.ok_or_else(|| face::missing(item, "value"))?;
            Ok(Identifier { system, value })
        })
        .collect()
}

fn read_gender(node: Node<'_>) -> Result<Sex, Problem> {
    match node.as_str().as_deref() {
        Some("male") => Ok(Sex::Male),
        Some("female") => Ok(Sex::Female),
        Some("unknown" | "other") => Ok(Sex::Unknown),
        _ => Err(Problem::at(node, Code::WrongValue, "Send male, female, other or unknown.")),
    }
}

fn read_birth(node: Node<'_>) -> Result<Birth, Problem> {
    let sent = node.as_str().filter(|sent| !sent.is_empty());
    let wrong = || Problem::at(node, Code::WrongValue, "Write YYYY, YYYY-MM or YYYY-MM-DD.");
    sent.and_then(|sent| Birth::parse(&sent)).ok_or_else(wrong)
}
