//! Routine immunisation: a schedule as data, and one evaluator for it.
//!
//! A [`Schedule`] is what `rules/immunization/` says; nothing in it is code. Four questions are put
//! to it: [`Schedule::audit`] judges a history dose by dose, [`Schedule::check`] a dose about to be
//! given, [`Schedule::plan`] says what comes next, [`Schedule::window`] when a series is routine.
//! History is judged by the rule in force on the day of each dose.
//!
//! A dose is judged from what came before it only, so a later dose never changes an earlier verdict.
//!
//! law:予防接種法施行令3 law:予防接種実施規則 law:予防接種法施行規則2 law:対象者の解釈H26
//! law:接種間隔の解釈

mod body;
pub mod coverage;
mod due;
mod few;
pub mod gate;
mod judge;
mod link;
mod lot;
mod notice;
mod person;
mod plan;
mod progress;
pub mod reminder;
mod schedule;
mod skip;
mod standing;
mod text;
mod when;

use jiff::civil::Date;

use judge::{Eye, Judge};

pub use body::{Route, Site};
pub use due::{Course, Due};
pub use link::Index;
pub use lot::lot_key;
pub use notice::{About, Code, Notice, Verdict, verdict};
pub use person::{Candidate, Delay, DelayReason, Dose, Facts, Person, in_order};
pub use plan::{Item, Status};
pub use schedule::{
    AgeReading, Ages, Amount, Bound, Condition, Conflict, DelayRule, DoseCount, DoseName, Effect,
    EffectKind, Fever, Fit, Gap, GapFrom, IntervalReading, Kind, Listing, Needs, Path, Product,
    ProductId, Reading, Recurs, Schedule, Series, SeriesId, Set, Skip, SkipWhen, Slot, Standard,
    Switch, Term, Use, Version, When, Window, flag,
};
pub use standing::Judged;
pub use text::Reader;

/// When a series is routine for a person, and when its doses are usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// First and last day; none where never.
    pub routine: Option<(Date, Date)>,
    /// The doses that are usual at an age.
    pub standard: Vec<(DoseName, Date, Date)>,
}

impl Schedule {
    fn judge<'s, 'p>(&'s self, person: &'p Person<'p>, today: Date, eye: Eye) -> Judge<'s, 'p> {
        let pregnant_since = person.facts.pregnant_since(self, today);
        Judge { schedule: self, person, pregnant_since, eye }
    }

    /// Judges every dose of the history, in order.
    #[must_use]
    pub fn audit<'s>(&'s self, person: &Person<'_>) -> Vec<Judged<'s>> {
        let today = person.history.last().map_or(person.birth, |dose| dose.date);
        let judge = self.judge(person, today, Eye::Given);
        let mut standing = standing::Standing::new(self.series.len());
        let mut judged = Vec::with_capacity(person.history.len());
        for (at, dose) in person.history.iter().enumerate() {
            let mut notices = Vec::new();
            let placed = judge.take(at, dose, &mut standing, &mut notices);
            if placed.is_none() {
                notices.push(Notice::new(Code::NotRoutine, &judge.product(dose.product).basis));
            }
            judged.push(Judged::new(placed, notices));
        }
        judged
    }

    /// Judges a dose about to be given.
    #[must_use]
    pub fn check<'s>(&'s self, person: &Person<'_>, candidate: &Candidate) -> Judged<'s> {
        let dose = &candidate.dose;
        let past = self.judge(person, dose.date, Eye::Given);
        let needs = past.product(dose.product).needs;
        let mut standing = past.standing(dose.date, needs);
        let judge = self.judge(person, dose.date, Eye::Asked);
        let mut notices = Vec::new();
        let placed = judge.place_in(dose, &mut standing, &mut notices);
        let placed = placed.map(|(id, placed, number)| (id, number, placed.counts));
        if placed.is_none() {
            notices.push(Notice::new(Code::NotRoutine, &judge.product(dose.product).basis));
        }
        judge.today(placed.map(|it| it.0), candidate, &mut notices);
        Judged::new(placed, notices)
    }

    /// What comes next in every series that concerns the person.
    #[must_use]
    pub fn plan<'s>(&'s self, person: &Person<'_>, as_of: Date) -> Vec<Item<'s>> {
        self.judge(person, as_of, Eye::Planned).plan(as_of)
    }

    /// When `series` is routine for somebody without a history, seen from `as_of`.
    #[must_use]
    pub fn window(&self, series: SeriesId, person: &Person<'_>, as_of: Date) -> Times {
        let judge = self.judge(person, as_of, Eye::Planned);
        let nothing = progress::Progress::default();
        let routine = judge.routine_days(series, &nothing, as_of).around(as_of);
        let version = self.series[usize::from(series)].version(as_of);
        let path = self.path(version, person.birth, &nothing, None);
        let slots = path.into_iter().flat_map(|path| &path.slots);
        let usual =
            |slot: &Slot| judge.usual_ages(&slot.standard).map(|days| (slot.dose, days.0, days.1));
        let standard = if routine.is_some() { slots.filter_map(usual).collect() } else { vec![] };
        Times { routine, standard }
    }
}

#[cfg(test)]
mod tests;
