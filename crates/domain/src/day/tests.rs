//! Days as tables, then as properties.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::sample::calendar;
use super::*;
use crate::finding::Finding;

fn day(text: &str) -> Date {
    iso(text).unwrap()
}

/// `8m`, `12y`, `6w0d` as ages.
fn age(text: &str) -> Age {
    let number = |text: &str| text.parse().unwrap();
    if let Some((weeks, days)) = text.split_once('w') {
        return Age::Weeks(number(weeks), number(days.trim_end_matches('d')));
    }
    match text.split_at(text.len() - 1) {
        (months, "m") => Age::Months(number(months)),
        (years, "y") => Age::Years(number(years)),
        _ => panic!("no age: {text}"),
    }
}

/// `27d`, `6m`, `2m+half` as intervals.
fn interval(text: &str) -> Interval {
    let number = |text: &str| text.parse().unwrap();
    if let Some(months) = text.strip_suffix("m+half") {
        return Interval::MonthsAndHalf(number(months));
    }
    match text.split_at(text.len() - 1) {
        (days, "d") => Interval::Days(number(days)),
        (months, "m") => Interval::Months(number(months)),
        _ => panic!("no interval: {text}"),
    }
}

fn told(found: Result<impl ToString, Finding>) -> String {
    found.map_or_else(|finding| finding.code.to_owned(), |found| found.to_string())
}

/// The one place that knows the functions: question, arguments and answer, a case a line.
#[track_caller]
fn check(table: &str) {
    let calendar = calendar();
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (question, want) = row.split_once('|').unwrap();
        let words: Vec<&str> = question.split_whitespace().collect();
        let got = match words[..] {
            ["attained", birth, at] => told(attained(day(birth), age(at))),
            ["range", birth, from, to] => told(
                age_range(day(birth), age(from), age(to))
                    .map(|range| format!("{} {}", range.first, range.last)),
            ),
            ["after", from, at_least] => {
                told(after_interval(day(from), interval(at_least), &calendar))
            }
            ["year", of] => fiscal_year(day(of), &calendar).to_string(),
            ["year-of-age", birth, at] => told(fiscal_year_of_age(day(birth), age(at), &calendar)),
            ["school", birth] => told(school_entry(day(birth), &calendar)),
            _ => panic!("no question: {row}"),
        };
        assert_eq!(got, want.trim(), "\nin row: {row}");
    }
}

#[test]
fn an_age_is_attained_on_the_eve() {
    check(
        "
        attained 2024-04-01 12m | 2025-03-31
        attained 2024-04-01 1y | 2025-03-31
        attained 2026-01-01 1y | 2026-12-31
        attained 2024-02-29 1y | 2025-02-28
        attained 2024-02-29 4y | 2028-02-28
        attained 2024-02-29 75y | 2099-02-28
        attained 2024-02-29 1m | 2024-03-28
        attained 2023-08-30 6m | 2024-02-29
        attained 2022-08-30 6m | 2023-02-28
        attained 2022-08-29 6m | 2023-02-28
        attained 2022-08-28 6m | 2023-02-27
        attained 2024-01-31 1m | 2024-02-29
        attained 2024-01-31 2m | 2024-03-30
        attained 2024-03-31 1m | 2024-04-30
        attained 2024-05-01 1m | 2024-05-31
        attained 2026-11-23 0m | 2026-11-23
        attained 2026-11-23 0y | 2026-11-23
        attained 2026-01-01 6w0d | 2026-02-12
        attained 2026-01-01 24w0d | 2026-06-18
        attained 2026-01-01 14w6d | 2026-04-15
        attained 2026-01-01 0w0d | 2026-01-01
        attained 2026-01-01 9000y | day-out-of-range
        attained 9999-12-31 1m | day-out-of-range
        attained 9999-12-31 0w1d | day-out-of-range
        attained 2026-01-01 4294967295y | day-out-of-range
        attained 2026-01-01 4294967295m | day-out-of-range
        attained 2026-01-01 4294967295w4294967295d | day-out-of-range
        ",
    );
}

