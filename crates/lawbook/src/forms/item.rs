//! One question.

use domain::finding::Severity;
use domain::form::{By, Choice, Item, Kind, Prefill, Test, Value, Warn, When};

use super::{can_be, texts, value, word};
use crate::Fault;
use crate::entry::Entry;

const KINDS: &str =
    "\"yes-no\", \"choice\", \"text\", \"date\", \"decimal\", \"number\" or \"info\"";

/// The question, and its detail if it has one.
pub(super) fn read(entry: &mut Entry<'_>) -> Result<Vec<Item>, Fault> {
    let kind_name = entry.one_of("kind", KINDS, |text| Some(text.to_owned()))?;
    let kind = kind(entry, &kind_name)?;
    let item = Item {
        id: entry.text("id")?,
        text: texts(entry)?,
        required: entry.flag("required")?,
        when: when(entry)?,
        prefill: prefill(entry)?,
        by: by(entry)?,
        warns: warns(entry, &kind)?,
        private: entry.flag("private")?,
        kind,
    };
    let detail = entry.optional_table("detail")?;
    if detail.is_some() && item.kind != Kind::YesNo {
        return Err(entry.fault("only a question of yes or no has a detail"));
    }
    let detail = detail.map(|detail| read_detail(detail, &item)).transpose()?;
    Ok([item].into_iter().chain(detail).collect())
}

/// What is asked after a はい.
fn read_detail(mut entry: Entry<'_>, of: &Item) -> Result<Item, Fault> {
    let detail = Item {
        id: format!("{}.detail", of.id),
        kind: kind(&mut entry, "text")?,
        text: texts(&mut entry)?,
        required: true,
        when: Some(When { item: of.id.clone(), any_of: vec![Value::YesNo(true)] }),
        prefill: None,
        by: of.by,
        warns: Vec::new(),
        private: of.private,
    };
    entry.finish()?;
    Ok(detail)
}

fn kind(entry: &mut Entry<'_>, name: &str) -> Result<Kind, Fault> {
    Ok(match name {
        "yes-no" => Kind::YesNo,
        "choice" => Kind::Choice(choices(entry)?),
        "text" => Kind::Text { max_length: entry.number("max_length", 1, 2000)? },
        "date" => Kind::Date { future: entry.flag("future")? },
        "decimal" => Kind::Decimal {
            least: entry.number("least_tenths", -99_999, 99_999)?,
            most: entry.number("most_tenths", -99_999, 99_999)?,
        },
        "number" => Kind::Number {
            least: entry.number("least", -99_999, 99_999)?,
            most: entry.number("most", -99_999, 99_999)?,
        },
        "info" => Kind::Info,
        _ => return Err(entry.fault(&format!("`kind` must be one of {KINDS}"))),
    })
}

fn choices(entry: &mut Entry<'_>) -> Result<Vec<Choice>, Fault> {
    let mut choices: Vec<Choice> = Vec::new();
    for mut one in entry.tables("choice")? {
        let choice = Choice { code: one.text("code")?, text: texts(&mut one)? };
        // `yes` and `no` are the answers of the other kind.
        let reserved = ["yes", "no"].contains(&choice.code.as_str());
        if reserved || choices.iter().any(|other| other.code == choice.code) {
            return Err(one.fault(&format!("the choice {} stands here twice", choice.code)));
        }
        one.finish()?;
        choices.push(choice);
    }
    Ok(choices)
}

fn when(entry: &mut Entry<'_>) -> Result<Option<When>, Fault> {
    let Some(mut when) = entry.optional_table("when")? else { return Ok(None) };
    let item = when.text("item")?;
    let any_of = when.list("is", word)?.iter().map(|text| value(text)).collect();
    when.finish()?;
    Ok(Some(When { item, any_of }))
}

fn prefill(entry: &mut Entry<'_>) -> Result<Option<Prefill>, Fault> {
    if !entry.has("prefill") {
        return Ok(None);
    }
    let want = format!("one of {}", Prefill::ALL.map(|(_, name)| name).join(", "));
    let known = |text: &str| Prefill::ALL.iter().find(|(_, name)| *name == text).map(|it| it.0);
    entry.one_of("prefill", &want, known).map(Some)
}

fn by(entry: &mut Entry<'_>) -> Result<By, Fault> {
    if !entry.has("by") {
        return Ok(By::Family);
    }
    entry.one_of("by", "\"physician\"", |text| (text == "physician").then_some(By::Physician))
}

fn warns(entry: &mut Entry<'_>, kind: &Kind) -> Result<Vec<Warn>, Fault> {
    let mut warns = Vec::new();
    for mut one in entry.optional_tables("warn")? {
        let severity = one.one_of("severity", "\"stop\", \"warn\" or \"info\"", severity)?;
        let warn = Warn { test: test(&mut one, kind)?, severity, code: one.text("code")? };
        one.finish()?;
        warns.push(warn);
    }
    Ok(warns)
}

/// `is`, `at_least`, `below` (`_tenths` for a decimal), or nothing for any answer.
fn test(entry: &mut Entry<'_>, kind: &Kind) -> Result<Test, Fault> {
    let (at_least, below) = match kind {
        Kind::Decimal { .. } => ("at_least_tenths", "below_tenths"),
        _ => ("at_least", "below"),
    };
    if let Some(text) = entry.optional_text("is")? {
        let value = value(&text);
        if !can_be(kind, &value) {
            return Err(entry.fault(&format!("`is`: no answer here can be {text}")));
        }
        return Ok(Test::Is(value));
    }
    if entry.has(at_least) {
        return entry.number(at_least, -99_999, 99_999).map(Test::AtLeast);
    }
    if entry.has(below) {
        return entry.number(below, -99_999, 99_999).map(Test::Below);
    }
    Ok(Test::Given)
}

fn severity(text: &str) -> Option<Severity> {
    match text {
        "stop" => Some(Severity::Stop),
        "warn" => Some(Severity::Warn),
        "info" => Some(Severity::Info),
        _ => None,
    }
}
