//! The edges from outside: the real router over a small hub, in one test binary.

mod desk;
mod harness;
mod registration;
