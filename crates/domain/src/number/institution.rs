//! 医療機関コード.

use super::verify::{refuse, remarks};
use super::{Kind, NumberRules};
use crate::finding::Finding;

/// 医療機関コード: prefecture 2, 点数表 1, 郡市区 2, institution 4, check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstitutionCode(String);

impl InstitutionCode {
    /// From 10 half-width digits. If only the check digit fails the code is taken, with a warning
    /// of [`InstitutionCode::warnings`]: old codes of 埼玉, 千葉, 東京 and 神奈川 may compute it
    /// otherwise.
    ///
    /// # Errors
    ///
    /// The first finding of [`super::verify()`] that refuses: characters, length, prefecture, 点数表
    /// or range.
    pub fn parse(text: &str, rules: &NumberRules) -> Result<Self, Finding> {
        refuse(Kind::Institution, text, rules)?;
        Ok(Self(text.to_owned()))
    }

    /// As sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The doubts about it.
    #[must_use]
    pub fn warnings(&self, rules: &NumberRules) -> Vec<Finding> {
        remarks(Kind::Institution, &self.0, rules)
    }

    /// The prefecture, also where the code uses the second series (63 is 13, 東京).
    #[must_use]
    pub fn prefecture(&self, rules: &NumberRules) -> u8 {
        let number = self.0[..2].parse().unwrap_or_default();
        if rules.prefectures.holds(number) {
            return number;
        }
        number.saturating_sub(rules.prefectures.alternate)
    }

    /// 点数表番号, the third digit.
    #[must_use]
    pub fn score_table(&self) -> &str {
        &self.0[2..3]
    }
}
