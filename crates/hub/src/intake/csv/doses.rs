//! Residents followed and their past doses (接種記録): a row for a dose, or for a person without one;
//! the rows of a person are one record of the registration interface, so that one deed serves both.

use std::collections::HashMap;

use csv::StringRecord;
use domain::day::Calendar;
use domain::decimal::hundredths;
use domain::finding::Finding;
use fhir::json::Writer;

use super::super::dose::AMOUNTS;
use super::super::immunization::DOSES;
use super::certificate::{RECORD_BYTES, too_long};
use super::mapping::Mapping;
use super::result::{Said, of_items};
use super::{Row, Table, duplicate_column, header_name, missing_column};

/// Columns about the person, each with its item of the record. In the rows of one person they say the
/// same, or nothing.
pub(super) const PERSON: [(&str, &str); 12] = [
    ("modification", "modificationSeg"),
    ("my_number", "myNumber"),
    ("key", "municipalityIdentityKey"),
    ("name", "basicFiveInfo/name"),
    ("kana", "basicFiveInfo/nameKana"),
    ("birth", "basicFiveInfo/dateOfBirth"),
    ("sex", "basicFiveInfo/sex"),
    ("address", "basicFiveInfo/address"),
    ("lives_here_since", "livesHereSince"),
    ("removal_date", "removalDate"),
    ("due_date", "dueDate"),
    ("flags", "flags"),
];
const MY_NUMBER: usize = 1;
/// Of [`PERSON`], those of 基本5情報.
const FIVE: std::ops::Range<usize> = 3..8;

/// Columns about the dose, each with its item of the dose.
pub(super) const DOSE: [(&str, &str); 17] = [
    ("dose_key", "doseKey"),
    ("product", "product"),
    ("date", "date"),
    ("amount_ml", "amountHundredthsMl"),
    ("lot", "lotNumber"),
    ("expires", "expires"),
    ("gtin", "gtin"),
    ("site", "site"),
    ("route", "route"),
    ("physician", "physician"),
    ("institution_code", "institutionCode"),
    ("institution_name", "institutionName"),
    ("routine", "routine"),
    ("special", "special"),
    ("note", "note"),
    ("correction_reason", "correctionReason"),
    ("is_deleted", "isDeleted"),
];

/// Every column, in the order of the layout. Only `REQUIRED` must be there.
pub const COLUMNS: [&str; PERSON.len() + DOSE.len()] = {
    let mut columns = [""; PERSON.len() + DOSE.len()];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = if at < PERSON.len() { PERSON[at].0 } else { DOSE[at - PERSON.len()].0 };
        at += 1;
    }
    columns
};
/// Columns without which nobody can be registered.
const REQUIRED: [&str; 3] = ["modification", "my_number", "key"];
const DAYS: [&str; 6] =
    ["birth", "lives_here_since", "removal_date", "due_date", "date", "expires"];

/// The column of ours of that name.
pub(super) fn column_of_ours(name: &str) -> Option<&'static str> {
    COLUMNS.into_iter().find(|column| *column == name)
}

/// Whether a column holds a day.
pub(super) fn is_day(column: &str) -> bool {
    DAYS.contains(&column)
}

/// Where a row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Whose it is, in [`DoseFile::people`].
    person: usize,
    /// Which dose of theirs it is.
    dose: Option<usize>,
    /// What is said of the person is said here.
    first: bool,
}

/// A file of residents and their past doses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseFile {
    rows: Vec<Row<Place>>,
    /// Every person as a record of the registration interface, at the line of their first row. One
    /// of whom a row is wrong has none: nobody is registered by halves.
    pub people: Vec<Row<String>>,
    /// The lines of each person's doses.
    lines: Vec<Vec<u64>>,
    /// Columns as the file names them.
    shown: HashMap<&'static str, String>,
}

/// What is said of a person's record: of which dose, or of the person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict(Vec<(Option<usize>, Said)>);

/// Reads the file; what is wrong with a row or between rows is said at the row.
///
/// # Errors
/// What is wrong with the file as a whole, or with the mapping held against it.
pub fn doses(bytes: &[u8], mapping: &Mapping, calendar: &Calendar) -> Result<DoseFile, Finding> {
    let (header, rows) = Table::open(bytes)?;
    let layout = Layout::new(mapping, &header)?;
    let mut gathered = Gathered::default();
    for row in rows {
        match row.read {
            Ok(record) => gathered.add(row.line, layout.entry(&record, calendar)),
            Err(findings) => gathered.rows.push(Row { line: row.line, read: Err(findings) }),
        }
    }
    let shown = COLUMNS.map(|column| (column, mapping.shown(column)));
    Ok(gathered.finish(shown.into()))
}

