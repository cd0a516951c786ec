//! The faces of the immunisation way: doses, forms, answers, notices.

use domain::day::Basis;
use domain::form::{
    Answer, Answers, By, Choice, Consent, Consenter, Declaration, Form, Item, Kind, Prefill,
    Reception, Sheet, Step, Texts, Value, When, Withdrawal,
};
use domain::instant::Instant;
use fhir::profiles::communication::{self, NoticeFace, NoticeStatus};
use fhir::profiles::immunization::{self, DoseFace, DoseNumber, DoseStatus, Origin, Program};
use fhir::profiles::{questionnaire, questionnaire_response};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const NOW: Instant = Instant(1_795_500_000_000);

fn full() -> DoseFace {
    let some = |text: &str| Some(text.to_owned());
    DoseFace {
        product_name: some("麻しん風しん混合(見本)"),
        gtin: some("09520000000011"),
        institution: some("4512345678"),
        institution_name: some("架空小児科"),
        physician: some("架空 医師"),
        lot: some("AB12"),
        expires: Some(date(2027, 3, 31)),
        site: some("left-upper-arm"),
        route: some("subcutaneous"),
        hundredths: Some(50),
        series: some("mr-1"),
        number: Some(DoseNumber::Number(1)),
        municipality: some("452025"),
        program: Some(Program::Routine),
        special: some("shortage"),
        form: some("QuestionnaireResponse/q1"),
        override_reason: some("軽い鼻かぜ"),
        correction: some("ロットの誤り"),
        note: some("泣かなかった"),
        ..DoseFace::new("mr", date(2026, 11, 24), NOW, Origin::Gate)
    }
}

#[test]
fn a_dose_has_this_body() {
    let body = immunization::write(&full(), "d1", "Patient/p1");
    let want = concat!(
        r#"{"resourceType":"Immunization","id":"d1","meta":{"profile":["#,
        r#""http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization"]},"extension":[{"#,
        r#""url":"https://pmh.example/fhir/StructureDefinition/pmh-immunization-items","#,
        r#""extension":[{"url":"form","valueReference":{"reference":"QuestionnaireResponse/q1"}},"#,
        r#"{"url":"special","valueString":"shortage"},{"url":"override","valueString":"#,
        r#""軽い鼻かぜ"},{"url":"correction","valueString":"ロットの誤り"}]}],"#,
        r#""status":"completed","vaccineCode":{"coding":[{"system":"#,
        r#""https://pmh.example/fhir/cs/vaccine","code":"mr"},{"system":"#,
        r#""http://hl7.org/fhir/sid/cvx","code":"04"},{"system":"https://www.gs1.org/gtin","#,
        r#""code":"09520000000011"}],"text":"麻しん風しん混合(見本)"},"patient":{"reference":"#,
        r#""Patient/p1"},"occurrenceDateTime":"2026-11-24","recorded":"2026-11-24T06:00:00.000Z","#,
        r#""primarySource":true,"lotNumber":"AB12","expirationDate":"2027-03-31","site":{"coding":"#,
        r#"[{"system":"https://pmh.example/fhir/cs/body-site","code":"left-upper-arm"}]},"route":{"#,
        r#""coding":[{"system":"https://pmh.example/fhir/cs/route","code":"subcutaneous"}]},"#,
        r#""doseQuantity":{"value":0.50,"unit":"mL","system":"http://unitsofmeasure.org","code":"mL"},"#,
        r#""performer":[{"actor":{"type":"Organization","identifier":{"system":"#,
        r#""http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no","value":"#,
        r#""4512345678"},"display":"架空小児科"}},{"actor":{"type":"Practitioner","display":"#,
        r#""架空 医師"}}],"note":[{"text":"泣かなかった"}],"programEligibility":[{"coding":[{"#,
        r#""system":"https://pmh.example/fhir/cs/dose-program","code":"routine"}]}],"#,
        r#""protocolApplied":[{"series":"mr-1","authority":{"identifier":{"system":"#,
        r#""https://pmh.example/fhir/sid/municipality","value":"452025"}},"#,
        r#""doseNumberPositiveInt":1}]}"#
    );
    assert_eq!(String::from_utf8(body).unwrap(), want);
}

