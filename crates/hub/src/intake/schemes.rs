//! 制度マスタ: the body of `PUT /pmh/v1/schemes`. Ours, and strict: the master is taken whole or not
//! at all.

use std::collections::HashSet;

use domain::finding::{Finding, Severity, few, refused};
use domain::number::{Kind as Number, NumberRules, verify};
use domain::scheme::{Condition, Scheme};
use fhir::json::{Kind, Node, Tree, Writer};

use super::item::{Items, Shape, wrong_type};
use super::limits;

const ITEMS: [&str; 5] = [
    "orgSpecificCertificateTypeId",
    "name",
    "medicalSubsidyInsurerNumbers",
    "incomeSegments",
    "additionalConditions",
];

/// Findings after which reading ends: only a few of them are told.
const ENOUGH: usize = 1_000;

/// The whole master of one municipality.
///
/// # Errors
///
/// All that is wrong with it, at least one refusing; places are pointers (`0/incomeSegments/2/code`).
pub fn parse(tree: &Tree<'_>, rules: &NumberRules) -> Result<Vec<Scheme>, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut types = HashSet::new();
    let schemes: Vec<Scheme> = list(tree.root(), "", &mut findings)
        .into_iter()
        .filter_map(|(index, node)| {
            if findings.len() >= ENOUGH {
                return None;
            }
            let scheme = scheme(node, format!("{index}/"), rules, &mut findings)?;
            if !types.insert(scheme.type_id.clone()) {
                findings.push(twice(format!("{index}/orgSpecificCertificateTypeId")));
            }
            Some(scheme)
        })
        .collect();
    if refused(&findings) { Err(few(findings)) } else { Ok(schemes) }
}

#[expect(clippy::needless_pass_by_value, reason = "made for this call only")]
fn scheme(
    node: Node<'_>,
    prefix: String,
    rules: &NumberRules,
    findings: &mut Vec<Finding>,
) -> Option<Scheme> {
    let mut items = Items::of(node, prefix.clone());
    items.only(&ITEMS, Severity::Stop);
    let type_id = items.text("orgSpecificCertificateTypeId", Shape::alphanumeric(limits::TYPE_ID));
    let name = items.text("name", Shape::line(limits::CERTIFICATE_NAME));
    let payers = items.given("medicalSubsidyInsurerNumbers");
    let income = items.given("incomeSegments");
    let conditions = items.given("additionalConditions");
    items.numbers_only_in(&[], &[], &[]);
    findings.append(&mut items.findings);

    let at = |name: &str| format!("{prefix}{name}");
    let payer_numbers =
        payers.map(|node| payers_of(node, &at("medicalSubsidyInsurerNumbers"), rules, findings));
    let income_segments = income.map(|node| codes(node, &at("incomeSegments"), "code", findings));
    let conditions =
        conditions.map(|node| conditions_of(node, &at("additionalConditions"), findings));
    Some(Scheme {
        type_id: type_id?.into_owned(),
        name: name?.into_owned(),
        payer_numbers: payer_numbers.unwrap_or_default(),
        income_segments: income_segments.unwrap_or_default(),
        conditions: conditions.unwrap_or_default(),
    })
}

fn payers_of(
    node: Node<'_>,
    at: &str,
    rules: &NumberRules,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let mut numbers = Vec::<String>::new();
    for (index, item) in list(node, at, findings) {
        let at = format!("{at}/{index}");
        let Some(number) = item.as_str() else {
            findings.push(wrong_type(at, "文字列 \"…\"", "a string \"…\""));
            continue;
        };
        let wrong = verify(Number::PublicPayer, &number, rules);
        findings.extend(wrong.into_iter().map(|one| Finding { at: at.clone().into(), ..one }));
        if numbers.iter().any(|known| *known == number) {
            findings.push(twice(at));
        } else {
            numbers.push(number.into_owned());
        }
    }
    numbers
}

/// Pairs of a code and its name; the code is the member `key`.
fn codes(
    node: Node<'_>,
    at: &str,
    key: &'static str,
    findings: &mut Vec<Finding>,
) -> Vec<(String, String)> {
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for (index, node) in list(node, at, findings) {
        if findings.len() >= ENOUGH {
            break;
        }
        let mut items = Items::of(node, format!("{at}/{index}/"));
        items.only(&[key, "name"], Severity::Stop);
        let code = items.text(key, Shape::line(limits::CODE));
        let name = items.optional_text("name", Shape::line(limits::CERTIFICATE_NAME));
        findings.append(&mut items.findings);
        let Some(code) = code else { continue };
        if !seen.insert(code.to_string()) {
            findings.push(twice(format!("{at}/{index}/{key}")));
        }
        pairs.push((code.into_owned(), name.unwrap_or_default()));
    }
    pairs
}

