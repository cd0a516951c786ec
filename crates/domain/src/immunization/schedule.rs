//! A vaccination schedule as data: what `rules/immunization/` says, ready to be evaluated.
//!
//! Nothing here is Japanese by itself. How an age or an interval is read is a [`Reading`]; a
//! minimum may have an absolute minimum below it (the grace of other countries, the physician's
//! shortening of ours); intervals run from the previous dose, from dose k, or from the latest dose
//! of given products.

use jiff::civil::Date;

use super::body::Route;
use super::link::Index;
use crate::day::{Age, Basis, Calendar, Interval, MonthDay};
use crate::person::Sex;

/// A set of products, conditions or flags: bit n stands for number n.
pub type Set = u64;

/// The number of a product in [`Schedule::products`].
pub type ProductId = u8;

/// The number of a series in [`Schedule::series`].
pub type SeriesId = u8;

/// Everything that is known about vaccines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Figures of the calendar.
    pub calendar: Calendar,
    /// How ages and intervals are read.
    pub reading: Reading,
    /// The vaccines.
    pub products: Vec<Product>,
    /// The series, in the order in which a plan lists them.
    pub series: Vec<Series>,
    /// Intervals between different vaccines.
    pub conflicts: Vec<Conflict>,
    /// What a person may have that speaks against a dose.
    pub conditions: Vec<Condition>,
    /// When a temperature is a fever.
    pub fever: Fever,
    /// How a pregnancy is counted.
    pub term: Term,
    /// Changes of product within a series that are worth a word.
    pub switches: Vec<Switch>,
    /// Filled by [`Schedule::link`].
    pub index: Index,
}

/// How the law of a country reads ages and intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Ages.
    pub ages: AgeReading,
    /// Intervals.
    pub intervals: IntervalReading,
}

/// When an age is reached, and which is the last day below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeReading {
    /// On the eve; the eve is also the last day below (Japan). law:対象者の解釈H26
    Eve,
    /// On the matching day (the first of the next month if there is none); the eve is the last day
    /// below (the United States). law:CDSi
    Matching,
}

/// What n days between two doses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalReading {
    /// n whole days lie between (Japan). law:接種間隔の解釈
    Between,
    /// The second day is the first plus n (the United States). law:CDSi
    Elapsed,
}

/// A vaccine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its code in questions and answers.
    pub code: String,
    /// Japanese name.
    pub ja: String,
    /// English name.
    pub en: String,
    /// What kind of vaccine.
    pub kind: Kind,
    /// Right amounts; none means that the amount is not judged.
    pub amounts: Vec<Amount>,
    /// Where this is laid down.
    pub basis: Basis,
    /// The series that a dose belongs to, in the order in which they are tried.
    pub(super) homes: Vec<SeriesId>,
    /// Series in which it counts without being at home there.
    pub(super) guests: Vec<SeriesId>,
    /// Every series whose state a verdict on this product needs.
    pub(super) needs: Set,
}

/// Live or not, injected or swallowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 注射生ワクチン
    LiveInjected,
    /// 経口生ワクチン
    LiveOral,
    /// 不活化ワクチン and the like
    Inactivated,
}

impl Kind {
    /// By the name that tables use.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "live-injected" => Some(Self::LiveInjected),
            "live-oral" => Some(Self::LiveOral),
            "inactivated" => Some(Self::Inactivated),
            _ => None,
        }
    }

    /// As a member of a [`Set`].
    #[must_use]
    pub fn bit(self) -> Set {
        1 << self as u8
    }
}

/// The right amount at an age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// From this age on.
    pub from: Option<Age>,
    /// Below this age.
    pub to: Option<Age>,
    /// Hundredths of a millilitre.
    pub hundredths: u32,
    /// Route, for people.
    pub route: Option<String>,
    /// Where this is laid down.
    pub basis: Basis,
}

