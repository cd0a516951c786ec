//! Ways through a series, dose by dose.

use domain::immunization::{DoseName, Gap, GapFrom, Needs, Path, Slot, Standard};

use super::version::{days, season};
use super::{Names, ages, interval, optional_age, optional_interval};
use crate::Fault;
use crate::entry::Entry;

/// The most doses of a path; the engine has room for as many.
const DOSES: usize = 8;

pub(super) fn path(mut entry: Entry<'_>, names: &Names) -> Result<Path, Fault> {
    let slots = entry.tables("dose")?.into_iter().map(|it| slot(it, names));
    let slots = slots.collect::<Result<Vec<_>, Fault>>()?;
    if DOSES < slots.len() {
        return Err(entry.fault(&format!("more than {DOSES} doses")));
    }
    let path = Path {
        start_to: optional_age(&mut entry, "started_to")?,
        started_before: entry.optional_day("started_before")?,
        born: if entry.has("born") { Some(days(&mut entry, "born")?) } else { None },
        only: names.products(&mut entry, "only")?,
        apart: optional_interval(&mut entry, "first_two_apart")?,
        slots,
    };
    entry.finish()?;
    Ok(path)
}

fn slot(mut entry: Entry<'_>, names: &Names) -> Result<Slot, Fault> {
    let booster = entry.flag("booster")?;
    let dose =
        if booster { DoseName::Booster } else { DoseName::Primary(entry.number("number", 1, 8)?) };
    let slot = Slot {
        dose,
        min_age: optional_age(&mut entry, "min_age")?,
        absolute_age: optional_age(&mut entry, "absolute_min_age")?,
        max_age: None,
        fits: Vec::new(),
        mistakes: 0,
        skips: Vec::new(),
        days: None,
        repeats: false,
        excuses: Vec::new(),
        not_after: optional_age(&mut entry, "not_after")?,
        unless_previous_after: optional_age(&mut entry, "unless_previous_after")?,
        late_after: optional_age(&mut entry, "late_after")?,
        gaps: gaps(&mut entry, "intervals", names)?,
        gaps_if_cut: gaps(&mut entry, "intervals_if_cut", names)?,
        standard: entry.optional_table("standard")?.map(standard).transpose()?.unwrap_or_default(),
    };
    entry.finish()?;
    Ok(slot)
}

fn gaps(entry: &mut Entry<'_>, key: &str, names: &Names) -> Result<Vec<Gap>, Fault> {
    entry.optional_tables(key)?.into_iter().map(|it| gap(it, names)).collect()
}

/// `{ days = 27 }` from the previous dose, `{ dose = 1, days = 139 }` from the first one,
/// `{ latest_of = ["ppsv23"], … }`; `shortened = { days = 20 }` if a physician holds it necessary,
/// `grace = { days = 23 }` for anybody, `with = [condition, …]` beside `shortened`.
fn gap(mut entry: Entry<'_>, names: &Names) -> Result<Gap, Fault> {
    let from = if entry.has("dose") {
        GapFrom::Dose(entry.number("dose", 1, 8)?)
    } else if entry.has("latest_of") {
        GapFrom::Latest(names.products(&mut entry, "latest_of")?)
    } else {
        GapFrom::Previous
    };
    let at_least = interval(&mut entry)?;
    let shortened = optional_interval(&mut entry, "shortened")?;
    let grace = optional_interval(&mut entry, "grace")?;
    let with = names.conditions(&mut entry, "with")?;
    let absolute = match (shortened, grace, with) {
        (Some(interval), None, 0) => Some((interval, Needs::Physician)),
        (Some(interval), None, with) => Some((interval, Needs::Condition(with))),
        (None, Some(interval), 0) => Some((interval, Needs::Nothing)),
        (None, None, 0) => None,
        _ => return Err(entry.fault("write either `shortened` or `grace`")),
    };
    entry.finish()?;
    Ok(Gap { from, at_least, absolute, usual: None })
}

fn standard(mut entry: Entry<'_>) -> Result<Standard, Fault> {
    let mut both = |key: &str| -> Result<_, Fault> {
        if !entry.has(key) {
            return Ok(None);
        }
        let (from, to) = ages(&mut entry, key)?;
        to.map(|to| Some((from, to))).ok_or_else(|| entry.fault("`to` is missing; add it"))
    };
    let (usual_ages, fiscal_years) = (both("age")?, both("fiscal_years")?);
    let usual_ages = usual_ages.map(|(from, to)| (from, Some(to)));
    let season = if entry.has("season") { Some(season(&mut entry, "season")?) } else { None };
    let after = match optional_interval(&mut entry, "at_least")? {
        Some(least) => Some((least, optional_interval(&mut entry, "at_most")?)),
        None => None,
    };
    entry.finish()?;
    Ok(Standard { ages: usual_ages, fiscal_years, season, after })
}
