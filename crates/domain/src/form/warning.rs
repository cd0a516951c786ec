//! What the desk must see first.

use std::cmp::Reverse;

use super::{Answer, Answers, Form, Item, Test};
use crate::finding::Severity;

/// An answer that the desk must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning<'f> {
    /// The contraindication or caution, as `acute-illness`.
    pub code: &'f str,
    /// How grave.
    pub severity: Severity,
    /// The question.
    pub item: &'f Item,
    /// The answer.
    pub answer: &'f Answer,
    /// What was answered to the questions that hang on it.
    pub details: Vec<(&'f Item, &'f Answer)>,
}

impl Form {
    /// The warnings of the answers, gravest first, then in the order of the questions. Only
    /// questions that are asked count.
    #[must_use]
    pub fn warnings<'f>(&'f self, answers: &'f Answers) -> Vec<Warning<'f>> {
        let asked: Vec<(&Item, &Answer)> = self
            .visible(answers)
            .into_iter()
            .filter_map(|item| answers.get(&item.id).map(|answer| (item, answer)))
            .collect();
        let mut warnings = Vec::new();
        for &(item, answer) in &asked {
            for warn in item.warns.iter().filter(|warn| warn.test.holds(answer)) {
                let hangs = |other: &Item| other.when.as_ref().is_some_and(|it| it.item == item.id);
                let details = asked.iter().copied().filter(|(other, _)| hangs(other)).collect();
                let (code, severity) = (warn.code.as_str(), warn.severity);
                warnings.push(Warning { code, severity, item, answer, details });
            }
        }
        warnings.sort_by_key(|warning| Reverse(warning.severity));
        warnings
    }
}

impl Test {
    fn holds(&self, answer: &Answer) -> bool {
        let number = match answer {
            Answer::Tenths(number) | Answer::Number(number) => Some(*number),
            _ => None,
        };
        match self {
            Self::Is(value) => answer.is(value),
            Self::AtLeast(limit) => number.is_some_and(|number| *limit <= number),
            Self::Below(limit) => number.is_some_and(|number| number < *limit),
            Self::Given => !matches!(answer, Answer::Text(text) if text.trim().is_empty()),
        }
    }
}
