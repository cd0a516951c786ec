//! `rules/immunization/`.

mod common;
pub(crate) mod notices;
mod path;
mod series;
mod version;

use std::collections::HashMap;

use domain::day::{Age, Calendar, Interval};
use domain::immunization::{Index, ProductId, Schedule, SeriesId, Set};
use toml::de::DeValue;

use crate::entry::Entry;
use crate::{Fault, Source};

/// The most products, and the most series: a set is one bit each of 64.
const MOST: usize = 64;

const COMMON: &str = "immunization/common.toml";
const PRODUCTS: &str = "immunization/products.toml";

/// One file a vaccine or family; a plan lists the series in this order.
const SERIES: [&str; 17] = [
    "immunization/rota.toml",
    "immunization/hepb.toml",
    "immunization/dpt-ipv-hib.toml",
    "immunization/dpt-ipv.toml",
    "immunization/dpt-and-ipv.toml",
    "immunization/hib.toml",
    "immunization/pcv.toml",
    "immunization/bcg.toml",
    "immunization/mr.toml",
    "immunization/varicella.toml",
    "immunization/je.toml",
    "immunization/dt.toml",
    "immunization/hpv.toml",
    "immunization/influenza-and-covid19.toml",
    "immunization/pneumococcal-elderly.toml",
    "immunization/zoster.toml",
    "immunization/rsv-maternal.toml",
];

/// The numbers of everything that entries name.
pub(crate) struct Names {
    products: HashMap<String, ProductId>,
    series: HashMap<String, SeriesId>,
    conditions: HashMap<String, u8>,
}

pub(crate) fn read(source: &Source, calendar: &Calendar) -> Result<Schedule, Fault> {
    let text = source.text(PRODUCTS)?;
    let mut file = Entry::file(PRODUCTS, &text)?;
    let products = common::products(&mut file)?;
    file.finish()?;
    let texts = SERIES.iter().map(|file| Ok((*file, source.text(file)?)));
    let texts = texts.collect::<Result<Vec<_>, Fault>>()?;
    let mut entries = Vec::new();
    for (name, text) in &texts {
        let mut file = Entry::file(name, text)?;
        for mut entry in file.tables("series")? {
            entries.push((entry.text("code")?, entry));
        }
        file.finish()?;
    }
    let common_text = source.text(COMMON)?;
    let mut file = Entry::file(COMMON, &common_text)?;
    let mut names = Names {
        products: numbered(&file, products.iter().map(|it| it.code.clone()))?,
        series: numbered(&file, entries.iter().map(|(code, _)| code.clone()))?,
        conditions: HashMap::new(),
    };
    let conditions = common::conditions(&mut file, &products, &names)?;
    names.conditions = numbered(&file, conditions.iter().map(|it| it.code.clone()))?;
    let series = entries
        .into_iter()
        .map(|(code, entry)| series::series(code, entry, &names))
        .collect::<Result<Vec<_>, Fault>>()?;
    let mut schedule = Schedule {
        calendar: calendar.clone(),
        reading: common::reading(&mut file)?,
        products,
        series,
        conflicts: common::conflicts(&mut file)?,
        conditions,
        fever: common::fever(&mut file)?,
        term: common::term(&mut file)?,
        switches: common::switches(&mut file, &names)?,
        index: Index::default(),
    };
    file.finish()?;
    schedule.link();
    Ok(schedule)
}

/// Codes and their numbers; none twice, and not too many.
fn numbered<T: From<u8>>(
    file: &Entry<'_>,
    codes: impl Iterator<Item = String>,
) -> Result<HashMap<String, T>, Fault> {
    let mut numbers = HashMap::new();
    for (number, code) in codes.enumerate() {
        let number = u8::try_from(number).ok().filter(|number| usize::from(*number) < MOST);
        let number = number.ok_or_else(|| file.fault(&format!("more than {MOST} codes")))?;
        let twice = format!("`{code}` stands in these rules twice");
        if numbers.insert(code, T::from(number)).is_some() {
            return Err(file.fault(&twice));
        }
    }
    Ok(numbers)
}

impl Names {
    fn product(&self, entry: &mut Entry<'_>, key: &str) -> Result<ProductId, Fault> {
        entry.one_of(key, "a product of products.toml", |code| self.products.get(code).copied())
    }

    /// `key = ["pcv13", …]` as a set; the empty set if it is not there.
    fn products(&self, entry: &mut Entry<'_>, key: &str) -> Result<Set, Fault> {
        set(entry, key, "a product of products.toml", |code| self.products.get(code).copied())
    }

    fn conditions(&self, entry: &mut Entry<'_>, key: &str) -> Result<Set, Fault> {
        set(entry, key, "a condition of common.toml", |code| self.conditions.get(code).copied())
    }

    /// `key = ["dpt-ipv", …]`, in order.
    fn series(&self, entry: &mut Entry<'_>, key: &str) -> Result<Vec<SeriesId>, Fault> {
        if !entry.has(key) {
            return Ok(Vec::new());
        }
        entry.list(key, |value| {
            let known = value.as_str().and_then(|code| self.series.get(code)).copied();
            known.ok_or_else(|| "codes of series".to_owned())
        })
    }
}

fn set(
    entry: &mut Entry<'_>,
    key: &str,
    want: &str,
    of: impl Fn(&str) -> Option<u8>,
) -> Result<Set, Fault> {
    if !entry.has(key) {
        return Ok(0);
    }
    let numbers = entry.list(key, |value: &DeValue<'_>| {
        value.as_str().and_then(&of).ok_or_else(|| want.to_owned())
    })?;
    Ok(numbers.into_iter().fold(0, |set: Set, number| set | 1 << number))
}

/// `key = { months = 3 }`, `{ years = 5 }` or `{ weeks = 6, days = 0 }`.
fn age(entry: &mut Entry<'_>, key: &str) -> Result<Age, Fault> {
    let mut inner = entry.table(key)?;
    let age = if inner.has("months") {
        Age::Months(inner.number("months", 0, 1800)?)
    } else if inner.has("years") {
        Age::Years(inner.number("years", 0, 150)?)
    } else {
        Age::Weeks(inner.number("weeks", 0, 500)?, inner.number("days", 0, 6)?)
    };
    inner.finish()?;
    Ok(age)
}

fn optional_age(entry: &mut Entry<'_>, key: &str) -> Result<Option<Age>, Fault> {
    if entry.has(key) { age(entry, key).map(Some) } else { Ok(None) }
}

/// `key = { from = {…}, to = {…} }`
fn ages(entry: &mut Entry<'_>, key: &str) -> Result<(Age, Option<Age>), Fault> {
    let mut inner = entry.table(key)?;
    let ages = (age(&mut inner, "from")?, optional_age(&mut inner, "to")?);
    inner.finish()?;
    Ok(ages)
}

/// `days = n`, `months = n`, or `months = n, half = true`, of this entry.
fn interval(entry: &mut Entry<'_>) -> Result<Interval, Fault> {
    if entry.has("days") {
        return entry.number("days", 0, 20_000).map(Interval::Days);
    }
    let months = entry.number("months", 0, 600)?;
    let half = entry.flag("half")?;
    Ok(if half { Interval::MonthsAndHalf(months) } else { Interval::Months(months) })
}

fn optional_interval(entry: &mut Entry<'_>, key: &str) -> Result<Option<Interval>, Fault> {
    let Some(mut inner) = entry.optional_table(key)? else { return Ok(None) };
    let interval = interval(&mut inner)?;
    inner.finish()?;
    Ok(Some(interval))
}
