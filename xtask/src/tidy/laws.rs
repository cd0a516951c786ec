//! The index of laws, both ways: what is cited is listed, what is listed as done is cited.

use std::collections::BTreeSet;

use toml::Value;

use super::Finding;
use crate::source::is_word;
use crate::tree::{File, Tree};

const INDEX: &str = "laws/index.tsv";
const HEADER: &str = "id\ttitle\tarticle\tstatus\twhere";

/// Files that speak about citations rather than cite.
const SPEAKERS: [&str; 3] = ["xtask/", "laws/", "target/"];

struct Entry<'a> {
    line: usize,
    id: &'a str,
    status: &'a str,
    places: Vec<&'a str>,
}

/// Every line of the index is well formed, and every place it names exists and cites it.
pub(super) fn index(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(INDEX) else {
        return vec![Finding::new("laws", INDEX, 1, "missing, restore it")];
    };
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    if file.text.lines().next() != Some(HEADER) {
        findings.push(Finding::new("laws", INDEX, 1, format!("the header is {HEADER:?}")));
    }
    for (line, text) in file.lines().skip(1).filter(|(_, text)| !text.is_empty()) {
        let Some(entry) = entry(line, text) else {
            let what = "write id, title, article, status yes|partly|no, where; tabs between";
            findings.push(Finding::new("laws", INDEX, line, what));
            continue;
        };
        if !seen.insert(entry.id) {
            let what = format!("`{}` is listed twice, delete one", entry.id);
            findings.push(Finding::new("laws", INDEX, line, what));
        }
        findings.extend(places(tree, &entry));
    }
    findings
}

fn entry(line: usize, text: &str) -> Option<Entry<'_>> {
    let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
    let [id, title, _article, status, places] = cells[..] else { return None };
    let known = ["yes", "partly", "no"].contains(&status);
    let places: Vec<&str> =
        places.split([',', ' ', ';']).filter(|place| !place.is_empty()).collect();
    let placed = status == "no" || !places.is_empty();
    let whole = !id.is_empty() && citation(id) == id && !title.is_empty();
    (known && placed && whole).then_some(Entry { line, id, status, places })
}

fn places(tree: &Tree, entry: &Entry<'_>) -> Vec<Finding> {
    if entry.status == "no" {
        return Vec::new();
    }
    let problem = |place: &&str| {
        let cited = || tree.under(place).any(|file| cites(file).any(|(_, id)| id == entry.id));
        let what = if !tree.has(place) {
            format!("{place} does not exist, name the file that implements `{}`", entry.id)
        } else if !cited() {
            format!("nothing in {place} cites law:{0}, cite it where it is implemented", entry.id)
        } else {
            return None;
        };
        Some(Finding::new("laws", INDEX, entry.line, what))
    };
    entry.places.iter().filter_map(problem).collect()
}

/// Every citation resolves.
pub(super) fn citations(tree: &Tree) -> Vec<Finding> {
    let index = tree.file(INDEX).map(|file| file.text.as_str()).unwrap_or_default();
    let known: BTreeSet<&str> =
        index.lines().filter_map(|line| line.split('\t').next()).map(str::trim).collect();
    let mut findings = Vec::new();
    for file in &tree.files {
        for (line, id) in cites(file).filter(|(_, id)| !known.contains(id.as_str())) {
            let what = format!("law:{id} is not in {INDEX}, list it there or mend the citation");
            findings.push(Finding::new("laws", &file.path, line, what));
        }
    }
    findings
}

/// Citations in a file with their lines: `law:` and an id, or the key `law` of a rule table.
fn cites(file: &File) -> impl Iterator<Item = (usize, String)> {
    let speaks = SPEAKERS.iter().any(|folder| file.path.starts_with(folder));
    let table = file.path.starts_with("rules/") && file.ends("toml");
    let lines = file.lines().filter(move |_| !speaks);
    lines.flat_map(move |(line, text)| {
        let keyed = if table { keys(text) } else { Vec::new() };
        let written = cited_in(text).into_iter().map(str::to_owned);
        written.chain(keyed).map(move |id| (line, id)).collect::<Vec<_>>()
    })
}

