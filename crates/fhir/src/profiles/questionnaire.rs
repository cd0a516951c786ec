//! A form (予診票) as a Questionnaire, for those who read FHIR. Forms are kept in `rules/forms/`: it
//! is rendered on reading.
//!
//! Texts are Japanese, with English and やさしい日本語 in the translation extension. The language
//! tag of the latter is `ja-x-easy`, a private use tag, because none is registered.

use std::fmt::Write as _;

use domain::form::{By, Form, Item, Kind, Step, Texts, Value, When, write_tenths};

use super::face;
use crate::json::Writer;

const PROFILE: &str = guide!("/StructureDefinition/pmh-pre-visit-form");
const CANONICAL: &str = guide!("/Questionnaire/");
const ITEMS: &str = guide!("/StructureDefinition/pmh-question-items");
const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
const MIN_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
const MAX_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";
/// The language tag of やさしい日本語.
const EASY: &str = "ja-x-easy";

/// The canonical address of a form, without its version.
#[must_use]
pub fn canonical(form: &str) -> String {
    format!("{CANONICAL}{form}")
}

/// The form of a canonical address of ours.
pub(super) fn form_of(canonical: &str) -> Option<&str> {
    canonical.strip_prefix(CANONICAL)
}

/// The form as a Questionnaire; its id is the form's.
#[must_use]
pub fn write(form: &Form) -> Vec<u8> {
    face::resource("Questionnaire", &form.id, PROFILE, |writer| {
        writer.text("language", "ja");
        writer.text("url", &canonical(&form.id));
        writer.text("version", &form.version.to_string());
        writer.text("name", &machine_name(&form.id));
        texts(writer, "title", &form.title);
        writer.text("status", "active");
        writer.member("subjectType").array(|writer| writer.string("Patient"));
        writer.member("effectivePeriod").object(|writer| {
            writer.member("start").display(form.version);
            if let Some(last) = form.until {
                writer.member("end").display(last);
            }
        });
        writer.member("item").array(|writer| {
            for step in &form.steps {
                writer.object(|writer| write_step(writer, step));
            }
        });
    })
}

/// A name that programs may use: letters and digits.
fn machine_name(id: &str) -> String {
    let mut name = "PreVisit".to_owned();
    for part in id.split('-') {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let _ = write!(name, "{}{}", first.map(String::from).unwrap_or_default(), letters.as_str());
    }
    name
}

fn write_step(writer: &mut Writer, step: &Step) {
    writer.text("linkId", &step_link(&step.id));
    texts(writer, "text", &step.title);
    writer.text("type", "group");
    writer.member("item").array(|writer| {
        for item in &step.items {
            writer.object(|writer| write_item(writer, item));
        }
    });
}

/// The link of a step: questions and steps are named apart.
pub(super) fn step_link(step: &str) -> String {
    format!("step:{step}")
}

fn write_item(writer: &mut Writer, item: &Item) {
    write_extensions(writer, item);
    writer.text("linkId", &item.id);
    texts(writer, "text", &item.text);
    writer.text("type", item_type(&item.kind));
    if let Some(when) = &item.when {
        write_when(writer, when);
    }
    if item.required {
        writer.member("required").boolean(true);
    }
    match &item.kind {
        Kind::Text { max_length } => writer.member("maxLength").integer((*max_length).into()),
        Kind::Choice(choices) => writer.member("answerOption").array(|writer| {
            for choice in choices {
                writer.object(|writer| {
                    writer.member("valueCoding").object(|writer| {
                        writer.text("code", &choice.code);
                        texts(writer, "display", &choice.text);
                    });
                });
            }
        }),
        _ => {}
    }
}

const fn item_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::YesNo => "boolean",
        Kind::Choice(_) => "choice",
        Kind::Text { .. } => "string",
        Kind::Date { .. } => "date",
        Kind::Decimal { .. } => "decimal",
        Kind::Number { .. } => "integer",
        Kind::Info => "display",
    }
}

/// Bounds of numbers; who answers and where the answer comes from.
fn write_extensions(writer: &mut Writer, item: &Item) {
    let bounds = match item.kind {
        Kind::Decimal { least, most } => {
            Some(("valueDecimal", write_tenths(least), write_tenths(most)))
        }
        Kind::Number { least, most } => Some(("valueInteger", least.to_string(), most.to_string())),
        _ => None,
    };
    let ours = item.by == By::Physician || item.prefill.is_some();
    if bounds.is_none() && !ours {
        return;
    }
    writer.member("extension").array(|writer| {
        if let Some((name, least, most)) = &bounds {
            for (url, bound) in [(MIN_VALUE, least), (MAX_VALUE, most)] {
                writer.object(|writer| {
                    writer.text("url", url);
                    writer.member(name).raw(bound);
                });
            }
        }
        if ours {
            writer.object(|writer| write_ours(writer, item));
        }
    });
}

fn write_ours(writer: &mut Writer, item: &Item) {
    writer.text("url", ITEMS);
    writer.member("extension").array(|writer| {
        if item.by == By::Physician {
            face::item(writer, "by", "valueCode", "physician");
        }
        if let Some(prefill) = item.prefill {
            face::item(writer, "prefill", "valueCode", prefill.name());
        }
    });
}

fn write_when(writer: &mut Writer, when: &When) {
    writer.member("enableWhen").array(|writer| {
        for value in &when.any_of {
            writer.object(|writer| {
                writer.text("question", &when.item);
                writer.text("operator", "=");
                match value {
                    Value::YesNo(yes) => writer.member("answerBoolean").boolean(*yes),
                    Value::Code(code) => writer.member("answerCoding").object(|writer| {
                        writer.text("code", code);
                    }),
                }
            });
        }
    });
    if when.any_of.len() > 1 {
        writer.text("enableBehavior", "any");
    }
}

/// A text with its translations.
fn texts(writer: &mut Writer, name: &str, texts: &Texts) {
    writer.text(name, &texts.ja);
    writer.member(&format!("_{name}")).object(|writer| {
        writer.member("extension").array(|writer| {
            translation(writer, "en", &texts.en);
            translation(writer, EASY, &texts.easy);
        });
    });
}

fn translation(writer: &mut Writer, language: &str, text: &str) {
    writer.object(|writer| {
        writer.text("url", TRANSLATION);
        writer.member("extension").array(|writer| {
            face::item(writer, "lang", "valueCode", language);
            face::item(writer, "content", "valueString", text);
        });
    });
}
