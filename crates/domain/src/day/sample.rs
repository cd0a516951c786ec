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
            era(["明治", "メイジ"], ['明', 'M', '㍾', '1'], date(1868, 1, 25)),
            era(["大正", "タイショウ"], ['大', 'T', '㍽', '2'], date(1912, 7, 30)),
            era(["昭和", "ショウワ"], ['昭', 'S', '㍼', '3'], date(1926, 12, 25)),
            era(["平成", "ヘイセイ"], ['平', 'H', '㍻', '4'], date(1989, 1, 8)),
            era(["令和", "レイワ"], ['令', 'R', '㋿', '5'], date(2019, 5, 1)),
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

fn era([name, reading]: [&str; 2], signs: [char; 4], first: Date) -> Era {
    let [short, letter, ligature, code] = signs;
    let (name, reading) = (name.into(), reading.into());
    Era { name, short, letter, ligature, reading, code, first, basis: basis() }
}
