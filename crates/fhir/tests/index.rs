//! Index rows of bodies, one body a case.

use domain::instant::Instant;
use fhir::Kind;
use fhir::index::{IndexValue, fold, rows};
use fhir::json::{Limits, Tree};

#[test]
fn a_resident_is_found_by_name_reading_birth_sex_address_and_identifier() {
    check(
        Kind::Patient,
        r#"{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"A/1"},{"value":"b"}],
            "name":[{"text":"ＳＭＩＴＨ　John"},{"extension":[{"url":
            "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
            "valueCode":"SYL"}],"text":"スミス ジョン"}],
            "gender":"male","birthDate":"2020-05","address":[{"text":"架空市１－１"}]}"#,
        &[
            "address s架空市1-1",
            "birthdate 2020-04-30T15:00:00.000Z..2020-05-31T14:59:59.999Z",
            "gender t|male",
            "identifier t|b",
            "identifier turn:x|A/1",
            "name ssmithjohn",
            "phonetic sスミスジョン",
        ],
    );
}

#[test]
fn a_date_stands_for_as_long_as_it_is_precise() {
    for (date, want) in [
        ("2020", "2019-12-31T15:00:00.000Z..2020-12-31T14:59:59.999Z"),
        ("2020-02", "2020-01-31T15:00:00.000Z..2020-02-29T14:59:59.999Z"),
        ("2020-02-29", "2020-02-28T15:00:00.000Z..2020-02-29T14:59:59.999Z"),
        ("2020-02-29T09:00:00+09:00", "2020-02-29T00:00:00.000Z..2020-02-29T00:00:00.999Z"),
        ("2020-02-29T00:00:00.500Z", "2020-02-29T00:00:00.500Z..2020-02-29T00:00:00.500Z"),
        ("2021-02-29", ""),
        ("2020-2", ""),
        ("", ""),
        ("あ", ""),
        ("ああ-", ""),
    ] {
        let body = format!("{{\"birthDate\":\"{date}\"}}");
        let want = format!("birthdate {want}");
        let want: &[&str] = if want.len() > 10 { &[&want] } else { &[] };
        check(Kind::Patient, &body, want);
    }
}

#[test]
fn a_certificate_is_found_by_recipient_type_payor_payer_number_and_period() {
    check(
        Kind::CoverageCertificate,
        r#"{"status":"active","type":{"coding":[{"system":"urn:t","code":"01"}]},
            "subscriberId":"0012345","period":{"start":"2026-04-01","end":"2027-03-31"},
            "payor":[{"identifier":{"system":"urn:m","value":"452025"}}],
            "class":[{"value":"81136244"}]}"#,
        &[
            "identifier t|0012345",
            "payor thttps://pmh.example/fhir/sid/payer|81136244",
            "payor turn:m|452025",
            "period 2026-03-31T15:00:00.000Z..2027-03-31T14:59:59.999Z",
            "status t|active",
            "type turn:t|01",
        ],
    );
}

#[test]
fn a_period_is_open_where_it_has_no_end() {
    check(
        Kind::CoverageInsurance,
        r#"{"period":{"start":"2026-04-01"}}"#,
        &["period 2026-03-31T15:00:00.000Z..open"],
    );
    check(Kind::CoverageInsurance, r#"{"period":{}}"#, &["period open..open"]);
    check(Kind::CoverageInsurance, r#"{"period":{"start":"x"}}"#, &[]);
}

#[test]
fn the_other_kinds_are_found_too() {
    check(
        Kind::Organization,
        r#"{"identifier":[{"system":"urn:i","value":"1312345678"}],"name":"架空 医院"}"#,
        &["identifier turn:i|1312345678", "name s架空医院"],
    );
    check(
        Kind::Consent,
        r#"{"status":"active","dateTime":"2026-11-23T15:00:00.000Z","provision":{"actor":[{
            "reference":{"identifier":{"system":"urn:i","value":"13"}}}],
            "purpose":[{"system":"urn:p","code":"treatment"}]}}"#,
        &[
            "actor turn:i|13",
            "date 2026-11-23T15:00:00.000Z..2026-11-23T15:00:00.000Z",
            "purpose turn:p|treatment",
            "status t|active",
        ],
    );
    check(
        Kind::CheckupTarget,
        r#"{"code":{"coding":[{"system":"urn:c","code":"checkup-target"}]},
            "author":{"identifier":{"system":"urn:m","value":"452025"}}}"#,
        &["author turn:m|452025", "code turn:c|checkup-target"],
    );
    check(
        Kind::Relation,
        r#"{"relationship":[{"coding":[{"code":"parent"}]}],"period":{"end":"2026-01-01"}}"#,
        &["period open..2026-01-01T14:59:59.999Z", "relationship t|parent"],
    );
}

