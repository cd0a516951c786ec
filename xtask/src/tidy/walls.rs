//! Walls 1, 2 and 5 in the code: what may be named where.

use super::Finding;
use crate::source::{is_word, lines_with_word};
use crate::tree::Tree;

/// The file that reads the clock.
const CLOCK: &str = "crates/pmh/src/clock.rs";

const CLOCK_CALLS: [&str; 5] =
    ["SystemTime::now", "Instant::now", "Timestamp::now", "Utc::now", "Zoned::now"];

/// The web framework is named only in the web crate and the binary.
pub(super) fn web_names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("crates") {
        if file.path.starts_with("crates/web/") || file.path.starts_with("crates/pmh/") {
            continue;
        }
        for name in ["axum", "hyper"] {
            for line in lines_with_word(&file.source().code, name) {
                let what = format!("`{name}` is known only in web and pmh, move this there");
                findings.push(Finding::new("web-names", &file.path, line, what));
            }
        }
    }
    findings
}

/// SQL stands only in the store.
pub(super) fn sql(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.under("crates").filter(|file| !file.path.starts_with("crates/store/")) {
        let what = "SQL stands only in crates/store, add a typed operation there";
        if file.ends("sql") {
            findings.push(Finding::new("sql", &file.path, 1, what));
        }
        if file.ends("rs") {
            let literals = file.source().strings.iter().filter(|literal| is_sql(&literal.text));
            findings.extend(literals.map(|l| Finding::new("sql", &file.path, l.line, what)));
        }
    }
    findings
}

/// The clock is read in one file.
pub(super) fn clock(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("crates").filter(|file| file.path != CLOCK) {
        for call in CLOCK_CALLS {
            for line in lines_with_word(&file.source().code, call) {
                let what = format!("`{call}` outside {CLOCK}: take the time as an argument");
                findings.push(Finding::new("clock", &file.path, line, what));
            }
        }
    }
    findings
}

/// The file that records doses behind the gate, and the one that writes and reads them.
const GATE: [&str; 2] =
    ["crates/hub/src/immunization/record.rs", "crates/fhir/src/profiles/immunization.rs"];

/// No new dose around the gate: only one deed says that a dose passed it.
pub(super) fn gate(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let sources = tree.rust("crates").filter(|file| file.path.contains("/src/"));
    for file in sources.filter(|file| !GATE.contains(&file.path.as_str())) {
        for (index, line) in file.source().code.lines().enumerate() {
            if line.contains("#[cfg(test)]") {
                break;
            }
            if line.contains("Origin::Gate") && !line.contains("= Origin::Gate") {
                let what =
                    format!("`Origin::Gate` is said in {} alone: go through the gate", GATE[0]);
                findings.push(Finding::new("gate", &file.path, index + 1, what));
            }
        }
    }
    findings
}

/// No floating point in the rules: shares and amounts are whole numbers.
pub(super) fn floats(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust("crates/domain/src") {
        for (index, line) in file.source().code.lines().enumerate() {
            let typed = ["f32", "f64"].iter().any(|name| !lines_with_word(line, name).is_empty());
            if typed || has_float(line) {
                let what = "floating point in domain: count in whole yen, days or shares";
                findings.push(Finding::new("float", &file.path, index + 1, what));
            }
        }
    }
    findings
}

/// Whether a literal is a statement of SQL. The first word must be in one case throughout: `Select`
/// begins an English sentence, `select` and `SELECT` begin a query.
fn is_sql(text: &str) -> bool {
    let text = text.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ");
    let first = text.split(' ').next().unwrap_or_default();
    let one_case = first == first.to_lowercase() || first == first.to_uppercase();
    let text = text.to_lowercase();
    let both = |start: &str, then: &str| text.starts_with(start) && text.contains(then);
    one_case
        && [
            both("select ", " from "),
            both("with ", " as ("),
            both("insert ", " into "),
            both("update ", " set "),
            both("delete ", " from "),
            both("create table ", "("),
            both("create index ", " on "),
            both("create unique index ", " on "),
            both("alter table ", ""),
            both("drop table ", ""),
            both("pragma ", ""),
        ]
        .contains(&true)
}

