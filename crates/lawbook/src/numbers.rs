//! `rules/numbers/`.

use domain::finding::Severity;
use domain::number::{CheckRule, Kind, NumberRules, Prefectures, ScoreTable};

use crate::entry::Entry;
use crate::{Fault, Source};

const CHECKS: &str = "numbers/check-digits.toml";
const INSTITUTIONS: &str = "numbers/institutions.toml";

pub(crate) fn read(source: &Source) -> Result<NumberRules, Fault> {
    let checks = checks(&source.text(CHECKS)?)?;
    let text = source.text(INSTITUTIONS)?;
    let mut file = Entry::file(INSTITUTIONS, &text)?;
    let prefectures = prefectures(file.table("prefectures")?)?;
    let score_tables = score_tables(&mut file)?;
    let mut unissued = file.table("unissued")?;
    let (unissued_pair, unissued_basis) = (unissued.text("pair")?, unissued.basis("digits")?);
    unissued.finish()?;
    file.finish()?;
    Ok(NumberRules { checks, prefectures, score_tables, unissued_pair, unissued_basis })
}

/// One entry for every kind of number.
fn checks(text: &str) -> Result<Vec<CheckRule>, Fault> {
    let mut file = Entry::file(CHECKS, text)?;
    let kinds = Kind::ALL.map(Kind::name).join(", ");
    let mut checks: Vec<CheckRule> = Vec::new();
    for mut entry in file.tables("check")? {
        let kind = entry.one_of("kind", &format!("one of {kinds}"), Kind::from_name)?;
        if checks.iter().any(|check| check.kind == kind) {
            return Err(entry.fault(&format!("{} stands here twice", kind.name())));
        }
        let mismatch = entry.one_of("on_mismatch", "\"stop\" or \"warn\"", severity)?;
        checks.push(CheckRule { kind, mismatch, basis: entry.basis("digit")? });
        entry.finish()?;
    }
    let missing = Kind::ALL.into_iter().find(|kind| !checks.iter().any(|it| it.kind == *kind));
    if let Some(kind) = missing {
        return Err(file.fault(&format!("[[check]] for {} is missing", kind.name())));
    }
    file.finish()?;
    Ok(checks)
}

fn severity(text: &str) -> Option<Severity> {
    match text {
        "stop" => Some(Severity::Stop),
        "warn" => Some(Severity::Warn),
        _ => None,
    }
}

fn prefectures(mut entry: Entry<'_>) -> Result<Prefectures, Fault> {
    let prefectures = Prefectures {
        first: entry.number("first", 1, 99)?,
        last: entry.number("last", 1, 99)?,
        alternate: entry.number("alternate", 1, 99)?,
        basis: entry.basis("number")?,
    };
    entry.finish()?;
    Ok(prefectures)
}

fn score_tables(file: &mut Entry<'_>) -> Result<Vec<ScoreTable>, Fault> {
    let mut tables: Vec<ScoreTable> = Vec::new();
    for mut entry in file.tables("score_table")? {
        let table = ScoreTable {
            digit: entry.number("digit", 0, 9)?,
            name: entry.text("name")?,
            first: entry.number("first", 0, 9999)?,
            last: entry.number("last", 0, 9999)?,
            basis: entry.basis("number")?,
        };
        if table.last < table.first {
            return Err(entry.fault("`last` must not be below `first`"));
        }
        if tables.iter().any(|other| other.digit == table.digit) {
            return Err(entry.fault(&format!("digit {} stands here twice", table.digit)));
        }
        entry.finish()?;
        tables.push(table);
    }
    Ok(tables)
}
