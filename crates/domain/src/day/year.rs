//! Fiscal years and school entry.

use jiff::civil::Date;

use super::{Age, Basis, Calendar, MonthDay, Range, attained, days_after};
use crate::finding::Finding;

/// When a child enters elementary school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolEntry {
    /// The age, in years.
    pub age: u32,
    /// The first day of the school year.
    pub year_begins: MonthDay,
    /// Where this is laid down.
    pub basis: Basis,
}

/// The fiscal year (年度) of `day`, named after the calendar year in which it begins.
///
/// law:地方自治法208
#[must_use]
pub fn fiscal_year(day: Date, calendar: &Calendar) -> i16 {
    let begun = calendar.fiscal_year <= MonthDay { month: day.month(), day: day.day() };
    if begun { day.year() } else { day.year() - 1 }
}

/// The first and the last day of fiscal year `year`.
///
/// law:地方自治法208
///
/// # Errors
///
/// `day-out-of-range`.
pub fn fiscal_year_days(year: i16, calendar: &Calendar) -> Result<Range, Finding> {
    let first = calendar.fiscal_year.of(i32::from(year))?;
    let next = calendar.fiscal_year.of(i32::from(year) + 1)?;
    Ok(Range { first, last: days_after(next, -1)? })
}

/// The fiscal year of the day on which `age` is attained (「n歳となる日の属する年度」). Because that
/// day is the eve, children of 1 April belong to the earlier year.
///
/// law:年齢計算ニ関スル法律 law:地方自治法208
///
/// # Errors
///
/// `day-out-of-range`.
pub fn fiscal_year_of_age(birth: Date, age: Age, calendar: &Calendar) -> Result<i16, Finding> {
    attained(birth, age).map(|day| fiscal_year(day, calendar))
}

/// The first day of elementary school: the beginning of the first school year on or after the day
/// that follows the day of attaining the age. Children of 1 April so count among the 早生まれ.
///
/// law:学校教育法17
///
/// # Errors
///
/// `day-out-of-range`.
pub fn school_entry(birth: Date, calendar: &Calendar) -> Result<Date, Finding> {
    let school = &calendar.school;
    let ready = days_after(attained(birth, Age::Years(school.age))?, 1)?;
    let this_year = school.year_begins.of(i32::from(ready.year()))?;
    if ready <= this_year {
        return Ok(this_year);
    }
    school.year_begins.of(i32::from(ready.year()) + 1)
}
