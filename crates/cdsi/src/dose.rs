//! One dose of a series, as the rules of a day have it. law:CDSi

use domain::immunization::{DoseName, Fit, Gap, GapFrom, Needs, Set, Slot, Standard};
use jiff::civil::Date;

use crate::Fault;
use crate::antigen::Names;
use crate::skip::{in_force, skips};
use crate::span;
use crate::xml::Element;

pub(crate) fn slot(
    dose: Element<'_, '_>,
    number: u8,
    names: &Names<'_>,
    day: Date,
) -> Result<Slot, Fault> {
    let inadvertent: Vec<&str> =
        dose.all("inadvertentVaccine").filter_map(|it| it.text("cvx")).collect();
    let mistakes = names.set(&inadvertent.join(";"));
    let season = dose.child("seasonalRecommendation");
    let mut slot = Slot {
        dose: DoseName::Primary(number),
        min_age: None,
        absolute_age: None,
        max_age: None,
        fits: fits(dose, &inadvertent, names)?,
        mistakes,
        skips: skips(dose, names, day)?,
        days: season.map_or(Ok(None), season_days)?,
        repeats: dose.text("recurringDose") == Some("Yes"),
        not_after: None,
        unless_previous_after: None,
        late_after: None,
        gaps: gaps(dose, names.home & !mistakes, names, day)?,
        excuses: excuses(dose, names.home & !mistakes, names, day)?,
        gaps_if_cut: Vec::new(),
        standard: Standard::default(),
    };
    for age in dose.all("age") {
        if in_force(age, day)? {
            slot.min_age = age.read("minAge", span::age)?;
            slot.absolute_age = age.read("absMinAge", span::age)?;
            slot.max_age = age.read("maxAge", span::age)?;
            let from = age.read("earliestRecAge", span::age)?;
            let to = age.read("latestRecAge", span::age)?;
            slot.standard.ages = from.map(|from| (from, to));
            break;
        }
    }
    Ok(slot)
}

fn season_days(it: Element<'_, '_>) -> Result<Option<(Date, Date)>, Fault> {
    let days = (it.read("startDate", span::day)?, it.read("endDate", span::day)?);
    let any = days.0.or(days.1).is_some();
    Ok(any.then(|| (days.0.unwrap_or(Date::MIN), days.1.unwrap_or(Date::MAX))))
}

/// Preferable and allowable vaccines: either will do. Makers and amounts are not looked at.
fn fits(dose: Element<'_, '_>, inadvertent: &[&str], names: &Names<'_>) -> Result<Vec<Fit>, Fault> {
    let mut fits = Vec::new();
    for it in dose.all("preferableVaccine").chain(dose.all("allowableVaccine")) {
        let Some(product) = it.text("cvx").filter(|cvx| !inadvertent.contains(cvx)) else {
            continue;
        };
        let Some(product) = names.product(product) else { continue };
        let ages = (it.read("beginAge", span::age)?, it.read("endAge", span::age)?);
        fits.push(Fit { product, ages });
    }
    Ok(fits)
}

/// Intervals from any dose before (`every`: those that were no mistake), from a dose of the series,
/// or from the latest of some vaccines.
fn gaps(
    dose: Element<'_, '_>,
    every: Set,
    names: &Names<'_>,
    day: Date,
) -> Result<Vec<Gap>, Fault> {
    let mut gaps = Vec::new();
    for it in dose.all("interval") {
        let Some(from) = from(it, every, names)? else { continue };
        if !in_force(it, day)? {
            continue;
        }
        let at_least = it.read("minInt", span::interval)?;
        let absolute = it.read("absMinInt", span::interval)?;
        let first = it.read("earliestRecInt", span::interval)?;
        let latest = it.read("latestRecInt", span::interval)?;
        let none = domain::day::Interval::Days(0);
        let gap = Gap {
            from,
            at_least: at_least.or(absolute).unwrap_or(none),
            absolute: absolute.or(at_least.map(|_| none)).map(|it| (it, Needs::Nothing)),
            usual: first.map(|first| (first, latest)),
        };
        if from == GapFrom::Latest(every) {
            // A dose before is one of an earlier day, or one of the same day that counts.
            gaps.push(Gap { from: GapFrom::Previous, usual: None, ..gap });
        }
        gaps.push(gap);
    }
    Ok(gaps)
}

/// Allowable intervals.
fn excuses(
    dose: Element<'_, '_>,
    every: Set,
    names: &Names<'_>,
    day: Date,
) -> Result<Vec<Gap>, Fault> {
    let mut gaps = Vec::new();
    for it in dose.all("allowableInterval") {
        let least = it.read("absMinInt", span::interval)?;
        if let (Some(from), Some(at_least), true) =
            (from(it, every, names)?, least, in_force(it, day)?)
        {
            gaps.push(Gap { from, at_least, absolute: None, usual: None });
        }
    }
    Ok(gaps)
}

fn from(it: Element<'_, '_>, every: Set, names: &Names<'_>) -> Result<Option<GapFrom>, Fault> {
    if it.text("fromPrevious") == Some("Y") {
        return Ok(Some(GapFrom::Latest(every)));
    }
    let number: Option<u8> = it.read("fromTargetDose", |text| text.parse().ok())?;
    if let Some(number) = number {
        return Ok(Some(GapFrom::Slot(number.wrapping_sub(1))));
    }
    Ok(it.text("fromMostRecent").map(|types| GapFrom::Latest(names.set(types))))
}
