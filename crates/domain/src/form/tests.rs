//! A small form in every situation.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::finding::Finding;
use crate::instant::Instant;
use crate::person::Sex;

/// 2026-11-24 15:00 in Japan.
const NOW: Instant = Instant(1_795_500_000_000);

fn texts(ja: &str) -> Texts {
    Texts { ja: ja.to_owned(), en: ja.to_owned(), easy: ja.to_owned() }
}

fn item(id: &str, kind: Kind) -> Item {
    let (id, text) = (id.to_owned(), texts(id));
    let (required, when, prefill, by, private) = (true, None, None, By::Family, false);
    Item { id, kind, text, required, when, prefill, by, warns: Vec::new(), private }
}

fn when(item: &str, value: Value) -> Option<When> {
    Some(When { item: item.to_owned(), any_of: vec![value] })
}

fn warn(test: Test, severity: Severity, code: &str) -> Vec<Warn> {
    vec![Warn { test, severity, code: code.to_owned() }]
}

fn basis() -> Basis {
    let day = date(2026, 4, 1);
    Basis { law: "X".to_owned(), in_force_from: day, checked_on: day, doubt: None }
}

fn sample() -> Form {
    let yes = || Test::Is(Value::YesNo(true));
    let choices = ["male", "female"].map(|code| Choice { code: code.into(), text: texts(code) });
    let words = || Kind::Text { max_length: 5 };
    let first = vec![
        Item { prefill: Some(Prefill::Name), ..item("name", words()) },
        Item { prefill: Some(Prefill::Sex), ..item("sex", Kind::Choice(choices.into())) },
        Item { prefill: Some(Prefill::Birth), ..item("born", Kind::Date { future: false }) },
        Item {
            required: false,
            warns: warn(Test::AtLeast(375), Severity::Stop, "fever"),
            ..item("heat", Kind::Decimal { least: 340, most: 420 })
        },
    ];
    let second = vec![
        Item { required: false, ..item("read-me", Kind::Info) },
        Item { warns: warn(yes(), Severity::Warn, "acute-illness"), ..item("ill", Kind::YesNo) },
        Item {
            when: when("ill", Value::YesNo(true)),
            warns: warn(yes(), Severity::Stop, "convulsion"),
            ..item("fits", Kind::YesNo)
        },
        Item {
            when: when("fits", Value::YesNo(true)),
            ..item("fits.age", Kind::Number { least: 0, most: 15 })
        },
        Item { by: By::Physician, ..item("may", Kind::YesNo) },
    ];
    let step = |id: &str, items| Step { id: id.to_owned(), title: texts(id), items };
    let rule = |by, from_age| ConsentRule { by, from_age, basis: basis() };
    Form {
        id: "sample".to_owned(),
        version: date(2026, 4, 1),
        until: None,
        title: texts("sample"),
        series: vec!["hpv".to_owned()],
        from_age: Some(Age::Years(12)),
        consent: vec![
            rule(Consenter::Guardian, None),
            rule(Consenter::Person, Some(Age::Years(13))),
        ],
        declaration: Declaration {
            explained: texts("explained"),
            agree: texts("agree"),
            disagree: texts("disagree"),
            guardian: texts("guardian"),
            person: texts("person"),
        },
        steps: vec![step("one", first), step("two", second)],
        basis: basis(),
    }
}

/// `name=はな ill=yes`, read by the questions.
fn answers(form: &Form, text: &str) -> Answers {
    let mut answers = Answers::default();
    for (id, written) in text.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        if let Some(answer) = form.item(id).unwrap().read(written).unwrap() {
            answers.set(id, answer);
        }
    }
    answers
}

const GOOD: &str = "name=はな sex=female born=2013-05-01 ill=no";

#[test]
fn only_what_hangs_on_the_answers_is_asked() {
    let form = sample();
    for (given, want) in [
        ("", "name sex born heat read-me ill may"),
        ("ill=no", "name sex born heat read-me ill may"),
        ("ill=yes", "name sex born heat read-me ill fits may"),
        ("ill=yes fits=yes", "name sex born heat read-me ill fits fits.age may"),
        ("ill=no fits=yes fits.age=2", "name sex born heat read-me ill may"),
    ] {
        let answers = answers(&form, given);
        let ids: Vec<&str> = form.visible(&answers).iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids.join(" "), want, "{given}");
    }
}

