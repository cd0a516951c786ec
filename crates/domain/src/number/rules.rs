//! What `rules/numbers/` says about identifiers.

use super::Kind;
use crate::day::Basis;
use crate::finding::Severity;

/// The figures behind the identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRules {
    /// One entry for every [`Kind`].
    pub checks: Vec<CheckRule>,
    /// Prefecture numbers.
    pub prefectures: Prefectures,
    /// 点数表 of institution codes.
    pub score_tables: Vec<ScoreTable>,
    /// Two digits that never stand in the middle or at the end of an institution's own number.
    pub unissued_pair: String,
    /// Where the unissued pair is laid down.
    pub unissued_basis: Basis,
}

/// What a wrong check digit means for one kind of number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRule {
    /// The kind.
    pub kind: Kind,
    /// How grave: [`Severity::Stop`] refuses, [`Severity::Warn`] registers with a warning.
    pub mismatch: Severity,
    /// The specification of the algorithm, and the doubt about it.
    pub basis: Basis,
}

/// Prefecture numbers, and the second series used when the first is exhausted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefectures {
    /// The first, 1 (北海道).
    pub first: u8,
    /// The last, 47 (沖縄).
    pub last: u8,
    /// What the second series adds, 50.
    pub alternate: u8,
    /// Where this is laid down.
    pub basis: Basis,
}

/// One 点数表 and the numbers its institutions may carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreTable {
    /// The third digit of the code.
    pub digit: u8,
    /// 医科, 歯科, 調剤.
    pub name: String,
    /// The first number.
    pub first: u16,
    /// The last number, inclusive.
    pub last: u16,
    /// Where this is laid down.
    pub basis: Basis,
}

impl NumberRules {
    /// The entry of `kind`.
    #[must_use]
    pub fn check(&self, kind: Kind) -> Option<&CheckRule> {
        self.checks.iter().find(|check| check.kind == kind)
    }

    /// The ids of the laws behind numbers of this kind.
    #[must_use]
    pub fn laws(&self, kind: Kind) -> Vec<&str> {
        self.check(kind).map(|check| check.basis.law.as_str()).into_iter().collect()
    }
}

impl Prefectures {
    /// Whether it is a prefecture of the first series.
    #[must_use]
    pub const fn holds(&self, number: u8) -> bool {
        self.first <= number && number <= self.last
    }

    /// Whether it is a prefecture of either series.
    #[must_use]
    pub fn holds_either(&self, number: u8) -> bool {
        self.holds(number) || number.checked_sub(self.alternate).is_some_and(|one| self.holds(one))
    }
}
