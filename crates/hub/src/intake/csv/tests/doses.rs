//! Rows of past doses become records of people, in the terms of another system too.

use super::super::super::immunization::{DOSE_ITEMS, ITEMS};
use super::super::*;

const HEADER: &str = "modification,my_number,key,name,kana,birth,sex,address,dose_key,product,date,\
                      amount_ml,lot,routine,is_deleted";
const FIRST: &str = "1,999000000016,K1,試験花子,シケンハナコ,2024-05-01,2,試験町1";
const AGAIN: &str = "1,999000000016,,,,,,";

fn read(mapping: &str, file: &str) -> Result<DoseFile, Finding> {
    let book = lawbook::Lawbook::embedded().unwrap();
    doses(file.as_bytes(), &Mapping::parse(mapping.as_bytes())?, &book.calendar)
}

/// Of every row the line and what is said of it, `ok` if nothing; of a file what is wrong with it.
fn outcome(mapping: &str, file: &str, findings: &[&str]) -> String {
    let file = match read(mapping, file) {
        Ok(file) => file,
        Err(finding) => return format!("file {} {}", finding.at, finding.code),
    };
    let told = |place: usize| Verdict::of_task(findings.get(place).unwrap_or(&"[]"));
    let verdicts: Vec<Verdict> = (0..file.people.len()).map(told).collect();
    let rows = file.outcomes(&verdicts).map(|(line, judged, said)| {
        let said = said.iter().map(|of| format!("{} {}", of.column, of.code));
        let said = said.collect::<Vec<_>>().join(", ");
        let good = if judged.is_some() { "ok" } else { "refused" };
        format!("{line} {}", if said.is_empty() { good } else { &said })
    });
    rows.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_item_of_the_interface_has_a_column() {
    let items: Vec<&str> = super::super::doses::DOSE.iter().map(|(_, item)| *item).collect();
    assert_eq!(items, DOSE_ITEMS);
    for item in ITEMS {
        let outer = |(_, known): &(&str, &str)| known.split('/').next() == Some(item);
        assert!(item == "doses" || super::super::doses::PERSON.iter().any(outer), "{item}");
    }
}

#[test]
fn the_page_describes_every_column_and_its_mapping_reads() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/immunization.md");
    let page = std::fs::read_to_string(page).unwrap();
    for column in DOSE_COLUMNS {
        assert!(page.contains(&format!("`{column}`")), "{column}");
    }
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    assert_eq!(Mapping::parse(example.as_bytes()).map_err(|of| of.en).err(), None);
}

#[test]
fn rows_of_a_person_are_one_record_wherever_they_stand() {
    let file = format!(
        "{HEADER}\n\
         {FIRST},d1,mr,2025-05-01,0.5,A,1,0\n\
         1,999000000024,K2,,,,,,,,,,,1,false\n\
         {AGAIN},d2,bcg,2024-10-01,,,,\n\
         {AGAIN},d1,mr,2025-05-01,0.50,A,true,false\n"
    );
    let people: Vec<_> = read("", &file).unwrap().people;
    let told: Vec<(u64, &str)> =
        people.iter().map(|row| (row.line, row.read.as_ref().unwrap().as_str())).collect();
    let first = concat!(
        r#"{"modificationSeg":"1","myNumber":"999000000016","municipalityIdentityKey":"K1","#,
        r#""basicFiveInfo":{"name":"試験花子","nameKana":"シケンハナコ","dateOfBirth":"2024-05-01","#,
        r#""sex":"2","address":"試験町1"},"doses":[{"doseKey":"d1","product":"mr","date":"2025-05-01","#,
        r#""amountHundredthsMl":50,"lotNumber":"A","routine":true,"isDeleted":false},"#,
        r#"{"doseKey":"d2","product":"bcg","date":"2024-10-01"}]}"#,
    );
    let second = concat!(
        r#"{"modificationSeg":"1","myNumber":"999000000024","municipalityIdentityKey":"K2","#,
        r#""doses":[]}"#,
    );
    assert_eq!(told, [(2, first), (3, second)]);
}

