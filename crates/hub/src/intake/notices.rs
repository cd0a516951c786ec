//! 勧奨: the bodies of `POST /pmh/v1/immunization/notices/preview` and `…/send`. Ours, and strict: a
//! misspelt filter would tell more people than was meant.

use domain::finding::{Finding, Severity};
use domain::immunization::reminder::Occasion;
use fhir::json::{Kind, Tree};

use super::item::{Items, Shape, wrong_type, wrong_value};
use super::limits;
use crate::immunization::notice::Filter;

/// Items of one list of a filter.
const MANY: usize = 100;

/// Reads a filter.
///
/// # Errors
/// The first thing that is wrong.
pub fn filter(tree: &Tree<'_>) -> Result<Filter, Finding> {
    let mut items = Items::of(tree.root(), "");
    items.only(&["series", "kinds"], Severity::Stop);
    let series = texts(&mut items, "series", Some);
    let occasions = texts(&mut items, "kinds", |text| Occasion::from_code(&text));
    match items.findings.into_iter().next() {
        None => Ok(Filter { series, occasions }),
        Some(first) => Err(first),
    }
}

fn texts<T>(items: &mut Items<'_>, name: &'static str, of: impl Fn(String) -> Option<T>) -> Vec<T> {
    let Some(node) = items.given(name) else { return Vec::new() };
    if node.kind() != Kind::Array || node.items().nth(MANY).is_some() {
        let (ja, en) = ("文字列の配列（100個まで）", "an array of at most 100 strings");
        let wrong = wrong_type(items.at(name), ja, en);
        items.findings.push(wrong);
        return Vec::new();
    }
    let mut found = Vec::new();
    for item in node.items() {
        let Some(text) = items.string(name, item) else { continue };
        let Some(text) = items.shaped(name, text, Shape::line(limits::CODE)) else { continue };
        match of(text.into_owned()) {
            Some(one) => found.push(one),
            None => {
                let wrong = wrong_value(items.at(name), &Occasion::ALL.map(Occasion::code));
                items.findings.push(wrong);
            }
        }
    }
    found
}

/// Reads the name of a list.
///
/// # Errors
/// The first thing that is wrong.
pub fn token(tree: &Tree<'_>) -> Result<String, Finding> {
    let mut items = Items::of(tree.root(), "");
    items.only(&["token"], Severity::Stop);
    let token = items.text("token", Shape::line(limits::CODE));
    match (token, items.findings.into_iter().next()) {
        (Some(token), None) => Ok(token.into_owned()),
        (_, Some(first)) => Err(first),
        (None, None) => Err(wrong_type("token", "文字列", "a string")),
    }
}
