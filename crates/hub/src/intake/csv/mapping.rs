//! A mapping file (TOML): how the columns, values and days of another system become ours.

use std::collections::{BTreeMap, HashMap};

use domain::day::Calendar;
use domain::finding::Finding;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::doses::{column_of_ours, is_day};
use super::not_utf8;

/// Bytes of a mapping at most.
const BYTES: usize = 256 << 10;
/// What the file may hold.
const TABLES: &str = "days, ignore, columns, constants, values";

/// How days are written in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Days {
    /// `2026-11-23`
    #[default]
    Iso,
    /// `20261123`
    Figures,
    /// In any usual way: 令和8年11月23日, R8.11.23, 2026/11/23.
    Written,
}

/// Where a column of ours comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    /// Columns of theirs, joined by a space.
    headers: Vec<String>,
    /// The line of the mapping.
    line: usize,
}

/// How columns, values and days of another system become ours. The default is: as ours are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    days: Days,
    ignored: Vec<String>,
    columns: BTreeMap<&'static str, Named>,
    constants: BTreeMap<&'static str, String>,
    values: BTreeMap<&'static str, HashMap<String, String>>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// `wrong-mapping`, with the line: no TOML, an unknown table or column, a wrong type, a column
    /// with two sources; `mapping-too-large`; `not-utf8`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        if bytes.len() > BYTES {
            return Err(too_large());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
        let reader = Reader { text: text.strip_prefix('\u{feff}').unwrap_or(text) };
        let table = DeTable::parse(reader.text).map_err(|error| reader.no_toml(&error))?;
        let mut mapping = Self::default();
        for (key, value) in table.into_inner() {
            match key.get_ref().as_ref() {
                "days" => mapping.days = reader.days(&value)?,
                "ignore" => mapping.ignored = reader.texts(&value)?,
                "columns" => mapping.columns = reader.columns(value)?,
                "constants" => mapping.constants = reader.constants(value)?,
                "values" => mapping.values = reader.values(value)?,
                _ => return Err(reader.unknown_table(&key)),
            }
        }
        mapping.one_source_each()?;
        Ok(mapping)
    }

    fn one_source_each(&self) -> Result<(), Finding> {
        let twice = self.columns.iter().find(|(column, _)| self.constants.contains_key(*column));
        let Some((column, named)) = twice else { return Ok(()) };
        let ja =
            format!("{column} は columns と constants の両方にあります。一方を消してください。");
        let en = format!("{column} stands in columns and in constants; remove one.");
        Err(at_line(named.line, &ja, &en))
    }

    /// The headers from which a column of ours comes, each with its place.
    ///
    /// # Errors
    /// `mapped-column-missing`, with the line of the mapping.
    pub(super) fn places(
        &self,
        column: &'static str,
        place: &dyn Fn(&str) -> Option<usize>,
    ) -> Result<Vec<usize>, Finding> {
        let Some(named) = self.columns.get(column) else {
            return Ok(place(column).into_iter().collect());
        };
        let found = |header: &String| {
            place(header).ok_or_else(|| column_missing(column, header, named.line))
        };
        named.headers.iter().map(found).collect()
    }

    /// What a column of ours is in every row.
    pub(super) fn constant(&self, column: &str) -> Option<&str> {
        self.constants.get(column).map(String::as_str)
    }

    /// Whether nothing is to be read from a column of theirs.
    pub(super) fn ignores(&self, header: &str) -> bool {
        self.ignored.iter().any(|known| known == header)
    }

    /// A column of ours as the file names it.
    pub(super) fn shown(&self, column: &'static str) -> String {
        self.columns.get(column).map_or_else(|| column.to_owned(), |named| named.headers.join(" "))
    }

    /// What a cell says, in our terms.
    ///
    /// # Errors
    /// `unknown-value` if a map of values lacks it; what is wrong with a day.
    pub(super) fn value(
        &self,
        column: &'static str,
        text: &str,
        calendar: &Calendar,
    ) -> Result<String, Finding> {
        if let Some(map) = self.values.get(column) {
            match map.get(text.trim()) {
                Some(ours) => return Ok(ours.clone()),
                None if text.is_empty() || is_day(column) => {}
                None => return Err(unknown_value(column)),
            }
        }
        if is_day(column) && !text.is_empty() {
            self.day(text, calendar)
        } else {
            Ok(text.to_owned())
        }
    }

    fn day(&self, text: &str, calendar: &Calendar) -> Result<String, Finding> {
        match self.days {
            Days::Iso => Ok(text.to_owned()),
            Days::Figures => figures(text).ok_or_else(day_of_figures),
            Days::Written => match calendar.read(text) {
                Ok(day) => Ok(day.to_string()),
                // 不詳 parts of a birth date are zeros, which no calendar has.
                Err(finding) => unknown_parts(text).ok_or(finding),
            },
        }
    }
}

/// `20261123` as `2026-11-23`.
fn figures(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
}

fn unknown_parts(text: &str) -> Option<String> {
    figures(&text.replace(['-', '/'], "")).filter(|day| day.ends_with("-00"))
}

