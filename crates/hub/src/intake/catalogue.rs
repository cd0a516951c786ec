//! The catalogue by file.
