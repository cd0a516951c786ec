//! Valid numbers for people who do not exist. No number is unique by chance: each comes from a
//! counting number through a one-to-one map.

use domain::number::{Kind, check_digit};

use super::rng::{Rng, Salt};

/// Counting numbers below this may be used; those from [`SPECIAL`] are the named persons'.
pub(super) const LIMIT: u64 = 100_000_000;

/// First counting number of the named persons.
pub(super) const SPECIAL: u64 = 99_000_000;

/// Coprime to [`LIMIT`], so that multiplication permutes the numbers below it.
const STRIDE: u64 = 61_803_399;
const _: () = assert!(!STRIDE.is_multiple_of(2) && !STRIDE.is_multiple_of(5), "not one-to-one");

/// A 個人番号 whose check digit holds. All of ours begin with 999: no range is reserved for tests
/// in law, so this marks them for us and does not make them impossible.
pub(super) fn my_number(seed: u64, i: u64) -> String {
    let start = Rng::new(seed, Salt::Numbers, 0).below(LIMIT);
    complete(Kind::Personal, format!("999{:08}", (i % LIMIT * STRIDE + start) % LIMIT))
}

/// A municipality's own key for a person (自治体別本人キー, like a 宛名番号): ten digits.
pub(super) fn municipal_key(seed: u64, i: u64) -> String {
    let start = Rng::new(seed, Salt::Numbers, 1).below(LIMIT);
    format!("90{:08}", (i % LIMIT * STRIDE + start) % LIMIT)
}

/// `body` and its check digit.
pub(super) fn complete(kind: Kind, mut body: String) -> String {
    body.push(check_digit(kind, &body).expect("the caller gives digits of the right length"));
    body
}

/// The same number with another last digit: its check digit is wrong.
pub(super) fn spoiled(number: &str) -> String {
    let mut text = number.to_owned();
    let wrong = match text.pop() {
        Some(digit @ '0'..='8') => char::from(digit as u8 + 1),
        _ => '0',
    };
    text.push(wrong);
    text
}
