//! Counting what tests say.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Sums over runs of tests.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Runs `command`, shows what it prints and counts it; an error if it fails.
    pub(crate) fn count(&mut self, command: &mut Command) -> Result<(), String> {
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let output = child.stdout.take().into_iter();
        for line in output.flat_map(|output| BufReader::new(output).split(b'\n')) {
            let line = line.map_err(|error| error.to_string())?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            self.add(&line);
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("failed, see above: {status}")) }
    }

    /// Adds what one line of output says.
    fn add(&mut self, line: &str) {
        if line.starts_with("SKIPPED:") {
            self.skipped += 1;
        }
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']).map(str::trim) {
            let Some((count, word)) = part.split_once(' ') else { continue };
            let Ok(count) = count.parse::<u64>() else { continue };
            match word {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_tests_are_summed() {
        let lines = "
            running 3 tests
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; finished in 0.00s
            SKIPPED: no card reader
            said SKIPPED: in passing";
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.add(line.trim()));
        assert_eq!(tally, Tally { passed: 15, failed: 2, skipped: 2 });
    }

    #[test]
    fn a_failing_command_is_an_error() {
        // It prints nothing that counts: what a test prints is shown, and counted by the suite.
        for (script, want) in [("echo a line; exit 0", true), ("echo a line; exit 1", false)] {
            let outcome = Tally::default().count(Command::new("sh").args(["-c", script]));
            assert_eq!(outcome.is_ok(), want, "{script}");
        }
    }
}
