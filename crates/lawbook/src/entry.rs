//! One file and its entries, read key by key, so that every fault has a line.

use domain::day::{Basis, MonthDay};
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{Fault, whole_file};

/// One table of a file. Keys are taken out of it; what is left at the end is a fault.
pub(crate) struct Entry<'a> {
    table: DeTable<'a>,
    text: &'a str,
    file: &'a str,
    at: usize,
}

impl<'a> Entry<'a> {
    /// The whole file.
    pub(crate) fn file(file: &'a str, text: &'a str) -> Result<Self, Fault> {
        let table = DeTable::parse(text).map_err(|error| Fault {
            file: file.to_owned(),
            line: error.span().map_or(0, |span| line_of(text, span.start)),
            message: error.message().to_owned(),
        })?;
        Ok(Self { table: table.into_inner(), text, file, at: 0 })
    }

    /// A fault of the entry as a whole.
    pub(crate) fn fault(&self, message: &str) -> Fault {
        self.fault_at(self.at, message)
    }

    fn fault_at(&self, at: usize, message: &str) -> Fault {
        Fault { line: line_of(self.text, at), ..whole_file(self.file, message) }
    }

    fn take(&mut self, key: &str) -> Result<Spanned<DeValue<'a>>, Fault> {
        self.table.remove(key).ok_or_else(|| self.fault(&format!("`{key}` is missing; add it")))
    }

    fn wrong(&self, key: &str, at: usize, want: &str) -> Fault {
        self.fault_at(at, &format!("`{key}` must be {want}"))
    }

    /// A table within.
    pub(crate) fn table(&mut self, key: &str) -> Result<Self, Fault> {
        let value = self.take(key)?;
        self.inner(key, value)
    }

    /// Every table of `[[key]]`; at least one.
    pub(crate) fn tables(&mut self, key: &str) -> Result<Vec<Self>, Fault> {
        let value = self.take(key)?;
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Array(values) if !values.is_empty() => {
                values.into_iter().map(|value| self.inner(key, value)).collect()
            }
            _ => Err(self.wrong(key, at, "one or more tables, each under its own double brackets")),
        }
    }

    fn inner(&self, key: &str, value: Spanned<DeValue<'a>>) -> Result<Self, Fault> {
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Table(table) => Ok(Self { table, text: self.text, file: self.file, at }),
            _ => Err(self.wrong(key, at, "a table")),
        }
    }

    /// A text that is not empty.
    pub(crate) fn text(&mut self, key: &str) -> Result<String, Fault> {
        let value = self.take(key)?;
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
            _ => Err(self.wrong(key, value.span().start, "a text")),
        }
    }

    /// A text, if it is there.
    pub(crate) fn optional_text(&mut self, key: &str) -> Result<Option<String>, Fault> {
        if self.table.contains_key(key) { self.text(key).map(Some) } else { Ok(None) }
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A table within, if it is there.
    pub(crate) fn optional_table(&mut self, key: &str) -> Result<Option<Self>, Fault> {
        if self.has(key) { self.table(key).map(Some) } else { Ok(None) }
    }

    /// Every table of `[[key]]`; none if the key is not there.
    pub(crate) fn optional_tables(&mut self, key: &str) -> Result<Vec<Self>, Fault> {
        if self.has(key) { self.tables(key) } else { Ok(Vec::new()) }
    }

    /// A day, if it is there.
    pub(crate) fn optional_day(&mut self, key: &str) -> Result<Option<Date>, Fault> {
        if self.has(key) { self.day(key).map(Some) } else { Ok(None) }
    }

    /// `true` or `false`; false if it is not there.
    pub(crate) fn flag(&mut self, key: &str) -> Result<bool, Fault> {
        if !self.has(key) {
            return Ok(false);
        }
        let value = self.take(key)?;
        let flag = value.get_ref().as_bool();
        flag.ok_or_else(|| self.wrong(key, value.span().start, "true or false"))
    }

    /// An array of texts, each read by `of`, which says what it wants if it does not know one.
    pub(crate) fn list<T>(
        &mut self,
        key: &str,
        of: impl Fn(&DeValue<'_>) -> Result<T, String>,
    ) -> Result<Vec<T>, Fault> {
        let value = self.take(key)?;
        let at = value.span().start;
        let DeValue::Array(values) = value.into_inner() else {
            return Err(self.wrong(key, at, "an array"));
        };
        let read = |value: &Spanned<DeValue<'_>>| {
            of(value.get_ref()).map_err(|want| self.wrong(key, value.span().start, &want))
        };
        values.iter().map(read).collect()
    }

    /// One character.
    pub(crate) fn character(&mut self, key: &str) -> Result<char, Fault> {
        let value = self.take(key)?;
        let mut characters = value.get_ref().as_str().unwrap_or_default().chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(character),
            _ => Err(self.wrong(key, value.span().start, "one character")),
        }
    }

    /// A text that `of` knows; `want` lists what it knows.
    pub(crate) fn one_of<T>(
        &mut self,
        key: &str,
        want: &str,
        of: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Fault> {
        let value = self.take(key)?;
        let known = value.get_ref().as_str().and_then(of);
        known.ok_or_else(|| self.wrong(key, value.span().start, want))
    }

    /// A whole number from `first` to `last`.
    pub(crate) fn number<T: TryFrom<i64>>(
        &mut self,
        key: &str,
        first: i64,
        last: i64,
    ) -> Result<T, Fault> {
        let value = self.take(key)?;
        let integer = value.get_ref().as_integer();
        let number = integer.and_then(|it| i64::from_str_radix(it.as_str(), it.radix()).ok());
        let fits = number.filter(|number| (first..=last).contains(number));
        fits.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            self.wrong(key, value.span().start, &format!("a whole number from {first} to {last}"))
        })
    }

    /// A day, written as a TOML date without quotes.
    pub(crate) fn day(&mut self, key: &str) -> Result<Date, Fault> {
        let value = self.take(key)?;
        let datetime = value.get_ref().as_datetime().filter(|it| it.time.is_none());
        let day = datetime.and_then(|it| it.to_string().parse().ok());
        day.ok_or_else(|| {
            self.wrong(key, value.span().start, "a day as 2026-11-23, without quotes")
        })
    }

    /// `month` and `day`: a day of every year.
    pub(crate) fn month_day(&mut self) -> Result<MonthDay, Fault> {
        Ok(MonthDay { month: self.number("month", 1, 12)?, day: self.number("day", 1, 28)? })
    }

    /// What every entry says about itself: `unit`, `law`, `in_force_from`, `checked_on` and, where
    /// there is one, `doubt`.
    pub(crate) fn basis(&mut self, unit: &str) -> Result<Basis, Fault> {
        self.one_of("unit", &format!("\"{unit}\""), |text| (text == unit).then_some(()))?;
        Ok(Basis {
            law: self.text("law")?,
            in_force_from: self.day("in_force_from")?,
            checked_on: self.day("checked_on")?,
            doubt: self.optional_text("doubt")?,
        })
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        let Some(key) = self.table.keys().next() else { return Ok(()) };
        let message =
            format!("`{}` is unknown here; remove it or mend its spelling", key.get_ref());
        Err(self.fault_at(key.span().start, &message))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}
