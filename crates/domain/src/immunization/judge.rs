//! One dose in one series: everything that speaks against it.

use jiff::civil::Date;

use super::notice::{About, Code, Notice};
use super::person::{Candidate, Dose, Person};
use super::progress::{Given, Progress, Target};
use super::schedule::{
    EffectKind, Fit, Gap, GapFrom, Kind, Needs, Product, ProductId, Recurs, Schedule, Series,
    SeriesId, Slot, Use, Version,
};
use super::when::{Eligible, Seen, season_start};
use crate::day::{Interval, days_after};

/// How a dose is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eye {
    /// It was given: what a physician may have decided is taken as decided.
    Given,
    /// It is about to be given.
    Asked,
    /// It may be given some day: what passes does not count.
    Planned,
}

/// Who judges, about whom, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'s, 'p> {
    pub(super) schedule: &'s Schedule,
    pub(super) person: &'p Person<'p>,
    /// The first day of a pregnancy, if one is known.
    pub(super) pregnant_since: Option<Date>,
    pub(super) eye: Eye,
}

/// Where a dose stands in its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) slot: u8,
    pub(super) parts: u8,
    pub(super) counts: bool,
}

impl<'s> Judge<'s, '_> {
    pub(super) fn series(&self, id: SeriesId) -> &'s Series {
        &self.schedule.series[usize::from(id)]
    }

    pub(super) fn product(&self, id: ProductId) -> &'s Product {
        &self.schedule.products[usize::from(id)]
    }

    pub(super) fn seen<'a>(&'a self, progress: &'a Progress, day: Date) -> Seen<'a> {
        let Person { birth, history, facts, .. } = *self.person;
        Seen {
            birth,
            history,
            eye: self.eye,
            facts,
            progress,
            pregnant_since: self.pregnant_since,
            day,
        }
    }

    /// Forgets doses of another season or pregnancy.
    pub(super) fn renew(&self, version: &Version, day: Date, progress: &mut Progress) {
        match version.recurs {
            Recurs::Never => {}
            Recurs::Season(from) => progress.begin(season_start(from, day)),
            Recurs::Pregnancy => {
                let term = i64::from(self.schedule.term.days);
                let known = self.pregnant_since.filter(|since| *since <= day);
                let since = known.or_else(|| days_after(day, -term).ok());
                progress.begin(since.unwrap_or(day));
            }
        }
    }

    /// Everything about `dose` in series `id`, put on `out`.
    pub(super) fn judge(
        &self,
        id: SeriesId,
        dose: &Dose,
        progress: &Progress,
        out: &mut Vec<Notice<'s>>,
    ) -> Placed {
        let begin = out.len();
        let series = self.series(id);
        let version = series.version(dose.date);
        let used = series.used(dose.product, dose.date);
        self.who(version, out);
        self.window(id, dose.date, progress, out);
        if let Some(used) = used {
            in_force(series, used, dose, out);
        }
        self.switches(id, dose, progress, out);
        let parts = used.map_or(version.parts, |used| used.parts);
        let slot = self.place(version, dose, parts, progress, out);
        out.iter_mut().skip(begin).for_each(|notice| notice.series = Some(id));
        self.conflicts(dose, out);
        self.amount(dose, out);
        let spoils = |notice: &Notice<'_>| spoils(notice, series, dose);
        Placed { slot, parts, counts: !out[begin..].iter().any(spoils) }
    }

    /// Sex and birth.
    fn who(&self, version: &'s Version, out: &mut Vec<Notice<'s>>) {
        if !self.belongs(version) {
            out.push(Notice::new(Code::Excluded, &version.basis));
        }
    }

    /// Whether the person is one of those whom `version` is about. Unknown sex excludes nobody.
    pub(super) fn belongs(&self, version: &Version) -> bool {
        let (birth, sex) = (self.person.birth, self.person.sex);
        let of_sex = |want| sex == want || sex == crate::person::Sex::Unknown;
        version.sex.is_none_or(of_sex)
            && version.born_from.is_none_or(|first| first <= birth)
            && version.born_to.is_none_or(|last| birth <= last)
    }

    fn window(&self, id: SeriesId, day: Date, progress: &Progress, out: &mut Vec<Notice<'s>>) {
        let version = self.series(id).version(day);
        let eligible = self.schedule.eligible(version, &self.seen(progress, day));
        if eligible.holds(day) {
            return;
        }
        let code = if eligible.gestation_unknown {
            Code::GestationUnknown
        } else if eligible.before_age(day) {
            Code::TooYoung
        } else if eligible.after_age(day) {
            Code::TooOld
        } else {
            Code::NotInWindow
        };
        let routine = if let [only] = &self.series(id).versions[..]
            && self.belongs(only)
        {
            let mut within = Eligible::default();
            within.add_within(&eligible, only.basis.in_force_from, Date::MAX);
            within
        } else {
            self.routine_days(id, progress, day)
        };
        let notice = Notice::new(code, &version.basis);
        out.push(notice.from(routine.next(day)).until(routine.last_before(day)));
    }

    /// A change of product that is worth a word.
    fn switches(&self, id: SeriesId, dose: &Dose, progress: &Progress, out: &mut Vec<Notice<'s>>) {
        for other in &self.series(id).instead_of {
            let started = self.person.history.iter().find(|given| {
                given.date <= dose.date && self.product(given.product).homes.contains(other)
            });
            if let Some(given) = started {
                let about = About::Other(given.product, given.date);
                let basis = &self.product(dose.product).basis;
                out.push(Notice::new(Code::WrongProduct, basis).about(about));
            }
        }
        for switch in self.schedule.switches.iter().filter(|switch| switch.to == dose.product) {
            let held = switch.until.is_none_or(|until| dose.date <= until);
            let mut doses = progress.doses().iter().rev();
            let given = doses.find(|it| switch.from & 1 << it.product != 0);
            let (Some(given), true) = (given, held) else { continue };
            let counts = |other: SeriesId| {
                let given = |it: &&Dose| {
                    it.date <= dose.date && self.product(it.product).homes.contains(&other)
                };
                u32::try_from(self.person.history.iter().filter(given).count()).unwrap_or(u32::MAX)
            };
            if switch.unequal_to.is_some_and(|other| counts(other) == progress.count()) {
                continue;
            }
            let code = if switch.refuses { Code::WrongProduct } else { Code::ProductSwitch };
            let about = About::Other(given.product, given.date);
            out.push(Notice::new(code, &switch.basis).about(about));
        }
    }

    /// Number, way, age and intervals. The place of the dose, as far as it has one.
    fn place(
        &self,
        version: &'s Version,
        dose: &Dose,
        parts: u8,
        progress: &Progress,
        out: &mut Vec<Notice<'s>>,
    ) -> u8 {
        let birth = self.person.birth;
        let last = progress.doses().last();
        let complete = |out: &mut Vec<Notice<'s>>| {
            let mut notice = Notice::new(Code::AlreadyComplete, &version.basis);
            if let Recurs::Season(from) = version.recurs {
                let year = i32::from(season_start(from, dose.date).year()) + 1;
                notice = notice.from(from.of(year).ok());
            }
            let about = last.map(|last| About::Other(last.product, last.date));
            out.push(notice.about(about.unwrap_or(About::Nothing)));
            last.map_or(0, |last| last.slot)
        };
        if self.complete(version, progress, dose.date) {
            return complete(out);
        }
        let partial = progress.parts & version.parts != version.parts;
        if last.is_some() && partial && parts & !progress.parts == 0 {
            return complete(out);
        }
        let next = Some((dose.product, dose.date));
        let Some(path) = self.schedule.path(version, birth, progress, next) else {
            let about = last.map(|last| About::Other(last.product, last.date));
            let notice = Notice::new(Code::WrongProduct, &version.basis);
            out.push(notice.about(about.unwrap_or(About::Nothing)));
            return last.map_or(0, |last| last.slot + 1);
        };
        let seen = self.seen(progress, dose.date);
        let Some(target) = self.schedule.target(version, path, &seen) else {
            return complete(out);
        };
        self.longer(version, path.slots.len(), progress, out);
        self.slot(version, &target, dose, progress, out);
        target.index
    }

    /// Whether nothing is left to give on `day`.
    pub(super) fn complete(&self, version: &Version, progress: &Progress, day: Date) -> bool {
        let birth = self.person.birth;
        if progress.doses().is_empty() {
            return false;
        }
        let path = self.schedule.path(version, birth, progress, None);
        let seen = self.seen(progress, day);
        path.is_some_and(|path| self.schedule.target(version, path, &seen).is_none())
    }

    /// Says so if this dose makes the way longer.
    fn longer(
        &self,
        version: &'s Version,
        length: usize,
        progress: &Progress,
        out: &mut Vec<Notice<'s>>,
    ) {
        let [first] = progress.doses() else { return };
        let path = self.schedule.path(version, self.person.birth, progress, None);
        let Some(path) = path.filter(|path| path.slots.len() < length) else { return };
        let from = path.apart.map(|interval| self.schedule.kept_from(first.date, interval));
        out.push(Notice::new(Code::ThirdDoseRequired, &version.basis).from(from));
    }

    /// Vaccine, ages and intervals of one dose.
    fn slot(
        &self,
        version: &'s Version,
        target: &Target<'s>,
        dose: &Dose,
        progress: &Progress,
        out: &mut Vec<Notice<'s>>,
    ) {
        let (schedule, birth, slot, day) =
            (self.schedule, self.person.birth, target.slot, dose.date);
        let fits = |fit: &Fit| fit.product == dose.product && schedule.within(birth, fit.ages, day);
        if !slot.fits.is_empty() && !slot.fits.iter().any(fits) {
            out.push(Notice::new(Code::WrongProduct, &version.basis));
        }
        if let Some(last) =
            slot.max_age.map(|age| schedule.last_day(birth, age)).filter(|it| *it < day)
        {
            out.push(Notice::new(Code::TooOld, &version.basis).until(Some(last)));
        }
        if let Some(age) = slot.min_age {
            let from = schedule.first_day(birth, age);
            let grace = slot.absolute_age.filter(|_| self.may(Needs::Nothing));
            let least = grace.map_or(from, |age| schedule.first_day(birth, age));
            if day < least {
                out.push(Notice::new(Code::TooYoung, &version.basis).from(Some(from)));
            }
        }
        if let Some(age) = slot.late_after {
            let last = schedule.last_day(birth, age);
            if last < day {
                out.push(Notice::new(Code::FirstDoseLate, &version.basis).until(Some(last)));
            }
        }
        let (from, shortened) = self.kept(target, progress, day, false);
        if day < from && !self.excused(slot, progress, day) {
            let shown = if self.eye == Eye::Given {
                self.kept(target, progress, day, true).0
            } else {
                from
            };
            let notice = Notice::new(Code::IntervalTooShort, &version.basis).from(Some(shown));
            let last = progress.doses().last();
            let about = last.map_or(About::Nothing, |last| About::Other(last.product, last.date));
            out.push(notice.about(about));
        } else if day < shortened {
            let notice = Notice::new(Code::IntervalShortened, &version.basis);
            out.push(notice.from(Some(shortened)));
        }
    }

    /// The first day that keeps every interval; and, as the second, the first day on which nobody
    /// needs a reason. With `full`, no reason is accepted.
    pub(super) fn kept(
        &self,
        target: &Target<'s>,
        progress: &Progress,
        day: Date,
        full: bool,
    ) -> (Date, Date) {
        let mut kept = (Date::MIN, Date::MIN);
        for gap in target.gaps() {
            let Some(start) = self.gap_start(gap.from, progress, day) else { continue };
            let usual = self.schedule.kept_from(start, gap.at_least);
            let absolute = gap.absolute.filter(|(_, needs)| !full && self.may(*needs));
            let least = absolute.map_or(usual, |(interval, _)| self.earlier(start, interval));
            let silent = absolute.is_some_and(|(_, needs)| needs == Needs::Nothing);
            kept.0 = kept.0.max(least);
            kept.1 = kept.1.max(if silent { least } else { usual });
        }
        kept
    }

    /// Whether another interval excuses one that was too short.
    fn excused(&self, slot: &Slot, progress: &Progress, day: Date) -> bool {
        let kept = |gap: &Gap| {
            let start = self.gap_start(gap.from, progress, day);
            start.is_some_and(|start| self.schedule.kept_from(start, gap.at_least) <= day)
        };
        self.may(Needs::Nothing) && slot.excuses.iter().any(kept)
    }

    /// The dose from which an interval runs.
    pub(super) fn gap_start(&self, from: GapFrom, progress: &Progress, day: Date) -> Option<Date> {
        let given = progress.doses();
        match from {
            GapFrom::Previous => given.last().map(|it| it.date),
            GapFrom::Slot(index) => given.iter().find(|it| it.slot == index).map(|it| it.date),
            GapFrom::Dose(k) => given.get(usize::from(k).wrapping_sub(1)).map(|it| it.date),
            GapFrom::Latest(set) => {
                let mut before = self.person.history.iter().rev().filter(|it| it.date < day);
                before.find(|it| set >> it.product & 1 == 1).map(|it| it.date)
            }
        }
    }

    fn earlier(&self, start: Date, interval: Interval) -> Date {
        self.schedule.kept_from(start, interval)
    }

    fn may(&self, needs: Needs) -> bool {
        match needs {
            Needs::Nothing => self.eye != Eye::Planned,
            _ if self.eye == Eye::Given => true,
            Needs::Physician => self.person.facts.physician_shortened,
            Needs::Condition(set) => self.person.facts.conditions & set != 0,
        }
    }

    /// Intervals from other vaccines. On one day, everything may be given together.
    pub(super) fn conflicts(&self, dose: &Dose, out: &mut Vec<Notice<'s>>) {
        let product = self.product(dose.product);
        for rule in self.schedule.conflicts.iter().filter(|rule| {
            rule.basis.in_force_from <= dose.date
                && rule.until.is_none_or(|until| dose.date <= until)
                && rule.after & product.kind.bit() != 0
        }) {
            for given in self.person.history.iter().take_while(|it| it.date < dose.date) {
                let same = given.product == dose.product && !product.homes.is_empty();
                let other = self.product(given.product);
                if same || rule.before & other.kind.bit() == 0 {
                    continue;
                }
                let from = self.schedule.kept_from(given.date, rule.at_least);
                if dose.date < from {
                    let live = other.kind != Kind::Inactivated;
                    let code =
                        if live { Code::LiveVaccineInterval } else { Code::IntervalTooShort };
                    let about = About::Other(given.product, given.date);
                    out.push(Notice::new(code, &rule.basis).from(Some(from)).about(about));
                }
            }
        }
    }

    fn amount(&self, dose: &Dose, out: &mut Vec<Notice<'s>>) {
        let Some(hundredths) = dose.hundredths else { return };
        let mut right = self.schedule.amounts(dose.product, self.person.birth, dose.date);
        let Some(first) = right.next() else { return };
        if first.hundredths != hundredths && right.all(|it| it.hundredths != hundredths) {
            let about = About::Amount(first.hundredths);
            out.push(Notice::new(Code::AmountWrong, &first.basis).about(about));
        }
    }

    /// What holds only for a dose that has not been given yet.
    pub(super) fn today(
        &self,
        home: Option<SeriesId>,
        candidate: &Candidate,
        out: &mut Vec<Notice<'s>>,
    ) {
        let (facts, dose) = (self.person.facts, &candidate.dose);
        let basis = &self.product(dose.product).basis;
        if let Some(last) = candidate.lot_expires.filter(|last| *last < dose.date) {
            out.push(Notice::new(Code::LotExpired, basis).until(Some(last)));
        }
        let fever = &self.schedule.fever;
        let tenths = facts.temperature.filter(|tenths| fever.tenths <= *tenths);
        if let (Some(tenths), Eye::Asked) = (tenths, self.eye) {
            let about = About::Temperature(tenths, fever.tenths);
            out.push(Notice::new(Code::Fever, &fever.basis).about(about));
        }
        if facts.conditions != 0 {
            self.conditions(dose.product, out);
        }
        let later = self.person.history.iter().rev().take_while(|it| dose.date < it.date);
        let mut same = later.filter(|it| {
            let homes = &self.product(it.product).homes;
            it.product == dose.product || home.is_some_and(|home| homes.contains(&home))
        });
        if let Some(given) = same.next() {
            let about = About::Other(given.product, given.date);
            out.push(Notice::new(Code::Sequence, basis).from(Some(given.date)).about(about));
        }
        if facts.spat_out && self.product(dose.product).kind == Kind::LiveOral {
            out.push(Notice::new(Code::SpatOut, basis));
        }
    }

    fn conditions(&self, product: ProductId, out: &mut Vec<Notice<'s>>) {
        for (number, condition) in (0..).zip(&self.schedule.conditions) {
            let has = self.person.facts.conditions >> number & 1 == 1;
            if !has || condition.passing && self.eye == Eye::Planned {
                continue;
            }
            for effect in condition.effects.iter().filter(|it| it.products >> product & 1 == 1) {
                let code = match effect.what {
                    EffectKind::Contraindicated => Code::Contraindicated,
                    EffectKind::Excluded => Code::Excluded,
                    EffectKind::Caution => Code::Caution,
                };
                let about = About::Condition(number);
                out.push(Notice::new(code, &effect.basis).about(about));
            }
        }
    }
}

