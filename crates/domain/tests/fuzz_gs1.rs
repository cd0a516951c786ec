//! Fuzz target: nothing that a scanner or a finger types makes the reader panic, and every refusal
//! names a place within it. Bounded here; `cargo bolero` goes on.

use domain::gs1::{Gtin, read};
use jiff::civil::date;

const ROUNDS: usize = 20_000;

const SEEDS: [&str; 4] = [
    "]d2010952000000001117270331211Z9\u{1d}10AB12",
    "(01)09520000000011(17)270331(10)AB12(30)12",
    "（０１）０９５２００００００００１１{GS}10A<GS>11250100",
    "3102000123\\x1d7003270331123091COMPANY^]8005000199",
];

#[test]
fn no_text_makes_the_reader_panic() {
    bolero::check!().with_iterations(ROUNDS).with_type::<String>().for_each(|text| take(text));
}

#[test]
fn no_mangled_symbol_makes_the_reader_panic() {
    let cuts = (0..SEEDS.len(), bolero::produce::<[u16; 2]>(), bolero::produce::<String>());
    bolero::check!().with_iterations(ROUNDS).with_generator(cuts).for_each(|(seed, ends, put)| {
        let seed: Vec<char> = SEEDS[*seed].chars().collect();
        let from = usize::from(ends[0]) % seed.len();
        let until = (from + usize::from(ends[1]) % 8).min(seed.len());
        let before = seed[..from].iter().copied();
        let put = put.chars().take(6);
        take(&before.chain(put).chain(seed[until..].iter().copied()).collect::<String>());
    });
}

fn take(text: &str) {
    let _ = Gtin::parse(text);
    match read(text, date(2026, 11, 24)) {
        Ok(scan) => assert!(scan.lot.is_none_or(|lot| (1..=20).contains(&lot.len()))),
        Err(findings) => {
            assert!(!findings.is_empty());
            for finding in findings {
                let place: usize = finding.at.parse().expect("a place is a number");
                assert!((1..=text.chars().count().max(1)).contains(&place), "{finding:?}");
            }
        }
    }
}
