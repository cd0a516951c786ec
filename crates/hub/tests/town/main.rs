//! A town for three years, through the deeds of the hub: people move, twins share a reading, doses are
//! written on paper, drafts come late, clocks are wrong. At every desk, twice a year and at the end the
//! record is held against the truth: every dose is in exactly one record, and coverage is what was given.
//!
//! A small town in the test command; in `cargo xtask assure town` one of 5,000.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

mod check;
mod clinic;
mod dice;
mod mistake;
mod people;
mod register;
mod small;
mod town;
mod truth;

use town::Town;

/// People of the town in the test command.
const SMALL: usize = 150;
/// What its chances begin with, unless `PMH_ASSURE_SEED` says otherwise.
const SEED: u64 = 20_261_124;

fn assured(name: &str) -> Option<usize> {
    let asked = std::env::var(name).ok()?.parse().ok();
    asked.filter(|_| std::env::var_os("PMH_ASSURE").is_some())
}

#[tokio::test]
async fn three_years_of_a_town_leave_every_dose_in_exactly_one_record() {
    let size = assured("PMH_ASSURE_SIZE").unwrap_or(SMALL);
    let seed = assured("PMH_ASSURE_SEED").map_or(SEED, |seed| u64::try_from(seed).unwrap());
    let mut town = Town::new(size, seed).await;
    town.run().await;
    town.settle().await;
    town.check_the_end().await;
    println!("town of {size}, seed {seed}: {} people at the end", town.all.people.len());
    for (what, times) in &town.done {
        println!("{times:8} {what}");
    }
    for what in [
        "births",
        "moves",
        "late drafts",
        "two clinics at once",
        "paper doses told",
        "past doses told at a desk",
        "movers with past doses",
        "cancellations",
        "corrections",
        "refused: wrong-day",
    ] {
        assert!(town.done.contains_key(what), "no {what}: the town is too quiet");
    }
}
