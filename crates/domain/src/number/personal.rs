//! 個人番号 (My Number).

use std::fmt;

use super::Kind;
use super::check::{check_digit, not_digits, wrong_length};
use crate::finding::Finding;

/// 個人番号, 12 digits whose last is the check digit. Lives only in the vault (design, wall 6):
/// neither `Debug` nor any message shows it.
///
/// law:番号法 law:個人番号省令5
#[derive(Clone, PartialEq, Eq)]
pub struct MyNumber(String);

impl MyNumber {
    /// From 12 half-width digits.
    ///
    /// # Errors
    ///
    /// `number-not-digits`, `number-length` or `check-digit`; the number is not in the text.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_digits());
        }
        let Some((body, last)) = text.split_at_checked(text.len().saturating_sub(1)) else {
            return Err(not_digits());
        };
        let digit = check_digit(Kind::Personal, body)
            .map_err(|_| wrong_length(Kind::Personal.lengths()))?;
        if last.starts_with(digit) { Ok(Self(text.to_owned())) } else { Err(mismatch()) }
    }

    /// The 12 digits. Hand them to nothing but the vault.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MyNumber(************)")
    }
}

fn mismatch() -> Finding {
    Finding::stop(
        "check-digit",
        "",
        "個人番号の検査用数字が合いません。本人の個人番号カード等で確かめてください。",
        "The check digit of this 個人番号 does not fit; check it against the person's card.",
    )
}
