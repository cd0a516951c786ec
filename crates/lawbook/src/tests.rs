//! The rules as they stand, and the faults that a wrong file has.

use domain::day::EraForm;
use domain::finding::Severity;
use domain::number::Kind;
use jiff::civil::date;

use super::*;

#[test]
fn the_rules_in_the_binary_have_no_fault() {
    let book = Lawbook::embedded().unwrap();
    let eras: Vec<String> = book
        .calendar
        .eras
        .iter()
        .map(|era| format!("{} {} {}", era.letter, era.name, era.first))
        .collect();
    let want = [
        "M 明治 1868-01-25",
        "T 大正 1912-07-30",
        "S 昭和 1926-12-25",
        "H 平成 1989-01-08",
        "R 令和 2019-05-01",
    ];
    assert_eq!(eras, want);
    let halves: Vec<(i8, u8)> =
        book.calendar.half_months.iter().map(|half| (half.month, half.days)).collect();
    assert_eq!(halves, [(28, 14), (29, 15), (30, 15), (31, 16)]);
    let gentle = |kind: &Kind| book.numbers.check(*kind).unwrap().mismatch == Severity::Warn;
    let gentle: Vec<Kind> = Kind::ALL.into_iter().filter(gentle).collect();
    assert_eq!(gentle, [Kind::Recipient, Kind::Institution]);
}

#[test]
fn the_real_eras_read_what_they_write() {
    let calendar = Lawbook::embedded().unwrap().calendar;
    let days = calendar.gregorian_from.series(jiff::Span::new().days(17));
    for day in days.take_while(|day| *day < date(2101, 1, 1)) {
        let text = calendar.write(day, EraForm::Kanji).unwrap();
        assert_eq!(calendar.read(&text), Ok(day), "{text}");
    }
}

/// Reads the rules with `old` replaced by `new` in `file`, from a folder that has only that file.
#[track_caller]
fn fault(name: &str, file: &str, old: &str, new: &str) -> String {
    let folder = std::env::temp_dir().join(format!("pmh-lawbook-{}-{name}", std::process::id()));
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = EMBEDDED.iter().find(|known| known.file == file).unwrap().text;
    assert!(text.contains(old), "{old} is not in {file}");
    std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
    let read = Lawbook::open(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    read.map_or_else(|fault| fault.to_string(), |_| "no fault".to_owned())
}

#[test]
fn a_wrong_file_is_refused_with_its_line() {
    const ERAS: &str = "calendar/eras.toml";
    const DAYS: &str = "calendar/days.toml";
    const CHECKS: &str = "numbers/check-digits.toml";
    const INSTITUTIONS: &str = "numbers/institutions.toml";
    for (at, (file, old, new, want)) in [
        (ERAS, "checked_on = 2026", "checked_on = 2027", "no fault"),
        (ERAS, "short = \"明\"", "sort = \"明\"", "eras.toml:4: `short` is missing; add it"),
        (ERAS, "letter = \"T\"", "letter = \"M\"", "eras.toml:20: a sign of this era stands for"),
        (ERAS, "1912-07-30", "1812-07-30", "eras.toml:20: the eras must stand in order"),
        (ERAS, "1912-07-30", "\"1912-07-30\"", "eras.toml:27: `first_day` must be a day as"),
        (ERAS, "1912-07-30", "1912-02-30", "eras.toml:27: "),
        (ERAS, "letter = \"M\"", "letter = \"MM\"", "eras.toml:7: `letter` must be one character"),
        (ERAS, "unit = \"day\"", "unit = \"days\"", "eras.toml:12: `unit` must be \"day\""),
        (ERAS, "unit = \"day\"", "unit = \"day\"\nnote = 1", "eras.toml:13: `note` is unknown"),
        (ERAS, "[[era]]", "[[era]", "eras.toml:4: "),
        (DAYS, "month = 4", "month = 13", "days.toml:13: `month` must be a whole number from 1 to"),
        (DAYS, "month = 4", "month = 4.0", "days.toml:13: `month` must be a whole number"),
        (DAYS, "[age]", "[aged]", "days.toml:1: `age` is missing; add it"),
        (DAYS, "month_days = 29", "month_days = 28", "months of 28 days stand here twice"),
        (DAYS, "[gregorian]", "[extra]\n[gregorian]", "days.toml:4: `extra` is unknown here"),
        (CHECKS, "\"insurer\"", "\"insured\"", "check-digits.toml:13: `kind` must be one of"),
        (CHECKS, "\"insurer\"", "\"personal\"", "personal stands here twice"),
        (
            CHECKS,
            "on_mismatch = \"stop\"",
            "on_mismatch = \"info\"",
            "`on_mismatch` must be \"stop\" or \"warn\"",
        ),
        (INSTITUTIONS, "first = 3000", "first = 4000", "`last` must not be below `first`"),
        (INSTITUTIONS, "digit = 3", "digit = 1", "digit 1 stands here twice"),
        (INSTITUTIONS, "law = \"保険者番号等設定要領\"", "law = \"\"", "`law` must be a text"),
    ]
    .into_iter()
    .enumerate()
    {
        let got = fault(&at.to_string(), file, old, new);
        assert!(got.contains(want), "{file}: {old} -> {new}\n  {got}\n  {want}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_a_fault() {
    let fault = Lawbook::open(Path::new("/no/such/folder")).unwrap_err();
    assert_eq!(fault.line, 0);
    assert!(fault.message.contains("not a folder"));
}
