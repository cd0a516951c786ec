//! Identifiers as tables, then as properties.

use proptest::prelude::*;

use super::*;
use crate::day::Basis;
use crate::finding::Severity;

/// What `rules/numbers/` says; `lawbook` reads the real one.
fn rules() -> NumberRules {
    let day = jiff::civil::date(2026, 11, 23);
    let basis = || Basis { law: "試験".into(), in_force_from: day, checked_on: day, doubt: None };
    let mismatch = |kind| match kind {
        Kind::Recipient | Kind::Institution => Severity::Warn,
        _ => Severity::Stop,
    };
    let check = |kind| CheckRule { kind, mismatch: mismatch(kind), basis: basis() };
    let table = |(digit, name, first, last): (u8, &str, u16, u16)| ScoreTable {
        digit,
        name: name.into(),
        first,
        last,
        basis: basis(),
    };
    NumberRules {
        checks: Kind::ALL.map(check).into(),
        prefectures: Prefectures { first: 1, last: 47, alternate: 50, basis: basis() },
        score_tables: [(1, "医科", 1000, 2999), (3, "歯科", 3000, 3999), (4, "調剤", 4000, 4999)]
            .map(table)
            .into(),
        unissued_pair: "90".into(),
        unissued_basis: basis(),
    }
}

#[test]
fn published_examples_have_their_check_digits() {
    for (kind, body, want) in [
        (Kind::Insurer, "0613048", "8"),
        (Kind::Insurer, "3312001", "5"),
        (Kind::Institution, "341071236", "2"),
        (Kind::Insurer, "00000", "0"),
        (Kind::Insurer, "061304", "number-length"),
        (Kind::Insurer, "", "number-length"),
        (Kind::PublicPayer, "54136015", "number-length"),
        (Kind::PublicPayer, "５４１３６０１", "number-not-digits"),
        (Kind::Institution, "34107123a", "number-not-digits"),
        (Kind::Personal, "12345678901", "8"),
        (Kind::Personal, "00000000000", "0"),
        (Kind::Municipality, "00000", "1"),
    ] {
        let got = check_digit(kind, body).map_or_else(|it| it.code.to_owned(), |it| it.to_string());
        assert_eq!(got, want, "{kind:?} {body}");
    }
}

#[test]
fn the_pilot_municipalities_have_valid_codes() {
    for code in [
        "022080", "052108", "112259", "132136", "132098", "152081", "232033", "272167", "342041",
        "382060", "423238", "422045", "422053", "431001", "432121", "452025",
    ] {
        let code = MunicipalityCode::parse(code, &rules()).unwrap();
        assert_eq!(code.without_check_digit(), &code.as_str()[..5]);
    }
}

