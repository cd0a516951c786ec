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
                let conditions =
                    set.all("condition").map(|it| Ok(vec![vec![condition(it, names)?]]));
                sets.push(joined(
                    set,
                    "conditionLogic",
                    conditions.collect::<Result<_, Fault>>()?,
                )?);
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

fn condition(it: Element<'_, '_>, names: &Names<'_>) -> Result<SkipWhen, Fault> {
    let ages: Ages = (it.read("beginAge", span::age)?, it.read("endAge", span::age)?);
    let kind = it.needed("conditionType")?.to_ascii_lowercase();
    match kind.as_str() {
        "age" => Ok(SkipWhen::Age(ages)),
        "interval" => {
            let interval = it.read("interval", span::interval)?;
            interval.map(SkipWhen::Since).ok_or_else(|| it.fault("<interval> is missing; add it"))
        }
        // Another series would have to be evaluated first.
        "completed series" => Ok(SkipWhen::Unknown),
        "vaccine count by age" | "vaccine count by date" | "vaccine count by date and age" => {
            let from = it.read("startDate", span::day)?.unwrap_or(Date::MIN);
            let to = it.read("endDate", span::day)?.unwrap_or(Date::MAX);
            let than = match it.needed("doseCountLogic")?.to_ascii_lowercase().as_str() {
                "greater than" => Ordering::Greater,
                "less than" => Ordering::Less,
                "equal to" => Ordering::Equal,
                _ => {
                    return Err(
                        it.fault("<doseCountLogic> must be greater than, less than or equal to")
                    );
                }
            };
            let number = it.read("doseCount", |text| text.parse().ok())?;
            let products = it.text("vaccineTypes").map_or(names.home, |types| names.set(types));
            if products == 0 {
                // Vaccines of another antigen, which this series does not see.
                return Ok(SkipWhen::Unknown);
            }
            Ok(SkipWhen::Doses(DoseCount {
                products,
                ages,
                days: (from, to),
                counting: it.text("doseType").is_some_and(|it| it.eq_ignore_ascii_case("valid")),
                than,
                number: number.ok_or_else(|| it.fault("<doseCount> is missing; add it"))?,
            }))
        }
        _ => Err(it.fault("<conditionType> is not known")),
    }
}

/// Whether an element with `effectiveDate` and `cessationDate` holds on `day`.
pub(crate) fn in_force(it: Element<'_, '_>, day: Date) -> Result<bool, Fault> {
    let from = it.read("effectiveDate", span::day)?;
    let to = it.read("cessationDate", span::day)?;
    Ok(from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
}
