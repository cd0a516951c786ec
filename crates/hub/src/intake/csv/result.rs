//! The result file: a line for every finding of a row, one line for a row without.

use domain::finding::{Finding, Severity};
use serde::Deserialize;

use super::quoted;

/// Its header.
pub const RESULT_HEADER: &str = "row,result,column,code,message,message_en\r\n";

/// A finding as the result file says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Said {
    /// The column; empty for the whole row.
    #[serde(rename = "item")]
    pub column: String,
    /// Stable code.
    pub code: String,
    /// `stop`, `warn` or `info`.
    severity: String,
    /// What to do, in Japanese.
    ja: String,
    /// The same in English.
    en: String,
}

impl Said {
    /// The same at another column.
    pub(super) fn at(self, column: String) -> Self {
        Self { column, ..self }
    }

    /// Whether it refuses what it is said of.
    pub(super) fn refuses(&self) -> bool {
        self.severity == "stop"
    }
}

impl From<&Finding> for Said {
    fn from(of: &Finding) -> Self {
        let severity = if of.severity == Severity::Stop { "stop" } else { "warn" };
        let (column, code) = (of.at.to_string(), of.code.to_owned());
        Self { column, code, severity: severity.to_owned(), ja: of.ja.clone(), en: of.en.clone() }
    }
}

/// The findings of a task's record, at the columns of the file instead of the items of the body.
#[must_use]
pub fn of_task(findings: &str) -> Vec<Said> {
    of_items(findings, |item| ((), column(item))).into_iter().map(|(_, said)| said).collect()
}

/// The findings of a task's record, each with the place and the column that its item stands for.
pub(super) fn of_items<P>(findings: &str, place: impl Fn(&str) -> (P, &str)) -> Vec<(P, Said)> {
    let said: Vec<Said> = serde_json::from_str(findings).unwrap_or_default();
    let placed = |mut one: Said| {
        let (place, column) = place(&one.column);
        let column = column.to_owned();
        one.column = column;
        (place, one)
    };
    said.into_iter().map(placed).collect()
}

/// `basicFiveInfo/nameKana` is the column `nameKana`, `certificationDetail/0/x` is
/// `certificationDetail`; `basicFiveInfo` itself is no column.
fn column(item: &str) -> &str {
    let item = match item.strip_prefix("basicFiveInfo") {
        Some(rest) => rest.trim_start_matches('/'),
        None => item,
    };
    item.split('/').next().unwrap_or_default()
}

/// The lines of a row that begins on `line` of the input.
#[must_use]
pub fn result_lines(line: u64, result: &str, findings: &[Said]) -> String {
    let one = |[column, code, ja, en]: [&str; 4]| {
        let [column, ja, en] = [column, ja, en].map(quoted);
        format!("{line},{result},{column},{code},{ja},{en}\r\n")
    };
    // What refuses comes first: it is what there is to do.
    let mut sorted: Vec<&Said> = findings.iter().collect();
    sorted.sort_by_key(|said| !said.refuses());
    match sorted.is_empty() {
        true => one([""; 4]),
        false => sorted.iter().map(|of| one([&of.column, &of.code, &of.ja, &of.en])).collect(),
    }
}
