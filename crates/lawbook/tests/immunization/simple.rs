//! A second opinion: the rules of routine immunisation written down once more, straight from the
//! prose, vaccine by vaccine, without any code of the evaluator. It covers people born from 2010 on
//! and elderly ones, without facts; special cohorts and extensions are left to the cases.

use jiff::civil::{Date, date};

use super::days::{
    add, between, fiscal, months_and_half_later, months_later, reach, school, weeks, years,
};

/// A dose: which vaccine, when.
pub(crate) type Dose = (&'static str, Date);

/// A verdict on a dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opinion {
    pub(crate) series: Option<&'static str>,
    pub(crate) number: Option<u32>,
    pub(crate) counts: bool,
    /// 0 routine, 1 voluntary, 2 refuse
    pub(crate) verdict: u8,
}

/// Somebody and what was given so far.
#[derive(Debug, Clone)]
pub(crate) struct Somebody {
    pub(crate) birth: Date,
    pub(crate) female: bool,
    given: Vec<Dose>,
    /// Counting doses: series, vaccine, day.
    counted: Vec<(&'static str, &'static str, Date)>,
}

/// What one vaccine's rules say about a dose.
struct Say {
    series: &'static str,
    /// First and last day on which it is routine, as far as age goes.
    window: bool,
    /// Before the window: such a dose does not count.
    early: bool,
    /// The vaccine is used on that day.
    in_force: bool,
    /// The first day that keeps every interval; none if nothing may be given any more.
    from: Option<Date>,
    /// An age of the dose itself that has not come.
    young: bool,
    number: u32,
}

const LIVE: [&str; 8] =
    ["bcg", "mr", "measles", "rubella", "varicella", "mumps", "zoster-live", "yellow-fever"];

impl Somebody {
    pub(crate) fn new(birth: Date, female: bool) -> Self {
        Self { birth, female, given: Vec::new(), counted: Vec::new() }
    }

    /// An opinion on a dose that was given (`past`) or is about to be.
    pub(crate) fn opinion(&self, dose: Dose, past: bool) -> Opinion {
        let conflict = self.conflict(dose);
        let Some(say) = self.say(dose, past) else {
            let verdict = if conflict { 2 } else { 1 };
            return Opinion { series: None, number: None, counts: false, verdict };
        };
        let short = say.from.is_none_or(|from| dose.1 < from);
        let refuse = conflict || short;
        let voluntary = !say.window || !say.in_force || say.young;
        Opinion {
            series: Some(say.series),
            number: Some(say.number),
            counts: !refuse && !say.early && !say.young,
            verdict: if refuse { 2 } else { u8::from(voluntary) },
        }
    }

    /// Takes a dose into the history.
    pub(crate) fn take(&mut self, dose: Dose) -> Opinion {
        let opinion = self.opinion(dose, true);
        if let (Some(series), true) = (opinion.series, opinion.counts) {
            self.counted.push((series, dose.0, dose.1));
            for guest in guests(dose.0) {
                if self.next(guest, dose.1).is_some() {
                    self.counted.push((guest, dose.0, dose.1));
                }
            }
        }
        self.given.push(dose);
        opinion
    }

    fn dates(&self, series: &str) -> Vec<Date> {
        self.counted.iter().filter(|it| it.0 == series).map(|it| it.2).collect()
    }

    /// Injected live vaccines: 27 days between. Before October 2020: 27 after any live one, 6 after
    /// any other. The same vaccine has its own interval, if it has a series.
    fn conflict(&self, dose: Dose) -> bool {
        let live = |it: &str| LIVE.contains(&it);
        let old = dose.1 < date(2020, 10, 1);
        self.given.iter().filter(|it| it.1 < dose.1).any(|it| {
            if it.0 == dose.0 && !["mumps", "yellow-fever"].contains(&it.0) {
                return false;
            }
            let days = between(it.1, dose.1);
            let any_live = live(it.0) || it.0.starts_with("rota");
            match (old, any_live) {
                (true, true) => days < 28,
                (true, false) => days < 7,
                (false, _) => live(it.0) && live(dose.0) && days < 28,
            }
        })
    }

    /// The first day for the next dose of a series that takes guests; none if all are given.
    fn next(&self, series: &str, day: Date) -> Option<Date> {
        match series {
            "hib" => self.next_hib(day, true),
            _ => self.next_four(series),
        }
    }

    /// Three 20 days apart, one more after 6 months.
    fn next_four(&self, series: &str) -> Option<Date> {
        match self.dates(series)[..] {
            [] => Some(Date::MIN),
            [.., last] if self.dates(series).len() < 3 => Some(add(last, 21)),
            [_, _, third] => Some(months_later(third, 6)),
            _ => None,
        }
    }

