//! `facts`: what the desk knows besides. Everything may be left out.

use domain::decimal::tenths;
use domain::immunization::{Delay, DelayReason, Facts, Schedule, Set, flag};

use super::cursor::{Cursor, text};
use super::question::date;
use crate::ask::fields::{Fields, Refusal, wrong_type};

/// Every fact, for `pmh ask --help` and the docs.
pub(crate) const HELP: &str = "\
Facts of immunization.check and immunization.plan (all optional):
  temperature            体温(℃)  number, one decimal
  conditions             array of: acute-illness, anaphylaxis-to-component, pregnant, keloid,
                         intussusception, gi-malformation-untreated, scid, immunodeficiency,
                         convulsion, mother-hbsag-positive-prophylaxis, chronic-disease,
                         fever-after-previous-dose, family-immunodeficiency,
                         component-allergy-suspected, had-varicella, other-unfit
  gestation              {\"weeks\":n,\"days\":n}  on the day of the dose (plan: on as_of)
  pregnancy              {\"due\":date}  出産予定日, instead of gestation
  spat_out               true: the dose was spat out (ロタ); it counts
  delay                  {\"reason\":\"long-term-illness\"|\"shortage\"|\"disaster\",\"ceased\"?:date}
                         shortage without ceased = a dated measure such as MR 供給不足特例
  physician_shortened    true: 医師が必要と認めた短縮
  disability_60_64       true: 60–64, 心臓・腎臓・呼吸器の障害
  hiv_60_64              true: 60–64, HIV による免疫機能の障害
  rubella_antibody_low   true: 風しん第5期 (mr-5), low antibody
  dt_previous            true or false: DPT of the first term given though the history lacks it";

pub(super) fn read(value: &str, schedule: &Schedule) -> Result<Facts, Refusal> {
    let mut fields = Fields::read(value, "/facts".to_owned())?;
    fields.no_duplicates()?;
    let mut facts = Facts {
        temperature: temperature(&mut fields)?,
        conditions: conditions(&mut fields, schedule)?,
        gestation: gestation(&mut fields)?,
        due: pregnancy(&mut fields)?,
        spat_out: fields.flag("spat_out")?,
        delay: delay(&mut fields)?,
        physician_shortened: fields.flag("physician_shortened")?,
        flags: 0,
        dt_previous: None,
    };
    if fields.has("dt_previous") {
        facts.dt_previous = Some(fields.flag("dt_previous")?);
    }
    facts.set_flag(flag::DISABILITY, fields.flag("disability_60_64")?);
    facts.set_flag(flag::HIV, fields.flag("hiv_60_64")?);
    facts.set_flag(flag::RUBELLA_LOW, fields.flag("rubella_antibody_low")?);
    fields.finish()?;
    Ok(facts)
}

fn temperature(fields: &mut Fields<'_>) -> Result<Option<i32>, Refusal> {
    let Some(value) = fields.raw("temperature") else { return Ok(None) };
    let read = tenths(value).and_then(|tenths| i32::try_from(tenths).ok());
    match read {
        Some(tenths) if (300..=450).contains(&tenths) => Ok(Some(tenths)),
        _ => Err(Refusal {
            code: "temperature-form",
            at: fields.at("temperature"),
            ja: "temperature は 30.0 から 45.0 の、0.1℃単位の数です。".to_owned(),
            en: "temperature is a number from 30.0 to 45.0 with one decimal.".to_owned(),
        }),
    }
}

fn conditions(fields: &mut Fields<'_>, schedule: &Schedule) -> Result<Set, Refusal> {
    let Some(value) = fields.raw("conditions") else { return Ok(0) };
    let mut cursor = Cursor::new(value);
    if !cursor.enter(b'[') {
        return Err(wrong_type(fields.at("conditions"), "配列", "an array"));
    }
    let (mut set, mut at) = (0, 0);
    while cursor.more(b']') {
        let known = text(cursor.value()).and_then(|code| schedule.condition(&code));
        set |= known.ok_or_else(|| unknown_condition(&fields.at("conditions"), at, schedule))?;
        at += 1;
    }
    Ok(set)
}

fn unknown_condition(path: &str, at: usize, schedule: &Schedule) -> Refusal {
    let known: Vec<&str> = schedule.conditions.iter().map(|it| it.code.as_str()).collect();
    let known = known.join(", ");
    Refusal {
        code: "unknown-condition",
        at: format!("{path}/{at}"),
        ja: format!("conditions は {known} のいずれかです。"),
        en: format!("A condition is one of {known}."),
    }
}

/// In days.
fn gestation(fields: &mut Fields<'_>) -> Result<Option<u32>, Refusal> {
    if !fields.has("gestation") {
        return Ok(None);
    }
    let mut inner = fields.object("gestation")?;
    let weeks = inner.number("weeks")?;
    let days = if inner.has("days") { inner.number("days")? } else { 0 };
    inner.finish()?;
    if 45 < weeks || 6 < days {
        return Err(Refusal {
            code: "gestation-form",
            at: fields.at("gestation"),
            ja: "weeks は45まで、days は0から6です。".to_owned(),
            en: "weeks is at most 45, days 0 to 6.".to_owned(),
        });
    }
    Ok(Some(weeks * 7 + days))
}

pub(super) fn pregnancy(fields: &mut Fields<'_>) -> Result<Option<jiff::civil::Date>, Refusal> {
    if !fields.has("pregnancy") {
        return Ok(None);
    }
    let mut inner = fields.object("pregnancy")?;
    let due = inner.day("due")?;
    inner.finish()?;
    Ok(Some(due))
}

fn delay(fields: &mut Fields<'_>) -> Result<Option<Delay>, Refusal> {
    if !fields.has("delay") {
        return Ok(None);
    }
    let mut inner = fields.object("delay")?;
    let reason = match inner.text("reason")?.as_str() {
        "long-term-illness" => DelayReason::LongTermIllness,
        "shortage" => DelayReason::Shortage,
        "disaster" => DelayReason::Disaster,
        _ => {
            return Err(Refusal {
                code: "unknown-reason",
                at: inner.at("reason"),
                ja: "reason は long-term-illness、shortage、disaster のいずれかです。".to_owned(),
                en: "reason is long-term-illness, shortage or disaster.".to_owned(),
            });
        }
    };
    let ceased = match inner.raw("ceased") {
        Some(value) => Some(date(value, || inner.at("ceased"))?),
        None => None,
    };
    inner.finish()?;
    Ok(Some(Delay { reason, ceased }))
}
