//! Synthetic addresses: a real municipality, an invented town, invented numbers.

use super::rng::{Rng, Salt};
use crate::demo::pilot::Pilot;

/// Town names (町名) that say what they are.
const TOWNS: [&str; 8] =
    ["試験町", "見本町", "仮名町", "架空町", "例示町", "練習町", "模擬町", "想定町"];

/// The address of a household, one text from the prefecture to the room, as a register writes it.
pub(super) fn address(seed: u64, town: &Pilot, household: u64) -> String {
    let mut rng = Rng::new(seed, Salt::Address, household);
    let place = TOWNS[rng.index(TOWNS.len())];
    let (block, lot, house) = (rng.between(1, 6), rng.between(1, 40), rng.between(1, 30));
    let room = rng.percent(35).then(|| (rng.between(1, 9), rng.between(1, 12)));
    let mut text = format!("{}{}{place}{block}丁目{lot}番{house}号", town.prefecture, town.name);
    if let Some((floor, door)) = room {
        text = format!("{text} {}ハイツ{floor}{door:02}号室", place.trim_end_matches('町'));
    }
    if wide(town) { text.chars().map(widen).collect() } else { text }
}

/// Registers differ: those with an odd second digit write full-width digits.
fn wide(town: &Pilot) -> bool {
    town.code.as_bytes().get(1).is_some_and(|byte| byte % 2 == 1)
}

fn widen(character: char) -> char {
    match character {
        '0'..='9' => char::from_u32(u32::from(character) - 0x30 + 0xFF10).unwrap_or(character),
        ' ' => '\u{3000}',
        other => other,
    }
}