/// One vaccination as the law counts it: Hib, the first term of measles and rubella …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its code in questions and answers.
    pub code: String,
    /// Japanese name.
    pub ja: String,
    /// English name.
    pub en: String,
    /// When a plan shows it.
    pub listing: Listing,
    /// Whether doses given too early count (a voluntary dose that did no harm by being early).
    pub early_counts: bool,
    /// Whether a dose given too late does not count (other countries).
    pub late_spoils: bool,
    /// Series that must not have been started: the same disease, another product.
    pub instead_of: Vec<SeriesId>,
    /// Series of which one should have been begun before: the first term.
    pub expects: Vec<SeriesId>,
    /// The vaccines.
    pub uses: Vec<Use>,
    /// The rules, oldest first.
    pub versions: Vec<Version>,
}

/// When a plan shows a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// Always.
    Always,
    /// Only when the history has a dose of it (superseded by a combination).
    History,
    /// Only for people who belong to its cohort.
    Cohort,
}

/// A vaccine in a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The vaccine.
    pub product: ProductId,
    /// Whether the vaccine has its home in another series and only counts here.
    pub counts_only: bool,
    /// Whether a plan may go on with it though its home is elsewhere.
    pub continues: bool,
    /// Parts of the disease group that it covers, as bits.
    pub parts: u8,
    /// Only from this age on is this the vaccine's home; other homes hold before.
    pub route_from: Option<Age>,
    /// First day as a routine vaccine.
    pub from: Date,
    /// Last day as a routine vaccine.
    pub until: Option<Date>,
    /// Where this is laid down.
    pub basis: Basis,
}

/// The rules of a series from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Where this is laid down; in force from `basis.in_force_from`.
    pub basis: Basis,
    /// Only people of this sex.
    pub sex: Option<Sex>,
    /// Only people born on or after this day.
    pub born_from: Option<Date>,
    /// Only people born on or before this day.
    pub born_to: Option<Date>,
    /// Parts that make a dose whole.
    pub parts: u8,
    /// One course in each period, instead of one in a life.
    pub recurs: Recurs,
    /// When one is eligible: the union.
    pub windows: Vec<Window>,
    /// Extension after a reason that kept one from it.
    pub delay: Option<DelayRule>,
    /// Ways through the series; the first that fits is taken.
    pub paths: Vec<Path>,
}

/// How often a course is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recurs {
    /// Once in a life.
    Never,
    /// Once in each season, which begins on this day of the year.
    Season(MonthDay),
    /// Once in each pregnancy.
    Pregnancy,
}

/// Days on which a person is eligible: within all bounds, if every condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Where this is laid down, if elsewhere than the version.
    pub basis: Option<Basis>,
    /// All of these bounds.
    pub bounds: Vec<Bound>,
    /// All of these conditions.
    pub when: Vec<When>,
}

/// A range of days, derived from the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// From an age until another is reached.
    Age(Age, Option<Age>),
    /// Fiscal years: from the one in which an age is reached to the one in which another is.
    FiscalYears(Age, Option<Age>),
    /// The last year before school.
    BeforeSchool,
    /// Fixed days.
    Days(Date, Date),
    /// Between two days of each year; may cross the new year.
    Season(MonthDay, MonthDay),
    /// Between two gestational ages in days.
    Gestation(u32, u32),
}

/// A condition of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Born between two days.
    Born(Date, Date),
    /// At least one of these flags ([`flag`]).
    Flag(u8),
    /// A shortage, without a day on which it ceased: a dated measure.
    Shortage,
    /// A counting dose between two days.
    DoseBetween(Date, Date),
}

/// Flags of a person that open a window.
pub mod flag {
    /// 60–64 with a disability of heart, kidney or breathing.
    pub const DISABILITY: u8 = 1;
    /// 60–64 with HIV.
    pub const HIV: u8 = 2;
    /// Low antibody against rubella.
    pub const RUBELLA_LOW: u8 = 4;
}

