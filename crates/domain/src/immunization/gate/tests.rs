//! The gate: what stops at which step.

use jiff::civil::date;

use super::*;
use crate::day::Basis;
use crate::immunization::{Amount, Kind};

const TODAY: Date = date(2026, 11, 23);

fn basis() -> Basis {
    let day = date(2020, 10, 1);
    Basis { law: "L".into(), in_force_from: day, checked_on: day, doubt: None }
}

fn product() -> Product {
    let route = Some("皮下・筋肉内".to_owned());
    let amount = Amount { from: None, to: None, hundredths: 50, route, basis: basis() };
    let names = ["dpt-ipv-hib", "5種混合", "DPT-IPV-Hib"].map(str::to_owned);
    Product::new(names, Kind::Inactivated, vec![amount], basis())
}

/// A dose that nothing stops; each case changes one thing.
struct Case {
    codes: Vec<Code>,
    voluntary: bool,
    judgement: Judgement,
    consent: Option<Consent>,
    material: Material,
    on: Date,
    arrived: Arrived,
    answers: Vec<String>,
}

fn good() -> Case {
    Case {
        codes: Vec::new(),
        voluntary: false,
        judgement: Judgement {
            possible: true,
            physician: "見本医師".into(),
            reason: String::new(),
            explained: true,
        },
        consent: Some(Consent { by: ConsentBy::Guardian, on: TODAY, on_paper: false }),
        material: Material {
            product: 3,
            lot: "AB12".into(),
            expires: Some(TODAY),
            hundredths: Some(50),
            site: Some(Site::LeftArm),
            route: Some(Route::Subcutaneous),
            recalled: false,
        },
        on: TODAY,
        arrived: Arrived {
            by: IdentifiedBy::Card,
            received_on: TODAY,
            form_is_theirs: true,
            followed: true,
        },
        answers: Vec::new(),
    }
}

/// `passed`, or the steps that stop it, each once.
fn outcome(case: &Case) -> String {
    let basis = basis();
    let notices: Vec<Notice<'_>> =
        case.codes.iter().map(|code| Notice::new(*code, &basis)).collect();
    let verdict = crate::immunization::verdict(&notices);
    let judged = Judged { series: Some(1), number: Some(1), counts: true, verdict, notices };
    let dose = Dose { product: 3, date: case.on, hundredths: Some(50) };
    let outcome = Identity::open(case.arrived)
        .judged(dose, &judged, case.voluntary)
        .examined(case.judgement.clone(), &case.answers)
        .consented(case.consent)
        .given(case.material.clone(), &product(), TODAY);
    match outcome {
        Ok(passed) => format!("passed {}", if passed.is_routine() { "定期" } else { "任意" }),
        Err(stops) => {
            let mut steps: Vec<&str> = stops.iter().map(|stop| stop.step.code()).collect();
            steps.dedup();
            steps.join("+")
        }
    }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Case), want: &str) {
    let mut case = good();
    change(&mut case);
    assert_eq!(outcome(&case), want);
}

#[test]
fn nothing_passes_around_a_step() {
    check(|_| {}, "passed 定期");
    check(|case| case.codes = vec![Code::TooYoung], "eligibility");
    let late = |reason: &'static str| {
        move |case: &mut Case| {
            (case.codes, case.voluntary) = (vec![Code::TooOld], true);
            case.judgement.reason = reason.into();
        }
    };
    check(late(""), "judgement");
    check(late("本人の希望"), "passed 任意");
    check(|case| case.codes = vec![Code::FirstTermMissing], "passed 定期");
    check(|case| case.codes = vec![Code::FirstDoseLate], "judgement");
    check(|case| case.codes = vec![Code::IntervalShortened], "judgement");
    check(|case| case.answers = vec!["convulsion".into()], "judgement");
    check(|case| case.arrived.form_is_theirs = false, "identity");
    check(|case| case.arrived.followed = false, "eligibility");
    check(|case| (case.arrived.followed, case.voluntary) = (false, true), "passed 任意");
    check(|case| case.material.site = None, "material");
    check(|case| case.judgement.explained = false, "judgement");
    let paper = |on| {
        move |case: &mut Case| {
            case.consent = Some(Consent { by: ConsentBy::Guardian, on, on_paper: true });
        }
    };
    check(paper(TODAY), "passed 定期");
    check(paper(date(2026, 11, 22)), "consent");
    check(paper(date(2026, 11, 24)), "consent");
    check(|case| case.codes = vec![Code::IntervalTooShort], "sequence");
    check(|case| (case.codes, case.voluntary) = (vec![Code::WrongProduct], true), "sequence");
    check(|case| case.codes = vec![Code::LiveVaccineInterval], "live-vaccine");
    check(|case| case.codes = vec![Code::Contraindicated], "contraindication");
    check(|case| case.codes = vec![Code::Fever, Code::LotExpired], "contraindication+material");
    check(|case| case.codes = vec![Code::Caution], "judgement");
    check(|case| case.judgement.possible = false, "judgement");
    check(|case| case.consent = None, "consent");
    check(|case| case.material.product = 4, "material");
    check(|case| case.material.lot = " ".into(), "material");
    check(|case| case.material.expires = None, "material");
    check(|case| case.material.recalled = true, "material");
    check(|case| case.material.hundredths = None, "material");
    check(|case| case.material.route = Some(Route::Oral), "material");
    check(|case| case.on = date(2026, 11, 24), "material");
    check(|case| case.on = date(2026, 11, 22), "consent+material");
}

#[test]
fn a_caution_passes_with_the_physicians_reason_and_no_reason_passes_a_contraindication() {
    let with_reason = |codes: Vec<Code>| {
        move |case: &mut Case| {
            case.codes = codes;
            case.judgement.reason = "けいれんは2年前。主治医と相談した".into();
        }
    };
    check(with_reason(vec![Code::Caution]), "passed 定期");
    check(with_reason(vec![Code::Caution, Code::Contraindicated]), "contraindication");
}
