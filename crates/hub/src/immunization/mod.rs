//! Immunisation: what a record says, and the deeds around a dose.

pub mod care;
pub(crate) mod chart;
pub mod form;
