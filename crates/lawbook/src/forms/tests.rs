//! The forms as they stand.

use std::collections::BTreeSet;

use domain::form::{Answer, Answers, By, Language, Test};
use jiff::civil::{Date, date};

use super::*;

const DAY: Date = date(2026, 11, 24);

/// The series of the contract.
const SERIES: &str = "rota-1v rota-5v hepb dpt-ipv-hib dpt-ipv hib pcv bcg mr-1 mr-2 varicella je-1 \
    je-2 dt-2 hpv influenza-elderly covid19-elderly pneumococcal-elderly zoster rsv-maternal";

fn ours() -> Forms {
    read(&Source { folder: None }).unwrap()
}

#[test]
fn every_series_has_its_form() {
    let forms = ours();
    for (series, birth, want) in [
        ("mr-1", date(2025, 10, 1), "child"),
        ("rota-5v", date(2026, 9, 24), "rota"),
        ("hepb", date(2026, 9, 24), "hepb"),
        ("bcg", date(2026, 5, 1), "bcg"),
        ("je-2", date(2017, 5, 1), "child"),
        ("hpv", date(2013, 11, 25), "hpv-alone hpv"),
        ("hpv", date(2013, 11, 26), "hpv"),
        ("rsv-maternal", date(1995, 1, 1), "rsv"),
        ("influenza-elderly", date(1950, 1, 1), "influenza"),
        ("zoster", date(1961, 1, 1), "zoster"),
    ] {
        let found = forms.fitting(series, birth, DAY);
        let found: Vec<&str> = found.iter().map(|form| form.id.as_str()).collect();
        assert_eq!(found.join(" "), want, "{series} {birth}");
    }
    for series in SERIES.split_whitespace() {
        assert!(!forms.fitting(series, date(2000, 1, 1), DAY).is_empty(), "{series}");
    }
    let known: BTreeSet<&str> = SERIES.split_whitespace().collect();
    for form in &forms.0 {
        assert!(form.series.iter().all(|series| known.contains(series.as_str())), "{}", form.id);
    }
}

#[test]
fn who_may_consent_below_each_form() {
    let forms = ours();
    for (id, birth, want) in [
        ("child", date(2026, 9, 24), "guardian"),
        ("child", date(2008, 11, 26), "guardian"),
        ("child", date(2008, 11, 25), "guardian person"),
        ("rota", date(2026, 9, 24), "guardian"),
        ("bcg", date(2026, 9, 24), "guardian"),
        ("hepb", date(2026, 9, 24), "guardian"),
        ("hpv", date(2010, 1, 1), "guardian"),
        ("hpv-alone", date(2013, 11, 26), "guardian"),
        ("hpv-alone", date(2013, 11, 25), "guardian person"),
        ("rsv", date(2010, 1, 1), "person"),
        ("influenza", date(1950, 1, 1), "person"),
        ("covid19", date(1950, 1, 1), "person"),
        ("pneumococcal", date(1950, 1, 1), "person"),
        ("zoster", date(1950, 1, 1), "person"),
    ] {
        let form = forms.0.iter().find(|form| form.id == id).unwrap();
        let both = [(Consenter::Guardian, "guardian"), (Consenter::Person, "person")];
        let may = both.into_iter().filter(|(by, _)| form.may_consent(*by, birth, DAY));
        assert_eq!(may.map(|it| it.1).collect::<Vec<_>>().join(" "), want, "{id} {birth}");
    }
    // What says where somebody is.
    let known = forms.0.iter().flat_map(|form| form.items().filter(|item| item.private));
    let known: BTreeSet<&str> = known.map(|item| item.id.as_str()).collect();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), ["address", "emergency-contact"]);
}

#[test]
fn every_question_stands_in_a_form_and_the_languages_differ() {
    let mut known = Vec::new();
    let source = Source { folder: None };
    for file in ITEMS {
        items(&source.text(file).unwrap(), file, &mut known).unwrap();
    }
    let forms = ours();
    for item in &known {
        let asked = forms.0.iter().any(|form| form.item(&item.id).is_some());
        assert!(asked, "{} is asked nowhere", item.id);
        assert_ne!(item.text.of(Language::Japanese), item.text.of(Language::English));
        assert!(item.text.en.is_ascii() || item.text.en.contains('°'), "{}", item.text.en);
        assert!(!item.text.easy.is_ascii(), "{}", item.text.easy);
    }
}

