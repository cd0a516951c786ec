//! Coverage (接種率): who of those for whom a series is routine has which doses, and who is missing.
//!
//! A person is counted in a series once its routine time has begun for them, and until some years
//! after it ended ([`Rules::look_back`]). The judgement is the audit's: a dose that does not count
//! is not counted.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::person::Person;
use super::plan::{Item, Status};
use super::reminder::Rules;
use super::schedule::{DoseName, ProductId, Recurs, Schedule, SeriesId};
use crate::day::{Age, Calendar, attained, days_after, fiscal_year_of_age};

/// Doses of one course that are told apart.
pub const DOSES: usize = 5;
/// Babies are also counted by months of age, below so many.
pub const MONTHS: u8 = 24;

/// Where somebody stands in a series that is, or was, routine for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Everything is given.
    Complete,
    /// The next dose is not due yet.
    Waiting,
    /// In the usual time of the next dose.
    Due,
    /// The usual time is over.
    Overdue,
    /// 予診のみ, 見合わせ: somebody came, and the dose was put off.
    PutOff,
    /// No longer routine, and not complete.
    Ended,
    /// A condition takes the person out.
    Excluded,
}

impl Standing {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 7] = [
        Self::Complete,
        Self::Waiting,
        Self::Due,
        Self::Overdue,
        Self::PutOff,
        Self::Ended,
        Self::Excluded,
    ];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Waiting => "not-yet-due",
            Self::Due => "due",
            Self::Overdue => "overdue",
            Self::PutOff => "put-off",
            Self::Ended => "ended",
            Self::Excluded => "excluded",
        }
    }

    /// From [`Standing::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.code() == code)
    }

    /// For people.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Complete => "済み",
            Self::Waiting => "次の時期を待つ",
            Self::Due => "受ける時期",
            Self::Overdue => "時期を過ぎた",
            Self::PutOff => "予診のみ・見合わせ",
            Self::Ended => "期間終了",
            Self::Excluded => "対象から除外",
        }
    }
}

/// One person in one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The series, or the first of those that stand for each other ([`Schedule::lead`]).
    pub series: SeriesId,
    /// Counting doses.
    pub given: u32,
    /// The next dose; none when complete.
    pub dose: Option<DoseName>,
    /// Where they stand.
    pub standing: Standing,
    /// The last day as a routine vaccination; none where nothing is to come.
    pub until: Option<Date>,
}

/// A dose that was not given: the vaccine and the day.
pub type PutOff = (ProductId, Date);

/// The series that somebody is counted in.
#[must_use]
pub fn lines(
    schedule: &Schedule,
    rules: &Rules,
    person: &Person<'_>,
    put_off: &[PutOff],
    today: Date,
) -> Vec<Line> {
    let eye = Eye { schedule, rules, person, put_off, today };
    let plan = schedule.plan(person, today);
    let mut lines: Vec<Line> = Vec::with_capacity(plan.len());
    for line in plan.iter().filter_map(|item| eye.line(item)) {
        match lines.iter_mut().find(|other| other.series == line.series) {
            Some(other) if other.given == 0 && line.given > 0 => *other = line,
            Some(_) => {}
            None => lines.push(line),
        }
    }
    lines
}

struct Eye<'e> {
    schedule: &'e Schedule,
    rules: &'e Rules,
    person: &'e Person<'e>,
    put_off: &'e [PutOff],
    today: Date,
}

