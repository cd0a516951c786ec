//! The program as its users meet it: a child process, reached over HTTP.

#![expect(clippy::unwrap_used, reason = "tests")]

mod cards;
mod demo;
mod import;
mod kill;
mod process;
mod slow;
