//! Guardian and child (保護者と子): the records of `…/relations/registration-tasks`. Ours.

use domain::finding::{Finding, Severity, few, refused};
use domain::number::MyNumber;
use fhir::json::{Node, Tree};
use jiff::civil::Date;

use super::item::{Items, Shape};
use super::{limits, subsidy, twice};

/// The items of a record.
pub const ITEMS: [&str; 7] =
    ["myNumber", "guardianMyNumber", "relation", "validFrom", "validTo", "historyKey", "isDeleted"];

/// Codes of `relation`: parent, guardian appointed by a court (後見人), other.
pub const RELATIONS: [&str; 3] = ["parent", "guardian", "other"];

/// One relation that can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// `myNumber` of the child: to the vault and nowhere else.
    pub child: MyNumber,
    /// `guardianMyNumber`: to the vault and nowhere else.
    pub guardian: MyNumber,
    /// `relation`, one of [`RELATIONS`].
    pub relation: &'static str,
    /// First day.
    pub valid_from: Date,
    /// Last day, inclusive; none while it goes on.
    pub valid_to: Option<Date>,
    /// `historyKey`, as sent.
    pub history_key: String,
    /// `isDeleted`: ends the relation logically.
    pub deleted: bool,
    /// What somebody should look at.
    pub warnings: Vec<Finding>,
}

/// A relation, or all that is wrong with the record, warnings included.
pub type Record = Result<Relation, Vec<Finding>>;

/// The records of a batch, in the order sent, each read when it is asked for.
///
/// # Errors
///
/// As [`super::check_body`].
pub fn parse<'t>(tree: &'t Tree<'_>) -> Result<impl Iterator<Item = Record> + 't, Finding> {
    super::check_body(tree)?;
    Ok(tree.root().items().map(record))
}

/// One record of a batch.
///
/// # Errors
///
/// All findings, at least one of which refuses; places are item names.
pub fn record(node: Node<'_>) -> Record {
    let mut items = Items::of(node, "");
    let child = subsidy::my_number(&mut items, "myNumber");
    let guardian = subsidy::my_number(&mut items, "guardianMyNumber");
    let relation = items.one_of("relation", &RELATIONS).map(|which| RELATIONS[which]);
    let (valid_from, valid_to) = (items.day("validFrom"), items.optional_day("validTo"));
    items.period(valid_from, valid_to);
    let history_key = items.text("historyKey", Shape::line(limits::KEY));
    let deleted = items.flag("isDeleted");
    items.only(&ITEMS, Severity::Warn);
    if child.is_some() && child == guardian {
        let ja = "子と保護者の個人番号が同じです。どちらかを直してください。";
        let en = "Child and guardian have the same 個人番号; correct one of them.";
        items.note("guardianMyNumber", [Finding::stop("same-person", "", ja, en)]);
    }
    let own: Vec<&str> = [&child, &guardian].into_iter().flatten().map(MyNumber::as_str).collect();
    items.numbers_only_in(&["myNumber", "guardianMyNumber"], &own, &["historyKey"]);

    let warnings = few(items.findings);
    match (child, guardian, relation, valid_from, history_key, deleted) {
        (
            Some(child),
            Some(guardian),
            Some(relation),
            Some(valid_from),
            Some(history_key),
            Some(deleted),
        ) if !refused(&warnings) => {
            let history_key = history_key.into_owned();
            Ok(Relation {
                child,
                guardian,
                relation,
                valid_from,
                valid_to,
                history_key,
                deleted,
                warnings,
            })
        }
        _ => Err(warnings),
    }
}

/// The records of a batch whose child and `historyKey` stand again later in it, each with the warning
/// to add.
#[must_use]
pub fn superseded(records: &[Record]) -> Vec<(usize, Finding)> {
    twice::superseded(records.iter().map(|record| {
        let relation = record.as_ref().ok()?;
        Some((relation.child.as_str(), relation.history_key.as_str()))
    }))
}
