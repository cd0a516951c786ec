//! Registries as CSV: UTF-8, a header row, columns in any order; faults by row and column.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord};
use domain::day;
use domain::insurance::Insurance;
use domain::number::{InsurerNumber, NumberRules};
use domain::person::{Birth, FiveAttributes, Sex};
use fhir::json::{Limits, Tree, Writer};

use super::item::{Shape, misshapen};
use super::limits;

/// Rows of one file at most.
const ROWS: usize = 2_000_000;
/// Bytes of one record at most, so that some always fit into a batch.
const RECORD_BYTES: usize = 512 << 10;
/// Bytes of a batch of records at most: with two bytes for each, fewer values than a body may have.
const BATCH_BYTES: usize = 2 * limits::NODES - RECORD_BYTES;
/// Columns of the insured-person registry.
pub const INSURED_COLUMNS: [&str; 13] = [
    "insurer_number",
    "insurer_name",
    "symbol",
    "number",
    "branch",
    "name",
    "kana",
    "birth",
    "sex",
    "address",
    "valid_from",
    "valid_to",
    "share_percent",
];

/// Characters of each of them.
const INSURED_CHARACTERS: [usize; 13] = [
    limits::CODE,
    limits::NAME,
    limits::KEY,
    limits::KEY,
    limits::CODE,
    limits::NAME,
    limits::NAME,
    limits::CODE,
    limits::CODE,
    limits::ADDRESS,
    limits::CODE,
    limits::CODE,
    limits::CODE,
];

/// What is wrong with a file or a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The column; empty for the whole row or file.
    pub column: String,
    /// Stable code.
    pub code: &'static str,
    /// What to do, in Japanese.
    pub ja: String,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.column, self.ja)
    }
}

/// One insured person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsuredRow {
    /// How the insurer describes them.
    pub five: FiveAttributes,
    /// Their insurance.
    pub insurance: Insurance,
}

fn fault(column: &str, code: &'static str, ja: impl Into<String>) -> RowFault {
    RowFault { column: column.to_owned(), code, ja: ja.into() }
}

/// The rows of the insured-person registry, each read or refused by itself.
///
/// # Errors
/// What is wrong with the file as a whole: not UTF-8, no header, an unknown or missing column.
pub fn insured(
    bytes: &[u8],
    rules: &NumberRules,
) -> Result<Vec<Result<InsuredRow, RowFault>>, RowFault> {
    let table = Table::read(bytes, &INSURED_COLUMNS)?;
    Ok(table.rows.iter().map(|row| insured_row(&table, row, rules)).collect())
}

/// The rows of a certificate file as JSON records of the registration interface: what is wrong
/// with one is found there, as for every other record.
///
/// # Errors
/// As [`insured`].
pub fn certificates(bytes: &[u8]) -> Result<Vec<Result<String, RowFault>>, RowFault> {
    let five = ["name", "nameKana", "address", "dateOfBirth", "sex"];
    let items = super::subsidy::ITEMS.iter().copied().filter(|item| *item != "basicFiveInfo");
    let columns: Vec<&str> = items.chain(five).collect();
    let table = Table::read(bytes, &columns)?;
    Ok(table.rows.iter().map(|row| certificate(&table, row, &five)).collect())
}

fn certificate(
    table: &Table,
    row: &Result<StringRecord, RowFault>,
    five: &[&str],
) -> Result<String, RowFault> {
    let row = row.as_ref().map_err(Clone::clone)?;
    let mut writer = Writer::with_capacity(512);
    writer.object(|writer| {
        writer.member("basicFiveInfo").object(|writer| {
            five.iter().for_each(|name| writer.text(name, table.cell(row, name)));
        });
        for name in super::subsidy::ITEMS {
            match (name, table.cell(row, name)) {
                ("basicFiveInfo", _) | (_, "") => {}
                ("isNotDisclosed" | "isDeleted", text @ ("true" | "false")) => {
                    writer.member(name).boolean(text == "true");
                }
                ("maxCopaymentAmount" | "certificationDetail", json) if is_json(json) => {
                    writer.member(name).raw(json);
                }
                (name, text) => writer.text(name, text),
            }
        }
    });
    let record = String::from_utf8(writer.finish()).unwrap_or_default();
    if record.len() > RECORD_BYTES {
        let ja = format!("行が長すぎます。{}KiB以内にしてください。", RECORD_BYTES >> 10);
        return Err(fault("", "row-too-long", ja));
    }
    Ok(record)
}

