//! The one test command: every gate, each named with the time it took, one line of sums at the end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::{self, Cluster};
use crate::tally::Tally;
use crate::tools::{cargo, find, run as call, shown};
use crate::{tidy, tree};

/// What stages share.
struct Run {
    root: std::path::PathBuf,
    tally: Tally,
    /// For the tests: where PostgreSQL and the browser are.
    environment: Vec<(&'static str, String)>,
    /// Whether the tests compiled; without that, running them says nothing new.
    built: bool,
}

struct Stage {
    name: &'static str,
    what: &'static str,
    go: fn(&mut Run) -> Result<(), String>,
}

const STAGES: [Stage; 8] = [
    Stage { name: "tidy", what: "house rules", go: |_| tidy::run() },
    Stage { name: "format", what: "rustfmt changes nothing", go: format },
    Stage { name: "licences", what: "cargo-deny: bans, licences, sources", go: licences },
    Stage { name: "clippy", what: "lints, warnings denied", go: clippy },
    Stage { name: "docs", what: "documentation, warnings denied", go: docs },
    Stage { name: "build", what: "all tests compile", go: build },
    Stage { name: "tests", what: "all tests, both databases, browser", go: tests },
    Stage { name: "elsewhere", what: "the rules again, in New York's time", go: elsewhere },
];

/// Crates that reason about days: their tests also run far from Japan.
const ABOUT_DAYS: [&str; 6] = ["-p", "domain", "-p", "lawbook", "-p", "fhir"];

/// `cargo xtask test [STAGE…]`: all stages or those named. A failed stage does not stop the next.
pub(crate) fn run(names: &[String]) -> Result<(), String> {
    if names.iter().any(|name| name == "--list") {
        STAGES.iter().for_each(|stage| println!("{:10} {}", stage.name, stage.what));
        return Ok(());
    }
    if let Some(name) = names.iter().find(|name| !STAGES.iter().any(|stage| stage.name == **name)) {
        return Err(format!("no stage {name}: see cargo xtask test --list"));
    }
    let mut run =
        Run { root: tree::root(), tally: Tally::default(), environment: Vec::new(), built: true };
    let chosen = |stage: &&Stage| names.is_empty() || names.iter().any(|name| name == stage.name);
    let times: Vec<String> = STAGES.iter().filter(chosen).map(|stage| run.stage(stage)).collect();
    println!("\n{}", times.join("\n"));
    if names.is_empty() && run.tally.passed == 0 {
        println!("no test ran");
        run.tally.failed += 1;
    }
    let Tally { passed, failed, skipped } = run.tally;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { Ok(()) } else { Err(String::new()) }
}

impl Run {
    /// Runs one stage; the answer is its line of the closing table.
    fn stage(&mut self, stage: &Stage) -> String {
        println!("\n=== {}: {}", stage.name, stage.what);
        let begun = Instant::now();
        let failed = self.tally.failed;
        let outcome = (stage.go)(self);
        if let Err(why) = &outcome {
            println!("{}: {why}", stage.name);
            // Failed tests are counted already; any other failure counts as one.
            self.tally.failed = self.tally.failed.max(failed + 1);
        }
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        line(stage.name, word, begun.elapsed())
    }

    fn skip(&mut self, why: &str) {
        println!("SKIPPED: {why}");
        self.tally.skipped += 1;
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo(&self.root, arguments);
        command.stdin(Stdio::null());
        command
    }
}

fn line(name: &str, word: &str, time: Duration) -> String {
    format!("{name:10} {word:7} {}", shown(time))
}

fn format(run: &mut Run) -> Result<(), String> {
    call(&mut run.cargo(&["fmt", "--all", "--", "--check"]))
}

fn licences(run: &mut Run) -> Result<(), String> {
    if find(&["cargo-deny"]).is_none() && std::env::var_os("CI").is_none() {
        run.skip("cargo-deny is not installed: cargo install cargo-deny --locked");
        return Ok(());
    }
    call(&mut run.cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"]))
}

fn clippy(run: &mut Run) -> Result<(), String> {
    let lints = ["clippy", "--workspace", "--all-targets", "--locked", "--keep-going", "--"];
    call(run.cargo(&lints).args(["-D", "warnings"]))
}

fn docs(run: &mut Run) -> Result<(), String> {
    let pages = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    call(run.cargo(&pages).env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn build(run: &mut Run) -> Result<(), String> {
    let built = call(&mut run.cargo(&["test", "--workspace", "--locked", "--no-run"]));
    run.built = built.is_ok();
    built
}

fn tests(run: &mut Run) -> Result<(), String> {
    if !run.built {
        return Err("not run, the tests do not compile".into());
    }
    browser(run);
    let cluster = postgres(run)?;
    let mut command = run.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    command.args(["--", "--show-output"]).envs(run.environment.clone());
    let outcome = run.tally.count(&mut command);
    drop(cluster);
    outcome
}

fn elsewhere(run: &mut Run) -> Result<(), String> {
    if !run.built {
        return Err("not run, the tests do not compile".into());
    }
    let mut command = run.cargo(&["test", "--locked", "--no-fail-fast"]);
    command.args(ABOUT_DAYS).args(["--", "--show-output"]).env("TZ", "America/New_York");
    run.tally.count(&mut command)
}

/// A cluster of our own, unless one is given.
fn postgres(run: &mut Run) -> Result<Option<Cluster>, String> {
    if std::env::var_os("PMH_TEST_POSTGRES").is_some() {
        return Ok(None);
    }
    let Some(bin) = cluster::programs() else {
        run.skip("PostgreSQL is not installed: storage is tested on SQLite only");
        return Ok(None);
    };
    let cluster = Cluster::start(&bin)?;
    run.environment.push(("PMH_TEST_POSTGRES", cluster.address()));
    Ok(Some(cluster))
}

/// Chromium and its driver, unless they are given.
fn browser(run: &mut Run) {
    let wanted: [(&str, &[&str]); 2] = [
        ("PMH_CHROMEDRIVER", &["chromedriver"]),
        ("PMH_CHROMIUM", &["chromium", "chromium-browser", "google-chrome"]),
    ];
    for (name, programs) in wanted {
        if std::env::var_os(name).is_some() {
            continue;
        }
        match find(programs) {
            Some(program) => run.environment.push((name, path_text(&program))),
            None => run.skip(&format!("{} is not installed: no browser tests", programs[0])),
        }
    }
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_fails_without_a_failed_test_counts_as_one() {
        let mut run =
            Run { root: tree::root(), tally: Tally::default(), environment: vec![], built: false };
        let stage = Stage { name: "tests", what: "", go: tests };
        assert!(run.stage(&stage).contains("FAILED"));
        assert_eq!(run.tally, Tally { passed: 0, failed: 1, skipped: 0 });
    }
}
