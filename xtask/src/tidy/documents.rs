//! Documents: decisions are numbered and linked, links lead somewhere, words stand in the code.

use std::collections::BTreeSet;

use super::Finding;
use crate::source::is_word;
use crate::tree::{File, Tree};

const DECISIONS: &str = "docs/decisions";
const GLOSSARY: &str = "docs/glossary.md";
const GLOSSARY_HEADER: &str = "| 日本語 | code | meaning |";

/// Folders whose files are named in pages.
const ROOMS: [&str; 6] = ["crates/", "rules/", "laws/", "docs/", "xtask/", ".ci/"];

/// Decision records are `NNNN-name.md`, counted without gaps, and some page leads to each.
pub(super) fn decisions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let records = tree.under(DECISIONS).filter(|file| !file.path.ends_with("/README.md"));
    for (next, file) in (1..).zip(records) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let number = name.split_once('-').map(|(number, _)| number).unwrap_or_default();
        let mut say = |what: String| findings.push(Finding::new("decisions", &file.path, 1, what));
        if number.len() != 4 || number.parse() != Ok(next) || !file.ends("md") {
            say(format!("name it {next:04}-what-was-decided.md"));
        } else if !file.text.starts_with(&format!("# {number} ")) {
            say(format!("begin it with `# {number} ` and the decision"));
        }
        if !links_everywhere(tree).any(|(from, _, target)| {
            from.path != file.path && resolve(&from.path, target) == file.path
        }) {
            say(format!("no page leads here, link it from {DECISIONS}/README.md"));
        }
    }
    findings
}

/// Links lead to something that exists; words of the glossary are used.
pub(super) fn links_and_words(tree: &Tree) -> Vec<Finding> {
    let mut findings = glossary(tree);
    findings.extend(named_paths(tree));
    for (file, line, target) in links_everywhere(tree) {
        if !tree.has(&resolve(&file.path, target)) {
            let what = format!("{target} does not exist, mend the link");
            findings.push(Finding::new("links", &file.path, line, what));
        }
    }
    findings
}

/// A path of ours named in a page, as `crates/…`, exists; one with a placeholder names no file.
fn named_paths(tree: &Tree) -> Vec<Finding> {
    let ours = |span: &&str| ROOMS.iter().any(|room| span.starts_with(room));
    let plain = |span: &&str| !span.contains(|c: char| "<*…{ ".contains(c));
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.ends("md")) {
        for (line, text) in file.lines() {
            let spans = text.split('`').skip(1).step_by(2).filter(ours).filter(plain);
            for path in spans.map(|span| span.split(':').next().unwrap_or(span)) {
                if !tree.has(path) {
                    let what = format!("{path} does not exist, name what is there now");
                    findings.push(Finding::new("paths", &file.path, line, what));
                }
            }
        }
    }
    findings
}

fn glossary(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(GLOSSARY) else {
        return vec![Finding::new("glossary", GLOSSARY, 1, "missing, restore it")];
    };
    let words = identifiers(tree);
    let mut findings = Vec::new();
    if !file.text.lines().any(|line| line == GLOSSARY_HEADER) {
        findings.push(Finding::new("glossary", GLOSSARY, 1, "restore the header of the table"));
    }
    let rows = file.lines().filter(|(_, line)| line.starts_with('|') && *line != GLOSSARY_HEADER);
    for (line, row) in rows.filter(|(_, row)| !row.starts_with("|-") && !row.starts_with("| -")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let what = match cells[..] {
            [term, code, _] if !names(code).any(|name| words.contains(name)) => {
                format!("no identifier of {term} ({code}) stands in the code, name the one used")
            }
            [_, _, _] => continue,
            _ => "write three cells: 日本語, code, meaning".to_owned(),
        };
        findings.push(Finding::new("glossary", GLOSSARY, line, what));
    }
    findings
}

/// Identifiers in a cell such as `` `Yen`, `domain::yen` ``: the last part of each path.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    let paths = cell.split(['`', ',', ' ', '/', '.', '(', ')']).filter(|path| !path.is_empty());
    paths.map(|path| path.rsplit("::").next().unwrap_or(path))
}

