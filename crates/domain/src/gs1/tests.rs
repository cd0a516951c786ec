//! What scanners type, one line each.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::gtin::check_digit;
use super::{Gtin, Package, Packages, Scan, read};
use crate::day::Basis;

const NOW: Date = date(2026, 11, 24);

#[test]
fn what_scanners_type() {
    for (input, want) in [
        ("01095200000000111727033110AB12", "09520000000011 2027-03-31 AB12"),
        ("]d201095200000000111727033110AB12", "09520000000011 2027-03-31 AB12"),
        ("]C101095200000000111727033110AB12\r\n", "09520000000011 2027-03-31 AB12"),
        ("[d201095200000000111727033110AB12", "09520000000011 2027-03-31 AB12"),
        ("]Q3\u{1d}010952000000001110AB12\u{1d}17270331", "09520000000011 2027-03-31 AB12"),
        ("010952000000001110AB12{GS}17270331{GS}", "09520000000011 2027-03-31 AB12"),
        ("010952000000001110AB12<gs>17270331", "09520000000011 2027-03-31 AB12"),
        ("010952000000001110AB12\\x1D17270331", "09520000000011 2027-03-31 AB12"),
        ("010952000000001110AB12^]17270331", "09520000000011 2027-03-31 AB12"),
        ("0109520000000011\u{1d}17270331\u{1d}10AB12", "09520000000011 2027-03-31 AB12"),
        ("(01)09520000000011(17)270331(10)AB12", "09520000000011 2027-03-31 AB12"),
        (" (01) 09520000000011 (17) 270331 (10) AB12 ", "09520000000011 2027-03-31 AB12"),
        ("(01)09520000000011(10)A(B)1(17)270331", "09520000000011 2027-03-31 A(B)1"),
        (
            "（０１）０９５２００００００００１１（１７）２７０３３１（１０）ＡＢ１２",
            "09520000000011 2027-03-31 AB12",
        ),
        (
            "］ｄ２０１０９５２００００００００１１１７２７０３３１１０ＡＢ１２",
            "09520000000011 2027-03-31 AB12",
        ),
        ("010952000000001117270200", "09520000000011 2027-02-28 -"),
        ("010952000000001117280200", "09520000000011 2028-02-29 -"),
        ("17761231", "- 2076-12-31 -"),
        ("17770101", "- 1977-01-01 -"),
        ("010952000000001110A\u{1d}01095200000000111727033110A", "09520000000011 2027-03-31 A"),
        ("3102000123\u{1d}10A", "- - A"),
        ("", "gs1-empty@1"),
        (" \r\n", "gs1-empty@1"),
        ("]d2\u{1d}", "gs1-empty@1"),
        ("0109520000000012", "gtin-check-digit@1"),
        ("]d2010952000000001", "gs1-length@4"),
        ("0109520000000011172713311\u{1d}10A", "gs1-date@17 gs1-unknown-ai@25"),
        ("0109520000000011172A0331", "gs1-character@20"),
        ("17270230", "gs1-date@1"),
        ("10", "gs1-length@1"),
        ("10ABCDEFGHIJKLMNOPQRSTU", "gs1-length@1"),
        ("10A B", "gs1-character@4"),
        ("10ロット", "gs1-character@3"),
        ("4901234567894", "gs1-unknown-ai@1"),
        ("http://example.jp/01", "gs1-unknown-ai@1"),
        (
            "0109520000000012\u{1d}10A#\u{1d}05",
            "gtin-check-digit@1 gs1-character@21 gs1-unknown-ai@23",
        ),
        ("10A\u{1d}10B", "gs1-twice@5"),
        ("(01)0952000000001(17)270331", "gs1-length@2"),
        ("(05)1(10)A", "gs1-unknown-ai@1"),
    ] {
        assert_eq!(shown(read(input, NOW)), want, "{input}");
    }
}

#[test]
fn everything_that_a_symbol_says_is_kept() {
    let input = "]d201095200000000111726010011250100211Z9\u{1d}3012\u{1d}7003270331123010L-1";
    let findings = read(input, NOW).unwrap_err();
    assert_eq!(findings[0].code, "gs1-length", "7003 needs a separator behind it");
    let input = input.replace("1230", "1230\u{1d}");
    let want = Scan {
        gtin: Some(Gtin::parse("9520000000011").unwrap()),
        expiry: Some(date(2026, 1, 31)),
        produced: Some(date(2025, 1, 31)),
        serial: Some("1Z9".into()),
        count: Some(12),
        lot: Some("L-1".into()),
        others: vec![("7003".into(), "2703311230".into())],
    };
    assert_eq!(read(&input, NOW), Ok(want));
}

