//! The typed faces: both ways without loss, small bodies, refusals with a place.

use domain::certificate::Certificate;
use domain::instant::Instant;
use domain::insurance::Insurance;
use domain::person::{Birth, FiveAttributes, Sex};
use fhir::json::{Code, Problem};
use fhir::profiles::audit_event::{self, Action, AuditView, Outcome};
use fhir::profiles::certificate::{self, Status};
use fhir::profiles::checkup_target::{self, CheckupTarget};
use fhir::profiles::consent::{self, ConsentFace};
use fhir::profiles::insurance;
use fhir::profiles::organization::{self, InstitutionFace, MunicipalityFace};
use fhir::profiles::patient::{self, Identifier, PatientFace};
use fhir::profiles::related_person::{self, RelationFace};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const BODY_TARGET: usize = 900;

fn plain() -> Certificate {
    Certificate {
        municipality: "452025".into(),
        type_id: "single-parent-01".into(),
        name: "ひとり親家庭等医療費受給資格者証".into(),
        payer_number: Some("81136244".into()),
        recipient_number: Some("0012345".into()),
        sub_key: None,
        segment: None,
        income_segment: None,
        additional_conditions: None,
        designated_institutions: None,
        always_reimbursed: false,
        max_copayment: None,
        valid_from: date(2026, 4, 1),
        valid_to: date(2027, 3, 31),
        history_key: "H-0001".into(),
        not_disclosed: false,
        details: "[]".into(),
    }
}

fn full() -> Certificate {
    Certificate {
        sub_key: Some("b".into()),
        segment: Some("01".into()),
        income_segment: Some("A-1".into()),
        additional_conditions: Some("01-02;03-04".into()),
        designated_institutions: Some("架空市立病院".into()),
        always_reimbursed: true,
        max_copayment: Some("{ \"month\" : 10000.0 , \"x\":\"\\u3042\" }".into()),
        not_disclosed: true,
        details: "[ {\"label\":\"区分\", \"value\":\"ア\"} ]".into(),
        ..plain()
    }
}

#[test]
fn a_certificate_has_this_body() {
    let body = certificate::write(&plain(), "c1", "Patient/p1");
    let want = concat!(
        r#"{"resourceType":"Coverage","id":"c1","meta":{"profile":["#,
        r#""https://pmh.example/fhir/StructureDefinition/pmh-certificate"]},"extension":[{"url":"#,
        r#""https://pmh.example/fhir/StructureDefinition/pmh-certificate-items","extension":["#,
        r#"{"url":"historyKey","valueString":"H-0001"}]}],"status":"active","type":{"coding":[{"#,
        r#""system":"https://pmh.example/fhir/cs/certificate-type","code":"single-parent-01"}],"#,
        r#""text":"ひとり親家庭等医療費受給資格者証"},"subscriberId":"0012345","beneficiary":{"#,
        r#""reference":"Patient/p1"},"period":{"start":"2026-04-01","end":"2027-03-31"},"payor":["#,
        r#"{"identifier":{"system":"https://pmh.example/fhir/sid/municipality","#,
        r#""value":"452025"}}],"class":[{"type":{"coding":[{"system":"#,
        r#""https://pmh.example/fhir/cs/class","code":"payer"}]},"value":"81136244"}]}"#
    );
    assert_eq!(String::from_utf8(body).unwrap(), want);
}

#[test]
fn a_certificate_with_long_texts_stays_small() {
    let long = Certificate { name: "架".repeat(30), ..plain() };
    let size = certificate::write(&long, "0123456789abcdef", "Patient/0123456789abcdef").len();
    assert!(size <= BODY_TARGET, "{size}");
}

#[test]
fn a_certificate_comes_back() {
    for (value, status) in [
        (plain(), Status::Active),
        (full(), Status::Cancelled),
        (Certificate { payer_number: None, recipient_number: None, ..plain() }, Status::Active),
        (Certificate { sub_key: Some(String::new()), ..full() }, Status::Active),
        (Certificate { details: "[ ]".into(), ..plain() }, Status::Cancelled),
    ] {
        let body = certificate::write_as(&value, status, "c1", "Patient/p1");
        assert_eq!(certificate::read_as(&body), Ok((value, status)));
    }
}