/// Whether a cell may stand as JSON in a record of a batch, two levels further in.
fn is_json(text: &str) -> bool {
    let depth = limits::DEPTH - 2;
    let bounds = Limits { depth, ..super::bounds() };
    Tree::parse(text.as_bytes(), &bounds).is_ok()
}

/// The records of a file in batches that the interface takes, each record with its position.
#[must_use]
pub fn batches(records: &[Result<String, RowFault>]) -> Vec<Vec<(usize, &str)>> {
    let mut batches: Vec<Vec<(usize, &str)>> = Vec::new();
    let mut bytes = 0;
    for (at, record) in records.iter().enumerate() {
        let Ok(record) = record else { continue };
        bytes += record.len() + 1;
        match batches.last_mut() {
            Some(batch) if batch.len() < limits::BATCH_RECORDS && bytes < BATCH_BYTES => {
                batch.push((at, record));
            }
            _ => {
                bytes = record.len() + 1;
                batches.push(vec![(at, record)]);
            }
        }
    }
    batches
}

/// A table with its header.
struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<Result<StringRecord, RowFault>>,
}

impl Table {
    fn read(bytes: &[u8], expected: &[&str]) -> Result<Self, RowFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| {
            fault(
                "",
                "not-utf8",
                "UTF-8のファイルではありません。文字コードをUTF-8に変えて保存し直してください。",
            )
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        let header = reader.headers().map_err(|_| no_header())?.clone();
        let columns: HashMap<String, usize> =
            header.iter().enumerate().map(|(at, name)| (name.trim().to_owned(), at)).collect();
        if columns.len() < header.len() {
            let ja = "見出しに同じ列が二つあります。一つにしてください。";
            return Err(fault("", "duplicate-column", ja));
        }
        if let Some(missing) = expected.iter().find(|name| !columns.contains_key(**name)) {
            let ja = format!("見出しに列 {missing} がありません。列を足してください。");
            return Err(fault(missing, "missing-column", ja));
        }
        if let Some(unknown) = header.iter().find(|name| !expected.contains(&name.trim())) {
            let ja = format!(
                "見出しの列 {unknown} は使いません。綴りを確かめるか、列を除いてください。"
            );
            return Err(fault(unknown, "unknown-column", ja));
        }
        let rows: Vec<_> = reader
            .records()
            .take(ROWS + 1)
            .map(|row| {
                row.map_err(|_| {
                    fault(
                        "",
                        "row-broken",
                        "列の数が見出しと違います。引用符と区切りを確かめてください。",
                    )
                })
            })
            .collect();
        if rows.len() > ROWS {
            let ja = format!("{ROWS}行を超えています。ファイルを分けてください。");
            return Err(fault("", "too-many-rows", ja));
        }
        Ok(Self { columns, rows })
    }

    fn cell<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        self.columns.get(column).and_then(|at| row.get(*at)).unwrap_or_default()
    }
}

fn no_header() -> RowFault {
    fault("", "no-header", "1行目に見出し(列の名前)を入れてください。")
}

fn insured_row(
    table: &Table,
    row: &Result<StringRecord, RowFault>,
    rules: &NumberRules,
) -> Result<InsuredRow, RowFault> {
    let row = row.as_ref().map_err(Clone::clone)?;
    for (column, max) in INSURED_COLUMNS.into_iter().zip(INSURED_CHARACTERS) {
        if let Some(wrong) = misshapen(table.cell(row, column), Shape::line(max)).first() {
            return Err(fault(column, wrong.code, wrong.ja.clone()));
        }
    }
    let cell = |column: &str| table.cell(row, column).to_owned();
    let date = |column: &'static str| {
        day::iso(&cell(column)).map_err(|finding| fault(column, finding.code, finding.ja))
    };
    let insurer = InsurerNumber::parse(&cell("insurer_number"), rules)
        .map_err(|finding| fault("insurer_number", finding.code, finding.ja))?;
    let birth = Birth::parse(&cell("birth"))
        .ok_or_else(|| fault("birth", "wrong-date", "生年月日はYYYY-MM-DDで入れてください。"))?;
    let sex = Sex::from_code(&cell("sex"))
        .ok_or_else(|| fault("sex", "wrong-sex", "性別は1、2、9のどれかにしてください。"))?;
    let share_percent =
        cell("share_percent").parse().ok().filter(|share| *share <= 100).ok_or_else(|| {
            fault("share_percent", "wrong-share", "負担割合は0〜100で入れてください。")
        })?;
    if cell("name").is_empty() && cell("kana").is_empty() {
        return Err(fault("name", "name-missing", "氏名かカナ氏名を入れてください。"));
    }
    if cell("number").is_empty() {
        return Err(fault("number", "number-missing", "被保険者番号を入れてください。"));
    }
    let valid_from = date("valid_from")?;
    let valid_to = if cell("valid_to").is_empty() { None } else { Some(date("valid_to")?) };
    if valid_to.is_some_and(|last| last < valid_from) {
        return Err(fault("valid_to", "reversed-period", "終了日が開始日より前です。"));
    }
    Ok(InsuredRow {
        five: FiveAttributes {
            name: cell("name"),
            kana: cell("kana"),
            address: cell("address"),
            birth,
            sex,
        },
        insurance: Insurance {
            insurer: insurer.as_str().to_owned(),
            insurer_name: cell("insurer_name"),
            symbol: cell("symbol"),
            number: cell("number"),
            branch: cell("branch"),
            valid_from,
            valid_to,
            share_percent,
        },
    })
}

