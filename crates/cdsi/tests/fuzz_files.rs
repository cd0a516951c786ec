//! Fuzz targets: no file makes the reader panic, and whatever is read evaluates doses without one.
//! Bounded here; `cargo bolero` goes on.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

use cdsi::{Book, Given, Source};
use domain::day::Calendar;
use domain::person::Sex;
use jiff::civil::date;

/// Files per target in the suite.
const ROUNDS: usize = 1_500;

const COMMON: &str = include_str!("made-up/ScheduleSupportingData.xml");
const SEEDS: [&str; 2] = [
    include_str!("made-up/AntigenSupportingData- Moonpox.xml"),
    include_str!("made-up/AntigenSupportingData- Stardust.xml"),
];

/// What a text may become.
const TEXTS: [&str; 10] = [
    "",
    "0",
    "255",
    "99999 years",
    "12 months - 4 days",
    "00010101",
    "99991231",
    "901; 902; 903",
    "Yes",
    "<a/>",
];

fn calendar() -> Calendar {
    lawbook::Lawbook::embedded().unwrap().calendar
}

fn read_all(common: &str, antigen: &str, calendar: &Calendar) -> bool {
    let source = Source { schedule: ("s.xml", common), antigens: vec![("a.xml", antigen)] };
    let Ok(book) = Book::read(&source, calendar) else { return false };
    let dose = |cvx: &str, date| Given { cvx: cvx.to_owned(), date };
    let given = [
        dose("901", date(2001, 1, 1)),
        dose("905", date(2001, 1, 20)),
        dose("909", date(2001, 3, 1)),
        dose("901", date(2001, 3, 1)),
    ];
    for antigen in &book.antigens {
        for as_of in [date(2001, 3, 1), date(9999, 12, 31)] {
            let _ = book.assess(&antigen.group, date(2000, 1, 1), Sex::Female, &given, as_of);
        }
    }
    true
}

/// A file in which one text between tags is another.
fn replaced(seed: &str, at: usize, text: &str) -> String {
    let ends: Vec<usize> = seed.match_indices("</").map(|it| it.0).collect();
    let end = ends[at % ends.len()];
    let begin = seed[..end].rfind('>').map_or(end, |at| at + 1);
    format!("{}{text}{}", &seed[..begin], &seed[end..])
}

#[test]
fn no_text_makes_the_reader_panic() {
    let calendar = calendar();
    bolero::check!().with_iterations(ROUNDS).with_type::<(String, String)>().for_each(
        |(common, antigen)| {
            read_all(common, antigen, &calendar);
        },
    );
}

#[test]
fn no_text_in_a_wrong_place_makes_it_panic() {
    let calendar = calendar();
    let cases =
        (0..SEEDS.len(), bolero::produce::<u16>(), 0..TEXTS.len(), bolero::produce::<bool>());
    bolero::check!().with_iterations(ROUNDS).with_generator(cases).for_each(
        |&(seed, at, text, in_common)| {
            let change = |file: &str| replaced(file, usize::from(at), TEXTS[text]);
            if in_common {
                read_all(&change(COMMON), SEEDS[seed], &calendar);
            } else {
                read_all(COMMON, &change(SEEDS[seed]), &calendar);
            }
        },
    );
}

#[test]
fn the_seeds_are_read() {
    let calendar = calendar();
    for seed in SEEDS {
        assert!(read_all(COMMON, seed, &calendar));
        assert!(!read_all(
            COMMON,
            &seed.replace("12 months", "12 moons").replace("6 months", "6 moons"),
            &calendar
        ));
    }
}