    /// ヒブ: by the age at the first dose.
    fn next_hib(&self, day: Date, past: bool) -> Option<Date> {
        let given = self.dates("hib");
        let [seven, twelve] = [7, 12].map(|months| reach(self.birth, months));
        let start = *given.first().unwrap_or(&day);
        let primaries = match start {
            start if start <= seven => 3,
            start if start <= twelve => 2,
            _ => 1,
        };
        let Some(&last) = given.last() else { return Some(Date::MIN) };
        if primaries == 1 {
            return None;
        }
        let in_time = 1 + given.iter().skip(1).filter(|it| **it <= twelve).count();
        let done = in_time.min(primaries);
        // More doses than primaries in time: the last one was the booster.
        if done < given.len() {
            return None;
        }
        let days = if past { 21 } else { 28 };
        if done == primaries {
            return Some(months_later(last, 7));
        }
        Some(add(last, days))
    }

    /// 小児肺炎球菌: by the age at the first dose.
    fn next_pcv(&self, day: Date) -> (Option<Date>, bool) {
        let given = self.dates("pcv");
        let ages = [7, 12, 24].map(|months| reach(self.birth, months));
        let start = *given.first().unwrap_or(&day);
        let Some(&last) = given.last() else { return (Some(Date::MIN), false) };
        let class = ages.iter().filter(|age| **age < start).count();
        let young = day < ages[1];
        match class {
            2 if given.len() == 1 => (Some(add(last, 61)), false),
            2 | 3 => (None, false),
            _ => {
                let mut primaries = 3 - class;
                if primaries == 3 && given.get(1).is_some_and(|second| ages[1] < *second) {
                    primaries = 2;
                }
                let in_time = 1 + given.iter().skip(1).filter(|it| **it <= ages[2]).count();
                let done = in_time.min(primaries);
                if done < given.len() {
                    return (None, false);
                }
                if done < primaries && day <= ages[2] {
                    return (Some(add(last, 28)), false);
                }
                (Some(add(last, 61)), young)
            }
        }
    }

    fn next_hpv(&self, product: &str, day: Date) -> Option<Date> {
        let given: Vec<_> = self.counted.iter().filter(|it| it.0 == "hpv").collect();
        let all = |want: &str| given.iter().all(|it| it.1 == want);
        let two = all("hpv9") && given.first().is_some_and(|it| it.2 <= years(self.birth, 15));
        match given[..] {
            [] => Some(Date::MIN),
            [first] if two && product == "hpv9" && months_later(first.2, 5) <= day => {
                Some(Date::MIN)
            }
            [first] => Some(months_later(first.2, 1)),
            [first, second] => {
                if two && months_later(first.2, 5) <= second.2 {
                    return None;
                }
                if all("hpv2") && product == "hpv2" {
                    let after = months_and_half_later(second.2, 2);
                    return Some(after.max(months_later(first.2, 5)));
                }
                Some(months_later(second.2, 3))
            }
            _ => None,
        }
    }

    /// Measles and rubella: which of the two are covered in a term.
    fn covered(&self, term: &str) -> u8 {
        let parts = self.counted.iter().filter(|it| it.0 == term).map(|it| parts(it.1));
        parts.fold(0, |all, part| all | part)
    }

    fn rota(&self, product: &'static str, day: Date) -> Say {
        let [last, most] = if product == "rota-1v" { [24, 2] } else { [32, 3] };
        let other = self.given.iter().any(|it| it.0.starts_with("rota") && it.0 != product);
        let given = self.dates(product);
        let from = match given.last() {
            _ if other || i64::try_from(given.len()).unwrap() == most => None,
            None => Some(Date::MIN),
            Some(last) => Some(add(*last, 28)),
        };
        let (first, last) = (weeks(self.birth, 6, 0), weeks(self.birth, last, 0));
        let cohort = date(2020, 8, 1) <= self.birth;
        let mut say = Say::new(product, &given, (first, last), day, from);
        say.window &= cohort;
        say.in_force = date(2020, 10, 1) <= day;
        say
    }

    fn je(&self, day: Date) -> Say {
        let first = (reach(self.birth, 6), reach(self.birth, 90));
        let second = (years(self.birth, 9), years(self.birth, 13));
        let (one, two) = (self.dates("je-1"), self.dates("je-2"));
        let inside = |range: (Date, Date)| range.0 <= day && day <= range.1;
        let (done_one, done_two) = (one.len() == 3, two.len() == 1);
        let term_two = if inside(first) {
            false
        } else if inside(second) {
            true
        } else {
            done_one
        };
        if term_two {
            let last = self.given.iter().rfind(|it| it.0 == "je" && it.1 < day);
            let from =
                if done_two { None } else { Some(last.map_or(Date::MIN, |it| add(it.1, 7))) };
            return Say::new("je-2", &two, second, day, from);
        }
        let from = match one[..] {
            [] => Some(Date::MIN),
            [last] => Some(add(last, 7)),
            [_, last] => Some(months_later(last, 6)),
            _ => None,
        };
        Say::new("je-1", &one, first, day, from)
    }