#[test]
fn a_gtin_has_its_check_digit() {
    for (text, want) in [
        ("09520000000011", ""),
        ("9520000000011", ""),
        ("4901234567894", ""),
        ("4901234567890", "gtin-check-digit"),
        ("96385074", ""),
        ("952000000001", "gtin-check-digit"),
        ("95200000000", "gtin-form"),
        ("", "gtin-form"),
        ("0952000000001７", "gtin-form"),
        ("0952000000001A", "gtin-form"),
    ] {
        let got = Gtin::parse(text).err().map(|fault| fault.code).unwrap_or_default();
        assert_eq!(got, want, "{text}");
    }
}

#[test]
fn a_dose_needs_product_lot_and_expiry() {
    let basis = Basis { law: "X".into(), in_force_from: NOW, checked_on: NOW, doubt: None };
    let packages = Packages(vec![Package {
        gtin: Gtin::parse("9520000000011").unwrap(),
        product: "mr".into(),
        name: "MR".into(),
        maker: "架空".into(),
        doses: 1,
        hundredths: Some(50),
        synthetic: true,
        basis,
    }]);
    for (input, want) in [
        ("(01)09520000000011(17)270331(10)A", "mr A 2027-03-31"),
        ("(01)09520000000028(17)270331(10)A", "scan-unknown-product"),
        ("(01)09520000000011", "scan-no-lot scan-no-expiry"),
        ("(10)A", "scan-no-product scan-no-expiry"),
    ] {
        let got = match packages.vial(&read(input, NOW).unwrap()) {
            Ok(vial) => format!("{} {} {}", vial.package.product, vial.lot, vial.expiry),
            Err(faults) => faults.iter().map(|it| it.code).collect::<Vec<_>>().join(" "),
        };
        assert_eq!(got, want, "{input}");
    }
}

#[test]
fn an_input_has_a_limit() {
    assert_eq!(shown(read(&"1".repeat(513), NOW)), "gs1-too-long@1");
}

fn shown(got: Result<Scan, Vec<crate::finding::Finding>>) -> String {
    match got {
        Ok(scan) => {
            let dash = || "-".to_owned();
            let gtin = scan.gtin.map_or_else(dash, |gtin| gtin.to_string());
            let expiry = scan.expiry.map_or_else(dash, |day| day.to_string());
            format!("{gtin} {expiry} {}", scan.lot.unwrap_or_else(dash))
        }
        Err(findings) => {
            let one = |fault: &crate::finding::Finding| format!("{}@{}", fault.code, fault.at);
            findings.iter().map(one).collect::<Vec<_>>().join(" ")
        }
    }
}

fn lots() -> impl Strategy<Value = String> {
    let all: Vec<char> =
        "!\"%&'*+,-./_:;=?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz".chars().collect();
    prop::collection::vec(prop::sample::select(all), 1..=20).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_read_in_every_form(
        body in "[0-9]{13}", lot in lots(), serial in lots(), months in 0_i32..1200, form in 0..4,
    ) {
        let gtin = format!("{body}{}", char::from(check_digit(&body)));
        let expiry = NOW.saturating_add(jiff::Span::new().months(months % 588 - 588 / 2));
        let day = expiry.strftime("%y%m%d").to_string();
        let input = match form {
            0 => format!("]d201{gtin}17{day}10{lot}\u{1d}21{serial}"),
            1 => format!("01{gtin}10{lot}{{GS}}21{serial}<GS>17{day}"),
            2 => format!("(01){gtin}(17){day}(10){lot}(21){serial}"),
            _ => format!("]C1\u{1d}21{serial}\\x1d10{lot}^]01{gtin}\u{1d}17{day}"),
        };
        let scan = read(&input, NOW).map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
        prop_assert_eq!(scan.gtin.as_ref().map(Gtin::as_str), Some(gtin.as_str()));
        prop_assert_eq!((scan.expiry, scan.lot, scan.serial), (Some(expiry), Some(lot), Some(serial)));
    }

    #[test]
    fn one_changed_digit_of_a_gtin_is_found(body in "[0-9]{13}", at in 0_usize..14, by in 1_u8..10) {
        let gtin = format!("{body}{}", char::from(check_digit(&body)));
        let changed = |(place, digit): (usize, u8)| {
            if place == at { b'0' + (digit - b'0' + by) % 10 } else { digit }
        };
        let wrong = gtin.bytes().enumerate().map(changed).map(char::from);
        let wrong: String = wrong.collect();
        prop_assert!(Gtin::parse(&wrong).is_err());
    }
}
