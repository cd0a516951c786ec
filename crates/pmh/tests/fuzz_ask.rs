//! Fuzz targets: no line makes `pmh ask` panic, no file the CSV import. Bounded here; `cargo bolero`
//! goes on.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

use std::collections::BTreeMap;

use fhir::json::Kind;
use hub::intake::{self, csv, subsidy};
use lawbook::Lawbook;
use pmh::ask;
use serde_json::Value;
use serde_json::value::RawValue;

const ROUNDS: usize = 20_000;

/// Lines of ours, to be mangled: random bytes hardly ever reach a rule.
const LINES: [&str; 13] = [
    r#"{"id":1,"ask":"attained","birth":"2024-02-29","years":1}"#,
    r#"{"id":"a","ask":"attained","birth":"2024-02-29","weeks":6,"days":3}"#,
    r#"{"id":null,"ask":"age_range","birth":"2020-04-01","from":{"months":3},"to":{"years":5}}"#,
    r#"{"id":[{}],"ask":"after_interval","from":"2026-08-31","at_least":{"months":1,"half":true}}"#,
    r#"{"ask":"school_entry","birth":"2020-04-02"}"#,
    r#"{"id":1.50,"ask":"fiscal_year","day":"2026-03-31"}"#,
    r#"{"id":true,"ask":"era","text":"昭和６４年1月7日"}"#,
    r#"{"id":-0,"ask":"number.check_digit","kind":"public-payer","body":"8113624"}"#,
    r#"{"id":"\u00e9","ask":"number.verify","kind":"institution","number":"4510210018"}"#,
    r#"{"ask":"immunization.window","series":"je-1","birth":"2006-04-01","as_of":"2026-11-26"}"#,
    concat!(
        r#"{"ask":"immunization.check","birth":"2026-01-01","sex":"female","#,
        r#""history":[{"product":"mr","date":"2027-01-10","amount_ml":0.5}],"#,
        r#""dose":{"product":"varicella","date":"2027-02-07","lot_expires":"2027-03-01"},"#,
        r#""facts":{"temperature":36.5,"conditions":["convulsion"],"spat_out":true}}"#,
    ),
    concat!(
        r#"{"ask":"immunization.plan","birth":"1961-06-10","sex":"male","as_of":"2026-11-26","#,
        r#""history":[{"product":"zoster-rzv","date":"2026-05-01"}],"#,
        r#""facts":{"delay":{"reason":"disaster","ceased":"2026-01-01"},"hiv_60_64":true}}"#,
    ),
    concat!(
        r#"{"ask":"immunization.audit","birth":"2012-05-10","sex":"female","#,
        r#""history":[{"product":"hpv9","date":"2025-06-01"},{"product":"hpv2","date":"2025-12-31"}]}"#,
    ),
];

/// What one value of a line is replaced by.
const VALUES: [&str; 18] = [
    "null",
    "true",
    "[]",
    "{}",
    "0",
    "-1",
    "1e400",
    "9007199254740993",
    "2147483648",
    "0.5",
    "18446744073709551616",
    "\"\"",
    "\"9999-12-31\"",
    "\"0001-01-01\"",
    "\"R0.0.0\"",
    "\"令和99999999999年1月1日\"",
    "{\"months\":2147483647}",
    "{\"years\":-1,\"half\":true}",
];

fn cut(seed: &[u8], ends: [u16; 2], put: &[u8]) -> Vec<u8> {
    let from = usize::from(ends[0]) % seed.len();
    let until = (from + usize::from(ends[1]) % 24).min(seed.len());
    [&seed[..from], &put[..put.len().min(12)], &seed[until..]].concat()
}

/// Whether the one line that comes out is an error. The id in it may be any JSON, also a number
/// that no program here holds.
fn refused(line: &[u8], book: &Lawbook) -> bool {
    let answer = ask::answer(line, book);
    assert!(!answer.contains(['\n', '\r']), "{answer}");
    let read: BTreeMap<String, &RawValue> = serde_json::from_str(&answer).expect(&answer);
    assert!(read.contains_key("id"), "{answer}");
    let Some(error) = read.get("error") else { return false };
    let error: Value = serde_json::from_str(error.get()).expect(&answer);
    for name in ["code", "message", "message_en"] {
        assert!(!error[name].as_str().unwrap().is_empty(), "{answer}");
    }
    true
}

#[test]
fn no_bytes_make_ask_panic() {
    let book = Lawbook::embedded().unwrap();
    bolero::check!().with_iterations(ROUNDS).with_type::<Vec<u8>>().for_each(|line| {
        assert!(refused(line, &book), "{line:?}");
    });
}

