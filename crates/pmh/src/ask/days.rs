//! The section *Days*.

use domain::day::{self, Age, EraForm, Interval};
use domain::finding::Finding;
use lawbook::Lawbook;
use serde_json::json;

use super::fields::{Fields, Refusal};
use super::{Answer, cite};

/// `birth` and one of `months`, `years`, `weeks` with `days` → `day`.
pub(super) fn attained(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let birth = fields.day("birth")?;
    let weeks = fields.has("weeks") || fields.has("days");
    let age = match (weeks, fields.has("months") || fields.has("years")) {
        (true, false) => Age::Weeks(fields.number("weeks")?, fields.number("days")?),
        (true, true) => return Err(age_form(fields)),
        (false, _) => age(fields)?,
    };
    fields.finish()?;
    let day = day::attained(birth, age).map_err(|finding| at_age(finding, age, fields))?;
    let calendar = &book.calendar;
    let basis = if weeks { &calendar.age_range_basis } else { &calendar.age_basis };
    Ok(cite(json!({"day": day.to_string()}), &[basis]))
}

/// `birth`, `from`, `to` → `from`, `to`, both inclusive.
pub(super) fn age_range(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let birth = fields.day("birth")?;
    let [from, to] = [whole_age(fields, "from")?, whole_age(fields, "to")?];
    fields.finish()?;
    let range = day::age_range(birth, from, to).map_err(|finding| {
        let at = fields.at(&finding.at);
        Refusal::of(finding, at)
    })?;
    let answer = json!({"from": range.first.to_string(), "to": range.last.to_string()});
    Ok(cite(answer, &[&book.calendar.age_basis, &book.calendar.age_range_basis]))
}

/// `from` and `at_least` → `day`.
pub(super) fn after_interval(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let from = fields.day("from")?;
    let mut at_least = fields.object("at_least")?;
    let interval = interval(&mut at_least)?;
    at_least.finish()?;
    fields.finish()?;
    let calendar = &book.calendar;
    let day = day::after_interval(from, interval, calendar)
        .map_err(|finding| Refusal::of(finding, "/at_least"))?;
    let answer = json!({"day": day.to_string()});
    if let Interval::Days(_) = interval {
        return Ok(cite(answer, &[&calendar.interval_days_basis]));
    }
    Ok(cite(answer, &[&calendar.interval_months_basis]))
}

/// `birth` → `day`.
pub(super) fn school_entry(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let birth = fields.day("birth")?;
    fields.finish()?;
    let day = day::school_entry(birth, &book.calendar)
        .map_err(|finding| Refusal::of(finding, "/birth"))?;
    let bases = [&book.calendar.school.basis, &book.calendar.age_basis];
    Ok(cite(json!({"day": day.to_string()}), &bases))
}

/// `day` → `year`.
pub(super) fn fiscal_year(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let day = fields.day("day")?;
    fields.finish()?;
    let year = day::fiscal_year(day, &book.calendar);
    Ok(cite(json!({"year": year}), &[&book.calendar.fiscal_year_basis]))
}

/// `text` → `day`; also `written`, the day as official letters write it.
pub(super) fn era(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let text = fields.text("text")?;
    fields.finish()?;
    let refuse = |finding| Refusal::of(finding, "/text");
    let day = book.calendar.read(&text).map_err(refuse)?;
    let written = book.calendar.write(day, EraForm::Kanji).map_err(refuse)?;
    let bases: Vec<_> = book.calendar.era_of(day).map(|era| &era.basis).into_iter().collect();
    Ok(cite(json!({"day": day.to_string(), "written": written}), &bases))
}

/// `{"months":n}` or `{"years":n}` in the member `name`.
fn whole_age(fields: &mut Fields<'_>, name: &str) -> Result<Age, Refusal> {
    let mut inner = fields.object(name)?;
    let age = age(&mut inner)?;
    inner.finish()?;
    Ok(age)
}

/// Exactly one of `months` and `years`.
fn age(fields: &mut Fields<'_>) -> Result<Age, Refusal> {
    match (fields.has("months"), fields.has("years")) {
        (true, false) => fields.number("months").map(Age::Months),
        (false, true) => fields.number("years").map(Age::Years),
        _ => Err(age_form(fields)),
    }
}

/// `{"days":n}`, `{"months":n}` or `{"months":n,"half":true}`.
fn interval(fields: &mut Fields<'_>) -> Result<Interval, Refusal> {
    match (fields.has("days"), fields.has("months")) {
        (true, false) => fields.number("days").map(Interval::Days),
        (false, true) => {
            let months = fields.number("months")?;
            let half = fields.flag("half")?;
            Ok(if half { Interval::MonthsAndHalf(months) } else { Interval::Months(months) })
        }
        _ => Err(interval_form(fields)),
    }
}

/// The age leads too far: it is what there is to check.
fn at_age(finding: Finding, age: Age, fields: &Fields<'_>) -> Refusal {
    let name = match age {
        Age::Months(_) | Age::MonthsAndDays(..) => "months",
        Age::Years(_) => "years",
        Age::Weeks(..) => "weeks",
    };
    Refusal::of(finding, fields.at(name))
}

fn age_form(fields: &Fields<'_>) -> Refusal {
    Refusal {
        code: "age-form",
        at: fields.path().to_owned(),
        ja: "年齢は months、years、(attained では)weeks と days のうち1つで書いてください。"
            .to_owned(),
        en: "Write the age as one of months, years or (for attained) weeks with days.".to_owned(),
    }
}

fn interval_form(fields: &Fields<'_>) -> Refusal {
    Refusal {
        code: "interval-form",
        at: fields.path().to_owned(),
        ja: "間隔は {\"days\":n}、{\"months\":n}、{\"months\":n,\"half\":true} のいずれかです。"
            .to_owned(),
        en: "Write the interval as {\"days\":n}, {\"months\":n} or {\"months\":n,\"half\":true}."
            .to_owned(),
    }
}
