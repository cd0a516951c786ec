//! 個人番号 where they do not belong: in texts, names and figures of other items (design, wall 6).
//!
//! What is searched is what a reader would read: decoded texts, digits of either width, spaces and
//! hyphens between them left out.

use domain::number::{self, Kind as Number};
use fhir::json::{Kind, Node};

/// Digits of a 個人番号.
const DIGITS: usize = 12;
/// How it is printed: in three groups.
const GROUP: usize = 4;

/// What a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    Nothing,
    /// Twelve digits by themselves, or printed in three groups, whose check digit is right.
    Somebodys,
    /// One of the numbers that the record itself has.
    Own,
}

/// What the texts, names and figures of `node` hold; `own` are the record's numbers.
pub(super) fn search(node: Node<'_>, own: &[&str]) -> Found {
    match node.kind() {
        Kind::String => node.as_str().map_or(Found::Nothing, |text| search_text(&text, own)),
        Kind::Number => search_text(node.raw(), own),
        Kind::Array => node.items().map(|item| search(item, own)).max().unwrap_or(Found::Nothing),
        Kind::Object => node
            .members()
            .map(|(name, value)| search_text(&name, own).max(search(value, own)))
            .max()
            .unwrap_or(Found::Nothing),
        _ => Found::Nothing,
    }
}

/// The same of one text.
pub(super) fn search_text(text: &str, own: &[&str]) -> Found {
    let chains = chains(text);
    if chains.iter().any(|groups| own.iter().any(|own| groups.concat().contains(own))) {
        return Found::Own;
    }
    match chains.iter().any(|groups| is_printed(groups)) {
        true => Found::Somebodys,
        false => Found::Nothing,
    }
}

/// Whether a text holds a 個人番号, whosever it is.
pub(crate) fn holds_number(text: &str) -> bool {
    search_text(text, &[]) != Found::Nothing
}

/// Whether groups of digits have a number among them: alone, or as 4-4-4.
fn is_printed(groups: &[String]) -> bool {
    let valid = |digits: &str| number::holds(Number::Personal, digits);
    let alone = groups.iter().any(|group| group.len() == DIGITS && valid(group));
    alone
        || groups
            .windows(DIGITS / GROUP)
            .any(|three| three.iter().all(|group| group.len() == GROUP) && valid(&three.concat()))
}

/// Chains of groups of digits: only spaces and hyphens lie between the groups of a chain.
fn chains(text: &str) -> Vec<Vec<String>> {
    let mut chains = Vec::new();
    if text.chars().filter(|&character| digit(character).is_some()).count() < DIGITS {
        return chains;
    }
    let (mut chain, mut group) = (Vec::new(), String::new());
    for character in text.chars() {
        if let Some(digit) = digit(character) {
            group.push(digit);
            continue;
        }
        if !group.is_empty() {
            chain.push(std::mem::take(&mut group));
        }
        if !is_between(character) && !chain.is_empty() {
            chains.push(std::mem::take(&mut chain));
        }
    }
    chain.extend((!group.is_empty()).then_some(group));
    chains.extend((!chain.is_empty()).then_some(chain));
    chains
}

/// The digit in half width.
fn digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '０'..='９' => char::from_u32(u32::from(character) - 0xFEE0),
        _ => None,
    }
}

fn is_between(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | 'ー' | 'ｰ' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{FF0D}'
                | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let own = ["999000000016"];
        for (json, want) in [
            (r#""999000000016""#, Found::Own),
            (r#""x999000000016y""#, Found::Own),
            (r#""\u0039990\u0030000001\u0036""#, Found::Own),
            (r#""９９９０００００００１６""#, Found::Own),
            (r#""9990-0000-0016""#, Found::Own),
            (r#""9990　０000 0016""#, Found::Own),
            (r#""1 999000000016 2""#, Found::Own),
            (r#""01999000000016""#, Found::Own),
            ("999000000016", Found::Own),
            (r#"{ "a": [1, { "999000000016": 0 }] }"#, Found::Own),
            (r#""999000000024""#, Found::Somebodys),
            (r#""tel 9990 0000 0024""#, Found::Somebodys),
            (r#"[["９９９０-００００-００２４"]]"#, Found::Somebodys),
            ("999000000024", Found::Somebodys),
            (r#""999000000025""#, Found::Nothing),
            (r#""9990000000240""#, Found::Nothing),
            (r#""99 9000000024""#, Found::Nothing),
            (r#""0985-23-2111 2026-04-01""#, Found::Nothing),
            (r#""999000000.016""#, Found::Nothing),
            ("true", Found::Nothing),
        ] {
            let json = json.replace(r"\\u", r"\u");
            let tree = super::super::read(json.as_bytes()).unwrap();
            assert_eq!(search(tree.root(), &own), want, "{json}");
        }
    }
}