/// A mapping held against the header of a file.
struct Layout<'m> {
    mapping: &'m Mapping,
    /// Places of the cells of each of [`COLUMNS`].
    places: Vec<Vec<usize>>,
}

/// A row in our terms.
struct Entry {
    person: Vec<String>,
    /// Key and JSON text of a dose.
    dose: Option<(String, String)>,
    findings: Vec<Finding>,
}

impl<'m> Layout<'m> {
    fn new(mapping: &'m Mapping, header: &StringRecord) -> Result<Self, Finding> {
        let names: Vec<&str> = header.iter().map(str::trim).collect();
        let place = |name: &str| names.iter().position(|known| *known == name);
        if names.iter().enumerate().any(|(at, name)| place(name) != Some(at)) {
            return Err(duplicate_column());
        }
        let places: Result<Vec<Vec<usize>>, Finding> =
            COLUMNS.into_iter().map(|column| mapping.places(column, &place)).collect();
        let layout = Self { mapping, places: places? };
        let given = |column: &str| {
            let at = COLUMNS.iter().position(|known| *known == column);
            at.is_some_and(|at| !layout.places[at].is_empty()) || mapping.constant(column).is_some()
        };
        if let Some(missing) = REQUIRED.into_iter().find(|column| !given(column)) {
            return Err(missing_column(missing));
        }
        let used = |at| layout.places.iter().any(|places| places.contains(&at));
        let names = names.iter().enumerate();
        let unknown = names.filter(|(at, name)| !used(*at) && !mapping.ignores(name));
        let unknown: Vec<&str> = unknown.map(|(_, name)| header_name(name)).collect();
        if unknown.is_empty() { Ok(layout) } else { Err(unknown_columns(&unknown)) }
    }

    fn entry(&self, record: &StringRecord, calendar: &Calendar) -> Entry {
        let mut findings = Vec::new();
        let read = |(at, column): (usize, &'static str)| {
            let text = self.cell(at, column, record, calendar).and_then(|text| ours(column, text));
            text.unwrap_or_else(|finding| {
                findings.push(Finding { at: column.into(), ..finding });
                String::new()
            })
        };
        let mut person: Vec<String> = COLUMNS.into_iter().enumerate().map(read).collect();
        let dose = person.split_off(PERSON.len());
        let told = DOSE.iter().zip(&dose).any(|((column, _), text)| self.tells(column, text));
        let dose = told.then(|| (dose[0].clone(), dose_text(&dose)));
        Entry { person, dose, findings }
    }

    /// Whether a cell is a sign of a dose: what stands in every row is none.
    fn tells(&self, column: &str, text: &str) -> bool {
        let idle = match column {
            "routine" => true,
            "is_deleted" => text != "true",
            _ => text.is_empty(),
        };
        !idle && self.mapping.constant(column).is_none()
    }

    fn cell(
        &self,
        at: usize,
        column: &'static str,
        record: &StringRecord,
        calendar: &Calendar,
    ) -> Result<String, Finding> {
        if let Some(constant) = self.mapping.constant(column) {
            return Ok(constant.to_owned());
        }
        let cells = self.places[at].iter().filter_map(|at| record.get(*at));
        let cells: Vec<&str> = cells.filter(|cell| !cell.trim().is_empty()).collect();
        self.mapping.value(column, &cells.join(" "), calendar)
    }
}

/// A cell as the interface takes it.
fn ours(column: &str, text: String) -> Result<String, Finding> {
    match (column, text.trim()) {
        ("routine" | "is_deleted", "1" | "true") => Ok("true".to_owned()),
        ("routine" | "is_deleted", "0" | "false") => Ok("false".to_owned()),
        (_, "") => Ok(String::new()),
        ("routine" | "is_deleted", _) => Err(wrong_flag()),
        ("amount_ml", amount) => {
            let amount = hundredths(amount).and_then(|amount| u16::try_from(amount).ok());
            let amount = amount.filter(|amount| AMOUNTS.contains(amount)).ok_or_else(wrong_amount);
            amount.map(|amount| amount.to_string())
        }
        _ => Ok(text),
    }
}

fn dose_text(cells: &[String]) -> String {
    let mut writer = Writer::with_capacity(256);
    writer.object(|writer| {
        for ((_, item), text) in DOSE.iter().zip(cells) {
            match *item {
                _ if text.is_empty() => {}
                // Whole figures, true, false: `ours` saw to it.
                "amountHundredthsMl" | "routine" | "isDeleted" => writer.member(item).raw(text),
                _ => writer.text(item, text),
            }
        }
    });
    String::from_utf8(writer.finish()).unwrap_or_default()
}

/// Rows on their way to people.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row<Place>>,
    people: Vec<Person>,
    by_number: HashMap<String, usize>,
}

