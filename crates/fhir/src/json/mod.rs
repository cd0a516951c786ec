//! JSON without loss: what was sent stays readable byte for byte.
//!
//! [`Tree::parse`] reads a body once into an arena of 16-byte slots beside the original text; no
//! node owns heap memory. Numbers keep their text, members their order, every node its raw slice
//! and place. [`Writer`] appends JSON to a byte buffer.
//!
//! Grammar: RFC 8259, without its latitude: UTF-8 only, no byte order mark, no lone surrogates,
//! no duplicate names. Nothing recurses, so nesting cannot exhaust the stack.

mod parse;
mod problem;
mod text;
mod tree;
mod writer;

pub use problem::{Code, Problem};
pub use tree::{Items, Kind, Members, Node, Tree};
pub use writer::Writer;

/// What a body may cost. Each bound is inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body; never more than 4 GiB − 1, whatever is set.
    pub bytes: usize,
    /// Arrays and objects inside each other; 1 allows `[]`.
    pub depth: usize,
    /// Values and member names together; each takes 16 bytes of memory.
    pub nodes: usize,
    /// Characters of one number. Its size is not bounded otherwise: `1e400` is a lawful text.
    pub number: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 64, nodes: 2_000_000, number: 256 }
    }
}
