//! Strings of JSON: finding their end eight bytes at a time, decoding, places.

use super::Code;

/// The string holds at least one escape.
pub(super) const ESCAPED: u8 = 1;
/// The string holds an escaped U+0000, which many receivers cut at.
pub(super) const HAS_NUL: u8 = 2;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Bit 7 of the first byte of `word` that is `"`, `\` or below U+0020; bits above it may be wrong.
const fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let slash = word ^ (ONES * 0x5C);
    let hit = (quote.wrapping_sub(ONES) & !quote)
        | (slash.wrapping_sub(ONES) & !slash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    hit & HIGHS
}

/// The first place at or after `at` that is `"`, `\`, a control character or the end.
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let found = special(u64::from_le_bytes(*chunk));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

/// Scans the string whose opening quote stands at `open`: the place after the closing quote and
/// the flags, or what is wrong where.
pub(super) fn scan(bytes: &[u8], open: usize) -> Result<(usize, u8), (Code, usize)> {
    let mut at = open + 1;
    let mut flags = 0;
    loop {
        at = plain_end(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((at + 1, flags)),
            Some(b'\\') => {
                let (next, letter) = escape(bytes, at)?;
                flags |= if letter == '\0' { ESCAPED | HAS_NUL } else { ESCAPED };
                at = next;
            }
            Some(_) => return Err((Code::ControlCharacter, at)),
            None => return Err((Code::UnexpectedEnd, at)),
        }
    }
}

/// The escape whose backslash stands at `at`: the place after it and the character it means.
fn escape(bytes: &[u8], at: usize) -> Result<(usize, char), (Code, usize)> {
    let letter = match bytes.get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(bytes, at),
        Some(_) => return Err((Code::InvalidEscape, at)),
        None => return Err((Code::UnexpectedEnd, at + 1)),
    };
    Ok((at + 2, letter))
}

fn unicode(bytes: &[u8], at: usize) -> Result<(usize, char), (Code, usize)> {
    let first = hex4(bytes, at)?;
    if let Some(letter) = char::from_u32(first) {
        return Ok((at + 6, letter));
    }
    let pair_follows = bytes.get(at + 6..at + 8) == Some(br"\u");
    if first >= 0xDC00 || !pair_follows {
        let cut = first < 0xDC00 && at + 8 > bytes.len() && br"\u".starts_with(&bytes[at + 6..]);
        let fault = (Code::LoneSurrogate, at);
        return Err(if cut { (Code::UnexpectedEnd, bytes.len()) } else { fault });
    }
    let second = hex4(bytes, at + 6)?;
    let low = second.wrapping_sub(0xDC00);
    (low < 0x400)
        .then(|| char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low))
        .flatten()
        .map(|letter| (at + 12, letter))
        .ok_or((Code::LoneSurrogate, at))
}

/// The four digits of the `\uXXXX` at `at`.
fn hex4(bytes: &[u8], at: usize) -> Result<u32, (Code, usize)> {
    let mut value = 0;
    for place in at + 2..at + 6 {
        let byte = *bytes.get(place).ok_or((Code::UnexpectedEnd, bytes.len()))?;
        let digit = char::from(byte).to_digit(16).ok_or((Code::InvalidEscape, at))?;
        value = value << 4 | digit;
    }
    Ok(value)
}

/// What a scanned string means; `inner` stands between the quotes.
pub(super) fn decode(inner: &str) -> String {
    let bytes = inner.as_bytes();
    let mut out = String::with_capacity(inner.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = plain_end(bytes, at);
        out.push_str(&inner[at..end]);
        let Ok((next, letter)) = escape(bytes, end) else { break };
        out.push(letter);
        at = next;
    }
    out
}

/// Line and column (in characters) of `offset`, both from 1.
pub(super) fn line_column(body: &[u8], offset: usize) -> (usize, usize) {
    let before = &body[..offset.min(body.len())];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    let column = 1 + before[line_start..].iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    (line, column)
}

/// Appends `/name` to a JSON pointer (RFC 6901).
pub(super) fn push_pointer(pointer: &mut String, name: &str) {
    pointer.push('/');
    for letter in name.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(letter),
        }
    }
}

/// 32 bits that differ for most different names: head, tail and length, mixed.
pub(super) fn fingerprint(name: &[u8]) -> u32 {
    let (head, tail) = ends(name);
    let length = name.len() as u64;
    let mixed = (head ^ length.rotate_left(56)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ tail.wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(31);
    (mixed.wrapping_mul(0x9FB2_1C65_1E98_DF25) >> 32) as u32
}

fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (u64::from_le_bytes(*head), u64::from_le_bytes(*tail))
    } else if let (Some(head), Some(tail)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into())
    } else {
        (name.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0)
    }
}
