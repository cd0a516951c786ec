//! Intervals between two events: 「…以上の間隔をおいて」.

use jiff::civil::Date;

use super::{Basis, Calendar, days_after, month_after};
use crate::finding::Finding;

/// An interval as the ordinance writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interval {
    /// n日以上
    Days(u32),
    /// n月以上
    Months(u32),
    /// n月半以上
    MonthsAndHalf(u32),
    /// n months and some days after, or before if negative: a grace of other countries
    MonthsAndDays(u32, i32),
}

/// How many days half a month is, by the length of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfMonth {
    /// The length of the month in days, 28 to 31.
    pub month: i8,
    /// The half, in days.
    pub days: u8,
    /// Where this is laid down.
    pub basis: Basis,
}

/// The first day that keeps the interval after `previous`.
///
/// - n days lie between and neither end counts, so 27 days mean the same weekday four weeks later.
/// - n months: the same day n months later, or the first of the following month if there is none
///   (30 August and 6 months give 1 March).
/// - n months and a half: as for n months, then half of the month that day lies in.
///
/// law:民法140 law:接種間隔の解釈
///
/// # Errors
///
/// `day-out-of-range`; `half-month-unknown` if the calendar lacks that length of month.
pub fn after_interval(
    previous: Date,
    interval: Interval,
    calendar: &Calendar,
) -> Result<Date, Finding> {
    match interval {
        Interval::Days(days) => days_after(previous, i64::from(days) + 1),
        Interval::Months(months) => same_day(previous, months),
        Interval::MonthsAndDays(months, days) => {
            days_after(same_day(previous, months)?, i64::from(days))
        }
        Interval::MonthsAndHalf(months) => {
            let day = same_day(previous, months)?;
            days_after(day, half_of(day, calendar)?)
        }
    }
}

fn same_day(previous: Date, months: u32) -> Result<Date, Finding> {
    let month = month_after(previous, months)?;
    if previous.day() <= month.days_in_month() {
        days_after(month, i64::from(previous.day()) - 1)
    } else {
        month_after(month, 1)
    }
}

fn half_of(day: Date, calendar: &Calendar) -> Result<i64, Finding> {
    let fits = |half: &&HalfMonth| half.month == day.days_in_month();
    let half = calendar.half_months.iter().find(fits);
    half.map(|half| i64::from(half.days)).ok_or_else(|| {
        Finding::stop(
            "half-month-unknown",
            "",
            "rules/calendar に、この長さの月の「半月」の日数がありません。表に加えてください。",
            "rules/calendar lacks the half of a month of this length; add it.",
        )
    })
}
