//! User-authentication certificates of cards, each with its holder.

use domain::finding::Finding;
use domain::person::FiveAttributes;

use super::{Cells, Row, Table};

/// The columns; `pmh card list --csv` writes them.
const COLUMNS: [&str; 7] = ["generation", "serial", "name", "kana", "birth", "sex", "address"];
/// Characters of a generation: a key identifier of 160 bits.
const GENERATION: usize = 40;
/// Characters of a serial at most (RFC 5280): 20 bytes.
const SERIAL: usize = 40;

/// One certificate of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardCells {
    /// The CA, by key identifier.
    pub generation: String,
    /// The serial number, canonical hexadecimal.
    pub serial: String,
    /// To whom it was issued.
    pub five: FiveAttributes,
}

/// The rows of a card file, each read or refused by itself.
///
/// # Errors
/// As [`super::insured()`].
pub fn cards(bytes: &[u8]) -> Result<Vec<Row<CardCells>>, Finding> {
    let table = Table::read(bytes, &COLUMNS)?;
    Ok(table.rows(|cells| {
        let generation = hexadecimal(cells, "generation", GENERATION..=GENERATION);
        let serial = hexadecimal(cells, "serial", 2..=SERIAL);
        let five = cells.five();
        Some(CardCells { generation: generation?, serial: serial?, five: five? })
    }))
}

/// Whole bytes in lower case: one certificate has one spelling.
fn hexadecimal(
    cells: &mut Cells<'_>,
    column: &'static str,
    length: std::ops::RangeInclusive<usize>,
) -> Option<String> {
    let text = cells.raw(column);
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = length.contains(&text.len()) && text.len().is_multiple_of(2);
    let read = if fits && text.bytes().all(digit) { Ok(text.to_owned()) } else { Err(wrong_hex()) };
    cells.take(column, read)
}

fn wrong_hex() -> Finding {
    Finding::stop(
        "wrong-hexadecimal",
        "",
        "証明書の番号は、2桁ずつの16進数(0-9、a-f)で入れてください。発行者番号は40桁です。",
        "Write whole bytes in hexadecimal (0-9, a-f); a generation has 40 of them.",
    )
}