struct Person {
    line: u64,
    /// What each column says, and the line that says so.
    cells: Vec<(String, u64)>,
    doses: Vec<(String, String, u64)>,
    /// The first line of theirs that is wrong.
    wrong: Option<u64>,
}

impl Gathered {
    fn add(&mut self, line: u64, entry: Entry) {
        let known = self.people.len();
        let at = self.whose(line, &entry.person[MY_NUMBER]);
        let first = at == known;
        let person = &mut self.people[at];
        let mut findings = entry.findings;
        findings.extend(person.take(line, entry.person));
        let dose = entry.dose.map(|dose| person.keep(line, dose)).transpose();
        let dose = dose.map_err(|finding| findings.push(finding)).unwrap_or_default();
        let place = Place { person: at, dose, first };
        let read = if findings.is_empty() { Ok(place) } else { Err(findings) };
        person.wrong = person.wrong.or(read.is_err().then_some(line));
        self.rows.push(Row { line, read });
    }

    /// Rows without a number are each somebody's own; they are refused as such.
    fn whose(&mut self, line: u64, number: &str) -> usize {
        let next = self.people.len();
        let at = match number.is_empty() {
            true => next,
            false => *self.by_number.entry(number.to_owned()).or_insert(next),
        };
        if at == next {
            let cells = vec![(String::new(), line); PERSON.len()];
            self.people.push(Person { line, cells, doses: Vec::new(), wrong: None });
        }
        at
    }

    fn finish(self, shown: HashMap<&'static str, String>) -> DoseFile {
        let lines = self.people.iter().map(|of| of.doses.iter().map(|dose| dose.2).collect());
        let lines = lines.collect();
        let people =
            self.people.iter().map(|of| Row { line: of.line, read: of.record() }).collect();
        DoseFile { rows: self.rows, people, lines, shown }
    }
}

impl Person {
    /// Takes what a row says of the person; gives what contradicts an earlier row.
    fn take(&mut self, line: u64, said: Vec<String>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (((known, told_at), text), (column, _)) in self.cells.iter_mut().zip(said).zip(PERSON) {
            if known.is_empty() {
                (*known, *told_at) = (text, line);
            } else if !text.is_empty() && *known != text {
                findings.push(contradiction(column, *told_at, line));
            }
        }
        findings
    }

    /// Keeps a dose and gives its place; the same row twice is one dose.
    fn keep(&mut self, line: u64, (key, text): (String, String)) -> Result<usize, Finding> {
        let known = self.doses.iter().position(|dose| dose.0 == key && !key.is_empty());
        match known {
            Some(at) if self.doses[at].1 == text => Ok(at),
            Some(at) => Err(dose_twice(self.doses[at].2, line)),
            None if self.doses.len() == DOSES => Err(too_many()),
            None => {
                self.doses.push((key, text, line));
                Ok(self.doses.len() - 1)
            }
        }
    }

    fn record(&self) -> Result<String, Vec<Finding>> {
        if let Some(line) = self.wrong {
            return Err(vec![person_refused(line)]);
        }
        let mut writer = Writer::with_capacity(512);
        writer.object(|writer| {
            let cells = || self.cells.iter().map(|cell| cell.0.as_str()).zip(PERSON);
            for (text, (_, item)) in cells().filter(|(text, _)| !text.is_empty()) {
                match item {
                    "flags" => writer.member(item).array(|writer| {
                        flags(text).for_each(|flag| writer.string(flag));
                    }),
                    _ if item.contains('/') => {}
                    _ => writer.text(item, text),
                }
            }
            // Those who are registered need not be described again.
            if self.cells[FIVE].iter().any(|(text, _)| !text.is_empty()) {
                writer.member("basicFiveInfo").object(|writer| {
                    for (text, (_, item)) in cells() {
                        if let Some(item) = item.strip_prefix("basicFiveInfo/") {
                            writer.text(item, text);
                        }
                    }
                });
            }
            writer.member("doses").array(|writer| {
                self.doses.iter().for_each(|(_, text, _)| writer.raw(text));
            });
        });
        let record = String::from_utf8(writer.finish()).unwrap_or_default();
        if record.len() <= RECORD_BYTES { Ok(record) } else { Err(vec![too_long()]) }
    }
}

fn flags(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', ' ', '、']).filter(|flag| !flag.is_empty())
}

impl Verdict {
    /// The findings of a task's record, at rows and columns of the file.
    #[must_use]
    pub fn of_task(findings: &str) -> Self {
        Self(of_items(findings, place_of))
    }

    /// The dose for which the person is refused, if it is for one.
    fn culprit(&self) -> Option<usize> {
        self.0.iter().find(|(_, said)| said.refuses()).and_then(|(dose, _)| *dose)
    }