/// 長期療養特例: the window is open again for a time after the reason ceased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayRule {
    /// For how long.
    pub lasts: Age,
    /// Below this age only.
    pub until: Option<Age>,
    /// Where this is laid down.
    pub basis: Basis,
}

/// One way through a series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path {
    /// The first dose was given below this age.
    pub start_to: Option<Age>,
    /// The first dose was given before this day.
    pub started_before: Option<Date>,
    /// Only people born between two days.
    pub born: Option<(Date, Date)>,
    /// All doses are of these products; 0 = any.
    pub only: Set,
    /// The second dose keeps at least this interval from the first.
    pub apart: Option<Interval>,
    /// The doses.
    pub slots: Vec<Slot>,
}

/// The name of a dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoseName {
    /// The n-th of the primary series.
    Primary(u8),
    /// 追加
    Booster,
}

/// One dose of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub dose: DoseName,
    /// Not before this age.
    pub min_age: Option<Age>,
    /// A dose from this age on (below `min_age`) counts nevertheless; none is planned so.
    pub absolute_age: Option<Age>,
    /// Not given from this age on, and no other dose takes its place.
    pub max_age: Option<Age>,
    /// Only with these vaccines, at these ages; none named = with every one of the series.
    pub fits: Vec<Fit>,
    /// Vaccines that are never right here: the next dose is not before the day of such a mistake.
    pub mistakes: Set,
    /// Left out if any of these holds.
    pub skips: Vec<Skip>,
    /// Planned for these days only.
    pub days: Option<(Date, Date)>,
    /// Given again and again, until it is left out.
    pub repeats: bool,
    /// Not given any more from this age on; the next dose takes its place.
    pub not_after: Option<Age>,
    /// Not given if the dose before it was given from this age on.
    pub unless_previous_after: Option<Age>,
    /// Given from this age on, it is worth a warning.
    pub late_after: Option<Age>,
    /// Intervals, all to be kept.
    pub gaps: Vec<Gap>,
    /// Any of these excuses a dose that does not keep `gaps`; none is planned so.
    pub excuses: Vec<Gap>,
    /// Intervals instead of `gaps` if a dose before this one was left out.
    pub gaps_if_cut: Vec<Gap>,
    /// When it is usually given; never a reason to refuse.
    pub standard: Standard,
}

/// A least interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// From which dose.
    pub from: GapFrom,
    /// How long.
    pub at_least: Interval,
    /// A shorter one that counts, and what it takes.
    pub absolute: Option<(Interval, Needs)>,
    /// When the dose is usual after the other end: from and, if laid down, before.
    pub usual: Option<(Interval, Option<Interval>)>,
}

/// A vaccine at an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The vaccine.
    pub product: ProductId,
    /// From an age, below an age.
    pub ages: Ages,
}

/// From an age, below an age; either may be open.
pub type Ages = (Option<Age>, Option<Age>);

/// When a dose is left out: if everything here holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Only when a dose that was given is placed (`Some(true)`), only when one is planned.
    pub given: Option<bool>,
    /// All of these.
    pub when: Vec<SkipWhen>,
}

/// A reason to leave a dose out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipWhen {
    /// At an age.
    Age(Ages),
    /// An interval has passed since the counting dose before.
    Since(Interval),
    /// So many doses are there.
    Doses(DoseCount),
}

/// Doses to be counted, and the number that is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoseCount {
    /// Of these vaccines; 0 = any.
    pub products: Set,
    /// Given at these ages.
    pub ages: Ages,
    /// Given between two days.
    pub days: (Date, Date),
    /// Only those that count in the series.
    pub counting: bool,
    /// How many there must be: less, as many, or more …
    pub than: std::cmp::Ordering,
    /// … than this.
    pub number: u8,
}

/// The other end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapFrom {
    /// The counting dose before.
    Previous,
    /// The k-th counting dose, from 1.
    Dose(u8),
    /// The counting dose that took this place of the path, from 0.
    Slot(u8),
    /// The latest counting dose of these products.
    Latest(Set),
}

