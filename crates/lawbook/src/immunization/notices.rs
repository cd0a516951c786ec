//! `rules/immunization/notices.toml`: when people are told, and how coverage is counted.

use domain::immunization::Schedule;
use domain::immunization::reminder::Rules;

use super::set;
use crate::entry::Entry;
use crate::{Fault, Source};

const NOTICES: &str = "immunization/notices.toml";

pub(crate) fn read(source: &Source, schedule: &Schedule) -> Result<Rules, Fault> {
    let text = source.text(NOTICES)?;
    let mut file = Entry::file(NOTICES, &text)?;
    let mut notice = file.table("notice")?;
    let mut information = file.table("information")?;
    let mut coverage = file.table("coverage")?;
    let series = |code: &str| schedule.series(code);
    notice.flag("ours")?;
    coverage.flag("ours")?;
    let rules = Rules {
        due_soon: notice.number("due_soon", 0, 365)?,
        last_chance: notice.number("last_chance", 0, 365)?,
        basis: notice.basis("days")?,
        information: set(&mut information, "series", "codes of series", series)?,
        information_basis: information.basis("series")?,
        look_back: coverage.number("look_back", 0, 36_525)?,
        put_off: coverage.number("put_off", 0, 3_650)?,
    };
    for entry in [notice, information, coverage] {
        entry.finish()?;
    }
    file.finish()?;
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use crate::Lawbook;

    #[test]
    fn a_child_is_urged_and_an_elder_is_told() {
        let book = Lawbook::embedded().unwrap();
        for (code, recommended) in [
            ("hepb", true),
            ("mr-2", true),
            ("hpv", true),
            ("rsv-maternal", true),
            ("influenza-elderly", false),
            ("covid19-elderly", false),
            ("pneumococcal-elderly", false),
            ("zoster", false),
        ] {
            let series = book.immunization.series(code).unwrap();
            assert_eq!(book.reminders.recommends(series), recommended, "{code}");
        }
        assert!(book.reminders.basis.doubt.is_some(), "the figures are marked as ours");
    }
}
