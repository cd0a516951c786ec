//! Another country's schedule as data: CDC's Clinical Decision Support for Immunization.
//!
//! CDC publishes the schedule of the United States as one XML file an antigen and one for all. This
//! crate reads them into [`domain::immunization::Schedule`] values, one for each series of an
//! antigen; the evaluator of `domain` judges the doses and finds the next one in each; `choice`
//! says which series speaks, and [`Book::assess`] what follows for a group of vaccines. Nothing of
//! this is in the binary: it proves that the engine is general. law:CDSi

mod antigen;
mod book;
mod choice;
mod dose;
mod group;
mod skip;
mod span;
mod xml;

pub use antigen::{Antigen, Rival};
pub use book::{Book, Given, Source};
pub use group::{Assessment, Status, Verdict};
pub use xml::{BYTES, DEPTH};

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 if the whole file is meant.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}
