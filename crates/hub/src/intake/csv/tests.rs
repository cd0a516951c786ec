mod doses;

use super::certificate::RECORD_BYTES;
use super::*;

const HEADER: &str = "insurer_number,insurer_name,symbol,number,branch,name,kana,birth,sex,\
                      address,valid_from,valid_to,share_percent";
const GOOD: &str = "06130017,試験組合,１２,345,01,試験 太郎,シケンタロウ,1990-05-01,1,\
                    \"東京都,試験町\",2026-04-01,,30";

/// `ok`, or the column and code of every fault of the first row; of the file if it does not read.
fn outcome(file: &str) -> String {
    let book = lawbook::Lawbook::embedded().unwrap();
    let said = |finding: &Finding| format!("{} {}", finding.at, finding.code);
    match insured(file.as_bytes(), &book.numbers) {
        Err(finding) => format!("file {}", said(&finding)),
        Ok(rows) => match &rows[0].read {
            Ok(_) => "ok".to_owned(),
            Err(findings) => findings.iter().map(said).collect::<Vec<_>>().join(", "),
        },
    }
}

#[test]
fn rows_are_read_or_refused_by_themselves_with_every_fault() {
    for (from, to, want) in [
        ("", "", "ok"),
        ("1990-05-01", "0000-00-00", "ok"),
        ("1990-05-01", "1990-13-01", "birth wrong-date"),
        (",1,\"", ",3,\"", "sex wrong-sex"),
        (",30", ",130", "share_percent wrong-share"),
        (",30", ",-1", "share_percent wrong-share"),
        ("2026-04-01,,", "2026-04-01,2026-03-31,", "valid_to reversed-period"),
        ("2026-04-01,,", "2026-04-31,,", "valid_from no-such-day"),
        ("試験 太郎,シケンタロウ", ",", "name name-missing"),
        (",345,", ",,", "number insured-text"),
        (",345,", ",--,", "number insured-text"),
        (",01,", ",ABC,", "branch branch-form"),
        (",01,", ",１,", "branch branch-form"),
        (",01,", ",,", "ok"),
        ("１２", "１:２", "symbol insured-text"),
        ("１２", &"１".repeat(61), "symbol insured-text"),
        ("06130017", "06130018", "insurer_number check-digit"),
        (",30", "", " row-broken"),
        ("試験組合", &"字".repeat(200), "ok"),
        ("試験組合", &"字".repeat(201), "insurer_name too-long"),
        ("東京都", "東京\n都", "address wrong-characters"),
        ("シケン", "\0", "kana wrong-characters"),
        (
            "06130017,試験組合,１２,345,01,試験 太郎,シケンタロウ,1990-05-01,1",
            "06130018,試験組合,:,,ABC,,,x,7",
            "insurer_number check-digit, symbol insured-text, number insured-text, \
             branch branch-form, birth wrong-date, sex wrong-sex, name name-missing",
        ),
    ] {
        let row = if from.is_empty() { GOOD.to_owned() } else { GOOD.replacen(from, to, 1) };
        assert_eq!(outcome(&format!("{HEADER}\r\n{row}\r\n")), want, "{row}");
    }
}

#[test]
fn the_header_is_checked() {
    let missing = HEADER.replace(",branch", "");
    assert_eq!(outcome(&format!("{missing}\n{GOOD}\n")), "file branch missing-column");
    let unknown = format!("{HEADER},memo");
    assert_eq!(outcome(&format!("{unknown}\n{GOOD},x\n")), "file memo unknown-column");
    let twice = format!("{HEADER},name");
    assert_eq!(outcome(&format!("{twice}\n{GOOD},x\n")), "file  duplicate-column");
}

