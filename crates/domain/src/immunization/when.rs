//! On which days a person is eligible.

use std::cmp::{max, min};

use jiff::civil::Date;

use super::few::Few;
use super::judge::Eye;
use super::person::{DelayReason, Dose, Facts};
use super::progress::Progress;
use super::schedule::{AgeReading, Bound, IntervalReading, Schedule, Version, When, Window};
use crate::day::{self, Age, Interval, MonthDay};

/// First and last day, both inclusive.
pub(super) type Days = (Date, Date);

/// The most ranges that a window may fall into.
const RANGES: usize = 12;

/// When somebody is eligible, seen from one day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Eligible {
    ranges: Few<Days, RANGES>,
    /// The first day of any age bound, and the last.
    ages: Option<Days>,
    /// A window depends on the pregnancy, and nothing is known of it.
    pub(super) gestation_unknown: bool,
}

impl Eligible {
    pub(super) fn holds(&self, day: Date) -> bool {
        self.ranges.as_slice().iter().any(|range| range.0 <= day && day <= range.1)
    }

    /// The first eligible day on or after `day`.
    pub(super) fn next(&self, day: Date) -> Option<Date> {
        let ahead = self.ranges.as_slice().iter().filter(|range| day <= range.1);
        ahead.map(|range| max(range.0, day)).min()
    }

    /// The last eligible day before `day`.
    pub(super) fn last_before(&self, day: Date) -> Option<Date> {
        let behind = self.ranges.as_slice().iter().filter(|range| range.0 < day);
        behind.map(|range| min(range.1, day)).max()
    }

    /// The range that holds `day`, else the next, else the last.
    pub(super) fn around(&self, day: Date) -> Option<Days> {
        let ahead = self.ranges.as_slice().iter().find(|range| day <= range.1);
        ahead.or_else(|| self.ranges.as_slice().last()).copied()
    }

    pub(super) fn before_age(&self, day: Date) -> bool {
        self.ages.is_some_and(|ages| day < ages.0)
    }

    pub(super) fn after_age(&self, day: Date) -> bool {
        self.ages.is_some_and(|ages| ages.1 < day)
    }

    /// Takes over the ranges of `other` as far as they lie between two days.
    pub(super) fn add_within(&mut self, other: &Self, first: Date, last: Date) {
        for range in other.ranges.as_slice() {
            self.add((max(range.0, first), min(range.1, last)));
        }
    }

    fn add(&mut self, range: Days) {
        if range.0 <= range.1 {
            self.ranges.push(range);
        }
    }

    /// In order, those that touch or overlap made one.
    pub(super) fn merge(&mut self) {
        if self.ranges.as_slice().len() < 2 {
            return;
        }
        self.ranges.as_mut_slice().sort_unstable();
        let mut merged: Few<Days, RANGES> = Few::default();
        for range in self.ranges.as_slice() {
            match merged.as_mut_slice().last_mut() {
                Some(last) if range.0 <= after(last.1) => last.1 = max(last.1, range.1),
                _ => {
                    merged.push(*range);
                }
            }
        }
        self.ranges = merged;
    }
}

/// The day after.
pub(super) fn after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// The day before.
pub(super) fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(Date::MIN)
}

impl Schedule {
    /// The first day of an age. Beyond the calendar it is the calendar's last day.
    pub(super) fn first_day(&self, birth: Date, age: Age) -> Date {
        match self.reading.ages {
            AgeReading::Eve => day::attained(birth, age).unwrap_or(Date::MAX),
            AgeReading::Matching => self.matching(birth, age),
        }
    }

    /// The last day below an age. law:対象者の解釈H26
    pub(super) fn last_day(&self, birth: Date, age: Age) -> Date {
        match self.reading.ages {
            AgeReading::Eve => day::attained(birth, age).unwrap_or(Date::MAX),
            AgeReading::Matching => before(self.matching(birth, age)),
        }
    }

    fn matching(&self, birth: Date, age: Age) -> Date {
        let interval = match age {
            Age::Months(months) => Interval::Months(months),
            Age::Years(years) => Interval::Months(years.saturating_mul(12)),
            Age::MonthsAndDays(months, days) => Interval::MonthsAndDays(months, days),
            Age::Weeks(..) => return day::attained(birth, age).unwrap_or(Date::MAX),
        };
        day::after_interval(birth, interval, &self.calendar).unwrap_or(Date::MAX)
    }

    /// The first day that keeps an interval.
    pub(super) fn kept_from(&self, previous: Date, interval: Interval) -> Date {
        let interval = match (self.reading.intervals, interval) {
            (IntervalReading::Elapsed, Interval::Days(0)) => return previous,
            (IntervalReading::Elapsed, Interval::Days(days)) => Interval::Days(days - 1),
            (_, interval) => interval,
        };
        day::after_interval(previous, interval, &self.calendar).unwrap_or(Date::MAX)
    }

    /// When somebody is eligible under `version`, seen from `day` (seasons come round).
    pub(super) fn eligible(&self, version: &Version, seen: &Seen<'_>) -> Eligible {
        let mut all = Eligible::default();
        for window in version.windows.iter().filter(|window| window.opens(seen)) {
            let Some((range, ages)) = self.window_days(window, seen) else {
                all.gestation_unknown = true;
                continue;
            };
            all.add(range);
            if let Some(ages) = ages {
                let so_far = all.ages.unwrap_or(ages);
                all.ages = Some((min(so_far.0, ages.0), max(so_far.1, ages.1)));
            }
        }
        // What ceased before the window opened kept nobody from anything.
        let begun = |ceased: Date| all.ranges.as_slice().iter().any(|range| range.0 <= ceased);
        let extension = self.extension(version, seen).filter(|extension| begun(extension.0));
        if let Some(extension) = extension {
            all.add(extension);
            all.ages = all.ages.map(|ages| (ages.0, max(ages.1, extension.1)));
        }
        all.merge();
        all
    }

