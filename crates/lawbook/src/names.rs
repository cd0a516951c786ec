//! `rules/names/`: which kanji are one for comparison.

use std::collections::BTreeMap;

use domain::name::NameRules;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::Fault;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    placeholders: Vec<Spanned<String>>,
    group: Vec<Group>,
    apart: Vec<Apart>,
}

/// Pairs from one source: a variant and the character it folds to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    title: Spanned<String>,
    law: Spanned<String>,
    #[expect(dead_code, reason = "the source may be in force long before; nothing depends on it")]
    in_force_from: Option<Datetime>,
    source: Spanned<String>,
    doubt: Option<Spanned<String>>,
    #[expect(dead_code, reason = "required in the file, for the people who keep it")]
    checked_on: Datetime,
    pairs: Vec<Spanned<String>>,
}

/// Pairs that look alike and must never fold together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Apart {
    why: Spanned<String>,
    pairs: Vec<Spanned<String>>,
}

/// Reads the text of `rules/names/variants.toml`; `file` names it in faults.
///
/// # Errors
/// The first thing wrong, with its line: not TOML, a text left empty, a pair that is not two
/// characters, a variant that is there twice, or two characters kept apart that fold together.
pub fn names(text: &str, file: &str) -> Result<NameRules, Fault> {
    let reader = Reader { text, file };
    let parsed: File = toml::from_str(text).map_err(|error| {
        reader.fault(error.span().map_or(0, |span| span.start), error.message().to_owned())
    })?;
    let rules = NameRules::new(reader.variants(&parsed.group)?);
    for apart in &parsed.apart {
        reader.filled(&apart.why)?;
        for pair in &apart.pairs {
            reader.kept_apart(pair, &rules)?;
        }
    }
    let mut placeholders = Vec::new();
    for placeholder in &parsed.placeholders {
        reader.filled(placeholder)?;
        placeholders.push(placeholder.get_ref().clone());
    }
    Ok(rules.with_placeholders(placeholders))
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn variants(&self, groups: &[Group]) -> Result<BTreeMap<char, char>, Fault> {
        let mut variants = BTreeMap::new();
        for group in groups {
            for text in [&group.title, &group.law, &group.source].into_iter().chain(&group.doubt) {
                self.filled(text)?;
            }
            for pair in &group.pairs {
                let (variant, representative) = self.pair(pair)?;
                if variants.insert(variant, representative).is_some() {
                    let message = format!("{variant} stands in two pairs; keep one of them");
                    return Err(self.fault(pair.span().start, message));
                }
            }
        }
        Ok(variants)
    }

    /// Two different characters, as they are (`髙高`) or by code point (`FA19=795E`).
    fn pair(&self, pair: &Spanned<String>) -> Result<(char, char), Fault> {
        let text = pair.get_ref().as_str();
        let found = match text.split_once('=') {
            Some((one, two)) => code_point(one).zip(code_point(two)),
            None => two_characters(text),
        };
        found.filter(|(one, two)| one != two).ok_or_else(|| {
            let message = format!(
                "\"{text}\" must be two different characters, or two code points as FA19=795E"
            );
            self.fault(pair.span().start, message)
        })
    }

    fn kept_apart(&self, pair: &Spanned<String>, rules: &NameRules) -> Result<(), Fault> {
        let (one, two) = self.pair(pair)?;
        if rules.represent(one) == rules.represent(two) {
            let message = format!("{one} and {two} fold together although they are kept apart");
            return Err(self.fault(pair.span().start, message));
        }
        Ok(())
    }

    fn filled(&self, text: &Spanned<String>) -> Result<(), Fault> {
        if text.get_ref().trim().is_empty() {
            let message = "an empty text; write it, or take the key away".to_owned();
            return Err(self.fault(text.span().start, message));
        }
        Ok(())
    }

    fn fault(&self, at: usize, message: String) -> Fault {
        let before = self.text.as_bytes().iter().take(at);
        let line = 1 + before.filter(|&&byte| byte == b'\n').count();
        Fault { file: self.file.to_owned(), line, message }
    }
}