impl Eye<'_> {
    fn line(&self, item: &Item<'_>) -> Option<Line> {
        let start = self.season_start(item.series);
        let days = match (start, item.status, item.routine) {
            (Some(start), _, _) => self.window(item.series, start),
            (None, Status::Excluded, _) if item.notices.is_empty() => None,
            (None, Status::Complete | Status::Excluded, _) => self.window(item.series, self.today),
            (None, _, days) => days,
        }?;
        let oldest = days_after(self.today, -self.rules.look_back).unwrap_or(Date::MIN);
        let counted = days.0 <= self.today && (start.is_some() || oldest <= days.1);
        if !counted {
            return None;
        }
        // What comes next in a season that is done belongs to another season.
        let done = start.is_some() && item.given > 0 && item.dose == Some(DoseName::Primary(1));
        let standing = match item.status {
            Status::Complete => Standing::Complete,
            _ if done => Standing::Complete,
            Status::Excluded => Standing::Excluded,
            Status::Ended => Standing::Ended,
            Status::Before if days.1 < self.today => Standing::Ended,
            Status::Now | Status::Late if self.was_put_off(item.series) => Standing::PutOff,
            Status::Before => Standing::Waiting,
            Status::Now => Standing::Due,
            Status::Late => Standing::Overdue,
        };
        let open = !matches!(standing, Standing::Complete | Standing::Excluded);
        Some(Line {
            series: self.schedule.lead(item.series),
            given: item.given,
            dose: item.dose.filter(|_| open),
            standing,
            until: open.then_some(days.1),
        })
    }

    fn window(&self, series: SeriesId, day: Date) -> Option<(Date, Date)> {
        self.schedule.window(series, self.person, day).routine
    }

    /// The first day of this season, for a series that comes back every year.
    fn season_start(&self, series: SeriesId) -> Option<Date> {
        let version = self.schedule.series[usize::from(series)].version(self.today);
        let Recurs::Season(begins) = version.recurs else { return None };
        let year = i32::from(self.today.year());
        let this = begins.of(year).ok()?;
        if this <= self.today { Some(this) } else { begins.of(year - 1).ok() }
    }

    fn was_put_off(&self, series: SeriesId) -> bool {
        let of = |product: ProductId| {
            let product = &self.schedule.products[usize::from(product)];
            product.homes.contains(&series)
        };
        let since = days_after(self.today, -self.rules.put_off).unwrap_or(Date::MIN);
        let last = self.person.history.iter().filter(|dose| of(dose.product)).map(|it| it.date);
        let last = last.max().unwrap_or(Date::MIN);
        self.put_off.iter().any(|(product, day)| of(*product) && since <= *day && last < *day)
    }
}

/// The fiscal year in which somebody was born, from 2 April to 1 April: children of 1 April are of
/// the year before, as at school. law:年齢計算ニ関スル法律
#[must_use]
pub fn birth_cohort(birth: Date, calendar: &Calendar) -> i16 {
    let turns_one = fiscal_year_of_age(birth, Age::Years(1), calendar);
    turns_one.map_or_else(|_| birth.year(), |year| year - 1)
}

/// Full months of age below [`MONTHS`]: an age is attained at the end of the eve.
#[must_use]
pub fn months_of_age(birth: Date, today: Date) -> Option<u8> {
    let full = |months: u8| {
        attained(birth, Age::Months(months.into())).is_ok_and(|eve| months == 0 || eve < today)
    };
    let months = (1..=MONTHS).take_while(|months| full(*months)).count();
    u8::try_from(months).ok().filter(|months| *months < MONTHS)
}

/// Counts of some people in one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Who is counted: the denominator. Those whom a condition takes out are not in it.
    pub people: u32,
    /// How many have at least one, two … counting doses.
    pub doses: [u32; DOSES],
    /// How many stand where, in the order of [`Standing::ALL`].
    pub standing: [u32; Standing::ALL.len()],
}

impl Counts {
    fn add(&mut self, line: &Line) {
        self.standing[line.standing as usize] += 1;
        if line.standing == Standing::Excluded {
            return;
        }
        self.people += 1;
        let given = usize::try_from(line.given).unwrap_or(DOSES).min(DOSES);
        for count in &mut self.doses[..given] {
            *count += 1;
        }
    }

    /// How many stand there.
    #[must_use]
    pub const fn at(&self, standing: Standing) -> u32 {
        self.standing[standing as usize]
    }

    /// How many of a thousand have at least `dose` doses, halves rounded up; none of nobody.
    #[must_use]
    pub fn per_mille(&self, dose: usize) -> Option<u32> {
        share(*self.doses.get(dose.checked_sub(1)?)?, self.people)
    }

    /// How many of a thousand have everything.
    #[must_use]
    pub fn complete_per_mille(&self) -> Option<u32> {
        share(self.at(Standing::Complete), self.people)
    }

    /// The highest dose that anybody has.
    #[must_use]
    pub fn most(&self) -> usize {
        self.doses.iter().rposition(|count| *count > 0).map_or(0, |at| at + 1)
    }
}

