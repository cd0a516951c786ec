//! Exceptions to limits: `rule | file or folder/ | reason`, one a line, each with its reason.

use super::Finding;
use crate::tree::{File, Tree};

const LIST: &str = "xtask/tidy-exceptions.txt";

/// Rules that allow exceptions at all; walls do not.
const EXCEPTABLE: [&str; 7] =
    ["clock", "float", "file-length", "function-length", "line-length", "arguments", "file-size"];

struct Exception {
    line: usize,
    rule: String,
    path: String,
}

/// `found` without what is listed, and what is wrong with the list itself.
pub(super) fn apply(tree: &Tree, found: Vec<Finding>) -> Vec<Finding> {
    let Some(list) = tree.file(LIST) else { return found };
    let (exceptions, mut findings) = read(list);
    for exception in &exceptions {
        if !found.iter().any(|finding| exception.covers(finding)) {
            let what = format!("nothing in {} needs this any more, delete it", exception.path);
            findings.push(Finding::new("exceptions", LIST, exception.line, what));
        }
    }
    let stands = |finding: &Finding| !exceptions.iter().any(|exception| exception.covers(finding));
    findings.extend(found.into_iter().filter(stands));
    findings
}

fn read(list: &File) -> (Vec<Exception>, Vec<Finding>) {
    let (mut exceptions, mut findings) = (Vec::new(), Vec::new());
    for (line, text) in list.lines() {
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = text.split('|').map(str::trim).collect();
        match cells[..] {
            [rule, path, reason] if EXCEPTABLE.contains(&rule) && !reason.is_empty() => {
                exceptions.push(Exception { line, rule: rule.into(), path: path.into() });
            }
            _ => {
                let what = format!(
                    "write `rule | path | reason`; rules with exceptions: {}",
                    EXCEPTABLE.join(", ")
                );
                findings.push(Finding::new("exceptions", LIST, line, what));
            }
        }
    }
    (exceptions, findings)
}

impl Exception {
    fn covers(&self, finding: &Finding) -> bool {
        let folder = self.path.ends_with('/') && finding.path.starts_with(&self.path);
        self.rule == finding.rule && (folder || self.path == finding.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_finding_is_let_pass_and_no_other() {
        check("clock | a.rs | measures how long", "");
        check("clock | dir/ | measures how long", "a.rs:3; xtask/tidy-exceptions.txt:1");
        check("float | a.rs | growth", "a.rs:3; xtask/tidy-exceptions.txt:1");
        check("# nothing", "a.rs:3");
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_rule_that_allows_it() {
        check("clock | a.rs |", "a.rs:3; xtask/tidy-exceptions.txt:1");
        check("sql | a.rs | because", "a.rs:3; xtask/tidy-exceptions.txt:1");
    }

    #[track_caller]
    fn check(list: &str, want: &str) {
        let tree = Tree::of(&[(LIST, list)]);
        let mut got: Vec<String> = apply(&tree, vec![Finding::new("clock", "a.rs", 3, "")])
            .iter()
            .map(|finding| format!("{}:{}", finding.path, finding.line))
            .collect();
        got.sort();
        assert_eq!(got.join("; "), want, "{list}");
    }
}
