//! House rules: walls of the design and limits of style, as a test.
//!
//! A rule is a function from the tree to findings. To add one, write it in the file it belongs to,
//! add it to [`RULES`], and test it on a snippet that breaks it.

mod access;
mod documents;
mod exceptions;
mod laws;
mod limits;
mod manifests;
mod marks;
mod modules;
mod walls;

use std::fmt;

use crate::tree::{self, Tree};

/// Something out of order, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// The rule's name, by which an exception may be listed.
    rule: &'static str,
    path: String,
    line: usize,
    what: String,
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 22] = [
    manifests::layers,
    manifests::outsiders,
    manifests::inheritance,
    walls::web_names,
    walls::sql,
    walls::clock,
    walls::floats,
    walls::gate,
    access::proofs,
    access::authorisation_tests,
    limits::functions,
    limits::arguments,
    limits::files,
    limits::lines,
    limits::sizes,
    marks::unfinished,
    marks::machine_paths,
    modules::declared,
    laws::index,
    laws::citations,
    documents::decisions,
    documents::links_and_words,
];

/// `cargo xtask tidy`: prints every finding.
pub(crate) fn run() -> Result<(), String> {
    let findings = check(&Tree::read(&tree::root())?);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => Err(format!("{count} findings")),
    }
}

/// Every finding about `tree` that no listed exception covers.
fn check(tree: &Tree) -> Vec<Finding> {
    let found = RULES.iter().flat_map(|rule| rule(tree)).collect();
    let mut findings = exceptions::apply(tree, found);
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    findings
}

impl Finding {
    fn new(rule: &'static str, path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { rule, path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} [{}]", self.path, self.line, self.what, self.rule)
    }
}

/// What a rule says about made-up files, one line a finding: for the tests of rules.
#[cfg(test)]
#[track_caller]
fn expect(rule: Rule, files: &[(&str, &str)], want: &[&str]) {
    let found = rule(&Tree::of(files));
    let places: Vec<String> =
        found.iter().map(|f| format!("{}:{} {}", f.path, f.line, f.rule)).collect();
    assert_eq!(places, want, "\nfindings: {found:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_in_order() {
        let tree = Tree::read(&tree::root()).unwrap();
        let findings: Vec<String> = check(&tree).iter().map(Finding::to_string).collect();
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }
}
