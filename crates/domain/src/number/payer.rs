//! 保険者番号, 公費負担者番号, 公費受給者番号.

use super::verify::{national_form, refuse, remarks};
use super::{Kind, NumberRules};
use crate::finding::Finding;

/// 保険者番号: 8 digits (法別 2, prefecture 2, insurer 3, check digit), or 6 for the National Health
/// Insurance, which has no 法別番号.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InsurerNumber(String);

impl InsurerNumber {
    /// From 8 or 6 half-width digits.
    ///
    /// # Errors
    ///
    /// The first finding of [`super::verify()`] that refuses.
    pub fn parse(text: &str, rules: &NumberRules) -> Result<Self, Finding> {
        refuse(Kind::Insurer, text, rules)?;
        Ok(Self(text.to_owned()))
    }

    /// As sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The comparison key: eight digits, as the eligibility system carries numbers of six. Zeros on
    /// the left do not change the check digit.
    #[must_use]
    pub fn key(&self) -> String {
        insurer_key(&self.0)
    }
}

/// Eight digits; the National Health Insurance's six are padded with zeros.
pub(super) fn insurer_key(number: &str) -> String {
    format!("{number:0>8}")
}

/// 公費負担者番号: 法別 2, prefecture 2, payer 3, check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayerNumber(String);

impl PayerNumber {
    /// From 8 half-width digits.
    ///
    /// # Errors
    ///
    /// The first finding of [`super::verify()`] that refuses.
    pub fn parse(text: &str, rules: &NumberRules) -> Result<Self, Finding> {
        refuse(Kind::PublicPayer, text, rules)?;
        Ok(Self(text.to_owned()))
    }

    /// As sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 法別番号, the law under which the payer pays: `54` is 難病.
    #[must_use]
    pub fn law_number(&self) -> &str {
        &self.0[..2]
    }
}

/// 公費受給者番号, as sent: seven digits in the national schemes, up to 30 characters of any kind in
/// a municipality's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecipientNumber(String);

impl RecipientNumber {
    /// From 1 to 30 characters. A wrong check digit does not refuse: no worked example of it was
    /// found, so it is a warning of [`RecipientNumber::warnings`].
    ///
    /// # Errors
    ///
    /// `number-length`, or what the rules have come to refuse.
    pub fn parse(text: &str, rules: &NumberRules) -> Result<Self, Finding> {
        refuse(Kind::Recipient, text, rules)?;
        Ok(Self(text.to_owned()))
    }

    /// As sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What to tell the one who registers it. Nothing about a municipality's own form.
    #[must_use]
    pub fn warnings(&self, rules: &NumberRules) -> Vec<Finding> {
        if national_form(&self.0) { remarks(Kind::Recipient, &self.0, rules) } else { Vec::new() }
    }
}
