//! FHIR R4 as values: JSON without loss, typed faces of the records we keep, index rows.
//!
//! - [`json`] reads a body once into an arena beside the original bytes and writes bodies;
//! - [`profiles`] turns a resource into a domain value and back;
//! - [`index`] computes what a resource can be found by, as a pure function;
//! - [`Kind`] names the kinds of record that are kept.
//!
//! No database, no HTTP, no clock. Source: HL7 FHIR R4 (4.0.1), JP Core; law:FHIR-R4, law:JP-Core.

/// A URL of our guide. The only place that knows the domain.
macro_rules! guide {
    ($path:literal) => {
        concat!("https://pmh.example/fhir", $path)
    };
}

pub mod index;
pub mod json;
mod kind;
pub mod profiles;

pub use kind::Kind;

/// Canonical base of our implementation guide: profiles, code systems, naming systems.
///
/// `pmh.example` is a placeholder (RFC 2606 reserves `.example`): whoever runs the hub for real
/// decides on a domain once, before the first record is stored, because stored bodies carry it.
pub const GUIDE: &str = guide!("");
