//! Every item of the published record, broken in every way that has a rule of its own.

use fhir::json::Tree;
use serde_json::{Value, json};

use super::{check_body, immunization, limits, read, subsidy};

/// A record with nothing wrong; 個人番号 and payer number are made up, their check digits right.
fn good() -> Value {
    json!({
        "orgSpecificCertificateTypeId": "HITORI",
        "myNumber": "999000000016",
        "basicFiveInfo": {
            "name": "試験花子", "nameKana": "シケンハナコ", "address": "宮崎県都城市試験町1",
            "dateOfBirth": "1990-05-01", "sex": "2"
        },
        "isNotDisclosed": false,
        "medicalSubsidyInsurerNumber": "81136244",
        "certificationName": "ひとり親家庭等医療費受給資格証",
        "medicalSubsidyRecipientNumber": "0000018",
        "isAlwaysReimbursement": "0",
        "validFrom": "2026-04-01",
        "validTo": "2027-03-31",
        "historyKey": "H1",
        "isDeleted": false,
        "certificationDetail": []
    })
}

/// The good record with one item replaced (`-` takes it out); `a/b` is an item of an object.
fn with(path: &str, value: &str) -> String {
    let mut record = good();
    let (object, item) = match path.split_once('/') {
        Some((outer, item)) => (&mut record[outer], item),
        None => (&mut record, path),
    };
    let members = object.as_object_mut().unwrap();
    match value {
        "-" => drop(members.remove(item)),
        json => drop(members.insert(item.to_owned(), serde_json::from_str(json).unwrap())),
    }
    record.to_string()
}

/// `ok`, or `at code` of every finding, refusals with `!`.
fn outcome(record: &str) -> String {
    let book = lawbook::Lawbook::embedded().unwrap();
    let body = format!("[{record}]");
    let tree: Tree<'_> = read(body.as_bytes()).unwrap();
    let record = subsidy::parse(&tree, "452025", &book.numbers).unwrap().next().unwrap();
    let (findings, sign) = match record {
        Ok(record) => (record.warnings, ""),
        Err(findings) => (findings, "!"),
    };
    if findings.is_empty() {
        return "ok".to_owned();
    }
    let told: Vec<String> =
        findings.iter().map(|finding| format!("{sign}{} {}", finding.at, finding.code)).collect();
    for finding in &findings {
        let digits = finding.ja.contains("99900000001") || finding.en.contains("99900000001");
        assert!(!digits, "a 個人番号 in a finding");
        assert!(!finding.ja.is_empty() && !finding.en.is_empty());
    }
    told.join("; ")
}

#[test]
fn every_item_is_judged_by_its_own_rules() {
    for line in include_str!("tests/items.txt").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.splitn(3, " | ").map(str::trim).collect();
        let [path, value, want] = cells[..] else { continue };
        let value = value.replace("LONG51", &"A".repeat(51));
        let value = value.replace("LONG50", &"A".repeat(50));
        let value = value.replace("NAME101", &"証".repeat(101));
        let value = value.replace("NAME100", &"証".repeat(100));
        assert_eq!(outcome(&with(path, &value)), want, "{line}");
    }
}

#[test]
fn an_amount_is_a_whole_number_of_hundredths() {
    let book = lawbook::Lawbook::embedded().unwrap();
    let known = immunization::Known {
        product: &|code| book.immunization.product(code).is_some(),
        numbers: &book.numbers,
        today: jiff::civil::date(2026, 4, 1),
    };
    for (amount, want) in [
        ("null", Ok(None)),
        ("0", Err("wrong-type")),
        ("1", Ok(Some(1))),
        ("1000", Ok(Some(1_000))),
        ("1001", Err("wrong-type")),
        ("65535", Err("wrong-type")),
        ("65536", Err("wrong-type")),
        ("65586", Err("wrong-type")),
        (r#""50""#, Err("wrong-type")),
        ("1e2", Err("wrong-type")),
        ("50.0", Err("wrong-type")),
        ("-1", Err("wrong-type")),
        ("-0", Err("wrong-type")),
    ] {
        let body = format!(
            r#"[{{"modificationSeg":"1","myNumber":"999000000016","municipalityIdentityKey":"k",
            "doses":[{{"doseKey":"d","product":"mr","date":"2021-05-01",
            "amountHundredthsMl":{amount}}}]}}]"#
        );
        let tree = read(body.as_bytes()).unwrap();
        let record = immunization::parse(&tree, known).unwrap().next().unwrap();
        let got = record.map(|target| target.doses[0].hundredths).map_err(|of| of[0].code);
        assert_eq!(got, want, "{amount}");
    }
}

#[test]
fn all_that_is_wrong_is_told_not_only_the_first() {
    let mut record = good();
    record["myNumber"] = json!("999000000015");
    record["validTo"] = json!("2026-03-31");
    record["isDeleted"] = json!("0");
    let told = outcome(&record.to_string());
    assert_eq!(told.matches('!').count(), 3, "{told}");
}

#[test]
fn a_body_is_an_array_within_the_limit() {
    let records = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
    for (body, want) in [
        ("{}".to_owned(), "not-an-array"),
        ("[]".to_owned(), "no-records"),
        (records(1), "1"),
        (records(limits::BATCH_RECORDS), "10000"),
        (records(limits::BATCH_RECORDS + 1), "too-many-records"),
    ] {
        let tree = read(body.as_bytes()).unwrap();
        let got = check_body(&tree).map_or_else(|f| f.code.to_owned(), |count| count.to_string());
        assert_eq!(got, want);
    }
}

#[test]
fn what_does_not_read_is_told_with_its_place() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for body in ["[{", "[1,]", "", "[\"\u{0}\"]", "[{\"a\":1,\"a\":2}]", "nul", &deep] {
        let finding = read(body.as_bytes()).unwrap_err();
        assert!(!finding.ja.is_empty() && !finding.en.is_empty(), "{body}");
    }
    assert!(read(&[b'[', 0xff, b']']).is_err());
}
