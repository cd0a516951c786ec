//! The calendar of the tests. `lawbook` tests that `rules/calendar/` says the same.

use jiff::civil::{Date, date};

use super::{Basis, Calendar, Era, HalfMonth, Majority, MonthDay, SchoolEntry};

pub(crate) fn basis() -> Basis {
    let day = date(2026, 11, 23);
    Basis { law: "試験".into(), in_force_from: day, checked_on: day, doubt: None }
}

pub(crate) fn calendar() -> Calendar {
    let half = |(month, days)| HalfMonth { month, days, basis: basis() };
    Calendar {
        eras: vec![
            era("明治", '明', 'M', '㍾', date(1868, 1, 25)),
            era("大正", '大', 'T', '㍽', date(1912, 7, 30)),
            era("昭和", '昭', 'S', '㍼', date(1926, 12, 25)),
            era("平成", '平', 'H', '㍻', date(1989, 1, 8)),
            era("令和", '令', 'R', '㋿', date(2019, 5, 1)),
        ],
        gregorian_from: date(1873, 1, 1),
        gregorian_basis: basis(),
        fiscal_year: MonthDay { month: 4, day: 1 },
        fiscal_year_basis: basis(),
        school: SchoolEntry { age: 6, year_begins: MonthDay { month: 4, day: 1 }, basis: basis() },
        majority: vec![
            Majority { age: 20, basis: from(date(1898, 7, 16)) },
            Majority { age: 18, basis: from(date(2022, 4, 1)) },
        ],
        half_months: [(28, 14), (29, 15), (30, 15), (31, 16)].map(half).into(),
        age_basis: basis(),
        age_range_basis: basis(),
        interval_days_basis: basis(),
        interval_months_basis: basis(),
    }
}

fn from(day: Date) -> Basis {
    Basis { in_force_from: day, ..basis() }
}

fn era(name: &str, short: char, letter: char, ligature: char, first: Date) -> Era {
    Era { name: name.into(), short, letter, ligature, first, basis: basis() }
}
