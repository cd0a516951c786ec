//! The section *Immunisation*: window, plan, check, audit.
//!
//! Vendors put millions of checks, so nothing is built that is not needed: members are read where
//! they stand in the line, and the answer is written straight into a string.

mod cursor;
mod facts;
mod question;
mod write;

use domain::immunization::{Candidate, Facts, Person, Recurs};
use domain::person::Sex;
use lawbook::Lawbook;

use super::fields::{Fields, Refusal};
use question::Question;
use write::Writer;

pub(crate) use facts::HELP;

/// The answering object as JSON text.
pub(super) type Text = Result<String, Refusal>;

/// `series`, `birth`, `as_of`, `sex`?, `pregnancy`? → `routine`, `standard`.
pub(super) fn window(fields: &mut Fields<'_>, book: &Lawbook) -> Text {
    let schedule = &book.immunization;
    let code = fields.text("series")?;
    let series = schedule.series(&code).ok_or_else(|| {
        let known: Vec<&str> = schedule.series.iter().map(|it| it.code.as_str()).collect();
        let known = known.join(", ");
        Refusal {
            code: "unknown-series",
            at: "/series".to_owned(),
            ja: format!("series は {known} のいずれかです。"),
            en: format!("series is one of {known}."),
        }
    })?;
    let birth = question::day(fields, "birth")?;
    let as_of = question::day(fields, "as_of")?;
    let versions = &schedule.series[usize::from(series)].versions;
    let pregnancy = versions.iter().any(|version| version.recurs == Recurs::Pregnancy);
    // Whoever gives a pregnancy need not say the sex.
    let sexed = versions.iter().any(|version| version.sex.is_some()) && !pregnancy;
    let sex = if fields.has("sex") || sexed { question::sex(fields)? } else { Sex::Unknown };
    let due = facts::pregnancy(fields)?;
    fields.finish()?;
    if pregnancy && due.is_none() && sex != Sex::Male {
        return Err(missing_pregnancy());
    }
    let facts = Facts { due, ..Facts::default() };
    let person = Person { birth, sex, history: &[], facts: &facts };
    let times = schedule.window(series, &person, as_of);
    let mut out = Writer::new(schedule);
    out.raw("{\"routine\":").days(times.routine).raw(",\"standard\":[");
    for (at, (dose, from, to)) in times.standard.iter().enumerate() {
        out.raw(if at == 0 { "{\"dose\":" } else { ",{\"dose\":" }).dose_name(Some(*dose));
        out.raw(",\"from\":").day(*from).raw(",\"to\":").day(*to).raw("}");
    }
    out.raw("]").law(Some(series), as_of).raw("}");
    Ok(out.end())
}

/// `birth`, `sex`, `as_of`, `history`, `facts`? → `items`.
pub(super) fn plan(fields: &mut Fields<'_>, book: &Lawbook) -> Text {
    let schedule = &book.immunization;
    let as_of = question::day(fields, "as_of")?;
    let question = Question::read(fields, schedule, true)?;
    fields.finish()?;
    let items = schedule.plan(&question.person(), as_of);
    let mut out = Writer::new(schedule);
    out.raw("{\"items\":[");
    for (at, item) in items.iter().enumerate() {
        if 0 < at {
            out.raw(",");
        }
        out.item(item);
    }
    out.raw("]}");
    Ok(out.end())
}

/// `birth`, `sex`, `history`, `dose`, `facts`? → `verdict`, `series`, `number`, `findings`.
pub(super) fn check(fields: &mut Fields<'_>, book: &Lawbook) -> Text {
    let schedule = &book.immunization;
    let question = Question::read(fields, schedule, true)?;
    let Some(value) = fields.raw("dose") else {
        return fields.text("dose");
    };
    let place = |name: &str| {
        if name.is_empty() { "/dose".to_owned() } else { format!("/dose/{name}") }
    };
    let (dose, lot_expires) = question::dose(&mut cursor::Cursor::new(value), schedule, &place)?;
    question::born_before(question.birth, dose.date, || place("date"))?;
    fields.finish()?;
    let judged = schedule.check(&question.person(), &Candidate { dose, lot_expires });
    let mut out = Writer::new(schedule);
    out.raw("{\"verdict\":\"").raw(judged.verdict.name()).raw("\",").place(&judged);
    out.raw(",").findings(&judged.notices).law(judged.series, dose.date).raw("}");
    Ok(out.end())
}

/// `birth`, `sex`, `history` → `doses`, in the order of the question.
pub(super) fn audit(fields: &mut Fields<'_>, book: &Lawbook) -> Text {
    let schedule = &book.immunization;
    let question = Question::read(fields, schedule, false)?;
    fields.finish()?;
    let judged = schedule.audit(&question.person());
    let mut places: Vec<usize> = (0..judged.len()).collect();
    places.sort_by_key(|&at| question.order.get(at).copied().unwrap_or(at));
    let mut out = Writer::new(schedule);
    out.raw("{\"doses\":[");
    for (at, &place) in places.iter().enumerate() {
        let (dose, judged) = (&question.history[place], &judged[place]);
        let routine = judged.counts && judged.verdict == domain::immunization::Verdict::Routine;
        out.raw(if at == 0 { "{\"date\":" } else { ",{\"date\":" }).day(dose.date);
        out.raw(",\"product\":\"").raw(&schedule.products[usize::from(dose.product)].code);
        out.raw("\",").place(judged).raw(",\"counts\":").flag(judged.counts);
        out.raw(",\"routine\":").flag(routine).raw(",").findings(&judged.notices);
        out.law(judged.series, dose.date).raw("}");
    }
    out.raw("]}");
    Ok(out.end())
}

impl Question {
    fn person(&self) -> Person<'_> {
        Person { birth: self.birth, sex: self.sex, history: &self.history, facts: &self.facts }
    }
}

fn missing_pregnancy() -> Refusal {
    Refusal {
        code: "missing-field",
        at: "/pregnancy".to_owned(),
        ja: "pregnancy がありません。出産予定日を {\"due\":日付} で加えてください。".to_owned(),
        en: "pregnancy is missing; add the due date as {\"due\":date}.".to_owned(),
    }
}

#[cfg(test)]
mod cases;
