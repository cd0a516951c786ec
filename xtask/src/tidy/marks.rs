//! Marks of unfinished work and of the machine it was written on.

use super::Finding;
use crate::source::is_word;
use crate::tree::{File, Tree};

/// Unfinished work in code. A test that should not run now is deleted, or prints `SKIPPED: why`.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "#[ignore"];

/// Written in two parts so that this file does not find itself.
const NOTES: [&str; 3] =
    [concat!("FIX", "ME"), concat!("XXX", ":"), concat!("(under ", "construction)")];

/// Folders of developers' and servers' machines.
const MACHINES: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Use", "rs/")];

/// Nothing is left half done.
pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("") {
        for (index, line) in file.source().code.lines().enumerate() {
            let marks = UNFINISHED.iter().filter(|mark| line.contains(*mark));
            findings.extend(marks.map(|mark| finding(file, index + 1, mark)));
        }
    }
    for file in tree.files.iter().filter(|file| !file.ends("md")) {
        for (line, text) in file.lines() {
            let marks = NOTES.iter().filter(|mark| text.contains(*mark));
            findings.extend(marks.map(|mark| finding(file, line, mark)));
        }
    }
    findings
}

fn finding(file: &File, line: usize, mark: &str) -> Finding {
    let what = format!("`{mark}`: finish it, or delete it and open an issue");
    Finding::new("unfinished", &file.path, line, what)
}

/// No path of somebody's machine.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (line, text) in file.lines() {
            for folder in MACHINES.iter().filter(|folder| begins_a_path(text, folder)) {
                let what = format!("`{folder}…` is a path of one machine, make it relative");
                findings.push(Finding::new("machine-path", &file.path, line, what));
            }
        }
    }
    findings
}

/// Whether `folder` stands in `text` as the start of a path that goes on.
fn begins_a_path(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + folder.len()..].chars().next();
        !before.is_some_and(|c| is_word(c) || "./-}".contains(c))
            && after.is_some_and(|c| is_word(c) || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found_in_code_and_not_in_prose() {
        for (text, want) in [
            ("todo!()", 1),
            ("#[ignore]\nfn a() {}", 1),
            ("#[ignore = \"slow\"]", 1),
            ("unimplemented!(\"later\")", 1),
            (concat!("// FIX", "ME later"), 1),
            ("// todo! in a comment, \"todo!\" in a string", 0),
            ("let todo = ignore;", 0),
        ] {
            let found = unfinished(&Tree::of(&[("crates/a/src/a.rs", text)]));
            assert_eq!(found.len(), want, "{text}");
        }
    }

    #[test]
    fn a_path_of_a_machine_is_found_anywhere() {
        for (text, want) in [
            (concat!("see /wo", "rk/main"), 1),
            (concat!("path = \"/ro", "ot/.cargo\""), 1),
            (concat!("the folder `/ro", "ot/` itself"), 0),
            (concat!("file:/ho", "me/anna/x"), 1),
            (concat!("https://example.org/wo", "rk/a"), 0),
            (concat!("../wo", "rk/a"), 0),
        ] {
            let found = machine_paths(&Tree::of(&[("docs/a.md", text)]));
            assert_eq!(found.len(), want, "{text}");
        }
    }
}
