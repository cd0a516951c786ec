//! One suite of storage tests, on embedded SQLite and, if `PMH_TEST_POSTGRES` says where, on
//! PostgreSQL: both must do the same.

#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::redundant_closure_for_method_calls, reason = "the proposed paths do not compile")]

mod audit;
mod bench;
mod identity;
mod immunization;
mod kill;
mod log;
mod model;
mod notices;
mod people;
mod record;
mod schema;
mod tasks;
mod vault;
