//! `rules/forms/`: questions, and the forms made of them.
//!
//! A question is written once, in a file of items; a form names the questions of each step. A
//! question with a detail is two: `chronic`, and `chronic.detail`, asked after a はい.

mod item;

use std::collections::BTreeSet;

use domain::day::Age;
use domain::form::{
    ConsentRule, Consenter, Declaration, Form, Forms, Item, Kind, Step, Texts, Value, When,
};
use toml::de::DeValue;

use crate::entry::Entry;
use crate::{Fault, Source};

const ITEMS: [&str; 7] = [
    "forms/immunization/items-person.toml",
    "forms/immunization/items-health.toml",
    "forms/immunization/items-birth.toml",
    "forms/immunization/items-infant.toml",
    "forms/immunization/items-youth.toml",
    "forms/immunization/items-adult.toml",
    "forms/immunization/items-physician.toml",
];

const DECLARATION: &str = "forms/immunization/declaration.toml";

const FORMS: [&str; 11] = [
    "forms/immunization/child.toml",
    "forms/immunization/rota.toml",
    "forms/immunization/bcg.toml",
    "forms/immunization/hepb.toml",
    "forms/immunization/hpv-alone.toml",
    "forms/immunization/hpv.toml",
    "forms/immunization/rsv.toml",
    "forms/immunization/influenza.toml",
    "forms/immunization/covid19.toml",
    "forms/immunization/pneumococcal.toml",
    "forms/immunization/zoster.toml",
];

pub(crate) fn read(source: &Source) -> Result<Forms, Fault> {
    let mut known: Vec<Item> = Vec::new();
    for file in ITEMS {
        items(&source.text(file)?, file, &mut known)?;
    }
    let declaration = declaration(&source.text(DECLARATION)?)?;
    let mut forms: Vec<Form> = Vec::new();
    for file in FORMS {
        let text = source.text(file)?;
        let mut entry = Entry::file(file, &text)?;
        let form = form(&mut entry, &known, &declaration)?;
        if forms.iter().any(|it| it.id == form.id && it.version == form.version) {
            return Err(entry.fault(&format!("{} stands here twice in this version", form.id)));
        }
        entry.finish()?;
        forms.push(form);
    }
    Ok(Forms(forms))
}

fn items(text: &str, name: &str, known: &mut Vec<Item>) -> Result<(), Fault> {
    let mut file = Entry::file(name, text)?;
    let mut basis = file.table("basis")?;
    basis.basis("question")?;
    basis.finish()?;
    for mut entry in file.tables("item")? {
        for item in item::read(&mut entry)? {
            if known.iter().any(|other| other.id == item.id) {
                return Err(entry.fault(&format!("the question {} stands here twice", item.id)));
            }
            known.push(item);
        }
        entry.finish()?;
    }
    file.finish()
}

/// `ja`, `en`, `easy`: every text in every language.
fn texts(entry: &mut Entry<'_>) -> Result<Texts, Fault> {
    Ok(Texts { ja: entry.text("ja")?, en: entry.text("en")?, easy: entry.text("easy")? })
}

/// What is signed below every form.
fn declaration(text: &str) -> Result<Declaration, Fault> {
    let mut file = Entry::file(DECLARATION, text)?;
    let mut basis = file.table("basis")?;
    basis.basis("sentence")?;
    basis.finish()?;
    let mut sentence = |key: &str| {
        let mut entry = file.table(key)?;
        let sentence = texts(&mut entry)?;
        entry.finish().map(|()| sentence)
    };
    let declaration = Declaration {
        explained: sentence("explained")?,
        agree: sentence("agree")?,
        disagree: sentence("disagree")?,
        guardian: sentence("guardian")?,
        person: sentence("person")?,
    };
    file.finish()?;
    Ok(declaration)
}

fn form(entry: &mut Entry<'_>, known: &[Item], declaration: &Declaration) -> Result<Form, Fault> {
    let mut consent = Vec::new();
    for rule in entry.tables("consent")? {
        consent.push(consent_rule(rule)?);
    }
    let mut asked = BTreeSet::new();
    let mut steps = Vec::new();
    for step in entry.tables("step")? {
        steps.push(read_step(step, known, &mut asked)?);
    }
    Ok(Form {
        id: entry.text("id")?,
        version: entry.day("version")?,
        until: entry.optional_day("until")?,
        title: texts(entry)?,
        series: entry.list("series", word)?,
        from_age: from_age(entry)?,
        consent,
        declaration: declaration.clone(),
        steps,
        basis: entry.basis("form")?,
    })
}

fn from_age(entry: &mut Entry<'_>) -> Result<Option<Age>, Fault> {
    let years = entry.has("from_years").then(|| entry.number("from_years", 0, 120));
    Ok(years.transpose()?.map(Age::Years))
}

fn consent_rule(mut entry: Entry<'_>) -> Result<ConsentRule, Fault> {
    let by = entry.one_of("by", "\"guardian\" or \"person\"", |text| match text {
        "guardian" => Some(Consenter::Guardian),
        "person" => Some(Consenter::Person),
        _ => None,
    })?;
    let rule = ConsentRule { by, from_age: from_age(&mut entry)?, basis: entry.basis("years")? };
    entry.finish()?;
    Ok(rule)
}

/// A step, with the details of its questions put behind them.
fn read_step(
    mut entry: Entry<'_>,
    known: &[Item],
    asked: &mut BTreeSet<String>,
) -> Result<Step, Fault> {
    let mut items = Vec::new();
    for id in entry.list("items", word)? {
        let detail = format!("{id}.detail");
        let found = known.iter().filter(|item| item.id == id || item.id == detail);
        let before = items.len();
        for item in found {
            let hangs = item.when.as_ref();
            if let Some(when) = hangs.filter(|when| !fits(when, known, asked)) {
                let message = format!("{id} hangs on an answer of {} that is not there", when.item);
                return Err(entry.fault(&message));
            }
            if !asked.insert(item.id.clone()) {
                return Err(entry.fault(&format!("{id} is asked twice")));
            }
            items.push(item.clone());
        }
        if items.len() == before {
            return Err(entry.fault(&format!("no file of items has the question {id}")));
        }
    }
    let step = Step { id: entry.text("id")?, title: texts(&mut entry)?, items };
    entry.finish()?;
    Ok(step)
}

/// Whether the question that a condition names is asked before, and has such an answer.
fn fits(when: &When, known: &[Item], asked: &BTreeSet<String>) -> bool {
    let item = known.iter().find(|item| item.id == when.item);
    let item = item.filter(|item| asked.contains(&item.id));
    item.is_some_and(|item| when.any_of.iter().all(|value| can_be(&item.kind, value)))
}

/// Whether an answer of `kind` can be `value`.
fn can_be(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::YesNo, Value::YesNo(_)) => true,
        (Kind::Choice(choices), Value::Code(code)) => choices.iter().any(|it| it.code == *code),
        _ => false,
    }
}

/// A text of an array.
fn word(value: &DeValue<'_>) -> Result<String, String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    text.map(str::to_owned).ok_or_else(|| "an array of texts".to_owned())
}

/// `yes` and `no` are answers, all else is the code of a choice.
fn value(text: &str) -> Value {
    match text {
        "yes" => Value::YesNo(true),
        "no" => Value::YesNo(false),
        _ => Value::Code(text.to_owned()),
    }
}

#[cfg(test)]
mod tests;