#[test]
fn every_fault_is_found_with_its_question() {
    let form = sample();
    let other = |id: &str, answer| (id.to_owned(), answer);
    for (given, extra, want) in [
        (GOOD, None, ""),
        ("", None, "form-required@name form-required@sex form-required@born form-required@ill"),
        (
            "name=はなはなはな sex=x",
            None,
            "form-too-long@name form-unknown-choice@sex \
            form-required@born form-required@ill",
        ),
        (
            "name=は sex=male born=2026-11-25 ill=yes heat=42.1",
            None,
            "form-future@born form-out-of-range@heat form-required@fits",
        ),
        (
            "name=は sex=male born=2026-11-24 ill=yes fits=yes fits.age=16",
            None,
            "form-out-of-range@fits.age",
        ),
        (GOOD, Some(other("ill", Answer::Number(1))), "form-wrong-kind@ill"),
        (GOOD, Some(other("read-me", Answer::YesNo(true))), "form-wrong-kind@read-me"),
        (GOOD, Some(other("name", Answer::Text("a\0".into()))), "form-character@name"),
        (GOOD, Some(other("name", Answer::Text(" ".into()))), "form-required@name"),
        (GOOD, Some(other("other", Answer::YesNo(true))), "form-unknown-item@other"),
    ] {
        let mut answers = answers(&form, given);
        answers.0.extend(extra);
        let found = form.validate(&answers, By::Family, NOW.day_in_japan());
        let mut want: Vec<&str> = want.split_whitespace().collect();
        let mut got = codes(&found);
        got.sort_unstable();
        want.sort_unstable();
        assert_eq!(got, want, "{given}");
        let complete = form.complete(&answers, By::Family, NOW.day_in_japan());
        assert_eq!(complete, want.is_empty());
    }
}

#[test]
fn the_gravest_warning_stands_first() {
    let form = sample();
    for (given, want) in [
        ("", ""),
        ("ill=no heat=37.4", ""),
        ("heat=37.5", "fever"),
        ("ill=yes", "acute-illness"),
        (
            "ill=yes fits=yes fits.age=3 heat=38",
            "fever convulsion+fits.age=3 acute-illness+fits=yes",
        ),
        ("ill=no fits=yes", ""),
    ] {
        let answers = answers(&form, given);
        let one = |warning: &Warning<'_>| {
            let details = warning.details.iter();
            let details = details.map(|(item, answer)| format!("+{}={}", item.id, answer.text()));
            format!("{}{}", warning.code, details.collect::<String>())
        };
        let found: Vec<String> = form.warnings(&answers).iter().map(one).collect();
        assert_eq!(found.join(" "), want, "{given}");
    }
}

#[test]
fn what_the_record_knows_is_filled_in_if_it_fits() {
    let form = sample();
    let born = Some(date(2013, 5, 1));
    let known = |name: &str, sex| Known { name: name.into(), sex, birth: born, ..Known::default() };
    for (known, want) in [
        (Known::default(), ""),
        (known("はな", Some(Sex::Female)), "born=2013-05-01 name=はな sex=female"),
        (known("長い長い名前", Some(Sex::Unknown)), "born=2013-05-01"),
    ] {
        let answers = form.prefill(&known, NOW.day_in_japan());
        let shown = answers.0.iter().map(|(id, answer)| format!("{id}={}", answer.text()));
        assert_eq!(shown.collect::<Vec<_>>().join(" "), want);
    }
}

#[test]
fn a_field_is_read_by_its_kind() {
    let form = sample();
    for (id, written, want) in [
        ("ill", "yes", "yes"),
        ("ill", "はい", "form-unreadable"),
        ("ill", "  ", ""),
        ("heat", "３６．５", "36.5"),
        ("heat", "36。5", "36.5"),
        ("heat", "37", "37.0"),
        ("heat", "36.55", "form-unreadable"),
        ("heat", "-", "form-unreadable"),
        ("heat", "36.", "form-unreadable"),
        ("heat", "9999999999", "form-unreadable"),
        ("born", "２０２０－０５－０１", "2020-05-01"),
        ("born", "2020-02-30", "form-unreadable"),
        ("fits.age", "３", "3"),
        ("fits.age", "3.0", "form-unreadable"),
        ("read-me", "x", "form-unreadable"),
    ] {
        let got = match form.item(id).unwrap().read(written) {
            Ok(answer) => answer.map(|answer| answer.text()).unwrap_or_default(),
            Err(finding) => finding.code.to_owned(),
        };
        assert_eq!(got, want, "{id} {written}");
    }
}

