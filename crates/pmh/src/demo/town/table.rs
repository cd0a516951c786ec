//! The world as tables: rows for `pmh import` and for the issue of cards. Row 0 is the header.

use hub::intake::csv::{INSURED_COLUMNS, certificate_columns};

use super::registration::{birth, registration_batch};
use super::{CardPlan, World};

/// Columns of [`cards_csv`].
pub const CARD_COLUMNS: [&str; 10] =
    ["label", "name", "kana", "birth", "sex", "address", "algorithm", "fate", "pin", "resident"];

/// The insured-person registry: a header, then every resident's insurance. Names as the insurer
/// writes them.
pub fn insured_registry_csv(world: &World) -> impl Iterator<Item = Vec<String>> {
    let rows = world.residents.iter().map(|person| {
        let (insurance, five) = (&person.insurance, &person.five);
        vec![
            insurance.insurer.clone(),
            insurance.insurer_name.clone(),
            insurance.symbol.clone(),
            insurance.number.clone(),
            insurance.branch.clone(),
            person.name_at_insurer.as_ref().unwrap_or(&five.name).clone(),
            five.kana.clone(),
            birth(five.birth),
            five.sex.code().to_owned(),
            five.address.clone(),
            insurance.valid_from.to_string(),
            insurance.valid_to.map(|day| day.to_string()).unwrap_or_default(),
            insurance.share_percent.to_string(),
        ]
    });
    header(&INSURED_COLUMNS).chain(rows)
}

/// A municipality's certificates, bad records and all: a header, then the rows of
/// [`registration_batch`].
pub fn certificates_csv(world: &World, municipality: &str) -> impl Iterator<Item = Vec<String>> {
    let rows = registration_batch(world, municipality).into_iter().map(|record| {
        let (certificate, five) = (record.certificate, record.five);
        let reimbursed = if certificate.always_reimbursed { "1" } else { "0" };
        vec![
            certificate.type_id,
            record.my_number,
            five.name,
            five.kana,
            five.address,
            birth(five.birth),
            five.sex.code().to_owned(),
            certificate.not_disclosed.to_string(),
            certificate.payer_number.unwrap_or_default(),
            certificate.name,
            certificate.recipient_number.unwrap_or_default(),
            certificate.sub_key.unwrap_or_default(),
            certificate.segment.unwrap_or_default(),
            certificate.income_segment.unwrap_or_default(),
            certificate.additional_conditions.unwrap_or_default(),
            certificate.designated_institutions.unwrap_or_default(),
            reimbursed.to_owned(),
            certificate.max_copayment.unwrap_or_default(),
            certificate.valid_from.to_string(),
            certificate.valid_to.to_string(),
            certificate.history_key,
            record.deleted.to_string(),
            certificate.details,
        ]
    });
    header(&certificate_columns()).chain(rows)
}

/// The cards to issue: a header, then one row a card.
pub fn cards_csv(world: &World) -> impl Iterator<Item = Vec<String>> {
    let rows = world.cards.iter().map(|card| {
        let CardPlan { label, resident, pin, algorithm, fate } = card;
        let five = &world.residents[*resident].five;
        vec![
            (*label).to_owned(),
            five.name.clone(),
            five.kana.clone(),
            birth(five.birth),
            five.sex.code().to_owned(),
            five.address.clone(),
            algorithm.name().to_owned(),
            fate.name().to_owned(),
            (*pin).to_owned(),
            resident.to_string(),
        ]
    });
    header(&CARD_COLUMNS).chain(rows)
}

fn header(columns: &[&str]) -> std::iter::Once<Vec<String>> {
    std::iter::once(columns.iter().map(|&column| column.to_owned()).collect())
}

/// One row as a line of RFC 4180 without the line end.
#[must_use]
pub fn csv_line(cells: &[String]) -> String {
    let quoted = |cell: &String| {
        if cell.contains([',', '"', '\r', '\n']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",")
}