#[test]
fn a_dose_comes_back() {
    let bare = |origin| DoseFace::new("influenza", date(2024, 2, 29), NOW, origin);
    for value in [
        full(),
        bare(Origin::Gate),
        bare(Origin::Paper),
        bare(Origin::Municipality),
        DoseFace { institution_name: Some("Clinic abroad".into()), ..bare(Origin::Elsewhere) },
        DoseFace { physician: Some("医師".into()), ..bare(Origin::Gate) },
        DoseFace {
            status: DoseStatus::NotDone,
            status_reason: Some("fever".into()),
            program: Some(Program::Voluntary),
            ..full()
        },
        DoseFace { status: DoseStatus::EnteredInError, ..full() },
        DoseFace { number: Some(DoseNumber::Booster), hundredths: Some(u16::MAX), ..full() },
        DoseFace { number: None, hundredths: Some(7), ..full() },
    ] {
        let body = immunization::write(&value, "d", "Patient/p");
        assert_eq!(immunization::read(&body), Ok(value));
    }
}

#[test]
fn a_refused_dose_names_the_place() {
    for (cut, put, pointer) in [
        ("\"completed\"", "\"done\"", "/status"),
        ("2026-11-24\"", "2026-11-31\"", "/occurrenceDateTime"),
        ("/cs/vaccine", "/cs/other", "/vaccineCode"),
        ("0.50", "0.501", "/doseQuantity/value"),
        ("0.50", "5e-1", "/doseQuantity/value"),
        ("0.50", "656.0", "/doseQuantity/value"),
        ("Int\":1", "Int\":0", "/protocolApplied/0/doseNumberPositiveInt"),
        ("true", "\"true\"", "/primarySource"),
        ("\"recorded\"", "\"x\"", ""),
    ] {
        let body = String::from_utf8(immunization::write(&full(), "d", "Patient/p")).unwrap();
        assert!(body.contains(cut), "{cut}");
        let problem = immunization::read(body.replacen(cut, put, 1).as_bytes()).unwrap_err();
        assert_eq!(problem.pointer, pointer, "{put}: {problem}");
    }
}

#[test]
fn a_notice_comes_back() {
    for (status, dose, day) in [
        (NoticeStatus::Prepared, None, None),
        (NoticeStatus::Sent, Some(DoseNumber::Number(2)), Some(date(2026, 12, 1))),
        (NoticeStatus::NotSent, Some(DoseNumber::Booster), None),
        (NoticeStatus::EnteredInError, None, Some(date(2027, 1, 1))),
    ] {
        let value = NoticeFace {
            status,
            status_reason: (status == NoticeStatus::NotSent).then(|| "dose-recorded".into()),
            reason: "last-chance".into(),
            series: "je-2".into(),
            dose,
            due: day,
            until: day,
            municipality: "452025".into(),
            sent: day.map(|_| NOW),
            opened: None,
            text: "日本脳炎2期は\n12月までです。".into(),
        };
        let body = communication::write(&value, "n", "Patient/p");
        assert_eq!(communication::read(&body), Ok(value));
    }
}

fn texts(ja: &str) -> Texts {
    Texts { ja: ja.into(), en: format!("{ja} en"), easy: format!("{ja} easy") }
}

fn item(id: &str, kind: Kind) -> Item {
    let (id, text, required) = (id.to_owned(), texts(id), true);
    Item {
        id,
        kind,
        text,
        required,
        when: None,
        prefill: None,
        by: By::Family,
        warns: vec![],
        private: false,
    }
}

fn form() -> Form {
    let day = date(2026, 4, 1);
    let choice = Choice { code: "c1".into(), text: texts("c1") };
    let when = When { item: "ill".into(), any_of: vec![Value::YesNo(true)] };
    let first = vec![
        Item { prefill: Some(Prefill::Name), ..item("name", Kind::Text { max_length: 20 }) },
        item("ill", Kind::YesNo),
        Item { when: Some(when), ..item("since", Kind::Date { future: false }) },
        item("heat", Kind::Decimal { least: 340, most: 420 }),
    ];
    let second = vec![
        item("which", Kind::Choice(vec![choice])),
        Item { by: By::Physician, ..item("count", Kind::Number { least: 0, most: 9 }) },
        item("note", Kind::Info),
    ];
    let step = |id: &str, items| Step { id: id.into(), title: texts(id), items };
    Form {
        id: "rota-x".into(),
        version: day,
        until: None,
        title: texts("予診票"),
        series: vec!["rota-1v".into()],
        from_age: None,
        consent: vec![],
        declaration: Declaration {
            explained: texts("explained"),
            agree: texts("agree"),
            disagree: texts("disagree"),
            guardian: texts("guardian"),
            person: texts("person"),
        },
        steps: vec![step("one", first), step("two", second)],
        basis: Basis { law: "X".into(), in_force_from: day, checked_on: day, doubt: None },
    }
}

