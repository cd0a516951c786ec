//! What the outside checker found wrong, and where.

use std::fmt;

/// The kinds of wrong, for programs. Each has one sentence of its own in the [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wrong {
    /// A file of the log could not be had.
    Missing,
    /// A file, key or note is not of its form.
    Malformed,
    /// The checkpoint is not signed by the expected key.
    Signature,
    /// The checkpoint is that of another log.
    OtherLog,
    /// An entry and its tile, or two tiles, contradict each other.
    Changed,
    /// The entries do not give the root that was signed.
    Root,
    /// The log is shorter than it was.
    RolledBack,
    /// The log does not begin with what it was.
    Forked,
    /// The entry is not where it is said to be.
    NotIncluded,
    /// A witness has not signed.
    Witness,
}

impl Wrong {
    /// A stable name, in kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Signature => "signature",
            Self::OtherLog => "other-log",
            Self::Changed => "changed",
            Self::Root => "root",
            Self::RolledBack => "rolled-back",
            Self::Forked => "forked",
            Self::NotIncluded => "not-included",
            Self::Witness => "witness",
        }
    }
}

/// One fault. The checker stops at the first: what follows a broken place proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub wrong: Wrong,
    /// The file of the log, relative to its prefix, or what stands for it.
    pub path: String,
    /// The entry (or, in tiles above level 0, the node) that it is about.
    pub index: Option<u64>,
    /// What is wrong and what it means, in a sentence.
    pub says: String,
}

impl Fault {
    pub(crate) fn new(wrong: Wrong, path: impl Into<String>, says: impl Into<String>) -> Self {
        Self { wrong, path: path.into(), index: None, says: says.into() }
    }

    pub(crate) fn at(self, index: u64) -> Self {
        Self { index: Some(index), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}, number {index}: {}", self.path, self.says),
            None => write!(f, "{}: {}", self.path, self.says),
        }
    }
}

impl std::error::Error for Fault {}
