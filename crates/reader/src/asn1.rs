//! Just enough DER to write certificates and revocation lists (ITU-T X.690).
//!
//! Written by hand because the test CA must also be able to write what no proper library would:
//! wrong versions, strange extensions, missing fields.

use domain::instant::Instant;

/// `INTEGER`
pub const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`
pub const OCTET_STRING: u8 = 0x04;
/// `UTF8String`
pub const UTF8_STRING: u8 = 0x0C;
/// `PrintableString`
pub const PRINTABLE_STRING: u8 = 0x13;
/// `SEQUENCE`
pub const SEQUENCE: u8 = 0x30;
/// `SET`
pub const SET: u8 = 0x31;

/// One value: tag, shortest length, the parts one after the other.
#[must_use]
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![tag];
    out.extend(length(body.len()));
    out.extend(body);
    out
}

/// A `SEQUENCE` of the parts.
#[must_use]
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, parts)
}

/// `[number] EXPLICIT` or the constructed `[number] IMPLICIT` around the parts.
#[must_use]
pub fn context(number: u8, parts: &[&[u8]]) -> Vec<u8> {
    tlv(0xA0 | number, parts)
}

/// A non-negative `INTEGER` from big-endian bytes.
#[must_use]
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|&byte| byte != 0).unwrap_or(bytes.len());
    match &bytes[first..] {
        [] => tlv(INTEGER, &[&[0]]),
        body @ [high, ..] if *high >= 0x80 => tlv(INTEGER, &[&[0], body]),
        body => tlv(INTEGER, &[body]),
    }
}

/// `BOOLEAN TRUE`
#[must_use]
pub fn yes() -> Vec<u8> {
    tlv(0x01, &[&[0xFF]])
}

/// A `BIT STRING` of whole bytes.
#[must_use]
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes])
}

/// An `OBJECT IDENTIFIER` from its dotted form; parts that are no numbers are left out.
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let (head, tail) = arcs.split_at(arcs.len().min(2));
    let first = head.iter().fold(0, |sum, arc| sum * 40 + arc);
    let body: Vec<u8> =
        std::iter::once(first).chain(tail.iter().copied()).flat_map(base128).collect();
    tlv(0x06, &[&body])
}

/// A time as RFC 5280 4.1.2.5 demands: `UTCTime` through 2049, `GeneralizedTime` from 2050.
#[must_use]
pub fn time(at: Instant) -> Vec<u8> {
    let digits: String = at.rfc3339().chars().filter(char::is_ascii_digit).take(14).collect();
    if digits.as_str() < "2050" {
        tlv(0x17, &[&digits.as_bytes()[2..], b"Z"])
    } else {
        tlv(0x18, &[digits.as_bytes(), b"Z"])
    }
}

fn length(len: usize) -> Vec<u8> {
    match u8::try_from(len) {
        Ok(short) if short < 0x80 => vec![short],
        _ => {
            let bytes = len.to_be_bytes();
            let body: Vec<u8> = bytes.into_iter().skip_while(|&byte| byte == 0).collect();
            let count = u8::try_from(body.len()).expect("a length has at most eight bytes");
            [vec![0x80 | count], body].concat()
        }
    }
}

fn base128(mut arc: u64) -> Vec<u8> {
    let mut out = vec![low_seven(arc)];
    while arc > 0x7F {
        arc >>= 7;
        out.push(0x80 | low_seven(arc));
    }
    out.reverse();
    out
}

fn low_seven(arc: u64) -> u8 {
    u8::try_from(arc & 0x7F).expect("seven bits fit a byte")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn values_are_written_in_their_one_der_form() {
        check(&unsigned(&[]), "020100");
        check(&unsigned(&[0, 0x7F]), "02017f");
        check(&unsigned(&[0x80]), "02020080");
        check(&oid("1.2.840.113549.1.1.11"), "06092a864886f70d01010b");
        check(&oid("2.5.29.15"), "0603551d0f");
        check(&time(Instant(0)), "170d3730303130313030303030305a");
        check(&time(Instant(2_524_607_999_000)), "170d3439313233313233353935395a");
        check(&time(Instant(2_524_608_000_000)), "180f32303530303130313030303030305a");
        check(&tlv(OCTET_STRING, &[&[7; 127]])[..3], "047f07");
        check(&tlv(OCTET_STRING, &[&[7; 128]])[..4], "04818007");
        check(&tlv(OCTET_STRING, &[&[7; 256]])[..5], "0482010007");
    }

    #[track_caller]
    fn check(got: &[u8], want: &str) {
        assert_eq!(hex(got), want);
    }
}
