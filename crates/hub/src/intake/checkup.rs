//! 自治体検診: the records of `postMunicipalCheckupRegistrationTasks` (pmh-api §5.1; law:PMH-API).
//!
//! Published are three items; all others are kept as sent and not judged.

use domain::finding::{Finding, few, refused};
use domain::number::MyNumber;
use domain::person::FiveAttributes;
use fhir::json::{Node, Tree, Writer};
use jiff::civil::Date;

use super::item::{Items, Shape};
use super::{five, limits, subsidy, twice};

/// Items that we read; `basicFiveInfo` and `removalDate` are ours.
pub const ITEMS: [&str; 5] =
    ["modificationSeg", "myNumber", "municipalityIdentityKey", "basicFiveInfo", "removalDate"];

/// `modificationSeg`, 変更区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `"1"`: the person is listed, with the whole current set of items.
    Set,
    /// `"2"`: the person has left the list; sending it again corrects the day.
    Remove {
        /// 消除の異動日. Its published name is not known; ours is `removalDate`.
        on: Option<Date>,
    },
}

/// One record that can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What is to happen.
    pub change: Change,
    /// `myNumber`: to the vault and nowhere else.
    pub my_number: MyNumber,
    /// `municipalityIdentityKey`, 自治体別本人キー, as sent.
    pub key: String,
    /// `basicFiveInfo`, if sent.
    pub five: Option<FiveAttributes>,
    /// A JSON object of all other items, as sent.
    pub members: String,
    /// What somebody should look at.
    pub warnings: Vec<Finding>,
}

/// A target, or all that is wrong with the record, warnings included.
pub type Record = Result<Target, Vec<Finding>>;

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
    let change = items.one_of("modificationSeg", &["1", "2"]);
    let number = subsidy::my_number(&mut items, "myNumber");
    let key = items.text("municipalityIdentityKey", Shape::line(limits::PERSON_KEY));
    let five = items.given("basicFiveInfo");
    let five = five.and_then(|node| five::parse(node, &mut items.findings));
    // Only a removal has such a day; elsewhere the name is an item like any other.
    let removal = change == Some(1);
    let on = if removal { items.optional_day("removalDate") } else { None };
    let members = members(&mut items, removal);
    let own: Vec<&str> = number.iter().map(MyNumber::as_str).collect();
    items.numbers_only_in(&["myNumber"], &own, &["municipalityIdentityKey"]);

    let change = change.map(|_| if removal { Change::Remove { on } } else { Change::Set });
    let warnings = few(items.findings);
    match (change, number, key, members) {
        (Some(change), Some(my_number), Some(key), Some(members)) if !refused(&warnings) => {
            Ok(Target { change, my_number, key: key.into_owned(), five, members, warnings })
        }
        _ => Err(warnings),
    }
}

fn members(items: &mut Items<'_>, removal: bool) -> Option<String> {
    let known = if removal { &ITEMS[..] } else { &ITEMS[..4] };
    let mut writer = Writer::default();
    writer.object(|writer| {
        for (name, node) in items.others(known) {
            writer.member(&name).node(node);
        }
    });
    let text = String::from_utf8(writer.finish()).unwrap_or_default();
    if text.len() <= limits::DETAIL_BYTES {
        return Some(text);
    }
    let kib = limits::DETAIL_BYTES >> 10;
    items.findings.push(Finding::stop(
        "too-large",
        "",
        format!("公表されていない項目は、合わせて{kib} KiB以内にしてください。"),
        format!("Keep the items beyond the published ones within {kib} KiB in all."),
    ));
    None
}

/// The records of a batch whose person stands again later in it, each with the warning to add.
#[must_use]
pub fn superseded(records: &[Record]) -> Vec<(usize, Finding)> {
    twice::superseded(records.iter().map(|record| Some(record.as_ref().ok()?.my_number.as_str())))
}
