//! Ages and intervals as CDC writes them: `16 months + 4 weeks`, `19 years - 4 days`. law:CDSi

use domain::day::{Age, Interval};
use jiff::civil::Date;

/// The longest span, in months or days: longer than any life.
const LONGEST: i32 = 100_000;

/// Months, then days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    months: u32,
    days: i32,
}

fn span(text: &str) -> Option<Span> {
    let (mut months, mut days, mut sign) = (0_i32, 0_i32, 1);
    let mut words = text.split_ascii_whitespace();
    loop {
        let number: i32 = words.next()?.parse().ok().filter(|it| (0..LONGEST).contains(it))?;
        let number = number * sign;
        match words.next()?.trim_end_matches('s') {
            "year" => months = months.checked_add(number.checked_mul(12)?)?,
            "month" => months = months.checked_add(number)?,
            "week" => days = days.checked_add(number.checked_mul(7)?)?,
            "day" => days = days.checked_add(number)?,
            _ => return None,
        }
        sign = match words.next() {
            None => break,
            Some("+") => 1,
            Some("-") => -1,
            Some(_) => return None,
        };
    }
    let near = months.abs() < LONGEST && days.abs() < LONGEST;
    u32::try_from(months).ok().filter(|_| near).map(|months| Span { months, days })
}

/// An age.
pub(crate) fn age(text: &str) -> Option<Age> {
    match span(text)? {
        Span { months: 0, days } => u32::try_from(days).ok().map(|days| Age::Weeks(0, days)),
        Span { months, days: 0 } => Some(Age::Months(months)),
        Span { months, days } => Some(Age::MonthsAndDays(months, days)),
    }
}

/// An interval.
pub(crate) fn interval(text: &str) -> Option<Interval> {
    match span(text)? {
        Span { months: 0, days } => u32::try_from(days).ok().map(Interval::Days),
        Span { months, days: 0 } => Some(Interval::Months(months)),
        Span { months, days } => Some(Interval::MonthsAndDays(months, days)),
    }
}

/// A day as `MM/DD/YYYY` or `YYYYMMDD`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let (year, month, day) = if let Some((month, rest)) = text.split_once('/') {
        let (day, year) = rest.split_once('/')?;
        (year, month, day)
    } else {
        (text.get(..4)?, text.get(4..6)?, text.get(6..)?)
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn ages_are_read() {
        for (text, want) in [
            ("12 months", Some(Age::Months(12))),
            (" 19 years - 4 days", Some(Age::MonthsAndDays(228, -4))),
            ("16 months + 4 weeks", Some(Age::MonthsAndDays(16, 28))),
            ("16 years - 4 months", Some(Age::Months(188))),
            ("6 weeks - 4 days", Some(Age::Weeks(0, 38))),
            ("0 days", Some(Age::Weeks(0, 0))),
            ("1 years - 4 days", Some(Age::MonthsAndDays(12, -4))),
            ("4 days - 1 week", None),
            ("1 month - 2 years", None),
            ("12", None),
            ("months", None),
            ("12 moons", None),
            ("99999999999 years", None),
            ("12 months -", None),
        ] {
            assert_eq!(age(text), want, "{text}");
        }
    }

    #[test]
    fn days_are_read() {
        for (text, want) in [
            ("01/31/1957", Some(date(1957, 1, 31))),
            ("20240823", Some(date(2024, 8, 23))),
            ("2024", None),
            ("31/01/1957", None),
            ("年", None),
        ] {
            assert_eq!(day(text), want, "{text}");
        }
    }
}
