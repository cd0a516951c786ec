//! Certificates, as records of the registration interface.

use domain::finding::Finding;
use fhir::json::{Limits, Tree, Writer};

use super::super::{bounds, subsidy};
use super::{Cells, Row, Table, limits};

/// Bytes of one record at most, so that some always fit into a batch.
pub(super) const RECORD_BYTES: usize = 512 << 10;
/// Bytes of a batch of records at most: with two bytes for each, fewer values than a body may have.
const BATCH_BYTES: usize = 2 * limits::NODES - RECORD_BYTES;
/// 基本5情報 under the names of the interface.
const FIVE: [&str; 5] = ["name", "nameKana", "address", "dateOfBirth", "sex"];

/// Columns of a certificate file: the items of the record, 基本5情報 unfolded where it stands.
#[must_use]
pub fn certificate_columns() -> Vec<&'static str> {
    let unfolded =
        |item: &'static str| if item == "basicFiveInfo" { FIVE.to_vec() } else { vec![item] };
    subsidy::ITEMS.into_iter().flat_map(unfolded).collect()
}

/// The rows of a certificate file as JSON records of the registration interface: what is wrong
/// with one is found there, as for every other record.
///
/// # Errors
/// As [`super::insured()`].
pub fn certificates(bytes: &[u8]) -> Result<Vec<Row<String>>, Finding> {
    let table = Table::read(bytes, &certificate_columns())?;
    Ok(table.rows(|cells| {
        let record = record(cells);
        if record.len() <= RECORD_BYTES {
            return Some(record);
        }
        cells.note("", too_long());
        None
    }))
}

fn record(cells: &Cells<'_>) -> String {
    let mut writer = Writer::with_capacity(512);
    writer.object(|writer| {
        writer.member("basicFiveInfo").object(|writer| {
            FIVE.iter().for_each(|name| writer.text(name, cells.raw(name)));
        });
        for name in subsidy::ITEMS {
            match (name, cells.raw(name)) {
                ("basicFiveInfo", _) | (_, "") => {}
                ("isNotDisclosed" | "isDeleted", text @ ("true" | "false")) => {
                    writer.member(name).boolean(text == "true");
                }
                ("maxCopaymentAmount" | "certificationDetail", json) if is_json(json) => {
                    writer.member(name).raw(json);
                }
                (name, text) => writer.text(name, text),
            }
        }
    });
    String::from_utf8(writer.finish()).unwrap_or_default()
}

/// Whether a cell may stand as JSON in a record of a batch, two levels further in.
fn is_json(text: &str) -> bool {
    let depth = limits::DEPTH - 2;
    let bounds = Limits { depth, ..bounds() };
    Tree::parse(text.as_bytes(), &bounds).is_ok()
}

/// The records of a file in batches that the interface takes, each record with its position.
#[must_use]
pub fn batches(records: &[Row<String>]) -> Vec<Vec<(usize, &str)>> {
    let mut batches: Vec<Vec<(usize, &str)>> = Vec::new();
    let mut bytes = 0;
    for (at, row) in records.iter().enumerate() {
        let Ok(record) = &row.read else { continue };
        bytes += record.len() + 1;
        match batches.last_mut() {
            Some(batch) if batch.len() < limits::BATCH_RECORDS && bytes < BATCH_BYTES => {
                batch.push((at, record));
            }
            _ => {
                bytes = record.len() + 1;
                batches.push(vec![(at, record)]);
            }
        }
    }
    batches
}

pub(super) fn too_long() -> Finding {
    let most = RECORD_BYTES >> 10;
    Finding::stop(
        "row-too-long",
        "",
        format!("行が長すぎます。{most}KiB以内にしてください。"),
        format!("The row is too long; shorten it to {most} KiB."),
    )
}
