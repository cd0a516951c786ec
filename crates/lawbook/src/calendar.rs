//! `rules/calendar/`.

use std::collections::HashSet;

use domain::day::{Basis, Calendar, Era, HalfMonth, Majority, SchoolEntry};

use crate::entry::Entry;
use crate::{Fault, Source};

const DAYS: &str = "calendar/days.toml";
const ERAS: &str = "calendar/eras.toml";

pub(crate) fn read(source: &Source) -> Result<Calendar, Fault> {
    let eras = eras(&source.text(ERAS)?)?;
    let text = source.text(DAYS)?;
    let mut file = Entry::file(DAYS, &text)?;
    let mut rule = |key: &str| rule(file.table(key)?);
    let age_basis = rule("age")?;
    let age_range_basis = rule("age_range")?;
    let interval_days_basis = rule("interval_days")?;
    let interval_months_basis = rule("interval_months")?;

    let mut gregorian = file.table("gregorian")?;
    let (gregorian_from, gregorian_basis) = (gregorian.day("first_day")?, gregorian.basis("day")?);
    gregorian.finish()?;
    let mut year = file.table("fiscal_year")?;
    let (fiscal_year, fiscal_year_basis) = (year.month_day()?, year.basis("month-day")?);
    year.finish()?;
    let school = school(file.table("school_entry")?)?;
    let majority = majority(&mut file)?;
    let half_months = half_months(&mut file)?;
    file.finish()?;

    Ok(Calendar {
        eras,
        gregorian_from,
        gregorian_basis,
        fiscal_year,
        fiscal_year_basis,
        school,
        majority,
        half_months,
        age_basis,
        age_range_basis,
        interval_days_basis,
        interval_months_basis,
    })
}

/// An entry that has no figure of its own: the rule is code, its basis is data.
fn rule(mut entry: Entry<'_>) -> Result<Basis, Fault> {
    let basis = entry.basis("rule")?;
    entry.finish()?;
    Ok(basis)
}

fn school(mut entry: Entry<'_>) -> Result<SchoolEntry, Fault> {
    let school = SchoolEntry {
        age: entry.number("age", 1, 20)?,
        year_begins: entry.month_day()?,
        basis: entry.basis("years")?,
    };
    entry.finish()?;
    Ok(school)
}

/// The ages of majority, oldest first.
fn majority(file: &mut Entry<'_>) -> Result<Vec<Majority>, Fault> {
    let mut ages: Vec<Majority> = Vec::new();
    for mut entry in file.tables("majority")? {
        let majority = Majority { age: entry.number("age", 1, 30)?, basis: entry.basis("years")? };
        let from = majority.basis.in_force_from;
        if ages.last().is_some_and(|before| from <= before.basis.in_force_from) {
            return Err(entry.fault("ages of majority must stand in order, the oldest first"));
        }
        entry.finish()?;
        ages.push(majority);
    }
    Ok(ages)
}

/// One entry for each length of month.
fn half_months(file: &mut Entry<'_>) -> Result<Vec<HalfMonth>, Fault> {
    let mut halves: Vec<HalfMonth> = Vec::new();
    for mut entry in file.tables("half_month")? {
        let month: i8 = entry.number("month_days", 28, 31)?;
        if halves.iter().any(|half| half.month == month) {
            return Err(entry.fault(&format!("months of {month} days stand here twice")));
        }
        let days = entry.number("days", 1, 31)?;
        halves.push(HalfMonth { month, days, basis: entry.basis("days")? });
        entry.finish()?;
    }
    match (28..=31).find(|length| !halves.iter().any(|half| half.month == *length)) {
        Some(length) => Err(file.fault(&format!("[[half_month]] for {length} days is missing"))),
        None => Ok(halves),
    }
}

/// The eras, oldest first; no name, sign or first day twice.
fn eras(text: &str) -> Result<Vec<Era>, Fault> {
    let mut file = Entry::file(ERAS, text)?;
    let mut eras: Vec<Era> = Vec::new();
    let mut signs = HashSet::new();
    for mut entry in file.tables("era")? {
        let era = Era {
            name: entry.text("name")?,
            short: entry.character("short")?,
            letter: entry.character("letter")?,
            ligature: entry.character("ligature")?,
            reading: entry.text("reading")?,
            code: entry.character("code")?,
            first: entry.day("first_day")?,
            basis: entry.basis("day")?,
        };
        if ![era.short, era.letter, era.ligature, era.code]
            .into_iter()
            .all(|sign| signs.insert(sign))
        {
            return Err(entry.fault("a sign of this era stands for another one already"));
        }
        if eras.last().is_some_and(|before| era.first <= before.first) {
            return Err(entry.fault("the eras must stand in order, the oldest first"));
        }
        entry.finish()?;
        eras.push(era);
    }
    file.finish()?;
    Ok(eras)
}
