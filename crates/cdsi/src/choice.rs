//! Which of several series for one antigen speaks. law:CDSi (chapter 8)

use std::cmp::Reverse;

use domain::day::{Interval, after_interval};
use domain::immunization::{Course, Due, GapFrom, Judged, Schedule, Slot};
use jiff::civil::Date;

use crate::antigen::Rival;

/// A series with a person's doses in it.
pub(crate) struct Run<'a> {
    pub(crate) rival: &'a Rival,
    /// The verdict on each dose, by its place among the doses given.
    pub(crate) judged: Vec<(usize, Judged<'a>)>,
    pub(crate) course: Course,
    /// The days of the doses that count.
    pub(crate) counting: Vec<Date>,
    /// The first day from which on the series must not be begun.
    pub(crate) start_before: Option<Date>,
    /// The first day from which on its last dose must not be given.
    pub(crate) ends: Option<Date>,
}

impl Run<'_> {
    fn complete(&self) -> bool {
        self.course == Course::Complete
    }

    fn begun_in_time(&self) -> bool {
        let first = self.counting.first();
        first.is_some_and(|first| self.start_before.is_none_or(|before| *first < before))
    }

    fn all_count(&self) -> bool {
        self.judged.len() == self.counting.len()
    }

    fn due(&self) -> Option<Due> {
        match self.course {
            Course::Due(due) => Some(due),
            _ => None,
        }
    }

    /// The day on which the series could be finished, if that is early enough.
    fn finish(&self) -> Option<Date> {
        let due = self.due()?;
        let slots = slots(&self.rival.schedule);
        let rest = slots.iter().skip(usize::from(due.place) + 1);
        let finish = rest.fold(due.earliest, |day, slot| after(&self.rival.schedule, slot, day));
        self.ends.is_none_or(|ends| finish < ends).then_some(finish)
    }

    fn missing(&self) -> usize {
        let place = self.due().map_or(0, |due| usize::from(due.place));
        self.rival.overrides.len().saturating_sub(place)
    }
}

fn slots(schedule: &Schedule) -> &[Slot] {
    let paths = schedule.series.first().and_then(|it| it.versions.last()).map(|it| &it.paths);
    paths.and_then(|paths| paths.first()).map_or(&[], |path| &path.slots)
}

/// The day that keeps the interval of a dose from the one before, given on `day`.
fn after(schedule: &Schedule, slot: &Slot, day: Date) -> Date {
    let previous = slot.gaps.iter().filter(|gap| matches!(gap.from, GapFrom::Latest(_)));
    let days = previous.map(|gap| match gap.at_least {
        Interval::Days(0) => day,
        Interval::Days(days) => {
            after_interval(day, Interval::Days(days - 1), &schedule.calendar).unwrap_or(Date::MAX)
        }
        other => after_interval(day, other, &schedule.calendar).unwrap_or(Date::MAX),
    });
    days.max().unwrap_or(day)
}

/// The series that speaks in one series group.
pub(crate) fn prioritized<'r, 'a>(runs: &[&'r Run<'a>]) -> Option<&'r Run<'a>> {
    let may = |run: &&&Run<'_>| {
        if run.rival.evaluation_only { run.complete() } else { run.begun_in_time() }
    };
    let mut scorable: Vec<&Run<'_>> = runs.iter().filter(may).copied().collect();
    let default = || runs.iter().find(|run| run.rival.default).copied();
    if scorable.is_empty() {
        if let Some(default) = default() {
            return Some(default);
        }
        scorable = runs.iter().filter(|run| !run.rival.evaluation_only).copied().collect();
    }
    let complete: Vec<&Run<'_>> = scorable.iter().filter(|run| run.complete()).copied().collect();
    if !complete.is_empty() {
        let best = |run: &&Run<'_>| (run.counting.len(), Reverse(run.rival.preference));
        return complete.into_iter().max_by_key(best);
    }
    let begun = |run: &&Run<'_>| run.due().is_some() && !run.counting.is_empty();
    let begun: Vec<&Run<'_>> = scorable.iter().filter(|run| begun(run)).copied().collect();
    if begun.is_empty() {
        let preferred = scorable.into_iter().min_by_key(|run| run.rival.preference);
        return default().or(preferred);
    }
    let score = |run: &&Run<'_>| (score(run, &begun), Reverse(run.rival.preference));
    begun.iter().max_by_key(|run| score(run)).copied()
}

/// Points for a series in progress, among those in progress.
fn score(run: &Run<'_>, all: &[&Run<'_>]) -> i32 {
    // The only one gets the points, one of several none, the others lose them.
    let points = |weight: i32, has: &dyn Fn(&Run<'_>) -> bool| {
        let alone = all.iter().filter(|run| has(run)).count() == 1;
        match (has(run), alone) {
            (true, true) => weight,
            (true, false) => 0,
            (false, _) => -weight,
        }
    };
    let most = all.iter().map(|run| run.counting.len()).max();
    let fewest = all.iter().map(|run| run.missing()).min();
    let soonest = all.iter().filter_map(|run| run.finish()).min();
    points(2, &|run| run.rival.product_path && run.all_count())
        + points(3, &|run| run.finish().is_some())
        + points(2, &|run| Some(run.counting.len()) == most)
        + points(2, &|run| Some(run.missing()) == fewest)
        + points(1, &|run| run.finish().is_some() && run.finish() == soonest)
}
