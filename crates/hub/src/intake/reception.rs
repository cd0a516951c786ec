//! Reception for a dose: who is there. Ours, and strict.

use domain::finding::{Finding, Severity};
use domain::person::Birth;
use fhir::json::{Node, Tree};

use super::eligibility::{Identify, card};
use super::item::{Items, Shape};
use super::limits;

/// How somebody is identified at a reception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identified {
    /// `card`: what the card answered to a challenge.
    Card {
        /// The token of the challenge, as sent.
        challenge: String,
        /// The user-authentication certificate.
        certificate_der: Vec<u8>,
        /// What the card signed.
        signature: Vec<u8>,
    },
    /// `nameAndBirth`, where the card does not answer.
    Described {
        /// 氏名; empty if the reading was sent.
        name: String,
        /// カナ氏名; empty if the name was sent.
        kana: String,
        /// 生年月日
        birth: Birth,
    },
}

/// Reads the body.
///
/// # Errors
/// All that is wrong.
pub fn parse(tree: &Tree<'_>) -> Result<Identified, Vec<Finding>> {
    let mut items = Items::of(tree.root(), "");
    items.only(&["card", "nameAndBirth"], Severity::Stop);
    let found = match (items.given("card"), items.given("nameAndBirth")) {
        (Some(node), None) => by_card(node, &mut items.findings),
        (None, Some(node)) => described(node, &mut items.findings),
        _ => {
            items.findings.push(one_identification());
            None
        }
    };
    match found.filter(|_| items.findings.is_empty()) {
        Some(found) => Ok(found),
        None => Err(items.findings),
    }
}

/// Reads the body that names an open reception alone.
///
/// # Errors
/// All that is wrong.
pub fn again(tree: &Tree<'_>) -> Result<String, Vec<Finding>> {
    let mut items = Items::of(tree.root(), "");
    items.only(&["reception"], Severity::Stop);
    let token = items.text("reception", Shape::line(limits::RECEPTION));
    token.map(std::borrow::Cow::into_owned).ok_or(items.findings)
}

fn by_card(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<Identified> {
    match card(node, findings)? {
        Identify::Card { challenge, certificate_der, signature } => {
            Some(Identified::Card { challenge, certificate_der, signature })
        }
        Identify::Numbers { .. } => None,
    }
}

fn described(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<Identified> {
    let mut items = Items::of(node, "nameAndBirth/");
    items.only(&["name", "nameKana", "dateOfBirth"], Severity::Stop);
    let name = items.optional_text("name", Shape::line(limits::NAME)).unwrap_or_default();
    let kana = items.optional_text("nameKana", Shape::line(limits::NAME)).unwrap_or_default();
    let birth = items.day("dateOfBirth");
    if name.trim().is_empty() && kana.trim().is_empty() {
        items.findings.push(no_name());
    }
    findings.append(&mut items.findings);
    Some(Identified::Described { name, kana, birth: Birth::Day(birth?) })
}

fn no_name() -> Finding {
    Finding::stop(
        "missing-item",
        "nameAndBirth/name",
        "氏名かカナ氏名のどちらかを入れてください。",
        "Send the name or its reading.",
    )
}

fn one_identification() -> Finding {
    Finding::stop(
        "one-identification",
        "",
        "card か nameAndBirth のどちらか一つで本人を示してください。",
        "Identify the person by exactly one of card and nameAndBirth.",
    )
}