/// A line of the result file for a row that was refused.
#[must_use]
pub fn result_line(row: usize, result: &str, fault: &RowFault) -> String {
    format!("{row},{result},{},{}\r\n", quoted(&fault.column), quoted(&fault.ja))
}

/// A line of the result file with a message of its own.
#[must_use]
pub fn taken_line(row: usize, result: &str, message: &str) -> String {
    format!("{row},{result},,{}\r\n", quoted(message))
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(text: &str) -> String {
    let text: Cow<'_, str> = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t') => format!("'{text}").into(),
        _ => text.into(),
    };
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "insurer_number,insurer_name,symbol,number,branch,name,kana,birth,sex,\
                          address,valid_from,valid_to,share_percent";
    const GOOD: &str = "06130017,試験組合,１２,345,01,試験 太郎,シケンタロウ,1990-05-01,1,\
                        \"東京都,試験町\",2026-04-01,,30";

    /// `ok`, or `column code` of the first row; of the file if it does not read.
    fn outcome(file: &str) -> String {
        let book = lawbook::Lawbook::embedded().unwrap();
        match insured(file.as_bytes(), &book.numbers) {
            Err(fault) => format!("file {} {}", fault.column, fault.code),
            Ok(rows) => match &rows[0] {
                Ok(_) => "ok".to_owned(),
                Err(fault) => format!("{} {}", fault.column, fault.code),
            },
        }
    }

    #[test]
    fn rows_are_read_or_refused_by_themselves() {
        for (from, to, want) in [
            ("", "", "ok"),
            ("1990-05-01", "0000-00-00", "ok"),
            ("1990-05-01", "1990-13-01", "birth wrong-date"),
            (",1,\"", ",3,\"", "sex wrong-sex"),
            (",30", ",130", "share_percent wrong-share"),
            ("2026-04-01,,", "2026-04-01,2026-03-31,", "valid_to reversed-period"),
            ("試験 太郎,シケンタロウ", ",", "name name-missing"),
            (",345,", ",,", "number number-missing"),
            (",30", "", " row-broken"),
            ("試験組合", &"字".repeat(200), "ok"),
            ("試験組合", &"字".repeat(201), "insurer_name too-long"),
            ("東京都", "東京\n都", "address wrong-characters"),
            ("シケン", "\0", "kana wrong-characters"),
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
    fn other_encodings_are_told() {
        let book = lawbook::Lawbook::embedded().unwrap();
        let fault = insured(&[0x8e, 0x8e, 0x8c], &book.numbers).unwrap_err();
        assert_eq!(fault.code, "not-utf8");
    }

    #[test]
    fn records_are_sent_in_batches_that_are_taken() {
        let records = |count: usize, bytes: usize| -> Vec<Result<String, RowFault>> {
            (0..count).map(|_| Ok("x".repeat(bytes))).collect()
        };
        let broken = vec![Ok("a".to_owned()), Err(no_header()), Ok("b".to_owned())];
        for (records, want) in [
            (records(0, 9), vec![]),
            (records(10_000, 9), vec![10_000]),
            (records(10_001, 9), vec![10_000, 1]),
            (records(10, RECORD_BYTES), vec![6, 4]),
            (broken, vec![2]),
        ] {
            let batches = batches(&records);
            assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), want);
        }
        let broken = [Ok("a".to_owned()), Err(no_header()), Ok("b".to_owned())];
        assert_eq!(batches(&broken), [[(0, "a"), (2, "b")]]);
    }

    #[test]
    fn results_are_no_formulas() {
        assert_eq!(taken_line(2, "held", "=1+1"), "2,held,,\"'=1+1\"\r\n");
    }
}
