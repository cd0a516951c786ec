//! Long measures with printed figures.
//!
//! A measure is usually a test with a bounded part in the test command and a full part here. Both are
//! the same code: it runs bounded unless `PMH_ASSURE=1` is set, then takes its size from
//! `PMH_ASSURE_SIZE`, and prints what it counted. To add one, write the test and an entry in
//! [`MEASURES`].

use std::time::Instant;

use crate::tally::Tally;
use crate::tools::{cargo, shown};
use crate::tree;

struct Measure {
    name: &'static str,
    what: &'static str,
    /// What the size counts.
    unit: &'static str,
    /// Size within the test command.
    bounded: u64,
    /// Size here.
    full: u64,
    /// Arguments of cargo. If they begin with `test`, at least one test must have passed.
    line: &'static [&'static str],
}

const MEASURES: [Measure; 5] = [
    Measure {
        name: "identity-walk",
        what: "random histories of cards and links: one serial never at two people",
        unit: "steps",
        bounded: 10_000,
        full: 1_000_000,
        line: &[
            "test",
            "--release",
            "-p",
            "store",
            "--test",
            "suite",
            "model",
            "--",
            "--nocapture",
        ],
    },
    Measure {
        name: "kill-cycles",
        what: "kill -9 in the middle of batches: every acknowledged record is there exactly once",
        unit: "cycles",
        bounded: 8,
        full: 200,
        line: &["test", "--release", "-p", "pmh", "--test", "program", "kill", "--", "--nocapture"],
    },
    Measure {
        name: "audit-attacks",
        what: "every edit of a signed log is found by a second checker",
        unit: "attacks",
        bounded: 2_000,
        full: 100_000,
        line: &["test", "--release", "-p", "pmh", "--lib", "audit::attack", "--", "--nocapture"],
    },
    Measure {
        name: "immunization",
        what: "random histories: a second implementation agrees, the earliest day is the earliest",
        unit: "histories",
        bounded: 100_000,
        full: 10_000_000,
        line: &[
            "test",
            "--release",
            "-p",
            "lawbook",
            "--test",
            "immunization",
            "--",
            "--nocapture",
        ],
    },
    Measure {
        name: "town",
        what: "three years of a town: every dose in exactly one record, coverage as it was given",
        unit: "people",
        bounded: 150,
        full: 5_000,
        line: &[
            "test",
            "--release",
            "-p",
            "hub",
            "--features",
            "testing",
            "--test",
            "town",
            "three_years",
            "--",
            "--nocapture",
        ],
    },
];

/// `cargo xtask assure [NAME…] [--size N]`.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if arguments.iter().any(|argument| argument == "--list") {
        for Measure { name, what, unit, bounded, full, .. } in MEASURES {
            println!("{name:15} {what}\n{:15} {full} {unit}; {bounded} in the test command", "");
        }
        return Ok(());
    }
    let (names, size) = parse(arguments)?;
    let chosen =
        MEASURES.iter().filter(|measure| names.is_empty() || names.contains(&measure.name));
    let failed: Vec<&str> =
        chosen.filter(|measure| !measure.run(size)).map(|measure| measure.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// Names of measures, and the size if one is given.
fn parse(arguments: &[String]) -> Result<(Vec<&'static str>, Option<u64>), String> {
    let (mut names, mut size) = (Vec::new(), None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--size" {
            let number = rest.next().and_then(|text| text.parse().ok());
            size = Some(number.ok_or("--size takes a number")?);
        } else {
            let measure = MEASURES.iter().find(|measure| measure.name == argument);
            names.push(measure.ok_or_else(|| format!("no measure {argument}: see --list"))?.name);
        }
    }
    Ok((names, size))
}

impl Measure {
    fn run(&self, size: Option<u64>) -> bool {
        let size = size.unwrap_or(self.full);
        println!("\n=== {}: {}, {size} {}", self.name, self.what, self.unit);
        let begun = Instant::now();
        let mut command = cargo(&tree::root(), self.line);
        command.env("PMH_ASSURE", "1").env("PMH_ASSURE_SIZE", size.to_string());
        let mut tally = Tally::default();
        let outcome = tally.count(&mut command).and_then(|()| self.ran(&tally));
        if let Err(why) = &outcome {
            println!("{why}");
        }
        let word = if outcome.is_ok() { "held" } else { "FAILED" };
        println!("{} {word}: {size} {} in {}", self.name, self.unit, shown(begun.elapsed()));
        outcome.is_ok()
    }

    /// An error if this is a test and none passed: a measure that measures nothing.
    fn ran(&self, tally: &Tally) -> Result<(), String> {
        let test = self.line.first() == Some(&"test");
        if test && tally.passed == 0 { Err("no test ran".into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_did_not_run_is_a_failure() {
        let none = Tally::default();
        let some = Tally { passed: 1, ..none.clone() };
        for measure in MEASURES.iter().filter(|measure| measure.line[0] == "test") {
            assert!(measure.ran(&none).is_err());
            assert!(measure.ran(&some).is_ok());
        }
    }

    #[test]
    fn measures_are_chosen_by_name() {
        for (line, want) in [
            ("", "Ok(([], None))"),
            ("kill-cycles --size 20", "Ok(([\"kill-cycles\"], Some(20)))"),
            ("--size x", "Err(\"--size takes a number\")"),
            ("none", "Err(\"no measure none: see --list\")"),
        ] {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(format!("{:?}", parse(&words)), want, "{line}");
        }
    }
}