#[test]
fn a_range_holds_the_eve_at_both_ends() {
    check(
        "
        range 2024-04-01 12m 24m | 2025-03-31 2026-03-31
        range 2024-04-01 3m 90m | 2024-06-30 2031-09-30
        range 2024-02-29 1y 2y | 2025-02-28 2026-02-28
        range 2024-04-01 0m 1y | 2024-04-01 2025-03-31
        range 2026-01-01 6w0d 24w0d | 2026-02-12 2026-06-18
        range 2024-04-01 1y 12m | 2025-03-31 2025-03-31
        range 2024-04-01 2y 1y | age-range-reversed
        ",
    );
    let range = age_range(day("2024-04-01"), age("12m"), age("24m")).unwrap();
    let inside =
        ["2025-03-30", "2025-03-31", "2026-03-31", "2026-04-01"].map(|at| range.holds(day(at)));
    assert_eq!(inside, [false, true, true, false]);
}

#[test]
fn an_interval_of_days_counts_neither_end() {
    check(
        "
        after 2025-06-02 27d | 2025-06-30
        after 2025-06-02 20d | 2025-06-23
        after 2025-06-02 6d | 2025-06-09
        after 2025-06-02 60d | 2025-08-02
        after 2025-06-02 139d | 2025-10-20
        after 2025-06-02 0d | 2025-06-03
        after 9999-12-31 0d | day-out-of-range
        after 2025-06-02 4294967295d | day-out-of-range
        ",
    );
    assert_eq!(day("2025-06-02").weekday(), day("2025-06-30").weekday());
}

#[test]
fn an_interval_of_months_without_the_day_ends_on_the_next_first() {
    check(
        "
        after 2025-04-01 3m | 2025-07-01
        after 2025-11-30 3m | 2026-03-01
        after 2022-08-30 6m | 2023-03-01
        after 2023-08-30 6m | 2024-03-01
        after 2023-08-29 6m | 2024-02-29
        after 2025-12-31 2m | 2026-03-01
        after 2025-12-31 1m | 2026-01-31
        after 2025-05-31 1m | 2025-07-01
        after 9999-12-01 1m | day-out-of-range
        after 9999-10-31 1m | 9999-12-01
        after 9999-11-30 0m | 9999-11-30
        ",
    );
}

#[test]
fn half_a_month_depends_on_the_month_reached() {
    check(
        "
        after 2023-04-01 2m+half | 2023-06-16
        after 2023-05-01 2m+half | 2023-07-17
        after 2022-12-01 2m+half | 2023-02-15
        after 2023-12-01 2m+half | 2024-02-16
        after 2023-12-31 2m+half | 2024-03-17
        after 2025-06-10 0m+half | 2025-06-25
        after 9999-10-31 2m+half | day-out-of-range
        ",
    );
    let mut poor = calendar();
    poor.half_months.retain(|half| half.month != 30);
    let found = after_interval(day("2023-04-01"), Interval::MonthsAndHalf(2), &poor);
    assert_eq!(told(found), "half-month-unknown");
}

#[test]
fn years_turn_on_the_first_of_april_and_those_born_then_are_early() {
    check(
        "
        year 2026-03-31 | 2025
        year 2026-04-01 | 2026
        year 2026-12-31 | 2026
        year-of-age 2014-04-01 12y | 2025
        year-of-age 2014-04-02 12y | 2026
        year-of-age 2014-03-31 12y | 2025
        school 2020-04-01 | 2026-04-01
        school 2020-04-02 | 2027-04-01
        school 2020-03-31 | 2026-04-01
        school 2020-02-29 | 2026-04-01
        school 2019-12-31 | 2026-04-01
        school 9993-04-02 | day-out-of-range
        school 9999-12-31 | day-out-of-range
        ",
    );
    let year = fiscal_year_days(2026, &calendar()).unwrap();
    assert_eq!((year.first, year.last), (day("2026-04-01"), day("2027-03-31")));
    assert_eq!(told(fiscal_year_days(9999, &calendar()).map(|it| it.last)), "day-out-of-range");
}

