//! The rules as they stand, and the faults that a wrong file has.

use domain::day::EraForm;
use domain::finding::Severity;
use domain::form::Test;
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
fn a_wrong_table_of_vaccines_is_refused_with_its_line() {
    const COMMON: &str = "immunization/common.toml";
    const PRODUCTS: &str = "immunization/products.toml";
    const HIB: &str = "immunization/hib.toml";
    const MR: &str = "immunization/mr.toml";
    const FLU: &str = "immunization/influenza-and-covid19.toml";
    const DPT: &str = "immunization/dpt-ipv.toml";
    for (at, (file, old, new, want)) in [
        (HIB, "checked_on = 2026", "checked_on = 2027", "no fault"),
        (HIB, "code = \"hib\"", "code = \"pcv\"", "`pcv` stands in these rules twice"),
        (HIB, "code = \"dpt-ipv-hib\"", "code = \"x\"", "`code` must be a product of products"),
        (HIB, "started_to = { months = 7 }", "started_to = { month = 7 }", "`weeks` is missing"),
        (HIB, "started_to =", "start_to =", "hib.toml:45: `start_to` is unknown here"),
        (HIB, "number = 1", "number = 9", "`number` must be a whole number from 1 to 8"),
        (HIB, "shortened = { days = 20 }", "grace = { days = 20 }", "no fault"),
        (HIB, "days = 27, shortened", "days = 27, grace = { days = 1 }, shortened", "either"),
        (HIB, "unit = \"schedule\"", "unit = \"days\"", "`unit` must be \"schedule\""),
        (HIB, "law = \"予防接種実施規則17\"", "", "`law` is missing; add it"),
        (MR, "last = 2027-03-31", "last = 2024-03-31", "`last` must not be before `first`"),
        (MR, "before_school = true", "before_school = 1", "`before_school` must be true or false"),
        (MR, "sex = \"male\"", "sex = \"m\"", "`sex` must be \"male\" or \"female\""),
        (MR, "listed = \"cohort\"", "listed = \"no\"", "`listed` must be \"history\" or"),
        (FLU, "day = 31", "day = 32", "`day` must be a whole number from 1 to 31"),
        (FLU, "month = 3, day = 31", "month = 2, day = 29", "not every year has this day"),
        (FLU, "\"disability_60_64\"", "\"age\"", "`any_of` must be a fact that opens a window"),
        (DPT, "until = 2025-07-31", "until = 2011-07-31", "`until` must not be before `from`"),
        (DPT, "in_force_from = 2023-04-01", "in_force_from = 2011-04-01", "the oldest first"),
        (COMMON, "ages = \"eve\"", "ages = \"day\"", "`ages` must be \"eve\" or \"matching\""),
        (COMMON, "what = \"caution\"", "what = \"care\"", "`what` must be \"contraindicated\""),
        (COMMON, "before = [\"live-injected\"]", "before = [\"live\"]", "`before` must be"),
        (PRODUCTS, "kind = \"inactivated\"", "kind = \"dead\"", "`kind` must be \"live-injected\""),
        (PRODUCTS, "hundredths = 150", "hundredths = 0", "`hundredths` must be a whole number"),
        (PRODUCTS, "code = \"rota-5v\"", "code = \"rota-1v\"", "`rota-1v` stands in these rules"),
    ]
    .into_iter()
    .enumerate()
    {
        let got = fault(&format!("immunization-{at}"), file, old, new);
        assert!(got.contains(want), "{file}: {old} -> {new}\n  {got}\n  {want}");
    }
}

#[test]
fn every_product_of_the_contract_and_every_series_is_there() {
    let schedule = Lawbook::embedded().unwrap().immunization;
    for code in
        "rota-1v rota-5v hepb dpt-ipv-hib dpt-ipv dpt ipv hib pcv7 pcv13 pcv15 pcv20 ppsv23 \
        bcg mr measles rubella varicella mumps je dt hpv2 hpv4 hpv9 influenza influenza-high-dose \
        covid19 zoster-live zoster-rzv rsv-maternal yellow-fever"
            .split_whitespace()
    {
        assert!(schedule.product(code).is_some(), "{code}");
    }
    for code in
        "rota-1v rota-5v hepb dpt-ipv-hib dpt-ipv hib pcv bcg mr-1 mr-2 varicella je-1 je-2 \
        dt-2 hpv influenza-elderly covid19-elderly pneumococcal-elderly zoster rsv-maternal"
            .split_whitespace()
    {
        assert!(schedule.series(code).is_some(), "{code}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_a_fault() {
    let fault = Lawbook::open(Path::new("/no/such/folder")).unwrap_err();
    assert_eq!(fault.line, 0);
    assert!(fault.message.contains("not a folder"));
}

/// A form says its limit again, because it warns where the answer is written.
#[test]
fn forms_warn_of_the_fever_of_the_schedule() {
    let book = Lawbook::embedded().unwrap();
    let want = Test::AtLeast(book.immunization.fever.tenths);
    for form in &book.forms.0 {
        let warns = form.items().flat_map(|item| &item.warns);
        let limits: Vec<&Test> =
            warns.filter(|warn| warn.code == "fever").map(|warn| &warn.test).collect();
        // At home, and before the examination.
        assert_eq!(limits, [&want, &want], "{}", form.id);
    }
}