/// The codes of the findings, the grave ones with `!`, remarks with `?`.
fn told(kind: Kind, number: &str) -> String {
    let tell = |finding: &crate::finding::Finding| {
        let mark = match finding.severity {
            Severity::Stop => "!",
            Severity::Warn => "",
            Severity::Info => "?",
        };
        format!("{}{mark}", finding.code)
    };
    verify(kind, number, &rules()).iter().map(tell).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_number_is_judged() {
    for (kind, number, want) in [
        (Kind::Personal, "123456789018", ""),
        (Kind::Personal, "123456789019", "check-digit!"),
        (Kind::Insurer, "06130488", ""),
        (Kind::Insurer, "06130487", "check-digit!"),
        (Kind::Insurer, "132136", "check-digit!"),
        (Kind::Insurer, "00138016", ""),
        (Kind::Insurer, "138016", ""),
        (Kind::Insurer, "0613048", "number-length!"),
        (Kind::Insurer, " 6130488", "number-not-digits!"),
        (Kind::Insurer, "00000000", "prefecture-unknown?"),
        (Kind::PublicPayer, "33120015", ""),
        (Kind::PublicPayer, "33620014", ""),
        (Kind::PublicPayer, "33120014", "check-digit!"),
        (Kind::Recipient, "0000018", ""),
        (Kind::Recipient, "0000019", "check-digit"),
        (Kind::Recipient, "12345678", "recipient-form"),
        (Kind::Recipient, "マル子 第12号", "recipient-form"),
        (Kind::Recipient, "", "number-length!"),
        (Kind::Recipient, "123456789012345678901234567890", "recipient-form"),
        (Kind::Recipient, "1234567890123456789012345678901", "number-length!"),
        (Kind::Institution, "3410712362", ""),
        (Kind::Institution, "3410712363", "check-digit"),
        (Kind::Institution, "8410712361", ""),
        (Kind::Institution, "4810712366", "prefecture-unknown!"),
        (Kind::Institution, "0010712362", "prefecture-unknown!"),
        (Kind::Institution, "5010712361", "prefecture-unknown!"),
        (Kind::Institution, "9810712365", "prefecture-unknown!"),
        (Kind::Institution, "3420712360", "score-table-unknown!"),
        (Kind::Institution, "3410730000", "institution-number-range!"),
        (Kind::Institution, "3430729991", "institution-number-range! check-digit"),
        (Kind::Institution, "3410711901", "institution-number-unissued?"),
        (Kind::Institution, "341071236", "number-length!"),
        (Kind::Municipality, "132136", ""),
        (Kind::Municipality, "132137", "check-digit!"),
        (Kind::Municipality, "482136", "prefecture-unknown! check-digit!"),
        (Kind::Municipality, "13213", "number-length!"),
        (Kind::Municipality, "", "number-not-digits!"),
    ] {
        assert_eq!(told(kind, number), want, "{kind:?} {number}");
    }
}

#[test]
fn types_take_doubtful_numbers_with_a_warning_and_refuse_wrong_ones() {
    let rules = rules();
    let institution = InstitutionCode::parse("8410712360", &rules).unwrap();
    assert_eq!(institution.warnings(&rules)[0].code, "check-digit");
    assert_eq!((institution.prefecture(&rules), institution.score_table()), (34, "1"));
    assert_eq!(
        InstitutionCode::parse("4810712366", &rules).unwrap_err().code,
        "prefecture-unknown"
    );

    let recipient = RecipientNumber::parse("0000019", &rules).unwrap();
    assert_eq!(recipient.warnings(&rules)[0].code, "check-digit");
    let own = RecipientNumber::parse("マル子 第12号", &rules).unwrap();
    assert_eq!((own.as_str(), own.warnings(&rules)), ("マル子 第12号", vec![]));

    assert_eq!(PayerNumber::parse("33120014", &rules).unwrap_err().code, "check-digit");
    assert_eq!(PayerNumber::parse("33120015", &rules).unwrap().law_number(), "33");
    assert_eq!(InsurerNumber::parse("06130487", &rules).unwrap_err().code, "check-digit");
    let six = format!("13801{}", check_digit(Kind::Insurer, "13801").unwrap());
    let eight = format!("00{six}");
    let [six, eight] = [six, eight].map(|it| InsurerNumber::parse(&it, &rules).unwrap());
    assert_eq!(six.key(), eight.key());
}

#[test]
fn a_personal_number_is_never_told() {
    let number = MyNumber::parse("123456789018").unwrap();
    assert_eq!(number.as_str(), "123456789018");
    assert_eq!(format!("{number:?}"), "MyNumber(************)");
    for (text, code) in [
        ("123456789019", "check-digit"),
        ("12345678901", "number-length"),
        ("1234567890188", "number-length"),
        ("１２３４５６７８９０１８", "number-not-digits"),
        ("12345678901x", "number-not-digits"),
        ("", "number-length"),
    ] {
        let finding = MyNumber::parse(text).unwrap_err();
        assert_eq!(finding.code, code, "{text}");
        let start: String = text.chars().take(6).collect();
        assert!(text.is_empty() || !format!("{finding:?}").contains(&start));
    }
}

#[test]
fn insured_persons_are_compared_by_folded_keys() {
    let rules = rules();
    let key = |text: &str| {
        InsuredPerson::parse(text, &rules)
            .map_or_else(|it| format!("{} {}", it.code, it.at), |it| it.key())
    };
    for (text, want) in [
        ("06130488:12-3:0045:01", "06130488:123:0045:01"),
        ("06130488:１２－３:００４５:01", "06130488:123:0045:01"),
        ("06130488:12 \u{3000}3:0045:01", "06130488:123:0045:01"),
        ("06130488:12ー3:0045:01", "06130488:123:0045:01"),
        ("06130488:12‐3:45:", "06130488:123:45:"),
        ("06130488:ａｂ:1:02", "06130488:AB:1:02"),
        ("06130488:ｶｰﾄﾞ:1:02", "06130488:カード:1:02"),
        ("06130488:ﾊﾟｳﾞ:1:02", "06130488:パヴ:1:02"),
        ("06130488:東む:1:02", "06130488:東む:1:02"),
        ("06130488::1:02", "06130488::1:02"),
        ("06130488:1::02", "insured-text number"),
        ("06130488:1: - :02", "insured-text number"),
        ("06130488:1:2:3", "branch-form branch"),
        ("06130488:1:2:０３", "branch-form branch"),
        ("06130487:1:2:03", "check-digit insurer"),
        ("06130488:1:2", "insured-form "),
        ("06130488:1:2:03:4", "insured-form "),
        ("06130488:1：2:3:04", "insured-text symbol"),
    ] {
        assert_eq!(key(text), want, "{text}");
    }
    let one = InsuredPerson::new("06130488", "１-２", "３", "01", &rules).unwrap();
    let told = (one.insurer().as_str(), one.symbol(), one.number(), one.branch());
    assert_eq!(told, ("06130488", "１-２", "３", "01"));
    assert_eq!(one.household_key(), "06130488:12:3");
    let long = "1".repeat(61);
    assert!(InsuredPerson::new("06130488", &long, "3", "01", &rules).is_err());
}

/// A body of the right length for each kind.
fn body() -> impl Strategy<Value = (Kind, String)> {
    let kinds = prop::sample::select(Kind::ALL.to_vec());
    (kinds, "[0-9]{12}").prop_map(|(kind, digits)| {
        let length = kind.lengths()[0] - 1;
        (kind, digits[..length].to_owned())
    })
}

/// `text` with the digit at `at` (counted around) raised by `step`, 1 to 9.
fn slip(text: &str, at: usize, step: u8) -> String {
    let at = at % text.len();
    let raise = |(place, byte): (usize, u8)| match place == at {
        true => char::from(b'0' + (byte - b'0' + step) % 10),
        false => char::from(byte),
    };
    text.bytes().enumerate().map(raise).collect()
}

proptest! {
    #[test]
    fn a_check_digit_holds_and_any_other_does_not((kind, body) in body(), step in 1_u8..=9) {
        let number = format!("{body}{}", check_digit(kind, &body).unwrap());
        prop_assert!(holds(kind, &number));
        prop_assert!(!holds(kind, &slip(&number, number.len() - 1, step)));
    }

    #[test]
    fn doubling_detects_every_wrong_digit(
        (kind, body) in body(), at in 0_usize..12, step in 1_u8..=9
    ) {
        prop_assume!(!matches!(kind, Kind::Personal | Kind::Municipality));
        let number = format!("{body}{}", check_digit(kind, &body).unwrap());
        prop_assert!(!holds(kind, &slip(&number, at, step)));
    }

    /// Remainders 0 and 1 share the digit 0 (個人番号), complements 10 and 0, 11 and 1 one digit
    /// (municipalities): only there may a wrong digit pass, and only if the digit stays the same.
    #[test]
    fn modulo_eleven_misses_only_where_two_remainders_share_a_digit(
        (kind, body) in body(), at in 0_usize..12, step in 1_u8..=9
    ) {
        prop_assume!(matches!(kind, Kind::Personal | Kind::Municipality));
        let digit = check_digit(kind, &body).unwrap();
        let number = format!("{}{digit}", slip(&body, at, step));
        let shared = match kind {
            Kind::Personal => digit == '0',
            _ => digit == '0' || digit == '1',
        };
        prop_assert!(!holds(kind, &number) || shared);
    }

    #[test]
    fn doubling_detects_swapped_neighbours_but_nought_and_nine(
        body in "[0-9]{9}", at in 0_usize..9
    ) {
        let number = format!("{body}{}", check_digit(Kind::Institution, &body).unwrap());
        let mut swapped: Vec<char> = number.chars().collect();
        swapped.swap(at, at + 1);
        let pair = (swapped[at].min(swapped[at + 1]), swapped[at].max(swapped[at + 1]));
        prop_assume!(pair.0 != pair.1);
        let passes = holds(Kind::Institution, &swapped.iter().collect::<String>());
        prop_assert_eq!(passes, pair == ('0', '9'));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let rules = rules();
        for kind in Kind::ALL {
            let _ = check_digit(kind, &text);
            let _ = verify(kind, &text, &rules);
        }
        let _ = MyNumber::parse(&text);
        let _ = InsuredPerson::parse(&text, &rules);
        let _ = InsuredPerson::new("06130488", &text, &text, "", &rules).map(|it| it.key());
    }
}
