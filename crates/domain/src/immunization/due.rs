//! When the next dose of a series was, is or will be due: the days of a schedule that knows no
//! routine vaccination, only what is early, recommended and past due. law:CDSi

use jiff::civil::Date;

use super::Schedule;
use super::judge::{Eye, Judge};
use super::person::Person;
use super::progress::{Progress, Target};
use super::schedule::{DoseName, SeriesId};
use super::when::before;

/// How far somebody has come in a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// A dose is, was or will be due.
    Due(Due),
    /// Everything is given.
    Complete,
    /// The person is too old for what is left.
    AgedOut,
    /// Nothing was given, and nothing need be.
    NotNeeded,
}

/// The days of the next dose, whatever today is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub dose: DoseName,
    /// Its place on the path.
    pub place: u8,
    /// Not before this day.
    pub earliest: Date,
    /// Best from this day on.
    pub recommended: Date,
    /// Late after this day.
    pub past_due: Option<Date>,
}

impl Schedule {
    /// How far a person has come in `series`, seen from `as_of`.
    #[must_use]
    pub fn course(&self, series: SeriesId, person: &Person<'_>, as_of: Date) -> Course {
        self.judge(person, as_of, Eye::Planned).course(series, as_of)
    }
}

impl<'s> Judge<'s, '_> {
    fn course(&self, id: SeriesId, as_of: Date) -> Course {
        let standing = Judge { eye: Eye::Given, ..*self }.standing(Date::MAX, 1 << id);
        let progress = standing.of(id);
        let version = self.series(id).version(as_of);
        let over = if progress.count() == 0 { Course::NotNeeded } else { Course::Complete };
        let Some(path) = self.schedule.path(version, self.person.birth, progress, None) else {
            return over;
        };
        let mut day = as_of;
        // What need not be given any more when its day has come is left out too.
        for _ in &path.slots {
            let target = self.schedule.target(version, path, &self.seen(progress, day));
            let Some(target) = target else { return over };
            if target.slot.days.is_some_and(|days| days.1 < as_of) {
                return Course::NotNeeded;
            }
            let due = self.due(&target, progress);
            if due.earliest <= day {
                return self.unless_too_old(&target, due, as_of);
            }
            let then = self.schedule.target(version, path, &self.seen(progress, due.earliest));
            if then.is_some_and(|then| then.index == target.index) {
                return self.unless_too_old(&target, due, as_of);
            }
            day = due.earliest;
        }
        over
    }

    fn unless_too_old(&self, target: &Target<'s>, due: Due, as_of: Date) -> Course {
        let last = |age| self.schedule.last_day(self.person.birth, age);
        let too_old = target.slot.max_age.is_some_and(|age| last(age) < as_of.max(due.earliest));
        if too_old { Course::AgedOut } else { Course::Due(due) }
    }

    /// The days of one dose. Ages come before intervals; nothing comes before the earliest day.
    fn due(&self, target: &Target<'s>, progress: &Progress) -> Due {
        let (slot, birth) = (target.slot, self.person.birth);
        let kept = self.kept(target, progress, Date::MAX, true).0.max(birth);
        let mistakes = self.person.history.iter().filter(|it| slot.mistakes >> it.product & 1 == 1);
        let not_before = mistakes.map(|it| it.date).chain(slot.days.map(|days| days.0)).max();
        let earliest = self.allowed(slot, kept).max(self.clear_of_conflicts(target));
        let earliest = earliest.max(not_before.unwrap_or(birth));
        let after = |pick: fn((_, Option<_>)) -> Option<_>| {
            let days = target.gaps().iter().filter_map(|gap| {
                let start = self.gap_start(gap.from, progress, Date::MAX)?;
                Some(self.schedule.kept_from(start, pick(gap.usual?)?))
            });
            days.max()
        };
        let (from, to) = slot.standard.ages.map_or((None, None), |it| (Some(it.0), it.1));
        let from = from.map(|age| self.schedule.first_day(birth, age));
        let to = to.map(|age| self.schedule.last_day(birth, age));
        let recommended = from.or_else(|| after(|usual| Some(usual.0))).unwrap_or(earliest);
        let past_due = to.or_else(|| after(|usual| usual.1).map(before));
        Due {
            dose: slot.dose,
            place: target.index,
            earliest,
            recommended: recommended.max(earliest),
            past_due: past_due.map(|day| day.max(earliest)),
        }
    }

    /// The first day that keeps the intervals from other vaccines.
    fn clear_of_conflicts(&self, target: &Target<'s>) -> Date {
        let kinds =
            target.slot.fits.iter().fold(0, |set, fit| set | self.product(fit.product).kind.bit());
        let mut clear = Date::MIN;
        for rule in self.schedule.conflicts.iter().filter(|rule| rule.after & kinds != 0) {
            for given in self.person.history {
                if rule.before & self.product(given.product).kind.bit() != 0 {
                    clear = clear.max(self.schedule.kept_from(given.date, rule.at_least));
                }
            }
        }
        clear
    }
}
