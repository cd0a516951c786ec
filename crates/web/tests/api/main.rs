//! The edges from outside: the real router over a small hub, in one test binary.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

mod authorisation;
mod bodies;
mod coverage;
mod desk;
mod dose;
mod dose_files;
mod eligibility;
mod feed;
mod forms;
mod harness;
mod held;
mod immunization;
mod limits;
mod notices;
mod openapi;
mod recalls;
mod registration;
mod resident;
mod schema;
mod tasks;
mod tickets;
mod trouble;
