//! Households: who lives together and how old they are.

use domain::person::Sex;
use jiff::ToSpan;
use jiff::civil::Date;

use super::plan::{Form, HOUSEHOLDS, PLAN};
use super::rng::{Rng, Salt};
use crate::demo::pilot::{PILOTS, Pilot};

/// What kind of family a household is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FamilyKind {
    /// One person under 65.
    Single,
    /// Two, the woman under 65.
    Couple,
    /// A couple with children of any age.
    CoupleWithChildren,
    /// One parent with children of any age.
    SingleParent,
    /// Children, parents and grandparents.
    ThreeGenerations,
    /// One or two people of 65 and over.
    Elderly,
}

/// The part that a member has in the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Lives without child or parent: single or one of a couple.
    Adult,
    /// A parent.
    Parent,
    /// A child of the parents, of any age.
    Child,
    /// A parent of a parent.
    Grandparent,
}

/// One member: age in whole years and the days since the last birthday.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) role: Role,
    pub(super) sex: Sex,
    pub(super) age: i16,
    pub(super) days: i16,
}

impl Member {
    /// The day of birth of one who is that old on `today`.
    pub(super) fn birth(&self, today: Date) -> Date {
        today.saturating_sub(self.age.years()).saturating_sub(self.days.days())
    }
}

/// One household.
pub(super) struct Household {
    pub(super) id: u64,
    pub(super) town: &'static Pilot,
    pub(super) kind: FamilyKind,
    pub(super) members: Vec<Member>,
}

/// Which municipality each block of residents lives in: 25 blocks, six of them 都城市.
const TOWN_OF_BLOCK: [u8; 25] =
    [15, 0, 1, 15, 2, 13, 3, 15, 4, 6, 5, 15, 7, 13, 8, 15, 9, 6, 10, 15, 11, 13, 12, 4, 14];

/// Blocks after which the municipalities repeat.
pub(super) const BLOCKS: u64 = TOWN_OF_BLOCK.len() as u64;

/// The household `id` of the world of `seed`.
pub(super) fn household(seed: u64, id: u64) -> Household {
    let (slot, _) = PLAN.slot(id);
    let block = usize::try_from(id / HOUSEHOLDS % BLOCKS).unwrap_or(0);
    let mut rng = Rng::new(seed, Salt::Household, id);
    Household {
        id,
        town: &PILOTS[usize::from(TOWN_OF_BLOCK[block])],
        kind: kind(slot.form, slot.group),
        members: members(&mut rng, slot.form, i16::from(slot.group)),
    }
}

fn kind(form: Form, group: u8) -> FamilyKind {
    match form {
        Form::Single | Form::Couple if group >= 13 => FamilyKind::Elderly,
        Form::Single => FamilyKind::Single,
        Form::Couple => FamilyKind::Couple,
        Form::Family(_) => FamilyKind::CoupleWithChildren,
        Form::Parent(_) => FamilyKind::SingleParent,
        Form::Three(_) => FamilyKind::ThreeGenerations,
    }
}

/// Parents first, then children from the eldest, then grandparents.
fn members(rng: &mut Rng, form: Form, group: i16) -> Vec<Member> {
    match form {
        Form::Single => {
            let age = age_in(rng, group).max(18);
            let woman = rng.percent(if group >= 13 { 67 } else { 46 });
            vec![member(rng, Role::Adult, if woman { Sex::Female } else { Sex::Male }, age)]
        }
        Form::Couple => {
            let age = age_in(rng, group);
            couple(rng, Role::Adult, age, (-2, 5))
        }
        Form::Family(children) => {
            let ages = children_ages(rng, group, children);
            let mother = ages[0] + rng.between(23, 34);
            let parents = couple(rng, Role::Parent, mother, (-2, 6));
            with_children(rng, parents, &ages)
        }
        Form::Parent(children) => {
            let ages = children_ages(rng, group, children);
            let sex = if rng.percent(86) { Sex::Female } else { Sex::Male };
            let age = ages[0] + rng.between(22, 34);
            let parent = vec![member(rng, Role::Parent, sex, age)];
            with_children(rng, parent, &ages)
        }
        Form::Three(grandparents) => three_generations(rng, group, grandparents),
    }
}

fn three_generations(rng: &mut Rng, group: i16, grandparents: u8) -> Vec<Member> {
    let ages = children_ages(rng, group, 2);
    let mother = ages[0] + rng.between(22, 32);
    let parents = couple(rng, Role::Parent, mother, (-1, 4));
    let grandmother = parents[1].age + rng.between(22, 30);
    let mut members = with_children(rng, parents, &ages);
    let elders = couple(rng, Role::Grandparent, grandmother, (0, 5));
    members.extend(elders.into_iter().take(usize::from(grandparents)));
    members
}

/// Woman, then man.
fn couple(rng: &mut Rng, role: Role, woman: i16, man_older: (i16, i16)) -> Vec<Member> {
    let man = woman + rng.between(man_older.0, man_older.1);
    vec![member(rng, role, Sex::Female, woman), member(rng, role, Sex::Male, man)]
}

fn with_children(rng: &mut Rng, mut members: Vec<Member>, ages: &[i16]) -> Vec<Member> {
    for &age in ages {
        let sex = if rng.percent(51) { Sex::Male } else { Sex::Female };
        members.push(member(rng, Role::Child, sex, age));
    }
    members
}

/// The eldest first; the youngest is in `group`.
fn children_ages(rng: &mut Rng, group: i16, children: u8) -> Vec<i16> {
    let mut ages = vec![age_in(rng, group)];
    for _ in 1..children {
        ages.insert(0, ages[0] + rng.between(2, 4));
    }
    ages
}

fn member(rng: &mut Rng, role: Role, sex: Sex, age: i16) -> Member {
    Member { role, sex, age, days: rng.between(0, 364) }
}

/// An age in a five-year group; the last one, 90 and over, reaches 98.
fn age_in(rng: &mut Rng, group: i16) -> i16 {
    group * 5 + rng.between(0, if group >= 18 { 8 } else { 4 })
}
