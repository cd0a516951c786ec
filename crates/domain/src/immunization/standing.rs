//! The history, dose by dose: to which series each belongs, and what it counts.

use jiff::civil::Date;

use super::judge::{Judge, Placed};
use super::notice::{Code, Notice, Verdict, verdict};
use super::person::{Dose, Person};
use super::progress::{Given, Progress};
use super::schedule::{Listing, SeriesId, Set};

/// The counting doses of every series.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    progress: Vec<Progress>,
}

/// The verdict on one dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged<'s> {
    /// The series it belongs to; none if the vaccine has no routine series.
    pub series: Option<SeriesId>,
    /// Its number among the counting doses of the series, or the number that it would have had.
    pub number: Option<u32>,
    /// Whether it counts.
    pub counts: bool,
    /// What may or might have been done with it.
    pub verdict: Verdict,
    /// Everything there is to say.
    pub notices: Vec<Notice<'s>>,
}

impl Standing {
    /// Nothing given yet.
    pub(super) fn new(series: usize) -> Self {
        Self { progress: vec![Progress::default(); series] }
    }

    pub(super) fn of(&self, id: SeriesId) -> &Progress {
        &self.progress[usize::from(id)]
    }

    pub(super) fn of_mut(&mut self, id: SeriesId) -> &mut Progress {
        &mut self.progress[usize::from(id)]
    }
}

impl<'s> Judge<'s, '_> {
    /// The doses of the history up to and including `last` that concern the series in `needs`.
    pub(super) fn standing(&self, last: Date, needs: Set) -> Standing {
        let mut standing = Standing::new(self.schedule.series.len());
        let mut notices = Vec::new();
        let doses = self.person.history.iter().take_while(|dose| dose.date <= last);
        for (at, dose) in doses.enumerate() {
            let product = self.product(dose.product);
            if product.homes.iter().any(|home| needs >> home & 1 == 1) {
                notices.clear();
                self.take(at, dose, &mut standing, &mut notices);
            }
        }
        standing
    }

    /// Judges the dose at place `at` of the history by what stands before it and, if it counts,
    /// counts it.
    pub(super) fn take(
        &self,
        at: usize,
        dose: &Dose,
        standing: &mut Standing,
        out: &mut Vec<Notice<'s>>,
    ) -> Option<(SeriesId, u32, bool)> {
        let person = Person { history: &self.person.history[..at], ..*self.person };
        let then = Judge { person: &person, ..*self };
        let (id, placed, number) = then.place_in(dose, standing, out)?;
        if placed.counts {
            standing.of_mut(id).note(placed.given(dose), placed.parts);
            for guest in &self.product(dose.product).guests {
                self.count_as_guest(*guest, dose, standing);
            }
        }
        Some((id, number, placed.counts))
    }

    /// Judges a dose in the series that it belongs to.
    pub(super) fn place_in(
        &self,
        dose: &Dose,
        standing: &mut Standing,
        out: &mut Vec<Notice<'s>>,
    ) -> Option<(SeriesId, Placed, u32)> {
        let Some(id) = self.home(dose, standing) else {
            self.conflicts(dose, out);
            return None;
        };
        let series = self.series(id);
        self.renew(series.version(dose.date), dose.date, standing.of_mut(id));
        let placed = self.judge(id, dose, standing.of(id), out);
        if !series.expects.is_empty() {
            self.first_term(id, standing, out);
        }
        let number = standing.of(id).count() + 1;
        Some((id, placed, number))
    }

    /// The second term without a first one is worth a word.
    fn first_term(&self, id: SeriesId, standing: &Standing, out: &mut Vec<Notice<'s>>) {
        let series = self.series(id);
        let begun = |other: &SeriesId| standing.of(*other).count() != 0;
        if self.person.facts.dt_previous != Some(true) && !series.expects.iter().any(begun) {
            let basis = &series.versions[0].basis;
            out.push(Notice { series: Some(id), ..Notice::new(Code::FirstTermMissing, basis) });
        }
    }

    /// A dose that is at home elsewhere takes the next place here, whatever the intervals.
    fn count_as_guest(&self, id: SeriesId, dose: &Dose, standing: &mut Standing) {
        let (birth, series) = (self.person.birth, self.series(id));
        let version = series.version(dose.date);
        let progress = standing.of_mut(id);
        self.renew(version, dose.date, progress);
        let next = Some((dose.product, dose.date));
        let path = self.schedule.path(version, birth, progress, next);
        let seen = self.seen(progress, dose.date);
        let target = path.and_then(|path| self.schedule.target(version, path, &seen));
        if let Some(target) = target {
            let given = Given { date: dose.date, product: dose.product, slot: target.index };
            let parts = series.used(dose.product, dose.date).map_or(0, |used| used.parts);
            progress.note(given, parts);
        }
    }

    /// The series that a dose belongs to: one that is eligible and not complete, else one that is
    /// eligible, else one that is not complete.
    pub(super) fn home(&self, dose: &Dose, standing: &Standing) -> Option<SeriesId> {
        let homes = &self.product(dose.product).homes;
        if let [] | [_] = homes[..] {
            return homes.first().copied();
        }
        let grown = |id: SeriesId| {
            let age = self.series(id).used(dose.product, dose.date).and_then(|it| it.route_from);
            age.map(|age| self.schedule.first_day(self.person.birth, age) <= dose.date)
        };
        let any_grown = homes.iter().any(|id| grown(*id) == Some(true));
        let open = |id: SeriesId| {
            let series = self.series(id);
            series.listing != Listing::Cohort || self.belongs(series.version(dose.date))
        };
        let here = homes.iter().copied().filter(|id| open(*id) && grown(*id).unwrap_or(!any_grown));
        let mut choice: Option<(u8, SeriesId)> = None;
        for id in here {
            let version = self.series(id).version(dose.date);
            let mut progress = *standing.of(id);
            self.renew(version, dose.date, &mut progress);
            let eligible = self.schedule.eligible(version, &self.seen(&progress, dose.date));
            let complete = self.complete(version, &progress, dose.date);
            let rank = match (eligible.holds(dose.date), complete) {
                (true, false) => 0,
                (true, true) => 1,
                (false, false) => 2,
                (false, true) => 3,
            };
            // Of two that are complete and closed, the later term.
            if choice.is_none_or(|(best, _)| rank < best || rank == 3 && best == 3) {
                choice = Some((rank, id));
            }
        }
        choice.map(|(_, id)| id)
    }
}

impl<'s> Judged<'s> {
    pub(super) fn new(placed: Option<(SeriesId, u32, bool)>, notices: Vec<Notice<'s>>) -> Self {
        let (series, number) = (placed.map(|it| it.0), placed.map(|it| it.1));
        let counts = placed.is_some_and(|it| it.2);
        Self { series, number, counts, verdict: verdict(&notices), notices }
    }
}
