//! 資格確認: the body of `POST /pmh/v1/eligibility`. Ours, and strict: a misspelt item is refused,
//! lest a consent be read as something else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::finding::{Finding, Severity};
use fhir::json::{Node, Tree};

use super::item::{Items, Shape, wrong_type};
use super::limits;

/// Who asks about whom, and what the resident agreed to hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibilityRequest {
    /// How the resident is identified.
    pub identify: Identify,
    /// `consent.certificates`: whether certificates may be shown.
    pub certificates_agreed: bool,
}

/// How the resident is identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identify {
    /// `card`: what the card answered to a challenge.
    Card {
        /// The token of the challenge, as sent.
        challenge: String,
        /// The user-authentication certificate.
        certificate_der: Vec<u8>,
        /// What the card signed.
        signature: Vec<u8>,
    },
    /// `insured`: insured-person numbers, as sent; whether they are numbers is not judged here.
    Numbers {
        /// 保険者番号
        insurer: String,
        /// 記号; empty if there is none.
        symbol: String,
        /// 番号
        number: String,
        /// 枝番; empty if there is none.
        branch: String,
    },
}

/// Reads the body.
///
/// # Errors
///
/// The first thing that is wrong; places are `card/signature` and the like.
pub fn parse(tree: &Tree<'_>) -> Result<EligibilityRequest, Finding> {
    let mut items = Items::of(tree.root(), "");
    items.only(&["card", "insured", "consent"], Severity::Stop);
    let consent = items.required("consent");
    let agreed = consent.and_then(|node| consent_of(node, &mut items.findings));
    let identify = match (items.given("card"), items.given("insured")) {
        (Some(node), None) => card(node, &mut items.findings),
        (None, Some(node)) => insured(node, &mut items.findings),
        _ => {
            items.findings.push(one_identification());
            None
        }
    };
    match (identify, agreed, items.findings.into_iter().next()) {
        (Some(identify), Some(certificates_agreed), None) => {
            Ok(EligibilityRequest { identify, certificates_agreed })
        }
        (.., first) => Err(first.unwrap_or_else(one_identification)),
    }
}

fn consent_of(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<bool> {
    let mut items = Items::of(node, "consent/");
    items.only(&["certificates"], Severity::Stop);
    let agreed = items.flag("certificates");
    findings.append(&mut items.findings);
    agreed
}

pub(super) fn card(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<Identify> {
    let mut items = Items::of(node, "card/");
    items.only(&["challenge", "certificate", "signature"], Severity::Stop);
    let challenge = items.text("challenge", Shape::line(limits::CHALLENGE));
    let certificate = bytes(&mut items, "certificate", limits::CARD_CERTIFICATE_BYTES);
    let signature = bytes(&mut items, "signature", limits::CARD_SIGNATURE_BYTES);
    findings.append(&mut items.findings);
    Some(Identify::Card {
        challenge: challenge?.into_owned(),
        certificate_der: certificate?,
        signature: signature?,
    })
}

fn bytes(items: &mut Items<'_>, name: &'static str, most: usize) -> Option<Vec<u8>> {
    let text = items.text(name, Shape::line(most.div_ceil(3) * 4))?;
    let bytes = STANDARD.decode(text.as_bytes()).ok();
    if bytes.is_none() {
        let at = items.at(name);
        items.findings.push(wrong_type(at, "Base64 (RFC 4648 第4節)", "base64 (RFC 4648 §4)"));
    }
    bytes
}

fn insured(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<Identify> {
    let mut items = Items::of(node, "insured/");
    items.only(&["insurerNumber", "symbol", "number", "branch"], Severity::Stop);
    let insurer = items.text("insurerNumber", Shape::line(limits::CODE));
    let symbol = items.optional_text("symbol", Shape::line(limits::KEY));
    let number = items.text("number", Shape::line(limits::KEY));
    let branch = items.optional_text("branch", Shape::line(limits::CODE));
    findings.append(&mut items.findings);
    Some(Identify::Numbers {
        insurer: insurer?.into_owned(),
        symbol: symbol.unwrap_or_default(),
        number: number?.into_owned(),
        branch: branch.unwrap_or_default(),
    })
}

fn one_identification() -> Finding {
    Finding::stop(
        "one-identification",
        "",
        "card か insured のどちらか一つで本人を示してください。",
        "Identify the person by exactly one of card and insured.",
    )
}
