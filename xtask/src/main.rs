//! The tools of the house: `cargo xtask help` lists them.

mod assure;
mod cluster;
mod source;
mod suite;
mod tally;
mod tidy;
mod tools;
mod tree;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test [STAGE…]     the one test command; `test --list` names the stages
cargo xtask tidy              house rules only, in a second
cargo xtask assure [NAME…]    long measures with printed figures; `assure --list` names them
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((command, rest)) if command == "test" => suite::run(rest),
        Some((command, _)) if command == "tidy" => tidy::run(),
        Some((command, rest)) if command == "assure" => assure::run(rest),
        Some((command, _)) if command != "help" => Err(format!("no command {command}\n{HELP}")),
        _ => {
            print!("{HELP}");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // An empty reason: everything was said already, and the last line is a summary.
            if !why.is_empty() {
                eprintln!("{why}");
            }
            ExitCode::FAILURE
        }
    }
}