const WRITTEN: &[(&str, &str)] = &[
    ("令和8年11月23日", "2026-11-23"),
    ("R8.11.23", "2026-11-23"),
    ("R08/11/23", "2026-11-23"),
    ("r8-11-23", "2026-11-23"),
    ("R081123", "2026-11-23"),
    ("Ｒ８．１１．２３", "2026-11-23"),
    ("令和８年１１月２３日", "2026-11-23"),
    ("令和 8年 1月 7日", "2026-01-07"),
    ("令和\u{3000}8年11月23日", "2026-11-23"),
    ("令8.11.23", "2026-11-23"),
    ("㋿8年11月23日", "2026-11-23"),
    ("㋿8.11.23", "2026-11-23"),
    ("令和八年十一月二十三日", "2026-11-23"),
    ("令和〇八年一一月二三日", "2026-11-23"),
    ("令和元年5月1日", "2019-05-01"),
    ("R元.5.1", "2019-05-01"),
    ("R1・5・1", "2019-05-01"),
    ("平成31年4月30日", "2019-04-30"),
    ("㍻元年1月8日", "1989-01-08"),
    ("平成三十一年四月三十日", "2019-04-30"),
    ("H10ー10ー10", "1998-10-10"),
    ("昭和64年1月7日", "1989-01-07"),
    ("S64.1.7", "1989-01-07"),
    ("㍼元年12月25日", "1926-12-25"),
    ("大正15年12月24日", "1926-12-24"),
    ("T1.7.30", "1912-07-30"),
    ("㍾45年7月29日", "1912-07-29"),
    ("明治6年1月1日", "1873-01-01"),
    ("2026-11-23", "2026-11-23"),
    ("2026/11/23", "2026-11-23"),
    ("2026年11月23日", "2026-11-23"),
    ("西暦2026年11月23日", "2026-11-23"),
    ("20261123", "2026-11-23"),
    ("令和8年11月23", "2026-11-23"),
    ("2026年11月23", "2026-11-23"),
    ("二〇二六年十一月二十三日", "2026-11-23"),
    ("西暦二〇二六年一一月二三日", "2026-11-23"),
    ("令和八年十一月廿三日", "2026-11-23"),
    ("平成卅一年四月卅日", "2019-04-30"),
    ("平成三十一年四月廿日", "2019-04-20"),
    ("5081123", "2026-11-23"),
    ("５０８１１２３", "2026-11-23"),
    ("3640107", "1989-01-07"),
    ("1450729", "1912-07-29"),
    ("2010730", "1912-07-30"),
    ("4310430", "2019-04-30"),
    ("ﾚｲﾜ8.11.23", "2026-11-23"),
    ("ﾚｲﾜ8年11月23日", "2026-11-23"),
    ("れいわ8年11月23日", "2026-11-23"),
    ("ｼｮｳﾜ64年1月7日", "1989-01-07"),
    ("ﾀｲｼｮｳ15.12.24", "1926-12-24"),
    ("ﾒｲｼﾞ45年7月29日", "1912-07-29"),
    ("R.8.11.23", "2026-11-23"),
    ("Ｒ．８．１１．２３", "2026-11-23"),
    ("令.8.11.23", "2026-11-23"),
    ("２０２６－１１－２３", "2026-11-23"),
    ("昭和64年1月8日", "not-in-era"),
    ("昭和100年1月1日", "not-in-era"),
    ("昭和1年12月24日", "not-in-era"),
    ("平成元年1月7日", "not-in-era"),
    ("平成31年5月1日", "not-in-era"),
    ("令和元年4月30日", "not-in-era"),
    ("大正元年7月29日", "not-in-era"),
    ("明治45年7月30日", "not-in-era"),
    ("大正15年12月25日", "not-in-era"),
    ("明治5年12月2日", "before-gregorian"),
    ("明治5年2月30日", "before-gregorian"),
    ("明治元年9月8日", "before-gregorian"),
    ("1872-12-31", "before-gregorian"),
    ("令和7年2月29日", "no-such-day"),
    ("令和8年13月1日", "no-such-day"),
    ("令和8年0月1日", "no-such-day"),
    ("2025-02-29", "no-such-day"),
    ("令和9999年1月1日", "day-out-of-range"),
    ("令和7982年1月1日", "day-out-of-range"),
    ("令和7981年13月1日", "no-such-day"),
    ("9999-12-31", "9999-12-31"),
    ("令和0年1月1日", "written-day"),
    ("0000-01-01", "written-day"),
    ("〇〇〇〇年一月一日", "written-day"),
    ("令和8年11月", "written-day"),
    ("令和8年11月日", "written-day"),
    ("令和8年11月23.", "written-day"),
    ("二〇二六年", "written-day"),
    ("二千二十六年一月一日", "written-day"),
    ("二六年一月一日", "written-day"),
    ("令和八年廿十月一日", "written-day"),
    ("令和八年一月卅五日", "no-such-day"),
    ("0081123", "written-day"),
    ("6081123", "written-day"),
    ("9081123", "written-day"),
    ("508112", "written-day"),
    ("081123", "written-day"),
    ("3640108", "not-in-era"),
    ("5000101", "written-day"),
    ("5081323", "no-such-day"),
    ("R5081123", "written-day"),
    ("ﾚｲ8.11.23", "written-day"),
    ("ﾚｲﾜ", "written-day"),
    ("ｶﾅ8.11.23", "written-day"),
    ("R..8.11.23", "written-day"),
    ("R.", "written-day"),
    ("R8.11/23", "written-day"),
    ("R8.11.23.1", "written-day"),
    ("8.11.23", "written-day"),
    ("26/11/23", "written-day"),
    ("慶応4年1月1日", "written-day"),
    ("元年5月1日", "written-day"),
    ("R-8.11.23", "written-day"),
    ("R8.+1.23", "written-day"),
    ("令和十十年1月1日", "written-day"),
    ("令和", "written-day"),
    ("", "written-day"),
    ("R8.11.23                                 ", "written-day"),
];

