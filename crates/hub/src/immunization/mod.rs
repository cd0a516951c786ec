//! Immunisation: what a record says, and the deeds around a dose.

pub mod care;
pub(crate) mod chart;
pub mod coverage;
pub mod desk;
pub mod entry;
pub mod form;
mod gate;
pub mod inbox;
mod letter;
pub mod mend;
pub mod notice;
mod once;
pub mod past;
pub mod recall;
pub mod reception;
pub mod record;
