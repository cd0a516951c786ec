//! Ages: attained on the eve.

use jiff::civil::Date;

use super::{days_after, month_after};
use crate::finding::Finding;

/// An age as laws write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// 生後n月
    Months(u32),
    /// n歳
    Years(u32),
    /// 出生w週d日後; the day of birth is week 0, day 0
    Weeks(u32, u32),
    /// n months and some days after, or before if negative: a grace of other countries
    MonthsAndDays(u32, i32),
}

/// Days from `first` to `last`, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Range {
    /// Whether `day` lies in it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// The day on which somebody born on `birth` attains `age`.
///
/// Months and years: the eve of the matching day, because the age is complete at 24:00 of it; the
/// last day of a month that is too short to have the matching day. So a child of 29 February
/// attains every age on 28 February. Nobody attains an age before birth: age 0 is attained on the
/// day itself.
/// Weeks and days are counted from the day of birth, without an eve.
///
/// law:年齢計算ニ関スル法律 law:民法143 law:対象者の解釈H26
///
/// # Errors
///
/// `day-out-of-range`.
pub fn attained(birth: Date, age: Age) -> Result<Date, Finding> {
    match age {
        Age::Months(0) | Age::Years(0) => Ok(birth),
        Age::Months(months) => eve(birth, months),
        Age::Years(years) => eve(birth, years.saturating_mul(12)),
        Age::MonthsAndDays(months, days) => {
            days_after(attained(birth, Age::Months(months))?, i64::from(days))
        }
        Age::Weeks(weeks, days) => days_after(birth, i64::from(weeks) * 7 + i64::from(days)),
    }
}

/// 「from から to に至るまで」: from the eve on which `from` is attained to the eve on which `to` is,
/// both inclusive. The eve of an age therefore belongs to the class below and to the class above.
///
/// law:対象者の解釈H26
///
/// # Errors
///
/// `age-range-reversed` at `from`; `day-out-of-range` at `from` or `to`.
pub fn age_range(birth: Date, from: Age, to: Age) -> Result<Range, Finding> {
    let at = |at: &'static str| move |finding| Finding { at: at.into(), ..finding };
    let first = attained(birth, from).map_err(at("from"))?;
    let range = Range { first, last: attained(birth, to).map_err(at("to"))? };
    if range.first <= range.last { Ok(range) } else { Err(reversed()) }
}

fn eve(birth: Date, months: u32) -> Result<Date, Finding> {
    let month = month_after(birth, months)?;
    if birth.day() <= month.days_in_month() {
        days_after(month, i64::from(birth.day()) - 2)
    } else {
        Ok(month.last_of_month())
    }
}

fn reversed() -> Finding {
    Finding::stop(
        "age-range-reversed",
        "from",
        "始まりの年齢が終わりの年齢より後です。from と to を入れ替えてください。",
        "The range begins after it ends; exchange from and to.",
    )
}