#[test]
fn a_day_is_read_in_every_written_form() {
    let calendar = calendar();
    for &(text, want) in WRITTEN {
        assert_eq!(told(calendar.read(text)), want, "{text}");
    }
}

#[test]
fn the_wrong_era_is_told_the_right_one() {
    let wrong = calendar().read("昭和64年1月8日").unwrap_err();
    assert!(wrong.ja.contains("平成1年1月8日"), "{}", wrong.ja);
    let wrong = calendar().read("昭和100年1月1日").unwrap_err();
    assert!(wrong.en.contains("令和7年1月1日"), "{}", wrong.en);
}

#[test]
fn a_day_is_written_in_its_era() {
    let calendar = calendar();
    for (form, first, later) in [
        (EraForm::Kanji, "令和元年5月1日", "令和8年11月3日"),
        (EraForm::KanjiFigure, "令和1年5月1日", "令和8年11月3日"),
        (EraForm::Dotted, "R1.5.1", "R8.11.3"),
        (EraForm::Slashed, "R01/05/01", "R08/11/03"),
        (EraForm::Compact, "R010501", "R081103"),
    ] {
        assert_eq!(calendar.write(day("2019-05-01"), form).unwrap(), first);
        assert_eq!(calendar.write(day("2026-11-03"), form).unwrap(), later);
    }
    assert_eq!(told(calendar.write(day("1872-12-31"), EraForm::Kanji)), "before-gregorian");
}

#[test]
fn every_day_from_1873_to_2100_survives_writing_and_reading() {
    let calendar = calendar();
    let forms = [EraForm::Kanji, EraForm::KanjiFigure, EraForm::Dotted, EraForm::Slashed];
    let last = date(2100, 12, 31);
    for day in
        calendar.gregorian_from.series(jiff::Span::new().days(1)).take_while(|it| *it <= last)
    {
        for form in forms {
            let text = calendar.write(day, form).unwrap();
            assert_eq!(calendar.read(&text).as_ref(), Ok(&day), "{text}");
        }
        let text = calendar.write(day, EraForm::Compact).unwrap();
        assert_eq!(calendar.read(&text).as_ref(), Ok(&day), "{text}");
    }
}