fn cited_in(text: &str) -> Vec<&str> {
    let marks = text.match_indices("law:");
    let alone = marks.filter(|(at, _)| !text[..*at].chars().next_back().is_some_and(is_word));
    let ids = alone.map(|(at, mark)| citation(&text[at + mark.len()..]));
    // `law:ID` is how prose speaks of citations in general.
    ids.filter(|id| !id.is_empty() && *id != "ID").collect()
}

/// The id at the start of `text`: letters, digits, `-`, `_`, and dots inside.
fn citation(text: &str) -> &str {
    let end = text.find(|c: char| !is_word(c) && !"-.・".contains(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '-', '・'])
}

/// Ids given as `law = "…"` or `law = ["…", "…"]` on one line of a table.
fn keys(line: &str) -> Vec<String> {
    let Some(at) = line.find("law").filter(|at| {
        let before = line[..*at].chars().next_back();
        !before.is_some_and(is_word) && line[at + 3..].trim_start().starts_with('=')
    }) else {
        return Vec::new();
    };
    let end = line[at..].find(['}', '#']).map_or(line.len(), |end| at + end);
    let value = line[at..end].trim_end().trim_end_matches(',');
    let first = |text: &str| text.parse::<toml::Table>().ok()?.remove("law");
    // In an inline table other keys may follow: then only the first value is ours.
    let cut = value.find("\",").map_or(value, |comma| &value[..=comma]);
    let ids = match first(value).or_else(|| first(cut)) {
        Some(Value::String(id)) => vec![id],
        Some(Value::Array(ids)) => {
            ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let bare = |id: String| id.strip_prefix("law:").map(str::to_owned).unwrap_or(id);
    ids.into_iter().map(bare).filter(|id| !id.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn a_citation_ends_where_its_id_ends() {
        for (text, want) in [
            ("/// law:年齢計算ニ関スル法律 law:民法143", "年齢計算ニ関スル法律, 民法143"),
            ("(law:標準時ニ関スル件)、", "標準時ニ関スル件"),
            ("as law:RFC-9457. Then", "RFC-9457"),
            ("law:ID, law: x, outlaw:y", ""),
        ] {
            assert_eq!(cited_in(text).join(", "), want, "{text}");
        }
    }

    #[test]
    fn a_rule_table_cites_by_its_key() {
        for (line, want) in [
            ("law = \"民法143\"", "民法143"),
            ("law = [\"a\", \"law:b\"] # why", "a, b"),
            ("x = { law = \"a\", unit = \"yen\" }", "a"),
            ("x = { unit = \"yen\", law = \"a\" }", "a"),
            ("bylaw = \"a\"", ""),
        ] {
            assert_eq!(keys(line).join(", "), want, "{line}");
        }
    }

    #[test]
    fn what_is_cited_is_listed() {
        let code = ("crates/a/src/a.rs", "\n// law:民法143 law:民法144");
        let list = (INDEX, "id\ttitle\n民法143\t民法");
        expect(citations, &[code, list], &["crates/a/src/a.rs:2 laws"]);
        let rule = ("rules/a.toml", "law = \"民法144\"");
        expect(citations, &[rule, list], &["rules/a.toml:1 laws"]);
    }

    #[test]
    fn what_is_listed_as_done_is_cited_where_it_says() {
        for (line, want) in [
            ("民法143\t民法\t143\tyes\tcrates/a/src/a.rs", ""),
            ("民法143\t民法\t143\tyes\tcrates/a", ""),
            ("民法143\t民法\t143\tpartly\tcrates/a crates/b", "2"),
            ("民法143\t民法\t143\tyes\tcrates/c", "2"),
            ("民法143\t民法\t143\tyes\t", "2"),
            ("民法143\t民法\t143\tmaybe\tcrates/a", "2"),
            ("民法143\t民法\t143\tno\t", ""),
            ("民法143\t民法\tyes\tcrates/a", "2"),
            ("民法144\t民法\t144\tyes\tcrates/a", "2"),
            ("民法143\t民法\t143\tno\t\n民法143\t民法\t143\tno\t", "3"),
        ] {
            let index_text = format!("{HEADER}\n{line}\n");
            let files = [
                (INDEX, index_text.as_str()),
                ("crates/a/src/a.rs", "// law:民法143"),
                ("crates/b/src/a.rs", ""),
            ];
            let found = index(&Tree::of(&files));
            let lines: Vec<String> = found.iter().map(|f| f.line.to_string()).collect();
            assert_eq!(lines.join(" "), want, "{line}");
        }
    }
}