/// What a shorter interval takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing (grace): it counts, and is never planned so.
    Nothing,
    /// A physician holds it necessary.
    Physician,
    /// One of these conditions.
    Condition(Set),
}

/// When a dose is usually given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standard {
    /// From an age and, if laid down, below another.
    pub ages: Option<(Age, Option<Age>)>,
    /// In the fiscal years of reaching two ages.
    pub fiscal_years: Option<(Age, Age)>,
    /// Between two days of a year.
    pub season: Option<(MonthDay, MonthDay)>,
    /// After the previous dose: least and most.
    pub after: Option<(Interval, Option<Interval>)>,
}

/// An interval that different vaccines must keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where this is laid down; in force from `basis.in_force_from`.
    pub basis: Basis,
    /// The last day of force.
    pub until: Option<Date>,
    /// Kinds of the vaccine before.
    pub before: Set,
    /// Kinds of the vaccine after.
    pub after: Set,
    /// How long.
    pub at_least: Interval,
}

/// What a person has or had, and what follows for which vaccines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its code in `facts.conditions`.
    pub code: String,
    /// Japanese name.
    pub ja: String,
    /// English name.
    pub en: String,
    /// Whether it passes, so that a plan need not look at it.
    pub passing: bool,
    /// What follows.
    pub effects: Vec<Effect>,
}

/// What follows from a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// For these products.
    pub products: Set,
    /// What.
    pub what: EffectKind,
    /// Where this is laid down.
    pub basis: Basis,
}

/// How much a condition weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectKind {
    /// 接種不適当者: must not be given.
    Contraindicated,
    /// Not a routine vaccination for this person.
    Excluded,
    /// 接種要注意者: a physician judges.
    Caution,
}

/// 明らかな発熱
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fever {
    /// From this temperature on, tenths of a degree.
    pub tenths: i32,
    /// Where this is laid down.
    pub basis: Basis,
}

/// How a pregnancy is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Days from the beginning to the due date.
    pub days: u32,
    /// Where this is laid down.
    pub basis: Basis,
}

/// A change of product that is worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// From any of these.
    pub from: Set,
    /// To this.
    pub to: ProductId,
    /// Through this day.
    pub until: Option<Date>,
    /// Only if this other series has fewer or more counting doses than the one given.
    pub unequal_to: Option<SeriesId>,
    /// Whether it refuses the dose (`wrong-product`) or only warns (`product-switch`).
    pub refuses: bool,
    /// Where this is laid down.
    pub basis: Basis,
}

impl Product {
    /// A product without a home yet; [`Schedule::link`] finds it.
    #[must_use]
    pub fn new(names: [String; 3], kind: Kind, amounts: Vec<Amount>, basis: Basis) -> Self {
        let [code, ja, en] = names;
        Self { code, ja, en, kind, amounts, basis, homes: vec![], guests: vec![], needs: 0 }
    }

    /// How it may be given; none if nothing is laid down.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        self.amounts.iter().filter_map(|amount| amount.route.as_deref()).flat_map(Route::of)
    }
}

impl Series {
    /// The rules in force on `day`; before the first ones, the first.
    pub(super) fn version(&self, day: Date) -> &Version {
        let later = self.versions.iter().rposition(|it| it.basis.in_force_from <= day);
        &self.versions[later.unwrap_or(0)]
    }

    /// How `product` stands in this series on `day`: the entry in force, or the nearest.
    pub(super) fn used(&self, product: ProductId, day: Date) -> Option<&Use> {
        let mut found = None;
        for used in self.uses.iter().filter(|used| used.product == product) {
            if used.holds(day) {
                return Some(used);
            }
            found = Some(used);
        }
        found
    }
}

impl Use {
    /// Whether it is a routine vaccine on `day`.
    pub(super) fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}
