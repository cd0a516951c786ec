//! Walls 3 and 8: nobody reads a record without a proof, no endpoint goes without a test.

use super::Finding;
use crate::source::{Function, lines_with_word};
use crate::tree::Tree;

/// The proofs that `domain::access` grants. No third way exists beside `Find` and `Cohort`.
const PROOFS: [&str; 3] = ["Access", "Find", "Cohort"];

/// Types of the store that hold what is known about a resident: answering one needs a proof.
const RECORDS: [&str; 4] = ["Stored", "Look", "Room", "FiveAttributes"];

const EXCEPTIONS: &str = "xtask/authz-exceptions.txt";

/// A public function of the store, or one of its traits, that finds a record by its resident takes a proof.
pub(super) fn proofs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("crates/store/src") {
        for function in file.source().functions().iter().filter(|f| f.public && reads(f)) {
            let what = format!("`{}` reads a record: take an &Access", function.name);
            findings.push(Finding::new("proof", &file.path, function.line, what));
        }
    }
    findings
}

fn reads(function: &Function) -> bool {
    let signature = &function.signature;
    let (taken, answered) = signature.rsplit_once("->").unwrap_or((signature, ""));
    let names = |text: &str, words: &[&str]| {
        words.iter().any(|word| !lines_with_word(text, word).is_empty())
    };
    names(taken, &["ResidentId"]) && names(answered, &RECORDS) && !names(taken, &PROOFS)
}

/// The list of endpoints without an authorisation test is there, and it is empty.
pub(super) fn authorisation_tests(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.file(EXCEPTIONS) else {
        return vec![Finding::new("authorisation", EXCEPTIONS, 1, "missing, restore it, empty")];
    };
    let entries = list.lines().filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
    let finding = |(line, text)| {
        let what = format!("`{text}` has no authorisation test, write one and delete this line");
        Finding::new("authorisation", EXCEPTIONS, line, what)
    };
    entries.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn a_record_is_not_read_without_a_proof() {
        for (signature, want) in [
            ("pub fn read(&self, who: ResidentId) -> Option<Stored>", true),
            ("pub fn read(\n    &self,\n    who: ResidentId,\n) -> Vec<Look>", true),
            ("pub fn read(&self, a: &Access, who: ResidentId) -> Option<Stored>", false),
            ("pub(crate) fn read(&self, who: ResidentId) -> Option<Stored>", false),
            ("fn read(&self, who: ResidentId) -> Option<Stored>;", true),
            ("fn read(&self, a: &Access, who: ResidentId) -> Option<Stored>;", false),
            ("pub fn count(&self, who: ResidentId) -> u64", false),
            ("pub fn write(&self, who: ResidentId, record: &Stored)", false),
        ] {
            let text = format!("{signature} {{}}").replace("; {}", ";");
            let want = if want { &["crates/store/src/a.rs:1 proof"][..] } else { &[] };
            expect(proofs, &[("crates/store/src/a.rs", &text)], want);
        }
    }

    #[test]
    fn the_list_of_untested_endpoints_stays_empty() {
        expect(authorisation_tests, &[(EXCEPTIONS, "# none\n")], &[]);
        let entry = "# none\nGET /x\n";
        let want = "xtask/authz-exceptions.txt:2 authorisation";
        expect(authorisation_tests, &[(EXCEPTIONS, entry)], &[want]);
        expect(authorisation_tests, &[], &["xtask/authz-exceptions.txt:1 authorisation"]);
    }
}
