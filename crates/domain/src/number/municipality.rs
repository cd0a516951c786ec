//! 全国地方公共団体コード.

use super::verify::refuse;
use super::{Kind, NumberRules};
use crate::finding::Finding;

/// 全国地方公共団体コード: prefecture 2, municipality 3, check digit. A prefecture is `PP000C`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MunicipalityCode(String);

impl MunicipalityCode {
    /// From 6 half-width digits.
    ///
    /// # Errors
    ///
    /// The first finding of [`super::verify()`] that refuses.
    pub fn parse(text: &str, rules: &NumberRules) -> Result<Self, Finding> {
        refuse(Kind::Municipality, text, rules)?;
        Ok(Self(text.to_owned()))
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The five digits without the check digit, as statistics and addresses use them.
    #[must_use]
    pub fn without_check_digit(&self) -> &str {
        &self.0[..5]
    }
}
