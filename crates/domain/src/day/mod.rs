//! Legal days: ages, intervals, years and written dates.
//!
//! A legal day is a [`Date`] in Japan; this module knows no instants. Arithmetic of the law lives
//! here once; its figures arrive as a [`Calendar`], read from `rules/calendar/`. What would fall
//! outside the calendar is a finding, never a panic.

mod age;
mod era;
mod interval;
mod majority;
mod written;
mod year;

pub use age::{Age, Range, age_range, attained};
pub use era::{Era, EraForm};
pub use interval::{HalfMonth, Interval, after_interval};
pub use majority::{Majority, certainly_minor, of_age};
pub use written::iso;
pub use year::{SchoolEntry, fiscal_year, fiscal_year_days, fiscal_year_of_age, school_entry};

use jiff::civil::Date;

use crate::finding::Finding;

/// Where a figure of the law stands, and how sure we are of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The id in `laws/index.tsv`.
    pub law: String,
    /// The first day of force.
    pub in_force_from: Date,
    /// The day on which somebody last compared the figure with its source.
    pub checked_on: Date,
    /// What is uncertain about it; none if nothing is.
    pub doubt: Option<String>,
}

/// The figures of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The eras, oldest first.
    pub eras: Vec<Era>,
    /// The first day of the Gregorian calendar in Japan; what was written before is lunisolar.
    pub gregorian_from: Date,
    /// Where [`Calendar::gregorian_from`] is laid down.
    pub gregorian_basis: Basis,
    /// The day on which a fiscal year begins.
    pub fiscal_year: MonthDay,
    /// Where the fiscal year is laid down.
    pub fiscal_year_basis: Basis,
    /// When a child enters school.
    pub school: SchoolEntry,
    /// Ages of majority, oldest first.
    pub majority: Vec<Majority>,
    /// How long half a month is.
    pub half_months: Vec<HalfMonth>,
    /// Where ages are laid down: attained on the eve.
    pub age_basis: Basis,
    /// Where 「から…に至るまで」 is laid down: both ends on the eve, both inclusive.
    pub age_range_basis: Basis,
    /// Where the reading of 「日以上の間隔」 is laid down.
    pub interval_days_basis: Basis,
    /// Where the reading of 「月以上の間隔」 is laid down.
    pub interval_months_basis: Basis,
}

/// A day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 28: a day that every year has.
    pub day: i8,
}

impl MonthDay {
    /// This day of `year`.
    ///
    /// # Errors
    ///
    /// `day-out-of-range`.
    pub fn of(self, year: i32) -> Result<Date, Finding> {
        i16::try_from(year)
            .ok()
            .and_then(|year| Date::new(year, self.month, self.day).ok())
            .ok_or_else(out_of_range)
    }
}

/// `months` after the month of `day`, as its first day.
fn month_after(day: Date, months: u32) -> Result<Date, Finding> {
    let months = i64::from(day.year()) * 12 + i64::from(day.month()) - 1 + i64::from(months);
    let year = i16::try_from(months.div_euclid(12)).map_err(|_| out_of_range())?;
    let month = i8::try_from(months.rem_euclid(12) + 1).map_err(|_| out_of_range())?;
    Date::new(year, month, 1).map_err(|_| out_of_range())
}

/// `days` after `day`; before it if negative.
pub(crate) fn days_after(day: Date, days: i64) -> Result<Date, Finding> {
    // Most days asked for lie in the same month.
    let same = i8::try_from(i64::from(day.day()) + days).ok().filter(|at| *at <= 28);
    if let Some(Ok(day)) = same.map(|at| Date::new(day.year(), day.month(), at)) {
        return Ok(day);
    }
    let span = jiff::Span::new().try_days(days).map_err(|_| out_of_range())?;
    day.checked_add(span).map_err(|_| out_of_range())
}

fn out_of_range() -> Finding {
    Finding::stop(
        "day-out-of-range",
        "",
        "計算した日が西暦9999年を超えます。年齢、間隔又は日付を確かめてください。",
        "The computed day lies beyond the year 9999; check the age, the interval or the date.",
    )
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
