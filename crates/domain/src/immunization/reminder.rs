//! Notices (勧奨): which doses somebody is told of, and when. Nothing is told twice.
//!
//! law:予防接種法8 for A類; B類 is only made known, law:予防接種法施行令6.

use jiff::civil::Date;

use super::plan::{Item, Status};
use super::schedule::{DoseName, SeriesId, Set};
use crate::day::{Basis, days_after};

/// When people are told, and how coverage is counted: `rules/immunization/notices.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// So many days before the usual time begins.
    pub due_soon: i64,
    /// So many days before the routine vaccination ends.
    pub last_chance: i64,
    /// Where notices are laid down.
    pub basis: Basis,
    /// The series that one is only told of (B類).
    pub information: Set,
    /// Where that is laid down.
    pub information_basis: Basis,
    /// Coverage counts people until so many days after a series ended for them.
    pub look_back: i64,
    /// A dose that was put off is told apart for so many days.
    pub put_off: i64,
}

/// Why somebody is told of a dose; the later the more urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// The usual time begins, or has begun.
    DueSoon,
    /// The usual time is over; the dose is still routine.
    Overdue,
    /// The routine vaccination ends.
    LastChance,
}

impl Occasion {
    /// Every occasion, the least urgent first.
    pub const ALL: [Self; 3] = [Self::DueSoon, Self::Overdue, Self::LastChance];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::DueSoon => "due-soon",
            Self::Overdue => "overdue",
            Self::LastChance => "last-chance",
        }
    }

    /// From [`Occasion::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.code() == code)
    }

    /// For people.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::DueSoon => "まもなく時期",
            Self::Overdue => "時期を過ぎた",
            Self::LastChance => "まもなく終わり",
        }
    }
}

/// A notice that was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// The series.
    pub series: SeriesId,
    /// Which dose of it.
    pub dose: DoseName,
    /// Why.
    pub occasion: Occasion,
    /// The last day of the routine vaccination, as it was told.
    pub until: Option<Date>,
}

/// A notice to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// The series.
    pub series: SeriesId,
    /// Which dose of it.
    pub dose: DoseName,
    /// Why.
    pub occasion: Occasion,
    /// The first day on which the dose may be given, or is usual.
    pub due: Date,
    /// The last day on which it is routine.
    pub until: Date,
}

impl Rules {
    /// Whether a series is recommended (A類), or only made known (B類).
    #[must_use]
    pub const fn recommends(&self, series: SeriesId) -> bool {
        self.information >> series & 1 == 0
    }

