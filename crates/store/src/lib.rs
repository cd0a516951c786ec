//! The only SQL: embedded SQLite and PostgreSQL behind one interface of typed operations.
//!
//! A writing deed is a closure that the single writer runs in a savepoint of its batch; its answer
//! leaves after the batch's commit. A reading deed reads a snapshot and hands the writer its audit
//! entries with the versions it relied on (design §5). Nothing about a resident is read without an
//! [`domain::access::Access`], and using one leaves an audit entry that is durable before the
//! answer leaves.

mod alone;
mod append;
mod batch;
pub mod catalogue;
pub mod config;
pub mod disclosure;
mod error;
mod executor;
pub mod feed;
pub mod identity;
pub mod immunization;
pub mod log;
mod logbook;
mod merge;
pub mod notice;
mod reading;
pub mod record;
pub mod relation;
mod schema;
pub mod spent;
mod sql;
pub mod task;
mod tx;
pub mod vault;
mod waiting;
mod whose;
pub mod worklist;
mod writer;

pub use append::CheckpointNote;

pub use config::{Config, Entropy, Place};
pub use error::StoreError;
pub use executor::Store;
pub use logbook::LogFile;
pub use tx::{Candidate, OpenCase, Present, Room, Tx};
pub use writer::Clock;
