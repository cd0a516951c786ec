//! What a benchmark says: one row a measure, as a table line or as a line of JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::load::Outcome;

/// One measure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Stable name, one of those of `pmh bench`.
    pub name: &'static str,
    /// What of it, where one benchmark measures several things.
    pub case: &'static str,
    /// Right answers, records or operations in a second.
    pub per_second: Option<f64>,
    /// Median latency in milliseconds.
    pub p50_ms: Option<f64>,
    /// Latency that 99 % do not exceed, in milliseconds.
    pub p99_ms: Option<f64>,
    /// Peak resident memory of the server in MiB.
    pub rss_mib: Option<f64>,
    /// All files of the store, in bytes.
    pub store_bytes: Option<u64>,
    /// Further figures, by name.
    pub further: Vec<(&'static str, Value)>,
    /// What was wanted, and whether it was reached.
    pub goals: Vec<(&'static str, bool)>,
}

impl Row {
    /// An empty row.
    #[must_use]
    pub fn new(name: &'static str, case: &'static str) -> Self {
        Self { name, case, ..Self::default() }
    }

    /// With the rate and the latencies of a load.
    #[must_use]
    pub fn with_load(mut self, outcome: &Outcome) -> Self {
        self.per_second = Some(outcome.per_second());
        self.p50_ms = Some(outcome.latency.quantile_ms(500));
        self.p99_ms = Some(outcome.latency.quantile_ms(990));
        self.further.push(("answers", json!(outcome.latency.count())));
        self.further.push(("max_ms", json!(outcome.latency.max() as f64 / 1000.0)));
        self
    }

    /// With one more figure.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.further.push((name, value.into()));
        self
    }

    /// With a goal: what was wanted, and whether it was reached. No figure, not reached.
    #[must_use]
    pub fn wanting(mut self, what: &'static str, reached: Option<bool>) -> Self {
        self.goals.push((what, reached.unwrap_or(false)));
        self
    }

    /// One line of JSON. The five common members are always there, `null` where not measured.
    #[must_use]
    pub fn json(&self) -> String {
        let mut line = Map::new();
        line.insert("name".to_owned(), json!(self.name));
        if !self.case.is_empty() {
            line.insert("case".to_owned(), json!(self.case));
        }
        let common = [
            ("per_second", json!(self.per_second.map(round))),
            ("p50_ms", json!(self.p50_ms.map(round))),
            ("p99_ms", json!(self.p99_ms.map(round))),
            ("rss_mib", json!(self.rss_mib.map(round))),
            ("store_bytes", json!(self.store_bytes)),
        ];
        let further = self.further.iter().map(|(name, value)| (*name, value.clone()));
        line.extend(common.into_iter().chain(further).map(|(name, v)| (name.to_owned(), v)));
        let goals = self.goals.iter().map(|(what, reached)| ((*what).to_owned(), json!(reached)));
        line.insert("goals".to_owned(), Value::Object(goals.collect()));
        Value::Object(line).to_string()
    }

    fn cells(&self) -> [String; 7] {
        let number = |value: Option<f64>, places: usize| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.places$}"))
        };
        let goal = |(what, reached): &(&str, bool)| {
            format!("{what}: {}", if *reached { "met" } else { "MISSED" })
        };
        let goals: Vec<String> = self.goals.iter().map(goal).collect();
        [
            format!("{} {}", self.name, self.case).trim_end().to_owned(),
            number(self.per_second, 0),
            number(self.p50_ms, 2),
            number(self.p99_ms, 2),
            number(self.rss_mib, 1),
            number(self.store_bytes.map(|bytes| bytes as f64 / 1_048_576.0), 1),
            goals.join(", "),
        ]
    }
}

/// A table for people, then the further figures.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let titles = ["measure", "per second", "p50 ms", "p99 ms", "RSS MiB", "store MiB", "goals"];
    let mut out = String::new();
    let mut line = |cells: [String; 7]| {
        let [name, rate, p50, p99, rss, store, goals] = cells;
        let text = format!("{name:<24}{rate:>12}{p50:>10}{p99:>10}{rss:>10}{store:>11}  {goals}");
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(titles.map(str::to_owned));
    rows.iter().for_each(|row| line(row.cells()));
    for row in rows.iter().filter(|row| !row.further.is_empty()) {
        let figures: Vec<String> =
            row.further.iter().map(|(name, value)| format!("{name} {value}")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {} {}: {}", row.name, row.case, figures.join(", "));
    }
    out
}

/// Three decimals: microseconds of a millisecond, and more than any rate needs.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let row =
            Row { per_second: Some(1_234.567_89), p99_ms: Some(2.5), ..Row::new("card", "P") };
        row.with("rounds", 3).wanting("≥ 800/s", Some(true)).wanting("p99 ≤ 2 ms", None)
    }

    #[test]
    fn a_line_of_json_has_the_common_members_always() {
        let want = [
            r#"{"name":"card","case":"P","per_second":1234.568,"p50_ms":null,"p99_ms":2.5,"#,
            r#""rss_mib":null,"store_bytes":null,"rounds":3,"#,
            r#""goals":{"≥ 800/s":true,"p99 ≤ 2 ms":false}}"#,
        ];
        assert_eq!(row().json(), want.concat());
    }

    #[test]
    fn a_missed_goal_stands_out_in_the_table() {
        let table = table(&[row()]);
        assert!(table.contains("≥ 800/s: met, p99 ≤ 2 ms: MISSED"), "{table}");
        assert!(table.contains("1235") && table.contains("rounds 3"), "{table}");
    }
}
