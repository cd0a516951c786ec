//! What comes in from outside: bytes in, values and findings out. Pure: no store, no clock.
//!
//! A record is judged item by item, and all that is wrong with it is reported, each with its place
//! and what to do. Item names, types and lengths are those of the published interface
//! (law:PMH-API); what is ours says so. No sentence repeats what was sent: it may be a 個人番号.

pub mod checkup;
pub mod csv;
pub mod dose;
pub mod eligibility;
mod five;
pub mod immunization;
mod item;
pub mod limits;
pub mod mending;
pub mod notices;
pub(crate) mod number_in_text;
pub mod reception;
pub mod relation;
pub mod schemes;
pub mod subsidy;
mod twice;

use domain::finding::Finding;
use fhir::json::{Kind, Limits, Tree};

/// Reads a JSON body within the bounds of [`limits`].
///
/// # Errors
///
/// What the JSON parser refuses, with line and column (codes of [`fhir::json::Code`]).
pub fn read(body: &[u8]) -> Result<Tree<'_>, Finding> {
    Tree::parse(body, &bounds()).map_err(|problem| {
        let finding = problem.finding();
        let at = item::harmless(&finding.at, "").to_owned();
        Finding { at: at.into(), ..finding }
    })
}

const fn bounds() -> Limits {
    Limits {
        bytes: limits::BODY_BYTES,
        depth: limits::DEPTH,
        nodes: limits::NODES,
        number: limits::NUMBER_CHARACTERS,
    }
}

/// How many records a batch has.
///
/// # Errors
///
/// `not-an-array`, `no-records` or `too-many-records`; nothing of the batch is taken then.
pub fn check_body(tree: &Tree<'_>) -> Result<usize, Finding> {
    let root = tree.root();
    if root.kind() != Kind::Array {
        return Err(Finding::stop(
            "not-an-array",
            "",
            "本文の一番外側は、レコードの配列 [ … ] にしてください。1件だけでも配列で送ります。",
            "Send an array of records, also for a single one: [ … ].",
        ));
    }
    let most = limits::BATCH_RECORDS;
    match root.items().count() {
        0 => Err(Finding::stop(
            "no-records",
            "",
            "配列が空です。1件以上のレコードを入れてください。",
            "The array is empty; put in at least one record.",
        )),
        count if count > most => Err(Finding::stop(
            "too-many-records",
            "",
            format!("{count}件あります。1回に送れるのは{most}件までです。分けて送ってください。"),
            format!("There are {count} records; send at most {most} at once."),
        )),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests;