fn share(part: u32, whole: u32) -> Option<u32> {
    let rounded = (u64::from(part) * 2000 + u64::from(whole)).checked_div(u64::from(whole) * 2)?;
    u32::try_from(rounded).ok()
}

/// Counts of one series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfSeries {
    /// Everybody.
    pub all: Counts,
    /// By [`birth_cohort`].
    pub cohorts: BTreeMap<i16, Counts>,
    /// Babies by [`months_of_age`].
    pub months: BTreeMap<u8, Counts>,
}

/// Counts of a municipality, series by series as the schedule numbers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Residents who were looked at.
    pub people: u32,
    /// The series.
    pub series: Vec<OfSeries>,
}

impl Coverage {
    /// Of nobody yet.
    #[must_use]
    pub fn new(series: usize) -> Self {
        Self { people: 0, series: vec![OfSeries::default(); series] }
    }

    /// Counts a person.
    pub fn add(&mut self, cohort: i16, months: Option<u8>, lines: &[Line]) {
        self.people += 1;
        for line in lines {
            let Some(series) = self.series.get_mut(usize::from(line.series)) else { continue };
            series.all.add(line);
            series.cohorts.entry(cohort).or_default().add(line);
            if let Some(months) = months {
                series.months.entry(months).or_default().add(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::day::sample;

    #[test]
    fn children_of_the_first_of_april_are_of_the_year_before() {
        for (birth, want) in [
            (date(2024, 4, 1), 2023),
            (date(2024, 4, 2), 2024),
            (date(2025, 4, 1), 2024),
            (date(2024, 12, 31), 2024),
            (date(2024, 2, 29), 2023),
        ] {
            assert_eq!(birth_cohort(birth, &sample::calendar()), want, "{birth}");
        }
    }

    #[test]
    fn months_are_full_on_the_day_that_matches() {
        for (birth, today, want) in [
            (date(2026, 1, 31), date(2026, 1, 31), Some(0)),
            (date(2026, 1, 31), date(2026, 2, 28), Some(0)),
            (date(2026, 1, 31), date(2026, 3, 1), Some(1)),
            (date(2026, 1, 15), date(2026, 3, 14), Some(1)),
            (date(2026, 1, 15), date(2026, 3, 15), Some(2)),
            (date(2024, 1, 15), date(2026, 1, 14), Some(23)),
            (date(2024, 1, 15), date(2026, 1, 15), None),
        ] {
            assert_eq!(months_of_age(birth, today), want, "{birth} {today}");
        }
    }

    fn line(standing: Standing, given: u32) -> Line {
        Line { series: 1, given, dose: None, standing, until: None }
    }

    #[test]
    fn whoever_is_taken_out_is_in_no_denominator() {
        let mut coverage = Coverage::new(2);
        for (cohort, months, line) in [
            (2024, None, line(Standing::Complete, 3)),
            (2024, None, line(Standing::Overdue, 1)),
            (2024, None, line(Standing::Excluded, 0)),
            (2026, Some(4), line(Standing::Due, 0)),
        ] {
            coverage.add(cohort, months, &[line]);
        }
        let series = &coverage.series[1];
        assert_eq!((coverage.people, series.all.people), (4, 3));
        assert_eq!(series.all.doses, [2, 1, 1, 0, 0]);
        assert_eq!(series.all.per_mille(1), Some(667));
        assert_eq!(series.all.complete_per_mille(), Some(333));
        assert_eq!(series.cohorts[&2024].per_mille(3), Some(500));
        assert_eq!(series.cohorts[&2024].at(Standing::Excluded), 1);
        assert_eq!(series.months[&4].per_mille(1), Some(0));
        assert_eq!(series.all.most(), 3);
        assert_eq!(coverage.series[0].all.per_mille(1), None);
    }

    #[test]
    fn codes_lead_back() {
        for (place, standing) in Standing::ALL.into_iter().enumerate() {
            assert_eq!(Standing::from_code(standing.code()), Some(standing));
            assert_eq!(standing as usize, place);
        }
        assert_eq!(Standing::from_code("x"), None);
    }
}