#[test]
fn who_may_consent_hangs_on_the_age_of_the_day() {
    let form = sample();
    for (by, born, explained, name, want) in [
        (Consenter::Guardian, date(2020, 1, 1), true, "母", ""),
        (Consenter::Person, date(2013, 11, 25), true, "本人", ""),
        (Consenter::Person, date(2013, 11, 26), true, "本人", "consent-by"),
        (
            Consenter::Person,
            date(2020, 1, 1),
            false,
            " ",
            "consent-by consent-name consent-explanation",
        ),
    ] {
        let consent = Consent { explained, agrees: false, by, name: name.into(), at: NOW };
        let found = form.consent_faults(&consent, born);
        let found: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(found.join(" "), want, "{by:?} {born}");
    }
}

#[test]
fn a_form_is_chosen_by_series_age_and_day() {
    let old = sample();
    let new = Form { version: date(2027, 4, 1), until: Some(date(2028, 3, 31)), ..sample() };
    let general = Form {
        id: "general".into(),
        series: vec!["mr-1".into(), "hpv".into()],
        from_age: None,
        ..sample()
    };
    let forms = Forms(vec![general, old, new]);
    for (series, born, day, want) in [
        ("hpv", date(2013, 1, 1), date(2026, 11, 24), "sample 2026-04-01 general 2026-04-01"),
        ("hpv", date(2013, 1, 1), date(2027, 4, 1), "sample 2027-04-01 general 2026-04-01"),
        ("hpv", date(2013, 1, 1), date(2028, 4, 1), "general 2026-04-01"),
        ("hpv", date(2020, 1, 1), date(2026, 11, 24), "general 2026-04-01"),
        ("mr-1", date(2025, 1, 1), date(2026, 11, 24), "general 2026-04-01"),
        ("mr-1", date(2025, 1, 1), date(2026, 3, 31), ""),
        ("bcg", date(2026, 1, 1), date(2026, 11, 24), ""),
    ] {
        let found = forms.fitting(series, born, day);
        let shown = found.iter().map(|form| format!("{} {}", form.id, form.version));
        assert_eq!(shown.collect::<Vec<_>>().join(" "), want, "{series} {born} {day}");
        assert!(found.iter().all(|form| forms.find(&form.id, form.version) == Some(form)));
    }
}

fn consent() -> Consent {
    let name = "母".to_owned();
    Consent { explained: true, agrees: true, by: Consenter::Guardian, name, at: NOW }
}

fn codes(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}@{}", finding.code, finding.at)).collect()
}

/// One step on the way of a sheet.
fn walk(form: &Form, sheet: &Sheet, step: &str) -> Result<Sheet, Vec<Finding>> {
    let born = date(2013, 5, 1);
    let change = |text: &str| -> Vec<(String, Option<Answer>)> {
        let answers = answers(form, text).0;
        answers.into_iter().map(|(id, answer)| (id, Some(answer))).collect()
    };
    match step.split_once(' ').unwrap_or((step, "")) {
        ("fill", text) => sheet.fill(form, By::Family, &change(text), NOW),
        ("judge", text) => sheet.fill(form, By::Physician, &change(text), NOW),
        ("clear", id) => sheet.fill(form, By::Family, &[(id.to_owned(), None)], NOW),
        ("submit", _) => sheet.submit(form, consent(), born),
        ("receive", _) => sheet.receive("1312345678", NOW).map_err(|finding| vec![finding]),
        ("withdraw", reason) => sheet.withdraw(reason, NOW).map_err(|finding| vec![finding]),
        _ => panic!("{step}"),
    }
}