#[test]
fn doses_forms_and_notices_are_found() {
    check(
        Kind::Dose,
        r#"{"status":"completed","vaccineCode":{"coding":[{"system":"urn:v","code":"mr"}]},
            "occurrenceDateTime":"2026-11-24","lotNumber":"ab 12","performer":[{"actor":
            {"identifier":{"system":"urn:i","value":"13"}}}],
            "protocolApplied":[{"series":"mr-1"}]}"#,
        &[
            "date 2026-11-23T15:00:00.000Z..2026-11-24T14:59:59.999Z",
            "lot-number sab12",
            "performer turn:i|13",
            "series smr-1",
            "status t|completed",
            "vaccine-code turn:v|mr",
        ],
    );
    check(
        Kind::PreVisitForm,
        r#"{"questionnaire":"urn:q|2026-04-01","status":"completed",
            "authored":"2026-11-23T15:00:00.000Z"}"#,
        &[
            "authored 2026-11-23T15:00:00.000Z..2026-11-23T15:00:00.000Z",
            "questionnaire t|urn:q|2026-04-01",
            "status t|completed",
        ],
    );
    check(
        Kind::Notice,
        r#"{"status":"completed","category":[{"coding":[{"code":"immunization"}]}],
            "sender":{"identifier":{"value":"452025"}},"sent":"2026-11-23T15:00:00.000Z"}"#,
        &[
            "category t|immunization",
            "sender t|452025",
            "sent 2026-11-23T15:00:00.000Z..2026-11-23T15:00:00.000Z",
            "status t|completed",
        ],
    );
}

#[test]
fn a_body_of_another_shape_gives_no_rows() {
    for kind in Kind::ALL {
        for body in ["[]", "1", "{}", r#"{"name":{"text":1},"identifier":"x","period":[]}"#] {
            check(kind, body, &[]);
        }
    }
}

#[test]
fn a_span_sorts_encoded_as_its_instants_do() {
    let encoded =
        |first: i64| IndexValue::Span { first: Instant(first), last: Instant(0) }.encode();
    let firsts = [i64::MIN, -86_400_000, -1, 0, 1, 1_795_446_000_000, i64::MAX];
    assert!(firsts.map(encoded).is_sorted());
}

#[test]
fn an_encoding_that_is_not_ours_is_refused() {
    for encoded in ["", "x", "あ", "d", "dg", "tno-separator"] {
        assert_eq!(IndexValue::decode(encoded), None, "{encoded}");
    }
}

#[test]
fn folding_ignores_width_case_and_spaces() {
    for (text, want) in [("Ａ b　Ｃ", "abc"), ("１２", "12"), ("髙 﨑", "髙﨑"), ("～！", "~!")]
    {
        assert_eq!(fold(text), want);
    }
}

#[track_caller]
fn check(kind: Kind, body: &str, want: &[&str]) {
    let tree = Tree::parse(body.as_bytes(), &Limits::default()).expect("JSON");
    let rows = rows(kind, &tree);
    let shown: Vec<String> =
        rows.iter().map(|row| format!("{} {}", row.param, show(&row.value))).collect();
    assert_eq!(shown, want, "\nof {body}");
    for row in rows {
        assert_eq!(IndexValue::decode(&row.value.encode()), Some(row.value));
    }
}

fn show(value: &IndexValue) -> String {
    let bound = |at: Instant| match at.0 {
        i64::MIN | i64::MAX => "open".to_owned(),
        _ => at.rfc3339(),
    };
    match value {
        IndexValue::Span { first, last } => format!("{}..{}", bound(*first), bound(*last)),
        other => other.encode().replace('\0', "|"),
    }
}
