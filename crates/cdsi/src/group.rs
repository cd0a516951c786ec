//! What follows for a group of vaccines: the antigens in it, put together. law:CDSi (chapter 9)

use domain::day::{Age, Interval, after_interval, attained};
use domain::immunization::{Code, Course, Dose, Due, Facts, Judged, Person};
use domain::person::Sex;
use jiff::civil::Date;

use crate::antigen::{Antigen, LIVE, Rival, plain};
use crate::book::{Book, Given};
use crate::choice::{Run, prioritized};

/// How a dose was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It was not needed, or too late.
    Extraneous,
    /// It counts.
    Valid,
    /// It does not count.
    NotValid,
}

/// Where somebody stands in a group of vaccines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A dose is, was or will be due.
    NotComplete,
    /// Everything is given.
    Complete,
    /// Too old for the rest.
    AgedOut,
    /// Nothing was given, and nothing need be.
    NotRecommended,
    /// Immune without vaccine.
    Immune,
}

/// The answer for a group of vaccines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Where the person stands.
    pub status: Status,
    /// The verdict on each dose; none if it is of another group.
    pub verdicts: Vec<Option<Verdict>>,
    /// The next dose is not given before this day.
    pub earliest: Option<Date>,
    /// It is best given from this day on.
    pub recommended: Option<Date>,
    /// It is late after this day.
    pub past_due: Option<Date>,
}

/// What the series that speaks for one antigen says.
struct Spoken<'a> {
    course: Course,
    immune: bool,
    /// The interval of its next dose goes before those of the other antigens.
    overrides: bool,
    judged: Vec<(usize, Judged<'a>)>,
}

impl Book {
    /// Evaluates the doses given, in the order of days, and looks for the next one of a group.
    #[must_use]
    pub fn assess(
        &self,
        group: &str,
        birth: Date,
        sex: Sex,
        given: &[Given],
        as_of: Date,
    ) -> Option<Assessment> {
        let antigens = self.antigens.iter().filter(|it| it.group == group);
        let who = Who { book: self, birth, sex, given, as_of };
        let spoken: Vec<_> = antigens.filter_map(|antigen| who.hear(antigen)).collect();
        if spoken.is_empty() {
            return None;
        }
        let mut verdicts = vec![None; given.len()];
        for (at, judged) in spoken.iter().flat_map(|it| &it.judged) {
            verdicts[*at] = verdicts[*at].max(Some(verdict(judged)));
        }
        let due: Vec<Due> = spoken.iter().filter(|it| !it.immune).filter_map(due).collect();
        let status = status(&spoken);
        let open = status == Status::NotComplete;
        let days = due.iter().map(|it| it.earliest);
        let earliest = if spoken.iter().any(|it| it.overrides) {
            let of_group = given.iter().zip(&verdicts).filter(|it| it.1.is_some());
            days.min().max(of_group.map(|it| it.0.date).max())
        } else {
            days.max()
        };
        let earliest = earliest.filter(|_| open);
        let not_before = |day: Option<Date>| Some(day?.max(earliest?));
        let recommended = not_before(due.iter().map(|it| it.recommended).min());
        let past_due = not_before(due.iter().filter_map(|it| it.past_due).min());
        Some(Assessment { status, verdicts, earliest, recommended, past_due })
    }
}

fn due(spoken: &Spoken<'_>) -> Option<Due> {
    match spoken.course {
        Course::Due(due) => Some(due),
        _ => None,
    }
}

fn status(spoken: &[Spoken<'_>]) -> Status {
    let open = || spoken.iter().filter(|it| !it.immune);
    let any = |course: Course| open().any(|it| it.course == course);
    if open().next().is_none() {
        Status::Immune
    } else if any(Course::AgedOut) {
        Status::AgedOut
    } else if any(Course::NotNeeded) {
        Status::NotRecommended
    } else if open().any(|it| due(it).is_some()) {
        Status::NotComplete
    } else {
        Status::Complete
    }
}

fn verdict(judged: &Judged<'_>) -> Verdict {
    let has = |code: Code| judged.notices.iter().any(|it| it.code == code);
    if judged.counts {
        Verdict::Valid
    } else if has(Code::AlreadyComplete) || has(Code::TooOld) {
        Verdict::Extraneous
    } else {
        Verdict::NotValid
    }
}

/// Whose doses, and when they are looked at.
struct Who<'a> {
    book: &'a Book,
    birth: Date,
    sex: Sex,
    given: &'a [Given],
    as_of: Date,
}