#[test]
fn no_mangled_line_makes_ask_panic() {
    let book = Lawbook::embedded().unwrap();
    let cuts = (0..LINES.len(), bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!().with_iterations(ROUNDS).with_generator(cuts).for_each(|(seed, ends, put)| {
        refused(&cut(LINES[*seed].as_bytes(), *ends, put), &book);
    });
}

#[test]
fn no_value_in_a_wrong_place_makes_ask_panic() {
    let book = Lawbook::embedded().unwrap();
    let cases = (0..LINES.len(), bolero::produce::<u8>(), 0..VALUES.len());
    bolero::check!().with_iterations(ROUNDS).with_generator(cases).for_each(|(seed, at, value)| {
        let tree: Value = serde_json::from_str(LINES[*seed]).unwrap();
        let members = tree.as_object().unwrap();
        let name = members.keys().nth(usize::from(*at) % members.len()).unwrap();
        let parts = members.iter().map(|(member, kept)| match member == name {
            true => format!("{member:?}:{}", VALUES[*value]),
            false => format!("{member:?}:{kept}"),
        });
        let line = format!("{{{}}}", parts.collect::<Vec<_>>().join(","));
        refused(line.as_bytes(), &book);
    });
}

#[test]
fn any_input_gives_one_answer_for_each_line_that_is_not_blank() {
    let book = Lawbook::embedded().unwrap();
    let lines = (0..LINES.len(), bolero::produce::<Vec<Vec<u8>>>());
    bolero::check!().with_iterations(ROUNDS / 10).with_generator(lines).for_each(|(seed, more)| {
        let lines: Vec<&[u8]> =
            more.iter().map(Vec::as_slice).chain([LINES[*seed].as_bytes()]).collect();
        let input = lines.join(&b'\n');
        let without_mark = |line: &'_ [u8]| {
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            !line.trim_ascii().is_empty()
        };
        let asked = input.split(|byte| *byte == b'\n').filter(|line| without_mark(line)).count();
        let mut output = Vec::new();
        ask::run(&input[..], &mut output, &book).unwrap();
        let output = String::from_utf8(output).unwrap();
        assert_eq!(output.lines().count(), asked);
        assert!(!output.lines().last().unwrap().contains("\"error\""), "{output}");
    });
}

const INSURED: &str = "insurer_number,insurer_name,symbol,number,branch,name,kana,birth,sex,\
    address,valid_from,valid_to,share_percent\r\n06130017,試験組合,１２,345,01,試験 太郎,\
    シケンタロウ,1990-05-01,1,\"東京都,試験町\",2026-04-01,,30\r\n";

const CERTIFICATES: &str = "orgSpecificCertificateTypeId,myNumber,isNotDisclosed,\
    medicalSubsidyInsurerNumber,certificationName,medicalSubsidyRecipientNumber,\
    certificationSubKey,segment,incomeSegment,additionalConditions,designatedMedicalInstitutions,\
    isAlwaysReimbursement,maxCopaymentAmount,validFrom,validTo,historyKey,isDeleted,\
    certificationDetail,name,nameKana,address,dateOfBirth,sex\r\nHITORI,999000000016,false,\
    81136244,ひとり親,0000018,,,,,,0,\"{\"\"m\"\":1}\",2026-04-01,2027-03-31,H1,false,\
    \"[{\"\"label\"\":\"\"備考\"\"}]\",試験花子,シケンハナコ,宮崎県,1990-05-01,2\r\n";

/// Every row of a file that reads is a row or a fault; together they are a batch that reads.
fn imported(file: &[u8], book: &Lawbook) {
    if let Ok(rows) = csv::insured(file, &book.numbers) {
        for faults in rows.into_iter().filter_map(|row| row.read.err()) {
            let told =
                |fault: &domain::finding::Finding| !fault.ja.is_empty() && !fault.en.is_empty();
            assert!(!faults.is_empty() && faults.iter().all(told), "{faults:?}");
        }
    }
    let _read_or_refused = csv::cards(file);
    let Ok(rows) = csv::certificates(file) else { return };
    let records: Vec<String> = rows.into_iter().filter_map(|row| row.read.ok()).collect();
    if records.is_empty() {
        return;
    }
    let batch = format!("[{}]", records.join(","));
    let tree = intake::read(batch.as_bytes()).unwrap_or_else(|fault| panic!("{fault:?}: {batch}"));
    assert!(tree.root().items().all(|record| record.kind() == Kind::Object), "{batch}");
    let judged = subsidy::parse(&tree, "452025", &book.numbers).unwrap().count();
    assert_eq!(judged, records.len());
}

#[test]
fn no_bytes_make_the_import_panic() {
    let book = Lawbook::embedded().unwrap();
    bolero::check!()
        .with_iterations(ROUNDS)
        .with_type::<Vec<u8>>()
        .for_each(|file| imported(file, &book));
}

#[test]
fn no_mangled_file_makes_the_import_panic() {
    let book = Lawbook::embedded().unwrap();
    let cuts = (0..2_usize, bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!().with_iterations(ROUNDS / 4).with_generator(cuts).for_each(
        |(seed, ends, put)| {
            let seed = [INSURED, CERTIFICATES][*seed];
            imported(&cut(seed.as_bytes(), *ends, put), &book);
        },
    );
}

#[test]
fn any_cell_of_json_leaves_its_batch_readable() {
    let book = Lawbook::embedded().unwrap();
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let cells = (1..40).map(deep).chain(VALUES.map(str::to_owned));
    for cell in cells.chain(["[1,".to_owned(), "1 2".to_owned(), " {} ".to_owned()]) {
        for old in [r#"{""m"":1}"#, r#"[{""label"":""備考""}]"#] {
            let file = CERTIFICATES.replace(old, &cell.replace('"', "\"\""));
            assert_ne!(file, CERTIFICATES);
            imported(file.as_bytes(), &book);
        }
    }
}

#[test]
fn the_seeds_are_read_unless_they_are_mangled() {
    let book = Lawbook::embedded().unwrap();
    for line in LINES {
        assert!(!refused(line.as_bytes(), &book), "{line}");
    }
    assert!(csv::insured(INSURED.as_bytes(), &book.numbers).unwrap()[0].read.is_ok());
    let record = csv::certificates(CERTIFICATES.as_bytes()).unwrap().remove(0).read.unwrap();
    let batch = format!("[{record}]");
    let tree = intake::read(batch.as_bytes()).unwrap();
    let judged = subsidy::parse(&tree, "452025", &book.numbers).unwrap().next().unwrap();
    assert!(judged.is_ok(), "{judged:?}");
}
