//! The `pmh` program: command line, configuration, wiring, clock, jobs.

pub mod ask;
pub mod audit;
pub mod bench;
mod benches;
mod card;
mod catalogue;
pub mod client;
pub mod clock;
mod connections;
pub mod demo;
pub mod home;
mod import;
mod progress;
pub mod serve;
mod staff;

use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lawbook::Lawbook;

/// An open Public Medical Hub.
#[derive(Debug, Parser)]
#[command(name = "pmh", version, about = "An open Public Medical Hub", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load the synthetic towns, play the story over HTTP, and keep serving.
    Demo(demo::DemoCommand),
    /// Serve a hub.
    Serve(serve::ServeCommand),
    /// Answer questions to the rule engines: JSON Lines from standard input to standard output.
    #[command(after_long_help = ask::HELP)]
    Ask {
        /// A folder of rules instead of the built-in ones.
        #[arg(long)]
        rules: Option<PathBuf>,
    },
    /// Load a registry from a CSV file.
    Import(import::ImportCommand),
    /// Who takes part: municipalities, institutions, systems, staff.
    Catalogue(catalogue::CatalogueCommand),
    /// Let a member of staff in.
    Staff(staff::StaffCommand),
    /// Test CA and virtual My Number cards.
    Card(card::CardCommand),
    /// Check the audit log from the outside.
    Audit(audit::AuditCommand),
    /// Measure.
    Bench(bench::BenchCommand),
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let line = match Cli::try_parse() {
        Ok(line) => line,
        Err(error) => return misused(&error),
    };
    match line.command {
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => report(serve.run()),
        Command::Ask { rules } => report(answer_questions(rules)),
        Command::Import(import) => import.run(),
        Command::Catalogue(catalogue) => report(catalogue.run()),
        Command::Staff(staff) => report(staff.run(clock::now())),
        Command::Card(card) => report(card.run(clock::now())),
        Command::Audit(audit) => audit.run(&|| clock::now().0),
        Command::Bench(bench) => bench.run(&benches::environment()),
    }
}

/// Help was asked for, or the line does not read: 1, because 2 says that rows were refused.
fn misused(error: &clap::Error) -> ExitCode {
    let _nobody_reads = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Says what went wrong on standard error.
pub(crate) fn report(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _nobody_reads = writeln!(std::io::stderr(), "pmh: {message}");
            ExitCode::FAILURE
        }
    }
}

fn answer_questions(rules: Option<PathBuf>) -> Result<(), String> {
    let book = match rules {
        Some(folder) => Lawbook::open(&folder),
        None => Lawbook::embedded(),
    };
    let book = book.map_err(|fault| fault.to_string())?;
    let input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    match ask::run(input, std::io::stdout().lock(), &book) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| error.to_string()),
    }
}
