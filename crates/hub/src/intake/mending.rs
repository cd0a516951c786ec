//! Correcting or cancelling a recorded dose. Ours, and strict.

use domain::finding::{Finding, Severity, few};
use fhir::json::Tree;
use jiff::civil::Date;

use super::dose::amount;
use super::item::{Items, Shape};
use super::limits;

const CORRECTIONS: [&str; 8] = [
    "reason",
    "version",
    "lotNumber",
    "expires",
    "amountHundredthsMl",
    "site",
    "route",
    "physician",
];

/// What is to become of a dose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mending {
    /// It was recorded by mistake.
    pub cancels: bool,
    /// Why.
    pub reason: String,
    /// The version that the caller read; none: whatever there is.
    pub version: Option<i64>,
    /// ロット番号
    pub lot: Option<String>,
    /// 有効期限
    pub expires: Option<Date>,
    /// Hundredths of a millilitre.
    pub hundredths: Option<u16>,
    /// 接種部位
    pub site: Option<String>,
    /// 接種経路
    pub route: Option<String>,
    /// Name of the physician.
    pub physician: Option<String>,
}

/// Reads the body of a correction.
///
/// # Errors
/// All that is wrong.
pub fn correction(tree: &Tree<'_>) -> Result<Mending, Vec<Finding>> {
    read(tree, &CORRECTIONS, false)
}

/// Reads the body of a cancellation: `reason` and `version`.
///
/// # Errors
/// All that is wrong.
pub fn cancellation(tree: &Tree<'_>) -> Result<Mending, Vec<Finding>> {
    read(tree, &CORRECTIONS[..2], true)
}

fn read(tree: &Tree<'_>, known: &[&str], cancels: bool) -> Result<Mending, Vec<Finding>> {
    let mut items = Items::of(tree.root(), "");
    items.only(known, Severity::Stop);
    let reason = items.text("reason", Shape::free(limits::ADDRESS));
    let mending = Mending {
        cancels,
        reason: reason.map(std::borrow::Cow::into_owned).unwrap_or_default(),
        version: items.whole("version", 1..=i64::MAX),
        lot: items.optional_text("lotNumber", Shape::line(limits::CODE)),
        expires: items.optional_day("expires"),
        hundredths: amount(&mut items),
        site: items.optional_text("site", Shape::line(limits::CODE)),
        route: items.optional_text("route", Shape::line(limits::CODE)),
        physician: items.optional_text("physician", Shape::line(limits::NAME)),
    };
    items.numbers_only_in(&[], &[], &["lotNumber"]);
    if items.findings.is_empty() { Ok(mending) } else { Err(few(items.findings)) }
}
