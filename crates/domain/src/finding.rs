//! Findings: what a rule has to say about a value, for people of both languages.

use std::borrow::Cow;

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
