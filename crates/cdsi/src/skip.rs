//! Doses that are left out. CDC joins conditions by AND or OR into sets, and sets again; here it is
//! a list of reasons, each of which is enough. law:CDSi

use std::cmp::Ordering;

use domain::immunization::{Ages, DoseCount, Skip, SkipWhen};
use jiff::civil::Date;

use crate::Fault;
use crate::antigen::Names;
use crate::span;
use crate::xml::Element;

/// The most reasons that one dose may have; joining multiplies them. Ours.
const REASONS: usize = 256;

/// Everything that leaves out the dose on `day`, as the rules of that day have it.
pub(crate) fn skips(
    dose: Element<'_, '_>,
    names: &Names<'_>,
    day: Date,
) -> Result<Vec<Skip>, Fault> {
    let mut skips = Vec::new();
    for skip in dose.all("conditionalSkip") {
        let given = match skip.text("context").unwrap_or("Both") {
            "Evaluation" => Some(true),
            "Forecast" => Some(false),
            "Both" => None,
            _ => return Err(skip.fault("<context> must be Evaluation, Forecast or Both")),
        };
        let mut sets = Vec::new();
        for set in skip.all("set") {
            if in_force(set, day)? {
                let conditions = set.all("condition").map(|it| reasons(it, names));
                let conditions = conditions.collect::<Result<_, Fault>>()?;
                sets.push(joined(set, "conditionLogic", conditions)?);
            }
        }
        let reasons = joined(skip, "setLogic", sets)?;
        skips.extend(reasons.into_iter().map(|when| Skip { given, when }));
    }
    Ok(skips)
}

/// Alternatives, each of which asks for everything in it.
type Reasons = Vec<Vec<SkipWhen>>;

fn joined(at: Element<'_, '_>, logic: &'static str, parts: Vec<Reasons>) -> Result<Reasons, Fault> {
    if at.text(logic).is_none_or(|logic| !logic.eq_ignore_ascii_case("and")) {
        return Ok(parts.concat());
    }
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        if REASONS < all.len() * part.len() {
            return Err(at.fault("too many conditions"));
        }
        let with = |one: &Vec<SkipWhen>| -> Reasons {
            part.iter().map(|more| [one.clone(), more.clone()].concat()).collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    Ok(all)
}

/// A condition as the only reason; none if it is one that this engine cannot know to hold: another
/// series would have to be evaluated first, or vaccines be known that are of another antigen.
fn reasons(it: Element<'_, '_>, names: &Names<'_>) -> Result<Reasons, Fault> {
    let kind = it.needed("conditionType")?.to_ascii_lowercase();
    let when = match kind.as_str() {
        "age" => Some(SkipWhen::Age(ages(it)?)),
        "interval" => {
            let interval = it.read("interval", span::interval)?;
            Some(SkipWhen::Since(interval.ok_or_else(|| missing(it, "interval"))?))
        }
        "completed series" => None,
        "vaccine count by age" | "vaccine count by date" | "vaccine count by date and age" => {
            let count = count(it, names)?;
            (count.products != 0).then_some(SkipWhen::Doses(count))
        }
        _ => return Err(it.fault("<conditionType> is not known")),
    };
    Ok(when.into_iter().map(|when| vec![when]).collect())
}

fn count(it: Element<'_, '_>, names: &Names<'_>) -> Result<DoseCount, Fault> {
    let than = it.read("doseCountLogic", |text| match text.to_ascii_lowercase().as_str() {
        "greater than" => Some(Ordering::Greater),
        "less than" => Some(Ordering::Less),
        "equal to" => Some(Ordering::Equal),
        _ => None,
    })?;
    let from = it.read("startDate", span::day)?.unwrap_or(Date::MIN);
    let to = it.read("endDate", span::day)?.unwrap_or(Date::MAX);
    let number = it.read("doseCount", |text| text.parse().ok())?;
    Ok(DoseCount {
        products: it.text("vaccineTypes").map_or(names.home, |types| names.set(types)),
        ages: ages(it)?,
        days: (from, to),
        counting: it.text("doseType").is_some_and(|it| it.eq_ignore_ascii_case("valid")),
        than: than.ok_or_else(|| missing(it, "doseCountLogic"))?,
        number: number.ok_or_else(|| missing(it, "doseCount"))?,
    })
}

fn ages(it: Element<'_, '_>) -> Result<Ages, Fault> {
    Ok((it.read("beginAge", span::age)?, it.read("endAge", span::age)?))
}

fn missing(it: Element<'_, '_>, name: &str) -> Fault {
    it.fault(&format!("<{name}> is missing; add it"))
}

/// Whether an element with `effectiveDate` and `cessationDate` holds on `day`.
pub(crate) fn in_force(it: Element<'_, '_>, day: Date) -> Result<bool, Fault> {
    let from = it.read("effectiveDate", span::day)?;
    let to = it.read("cessationDate", span::day)?;
    Ok(from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
}
