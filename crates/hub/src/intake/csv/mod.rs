//! Registries as CSV: UTF-8, a header row, columns in any order; faults by line and column.

mod card;
mod certificate;
mod doses;
mod insured;
mod mapping;
mod result;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;

use csv::{Position, ReaderBuilder, StringRecord};
use domain::finding::Finding;
use domain::person::{Birth, FiveAttributes, Sex};

use super::item::{Shape, misshapen};
use super::limits;

pub use card::{CardCells, cards};
pub use certificate::{batches, certificate_columns, certificates};
pub use doses::{COLUMNS as DOSE_COLUMNS, DoseFile, Verdict, doses};
pub use insured::{INSURED_COLUMNS, InsuredRow, insured};
pub use mapping::Mapping;
pub use result::{RESULT_HEADER, Said, of_task, result_lines};

/// Rows of one file at most.
const ROWS: usize = 2_000_000;

/// A row of a file, read or refused by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// What it says, or everything that is wrong with it; each finding is at a column.
    pub read: Result<T, Vec<Finding>>,
}

/// A table with its header.
struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<Row<StringRecord>>,
}

impl Table {
    fn read(bytes: &[u8], expected: &[&str]) -> Result<Self, Finding> {
        let (header, rows) = Self::open(bytes)?;
        Ok(Self { columns: columns(&header, expected)?, rows })
    }

    /// Header and rows.
    fn open(bytes: &[u8]) -> Result<(StringRecord, Vec<Row<StringRecord>>), Finding> {
        let text = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        let header = reader.headers().map_err(|_| no_header())?.clone();
        let records = reader.records().take(ROWS + 1);
        let rows: Vec<_> = records.map(|record| row(text, record)).collect();
        if rows.len() > ROWS { Err(too_many_rows()) } else { Ok((header, rows)) }
    }

