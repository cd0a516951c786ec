//! Fuzz target: nothing that is written in a field of a form makes reading it panic; what is taken
//! comes back from the record as it was, and what is not says where. Bounded here; `cargo bolero`
//! goes on.

use domain::form::{Answers, By, Form, Item, Sheet};
use domain::instant::Instant;
use fhir::profiles::questionnaire_response;
use lawbook::Lawbook;

const ROUNDS: usize = 20_000;
/// 2026-11-24 12:00 in Japan.
const NOW: Instant = Instant(1_795_489_200_000);

/// What somebody might mean to write.
const SEEDS: [&str; 10] = [
    "yes",
    "male",
    "36.5",
    "３６。８",
    "-40",
    "2026-11-24",
    "２０２６-１１-２４",
    "せき\r\n\tと熱",
    "12",
    "🙂\u{202e}<b>",
];

#[test]
fn no_text_in_a_field_makes_reading_it_panic() {
    let forms = Lawbook::embedded().expect("the rules read").forms.0;
    let input = (bolero::produce::<u16>(), bolero::produce::<String>());
    bolero::check!()
        .with_iterations(ROUNDS)
        .with_generator(input)
        .for_each(|(which, text)| take(&forms, *which, text));
}

#[test]
fn no_mangled_answer_makes_reading_it_panic() {
    let forms = Lawbook::embedded().expect("the rules read").forms.0;
    let cuts = (
        bolero::produce::<u16>(),
        0..SEEDS.len(),
        bolero::produce::<u8>(),
        bolero::produce::<String>(),
    );
    bolero::check!().with_iterations(ROUNDS).with_generator(cuts).for_each(
        |(which, seed, at, put)| {
            let seed: Vec<char> = SEEDS[*seed].chars().collect();
            let at = usize::from(*at) % (seed.len() + 1);
            let put = put.chars().take(4);
            let text = seed[..at].iter().copied().chain(put).chain(seed[at..].iter().copied());
            take(&forms, *which, &text.collect::<String>());
        },
    );
}

fn take(forms: &[Form], which: u16, text: &str) {
    let form = &forms[usize::from(which) % forms.len()];
    let items: Vec<&Item> = form.items().collect();
    let item = items[usize::from(which) / forms.len() % items.len()];
    let answer = match item.read(text) {
        Ok(None) => return assert!(text.trim().is_empty()),
        Ok(Some(answer)) => answer,
        Err(finding) => return assert_eq!(finding.at, item.id),
    };
    let begun = Sheet::begin(form, Answers::default(), NOW);
    let change = [(item.id.clone(), Some(answer.clone()))];
    match begun.fill(form, By::Family, &change, NOW) {
        Ok(sheet) => {
            let body = questionnaire_response::write(&sheet, form, "a", "Patient/b");
            assert_eq!(questionnaire_response::read(&body).as_ref(), Ok(&sheet));
            // What a field shows again is read as the same.
            assert_eq!(item.read(&answer.text()), Ok(Some(answer)));
        }
        Err(findings) => assert!(!findings.is_empty()),
    }
}
