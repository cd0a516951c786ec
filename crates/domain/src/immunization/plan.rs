//! What comes next: when it may be given, when it should be, until when it is routine.

use jiff::civil::Date;

use super::judge::{Eye, Judge};
use super::notice::{Code, Notice, Verdict, verdict};
use super::person::{Candidate, Dose};
use super::progress::Progress;
use super::schedule::{
    DoseName, Listing, ProductId, Recurs, SeriesId, Slot, Standard, Use, Version,
};
use super::standing::Standing;
use super::when::{Days, Eligible, before, season_days};

/// The most steps on the way to the earliest day. Each step passes a change of rule or keeps one
/// more interval, so a dozen is many.
const STEPS: usize = 64;

/// Where a person stands in a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not yet allowed, or the usual time has not come.
    Before,
    /// In the usual time, and allowed.
    Now,
    /// After the usual time, still routine; or too late to finish.
    Late,
    /// No longer routine.
    Ended,
    /// Everything is given.
    Complete,
    /// Not for this person.
    Excluded,
}

impl Status {
    /// In answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Now => "now",
            Self::Late => "late",
            Self::Ended => "ended",
            Self::Complete => "complete",
            Self::Excluded => "excluded",
        }
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'s> {
    /// The series.
    pub series: SeriesId,
    /// The next dose; none when complete.
    pub dose: Option<DoseName>,
    /// Counting doses so far: in this life, season or pregnancy, as the series recurs.
    pub given: u32,
    /// Where the person stands.
    pub status: Status,
    /// The first day on which it is routine.
    pub earliest: Option<Date>,
    /// The usual time: recommended from the first day, past due after the last.
    pub standard: Option<Days>,
    /// First and last day as a routine vaccination.
    pub routine: Option<Days>,
    /// What is worth knowing.
    pub notices: Vec<Notice<'s>>,
}