#[test]
fn a_sheet_goes_its_way() {
    let form = sample();
    let filled = format!("fill {GOOD}");
    for (steps, want) in [
        (vec![], "Draft"),
        (vec!["fill ill=yes"], "Draft"),
        (
            vec!["submit"],
            "form-required@name form-required@sex form-required@born form-required@ill",
        ),
        (vec![&filled, "submit"], "Submitted consented"),
        (vec![&filled, "submit", "fill ill=no"], "Submitted consented"),
        (vec![&filled, "submit", "fill heat=37.0"], "Draft amended"),
        (vec![&filled, "submit", "clear ill"], "Draft amended"),
        (vec![&filled, "submit", "fill heat=37.0", "submit"], "Submitted consented amended"),
        (vec![&filled, "receive"], "form-not-submitted@"),
        (vec![&filled, "judge may=yes"], "form-not-received@"),
        (vec![&filled, "submit", "receive"], "Received consented"),
        (vec![&filled, "submit", "receive", "judge may=yes"], "Received consented"),
        (vec![&filled, "submit", "receive", "judge ill=yes"], "form-not-yours@ill"),
        (vec![&filled, "fill may=yes"], "form-not-yours@may"),
        (vec![&filled, "submit", "receive", "fill ill=yes"], "form-frozen@"),
        (vec![&filled, "submit", "receive", "submit"], "form-frozen@"),
        (vec![&filled, "submit", "receive", "receive"], "form-frozen@"),
        (vec!["withdraw 別の子"], "Withdrawn"),
        (vec!["withdraw "], "form-reason@reason"),
        (vec![&filled, "submit", "receive", "withdraw 別の子"], "Withdrawn consented"),
        (vec![&filled, "withdraw 別の子", "fill ill=yes"], "form-withdrawn@"),
        (vec![&filled, "withdraw 別の子", "submit"], "form-withdrawn@"),
        (vec![&filled, "withdraw 別の子", "receive"], "form-withdrawn@"),
        (vec![&filled, "withdraw 別の子", "judge may=yes"], "form-withdrawn@"),
        (vec!["withdraw 別の子", "withdraw また"], "form-withdrawn@"),
    ] {
        let begun = Sheet::begin(&form, Answers::default(), NOW);
        let walked = steps.iter().try_fold(begun, |sheet, step| walk(&form, &sheet, step));
        let got = match &walked {
            Ok(sheet) => {
                let word = |on, word: &'static str| if on { word } else { "" };
                let consented = word(sheet.consented(), " consented");
                format!("{:?}{consented}{}", sheet.state(), word(sheet.amended, " amended"))
            }
            Err(findings) => codes(findings).join(" "),
        };
        assert_eq!(got, want, "{steps:?}");
    }
}

#[test]
fn what_is_no_longer_asked_is_not_handed_in() {
    let form = sample();
    let text = format!("fill {GOOD} fits=yes fits.age=3");
    let begun = Sheet::begin(&form, Answers::default(), NOW);
    let filled = walk(&form, &begun, &text).unwrap();
    assert!(filled.answers.get("fits").is_some());
    let submitted = walk(&form, &filled, "submit").unwrap();
    assert!(submitted.answers.get("fits").is_none());
}

#[test]
fn a_sheet_belongs_to_one_version() {
    let form = sample();
    let sheet = Sheet::begin(&form, Answers::default(), NOW);
    let newer = Form { version: date(2027, 4, 1), ..sample() };
    assert_eq!(codes(&sheet.fill(&newer, By::Family, &[], NOW).unwrap_err()), ["form-other@form"]);
    let refused = sheet.submit(&newer, consent(), date(2013, 5, 1)).unwrap_err();
    assert_eq!(codes(&refused), ["form-other@form"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tenths_are_read_as_written(number in -99_999_i32..99_999) {
        prop_assert_eq!(tenths(&write_tenths(number)), Some(number));
    }

    #[test]
    fn after_reception_no_path_changes_what_the_family_said(
        steps in prop::collection::vec(0..6_usize, 0..12),
    ) {
        let form = sample();
        let words = [
            "fill ill=yes fits=no", "fill heat=38", "submit", "receive", "judge may=yes", "withdraw x",
        ];
        let begun = Sheet::begin(&form, Answers::default(), NOW);
        let first = walk(&form, &begun, &format!("fill {GOOD}"));
        let mut sheet = first.expect("good answers");
        for step in steps {
            let before = sheet.clone();
            sheet = walk(&form, &sheet, words[step]).unwrap_or(sheet);
            if before.received.is_some() {
                let own = |sheet: &Sheet| {
                    let mut answers = sheet.answers.clone();
                    answers.0.remove("may");
                    (answers, sheet.consent.clone(), sheet.received.clone())
                };
                prop_assert_eq!(own(&before), own(&sheet));
            }
            prop_assert!(sheet.received.is_none() || sheet.consent.is_some());
        }
    }
}
