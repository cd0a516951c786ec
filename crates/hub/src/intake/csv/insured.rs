//! The insured-person registry.

use domain::day;
use domain::finding::Finding;
use domain::insurance::Insurance;
use domain::number::{InsuredPerson, NumberRules};
use domain::person::FiveAttributes;

use super::{Cells, Row, Table, limits};

/// Its columns.
pub const INSURED_COLUMNS: [&str; 13] = [
    "insurer_number",
    "insurer_name",
    "symbol",
    "number",
    "branch",
    "name",
    "kana",
    "birth",
    "sex",
    "address",
    "valid_from",
    "valid_to",
    "share_percent",
];
/// The greatest share of the costs, in percent.
const WHOLE: u8 = 100;

/// One insured person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsuredRow {
    /// How the insurer describes them.
    pub five: FiveAttributes,
    /// Their insurance.
    pub insurance: Insurance,
}

/// The rows of the insured-person registry, each read or refused by itself.
///
/// # Errors
/// What is wrong with the file as a whole: not UTF-8, no header, an unknown or missing column.
pub fn insured(bytes: &[u8], rules: &NumberRules) -> Result<Vec<Row<InsuredRow>>, Finding> {
    let table = Table::read(bytes, &INSURED_COLUMNS)?;
    Ok(table.rows(|cells| {
        let (person, five) = (person(cells, rules), cells.five());
        let insurance = insurance(cells, person);
        Some(InsuredRow { five: five?, insurance: insurance? })
    }))
}

/// The four parts by which the insurer knows the person, as the type of the domain takes them.
fn person(cells: &mut Cells<'_>, rules: &NumberRules) -> Option<InsuredPerson> {
    let insurer = cells.text("insurer_number", limits::CODE);
    let symbol = cells.text("symbol", limits::KEY);
    let number = cells.text("number", limits::KEY);
    let branch = cells.text("branch", limits::CODE);
    let read = InsuredPerson::read(insurer, symbol, number, branch, rules);
    let noted = |finding| cells.note(column(&finding), finding);
    read.map_err(|findings: Vec<Finding>| findings.into_iter().for_each(noted)).ok()
}

fn column(finding: &Finding) -> &'static str {
    match finding.at.as_ref() {
        "symbol" => "symbol",
        "number" => "number",
        "branch" => "branch",
        _ => "insurer_number",
    }
}

fn insurance(cells: &mut Cells<'_>, person: Option<InsuredPerson>) -> Option<Insurance> {
    let insurer_name = cells.text("insurer_name", limits::NAME).to_owned();
    let valid_from = day::iso(cells.text("valid_from", limits::CODE));
    let valid_from = cells.take("valid_from", valid_from);
    let last = cells.text("valid_to", limits::CODE);
    let valid_to = (!last.is_empty()).then(|| day::iso(last)).transpose();
    let valid_to = cells.take("valid_to", valid_to);
    let share = cells.text("share_percent", limits::CODE).parse().ok();
    let share = share.filter(|share| *share <= WHOLE).ok_or_else(wrong_share);
    let share_percent = cells.take("share_percent", share);
    if let (Some(first), Some(Some(last))) = (valid_from, valid_to)
        && last < first
    {
        cells.note("valid_to", reversed());
    }
    let person = person?;
    Some(Insurance {
        insurer: person.insurer().as_str().to_owned(),
        insurer_name,
        symbol: person.symbol().to_owned(),
        number: person.number().to_owned(),
        branch: person.branch().to_owned(),
        valid_from: valid_from?,
        valid_to: valid_to?,
        share_percent: share_percent?,
    })
}

fn wrong_share() -> Finding {
    Finding::stop(
        "wrong-share",
        "",
        format!("負担割合は0〜{WHOLE}で入れてください。"),
        format!("Write the share as a number from 0 to {WHOLE}."),
    )
}

fn reversed() -> Finding {
    Finding::stop(
        "reversed-period",
        "",
        "終了日が開始日より前です。",
        "The last day lies before the first; check both.",
    )
}