#[test]
fn a_healthy_answer_to_every_question_completes_every_form_without_a_warning() {
    for form in ours().0 {
        let mut answers = Answers::default();
        loop {
            let open = form.visible(&answers).into_iter().find(|item| {
                item.required && answers.get(&item.id).is_none() && item.kind != Kind::Info
            });
            let Some(item) = open else { break };
            answers.set(&item.id, healthy(item));
        }
        for by in [By::Family, By::Physician] {
            assert_eq!(form.validate(&answers, by, DAY), [], "{}", form.id);
        }
        let warnings = form.warnings(&answers);
        assert!(warnings.is_empty(), "{}: {:?}", form.id, warnings.first().map(|it| it.code));
    }
}

fn healthy(item: &Item) -> Answer {
    let warned = |value: &Value| item.warns.iter().any(|it| it.test == Test::Is(value.clone()));
    match &item.kind {
        Kind::YesNo => Answer::YesNo(warned(&Value::YesNo(false))),
        Kind::Choice(choices) => {
            let calm = choices.iter().find(|it| !warned(&Value::Code(it.code.clone()))).unwrap();
            Answer::Code(calm.code.clone())
        }
        Kind::Text { .. } => Answer::Text("架空".to_owned()),
        Kind::Date { .. } => Answer::Date(DAY),
        Kind::Decimal { .. } => Answer::Tenths(365),
        Kind::Number { least, .. } => Answer::Number(*least),
        Kind::Info => panic!("an info has no answer"),
    }
}

#[test]
fn the_contraindications_of_the_law_are_asked_for() {
    for (form, codes) in [
        ("child", "fever acute-illness anaphylaxis-to-component convulsion immunodeficiency"),
        ("rota", "fever intussusception gi-malformation-untreated scid"),
        ("bcg", "fever keloid"),
        ("hepb", "fever mother-hbsag-positive-prophylaxis"),
        ("hpv", "fever pregnant"),
        ("hpv-alone", "fever pregnant guardian-not-informed"),
        ("rsv", "fever pregnancy-complication"),
    ] {
        let forms = ours();
        let form = forms.0.iter().find(|it| it.id == form).unwrap();
        let asked: BTreeSet<&str> =
            form.items().flat_map(|item| &item.warns).map(|warn| warn.code.as_str()).collect();
        for code in codes.split_whitespace() {
            assert!(asked.contains(code), "{}: {code}", form.id);
        }
    }
}

/// Reads the questions of health with `old` replaced by `new`, then the general form likewise.
fn fault(old: &str, new: &str) -> String {
    let source = Source { folder: None };
    let replaced = |file: &str| source.text(file).unwrap().replacen(old, new, 1);
    let read = || {
        let mut known = Vec::new();
        for file in ITEMS {
            items(&replaced(file), file, &mut known)?;
        }
        let declaration = declaration(&replaced(DECLARATION))?;
        let text = replaced(FORMS[0]);
        let mut entry = Entry::file(FORMS[0], &text)?;
        form(&mut entry, &known, &declaration)?;
        entry.finish()
    };
    read().map_or_else(|fault| fault.to_string(), |()| "no fault".to_owned())
}

#[test]
fn a_wrong_form_is_refused_with_its_line() {
    for (old, new, want) in [
        ("", "", "no fault"),
        ("\"ill-today\",", "\"ill-todey\",", "no file of items has the question ill-todey"),
        ("    \"ill-today\",", "    \"chronic\",", "chronic is asked twice"),
        ("    \"convulsion\",", "", "convulsion-age hangs on an answer of convulsion"),
        ("id = \"ill-month\"", "id = \"ill-today\"", "the question ill-today stands here twice"),
        ("kind = \"yes-no\"", "kind = \"yesno\"", "`kind` must be one of"),
        ("is = \"yes\"", "is = \"maybe\"", "no answer here can be maybe"),
        ("severity = \"warn\"", "severity = \"bad\"", "`severity` must be"),
        ("easy = ", "eazy = ", "`easy` is missing"),
        ("prefill = \"kana\"", "prefill = \"reading\"", "`prefill` must be one of name, kana"),
        ("by = \"guardian\"", "by = \"aunt\"", "`by` must be"),
        ("[agree]", "[agreed]", "`agree` is missing"),
        ("required = true", "must = true", "`must` is unknown here"),
        ("max_length = 100", "max_length = 0", "`max_length` must be a whole number"),
    ] {
        let got = fault(old, new);
        assert!(got.contains(want), "{old} -> {new}: {got}");
    }
}