#[test]
fn a_patient_comes_back() {
    for (name, kana, address, birth, sex) in [
        ("髙橋花子", "タカハシハナコ", "架空県架空市一丁目1-1", "2020-05-01", Sex::Female),
        ("葛\u{e0100}城太郎", "カツラギタロウ", "架空市", "2020-05", Sex::Male),
        ("SMITH JOHN", "", "", "2020", Sex::Unknown),
        ("", "ナマエノミ", "架空市", "", Sex::Unknown),
        ("", "", "", "", Sex::Unknown),
        ("全角　空白", "ｶﾅ ﾊﾝｶｸ", " \"\\ ", "0044-12-31", Sex::Male),
    ] {
        let (name, kana, address) = (name.into(), kana.into(), address.into());
        let birth = Birth::parse(birth).unwrap();
        let attributes = FiveAttributes { name, kana, address, birth, sex };
        let key = |value: &str| Identifier { system: "urn:x".into(), value: value.into() };
        for identifiers in [vec![], vec![key("1"), key("二")]] {
            let face = PatientFace { attributes: attributes.clone(), identifiers };
            assert_eq!(patient::read(&patient::write(&face, "p1")), Ok(face));
        }
    }
}

#[test]
fn an_unknown_birth_date_says_that_it_is_unknown() {
    let (name, kana, address) = ("甲".into(), String::new(), String::new());
    let attributes =
        FiveAttributes { name, kana, address, birth: Birth::Unknown, sex: Sex::Unknown };
    let body = patient::write(&PatientFace { attributes, identifiers: vec![] }, "p1");
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains(r#""_birthDate":{"extension":[{"url":"http://hl7.org/fhir/"#), "{body}");
    assert!(body.contains(r#"data-absent-reason","valueCode":"unknown"}]}"#), "{body}");
    assert!(!body.contains(r#""birthDate""#), "{body}");
}

#[test]
fn insurance_comes_back() {
    for (insurer, symbol, branch, valid_to, share_percent) in [
        ("01130012", "宮６", "01", None, 30),
        ("138057", "", "", Some(date(2027, 3, 31)), 0),
        ("39131156", "", "00", Some(Date::MAX), 10),
    ] {
        let value = Insurance {
            insurer: insurer.into(),
            insurer_name: "架空健康保険組合".into(),
            symbol: symbol.into(),
            number: "１-2".into(),
            branch: branch.into(),
            valid_from: date(2020, 4, 1),
            valid_to,
            share_percent,
        };
        assert_eq!(insurance::read(&insurance::write(&value, "i", "Patient/p")), Ok(value));
    }
}

#[test]
fn consent_comes_back() {
    for (scopes, permitted, expires) in [
        (&["certificates", "insurance"][..], true, Some(Instant(1_795_446_000_001))),
        (&[], false, None),
    ] {
        let value = ConsentFace {
            scope_codes: scopes.iter().map(ToString::to_string).collect(),
            permitted,
            at: Instant(1_795_446_000_000),
            institution: "1312345678".into(),
            purpose: "treatment".into(),
            expires,
        };
        assert_eq!(consent::read(&consent::write(&value, "k", "Patient/p")), Ok(value));
    }
}

#[test]
fn organizations_come_back_and_are_not_mixed_up() {
    let (code, name) = ("4512345678".to_owned(), "架空薬局".to_owned());
    let value = InstitutionFace { code, name, kind: "pharmacy".into() };
    let body = organization::write_institution(&value, "o1");
    assert_eq!(organization::read_institution(&body), Ok(value));
    assert!(organization::read_municipality(&body).is_err());

    let value = MunicipalityFace { code: "452025".into(), name: "都城市".into() };
    let body = organization::write_municipality(&value, "m1");
    assert_eq!(organization::read_municipality(&body), Ok(value));
    assert!(organization::read_institution(&body).is_err());
}

#[test]
fn checkup_targets_and_relations_come_back() {
    for day in [None, Some(date(2026, 11, 30))] {
        let value = CheckupTarget {
            municipality: "452025".into(),
            key: "宛名-1".into(),
            removed_on: day,
            members: "{ \"x\" : 1.0 }".into(),
        };
        assert_eq!(checkup_target::read(&checkup_target::write(&value, "b", "P/p")), Ok(value));

        let value = RelationFace {
            guardian: "Patient/g".into(),
            relation: "parent".into(),
            valid_from: date(2026, 1, 1),
            valid_to: day,
            municipality: "452025".into(),
        };
        assert_eq!(related_person::read(&related_person::write(&value, "r", "P/c")), Ok(value));
    }
}

#[test]
fn an_audit_entry_is_rendered() {
    let view = AuditView {
        id: "a1".into(),
        at: Instant(1_795_446_000_000),
        action: Action::Read,
        outcome: Outcome::Refused,
        purpose: "treatment".into(),
        basis: "健康保険法3".into(),
        caller_kind: "institution".into(),
        caller_name: "架空診療所".into(),
        caller_code: "1312345678".into(),
        resident_ref: "Patient/p1".into(),
        what: vec!["Coverage".into()],
        detail: "資格確認".into(),
    };
    let value: serde_json::Value = serde_json::from_slice(&audit_event::write(&view)).unwrap();
    for (pointer, want) in [
        ("/resourceType", "AuditEvent"),
        ("/action", "R"),
        ("/recorded", "2026-11-23T15:00:00.000Z"),
        ("/outcome", "4"),
        ("/purposeOfEvent/0/coding/0/code", "treatment"),
        ("/purposeOfEvent/0/text", "健康保険法3"),
        ("/agent/0/type/coding/0/code", "institution"),
        ("/agent/0/who/identifier/value", "1312345678"),
        ("/agent/0/who/display", "架空診療所"),
        ("/entity/0/what/reference", "Patient/p1"),
        ("/entity/1/what/display", "Coverage"),
    ] {
        assert_eq!(
            value.pointer(pointer).and_then(|value| value.as_str()),
            Some(want),
            "{pointer}"
        );
    }
    let nobody = AuditView { resident_ref: String::new(), what: vec![], ..view };
    assert!(!String::from_utf8(audit_event::write(&nobody)).unwrap().contains("entity"));
}

#[test]
fn a_refused_body_names_the_place() {
    for (cut, put, code, pointer) in [
        ("\"Coverage\"", "\"Patient\"", Code::WrongResource, ""),
        ("\"active\"", "\"draft\"", Code::WrongValue, "/status"),
        ("2027-03-31", "2027-02-29", Code::WrongValue, "/period/end"),
        ("\"2026-04-01\"", "20260401", Code::WrongType, "/period/start"),
        ("\"historyKey\"", "\"key\"", Code::MissingMember, ""),
        ("\"H-0001\"", "7", Code::WrongType, "/extension/0/extension/0/valueString"),
        ("\"0012345\"", "12345", Code::WrongType, "/subscriberId"),
        ("\"81136244\"", "null", Code::WrongType, "/class/0/value"),
        ("\"payor\"", "\"payer\"", Code::MissingMember, ""),
        ("81136244\"", "", Code::UnexpectedEnd, "/class/0/value"),
    ] {
        let body = certificate::write(&plain(), "c1", "Patient/p1");
        let body = String::from_utf8(body).unwrap().replacen(cut, put, 1);
        let body = if put.is_empty() { &body[..body.len() - 4] } else { &body[..] };
        let problem: Problem = certificate::read(body.as_bytes()).unwrap_err();
        assert_eq!((problem.code, problem.pointer.as_str()), (code, pointer), "{put}: {problem}");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn days() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_of_a_certificate_comes_back_byte_for_byte(
        texts in prop::array::uniform5(text()),
        options in prop::array::uniform8(prop::option::of(text())),
        flags: [bool; 2],
        days in (days(), days()),
    ) {
        let [municipality, type_id, name, history_key, details] = texts;
        let [payer, recipient, sub_key, segment, income, conditions, places, limit] = options;
        let value = Certificate {
            municipality, type_id, name, history_key, details, sub_key, segment,
            payer_number: payer,
            recipient_number: recipient,
            income_segment: income,
            additional_conditions: conditions,
            designated_institutions: places,
            max_copayment: limit,
            always_reimbursed: flags[0],
            not_disclosed: flags[1],
            valid_from: days.0,
            valid_to: days.1,
        };
        let body = certificate::write(&value, "c1", "Patient/p1");
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        prop_assert_eq!(certificate::read(&body), Ok(value));
    }

    #[test]
    fn every_text_of_a_patient_comes_back_byte_for_byte(
        texts in prop::array::uniform3(text()), identifier in (text(), text()),
    ) {
        let [name, kana, address] = texts;
        let attributes =
            FiveAttributes { name, kana, address, birth: Birth::Year(2000), sex: Sex::Male };
        let identifiers = vec![Identifier { system: identifier.0, value: identifier.1 }];
        let value = PatientFace { attributes, identifiers };
        prop_assert_eq!(patient::read(&patient::write(&value, "p")), Ok(value));
    }
}