    fn mr(&self, product: &'static str, day: Date) -> Say {
        let first = (reach(self.birth, 12), reach(self.birth, 24));
        let entry = school(self.birth);
        let year = date(entry.year() - 1, 4, 1);
        let ages = (years(self.birth, 5), years(self.birth, 7));
        let second = (ages.0.max(year), ages.1.min(entry.yesterday().unwrap()));
        let inside = |range: (Date, Date)| range.0 <= day && day <= range.1;
        let done = |term| self.covered(term) == 3;
        let term = if inside(first) || !inside(second) && !done("mr-1") { "mr-1" } else { "mr-2" };
        let covered = self.covered(term);
        let full = covered == 3 || parts(product) & !covered == 0;
        let from = if full { None } else { Some(Date::MIN) };
        let range = if term == "mr-1" { first } else { second };
        let mut say = Say::new(term, &self.dates(term), range, day, from);
        if term == "mr-2" {
            say.early = day < ages.0;
        }
        say
    }

    fn season(&self, series: &'static str, day: Date) -> Say {
        let given = self.dates(series);
        let now: Vec<Date> = given.into_iter().filter(|it| fiscal(*it) == fiscal(day)).collect();
        let from = if now.is_empty() { Some(Date::MIN) } else { None };
        let old = years(self.birth, 65);
        let mut say = Say::new(series, &now, (old, Date::MAX), day, from);
        say.window &= !(4..10).contains(&day.month());
        say
    }

    /// 帯状疱疹 and, until March 2024, 肺炎球菌: the fiscal years of reaching certain ages.
    fn year_of(&self, ages: &[i32], day: Date) -> bool {
        ages.iter().any(|age| fiscal(years(self.birth, *age)) == fiscal(day))
    }

    fn pneumococcal(&self, product: &str, day: Date) -> Say {
        let series = "pneumococcal-elderly";
        let given = self.dates(series);
        let from = if given.is_empty() { Some(Date::MIN) } else { None };
        let range = (years(self.birth, 65), years(self.birth, 66));
        let mut say = Say::new(series, &given, range, day, from);
        if day < date(2024, 4, 1) {
            say.window = self.year_of(&[65, 70, 75, 80, 85, 90, 95, 100], day);
            say.early = fiscal(day) < fiscal(range.0);
        }
        say.in_force = match product {
            "ppsv23" => date(2014, 10, 1) <= day && day <= date(2026, 3, 31),
            _ => date(2026, 4, 1) <= day,
        };
        say
    }

    /// Two months between doses; of a given one, that the immune system was weak is believed.
    fn zoster(&self, product: &str, day: Date, past: bool) -> Say {
        let given: Vec<_> = self.counted.iter().filter(|it| it.0 == "zoster").collect();
        let from = match given[..] {
            [] => Some(Date::MIN),
            [first] if first.1 == "zoster-rzv" && product == "zoster-rzv" => {
                Some(months_later(first.2, if past { 1 } else { 2 }))
            }
            _ => None,
        };
        let days: Vec<Date> = given.iter().map(|it| it.2).collect();
        let mut say = Say::new("zoster", &days, (Date::MIN, Date::MAX), day, from);
        let five = (date(2025, 4, 1)..=date(2030, 3, 31)).contains(&day)
            && self.year_of(&[70, 75, 80, 85, 90, 95, 100], day);
        let hundred = fiscal(day) == 2025 && fiscal(years(self.birth, 100)) <= 2025;
        say.window = self.year_of(&[65], day) || five || hundred;
        say.in_force = date(2025, 4, 1) <= day;
        say
    }

    fn hpv(&self, product: &str, day: Date) -> Say {
        let from = self.next_hpv(product, day);
        let first = date(fiscal(years(self.birth, 12)), 4, 1);
        let last = date(fiscal(years(self.birth, 16)) + 1, 3, 31);
        let mut say = Say::new("hpv", &self.dates("hpv"), (first, last), day, from);
        say.early = false;
        say.window &= self.female;
        say.in_force = product != "hpv9" || date(2023, 4, 1) <= day;
        say
    }

