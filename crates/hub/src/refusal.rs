//! Everything the hub says no with: a code, a place, and a sentence in both languages.

use domain::access::Denial;
use domain::finding::{Finding, Severity};
use store::StoreError;

/// What kind of no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It reads, but breaks a rule.
    Invalid,
    /// It does not read.
    Malformed,
    /// It is in a format that is not read there.
    OtherFormat,
    /// Nobody, or not anybody we know.
    Unauthenticated,
    /// Not there, or not for this caller: the two look alike.
    NotFound,
    /// It is asked in a way that is not taken there.
    OtherMethod,
    /// It is asked of another host.
    OtherHost,
    /// It took too long to ask.
    Slow,
    /// It was done before, differently.
    Conflict,
    /// Over a limit.
    TooLarge,
    /// Later.
    Busy,
    /// Our fault.
    Failed,
}

/// A no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind.
    pub kind: Kind,
    /// Kebab-case, stable.
    pub code: &'static str,
    /// The place: an item or JSON pointer; may be empty.
    pub at: String,
    /// What to do, in Japanese.
    pub ja: String,
    /// What to do, in English.
    pub en: String,
    /// Everything that is wrong, where it is more than this.
    pub all: Vec<Finding>,
}

impl Refusal {
    /// A refusal of the whole request.
    pub fn new(
        kind: Kind,
        code: &'static str,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { kind, code, at: String::new(), ja: ja.into(), en: en.into(), all: Vec::new() }
    }

    /// What may not be seen is not found.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            Kind::NotFound,
            "not-found",
            "見つかりません。番号とアドレスを確かめてください。",
            "There is nothing here; check the address.",
        )
    }

    /// The caller's role does not fit: to them there is nothing here.
    #[must_use]
    pub fn denied(_denial: Denial) -> Self {
        Self::not_found()
    }
}

impl From<Finding> for Refusal {
    fn from(finding: Finding) -> Self {
        Self {
            kind: Kind::Invalid,
            code: finding.code,
            at: finding.at.into_owned(),
            ja: finding.ja,
            en: finding.en,
            all: Vec::new(),
        }
    }
}

impl From<Vec<Finding>> for Refusal {
    /// The first that refuses speaks for all.
    fn from(all: Vec<Finding>) -> Self {
        let first = all.iter().find(|finding| finding.severity == Severity::Stop);
        let first = first.or(all.first()).cloned().map_or_else(Self::not_found, Self::from);
        Self { all, ..first }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Conflict | StoreError::Stale => Self::new(
                Kind::Busy,
                "busy",
                "混み合っています。少し待って、もう一度送ってください。",
                "The hub is busy; try again in a moment.",
            ),
            StoreError::Spent => Self::new(
                Kind::Conflict,
                "used-before",
                "一度使われたものです。新しく取り直してください。",
                "It was used before; get a new one.",
            ),
            error => {
                tracing::error!(%error, "the store failed");
                Self::new(
                    Kind::Failed,
                    "failed",
                    "処理できませんでした。時間をおいてもう一度お試しください。記録は失われていません。",
                    "It failed; try again later. Nothing that was acknowledged is lost.",
                )
            }
        }
    }
}
