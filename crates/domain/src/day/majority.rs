//! 成年: from when on nobody needs a guardian.

use jiff::civil::Date;

use super::{Age, Basis, attained};
use crate::person::Birth;

/// An age of majority, in force from the first day of its basis until the next one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Majority {
    /// In years.
    pub age: u32,
    /// Where it is laid down.
    pub basis: Basis,
}

/// Whether somebody born on `birth` has attained majority by `day`, under the law of that day. Where
/// no law is known, they have: nobody gets a guardian for want of a rule.
///
/// law:民法4
#[must_use]
pub fn of_age(birth: Date, day: Date, ages: &[Majority]) -> bool {
    let in_force = ages.iter().rfind(|majority| majority.basis.in_force_from <= day);
    let attained = in_force.and_then(|of| attained(birth, Age::Years(of.age)).ok());
    attained.is_none_or(|attained| attained <= day)
}

/// Whether somebody is a minor on `day` for certain: every description says so, and there is one. A
/// date of birth that is not known whole proves nothing.
#[must_use]
pub fn certainly_minor(births: &[Birth], day: Date, ages: &[Majority]) -> bool {
    let minor = |birth: &Birth| birth.day().is_some_and(|birth| !of_age(birth, day, ages));
    !births.is_empty() && births.iter().all(minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::sample::basis;

    #[test]
    fn majority_follows_the_law_of_the_day() {
        let from = |age, day: &str| {
            let in_force_from = day.parse().unwrap();
            Majority { age, basis: Basis { in_force_from, ..basis() } }
        };
        let ages = [from(20, "1898-07-16"), from(18, "2022-04-01")];
        for (birth, day, want) in [
            ("2008-11-25", "2026-11-23", false),
            ("2008-11-25", "2026-11-24", true),
            ("2008-02-29", "2026-02-27", false),
            ("2008-02-29", "2026-02-28", true),
            ("2003-04-01", "2022-03-31", false),
            ("2003-04-01", "2022-04-01", true),
            ("2001-05-01", "2021-04-29", false),
            ("2001-05-01", "2021-04-30", true),
            ("1870-01-01", "1880-01-01", true),
        ] {
            let got = of_age(birth.parse().unwrap(), day.parse().unwrap(), &ages);
            assert_eq!(got, want, "{birth} on {day}");
        }
    }

    #[test]
    fn only_a_whole_date_of_birth_proves_a_minor() {
        let ages = [Majority { age: 18, basis: Basis { in_force_from: Date::MIN, ..basis() } }];
        for (births, want) in [
            (vec!["2020-01-01"], true),
            (vec!["2020-01-01", "2020-01-02"], true),
            (vec!["2020-01-01", "2000-01-01"], false),
            (vec!["2020-01-01", ""], false),
            (vec!["2020-01"], false),
            (vec!["2020"], false),
            (vec![], false),
        ] {
            let read: Vec<Birth> = births.iter().map(|text| Birth::parse(text).unwrap()).collect();
            let day = "2026-11-24".parse().unwrap();
            assert_eq!(certainly_minor(&read, day, &ages), want, "{births:?}");
        }
    }
}
