//! Repeatable chance: SplitMix64, keyed by what is being decided, so that any person can be made
//! without making those before.

/// A stream of numbers.
pub(super) struct Rng(u64);

impl Rng {
    /// The stream for one decision: the world's seed, what is decided (`salt`), and about what.
    pub(super) fn new(seed: u64, salt: Salt, about: u64) -> Self {
        let mut rng = Self(seed ^ (salt as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let mixed = rng.next() ^ about.wrapping_mul(0xA24B_AED4_963E_E407);
        Self(mixed)
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Evenly from 0 to `end`, without `end`; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Evenly from `first` to `last`, both included.
    pub(super) fn between(&mut self, first: i16, last: i16) -> i16 {
        let width = u64::from(last.abs_diff(first)) + 1;
        first + i16::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An index below `len`; small ones more often, as with names.
    pub(super) fn favoured(&mut self, len: usize) -> usize {
        self.index(len).min(self.index(len))
    }

    /// An index below `len`.
    pub(super) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    /// In another order, every order as likely.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

/// What is being decided.
#[derive(Clone, Copy)]
pub(super) enum Salt {
    Plan = 1,
    Household,
    Surname,
    Given,
    Address,
    Insurance,
    Numbers,
    Certificate,
    Doses,
}
