//! The rules, pure: values in, answers and findings out.
//!
//! No IO, no clock, no randomness, no async, no FHIR, no serialisation. Numbers of law arrive as
//! values that `lawbook` read from `rules/`.

pub mod access;
pub mod audit;
pub mod certificate;
pub mod day;
pub mod decimal;
pub mod finding;
pub mod form;
pub mod gs1;
pub mod identity;
pub mod immunization;
pub mod instant;
pub mod insurance;
pub mod name;
pub mod number;
pub mod person;
pub mod scheme;
pub mod yen;