#[test]
fn what_is_wrong_with_a_row_or_between_rows_is_said_at_the_row() {
    let good = format!("{FIRST},d1,mr,2025-05-01,0.5,A,1,0");
    let more = |rest: &str| format!("{good}\n{AGAIN},{rest}");
    for (rows, want) in [
        (good.clone(), "2 ok"),
        (more("d2,bcg,2024-10-01,,,,"), "2 ok; 3 ok"),
        (more("d1,mr,2025-05-01,0.5,A,1,0"), "2 ok; 3 ok"),
        (more("d1,mr,2025-05-02,0.5,A,1,0"), "2  person-refused; 3 dose_key dose-twice"),
        (more(",,,,B,,"), "2 ok; 3 ok"),
        (more("d2,bcg,2024-10-01,0,,,"), "2  person-refused; 3 amount_ml wrong-value"),
        (more("d2,bcg,2024-10-01,10.01,,,"), "2  person-refused; 3 amount_ml wrong-value"),
        (more("d2,bcg,2024-10-01,0.125,,,"), "2  person-refused; 3 amount_ml wrong-value"),
        (more("d2,bcg,2024-10-01,10,,,"), "2 ok; 3 ok"),
        (more("d2,bcg,2024-10-01,,,yes,"), "2  person-refused; 3 routine wrong-value"),
        (more("d2,bcg,2024-10-01,,,,2"), "2  person-refused; 3 is_deleted wrong-value"),
        (more("d2,bcg"), "2 ok; 3  row-broken"),
        (
            format!("{good}\n{},d2,bcg,2024-10-01,,,,", FIRST.replace("K1", "K3")),
            "2  person-refused; 3 key person-contradicts",
        ),
        (
            format!("{good}\n{good}\n\n{},,,,,,,", FIRST.replace("花子", "次郎")),
            "2  person-refused; 3  person-refused; 5 name person-contradicts",
        ),
    ] {
        assert_eq!(outcome("", &format!("{HEADER}\n{rows}\n"), &[]), want, "{rows}");
    }
    let many: String = (0..=200).map(|n| format!("{AGAIN},{n},bcg,2024-10-01,,,,\n")).collect();
    let told = outcome("", &format!("{HEADER}\n{many}"), &[]);
    assert!(told.ends_with("201  person-refused; 202  too-many-doses"), "{told}");
}

#[test]
fn what_is_said_of_a_record_stands_at_its_rows() {
    let file = format!(
        "{HEADER}\n{FIRST},d1,mr,2025-05-01,0.5,A,1,0\n{AGAIN},d2,xx,2024-10-01,,,,\n\
         1,999000000024,K2,,,,,,d1,bcg,2024-10-01,,,,\n"
    );
    let finding = |item: &str, severity: &str| {
        format!(
            r#"{{"at":"","item":"{item}","code":"c","severity":"{severity}","ja":"j","en":"e"}}"#
        )
    };
    for (findings, want) in [
        (vec![], "2 ok; 3 ok; 4 ok"),
        (vec![("doses/1/product", "stop")], "2  person-refused; 3 product c; 4 ok"),
        (vec![("doses/0/amountHundredthsMl", "warn")], "2 amount_ml c; 3 ok; 4 ok"),
        (vec![("myNumber", "stop")], "2 my_number c; 3  person-refused; 4 ok"),
        (vec![("basicFiveInfo/nameKana", "warn")], "2 kana c; 3 ok; 4 ok"),
        (vec![("basicFiveInfo", "warn"), ("doses/1", "warn")], "2  c; 3  c; 4 ok"),
    ] {
        let all: Vec<String> = findings.iter().map(|(item, how)| finding(item, how)).collect();
        let all = format!("[{}]", all.join(","));
        assert_eq!(outcome("", &file, &[&all]), want, "{findings:?}");
    }
}

const MAPPING: &str = r#"
days = "written"
ignore = ["備考"]

[columns]
my_number = "個人番号"
key = "宛名番号"
birth = "生年月日"
sex = "性別"
dose_key = ["宛名番号", "連番"]
product = "予防接種コード"
date = "接種日"

[constants]
modification = "1"
routine = "true"

[values.sex]
"男" = "1"
"女" = "2"

[values.product]
"M001" = "mr"
"#;
const THEIRS: &str = "個人番号,宛名番号,生年月日,性別,連番,予防接種コード,接種日,lot,備考";

#[test]
fn columns_values_and_days_of_another_system_become_ours() {
    let row = "999000000016,K1,昭和23年5月1日,女,7,M001,令和7年5月1日,A,x";
    let file = read(MAPPING, &format!("{THEIRS}\n{row}\n")).unwrap();
    let want = concat!(
        r#"{"modificationSeg":"1","myNumber":"999000000016","municipalityIdentityKey":"K1","#,
        r#""basicFiveInfo":{"name":"","nameKana":"","dateOfBirth":"1948-05-01","sex":"2","#,
        r#""address":""},"doses":[{"doseKey":"K1 7","product":"mr","date":"2025-05-01","#,
        r#""lotNumber":"A","routine":true}]}"#,
    );
    assert_eq!(file.people[0].read.as_deref(), Ok(want));
    for (from, to, want) in [
        ("", "", "2 ok"),
        ("昭和23年5月1日", "S23.5.1", "2 ok"),
        ("昭和23年5月1日", "1948-05-00", "2 ok"),
        ("昭和23年5月1日", "19480000", "2 ok"),
        ("昭和23年5月1日", "昭和99年5月1日", "2 生年月日 not-in-era"),
        ("令和7年5月1日", "7/5/1", "2 接種日 written-day"),
        ("M001", "M002", "2 予防接種コード unknown-value"),
        ("M001", "mr", "2 予防接種コード unknown-value"),
        ("女", "2", "2 性別 unknown-value"),
        ("女", "", "2 ok"),
    ] {
        let row = row.replacen(from, to, 1);
        assert_eq!(outcome(MAPPING, &format!("{THEIRS}\n{row}\n"), &[]), want, "{row}");
    }
}