    /// The notices that a plan calls for and that were not sent: at most one for a series, the most
    /// urgent. A less urgent one never follows a more urgent one. What was told of a season that is
    /// over says nothing of the next. `lead` is [`Schedule::lead`]: of series that stand for each
    /// other, one is told.
    ///
    /// [`Schedule::lead`]: super::Schedule::lead
    #[must_use]
    pub fn reminders(
        &self,
        plan: &[Item<'_>],
        sent: &[Sent],
        today: Date,
        lead: impl Fn(SeriesId) -> SeriesId,
    ) -> Vec<Reminder> {
        let told = |of: &Reminder| {
            sent.iter().any(|sent| {
                (lead(sent.series), sent.dose) == (lead(of.series), of.dose)
                    && sent.occasion >= of.occasion
                    && sent.until.is_none_or(|until| today <= until)
            })
        };
        let mut due: Vec<Reminder> = Vec::new();
        for reminder in plan.iter().filter_map(|item| self.reminder(item, today)) {
            if !due.iter().any(|other| lead(other.series) == lead(reminder.series)) {
                due.push(reminder);
            }
        }
        due.retain(|reminder| !told(reminder));
        due
    }

    fn reminder(&self, item: &Item<'_>, today: Date) -> Option<Reminder> {
        if !matches!(item.status, Status::Before | Status::Now | Status::Late) {
            return None;
        }
        let (dose, earliest, (first, until)) = (item.dose?, item.earliest?, item.routine?);
        if until < earliest {
            return None;
        }
        let due = item.standard.map_or(earliest, |usual| usual.0.max(earliest));
        let within = |day: Date, days: i64| days_after(today, days).is_ok_and(|last| day <= last);
        let occasion = match () {
            () if first <= today && within(until, self.last_chance) => Occasion::LastChance,
            () if item.standard.is_some_and(|usual| usual.1 < today) => Occasion::Overdue,
            () if within(due, self.due_soon) => Occasion::DueSoon,
            () => return None,
        };
        Some(Reminder { series: item.series, dose, occasion, due: due.min(until), until })
    }
}

impl Sent {
    /// Whether nothing is left to do about it, by what the plan says now: the dose was given, or
    /// another one comes next.
    #[must_use]
    pub fn is_answered(&self, plan: &[Item<'_>], lead: impl Fn(SeriesId) -> SeriesId) -> bool {
        let mut of = plan.iter().filter(|item| lead(item.series) == lead(self.series));
        let Some(item) = of.clone().find(|item| item.given > 0).or_else(|| of.next()) else {
            return false;
        };
        let later = item.dose.is_some_and(|dose| rank(dose) > rank(self.dose));
        // Given, so that the next possible day lies in another season.
        let next_course =
            item.given > 0 && self.until.is_some_and(|until| item.earliest > Some(until));
        item.status == Status::Complete || later || next_course
    }
}

const fn rank(dose: DoseName) -> u8 {
    match dose {
        DoseName::Primary(number) => number,
        DoseName::Booster => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const FIRST: DoseName = DoseName::Primary(1);

    fn alone(series: SeriesId) -> SeriesId {
        series
    }

    fn rules() -> Rules {
        let day = date(2013, 4, 1);
        let basis = Basis { law: "L".into(), in_force_from: day, checked_on: day, doubt: None };
        let information_basis = basis.clone();
        let (due_soon, last_chance) = (30, 60);
        let (information, look_back, put_off) = (1 << 7, 1826, 180);
        Rules { due_soon, last_chance, basis, information, information_basis, look_back, put_off }
    }

    /// Usual from 2026-06-01 to 2026-08-31, routine from 2026-05-01 to 2027-04-30.
    fn item(status: Status) -> Item<'static> {
        Item {
            series: 3,
            dose: Some(FIRST),
            given: 0,
            status,
            earliest: Some(date(2026, 5, 1)),
            standard: Some((date(2026, 6, 1), date(2026, 8, 31))),
            routine: Some((date(2026, 5, 1), date(2027, 4, 30))),
            notices: Vec::new(),
        }
    }

    fn told(item: &Item<'_>, sent: &[Sent], today: Date) -> &'static str {
        let reminders = rules().reminders(std::slice::from_ref(item), sent, today, alone);
        reminders.first().map_or("nothing", |reminder| reminder.occasion.code())
    }

    #[test]
    fn each_day_has_its_occasion() {
        for (today, want) in [
            (date(2026, 5, 1), "nothing"),
            (date(2026, 5, 2), "due-soon"),
            (date(2026, 6, 1), "due-soon"),
            (date(2026, 8, 31), "due-soon"),
            (date(2026, 9, 1), "overdue"),
            (date(2027, 2, 28), "overdue"),
            (date(2027, 3, 1), "last-chance"),
            (date(2027, 4, 30), "last-chance"),
        ] {
            assert_eq!(told(&item(Status::Now), &[], today), want, "{today}");
        }
    }

    #[test]
    fn nobody_is_told_of_what_cannot_be_given() {
        let today = date(2026, 7, 1);
        for (status, want) in [
            (Status::Before, "due-soon"),
            (Status::Now, "due-soon"),
            (Status::Late, "due-soon"),
            (Status::Ended, "nothing"),
            (Status::Complete, "nothing"),
            (Status::Excluded, "nothing"),
        ] {
            assert_eq!(told(&item(status), &[], today), want, "{status:?}");
        }
        let late = Item { earliest: Some(date(2027, 5, 1)), ..item(Status::Before) };
        assert_eq!(told(&late, &[], date(2027, 4, 1)), "nothing", "possible only after the end");
        let never = Item { earliest: None, ..item(Status::Now) };
        assert_eq!(told(&never, &[], today), "nothing");
    }

    #[test]
    fn without_a_usual_time_the_first_possible_day_counts() {
        let bare = Item { standard: None, ..item(Status::Now) };
        for (today, want) in [
            (date(2026, 3, 31), "nothing"),
            (date(2026, 4, 1), "due-soon"),
            (date(2026, 12, 31), "due-soon"),
            (date(2027, 3, 1), "last-chance"),
        ] {
            assert_eq!(told(&bare, &[], today), want, "{today}");
        }
    }

    /// What was sent, on which day, and what follows.
    #[test]
    fn nothing_is_told_twice_and_only_the_more_urgent_follows() {
        let until = Some(date(2027, 4, 30));
        let sent = |occasion| Sent { series: 3, dose: FIRST, occasion, until };
        let (summer, autumn, spring) = (date(2026, 7, 1), date(2026, 10, 1), date(2027, 4, 1));
        for (before, today, want) in [
            (sent(Occasion::DueSoon), summer, "nothing"),
            (sent(Occasion::DueSoon), autumn, "overdue"),
            (sent(Occasion::Overdue), autumn, "nothing"),
            (sent(Occasion::Overdue), spring, "last-chance"),
            (sent(Occasion::LastChance), spring, "nothing"),
            (sent(Occasion::LastChance), summer, "nothing"),
            (Sent { dose: DoseName::Primary(2), ..sent(Occasion::DueSoon) }, summer, "due-soon"),
            (Sent { series: 4, ..sent(Occasion::DueSoon) }, summer, "due-soon"),
            // The season of last year.
            (
                Sent { until: Some(date(2026, 1, 31)), ..sent(Occasion::LastChance) },
                summer,
                "due-soon",
            ),
        ] {
            assert_eq!(told(&item(Status::Now), &[before], today), want, "{before:?} {today}");
        }
    }

    #[test]
    fn a_notice_is_answered_by_the_dose_and_by_nothing_else() {
        let until = Some(date(2027, 4, 30));
        let sent = Sent { series: 3, dose: FIRST, occasion: Occasion::DueSoon, until };
        let second = Item { dose: Some(DoseName::Primary(2)), given: 1, ..item(Status::Before) };
        let booster = Item { dose: Some(DoseName::Booster), given: 3, ..item(Status::Before) };
        let next_season = Some(date(2027, 10, 1));
        for (item, want) in [
            (item(Status::Now), false),
            (item(Status::Ended), false),
            (second, true),
            (booster, true),
            (Item { dose: None, given: 1, ..item(Status::Complete) }, true),
            (Item { earliest: next_season, given: 1, ..item(Status::Before) }, true),
            (Item { earliest: next_season, given: 0, ..item(Status::Before) }, false),
            (Item { series: 4, ..item(Status::Complete) }, false),
        ] {
            assert_eq!(sent.is_answered(std::slice::from_ref(&item), alone), want, "{item:?}");
        }
    }

    #[test]
    fn of_series_that_stand_for_each_other_one_is_told() {
        let lead = |series: SeriesId| if series == 4 { 3 } else { series };
        let (today, other) = (date(2026, 7, 1), Item { series: 4, ..item(Status::Now) });
        let both = [item(Status::Now), other.clone()];
        let told = |sent: &[Sent]| rules().reminders(&both, sent, today, lead).len();
        assert_eq!(told(&[]), 1);
        let until = Some(date(2027, 4, 30));
        let sent = Sent { series: 4, dose: FIRST, occasion: Occasion::DueSoon, until };
        assert_eq!(told(&[sent]), 0);
        let second = Item { dose: Some(DoseName::Primary(2)), given: 1, ..other };
        assert!(Sent { series: 3, ..sent }.is_answered(&[second], lead));
    }

    #[test]
    fn only_b_is_information() {
        assert!(rules().recommends(3));
        assert!(!rules().recommends(7));
    }
}