#[test]
fn a_form_is_rendered_in_three_languages() {
    let value: serde_json::Value = serde_json::from_slice(&questionnaire::write(&form())).unwrap();
    let translation = "/_title/extension/1/extension";
    for (pointer, want) in [
        ("/resourceType", "Questionnaire"),
        ("/url", "https://pmh.example/fhir/Questionnaire/rota-x"),
        ("/version", "2026-04-01"),
        ("/name", "PreVisitRotaX"),
        ("/title", "予診票"),
        (&format!("{translation}/0/valueCode"), "ja-x-easy"),
        (&format!("{translation}/1/valueString"), "予診票 easy"),
        ("/item/0/linkId", "step:one"),
        ("/item/0/item/0/type", "string"),
        ("/item/0/item/0/_text/extension/0/extension/1/valueString", "name en"),
        ("/item/0/item/0/extension/0/extension/0/valueCode", "name"),
        ("/item/0/item/2/enableWhen/0/question", "ill"),
        ("/item/1/item/0/answerOption/0/valueCoding/code", "c1"),
        (
            "/item/1/item/0/answerOption/0/valueCoding/_display/extension/0/extension/1/valueString",
            "c1 en",
        ),
        ("/item/1/item/1/extension/2/extension/0/valueCode", "physician"),
        ("/item/1/item/2/type", "display"),
    ] {
        let found = value.pointer(pointer).and_then(|value| value.as_str());
        assert_eq!(found, Some(want), "{pointer}");
    }
    let least = value.pointer("/item/0/item/3/extension/0/valueDecimal").unwrap();
    assert_eq!(least.to_string(), "34.0");
    assert_eq!(value.pointer("/item/0/item/0/maxLength").unwrap(), 20);
}

fn sheet() -> Sheet {
    let answers = [
        ("name", Answer::Text("架空 はな".into())),
        ("ill", Answer::YesNo(true)),
        ("since", Answer::Date(date(2026, 11, 20))),
        ("heat", Answer::Tenths(365)),
        ("which", Answer::Code("c1".into())),
        ("count", Answer::Number(3)),
        ("unknown", Answer::YesNo(false)),
    ];
    let answers = answers.into_iter().map(|(id, answer)| (id.to_owned(), answer));
    Sheet { answers: Answers(answers.collect()), ..Sheet::begin(&form(), Answers::default(), NOW) }
}

fn consent() -> Consent {
    let by = Consenter::Guardian;
    Consent { explained: true, agrees: true, by, name: "架空 母".into(), at: NOW }
}

#[test]
fn answers_come_back_in_every_state() {
    let received = Some(Reception { at: NOW, institution: "4512345678".into() });
    let withdrawn = Some(Withdrawal { at: NOW, reason: "別の子の予診票".into() });
    let submitted = Sheet { submitted: Some(NOW), consent: Some(consent()), ..sheet() };
    let person = Consent { by: Consenter::Person, agrees: false, explained: false, ..consent() };
    for (value, status) in [
        (Sheet::begin(&form(), Answers::default(), NOW), "in-progress"),
        (sheet(), "in-progress"),
        (Sheet { amended: true, ..sheet() }, "in-progress"),
        (submitted.clone(), "completed"),
        (Sheet { amended: true, consent: Some(person), ..submitted.clone() }, "amended"),
        (Sheet { received: received.clone(), ..submitted.clone() }, "completed"),
        (Sheet { received, withdrawn: withdrawn.clone(), ..submitted }, "stopped"),
        (Sheet { withdrawn, ..sheet() }, "stopped"),
    ] {
        let body = questionnaire_response::write(&value, &form(), "q", "Patient/p");
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json["status"], status);
        assert_eq!(questionnaire_response::read(&body), Ok(value));
    }
}