impl<'s> Judge<'s, '_> {
    /// Every series that concerns the person.
    pub(super) fn plan(&self, as_of: Date) -> Vec<Item<'s>> {
        let mut standing = Judge { eye: Eye::Given, ..*self }.standing(Date::MAX, !0);
        let mut items = Vec::with_capacity(self.schedule.series.len());
        for id in 0..u8::try_from(self.schedule.series.len()).unwrap_or(u8::MAX) {
            if self.listed(id) {
                items.push(self.item(id, as_of, &mut standing));
            }
        }
        items
    }

    /// Whether a plan shows the series.
    fn listed(&self, id: SeriesId) -> bool {
        let series = self.series(id);
        let has = |id: &SeriesId| {
            self.person.history.iter().any(|dose| self.product(dose.product).homes.contains(id))
        };
        let shown = match series.listing {
            Listing::Always => true,
            Listing::History => has(&id),
            Listing::Cohort => {
                let eligible = |version: &Version| {
                    let nothing = Progress::default();
                    let seen = self.seen(&nothing, version.basis.in_force_from);
                    self.belongs(version)
                        && self.schedule.eligible(version, &seen).next(Date::MIN).is_some()
                };
                has(&id) || series.versions.iter().any(eligible)
            }
        };
        shown && (has(&id) || !series.instead_of.iter().any(has))
    }

    fn item(&self, id: SeriesId, as_of: Date, standing: &mut Standing) -> Item<'s> {
        let series = self.series(id);
        let version = series.version(as_of);
        self.renew(version, as_of, standing.of_mut(id));
        let progress = *standing.of(id);
        let mut item = Item {
            series: id,
            dose: None,
            given: progress.count(),
            status: Status::Excluded,
            earliest: None,
            standard: None,
            routine: None,
            notices: Vec::new(),
        };
        let season = matches!(version.recurs, Recurs::Season(_));
        if !season && self.complete(version, &progress, as_of) {
            item.status = Status::Complete;
            return item;
        }
        if self.excluded(id, as_of, &mut item.notices) {
            return item;
        }
        let best = self.best(id, as_of, standing);
        let day = best.map_or(as_of, |best| best.0);
        let product = best.map_or_else(|| self.usual(id, day), |best| best.1);
        self.fill(&mut item, &progress, (day, product));
        item.earliest = best.map(|best| best.0);
        item.status = status(&item, as_of);
        let last = item.routine.map_or(Date::MAX, |days| days.1);
        if item.earliest == Some(as_of) && !self.can_finish(id, &progress, as_of, last) {
            item.status = Status::Late;
            let basis = &series.version(as_of).basis;
            let notice = Notice::new(Code::CannotFinish, basis);
            let until = item.routine.map(|days| days.1);
            item.notices.push(Notice { series: Some(id), ..notice.until(until) });
        }
        item
    }

    /// Whether this person is never one of those whom the series is for. Says why.
    fn excluded(&self, id: SeriesId, as_of: Date, out: &mut Vec<Notice<'s>>) -> bool {
        let series = self.series(id);
        let pregnancy = series.versions.iter().any(|it| it.recurs == Recurs::Pregnancy);
        if pregnancy && self.pregnant_since.is_none()
            || !series.versions.iter().any(|version| self.belongs(version))
        {
            return true;
        }
        if self.person.facts.conditions == 0 {
            return false;
        }
        for used in series.uses.iter().filter(|used| !used.counts_only) {
            let dose = Dose { product: used.product, date: as_of, hundredths: None };
            self.today(Some(id), &Candidate { dose, lot_expires: None }, out);
            out.retain(|it| matches!(it.code, Code::Contraindicated | Code::Excluded));
            if out.is_empty() {
                return false;
            }
        }
        out.dedup_by_key(|it| (it.code, it.basis.map(std::ptr::from_ref)));
        true
    }

    /// The earliest day of all vaccines of the series, and the vaccine.
    fn best(&self, id: SeriesId, as_of: Date, standing: &Standing) -> Option<(Date, ProductId)> {
        let mut best: Option<(Date, ProductId)> = None;
        for used in self.offered(id, as_of) {
            let home = if used.counts_only { self.product(used.product).homes[0] } else { id };
            if let Some(day) = self.earliest(home, used.product, as_of, standing.of(home))
                && best.is_none_or(|best| day < best.0)
            {
                best = Some((day, used.product));
            }
            if best.is_some_and(|best| best.0 == as_of) {
                break;
            }
        }
        best
    }

    /// The vaccines that are, or will be, routine in the series.
    fn offered(&self, id: SeriesId, as_of: Date) -> impl Iterator<Item = &'s Use> + use<'s> {
        let uses = &self.series(id).uses;
        uses.iter().filter(move |used| {
            (!used.counts_only || used.continues) && used.until.is_none_or(|until| as_of <= until)
        })
    }

    /// The vaccine that one would take, if none is routine any more.
    fn usual(&self, id: SeriesId, day: Date) -> ProductId {
        let mut offered = self.offered(id, day);
        offered.next().map_or(self.series(id).uses[0].product, |used| used.product)
    }

    /// The first day from `as_of` on which a dose of `product` is routine.
    ///
    /// From a day that fails, nothing can hold before every failing rule holds again, and no rule
    /// changes before the next day of change: so the way goes from day to day without a search.
    pub(super) fn earliest(
        &self,
        id: SeriesId,
        product: ProductId,
        as_of: Date,
        progress: &Progress,
    ) -> Option<Date> {
        let mut notices = Vec::new();
        let mut day = as_of;
        for _ in 0..STEPS {
            notices.clear();
            if self.probe(id, product, day, progress, &mut notices) == Verdict::Routine {
                return Some(day);
            }
            let blocking = notices.iter().filter(|it| it.code.verdict() != Verdict::Routine);
            let ahead = blocking.map(|it| it.possible_from.unwrap_or(Date::MAX)).max();
            let change = self.schedule.next_change(
                &self.series(id).versions,
                self.person.birth,
                progress,
                day,
            );
            let next = ahead.unwrap_or(Date::MAX).min(change.unwrap_or(Date::MAX));
            if next <= day || next == Date::MAX {
                return None;
            }
            day = next;
        }
        None
    }

    fn probe(
        &self,
        id: SeriesId,
        product: ProductId,
        day: Date,
        progress: &Progress,
        notices: &mut Vec<Notice<'s>>,
    ) -> Verdict {
        let dose = Dose { product, date: day, hundredths: None };
        let mut progress = *progress;
        self.renew(self.series(id).version(day), day, &mut progress);
        self.judge(id, &dose, &progress, notices);
        self.today(Some(id), &Candidate { dose, lot_expires: None }, notices);
        verdict(notices)
    }

    /// The name of the next dose, its usual time, and the days of eligibility.
    fn fill(&self, item: &mut Item<'s>, progress: &Progress, next: (Date, ProductId)) {
        let (day, product) = next;
        let version = self.series(item.series).version(day);
        let mut progress = *progress;
        self.renew(version, day, &mut progress);
        let birth = self.person.birth;
        let path = self.schedule.path(version, birth, &progress, Some((product, day)));
        let path = path.or_else(|| self.schedule.path(version, birth, &progress, None));
        let seen = self.seen(&progress, day);
        let target = path.and_then(|path| self.schedule.target(version, path, &seen));
        item.routine = self.routine_days(item.series, &progress, day).around(day);
        if let Some(target) = target {
            item.dose = Some(target.slot.dose);
            let least = self.kept(&target, &progress, day, true).0;
            item.standard = self.standard(&target.slot.standard, &progress, (day, least));
        }
    }

    /// Every day on which the series is routine, as the rules of each day have it.
    pub(super) fn routine_days(&self, id: SeriesId, progress: &Progress, day: Date) -> Eligible {
        let versions = &self.series(id).versions;
        let mut all = Eligible::default();
        for (at, version) in versions.iter().enumerate().filter(|(_, it)| self.belongs(it)) {
            let first = version.basis.in_force_from;
            let last = versions.get(at + 1).map_or(Date::MAX, |it| before(it.basis.in_force_from));
            let seen = self.seen(progress, day.clamp(first, last.max(first)));
            all.add_within(&self.schedule.eligible(version, &seen), first, last);
        }
        all.merge();
        all
    }

    /// The usual time of a dose.
    fn standard(&self, rule: &Standard, progress: &Progress, days: (Date, Date)) -> Option<Days> {
        let (day, least) = days;
        let mut range = self.usual_ages(rule);
        if let Some((from, to)) = rule.season {
            range = Some(season_days(from, to, day));
        }
        if let (Some((from, to)), Some(last)) = (rule.after, progress.doses().last()) {
            let first = self.schedule.kept_from(last.date, from);
            let end = to.map(|to| self.schedule.kept_from(last.date, to));
            range = Some(match range {
                Some(range) => (range.0.max(first), end.map_or(range.1, |end| range.1.max(end))),
                None => (first, end.unwrap_or(Date::MAX)),
            });
        }
        let (first, last) = range?;
        let first = first.max(least);
        Some((first, last.max(first)))
    }

    /// The usual ages of a dose.
    pub(super) fn usual_ages(&self, rule: &Standard) -> Option<Days> {
        let birth = self.person.birth;
        if let Some((from, to)) = rule.fiscal_years {
            return Some(self.schedule.fiscal_years(birth, from, Some(to)));
        }
        let (from, to) = rule.ages?;
        Some(self.schedule.ages(birth, from, to))
    }

    /// Whether the series can be finished by `last` if its next dose is given on `day`.
    fn can_finish(&self, id: SeriesId, progress: &Progress, day: Date, last: Date) -> bool {
        let mut products = self.offered(id, day).filter(|used| used.holds(day));
        products.any(|used| self.finishes(id, *progress, (used.product, day), last))
            || self.offered(id, day).all(|used| !used.holds(day))
    }

    fn finishes(
        &self,
        id: SeriesId,
        mut progress: Progress,
        next: (ProductId, Date),
        last: Date,
    ) -> bool {
        let (product, mut day) = next;
        let birth = self.person.birth;
        for _ in 0..super::progress::DOSES {
            let version = self.series(id).version(day);
            let path = self.schedule.path(version, birth, &progress, Some((product, day)));
            let Some(path) = path else { return false };
            let seen = self.seen(&progress, day);
            let Some(target) = self.schedule.target(version, path, &seen) else {
                return true;
            };
            let from = self.allowed(target.slot, self.kept(&target, &progress, day, false).0);
            if day < from {
                day = from;
                if last < day {
                    return false;
                }
                continue;
            }
            let given = super::progress::Given { date: day, product, slot: target.index };
            progress.note(given, version.parts);
        }
        true
    }

    /// The first day that keeps the age of a dose as well as `kept`.
    pub(super) fn allowed(&self, slot: &Slot, kept: Date) -> Date {
        let age = slot.min_age.map(|age| self.schedule.first_day(self.person.birth, age));
        kept.max(age.unwrap_or(kept))
    }
}

/// The status that follows from the days.
fn status(item: &Item<'_>, as_of: Date) -> Status {
    match (item.earliest, item.standard) {
        (None, _) => Status::Ended,
        (Some(earliest), _) if as_of < earliest => Status::Before,
        (Some(_), Some((first, _))) if as_of < first => Status::Before,
        (Some(_), Some((_, last))) if last < as_of => Status::Late,
        (Some(_), _) => Status::Now,
    }
}
