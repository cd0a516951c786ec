//! A long random history of cards and links, with its figures: `cargo xtask assure identity-walk`.

use std::process::ExitCode;

use domain::identity::walk::random_walk;

/// Fixed, so that a failure can be walked again.
const SEED: u64 = 20_261_124;

/// Steps if `PMH_ASSURE_SIZE` names no other number.
const STEPS: u64 = 100_000;

fn main() -> ExitCode {
    let size = std::env::var("PMH_ASSURE_SIZE").ok();
    let steps = size.and_then(|size| size.parse().ok()).unwrap_or(STEPS);
    match random_walk(SEED, steps) {
        Ok(report) => {
            println!("seed {SEED}: {report:#?}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("seed {SEED}: {why}");
            ExitCode::FAILURE
        }
    }
}
