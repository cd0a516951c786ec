//! `pmh staff`: sign-in links for people who work with pages.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::instant::Instant;
use hub::credential::token::{NONCE_BYTES, TICKET_SECONDS};
use hub::ticket::ticket;

use crate::home::{Home, entropy};
use crate::serve::say;

/// Let a member of staff in.
#[derive(Debug, Args)]
pub(crate) struct StaffCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a sign-in link that works once, for a few minutes. The hub may be running.
    Link(Link),
}

#[derive(Debug, Args)]
struct Link {
    /// The member of staff, as in the catalogue.
    staff: String,
    /// The terminal at which they work; needed at a clinic's desk.
    #[arg(long, default_value = "")]
    terminal: String,
    /// The data folder.
    #[arg(long, default_value = "pmh-data")]
    data: PathBuf,
    /// Where the hub is reached, as `pmh serve` says it.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    origin: String,
}

impl StaffCommand {
    pub(crate) fn run(&self, at: Instant) -> Result<(), String> {
        let Action::Link(Link { staff, terminal, data, origin }) = &self.action;
        let tokens = Home::existing(data)?.tokens()?;
        let origin = origin.trim_end_matches('/');
        let mut nonce = [0; NONCE_BYTES];
        entropy()(&mut nonce);
        let ticket = ticket(&tokens, origin, (staff, terminal), at, nonce);
        say(&format!("{origin}/enter?ticket={ticket}"));
        eprintln!("works once, within {} minutes", TICKET_SECONDS / 60);
        Ok(())
    }
}