fn conditions_of(node: Node<'_>, at: &str, findings: &mut Vec<Finding>) -> Vec<Condition> {
    let mut seen = HashSet::new();
    let mut conditions = Vec::new();
    for (index, node) in list(node, at, findings) {
        if findings.len() >= ENOUGH {
            break;
        }
        let place = format!("{at}/{index}");
        let mut items = Items::of(node, format!("{place}/"));
        items.only(&["item", "name", "conditions"], Severity::Stop);
        let item = items.text("item", Shape::line(limits::CODE));
        let name = items.optional_text("name", Shape::line(limits::CERTIFICATE_NAME));
        let inner = items.required("conditions");
        findings.append(&mut items.findings);
        let pairs = inner.map(|node| codes(node, &format!("{place}/conditions"), "code", findings));
        let (Some(item), Some(pairs)) = (item, pairs) else { continue };
        joinable(&item, &format!("{place}/item"), findings);
        for (within, (code, _)) in pairs.iter().enumerate() {
            joinable(code, &format!("{place}/conditions/{within}/code"), findings);
        }
        if !seen.insert(item.to_string()) {
            findings.push(twice(format!("{place}/item")));
        }
        let name = name.unwrap_or_default();
        conditions.push(Condition { item: item.into_owned(), name, codes: pairs });
    }
    conditions
}

/// Codes are joined by hyphens and semicolons in `additionalConditions`, so they hold neither.
fn joinable(code: &str, at: &str, findings: &mut Vec<Finding>) {
    if !domain::scheme::conditions_are_well_formed(&format!("{code}-0")) {
        let (ja, en) =
            ("半角の英数字と _ だけで書いてください。", "Write letters, digits and _ only.");
        findings.push(Finding::stop("wrong-characters", at.to_owned(), ja, en));
    }
}

/// The items of an array with their index; another kind, or too many, is a finding and no items.
fn list<'t>(node: Node<'t>, at: &str, findings: &mut Vec<Finding>) -> Vec<(usize, Node<'t>)> {
    if node.kind() != Kind::Array {
        findings.push(wrong_type(at.to_owned(), "配列 [ … ]", "an array [ … ]"));
    }
    let most = limits::MASTER;
    let count = node.items().count();
    if count > most {
        findings.push(Finding::stop(
            "too-many-records",
            at.to_owned(),
            format!("{count}件あります。{most}件以内にしてください。"),
            format!("There are {count}; keep it to at most {most}."),
        ));
        return Vec::new();
    }
    node.items().enumerate().collect()
}

fn twice(at: String) -> Finding {
    let ja = "同じ値が二つあります。一つにしてください。";
    Finding::stop("duplicate-code", at, ja, "It stands here twice; keep one.")
}

/// The master as the answer to `PUT` and `GET`.
#[must_use]
pub fn write(schemes: &[Scheme]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array(|writer| schemes.iter().for_each(|scheme| write_one(writer, scheme)));
    writer.finish()
}

fn write_one(writer: &mut Writer, scheme: &Scheme) {
    writer.object(|writer| {
        writer.text("orgSpecificCertificateTypeId", &scheme.type_id);
        writer.text("name", &scheme.name);
        writer
            .member("medicalSubsidyInsurerNumbers")
            .array(|writer| scheme.payer_numbers.iter().for_each(|number| writer.string(number)));
        writer.member("incomeSegments").array(|writer| {
            for (code, name) in &scheme.income_segments {
                write_code(writer, code, name);
            }
        });
        writer.member("additionalConditions").array(|writer| {
            for Condition { item, name, codes } in &scheme.conditions {
                writer.object(|writer| {
                    write_named(writer, "item", item, name);
                    writer.member("conditions").array(|writer| {
                        codes.iter().for_each(|(code, name)| write_code(writer, code, name));
                    });
                });
            }
        });
    });
}

fn write_code(writer: &mut Writer, code: &str, name: &str) {
    writer.object(|writer| write_named(writer, "code", code, name));
}

fn write_named(writer: &mut Writer, key: &str, code: &str, name: &str) {
    writer.text(key, code);
    if !name.is_empty() {
        writer.text("name", name);
    }
}