#[test]
fn only_the_plain_iso_form_is_iso() {
    for (text, want) in [
        ("2026-11-23", "2026-11-23"),
        ("2024-02-29", "2024-02-29"),
        ("2025-02-29", "no-such-day"),
        ("2026-11-00", "no-such-day"),
        ("0000-01-01", "no-such-day"),
        ("0001-01-01", "0001-01-01"),
        ("20261123", "day-form"),
        ("2026-1-23", "day-form"),
        ("2026-11-23T00:00:00", "day-form"),
        ("+002026-11-23", "day-form"),
        (" 026-11-23", "day-form"),
        ("2026-W48-1", "day-form"),
        ("", "day-form"),
    ] {
        assert_eq!(told(iso(text)), want, "{text}");
    }
}

fn any_day() -> impl Strategy<Value = Date> {
    (1873_i16..2200, 1_i8..=12, 1_i8..=31).prop_map(|(year, month, day)| {
        Date::new(year, month, 1).unwrap().with().day(day).build().unwrap_or(date(2024, 2, 29))
    })
}

proptest! {
    #[test]
    fn a_higher_age_is_never_attained_earlier(birth in any_day(), months in 0_u32..1500) {
        let [one, next] = [months, months + 1].map(|it| attained(birth, Age::Months(it)).unwrap());
        prop_assert!(one < next || months == 0 && one <= next);
        let years = attained(birth, Age::Years(months / 12)).unwrap();
        prop_assert_eq!(years, attained(birth, Age::Months(months / 12 * 12)).unwrap());
    }

    #[test]
    fn the_older_never_attain_an_age_later(
        one in any_day(), other in any_day(), months in 0_u32..1500
    ) {
        let (older, younger) = (one.min(other), one.max(other));
        let attains = |birth| attained(birth, Age::Months(months)).unwrap();
        prop_assert!(attains(older) <= attains(younger));
    }

    #[test]
    fn a_longer_interval_never_ends_earlier(from in any_day(), length in 0_u32..2000) {
        let calendar = calendar();
        let end = |interval| after_interval(from, interval, &calendar).unwrap();
        prop_assert!(end(Interval::Days(length)) < end(Interval::Days(length + 1)));
        prop_assert!(end(Interval::Months(length)) < end(Interval::Months(length + 1)));
        prop_assert!(end(Interval::Months(length)) < end(Interval::MonthsAndHalf(length)));
        prop_assert!(end(Interval::MonthsAndHalf(length)) <= end(Interval::Months(length + 1)));
    }

    #[test]
    fn an_interval_from_a_later_day_never_ends_earlier(
        one in any_day(), other in any_day(), months in 0_u32..50
    ) {
        let calendar = calendar();
        let end = |from, interval| after_interval(from, interval, &calendar).unwrap();
        let (first, second) = (one.min(other), one.max(other));
        prop_assert!(end(first, Interval::Months(months)) <= end(second, Interval::Months(months)));
    }

    #[test]
    fn a_month_of_interval_is_the_morrow_of_the_age(from in any_day(), months in 1_u32..1500) {
        let calendar = calendar();
        let interval = after_interval(from, Interval::Months(months), &calendar).unwrap();
        let eve = attained(from, Age::Months(months)).unwrap();
        prop_assert_eq!(interval, eve.tomorrow().unwrap());
    }

    #[test]
    fn children_enter_school_at_six_and_before_they_are_seven(birth in any_day()) {
        let day = school_entry(birth, &calendar()).unwrap();
        prop_assert!(attained(birth, Age::Years(6)).unwrap() < day);
        prop_assert!(day <= attained(birth, Age::Years(7)).unwrap());
        prop_assert_eq!((day.month(), day.day()), (4, 1));
    }

    #[test]
    fn no_text_and_no_number_panics(
        text in "\\PC{0,45}", birth in any_day(), a in any::<u32>(), b in any::<u32>()
    ) {
        let calendar = calendar();
        let _ = calendar.read(&text);
        let _ = iso(&text);
        let _ = attained(birth, Age::Weeks(a, b));
        let _ = attained(birth, Age::Years(a));
        let _ = after_interval(birth, Interval::MonthsAndHalf(a), &calendar);
        let _ = after_interval(birth, Interval::Days(b), &calendar);
    }
}