    /// Every row through `read`, which notes what is wrong.
    fn rows<T>(&self, read: impl Fn(&mut Cells<'_>) -> Option<T>) -> Vec<Row<T>> {
        let one = |row: &Row<StringRecord>| {
            let record = row.read.as_ref().map_err(Clone::clone)?;
            let mut cells = Cells { table: self, record, findings: Vec::new() };
            match read(&mut cells) {
                Some(value) if cells.findings.is_empty() => Ok(value),
                _ => Err(cells.findings),
            }
        };
        self.rows.iter().map(|row| Row { line: row.line, read: one(row) }).collect()
    }
}

fn columns(header: &StringRecord, expected: &[&str]) -> Result<HashMap<String, usize>, Finding> {
    let columns: HashMap<String, usize> =
        header.iter().enumerate().map(|(at, name)| (name.trim().to_owned(), at)).collect();
    if columns.len() < header.len() {
        return Err(duplicate_column());
    }
    if let Some(missing) = expected.iter().find(|name| !columns.contains_key(**name)) {
        return Err(missing_column(missing));
    }
    match header.iter().find(|name| !expected.contains(&name.trim())) {
        Some(unknown) => Err(unknown_column(unknown)),
        None => Ok(columns),
    }
}

fn row(text: &str, record: Result<StringRecord, csv::Error>) -> Row<StringRecord> {
    let line = |position: Option<&Position>| position.map_or(0, |at| line(text, at));
    match record {
        Ok(record) => Row { line: line(record.position()), read: Ok(record) },
        Err(error) => Row { line: line(error.position()), read: Err(vec![row_broken()]) },
    }
}

/// The line on which a record begins: the reader stands in front of the blank lines before it.
fn line(text: &str, at: &Position) -> u64 {
    let rest = usize::try_from(at.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let blank = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// The cells of one row, and what is wrong with them.
struct Cells<'t> {
    table: &'t Table,
    record: &'t StringRecord,
    findings: Vec<Finding>,
}

impl<'t> Cells<'t> {
    /// A cell as it stands.
    fn raw(&self, column: &str) -> &'t str {
        self.table.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default()
    }

    /// A cell of one line of at most `max` characters; what is not that is noted.
    fn text(&mut self, column: &'static str, max: usize) -> &'t str {
        let text = self.raw(column);
        for finding in misshapen(text, Shape::line(max)) {
            self.note(column, finding);
        }
        text
    }

    /// The value, unless there is a finding, which is noted at the column.
    fn take<T>(&mut self, column: &'static str, value: Result<T, Finding>) -> Option<T> {
        value.map_err(|finding| self.note(column, finding)).ok()
    }

    fn note(&mut self, column: &'static str, finding: Finding) {
        self.findings.push(Finding { at: column.into(), ..finding });
    }

    /// 基本5情報 in the columns `name`, `kana`, `birth`, `sex`, `address`.
    fn five(&mut self) -> Option<FiveAttributes> {
        let name = self.text("name", limits::NAME).to_owned();
        let kana = self.text("kana", limits::NAME).to_owned();
        let address = self.text("address", limits::ADDRESS).to_owned();
        let birth = Birth::parse(self.text("birth", limits::CODE)).ok_or_else(wrong_birth);
        let birth = self.take("birth", birth);
        let sex = Sex::from_code(self.text("sex", limits::CODE)).ok_or_else(wrong_sex);
        let sex = self.take("sex", sex);
        if name.is_empty() && kana.is_empty() {
            self.note("name", name_missing());
        }
        Some(FiveAttributes { name, kana, address, birth: birth?, sex: sex? })
    }
}

fn not_utf8() -> Finding {
    Finding::stop(
        "not-utf8",
        "",
        "UTF-8のファイルではありません。文字コードをUTF-8に変えて保存し直してください。",
        "The file is not UTF-8; save it again as UTF-8.",
    )
}

fn no_header() -> Finding {
    Finding::stop(
        "no-header",
        "",
        "1行目に見出し(列の名前)を入れてください。",
        "Put the names of the columns into the first line.",
    )
}

fn duplicate_column() -> Finding {
    Finding::stop(
        "duplicate-column",
        "",
        "見出しに同じ列が二つあります。一つにしてください。",
        "The header has a column twice; keep one.",
    )
}

fn missing_column(name: &str) -> Finding {
    Finding::stop(
        "missing-column",
        name.to_owned(),
        format!("見出しに列 {name} がありません。列を足してください。"),
        format!("The header lacks the column {name}; add it."),
    )
}

/// A name of a header for a message, unless it may hold a 個人番号: in a file without a header, data
/// stand there.
fn header_name(name: &str) -> &str {
    let digits = name.chars().filter(|character| character.is_numeric()).count();
    if digits < 12 && name.len() <= 200 { name } else { "(?)" }
}

fn unknown_column(name: &str) -> Finding {
    let name = header_name(name);
    Finding::stop(
        "unknown-column",
        name.to_owned(),
        format!("見出しの列 {name} は使いません。綴りを確かめるか、列を除いてください。"),
        format!("The column {name} is not used; check its spelling or take it out."),
    )
}

fn too_many_rows() -> Finding {
    Finding::stop(
        "too-many-rows",
        "",
        format!("{ROWS}行を超えています。ファイルを分けてください。"),
        format!("The file has more than {ROWS} rows; divide it."),
    )
}

fn row_broken() -> Finding {
    Finding::stop(
        "row-broken",
        "",
        "列の数が見出しと違います。引用符と区切りを確かめてください。",
        "It has another number of columns than the header; check quotes and commas.",
    )
}

fn wrong_birth() -> Finding {
    Finding::stop(
        "wrong-date",
        "",
        "生年月日はYYYY-MM-DDで入れてください。",
        "Write the date of birth as YYYY-MM-DD.",
    )
}

fn wrong_sex() -> Finding {
    Finding::stop(
        "wrong-sex",
        "",
        "性別は1、2、9のどれかにしてください。",
        "Write the sex as 1, 2 or 9.",
    )
}

fn name_missing() -> Finding {
    Finding::stop(
        "name-missing",
        "",
        "氏名かカナ氏名を入れてください。",
        "Give a name or its reading.",
    )
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(text: &str) -> String {
    let text: Cow<'_, str> = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t') => format!("'{text}").into(),
        _ => text.into(),
    };
    format!("\"{}\"", text.replace('"', "\"\""))
}