#[test]
fn a_row_is_known_by_the_line_on_which_it_begins() {
    let book = lawbook::Lawbook::embedded().unwrap();
    let torn = GOOD.replace("試験町", "試験\r\n町");
    for end in ["\n", "\r\n"] {
        for (rows, want) in [
            (vec![GOOD, GOOD], vec![2, 3]),
            (vec!["", GOOD, "", "", GOOD, "x", GOOD], vec![3, 6, 7, 8]),
            (vec!["x", "", "x"], vec![2, 4]),
            (vec![&torn, GOOD], vec![2, 4]),
            (vec!["", &torn, "", GOOD], vec![3, 6]),
        ] {
            let file = [vec![HEADER], rows].concat().join(end);
            for file in [file.clone(), format!("\u{feff}{file}{end}")] {
                let rows = insured(file.as_bytes(), &book.numbers).unwrap();
                let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
                assert_eq!(lines, want, "{file:?}");
            }
        }
    }
}

#[test]
fn cards_are_read_or_refused_by_themselves() {
    let generation = "0a".repeat(20);
    let person = "試験太郎,シケンタロウ,1990-05-01,1,東京都試験町1";
    for (row, want) in [
        (format!("{generation},01ff,{person}"), "ok"),
        (format!("{generation},01f,{person}"), "serial wrong-hexadecimal"),
        (format!("{generation},01FF,{person}"), "serial wrong-hexadecimal"),
        (format!("{generation},,{person}"), "serial wrong-hexadecimal"),
        (format!("0a,01ff,{person}"), "generation wrong-hexadecimal"),
        (format!("{generation},01ff,,,x,1,"), "birth wrong-date, name name-missing"),
    ] {
        let rows = cards(
            format!("{}\n{row}\n", "generation,serial,name,kana,birth,sex,address").as_bytes(),
        );
        let said = |finding: &Finding| format!("{} {}", finding.at, finding.code);
        let got = match &rows.unwrap()[0].read {
            Ok(_) => "ok".to_owned(),
            Err(findings) => findings.iter().map(said).collect::<Vec<_>>().join(", "),
        };
        assert_eq!(got, want, "{row}");
    }
}

#[test]
fn other_encodings_are_told() {
    let book = lawbook::Lawbook::embedded().unwrap();
    let finding = insured(&[0x8e, 0x8e, 0x8c], &book.numbers).unwrap_err();
    assert_eq!(finding.code, "not-utf8");
}

#[test]
fn records_are_sent_in_batches_that_are_taken() {
    let row = |read| Row { line: 2, read };
    let records = |count: usize, bytes: usize| -> Vec<Row<String>> {
        (0..count).map(|_| row(Ok("x".repeat(bytes)))).collect()
    };
    let text = |text: &str| row(Ok(text.to_owned()));
    let broken = vec![text("a"), row(Err(vec![no_header()])), text("b")];
    for (records, want) in [
        (records(0, 9), vec![]),
        (records(10_000, 9), vec![10_000]),
        (records(10_001, 9), vec![10_000, 1]),
        (records(10, RECORD_BYTES), vec![6, 4]),
        (broken.clone(), vec![2]),
    ] {
        let batches = batches(&records);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), want);
    }
    assert_eq!(batches(&broken), [[(0, "a"), (2, "b")]]);
}

#[test]
fn results_name_columns_and_codes_and_are_no_formulas() {
    let task = r#"[{"at":"/0/x","item":"basicFiveInfo/nameKana","code":"kana","severity":"warn",
        "ja":"=1+1","en":"e"},{"at":"/0","item":"certificationDetail/0/x","code":"bad",
        "severity":"stop","ja":"\"j\"","en":"e"},{"at":"/0","item":"basicFiveInfo",
        "code":"held","severity":"warn","ja":"j","en":"e"}]"#;
    let want = "2,held,\"certificationDetail\",bad,\"\"\"j\"\"\",\"e\"\r\n\
                2,held,\"nameKana\",kana,\"'=1+1\",\"e\"\r\n2,held,\"\",held,\"j\",\"e\"\r\n";
    assert_eq!(result_lines(2, "held", &of_task(task)), want);
    assert_eq!(result_lines(3, "accepted", &[]), "3,accepted,\"\",,\"\",\"\"\r\n");
}
