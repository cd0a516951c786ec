//! The `pmh` program.
fn main() {}