/// Whether a number with a point stands in `line`; `pair.0.1` is none, nor is `1..2`.
fn has_float(line: &str) -> bool {
    let chars: Vec<char> = line.chars().collect();
    let float_at = |point: usize| {
        let start = chars[..point].iter().rposition(|c| !is_word(*c)).map_or(0, |at| at + 1);
        let whole = &chars[start..point];
        let member = start > 0 && chars[start - 1] == '.';
        let after = chars.get(point + 1).is_some_and(char::is_ascii_digit);
        !whole.is_empty() && whole[0].is_ascii_digit() && after && !member
    };
    (0..chars.len()).any(|at| chars[at] == '.' && float_at(at))
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::*;

    #[test]
    fn the_web_framework_stays_in_its_rooms() {
        let text = "// axum\nuse axum::Router;\nlet hyperbole = \"hyper\";";
        expect(web_names, &[("crates/hub/src/a.rs", text)], &["crates/hub/src/a.rs:2 web-names"]);
        expect(web_names, &[("crates/web/src/a.rs", text)], &[]);
    }

    #[test]
    fn sql_is_known_by_its_shape() {
        for (text, want) in [
            ("select id from dose", true),
            ("  SELECT\n id \\\n FROM dose", true),
            ("insert into dose (id) values ($1)", true),
            ("insert or ignore into dose values (1)", true),
            ("update dose set id = $1", true),
            ("delete from dose", true),
            ("create table dose (id text)", true),
            ("pragma synchronous = full", true),
            ("Select a card from the list", false),
            ("selected from the list", false),
            ("update", false),
            ("with a reason", false),
            ("the table was created", false),
        ] {
            assert_eq!(is_sql(text), want, "{text}");
        }
    }

    #[test]
    fn sql_stands_only_in_the_store() {
        let text = "f();\nquery(\"select a from b\"); // select a from b";
        expect(sql, &[("crates/hub/src/a.rs", text)], &["crates/hub/src/a.rs:2 sql"]);
        expect(sql, &[("crates/store/src/a.rs", text)], &[]);
        expect(sql, &[("crates/web/a.sql", "")], &["crates/web/a.sql:1 sql"]);
    }

    #[test]
    fn a_dose_passes_the_gate_in_one_deed() {
        let text = "use a::Origin;\nlet face = new(Origin::Gate); // Origin::Gate";
        expect(gate, &[("crates/hub/src/a.rs", text)], &["crates/hub/src/a.rs:2 gate"]);
        expect(gate, &[(GATE[0], text)], &[]);
        expect(gate, &[("crates/hub/tests/a.rs", text)], &[]);
    }

    #[test]
    fn the_clock_is_read_in_one_file() {
        let text = "use std::time::Instant;\n// Instant::now\nlet t = std::time::Instant::now();";
        expect(clock, &[("crates/web/src/a.rs", text)], &["crates/web/src/a.rs:3 clock"]);
        expect(clock, &[(CLOCK, text)], &[]);
        let named = ["SystemTime", "Timestamp", "Utc", "Zoned"];
        for name in named {
            let text = format!("jiff::{name}::now()");
            expect(clock, &[("crates/web/src/a.rs", &text)], &["crates/web/src/a.rs:1 clock"]);
        }
    }

    #[test]
    fn the_rules_count_in_whole_numbers() {
        for (text, want) in [
            ("let a: f64 = b;", true),
            ("let a = 0.3;", true),
            ("let a = 1_000.5;", true),
            ("pair.0.1", false),
            ("for x in 0..12 {}", false),
            ("1.max(2)", false),
            ("// 0.3 f64", false),
            ("let xf64 = \"0.3\";", false),
        ] {
            let want = if want { &["crates/domain/src/a.rs:1 float"][..] } else { &[] };
            expect(floats, &[("crates/domain/src/a.rs", text)], want);
        }
    }
}
