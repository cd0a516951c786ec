//! The rules of a series from a day on: who, when, how often.

use domain::day::MonthDay;
use domain::immunization::{Bound, DelayRule, Recurs, Version, When, Window, flag};
use domain::person::Sex;
use jiff::civil::Date;

use super::{Names, age, ages, optional_age, path};
use crate::Fault;
use crate::entry::Entry;

/// The most windows of a version; the engine has room for these and an extension.
const WINDOWS: usize = 11;

pub(super) fn version(mut entry: Entry<'_>, names: &Names) -> Result<Version, Fault> {
    let mut windows = Vec::new();
    for inner in entry.tables("window")? {
        window(inner, &mut windows)?;
    }
    if WINDOWS < windows.len() {
        return Err(entry.fault(&format!("more than {WINDOWS} windows")));
    }
    let paths = entry.tables("path")?.into_iter().map(|it| path::path(it, names));
    let paths = paths.collect::<Result<Vec<_>, Fault>>()?;
    let delay = entry.optional_table("delay")?.map(delay).transpose()?;
    let parts = if entry.has("parts") { entry.number("parts", 1, 255)? } else { 1 };
    let version = Version {
        sex: sex(&mut entry)?,
        born_from: entry.optional_day("born_from")?,
        born_to: entry.optional_day("born_to")?,
        parts,
        recurs: recurs(&mut entry)?,
        windows,
        delay,
        paths,
        basis: entry.basis("schedule")?,
    };
    entry.finish()?;
    Ok(version)
}

fn sex(entry: &mut Entry<'_>) -> Result<Option<Sex>, Fault> {
    if !entry.has("sex") {
        return Ok(None);
    }
    let sex = entry.one_of("sex", "\"male\" or \"female\"", |text| match text {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        _ => None,
    });
    sex.map(Some)
}

fn recurs(entry: &mut Entry<'_>) -> Result<Recurs, Fault> {
    if let Some(mut season) = entry.optional_table("each_season_from")? {
        let from = season.month_day()?;
        season.finish()?;
        return Ok(Recurs::Season(from));
    }
    let pregnancy = entry.flag("each_pregnancy")?;
    Ok(if pregnancy { Recurs::Pregnancy } else { Recurs::Never })
}

fn delay(mut entry: Entry<'_>) -> Result<DelayRule, Fault> {
    let delay = DelayRule {
        lasts: age(&mut entry, "lasts")?,
        until: optional_age(&mut entry, "until")?,
        basis: entry.basis("years")?,
    };
    entry.finish()?;
    Ok(delay)
}

/// One window, or one for each age of `fiscal_year_ages`.
fn window(mut entry: Entry<'_>, windows: &mut Vec<Window>) -> Result<(), Fault> {
    let mut bounds = Vec::new();
    if entry.has("age") {
        let (from, to) = ages(&mut entry, "age")?;
        bounds.push(Bound::Age(from, to));
    }
    if entry.has("fiscal_years") {
        let (from, to) = ages(&mut entry, "fiscal_years")?;
        bounds.push(Bound::FiscalYears(from, to));
    }
    if entry.flag("before_school")? {
        bounds.push(Bound::BeforeSchool);
    }
    if entry.has("days") {
        let (first, last) = days(&mut entry, "days")?;
        bounds.push(Bound::Days(first, last));
    }
    if entry.has("season") {
        let (from, to) = season(&mut entry, "season")?;
        bounds.push(Bound::Season(from, to));
    }
    if entry.has("gestation") {
        let (from, to) = gestation(&mut entry)?;
        bounds.push(Bound::Gestation(from, to));
    }
    let each = if entry.has("fiscal_year_ages") {
        entry.list("fiscal_year_ages", |value| {
            let years = value.as_integer().and_then(|it| it.as_str().parse().ok());
            years.ok_or_else(|| "ages in years".to_owned())
        })?
    } else {
        Vec::new()
    };
    let when = when(&mut entry)?;
    let basis = if entry.has("law") { Some(entry.basis("window")?) } else { None };
    if bounds.is_empty() && each.is_empty() {
        return Err(entry.fault("a window without any bound is always open; add one"));
    }
    entry.finish()?;
    if each.is_empty() {
        windows.push(Window { basis, bounds, when });
        return Ok(());
    }
    for years in each {
        let age = domain::day::Age::Years(years);
        let mut bounds = bounds.clone();
        bounds.push(Bound::FiscalYears(age, Some(age)));
        windows.push(Window { basis: basis.clone(), bounds, when: when.clone() });
    }
    Ok(())
}

fn when(entry: &mut Entry<'_>) -> Result<Vec<When>, Fault> {
    let mut when = Vec::new();
    if entry.has("born") {
        let (first, last) = days(entry, "born")?;
        when.push(When::Born(first, last));
    }
    if entry.has("any_of") {
        let flags = entry.list("any_of", |value| match value.as_str() {
            Some("disability_60_64") => Ok(flag::DISABILITY),
            Some("hiv_60_64") => Ok(flag::HIV),
            Some("rubella_antibody_low") => Ok(flag::RUBELLA_LOW),
            _ => Err("a fact that opens a window".to_owned()),
        })?;
        when.push(When::Flag(flags.into_iter().fold(0, |set, flag| set | flag)));
    }
    if entry.flag("shortage")? {
        when.push(When::Shortage);
    }
    if entry.has("dose_between") {
        let (first, last) = days(entry, "dose_between")?;
        when.push(When::DoseBetween(first, last));
    }
    Ok(when)
}

/// `key = { first = 2025-04-01, last = 2027-03-31 }`
pub(super) fn days(entry: &mut Entry<'_>, key: &str) -> Result<(Date, Date), Fault> {
    let mut inner = entry.table(key)?;
    let days = (inner.day("first")?, inner.day("last")?);
    if days.1 < days.0 {
        return Err(inner.fault("`last` must not be before `first`"));
    }
    inner.finish()?;
    Ok(days)
}

/// `key = { from = { month = 10, day = 1 }, to = { month = 3, day = 31 } }`; 29 to 31 for the last
/// day of a month are written as the month's last day that every year has, except 3/31 and the like.
pub(super) fn season(entry: &mut Entry<'_>, key: &str) -> Result<(MonthDay, MonthDay), Fault> {
    let mut inner = entry.table(key)?;
    let mut end = |key: &str| {
        let mut end = inner.table(key)?;
        let day = MonthDay { month: end.number("month", 1, 12)?, day: end.number("day", 1, 31)? };
        if day.of(2001).is_err() {
            return Err(end.fault("not every year has this day"));
        }
        end.finish()?;
        Ok(day)
    };
    let season = (end("from")?, end("to")?);
    inner.finish()?;
    Ok(season)
}

/// `gestation = { from = { weeks = 28, days = 0 }, to = { weeks = 36, days = 6 } }`, in days
fn gestation(entry: &mut Entry<'_>) -> Result<(u32, u32), Fault> {
    let mut inner = entry.table("gestation")?;
    let mut end = |key: &str| {
        let mut end = inner.table(key)?;
        let days = end.number::<u32>("weeks", 0, 45)? * 7 + end.number::<u32>("days", 0, 6)?;
        end.finish()?;
        Ok(days)
    };
    let gestation = (end("from")?, end("to")?);
    inner.finish()?;
    Ok(gestation)
}
