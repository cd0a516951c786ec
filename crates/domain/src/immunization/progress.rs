//! What was given of one series so far, which way through it that is, and which dose is next.

use jiff::civil::Date;

use super::few::Few;
use super::schedule::{DoseName, Gap, Path, ProductId, Schedule, Slot, Version};
use super::when::{Seen, after};

/// The most doses that one course may have.
pub(super) const DOSES: usize = 8;

/// A counting dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Given {
    pub(super) date: Date,
    pub(super) product: ProductId,
    /// Its place on the path that was taken.
    pub(super) slot: u8,
}

/// The counting doses of one series in the order of days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    doses: Few<Given, DOSES>,
    /// Parts of the last dose, where a dose may come in parts (measles and rubella apart).
    pub(super) parts: u8,
}

/// The next dose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'s> {
    pub(super) slot: &'s Slot,
    pub(super) index: u8,
    /// Doses before it were left out.
    cut: bool,
}

impl<'s> Target<'s> {
    pub(super) fn gaps(&self) -> &'s [Gap] {
        let instead = self.cut && !self.slot.gaps_if_cut.is_empty();
        if instead { &self.slot.gaps_if_cut } else { &self.slot.gaps }
    }
}

impl Progress {
    pub(super) fn doses(&self) -> &[Given] {
        self.doses.as_slice()
    }

    pub(super) fn count(&self) -> u32 {
        self.doses().len().try_into().unwrap_or(u32::MAX)
    }

    /// Forgets the doses before `start`: a new season, another pregnancy.
    pub(super) fn begin(&mut self, start: Date) {
        if self.doses().last().is_some_and(|last| last.date < start) {
            self.doses.clear();
            self.parts = 0;
        }
    }

    /// Notes a counting dose.
    pub(super) fn note(&mut self, given: Given, parts: u8) {
        let same_slot = self.doses().last().is_some_and(|last| last.slot == given.slot);
        self.parts = if same_slot { self.parts | parts } else { parts };
        self.doses.push(given);
    }
}

impl Schedule {
    /// The way through the series that the doses so far take, with `next` as one more.
    pub(super) fn path<'s>(
        &self,
        version: &'s Version,
        birth: Date,
        progress: &Progress,
        next: Option<(ProductId, Date)>,
    ) -> Option<&'s Path> {
        version.paths.iter().find(|path| self.fits(path, birth, progress, next))
    }

    fn fits(
        &self,
        path: &Path,
        birth: Date,
        progress: &Progress,
        next: Option<(ProductId, Date)>,
    ) -> bool {
        let given = progress.doses();
        let first = given.first().map(|it| it.date).or(next.map(|next| next.1));
        let second = match given {
            [] => None,
            [_] => next.map(|next| next.1),
            [_, second, ..] => Some(second.date),
        };
        let only = |product: ProductId| path.only == 0 || path.only & 1 << product != 0;
        let apart = |interval| match (first, second) {
            (Some(first), Some(second)) => self.kept_from(first, interval) <= second,
            _ => true,
        };
        path.born.is_none_or(|born| born.0 <= birth && birth <= born.1)
            && given.iter().all(|it| only(it.product))
            && next.is_none_or(|next| only(next.0))
            && first.is_none_or(|first| {
                path.start_to.is_none_or(|age| first <= self.last_day(birth, age))
                    && path.started_before.is_none_or(|day| first < day)
            })
            && path.apart.is_none_or(apart)
    }

    /// The dose that comes next on `path` on `day`; none if all are given or none may be any more.
    pub(super) fn target<'s>(
        &self,
        version: &Version,
        path: &'s Path,
        seen: &Seen<'_>,
    ) -> Option<Target<'s>> {
        let last = seen.progress.doses().last();
        let partial = seen.progress.parts & version.parts != version.parts;
        let stays = |slot: usize| partial || path.slots.get(slot).is_some_and(|slot| slot.repeats);
        let begin = last.map_or(0, |last| usize::from(last.slot));
        let begin = begin + usize::from(last.is_some() && !stays(begin));
        let slots = path.slots.iter().enumerate().skip(begin);
        let mut open = slots.filter(|(_, slot)| !self.closed(slot, last, seen));
        let (index, slot) = open.next()?;
        Some(Target { slot, index: index.try_into().ok()?, cut: begin < index })
    }

    /// Whether a dose is not given, or not any more, on the day that is seen.
    fn closed(&self, slot: &Slot, last: Option<&Given>, seen: &Seen<'_>) -> bool {
        let passed = |age| self.last_day(seen.birth, age) < seen.day;
        let late = |age| last.is_some_and(|last| self.last_day(seen.birth, age) < last.date);
        slot.not_after.is_some_and(passed)
            || slot.unless_previous_after.is_some_and(late)
            || slot.skips.iter().any(|skip| self.skips(skip, seen))
    }

    /// The first day after `day` on which another rule may hold for the next dose.
    pub(super) fn next_change(
        &self,
        versions: &[Version],
        birth: Date,
        progress: &Progress,
        day: Date,
    ) -> Option<Date> {
        let given = progress.doses();
        let begin = given.last().map_or(0, |last| usize::from(last.slot));
        let mut soonest: Option<Date> = None;
        let mut see = |change: Date| {
            if day < change && soonest.is_none_or(|soonest| change < soonest) {
                soonest = Some(change);
            }
        };
        for version in versions {
            see(version.basis.in_force_from);
            for path in &version.paths {
                if let (Some(age), true) = (path.start_to, given.is_empty()) {
                    see(after(self.last_day(birth, age)));
                }
                if let (Some(interval), [only]) = (path.apart, given) {
                    see(self.kept_from(only.date, interval));
                }
                for age in path.slots.iter().skip(begin).filter_map(|slot| slot.not_after) {
                    see(after(self.last_day(birth, age)));
                }
            }
        }
        for conflict in &self.conflicts {
            see(conflict.basis.in_force_from);
            conflict.until.into_iter().for_each(|until| see(after(until)));
        }
        soonest
    }
}

impl DoseName {
    /// Its place among the doses, for people: 1, 2 … or none for the booster.
    #[must_use]
    pub fn number(self) -> Option<u8> {
        match self {
            Self::Primary(number) => Some(number),
            Self::Booster => None,
        }
    }
}