impl Who<'_> {
    /// The series of each group speak; a complete one outweighs the others, then one that is due.
    fn hear<'a>(&self, antigen: &'a Antigen) -> Option<Spoken<'a>> {
        let fits = |it: &&Rival| it.sex.is_none_or(|sex| sex == self.sex);
        let may_begin = |run: &&Run<'_>| {
            let from = run.rival.min_start.map(|age| self.reached(run.rival, age));
            !run.counting.is_empty() || from.is_none_or(|from| from <= self.as_of)
        };
        let runs: Vec<Run<'a>> =
            antigen.rivals.iter().filter(fits).map(|rival| self.run(rival)).collect();
        let mut groups: Vec<u8> = runs.iter().map(|it| it.rival.series_group).collect();
        groups.dedup();
        let of = |group: u8| -> Vec<&Run<'a>> {
            runs.iter().filter(|run| run.rival.series_group == group).collect()
        };
        let mut speakers: Vec<&Run<'a>> = groups
            .into_iter()
            .filter_map(|group| prioritized(&of(group)))
            .filter(may_begin)
            .collect();
        speakers.sort_by_key(|run| match run.course {
            Course::Complete => (0, Date::MIN),
            Course::Due(due) => (1, due.earliest),
            Course::AgedOut | Course::NotNeeded => (2, Date::MIN),
        });
        let speaker = speakers.first()?;
        let place = match speaker.course {
            Course::Due(due) => Some(usize::from(due.place)),
            _ => None,
        };
        Some(Spoken {
            course: speaker.course,
            overrides: place.and_then(|at| speaker.rival.overrides.get(at).copied()) == Some(true),
            immune: antigen.immune_before.is_some_and(|day| self.birth < day),
            judged: speaker.judged.clone(),
        })
    }

    /// One series with the doses that concern it.
    fn run<'a>(&self, rival: &'a Rival) -> Run<'a> {
        let schedule = &rival.schedule;
        let known = self.given.iter().enumerate().filter_map(|(at, it)| {
            let other =
                || schedule.product(LIVE).filter(|_| self.book.live.contains(plain(&it.cvx)));
            let product = schedule.product(plain(&it.cvx)).or_else(other)?;
            Some((at, Dose { product, date: it.date, hundredths: None }))
        });
        let (places, history): (Vec<usize>, Vec<Dose>) = known.unzip();
        let facts = Facts::default();
        let person = Person { birth: self.birth, sex: self.sex, history: &history, facts: &facts };
        let judged = places.into_iter().zip(schedule.audit(&person));
        let judged: Vec<_> = judged.filter(|(_, it)| it.series.is_some()).collect();
        let counting = judged.iter().filter(|(_, it)| it.counts);
        let last = schedule.series.first().and_then(|it| it.versions.last());
        let last = last.and_then(|it| it.paths.first()?.slots.last());
        Run {
            rival,
            counting: counting.map(|(at, _)| self.given[*at].date).collect(),
            course: schedule.course(0, &person, self.as_of),
            start_before: rival.max_start.map(|age| self.reached(rival, age)),
            ends: last.and_then(|slot| slot.max_age).map(|age| self.reached(rival, age)),
            judged,
        }
    }

    /// The day on which an age is reached.
    fn reached(&self, rival: &Rival, age: Age) -> Date {
        let calendar = &rival.schedule.calendar;
        let after = |interval| after_interval(self.birth, interval, calendar);
        let day = match age {
            Age::Months(months) => after(Interval::Months(months)),
            Age::Years(years) => after(Interval::Months(years.saturating_mul(12))),
            Age::MonthsAndDays(months, days) => after(Interval::MonthsAndDays(months, days)),
            Age::Weeks(..) => attained(self.birth, age),
        };
        day.unwrap_or(Date::MAX)
    }
}