#[test]
fn a_day_of_eight_figures_is_one_if_the_mapping_says_so() {
    let header = "modification,my_number,key,birth,date,removal_date,product,dose_key";
    let ends = "[values.removal_date]\n\"99999999\" = \"\"";
    for (days, cells, want) in [
        ("yyyymmdd", "20240501,20250501,20260401", r#""removalDate":"2026-04-01""#),
        ("yyyymmdd", "20240501,20250501,99999999", r#""date":"2025-05-01""#),
        ("yyyymmdd", "19480000,20250501,", r#""dateOfBirth":"1948-00-00""#),
        ("yyyymmdd", "2024-05-01,20250501,", "birth wrong-date"),
        // Left for the interface to refuse.
        ("iso", "20240501,2025-05-01,", r#""dateOfBirth":"20240501""#),
    ] {
        let mapping = format!("days = \"{days}\"\n{ends}");
        let text = format!("{header}\n1,999000000016,K,{cells},mr,d\n");
        let told = match &read(&mapping, &text).unwrap().people[0].read {
            Ok(record) => record.clone(),
            Err(_) => outcome(&mapping, &text, &[]),
        };
        assert!(told.contains(want), "{cells}: {told}");
    }
}

#[test]
fn header_and_mapping_are_held_against_each_other() {
    let no_date = THEIRS.replace(",接種日", "");
    for (mapping, header, want) in [
        ("", HEADER, "file-ok"),
        ("", "modification,my_number,key", "file-ok"),
        ("", "my_number,key", "file modification missing-column"),
        ("", "modification,my_number,key,memo", "file  unknown-column"),
        ("", "modification,my_number,key,key", "file  duplicate-column"),
        ("[constants]\nmodification = \"1\"", "my_number,key", "file-ok"),
        ("ignore = \"memo\"", "modification,my_number,key,memo", "file-ok"),
        (MAPPING, THEIRS, "file-ok"),
        (MAPPING, &no_date, "file date mapped-column-missing"),
        (MAPPING, "個人番号,個人番号", "file  duplicate-column"),
    ] {
        let told = outcome(mapping, &format!("{header}\n"), &[]);
        let told = if told.is_empty() { "file-ok" } else { &told };
        assert_eq!(told, want, "{mapping} {header}");
    }
    let said = read(MAPPING, &no_date).unwrap_err().en;
    assert!(said.contains("Line 12 of the mapping") && said.contains("接種日"), "{said}");
    let said = read("", "999000000016,memo").unwrap_err().en
        + &read("", "modification,my_number,key,999000000016").unwrap_err().en;
    assert!(!said.contains("999000000016"), "{said}");
}

#[test]
fn a_wrong_mapping_is_refused_with_its_line() {
    for (mapping, want) in [
        ("", "ok"),
        (MAPPING, "ok"),
        ("\ndays = \"wareki\"", "Line 2"),
        ("days = 1", "Line 1"),
        ("[columns]\nproduct = 3", "Line 2"),
        ("[columns]\nproduct = []", "Line 2"),
        ("[columns]\nproduct = [\"a\", 1]", "Line 2"),
        ("[columns]\n\nprodukt = \"a\"", "Line 3"),
        ("[constants]\nproduct = [\"mr\"]", "Line 2"),
        ("[constants]\nproduct = \"mr\"\n[columns]\nproduct = \"a\"", "Line 4"),
        ("[values.product]\na = 1", "Line 2"),
        ("[values]\nproduct = \"a\"", "Line 2"),
        ("[colums]", "Line 1"),
        ("days = \"iso\"\ndays = \"iso\"", "Line 2"),
        ("a b", "Line 1"),
        ("\u{feff}days = \"iso\"", "ok"),
    ] {
        let told = Mapping::parse(mapping.as_bytes()).map_or_else(|of| of.en, |_| "ok".to_owned());
        assert!(told.starts_with(want), "{mapping}: {told}");
    }
    assert_eq!(Mapping::parse(&[0x83, 0x8f]).unwrap_err().code, "not-utf8");
    let long = format!("# {}", "x".repeat(256 << 10));
    assert_eq!(Mapping::parse(long.as_bytes()).unwrap_err().code, "mapping-too-large");
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(Mapping::parse(deep.as_bytes()).unwrap_err().code, "wrong-mapping");
}
