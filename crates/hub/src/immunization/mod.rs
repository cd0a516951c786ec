//! Immunisation: what a record says, and the deeds around a dose.

pub mod care;
pub(crate) mod chart;
pub mod desk;
pub mod entry;
pub mod form;
mod gate;
pub mod mend;
mod once;
pub mod past;
pub mod reception;
pub mod record;