    /// The days of a window, and those of its ages alone; none if they hang on an unknown pregnancy.
    fn window_days(&self, window: &Window, seen: &Seen<'_>) -> Option<(Days, Option<Days>)> {
        let mut range = (Date::MIN, Date::MAX);
        let mut ages: Option<Days> = None;
        let mut season = None;
        for bound in &window.bounds {
            let more = match *bound {
                Bound::Season(from, to) => {
                    season = Some((from, to));
                    continue;
                }
                Bound::Age(from, to) => self.ages(seen.birth, from, to),
                Bound::FiscalYears(from, to) => self.fiscal_years(seen.birth, from, to),
                Bound::BeforeSchool => self.before_school(seen.birth),
                Bound::Days(first, last) => (first, last),
                Bound::Gestation(from, to) => {
                    let since = seen.pregnant_since?;
                    (later(since, from), later(since, to))
                }
            };
            if let Bound::Age(..) | Bound::FiscalYears(..) = bound {
                let so_far = ages.unwrap_or(more);
                ages = Some((max(so_far.0, more.0), min(so_far.1, more.1)));
            }
            range = (max(range.0, more.0), min(range.1, more.1));
        }
        if let Some((from, to)) = season {
            let round = season_days(from, to, max(seen.day, range.0));
            range = (max(range.0, round.0), min(range.1, round.1));
        }
        Some((range, ages))
    }

    pub(super) fn ages(&self, birth: Date, from: Age, to: Option<Age>) -> Days {
        let last = to.map_or(Date::MAX, |to| self.last_day(birth, to));
        (self.first_day(birth, from), last)
    }

    /// law:地方自治法208
    pub(super) fn fiscal_years(&self, birth: Date, from: Age, to: Option<Age>) -> Days {
        let days = |age: Age| {
            let year = day::fiscal_year(self.first_day(birth, age), &self.calendar);
            day::fiscal_year_days(year, &self.calendar)
        };
        let first = days(from).map_or(Date::MAX, |days| days.first);
        let last = to.map_or(Date::MAX, |to| days(to).map_or(Date::MAX, |days| days.last));
        (first, last)
    }

    /// The year before school: from the same day of the year before. law:学校教育法17
    fn before_school(&self, birth: Date) -> Days {
        let Ok(entry) = day::school_entry(birth, &self.calendar) else {
            return (Date::MAX, Date::MIN);
        };
        let begins = self.calendar.school.year_begins.of(i32::from(entry.year()) - 1);
        (begins.unwrap_or(Date::MAX), before(entry))
    }

    /// 長期療養特例: again eligible for a time after the reason ceased. law:予防接種法施行規則2の2
    fn extension(&self, version: &Version, seen: &Seen<'_>) -> Option<Days> {
        let rule = version.delay.as_ref()?;
        let ceased = seen.facts.delay?.ceased?;
        let last = self.last_day(ceased, rule.lasts);
        let limit = rule.until.map_or(Date::MAX, |age| self.last_day(seen.birth, age));
        Some((ceased, min(last, limit)))
    }
}

/// From what eligibility, and the next dose, are seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) birth: Date,
    pub(super) history: &'a [Dose],
    pub(super) eye: Eye,
    pub(super) facts: &'a Facts,
    pub(super) progress: &'a Progress,
    pub(super) pregnant_since: Option<Date>,
    pub(super) day: Date,
}

impl Window {
    /// Whether all conditions hold.
    fn opens(&self, seen: &Seen<'_>) -> bool {
        self.when.iter().all(|when| match *when {
            When::Born(first, last) => first <= seen.birth && seen.birth <= last,
            When::Flag(flags) => seen.facts.flags & flags != 0,
            When::Shortage => seen.facts.delay.is_some_and(|delay| {
                delay.reason == DelayReason::Shortage && delay.ceased.is_none()
            }),
            When::DoseBetween(first, last) => {
                seen.progress.doses().iter().any(|it| first <= it.date && it.date <= last)
            }
        })
    }
}

fn later(day: Date, days: u32) -> Date {
    day::days_after(day, i64::from(days)).unwrap_or(Date::MAX)
}

/// The season that holds `day`, else the next one.
pub(super) fn season_days(from: MonthDay, to: MonthDay, day: Date) -> Days {
    let year = i32::from(day.year());
    let crosses = to < from;
    for year in [year - 1, year, year + 1] {
        let first = from.of(year).unwrap_or(Date::MAX);
        let last = to.of(year + i32::from(crosses)).unwrap_or(Date::MAX);
        if day <= last {
            return (first, last);
        }
    }
    (Date::MAX, Date::MAX)
}

/// The first day of the season that `day` belongs to: seasons follow each other without a gap.
pub(super) fn season_start(from: MonthDay, day: Date) -> Date {
    let this_year = from.of(i32::from(day.year())).unwrap_or(Date::MIN);
    if this_year <= day {
        return this_year;
    }
    from.of(i32::from(day.year()) - 1).unwrap_or(Date::MIN)
}
