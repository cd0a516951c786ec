//! Findings: what a rule has to say about a value, for people of both languages.

use std::borrow::Cow;
use std::cmp::Reverse;

/// How many findings are told of one record.
pub const MOST: usize = 20;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Info,
    /// Accepted, but somebody should look.
    Warn,
    /// Refused.
    Stop,
}

/// One finding: a stable code, the place, and a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Kebab-case, stable, listed in the documentation of the interface.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// The item it is about: a member name or a JSON pointer; empty for the whole value.
    pub at: Cow<'static, str>,
    /// What is wrong and what to do, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

impl Finding {
    /// A refusal of the item `at`.
    pub fn stop(
        code: &'static str,
        at: impl Into<Cow<'static, str>>,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { code, severity: Severity::Stop, at: at.into(), ja: ja.into(), en: en.into() }
    }

    /// A warning about the item `at`.
    pub fn warn(
        code: &'static str,
        at: impl Into<Cow<'static, str>>,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warn, ..Self::stop(code, at, ja, en) }
    }
}

/// Whether any finding refuses.
#[must_use]
pub fn refused(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Stop)
}

/// The gravest of many findings, and how many more there are: what is sent decides how much is wrong,
/// it must not decide how much is kept and answered.
#[must_use]
pub fn few(mut findings: Vec<Finding>) -> Vec<Finding> {
    let more = findings.len().saturating_sub(MOST);
    if more > 0 {
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let ja = format!("ほかに{more}件あります。上の{MOST}件を直してから、送り直してください。");
        let en = format!("There are {more} more; mend these {MOST}, then send it again.");
        let severity = findings[MOST].severity;
        findings.truncate(MOST);
        findings.push(Finding { severity, ..Finding::stop("more-findings", "", ja, en) });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_findings_the_gravest_are_told_and_the_rest_counted() {
        for (warnings, stops, want) in [
            (0, 0, "0 stops of 0"),
            (19, 1, "1 stops of 20"),
            (20, 1, "1 stops of 21, 1 more"),
            (900_000, 2, "2 stops of 21, 899982 more"),
            (3, 30, "20 stops of 21, 13 more"),
        ] {
            let warn = std::iter::repeat_with(|| Finding::warn("w", "", "", "")).take(warnings);
            let stop = std::iter::repeat_with(|| Finding::stop("s", "", "", "")).take(stops);
            let told = few(warn.chain(stop).collect());
            assert_eq!(refused(&told), stops > 0);
            let count = told.iter().filter(|finding| finding.code == "s").count();
            let more = told.iter().find(|finding| finding.code == "more-findings");
            let more = more.map(|finding| finding.en.split(' ').nth(2).unwrap().to_owned());
            let more = more.map(|more| format!(", {more} more")).unwrap_or_default();
            assert_eq!(format!("{count} stops of {}{more}", told.len()), want);
        }
    }
}
