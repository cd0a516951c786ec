//! The scheme master (制度マスタ) of a municipality: what its certificates may say.

use crate::finding::Finding;

/// One kind of certificate of one municipality, with the codes that were set up beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scheme {
    /// `orgSpecificCertificateTypeId`.
    pub type_id: String,
    /// Name for people.
    pub name: String,
    /// Payer numbers (公費負担者番号) in use; empty accepts any valid one.
    pub payer_numbers: Vec<String>,
    /// Codes of `incomeSegment`; empty accepts none.
    pub income_segments: Vec<(String, String)>,
    /// `additionalConditions`.
    pub conditions: Vec<Condition>,
}

/// An item of the additional conditions and what it may be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// Item code.
    pub item: String,
    /// Name of the item, for people; may be empty.
    pub name: String,
    /// Condition codes, each with its name for people, which may be empty.
    pub codes: Vec<(String, String)>,
}

impl Scheme {
    /// Checks the coded items of a registration against what was set up. What is not known is named,
    /// not repeated: it may be a 個人番号 in the wrong item.
    #[must_use]
    pub fn check(
        &self,
        payer: Option<&str>,
        income_segment: Option<&str>,
        additional_conditions: Option<&str>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(payer.and_then(|number| self.check_payer(number)));
        findings.extend(income_segment.and_then(|code| self.check_income(code)));
        for pair in additional_conditions.into_iter().flat_map(|text| text.split(';')) {
            findings.extend(self.check_condition(pair));
        }
        findings
    }

    fn check_payer(&self, number: &str) -> Option<Finding> {
        let known = self.payer_numbers.is_empty() || self.payer_numbers.iter().any(|n| n == number);
        (!known).then(|| {
            Finding::stop(
                "unknown-payer-number",
                "medicalSubsidyInsurerNumber",
                "この公費負担者番号は制度マスタのこの受給者証種別にありません。番号か制度マスタを直してください。",
                "This payer number is not in the scheme master for this certificate type; correct \
                the number or the master.",
            )
        })
    }

    fn check_income(&self, code: &str) -> Option<Finding> {
        let known = self.income_segments.iter().any(|(known, _)| known == code);
        (!known).then(|| {
            Finding::stop(
                "unknown-income-segment",
                "incomeSegment",
                "この所得区分は制度マスタにありません。先に制度マスタに登録してください。",
                "This income segment is not in the scheme master; set it up there first.",
            )
        })
    }

    fn check_condition(&self, pair: &str) -> Option<Finding> {
        let known = pair.split_once('-').is_some_and(|(item, code)| {
            self.conditions
                .iter()
                .any(|of| of.item == item && of.codes.iter().any(|(other, _)| other == code))
        });
        (!known).then(|| {
            Finding::stop(
                "unknown-condition",
                "additionalConditions",
                "追加条件の項目コードか条件コードが制度マスタにありません。先に制度マスタに登録してください。",
                "An item or condition code is not in the scheme master; set it up there first.",
            )
        })
    }
}

/// Checks the grammar `item-cond;item-cond` (pmh-api §2.3, item 11).
#[must_use]
pub fn conditions_are_well_formed(text: &str) -> bool {
    text.split(';').all(|pair| {
        let code = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        pair.split_once('-').is_some_and(|(item, condition)| code(item) && code(condition))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_additional_conditions() {
        for (text, want) in [
            ("A1-01", true),
            ("A1-01;B2-02", true),
            ("", false),
            ("A1", false),
            ("A1-", false),
            ("-01", false),
            ("A1-01;", false),
            (";A1-01", false),
            ("A1-01-02", false),
            ("A1-01,B2-02", false),
            ("A1 - 01", false),
            ("あ-01", false),
        ] {
            assert_eq!(conditions_are_well_formed(text), want, "{text}");
        }
    }

    #[test]
    fn codes_must_be_set_up_beforehand() {
        let scheme = Scheme {
            type_id: "T".into(),
            payer_numbers: vec!["81136244".into()],
            income_segments: vec![("01".into(), "一般".into())],
            conditions: vec![Condition {
                item: "A1".into(),
                codes: ["01", "02"].map(|code| (code.into(), String::new())).into(),
                ..Condition::default()
            }],
            ..Scheme::default()
        };
        for (payer, income, conditions, want) in [
            (None, None, None, ""),
            (Some("81136244"), Some("01"), Some("A1-02"), ""),
            (Some("81136245"), None, None, "unknown-payer-number"),
            (None, Some("02"), None, "unknown-income-segment"),
            (None, None, Some("A1-03"), "unknown-condition"),
            (None, None, Some("A2-01"), "unknown-condition"),
            (None, Some("9"), Some("A1-01;X-1"), "unknown-income-segment unknown-condition"),
        ] {
            let findings = scheme.check(payer, income, conditions);
            let got: Vec<_> = findings.iter().map(|finding| finding.code).collect();
            assert_eq!(got.join(" "), want, "{payer:?} {income:?} {conditions:?}");
            for said in findings.iter().flat_map(|finding| [&finding.ja, &finding.en]) {
                assert!(!said.contains(|character: char| character.is_ascii_digit()), "{said}");
            }
        }
    }
}
