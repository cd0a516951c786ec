//! Wall 9: what fits a head, and a screen.

use super::Finding;
use crate::tree::{File, Tree};

const FUNCTION_LINES_MAX: usize = 70;
const ARGUMENTS_MAX: usize = 7;
const FILE_LINES_MAX: usize = 600;
const LINE_CHARS_MAX: usize = 110;
const FILE_BYTES_MAX: u64 = 500 * 1024;

/// Kinds of files that people write line by line, and so read line by line.
const WRITTEN: [&str; 5] = ["rs", "css", "js", "sql", "sh"];

/// Functions of at most 70 lines.
pub(super) fn functions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("") {
        for long in file.source().functions().iter().filter(|f| f.lines > FUNCTION_LINES_MAX) {
            let what = format!(
                "`{}` has {} lines of {FUNCTION_LINES_MAX}, name its parts and take them out",
                long.name, long.lines
            );
            findings.push(Finding::new("function-length", &file.path, long.line, what));
        }
    }
    findings
}

/// Functions of at most seven arguments.
pub(super) fn arguments(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("") {
        for wide in file.source().functions().iter().filter(|f| f.arguments > ARGUMENTS_MAX) {
            let what = format!(
                "`{}` takes {} arguments of {ARGUMENTS_MAX}, give what belongs together a type",
                wide.name, wide.arguments
            );
            findings.push(Finding::new("arguments", &file.path, wide.line, what));
        }
    }
    findings
}

/// Files of at most 600 lines, data aside.
pub(super) fn files(tree: &Tree) -> Vec<Finding> {
    let long = |file: &&File| is_written(file) && file.text.lines().count() > FILE_LINES_MAX;
    let code = tree.files.iter().filter(|file| !file.ends("toml"));
    let finding = |file: &File| {
        let count = file.text.lines().count();
        let what = format!("{count} lines of {FILE_LINES_MAX}, move one purpose to its own file");
        Finding::new("file-length", &file.path, count, what)
    };
    code.filter(long).map(finding).collect()
}

/// Lines of at most 110 characters; a wide Japanese character is one.
pub(super) fn lines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| is_written(file)) {
        for (line, text) in file.lines() {
            let count = text.chars().count();
            if count > LINE_CHARS_MAX {
                let what = format!("{count} characters of {LINE_CHARS_MAX}, break the line");
                findings.push(Finding::new("line-length", &file.path, line, what));
            }
        }
    }
    findings
}

/// No large file: what is generated or fetched is not kept.
pub(super) fn sizes(tree: &Tree) -> Vec<Finding> {
    let large = tree.files.iter().filter(|file| file.bytes > FILE_BYTES_MAX);
    let finding = |file: &File| {
        let what = format!(
            "{} KB of {} KB, generate or shrink it",
            file.bytes / 1024,
            FILE_BYTES_MAX / 1024
        );
        Finding::new("file-size", &file.path, 1, what)
    };
    large.map(finding).collect()
}

fn is_written(file: &File) -> bool {
    let table = file.path.starts_with("rules/") && file.ends("toml");
    table || file.path.starts_with(".ci/") || WRITTEN.iter().any(|extension| file.ends(extension))
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn a_function_has_at_most_70_lines() {
        let of = |lines: usize| format!("fn a() {{{}}}", "\n".repeat(lines - 1));
        expect(functions, &[("a.rs", &of(70))], &[]);
        expect(functions, &[("a.rs", &of(71))], &["a.rs:1 function-length"]);
    }

    #[test]
    fn a_function_takes_at_most_seven_arguments() {
        let of = |count: usize| format!("fn a({}) {{}}", "x: (u8, u8), ".repeat(count));
        expect(arguments, &[("a.rs", &of(7))], &[]);
        expect(arguments, &[("a.rs", &of(8))], &["a.rs:1 arguments"]);
    }

    #[test]
    fn a_file_has_at_most_600_lines() {
        let of = |count: usize| "x\n".repeat(count);
        expect(files, &[("a.rs", &of(600)), ("rules/b.toml", &of(601))], &[]);
        expect(files, &[("a.css", &of(601))], &["a.css:601 file-length"]);
    }

    #[test]
    fn a_line_has_at_most_110_characters() {
        let of = |count: usize| format!("\n{}", "証".repeat(count));
        expect(lines, &[("a.rs", &of(110)), ("b.md", &of(111)), ("Cargo.toml", &of(111))], &[]);
        expect(
            lines,
            &[("a.rs", &of(111)), (".ci/run", &of(111))],
            &["a.rs:2 line-length", ".ci/run:2 line-length"],
        );
    }

    #[test]
    fn a_file_is_not_large() {
        let text = "x".repeat(500 * 1024);
        expect(sizes, &[("a.bin", &text)], &[]);
        expect(sizes, &[("a.bin", &format!("{text}x"))], &["a.bin:1 file-size"]);
    }
}
