//! The plan of a block: which households 840 people form, so that their ages follow Japan's.
//!
//! The age structure is a construction, not chance: the counts below were fitted once to
//! [`AGE_SHARES`] (least squares, whole households), with the mix of household kinds of the census
//! as a soft aim. Every block has the same households in the same order; who lives in them differs.

use std::sync::LazyLock;

use super::rng::{Rng, Salt};

/// Residents in one block.
pub(super) const BLOCK: u64 = 840;

/// Households in one block.
pub(super) const HOUSEHOLDS: u64 = 381;

/// Shares of the age groups 0–4, 5–9, … 85–89, 90 and over, per mille.
///
/// Approximate: the general shape of 人口推計 (総務省統計局, 2024-10-01), rounded, adjusted to its
/// published totals (under 15: 11.2 %, 65 and over: 29.3 %, 75 and over: 16.8 %). Not to be cited.
pub const AGE_SHARES: [u16; 19] =
    [32, 38, 42, 44, 51, 53, 51, 55, 61, 71, 78, 70, 61, 59, 66, 63, 48, 33, 24];

/// The form of a household. Its age group is that of the youngest child, else of the woman of a
/// couple, else of the one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One person.
    Single,
    /// Two.
    Couple,
    /// A couple and this many children.
    Family(u8),
    /// One parent and this many children.
    Parent(u8),
    /// Two children, their parents, and this many grandparents.
    Three(u8),
}

impl Form {
    /// How many people.
    pub(super) const fn size(self) -> u8 {
        match self {
            Self::Single => 1,
            Self::Couple => 2,
            Self::Family(children) => 2 + children,
            Self::Parent(children) => 1 + children,
            Self::Three(grandparents) => 4 + grandparents,
        }
    }
}

/// One household of the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) form: Form,
    /// Five-year age group that fixes the ages, 0 for 0–4.
    pub(super) group: u8,
    /// Place of its first member in the block.
    pub(super) first: u16,
}

/// Per form: the first age group, then how many households a block has from there on.
const COUNTS: [(Form, u8, &[u8]); 9] = [
    (Form::Single, 3, &[8, 8, 7, 7, 7, 7, 8, 11, 10, 8, 10, 11, 12, 11, 9, 14]),
    (Form::Couple, 4, &[2, 2, 0, 1, 2, 4, 8, 6, 4, 8, 10, 10, 8, 6]),
    (Form::Family(1), 0, &[4, 1, 3, 3, 5, 7, 5, 6, 8, 9]),
    (Form::Family(2), 0, &[6, 5, 5, 4, 7, 6, 4]),
    (Form::Family(3), 0, &[2, 2, 2, 1, 1]),
    (Form::Parent(1), 0, &[2, 1, 2, 0, 1, 3, 2, 1, 2, 3, 7, 5, 6]),
    (Form::Parent(2), 0, &[4, 4, 3, 1, 1]),
    (Form::Three(1), 0, &[1, 1, 1, 2, 3]),
    (Form::Three(2), 0, &[2, 2, 3, 3]),
];

/// The households of a block, and for each place in it the household.
pub(super) struct Plan {
    pub(super) slots: Vec<Slot>,
    slot_of: Vec<u16>,
}

/// The one plan.
pub(super) static PLAN: LazyLock<Plan> = LazyLock::new(Plan::new);

impl Plan {
    fn new() -> Self {
        let mut forms: Vec<(Form, u8)> = COUNTS
            .iter()
            .flat_map(|&(form, first, counts)| {
                (first..).zip(counts).flat_map(move |(group, &count)| {
                    std::iter::repeat_n((form, group), usize::from(count))
                })
            })
            .collect();
        Rng::new(0, Salt::Plan, 0).shuffle(&mut forms);

        let mut plan = Self { slots: Vec::new(), slot_of: Vec::new() };
        for (at, (form, group)) in (0u16..).zip(forms) {
            let first = u16::try_from(plan.slot_of.len()).unwrap_or(u16::MAX);
            plan.slots.push(Slot { form, group, first });
            plan.slot_of.extend(std::iter::repeat_n(at, usize::from(form.size())));
        }
        plan
    }

    /// Household and place in it of the `i`-th resident.
    pub(super) fn locate(&self, i: u64) -> (u64, usize) {
        let place = usize::try_from(i % BLOCK).unwrap_or(0);
        let slot = self.slot_of[place];
        let member = place - usize::from(self.slots[usize::from(slot)].first);
        (i / BLOCK * HOUSEHOLDS + u64::from(slot), member)
    }

    /// The slot of a household, and the number of its first resident.
    pub(super) fn slot(&self, household: u64) -> (Slot, u64) {
        let slot = self.slots[usize::try_from(household % HOUSEHOLDS).unwrap_or(0)];
        (slot, household / HOUSEHOLDS * BLOCK + u64::from(slot.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_add_up() {
        assert_eq!(PLAN.slots.len() as u64, HOUSEHOLDS);
        assert_eq!(PLAN.slot_of.len() as u64, BLOCK);
        assert_eq!(AGE_SHARES.iter().sum::<u16>(), 1000);
    }

    #[test]
    fn a_resident_is_found_in_the_household_that_starts_with_their_first() {
        for i in (0..3 * BLOCK).chain(999_000..1_000_000) {
            let (household, member) = PLAN.locate(i);
            assert_eq!(PLAN.slot(household).1 + member as u64, i);
        }
    }
}