#[test]
fn a_refused_response_names_the_place() {
    let value = Sheet { submitted: Some(NOW), consent: Some(consent()), ..sheet() };
    for (cut, put, pointer) in [
        ("\"completed\"", "\"in-progress\"", "/status"),
        ("|2026-04-01", "", "/questionnaire"),
        ("Questionnaire/rota-x", "Other/rota-x", "/questionnaire"),
        ("36.5", "36.55", "/item/0/item/3/answer/0/valueDecimal"),
        ("\"valueInteger\":3", "\"valueInteger\":3.5", "/item/1/item/1/answer/0/valueInteger"),
        ("\"valueInteger\":3", "\"valueTime\":3", "/item/1/item/1/answer/0/valueTime"),
        ("\"guardian\"", "\"nobody\"", "/extension/0/extension/2/valueCode"),
        ("\"consentName\"", "\"x\"", ""),
    ] {
        let body = questionnaire_response::write(&value, &form(), "q", "Patient/p");
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains(cut), "{cut}");
        let wrong = body.replacen(cut, put, 1);
        let problem = questionnaire_response::read(wrong.as_bytes()).unwrap_err();
        assert_eq!(problem.pointer, pointer, "{put}: {problem}");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn days() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn instants() -> impl Strategy<Value = Instant> {
    (0_i64..4_000_000_000_000).prop_map(Instant)
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        any::<bool>().prop_map(Answer::YesNo),
        text().prop_map(Answer::Code),
        text().prop_map(Answer::Text),
        days().prop_map(Answer::Date),
        (-99_999_i32..99_999).prop_map(Answer::Tenths),
        any::<i32>().prop_map(Answer::Number),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_dose_comes_back(
        product in text(), at in (days(), instants()), picks: [u8; 4],
        texts in prop::array::uniform16(prop::option::of(text())),
        numbers: (Option<u16>, Option<u8>), expires in prop::option::of(days()),
    ) {
        let (hundredths, number) = numbers;
        let origins = [Origin::Gate, Origin::Paper, Origin::Municipality, Origin::Elsewhere];
        let statuses = [DoseStatus::Completed, DoseStatus::NotDone, DoseStatus::EnteredInError];
        let programs = [None, Some(Program::Routine), Some(Program::Voluntary)];
        let pick = |at: usize, len: usize| usize::from(picks[at]) % len;
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = texts;
        let in_series = j.is_some();
        let number = number.map(|n| if n == 0 { DoseNumber::Booster } else { DoseNumber::Number(n) });
        let value = DoseFace {
            status: statuses[pick(0, 3)], status_reason: a, product_name: b, gtin: c,
            institution: d, institution_name: e, physician: f, lot: g, site: h, route: i,
            series: j, municipality: k.filter(|_| in_series), special: l, form: m,
            override_reason: n, correction: o, note: p, expires, hundredths,
            number: number.filter(|_| in_series), program: programs[pick(1, 3)],
            ..DoseFace::new(&product, at.0, at.1, origins[pick(2, 4)])
        };
        let body = immunization::write(&value, "d", "Patient/p");
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        prop_assert_eq!(immunization::read(&body), Ok(value));
    }

    #[test]
    fn every_sheet_comes_back(
        answers in prop::collection::btree_map(text(), any_answer(), 0..8), named in any_answer(),
        texts in prop::array::uniform4(text()), flags: [bool; 4], at in prop::array::uniform5(instants()),
    ) {
        let [form_id, name, institution, reason] = texts;
        let by = if flags[0] { Consenter::Guardian } else { Consenter::Person };
        let consent = Consent { explained: flags[1], agrees: flags[2], by, name, at: at[0] };
        let mut answers = Answers(answers);
        answers.set("which", named);
        let value = Sheet {
            form: form_id, version: date(2026, 4, 1), answers, saved: at[1],
            consent: flags[3].then_some(consent),
            submitted: flags[0].then_some(at[2]),
            received: flags[1].then_some(Reception { at: at[3], institution }),
            withdrawn: flags[2].then_some(Withdrawal { at: at[4], reason }),
            amended: flags[3],
        };
        let body = questionnaire_response::write(&value, &form(), "q", "Patient/p");
        prop_assert_eq!(questionnaire_response::read(&body), Ok(value));
    }

    #[test]
    fn every_notice_comes_back(
        texts in prop::array::uniform4(text()), status_reason in prop::option::of(text()),
        number: Option<u8>, due in prop::option::of(days()), until in prop::option::of(days()),
        sent in prop::option::of(instants()), opened in prop::option::of(instants()),
    ) {
        let [reason, series, municipality, text] = texts;
        let dose = number.map(|n| if n == 0 { DoseNumber::Booster } else { DoseNumber::Number(n) });
        let status = NoticeStatus::Sent;
        let value = NoticeFace {
            status, status_reason, reason, series, dose, due, until, municipality, sent, opened, text,
        };
        let body = communication::write(&value, "n", "Patient/p");
        prop_assert_eq!(communication::read(&body), Ok(value));
    }
}
