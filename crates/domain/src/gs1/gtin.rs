//! The number of a trade item.

use std::fmt;

use crate::finding::Finding;

/// A GTIN as 14 digits, check digit verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(String);

impl Gtin {
    /// From 8, 12, 13 or 14 digits; shorter ones are filled with zeros on the left. law:GS1
    ///
    /// # Errors
    /// `gtin-form` for anything else, `gtin-check-digit` if the last digit does not fit.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || ![8, 12, 13, 14].contains(&text.len()) {
            return Err(Finding::stop(
                "gtin-form",
                "gtin",
                "GTIN（JAN）は8桁、12桁、13桁又は14桁の数字です。コードを読み直してください。",
                "A GTIN has 8, 12, 13 or 14 digits; scan the code again.",
            ));
        }
        let whole = format!("{text:0>14}");
        let (body, check) = whole.split_at(13);
        let want = check_digit(body);
        if check.bytes().next() == Some(want) { Ok(Self(whole)) } else { Err(mismatch(text)) }
    }

    /// The 14 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The check digit of `body`, as ASCII: weights 3 and 1 from the right, up to the next ten.
pub(super) fn check_digit(body: &str) -> u8 {
    let weighted = body.bytes().rev().zip([3, 1].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"0987654321"[(sum % 10) as usize]
}

fn mismatch(text: &str) -> Finding {
    Finding::stop(
        "gtin-check-digit",
        "gtin",
        format!(
            "商品コード {text} の検査数字が合いません。手入力せず、もう一度読み取ってください。"
        ),
        format!(
            "The check digit of the product code {text} is wrong; scan it again, do not type it."
        ),
    )
}
