//! Doses that are left out: because of age, because of time, because of others that were given.

use jiff::civil::Date;

use super::judge::Eye;
use super::schedule::{Ages, DoseCount, Schedule, Skip, SkipWhen};
use super::when::Seen;

impl Schedule {
    /// Whether everything holds that `skip` asks for. law:CDSi
    pub(super) fn skips(&self, skip: &Skip, seen: &Seen<'_>) -> bool {
        let planned = seen.eye == Eye::Planned;
        skip.given.is_none_or(|given| given != planned)
            && skip.when.iter().all(|when| self.holds(when, seen))
    }

    fn holds(&self, when: &SkipWhen, seen: &Seen<'_>) -> bool {
        match when {
            SkipWhen::Age(ages) => self.within(seen.birth, *ages, seen.day),
            SkipWhen::Since(interval) => {
                let last = seen.progress.doses().last();
                last.is_some_and(|last| self.kept_from(last.date, *interval) <= seen.day)
            }
            SkipWhen::Doses(count) => {
                self.counted(count, seen).cmp(&count.number.into()) == count.than
            }
        }
    }

    fn counted(&self, count: &DoseCount, seen: &Seen<'_>) -> usize {
        let fits = |product: u8, day: Date| {
            (count.products == 0 || count.products >> product & 1 == 1)
                && count.days.0 <= day
                && day <= count.days.1
                && self.within(seen.birth, count.ages, day)
        };
        if count.counting {
            seen.progress.doses().iter().filter(|it| fits(it.product, it.date)).count()
        } else {
            seen.history.iter().filter(|it| fits(it.product, it.date)).count()
        }
    }

    /// Whether somebody is of an age on `day`.
    pub(super) fn within(&self, birth: Date, ages: Ages, day: Date) -> bool {
        ages.0.is_none_or(|from| self.first_day(birth, from) <= day)
            && ages.1.is_none_or(|to| day <= self.last_day(birth, to))
    }
}