    fn refuses(&self) -> bool {
        self.0.iter().any(|(_, said)| said.refuses())
    }
}

/// The dose and the column of an item of the record: `doses/2/lotNumber` is `lot` of the third.
fn place_of(item: &str) -> (Option<usize>, &str) {
    let column = |list: &[(&'static str, &str)], item: &str| {
        list.iter().find(|(_, known)| *known == item).map_or("", |(column, _)| *column)
    };
    let dose = item.strip_prefix("doses/").unwrap_or_default();
    let (at, inner) = dose.split_once('/').unwrap_or((dose, ""));
    match at.parse() {
        Ok(at) => (Some(at), column(&DOSE, inner)),
        Err(_) => (None, column(&PERSON, item)),
    }
}

impl DoseFile {
    /// What is to be said of every row: its line, the person with whom it was judged (none if it
    /// was not), the findings. `verdicts` are those of [`DoseFile::people`].
    pub fn outcomes<'f>(
        &'f self,
        verdicts: &'f [Verdict],
    ) -> impl Iterator<Item = (u64, Option<usize>, Vec<Said>)> + 'f {
        self.rows.iter().map(|row| {
            let place = row.read.as_ref().map(|place| (*place, &self.people[place.person].read));
            let (judged, said) = match place {
                Err(findings) | Ok((_, Err(findings))) => {
                    (None, findings.iter().map(Said::from).collect())
                }
                Ok((place, Ok(_))) => {
                    let verdict = &verdicts[place.person];
                    (Some(place.person), self.judged(place, verdict))
                }
            };
            (row.line, judged, said.into_iter().map(|said| self.shown(said)).collect())
        })
    }

    fn judged(&self, place: Place, verdict: &Verdict) -> Vec<Said> {
        let here = |(dose, _): &&(Option<usize>, Said)| match dose {
            None => place.first,
            dose => *dose == place.dose,
        };
        let mut said: Vec<Said> = verdict.0.iter().filter(here).map(|of| of.1.clone()).collect();
        if verdict.refuses() && !said.iter().any(Said::refuses) {
            let dose = verdict.culprit().and_then(|dose| self.lines[place.person].get(dose));
            let line = dose.copied().unwrap_or(self.people[place.person].line);
            said.push(Said::from(&person_refused(line)));
        }
        said
    }

    fn shown(&self, said: Said) -> Said {
        let column = self.shown.get(said.column.as_str()).cloned();
        said.at(column.unwrap_or_default())
    }
}

fn unknown_columns(unknown: &[&str]) -> Finding {
    let (names, known) = (unknown.join(", "), COLUMNS.join(", "));
    Finding::stop(
        "unknown-column",
        "",
        format!(
            "見出しの列 {names} は使いません。綴りを直すか、対応表の columns 又は ignore に書いてください。\
             使う列: {known}"
        ),
        format!(
            "These columns are not used: {names}. Correct them, or name them in columns or ignore of a \
             mapping. There are {known}."
        ),
    )
}

fn wrong_flag() -> Finding {
    let ja = "true か false(1 か 0)で書いてください。";
    Finding::stop("wrong-value", "", ja, "Write true or false (or 1 or 0).")
}

fn wrong_amount() -> Finding {
    Finding::stop(
        "wrong-value",
        "",
        "0.01〜10 の数(mL、小数第2位まで)で書いてください。例: 0.5",
        "Write millilitres from 0.01 to 10 with at most two decimals, as 0.5.",
    )
}

fn contradiction(column: &'static str, first: u64, line: u64) -> Finding {
    Finding::stop(
        "person-contradicts",
        column,
        format!(
            "同じ方の{first}行目と{line}行目で違います。同じにするか、一方を空にしてください。"
        ),
        format!(
            "Lines {first} and {line} are of one person and differ here; make them equal or leave one empty."
        ),
    )
}

fn dose_twice(first: u64, line: u64) -> Finding {
    Finding::stop(
        "dose-twice",
        "dose_key",
        format!(
            "{first}行目と{line}行目は同じ dose_key で内容が違います。一方を直すか、消してください。"
        ),
        format!("Lines {first} and {line} have one dose_key and differ; correct or remove one."),
    )
}

fn too_many() -> Finding {
    Finding::stop(
        "too-many-doses",
        "",
        format!("1人の接種は{DOSES}件以内にしてください。"),
        format!("Keep it to at most {DOSES} doses for one person."),
    )
}

fn person_refused(line: u64) -> Finding {
    Finding::stop(
        "person-refused",
        "",
        format!(
            "同じ方の{line}行目に誤りがあるため、この行も登録していません。直して送り直してください。"
        ),
        format!(
            "Line {line} of the same person is wrong, so this one was not taken either; mend it, send both."
        ),
    )
}
