//! Mistakes of a desk, and how it mends what the gate stops.

use domain::form::Consenter;
use hub::immunization::record::Stopped;
use hub::intake::dose::{DoseAsked, Paper};
use jiff::civil::Date;

use super::truth::after;

/// A dose with something wrong, and the code that must stop it.
pub(crate) fn spoiled(
    asked: &DoseAsked,
    today: Date,
    which: usize,
) -> Option<(DoseAsked, &'static str)> {
    let wrong = asked.clone();
    let paper = asked.paper?;
    Some(match which {
        0 => (DoseAsked { hundredths: Some(asked.hundredths? + 5), ..wrong }, "amount-wrong"),
        1 => (DoseAsked { expires: Some(after(today, -1)), ..wrong }, "lot-expired"),
        2 => (DoseAsked { lot: None, ..wrong }, "lot-missing"),
        3 => {
            let paper = Paper { birth: after(paper.birth, -400), ..paper };
            (DoseAsked { paper: Some(paper), ..wrong }, "other-person")
        }
        4 => (DoseAsked { on: Some(after(today, 2)), ..wrong }, "wrong-day"),
        5 => (DoseAsked { temperature: Some(378), ..wrong }, "fever"),
        6 => (DoseAsked { paper: None, ..wrong }, "no-consent"),
        _ => (DoseAsked { conditions: vec!["acute-illness".into()], ..wrong }, "contraindicated"),
    })
}

/// What a desk sends next; none if it is no mistake of the desk.
pub(crate) fn corrected(asked: &DoseAsked, stops: &[Stopped], today: Date) -> Option<DoseAsked> {
    let stopped = |code: &str| stops.iter().any(|stop| stop.code == code);
    let mut better = asked.clone();
    if stopped("wrong-day") {
        // Everything else was judged for the wrong day.
        better.on = Some(today);
        return Some(better);
    }
    if stops.iter().all(|stop| stop.step == "judgement") && asked.reason.is_empty() {
        better.reason = "説明し、希望された".into();
        return Some(better);
    }
    let paper = asked.paper?;
    if stops.len() == 1 && stopped("no-consent") && paper.by == Consenter::Person {
        better.paper = Some(Paper { by: Consenter::Guardian, ..paper });
        return Some(better);
    }
    None
}
