//! 基本5情報 (pmh-api §2.4), for bodies and for tables.

use domain::finding::{Finding, Severity};
use domain::person::{Birth, FiveAttributes, Sex};
use fhir::json::Node;

use super::item::{Items, Shape, empty};
use super::limits;

const ITEMS: [&str; 5] = ["name", "nameKana", "address", "dateOfBirth", "sex"];

/// Codes of `sex`. `2` is published, `1` and `9` are inferred (pmh-api §2.4).
pub(super) const SEXES: [&str; 3] = ["1", "2", "9"];

/// The five attributes of `node`, with findings at `basicFiveInfo/…`.
///
/// A person may have no reading, and an address may be withheld: both may be empty, the latter
/// with a warning. Everybody has a name in some script.
pub(super) fn parse(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<FiveAttributes> {
    let mut items = Items::of(node, "basicFiveInfo/");
    let name = items.text("name", Shape::line(limits::NAME));
    let kana = items.optional_text("nameKana", Shape::line(limits::NAME)).unwrap_or_default();
    items.note("nameKana", unusual_kana(&kana));
    let address = address(&mut items);
    let birth = birth(&mut items);
    let sex = items.one_of("sex", &SEXES).and_then(|which| Sex::from_code(SEXES[which]));
    items.only(&ITEMS, Severity::Warn);

    findings.append(&mut items.findings);
    let (name, address) = (name?.into_owned(), address?);
    Some(FiveAttributes { name, kana, address, birth: birth?, sex: sex? })
}

fn address(items: &mut Items<'_>) -> Option<String> {
    let node = items.required("address")?;
    let text = items.string("address", node)?;
    if text.trim().is_empty() {
        let at = items.at("address");
        items.findings.push(empty(at, Severity::Warn));
    }
    items.shaped("address", text, Shape::line(limits::ADDRESS)).map(std::borrow::Cow::into_owned)
}

fn birth(items: &mut Items<'_>) -> Option<Birth> {
    let node = items.required("dateOfBirth")?;
    let text = items.string("dateOfBirth", node)?;
    items.take("dateOfBirth", birth_of(&text))
}

/// A date of birth: ten characters, the unknown parts (不詳) as zeros.
///
/// # Errors
///
/// `birth-form`
pub(super) fn birth_of(text: &str) -> Result<Birth, Finding> {
    let birth = if text.len() == 10 { Birth::parse(text) } else { None };
    birth.ok_or_else(|| {
        Finding::stop(
            "birth-form",
            "",
            "実在する日を YYYY-MM-DD で書いてください。不詳の部分は 1948-00-00 のように0にします。",
            "Write an existing day as YYYY-MM-DD, with zeros for what is unknown: 1948-00-00.",
        )
    })
}

/// A reading in other characters than full-width katakana is kept, with a warning: it compares
/// less well.
pub(super) fn unusual_kana(text: &str) -> Option<Finding> {
    let usual = |character: char| {
        matches!(
            character,
            '\u{30A1}'..='\u{30FE}' | '　' | ' ' | '－' | '‐' | '\u{3099}' | '\u{309A}'
        )
    };
    (!text.chars().all(usual)).then(|| {
        Finding::warn(
            "kana-characters",
            "",
            "カナ氏名に全角カタカナ以外の文字があります。そのまま受け付けました。確かめてください。",
            "The reading has characters other than full-width katakana; it was kept, check it.",
        )
    })
}
