//! The person, the doses given, and what the desk knows today.

use jiff::civil::Date;

use super::schedule::{ProductId, Schedule, Set, flag};
use crate::person::Sex;

/// A dose that was given, or is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dose {
    /// The vaccine.
    pub product: ProductId,
    /// The day.
    pub date: Date,
    /// How much, in hundredths of a millilitre.
    pub hundredths: Option<u32>,
}

/// A dose about to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The dose.
    pub dose: Dose,
    /// 使用期限 of the lot: the last day of use.
    pub lot_expires: Option<Date>,
}

/// Whose doses they are.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Day of birth.
    pub birth: Date,
    /// Sex, as far as it is known.
    pub sex: Sex,
    /// Every dose, in the order of days.
    pub history: &'a [Dose],
    /// What else is known.
    pub facts: &'a Facts,
}

/// What the desk knows besides; everything may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Temperature in tenths of a degree.
    pub temperature: Option<i32>,
    /// Conditions, by their numbers in [`Schedule::conditions`].
    pub conditions: Set,
    /// Gestational age in days on the day of the question.
    pub gestation: Option<u32>,
    /// Due date.
    pub due: Option<Date>,
    /// The dose was spat out.
    pub spat_out: bool,
    /// What kept the person from a dose.
    pub delay: Option<Delay>,
    /// 医師が必要と認めた短縮
    pub physician_shortened: bool,
    /// Flags that open windows, of [`flag`].
    pub flags: u8,
    /// Whether doses of the first term of diphtheria and tetanus were given that the history lacks.
    pub dt_previous: Option<bool>,
}

/// What kept the person from a dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// Why.
    pub reason: DelayReason,
    /// The day on which the reason ceased.
    pub ceased: Option<Date>,
}

/// Why a dose was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayReason {
    /// 長期にわたり療養を必要とする疾病
    LongTermIllness,
    /// ワクチンの供給不足
    Shortage,
    /// 災害
    Disaster,
}

impl Facts {
    /// With a flag of [`flag`], if `on`.
    pub fn set_flag(&mut self, which: u8, on: bool) {
        if on {
            self.flags |= which & (flag::DISABILITY | flag::HIV | flag::RUBELLA_LOW);
        }
    }

    /// The first day of the pregnancy, from the gestational age on `today` or the due date.
    pub(super) fn pregnant_since(&self, schedule: &Schedule, today: Date) -> Option<Date> {
        let back = |day: Date, days: u32| crate::day::days_after(day, -i64::from(days)).ok();
        match (self.gestation, self.due) {
            (Some(days), _) => back(today, days),
            (None, Some(due)) => back(due, schedule.term.days),
            (None, None) => None,
        }
    }
}

/// Whether the history is in the order of days.
#[must_use]
pub fn in_order(history: &[Dose]) -> bool {
    history.is_sorted_by_key(|dose| dose.date)
}