/// The text of a mapping, for lines.
struct Reader<'t> {
    text: &'t str,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong(&self, at: usize, ja: &str, en: &str) -> Finding {
        at_line(self.line(at), ja, en)
    }

    fn no_toml(&self, error: &toml::de::Error) -> Finding {
        let at = error.span().map_or(0, |span| span.start);
        let said = error.message();
        self.wrong(
            at,
            &format!("TOMLとして読めません({said})。"),
            &format!("This is no TOML: {said}."),
        )
    }

    fn unknown_table(&self, key: &Spanned<std::borrow::Cow<'_, str>>) -> Finding {
        let ja = format!("ここに置けるのは {TABLES} です。");
        self.wrong(key.span().start, &ja, &format!("Only these may stand here: {TABLES}."))
    }

    fn days(&self, value: &Value<'_>) -> Result<Days, Finding> {
        match value.get_ref().as_str() {
            Some("iso") => Ok(Days::Iso),
            Some("yyyymmdd") => Ok(Days::Figures),
            Some("written") => Ok(Days::Written),
            _ => {
                let ja = "days は \"iso\"、\"yyyymmdd\"、\"written\" のいずれかです。";
                let en = "days is \"iso\", \"yyyymmdd\" or \"written\".";
                Err(self.wrong(value.span().start, ja, en))
            }
        }
    }

    fn text(&self, value: &Value<'_>) -> Result<String, Finding> {
        let (ja, en) = ("引用符で囲んだ文字列にしてください。", "Write a text in quotes.");
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| self.wrong(value.span().start, ja, en))
    }

    fn texts(&self, value: &Value<'_>) -> Result<Vec<String>, Finding> {
        match value.get_ref() {
            DeValue::Array(values) => values.iter().map(|value| self.text(value)).collect(),
            _ => Ok(vec![self.text(value)?]),
        }
    }

    fn table<'v>(&self, value: Value<'v>) -> Result<DeTable<'v>, Finding> {
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Table(table) => Ok(table),
            _ => {
                let en = "Write a table: a head in brackets, below it lines such as a = \"b\".";
                Err(self.wrong(at, "[…] の見出しの下に、a = \"b\" の行を書いてください。", en))
            }
        }
    }

    /// A table whose names are columns of ours, each value read by `read`.
    fn ours<T>(
        &self,
        value: Value<'_>,
        read: impl Fn(Value<'_>) -> Result<T, Finding>,
    ) -> Result<BTreeMap<&'static str, T>, Finding> {
        let one = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Value<'_>)| {
            let at = key.span().start;
            let column = column_of_ours(key.get_ref()).ok_or_else(|| self.unknown_column(at))?;
            Ok((column, read(value)?))
        };
        self.table(value)?.into_iter().map(one).collect()
    }

    fn unknown_column(&self, at: usize) -> Finding {
        let known = super::doses::COLUMNS.join(", ");
        let ja = format!("この列名は使いません。使う列名: {known}");
        self.wrong(at, &ja, &format!("There is no such column of ours; there are {known}."))
    }

    fn columns(&self, value: Value<'_>) -> Result<BTreeMap<&'static str, Named>, Finding> {
        self.ours(value, |value| {
            let (headers, line) = (self.texts(&value)?, self.line(value.span().start));
            match headers.is_empty() {
                true => Err(at_line(line, "列名を書いてください。", "Name a column.")),
                false => Ok(Named { headers, line }),
            }
        })
    }

    fn constants(&self, value: Value<'_>) -> Result<BTreeMap<&'static str, String>, Finding> {
        self.ours(value, |value| self.text(&value))
    }

    fn values(
        &self,
        value: Value<'_>,
    ) -> Result<BTreeMap<&'static str, HashMap<String, String>>, Finding> {
        self.ours(value, |value| {
            let entries = self.table(value)?.into_iter();
            entries
                .map(|(key, value)| Ok((key.into_inner().into_owned(), self.text(&value)?)))
                .collect()
        })
    }
}

fn at_line(line: usize, ja: &str, en: &str) -> Finding {
    Finding::stop(
        "wrong-mapping",
        "",
        format!("対応表の{line}行目: {ja}"),
        format!("Line {line} of the mapping: {en}"),
    )
}

fn too_large() -> Finding {
    let most = BYTES >> 10;
    Finding::stop(
        "mapping-too-large",
        "",
        format!("対応表は{most} KiB以内にしてください。"),
        format!("Keep the mapping within {most} KiB."),
    )
}

fn column_missing(column: &'static str, header: &str, line: usize) -> Finding {
    Finding::stop(
        "mapped-column-missing",
        column,
        format!(
            "対応表の{line}行目: 列「{header}」がファイルにありません。名前を確かめてください。"
        ),
        format!("Line {line} of the mapping: the file has no column {header}; check its name."),
    )
}

fn unknown_value(column: &'static str) -> Finding {
    Finding::stop(
        "unknown-value",
        column,
        "対応表にない値です。対応表の values に加えるか、値を直してください。",
        "The mapping has no such value; add it to its values, or correct this one.",
    )
}

fn day_of_figures() -> Finding {
    Finding::stop(
        "wrong-date",
        "",
        "日付は8桁の数字(例 20261123)で書いてください。",
        "Write the day as eight figures, for example 20261123.",
    )
}
