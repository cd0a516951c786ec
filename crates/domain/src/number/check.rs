//! Check digits (検証番号, 検査用数字): the arithmetic alone, no opinion on who may carry which number.

use super::Kind;
use crate::finding::Finding;

/// The check digit that follows `body`, the number without its last digit.
///
/// What the arithmetic detects: every single wrong digit for [`Kind::Insurer`],
/// [`Kind::PublicPayer`], [`Kind::Recipient`] and [`Kind::Institution`] (each doubling is a
/// permutation of the digits), and every swap of neighbours but 0 and 9. [`Kind::Personal`] and
/// [`Kind::Municipality`] map two remainders to one digit, so a few single errors pass; the tests
/// state which.
///
/// law:保険者番号等設定要領 law:個人番号省令5 law:全国地方公共団体コード
///
/// # Errors
///
/// `number-not-digits` or `number-length`; the text never repeats the number.
pub fn check_digit(kind: Kind, body: &str) -> Result<char, Finding> {
    let digits = digits(body)?;
    let lengths: Vec<usize> = kind.lengths().iter().map(|length| length - 1).collect();
    if !lengths.contains(&digits.len()) {
        return Err(wrong_length(&lengths));
    }
    let digit = match kind {
        Kind::Personal => personal(&digits),
        Kind::Municipality => municipality(&digits),
        Kind::Insurer | Kind::PublicPayer | Kind::Recipient | Kind::Institution => {
            doubling(&digits)
        }
    };
    Ok(char::from(b'0' + digit))
}

/// Whether the last digit of `number` is the check digit of what stands before it. False also
/// where `number` has the wrong length or other characters.
#[must_use]
pub fn holds(kind: Kind, number: &str) -> bool {
    let mut body = number.chars();
    let last = body.next_back();
    last.is_some_and(|last| check_digit(kind, body.as_str()) == Ok(last))
}

/// Weights 2, 1, 2, 1 … from the right; the digits of each product are summed; the complement to
/// the next ten.
fn doubling(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([2, 1].into_iter().cycle())
        .map(|(&digit, weight)| {
            let product = u32::from(digit) * weight;
            product / 10 + product % 10
        })
        .sum();
    narrow((10 - sum % 10) % 10)
}

/// Weights 2 … 7, 2 … 6 from the right, modulo 11; remainders 0 and 1 give 0.
fn personal(digits: &[u8]) -> u8 {
    let sum: u32 = (2..=7)
        .cycle()
        .zip(digits.iter().rev())
        .map(|(weight, &digit): (u32, &u8)| weight * u32::from(digit))
        .sum();
    match sum % 11 {
        0 | 1 => 0,
        remainder => narrow(11 - remainder),
    }
}

/// Weights 6, 5, 4, 3, 2 from the left, modulo 11; the last digit of the complement. (Sums below 11
/// need no case of their own: they are their own remainder.)
fn municipality(digits: &[u8]) -> u8 {
    let sum: u32 = (2..=6)
        .rev()
        .zip(digits)
        .map(|(weight, &digit): (u32, &u8)| weight * u32::from(digit))
        .sum();
    narrow((11 - sum % 11) % 10)
}

fn narrow(digit: u32) -> u8 {
    u8::try_from(digit).unwrap_or(u8::MAX).min(9)
}

fn digits(text: &str) -> Result<Vec<u8>, Finding> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    text.bytes().map(digit).collect::<Option<_>>().ok_or_else(not_digits)
}

/// `number-not-digits`.
pub(super) fn not_digits() -> Finding {
    Finding::stop(
        "number-not-digits",
        "",
        "半角数字だけで書いてください。空白、記号、全角数字は使えません。",
        "Write half-width digits only: no spaces, signs or full-width digits.",
    )
}

/// `number-length`.
pub(super) fn wrong_length(lengths: &[usize]) -> Finding {
    let list = |or: &str| lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(or);
    Finding::stop(
        "number-length",
        "",
        format!("{}桁で書いてください。", list("桁又は")),
        format!("Write {} digits.", list(" or ")),
    )
}
