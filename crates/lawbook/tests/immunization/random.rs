//! Random people and doses, drawn towards the borders of the rules.

use jiff::civil::{Date, date};

use super::days::{add, months_later, reach, years};
use super::simple::Dose;

/// xorshift64*: the same seed tells the same story everywhere.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

const CHILD: [&str; 26] = [
    "rota-1v",
    "rota-5v",
    "hepb",
    "dpt-ipv-hib",
    "dpt-ipv",
    "dpt",
    "ipv",
    "hib",
    "pcv7",
    "pcv13",
    "pcv15",
    "pcv20",
    "bcg",
    "mr",
    "measles",
    "rubella",
    "varicella",
    "mumps",
    "je",
    "dt",
    "hpv2",
    "hpv4",
    "hpv9",
    "influenza",
    "yellow-fever",
    "zoster-live",
];

const ELDER: [&str; 7] =
    ["influenza", "covid19", "ppsv23", "pcv20", "zoster-live", "zoster-rzv", "mr"];

/// Intervals at which something changes.
const DAYS: [i64; 9] = [6, 7, 20, 21, 27, 28, 60, 61, 139];
const MONTHS: [i32; 8] = [1, 2, 3, 5, 6, 7, 8, 12];
/// Ages in months at which something changes.
const AGES: [i32; 14] = [2, 3, 5, 6, 7, 8, 12, 15, 24, 36, 60, 84, 90, 108];
const YEARS: [i32; 6] = [9, 11, 12, 13, 15, 16];

/// Somebody, what was given, and what is asked.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) birth: Date,
    pub(crate) female: bool,
    pub(crate) doses: Vec<Dose>,
    pub(crate) next: Dose,
}

impl Story {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let elder = rng.below(6) == 0;
        let birth = if elder {
            add(date(1924, 1, 1), i64::try_from(rng.below(13_800)).unwrap())
        } else {
            add(date(2010, 1, 1), i64::try_from(rng.below(6_150)).unwrap())
        };
        let birth = if rng.below(12) == 0 { border(rng, birth) } else { birth };
        let few: Vec<&str> = {
            let all: &[&str] = if elder { &ELDER } else { &CHILD };
            let families = 1 + rng.below(5);
            (0..families).map(|_| *rng.pick(all)).collect()
        };
        let mut doses: Vec<Dose> = Vec::new();
        for _ in 0..rng.below(9) {
            let dose = dose(rng, birth, elder, &few, &doses);
            doses.push(dose);
        }
        let next = dose(rng, birth, elder, &few, &doses);
        Self { birth, female: rng.below(2) == 0, doses, next }
    }
}

/// 1 April, 29 February, the end of a month.
fn border(rng: &mut Rng, near: Date) -> Date {
    match rng.below(3) {
        0 => date(near.year(), 4, 1),
        1 => Date::new(near.year(), 2, 29).unwrap_or(date(near.year(), 3, 31)),
        _ => near.last_of_month(),
    }
}

/// A dose on or after the last one.
fn dose(rng: &mut Rng, birth: Date, elder: bool, few: &[&str], doses: &[Dose]) -> Dose {
    let product = *rng.pick(few);
    let product = CHILD.iter().chain(&ELDER).find(|it| **it == product).unwrap();
    let last = doses.last().map_or(birth, |it| it.1);
    let same = doses.iter().rev().find(|it| it.0 == *product).or(doses.last());
    let draw = if doses.is_empty() { 6 } else { rng.below(8) };
    let day = match (draw, same) {
        (0..4, Some(same)) if rng.below(2) == 0 => add(same.1, *rng.pick(&DAYS)),
        (0..4, Some(same)) => months_later(same.1, *rng.pick(&MONTHS)),
        (4, _) => add(last, i64::try_from(rng.below(400)).unwrap()),
        (5, Some(_)) => last,
        _ if elder => elderly(rng, birth),
        (6, _) => usual(rng, product, birth),
        _ if rng.below(3) == 0 => years(birth, *rng.pick(&YEARS)),
        _ => reach(birth, *rng.pick(&AGES)),
    };
    let day = add(day, i64::try_from(rng.below(5)).unwrap() - 2);
    (*product, day.max(last).clamp(date(1996, 1, 1), date(2045, 1, 1)))
}

/// An age at which the vaccine is given, in months.
fn usual(rng: &mut Rng, product: &str, birth: Date) -> Date {
    let (from, to) = match product {
        "rota-1v" | "rota-5v" | "hepb" | "bcg" => (1, 9),
        "mr" | "measles" | "rubella" if rng.below(2) == 0 => (60, 86),
        "mr" | "measles" | "rubella" | "varicella" | "mumps" => (11, 37),
        "je" if rng.below(3) == 0 => (107, 158),
        "je" => (6, 90),
        "dt" => (130, 158),
        "hpv2" | "hpv4" | "hpv9" => (140, 200),
        _ => (2, 60),
    };
    let months = from + rng.below(to - from);
    add(reach(birth, i32::try_from(months).unwrap()), i64::try_from(rng.below(31)).unwrap())
}

fn elderly(rng: &mut Rng, birth: Date) -> Date {
    match rng.below(3) {
        0 => add(date(2020, 1, 1), i64::try_from(rng.below(3_000)).unwrap()),
        1 => date(2020 + i16::try_from(rng.below(8)).unwrap(), *rng.pick(&[3, 4, 10]), 1),
        _ => years(birth, *rng.pick(&[60, 64, 65, 66, 70, 75, 100])),
    }
}
