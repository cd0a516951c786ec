//! The section *Numbers*.

use domain::finding::{Finding, Severity};
use domain::number::{self, Kind};
use lawbook::Lawbook;
use serde_json::{Value, json};

use super::fields::{Fields, Refusal};
use super::{Answer, cite};

/// `kind` and `body` → `digit` (a text of one digit) and `number` (body and digit).
pub(super) fn check_digit(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let kind = kind(fields)?;
    let body = fields.text("body")?;
    fields.finish()?;
    let digit =
        number::check_digit(kind, &body).map_err(|finding| Refusal::of(finding, "/body"))?;
    let answer = json!({"digit": digit.to_string(), "number": format!("{body}{digit}")});
    Ok(cited(answer, kind, book))
}

/// `kind` and `number` → `valid` and `findings`. Valid is what has no finding above `info`; also a
/// number that registration takes with a warning is not valid.
pub(super) fn verify(fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    let kind = kind(fields)?;
    let number = fields.text("number")?;
    fields.finish()?;
    let findings = number::verify(kind, &number, &book.numbers);
    let valid = findings.iter().all(|finding| finding.severity == Severity::Info);
    let findings: Vec<Value> = findings.iter().map(finding).collect();
    Ok(cited(json!({"valid": valid, "findings": findings}), kind, book))
}

fn finding(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Info => "info",
        Severity::Warn => "warn",
        Severity::Stop => "stop",
    };
    let Finding { code, ja, en, .. } = finding;
    json!({"code": code, "severity": severity, "message": ja, "message_en": en})
}

/// Any kind but 個人番号: those are asked of nobody (design, wall 6).
fn kind(fields: &mut Fields<'_>) -> Result<Kind, Refusal> {
    let name = fields.text("kind")?;
    let kind = Kind::from_name(&name).filter(|kind| *kind != Kind::Personal);
    kind.ok_or_else(|| {
        let known: Vec<&str> =
            Kind::ALL.into_iter().filter(|it| *it != Kind::Personal).map(Kind::name).collect();
        let known = known.join(", ");
        Refusal {
            code: "unknown-kind",
            at: "/kind".to_owned(),
            ja: format!("kind は {known} のいずれかです。"),
            en: format!("kind must be one of {known}."),
        }
    })
}

fn cited(answer: Value, kind: Kind, book: &Lawbook) -> Value {
    let bases: Vec<_> = book.numbers.check(kind).map(|check| &check.basis).into_iter().collect();
    cite(answer, &bases)
}