fn code_point(text: &str) -> Option<char> {
    u32::from_str_radix(text, 16).ok().and_then(char::from_u32)
}

fn two_characters(text: &str) -> Option<(char, char)> {
    let mut characters = text.chars();
    match (characters.next(), characters.next(), characters.next()) {
        (Some(one), Some(two), None) => Some((one, two)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::identity::pairs::labelled_pairs;
    use domain::name::kanji_key;

    use super::*;

    const OURS: &str = include_str!("../../../rules/names/variants.toml");

    #[test]
    fn our_table_folds_what_registers_write_and_keeps_apart_what_families_choose() {
        let rules = names(OURS, "names/variants.toml").unwrap();
        for (one, two, same) in [
            ("髙橋", "高橋", true),
            ("山﨑", "山崎", true),
            ("渡邊", "渡邉", true),
            ("濵田", "濱田", true),
            ("桒原", "桑原", true),
            ("𠮷田", "吉田", true),
            ("\u{FA19}田", "神田", true),
            ("\u{2F00}男", "一男", true),
            ("德川", "徳川", true),
            ("齋藤", "斎藤", true),
            ("齊藤", "斉藤", true),
            ("斎藤", "斉藤", false),
            ("齋藤", "齊藤", false),
            ("龍一", "竜一", false),
            ("中嶋", "中島", false),
            ("渕上", "淵上", false),
            ("宮崎", "宮埼", false),
        ] {
            let agree = kanji_key(one, &rules) == kanji_key(two, &rules);
            assert_eq!(agree, same, "{one} {two}");
        }
    }

    #[test]
    fn our_table_links_nobody_falsely() {
        let rules = names(OURS, "names/variants.toml").unwrap();
        let report = labelled_pairs(5, 3_000, &rules);
        assert_eq!((report.false_links, report.missed), (0, 0), "{report:?}");
        assert_eq!(report.linked, report.same, "{report:?}");
    }

    #[test]
    fn a_fault_names_its_line() {
        let head = "placeholders = []\napart = []\n[[group]]\ntitle = \"t\"\nlaw = \"l\"\n\
                    source = \"s\"\nchecked_on = 2026-11-24\n";
        for (rest, want) in [
            ("pairs = [\"髙高\"]", "fine"),
            ("pairs = [\"FA19=795E\"]", "fine"),
            ("pairs = [\n\"髙高\",\n\"髙\"]", "10"),
            ("pairs = [\"髙髙\"]", "8"),
            ("pairs = [\"髙高橋\"]", "8"),
            ("pairs = [\"FA19=XYZ\"]", "8"),
            ("pairs = [\n\"髙高\",\n\"髙橋\"]", "10"),
            ("pairs = []\nunknown = 1", "9"),
            ("doubt = \" \"\npairs = []", "8"),
            ("pairs = [\"髙高\"", "8"),
            ("pairs = [1]", "8"),
            ("pairs = [\"髙高\"]\n[[group]]\ntitle = \"t\"", "9"),
        ] {
            check(&format!("{head}{rest}"), want);
        }
        check("placeholders = [\"\"]\ngroup = []\napart = []", "1");
        check("placeholders = []\ngroup = []\n[[apart]]\nwhy = \"\"\npairs = []", "4");
    }

    #[test]
    fn two_characters_kept_apart_must_not_meet_through_a_third() {
        let text = OURS.replacen("\"髙高\"", "\"髙高\", \"竜龍\"", 1);
        let fault = names(&text, "names/variants.toml").unwrap_err();
        assert!(fault.message.contains("龍 and 竜"), "{fault}");
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        let got = match names(text, "names/test.toml") {
            Ok(_) => "fine".to_owned(),
            Err(fault) => fault.line.to_string(),
        };
        assert_eq!(got, want, "{text}");
    }
}
