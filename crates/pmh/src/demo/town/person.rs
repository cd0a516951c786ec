//! One resident of the synthetic town, computable from the seed and a counting number alone.

use domain::insurance::Insurance;
use domain::person::{Birth, FiveAttributes};
use jiff::civil::{Date, date};

use super::household::{FamilyKind, Household, Role, household};
use super::plan::PLAN;
use super::{address, insurance, names, numbers};

/// The day on which [`person`] and [`residents`] see the town: their data never change.
pub const BENCH_DAY: Date = date(2026, 4, 1);

/// How many persons [`person`] can tell apart; their households stay below those of the named.
pub const PERSONS: u64 = 19_000_000;

/// A resident with everything that registers say about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Counting number, the `i` of [`person`]; named persons count from 99,000,000.
    pub serial: u64,
    /// 個人番号, valid; all of the town's begin with 999.
    pub my_number: String,
    /// 全国地方公共団体コード of the municipality of residence.
    pub municipality: &'static str,
    /// 自治体別本人キー, unique in the whole world.
    pub municipal_key: String,
    /// 基本5情報 as the resident register writes them.
    pub five: FiveAttributes,
    /// The name as the insured-person registry writes it, where that differs (髙 and 高).
    pub name_at_insurer: Option<String>,
    /// The insurance in force.
    pub insurance: Insurance,
    /// Household number.
    pub household: u64,
    /// The part in the household.
    pub role: Role,
    /// The kind of the household.
    pub family: FamilyKind,
}

/// The `i`-th resident of the world of `seed` as of [`BENCH_DAY`]; `i` is taken modulo [`PERSONS`].
#[must_use]
pub fn person(seed: u64, i: u64) -> Person {
    let i = i % PERSONS;
    let (id, member) = PLAN.locate(i);
    resident(seed, &household(seed, id), member, i, BENCH_DAY)
}

/// The first `n` residents one after another, in constant memory: for benchmarks.
pub fn residents(seed: u64, n: u64) -> impl Iterator<Item = Person> {
    (0..n).map(move |i| person(seed, i))
}

/// One member of a household as of `today`.
pub(super) fn resident(
    seed: u64,
    household: &Household,
    member: usize,
    i: u64,
    today: Date,
) -> Person {
    let who = &household.members[member];
    let birth = who.birth(today);
    let (name, kana) = names::name(seed, household.id, member, who.sex, birth.year());
    Person {
        serial: i,
        my_number: numbers::my_number(seed, i),
        municipality: household.town.code,
        municipal_key: numbers::municipal_key(seed, i),
        five: FiveAttributes {
            name,
            kana,
            address: address::address(seed, household.town, household.id),
            birth: Birth::Day(birth),
            sex: who.sex,
        },
        name_at_insurer: None,
        insurance: insurance::insurance(seed, household, member, i, today),
        household: household.id,
        role: who.role,
        family: household.kind,
    }
}