fn identifiers(tree: &Tree) -> BTreeSet<&str> {
    let code = tree.rust("crates").map(|file| file.source().code.as_str());
    code.flat_map(|code| code.split(|c: char| !is_word(c))).collect()
}

/// Every link within the repository: the page, the line, the target without its anchor.
fn links_everywhere(tree: &Tree) -> impl Iterator<Item = (&File, usize, &str)> {
    tree.files.iter().filter(|file| file.ends("md")).flat_map(|file| {
        let mut fenced = false;
        let prose = file.lines().filter(move |(_, line)| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        });
        let links = prose.flat_map(|(line, text)| links(text).map(move |target| (line, target)));
        links.map(move |(line, target)| (file, line, target)).collect::<Vec<_>>()
    })
}

/// Targets of `[text](target)` in a line, code spans and other sites aside.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let prose = line.split('`').step_by(2);
    let targets = prose.flat_map(|text| {
        text.match_indices("](").filter_map(move |(at, mark)| {
            let target = &text[at + mark.len()..];
            target.split([')', ' ', '#']).next()
        })
    });
    targets.filter(|target| {
        !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
    })
}

/// `target` as seen from the page `from`, as a path from the root.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    const README: &str = "docs/decisions/README.md";

    #[test]
    fn decisions_are_numbered_and_linked() {
        let one = ("docs/decisions/0001-shape.md", "# 0001 Shape\n");
        let list = (README, "[1](0001-shape.md) [2](./0002-b.md)");
        expect(decisions, &[one, list], &[]);
        expect(decisions, &[one], &["docs/decisions/0001-shape.md:1 decisions"]);
        let two = ("docs/decisions/0002-b.md", "# Two");
        expect(decisions, &[one, two, list], &["docs/decisions/0002-b.md:1 decisions"]);
        let gap = [("docs/decisions/0003-c.md", "# 0003 C"), (README, "[3](0003-c.md)")];
        expect(decisions, &gap, &["docs/decisions/0003-c.md:1 decisions"]);
    }

    #[test]
    fn links_lead_somewhere() {
        for (text, want) in [
            ("[a](b.md)", 0),
            ("[a](../docs/b.md#part)", 0),
            ("[a](/docs/)", 0),
            ("[a](#part) [b](https://example.org/x)", 0),
            ("`[a](none.md)`", 0),
            ("```\n[a](none.md)\n```", 0),
            ("[a](b.md) ![p](none.png)", 1),
            ("[a](../b.md)", 1),
        ] {
            let words = (GLOSSARY, GLOSSARY_HEADER);
            let found =
                links_and_words(&Tree::of(&[("docs/a.md", text), ("docs/b.md", ""), words]));
            assert_eq!(found.len(), want, "{text} {found:?}");
        }
    }

    #[test]
    fn files_named_in_pages_exist() {
        for (text, want) in [
            ("`docs/a.md` and `docs/`, `docs/a.md:3`", 0),
            ("`docs/<name>.md`, `docs/*.png`, `cargo run`", 0),
            ("see `docs/b.md`", 1),
        ] {
            let found = named_paths(&Tree::of(&[("docs/a.md", text)]));
            assert_eq!(found.len(), want, "{text}");
        }
    }

    #[test]
    fn words_of_the_glossary_stand_in_the_code() {
        for (row, want) in [
            ("| 円 | `Yen` | money |", 0),
            ("| 円 | `domain::yen::Yen`, `none` | money |", 0),
            ("| 円 | `Coin` | money |", 1),
            ("| 円 | | money |", 1),
            ("| 円 | `Yen` |", 1),
        ] {
            let text = format!("# Words\n\n{GLOSSARY_HEADER}\n|---|---|---|\n{row}\n");
            let code = ("crates/domain/src/yen.rs", "pub struct Yen; // Coin");
            let found = links_and_words(&Tree::of(&[(GLOSSARY, &text), code]));
            assert_eq!(found.len(), want, "{row}");
        }
        assert_eq!(links_and_words(&Tree::of(&[])).len(), 1);
    }
}