/// Whether a dose is a routine vaccine on its day.
fn in_force<'s>(series: &'s Series, used: &'s Use, dose: &Dose, out: &mut Vec<Notice<'s>>) {
    if used.holds(dose.date) {
        return;
    }
    let same = || series.uses.iter().filter(|it| it.product == dose.product);
    let from = same().map(|it| it.from).filter(|from| dose.date < *from).min();
    let ended = same().filter_map(|it| it.until).filter(|until| *until < dose.date).max();
    out.push(Notice::new(Code::ProductNotInForce, &used.basis).from(from).until(ended));
}

/// Whether a notice keeps a dose from counting. Too little is not enough; too much is.
fn spoils(notice: &Notice<'_>, series: &Series, dose: &Dose) -> bool {
    match (notice.code, notice.about) {
        (Code::TooYoung, _) => !series.early_counts,
        (Code::TooOld, _) => series.late_spoils,
        (Code::AmountWrong, About::Amount(right)) => {
            dose.hundredths.is_some_and(|given| given < right)
        }
        (
            Code::IntervalTooShort
            | Code::LiveVaccineInterval
            | Code::AlreadyComplete
            | Code::WrongProduct,
            _,
        ) => true,
        _ => false,
    }
}

impl Placed {
    /// As a counting dose.
    pub(super) fn given(&self, dose: &Dose) -> Given {
        Given { date: dose.date, product: dose.product, slot: self.slot }
    }
}