    fn say(&self, dose: Dose, past: bool) -> Option<Say> {
        let (product, day) = dose;
        let month = |months| reach(self.birth, months);
        let low = if day < date(2023, 4, 1) { 3 } else { 2 };
        let mut say = match product {
            "rota-1v" | "rota-5v" => self.rota(product, day),
            "hepb" => {
                let given = self.dates("hepb");
                let from = match given[..] {
                    [] => Some(Date::MIN),
                    [last] => Some(add(last, 28)),
                    [first, _] => Some(add(first, 140)),
                    _ => None,
                };
                let mut say = Say::new("hepb", &given, (self.birth, month(12)), day, from);
                say.window &= date(2016, 4, 1) <= self.birth;
                say.in_force = date(2016, 10, 1) <= day;
                say
            }
            "dpt-ipv-hib" => self.four("dpt-ipv-hib", 2, day),
            "dpt-ipv" | "dpt" | "ipv" => self.four(product, low, day),
            "hib" => {
                let from = self.next_hib(day, past);
                Say::new("hib", &self.dates("hib"), (month(2), month(60)), day, from)
            }
            "pcv20" if years(self.birth, 20) <= day => self.pneumococcal(product, day),
            "pcv7" | "pcv13" | "pcv15" | "pcv20" => {
                let (from, young) = self.next_pcv(day);
                let range = (month(2), month(60));
                Say { young, ..Say::new("pcv", &self.dates("pcv"), range, day, from) }
            }
            "bcg" => {
                let given = self.dates("bcg");
                let from = if given.is_empty() { Some(Date::MIN) } else { None };
                let last = if day < date(2013, 4, 1) { month(6) } else { month(12) };
                Say::new("bcg", &given, (self.birth, last), day, from)
            }
            "mr" | "measles" | "rubella" => self.mr(product, day),
            "varicella" => {
                let given = self.dates("varicella");
                let from = match given[..] {
                    [] => Some(Date::MIN),
                    [last] => Some(months_later(last, 3)),
                    _ => None,
                };
                Say::new("varicella", &given, (month(12), month(36)), day, from)
            }
            "je" => self.je(day),
            "dt" => {
                let given = self.dates("dt-2");
                let from = if given.is_empty() { Some(Date::MIN) } else { None };
                let range = (years(self.birth, 11), years(self.birth, 13));
                Say::new("dt-2", &given, range, day, from)
            }
            "hpv2" | "hpv4" | "hpv9" => self.hpv(product, day),
            "influenza" => self.season("influenza-elderly", day),
            "covid19" => self.season("covid19-elderly", day),
            "ppsv23" => self.pneumococcal(product, day),
            "zoster-live" | "zoster-rzv" => self.zoster(product, day, past),
            _ => return None,
        };
        say.in_force &= used(product, day);
        Some(say)
    }

    fn four(&self, series: &'static str, months: i32, day: Date) -> Say {
        let range = (reach(self.birth, months), reach(self.birth, 90));
        Say::new(series, &self.dates(series), range, day, self.next_four(series))
    }
}

impl Say {
    fn new(
        series: &'static str,
        given: &[Date],
        range: (Date, Date),
        day: Date,
        from: Option<Date>,
    ) -> Self {
        Self {
            series,
            window: range.0 <= day && day <= range.1,
            early: day < range.0,
            in_force: true,
            from,
            young: false,
            number: u32::try_from(given.len()).unwrap() + 1,
        }
    }
}

/// Days of use that no vaccine's own part above says.
fn used(product: &str, day: Date) -> bool {
    let (from, until) = match product {
        "dpt-ipv-hib" | "pcv15" | "covid19" => (date(2024, 4, 1), None),
        "dpt-ipv" => (date(2012, 11, 1), Some(date(2025, 7, 31))),
        "ipv" => (date(2012, 9, 1), None),
        "hib" | "hpv2" | "hpv4" => (date(2013, 4, 1), None),
        "pcv7" => (date(2013, 4, 1), Some(date(2013, 10, 31))),
        "pcv13" => (date(2013, 11, 1), Some(date(2024, 9, 30))),
        "pcv20" => (date(2024, 10, 1), None),
        "varicella" => (date(2014, 10, 1), None),
        "influenza" => (date(2001, 11, 7), None),
        "mr" => (date(2006, 4, 1), None),
        _ => (Date::MIN, None),
    };
    from <= day && until.is_none_or(|until| day <= until)
}

/// Series in which a combination counts besides its own.
fn guests(product: &str) -> &'static [&'static str] {
    match product {
        "dpt-ipv-hib" => &["dpt-ipv", "dpt", "ipv", "hib"],
        "dpt-ipv" => &["dpt-ipv-hib", "dpt", "ipv"],
        "dpt" => &["dpt-ipv-hib", "dpt-ipv"],
        _ => &[],
    }
}

/// Measles 1, rubella 2.
fn parts(product: &str) -> u8 {
    match product {
        "measles" => 1,
        "rubella" => 2,
        _ => 3,
    }
}
