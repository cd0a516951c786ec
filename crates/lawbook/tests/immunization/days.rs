//! Day arithmetic once more, from the prose, for the second opinion.

use jiff::civil::{Date, date};

pub(crate) fn add(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap()
}

/// Days from `a` to `b`.
pub(crate) fn between(a: Date, b: Date) -> i64 {
    i64::from(a.until(b).unwrap().get_days())
}

/// Year and month, `months` later.
fn month(day: Date, months: i32) -> (i16, i8) {
    let count = i32::from(day.year()) * 12 + i32::from(day.month()) - 1 + months;
    ((count / 12).try_into().unwrap(), (count % 12 + 1).try_into().unwrap())
}

/// 生後n月に達する日: the eve, or the last day of a month without the day.
pub(crate) fn reach(birth: Date, months: i32) -> Date {
    if months == 0 {
        return birth;
    }
    let (year, month) = month(birth, months);
    match Date::new(year, month, birth.day()) {
        Ok(day) => day.yesterday().unwrap(),
        Err(_) => date(year, month, 1).last_of_month(),
    }
}

pub(crate) fn years(birth: Date, years: i32) -> Date {
    reach(birth, years * 12)
}

pub(crate) fn weeks(birth: Date, weeks: i64, days: i64) -> Date {
    add(birth, weeks * 7 + days)
}

/// The same day months later, or the first of the following month.
pub(crate) fn months_later(day: Date, months: i32) -> Date {
    let (year, of) = month(day, months);
    Date::new(year, of, day.day()).unwrap_or_else(|_| {
        let (year, of) = month(day, months + 1);
        date(year, of, 1)
    })
}

/// 月半
pub(crate) fn months_and_half_later(day: Date, months: i32) -> Date {
    let day = months_later(day, months);
    let half = match day.days_in_month() {
        28 => 14,
        31 => 16,
        _ => 15,
    };
    add(day, half)
}

/// The year in whose April the fiscal year of `day` began.
pub(crate) fn fiscal(day: Date) -> i16 {
    if 4 <= day.month() { day.year() } else { day.year() - 1 }
}

/// 就学: the first 1 April on or after the sixth birthday.
pub(crate) fn school(birth: Date) -> Date {
    let birthday = birth.year() + 6;
    let late = (4, 1) < (birth.month(), birth.day());
    date(birthday + i16::from(late), 4, 1)
}
