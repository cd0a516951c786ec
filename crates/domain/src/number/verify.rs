//! Everything there is to say about a number.

use std::ops::Range;

use super::check::{holds, not_digits, wrong_length};
use super::{Kind, NumberRules};
use crate::finding::{Finding, Severity};

/// The longest recipient number that is registered (pmh-api §2.3), in characters.
pub(super) const RECIPIENT_CHARACTERS: usize = 30;

/// Every finding about `number`; none means that nothing is wrong with it.
///
/// [`Severity::Stop`] refuses it. [`Severity::Warn`] is for what may be wrong with us: the check
/// digit of institution codes (old codes of four prefectures are said to differ) and of recipient
/// numbers (no worked example was found, `rules/numbers/`). [`Severity::Info`] leaves it valid.
///
/// Codes: `number-not-digits` `number-length` `prefecture-unknown` `score-table-unknown`
/// `institution-number-range` `institution-number-unissued` `recipient-form` `check-digit`.
#[must_use]
pub fn verify(kind: Kind, number: &str, rules: &NumberRules) -> Vec<Finding> {
    if kind == Kind::Recipient && !national_form(number) {
        return vec![recipient_form(number)];
    }
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return vec![not_digits()];
    }
    if !kind.lengths().contains(&number.len()) {
        return vec![wrong_length(kind.lengths())];
    }
    let mut findings = match kind {
        Kind::Personal | Kind::Recipient => Vec::new(),
        Kind::Insurer | Kind::PublicPayer => payer_prefecture(number, rules),
        Kind::Institution => institution(number, rules),
        Kind::Municipality => municipality_prefecture(number, rules),
    };
    findings.extend((!holds(kind, number)).then(|| wrong_check_digit(kind, rules)));
    findings
}

/// The first finding that refuses, else the number.
pub(super) fn refuse(kind: Kind, number: &str, rules: &NumberRules) -> Result<(), Finding> {
    let stop = |finding: &Finding| finding.severity == Severity::Stop;
    verify(kind, number, rules).into_iter().find(stop).map_or(Ok(()), Err)
}

/// The findings that do not refuse.
pub(super) fn remarks(kind: Kind, number: &str, rules: &NumberRules) -> Vec<Finding> {
    let mut findings = verify(kind, number, rules);
    findings.retain(|finding| finding.severity != Severity::Stop);
    findings
}

/// Seven digits, the form of the national schemes.
pub(super) fn national_form(number: &str) -> bool {
    Kind::Recipient.lengths().contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn recipient_form(number: &str) -> Finding {
    let length = number.chars().count();
    if (1..=RECIPIENT_CHARACTERS).contains(&length) {
        return Finding::warn(
            "recipient-form",
            "",
            "全国制度の公費受給者番号は半角数字7桁です。自治体独自の番号であれば、このままで構いません。",
            "National schemes use 7 half-width digits. A number of your own form is kept as it is.",
        );
    }
    Finding::stop(
        "number-length",
        "",
        format!("公費受給者番号は1文字以上{RECIPIENT_CHARACTERS}文字以内で書いてください。"),
        format!("Write a recipient number of 1 to {RECIPIENT_CHARACTERS} characters."),
    )
}

/// 保険者番号 and 公費負担者番号 carry the prefecture after the 法別番号; in a 国保 number it comes
/// first. Only remarked on: no rule that refuses was found.
fn payer_prefecture(number: &str, rules: &NumberRules) -> Vec<Finding> {
    let at = number.len() - 6;
    let known = figure(number, at..at + 2).is_some_and(|pref| rules.prefectures.holds_either(pref));
    if known { Vec::new() } else { vec![unknown_prefecture(Severity::Info)] }
}

fn municipality_prefecture(number: &str, rules: &NumberRules) -> Vec<Finding> {
    let known = figure(number, 0..2).is_some_and(|pref| rules.prefectures.holds(pref));
    if known { Vec::new() } else { vec![unknown_prefecture(Severity::Stop)] }
}

/// law:保険者番号等設定要領
fn institution(number: &str, rules: &NumberRules) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !figure(number, 0..2).is_some_and(|pref| rules.prefectures.holds_either(pref)) {
        findings.push(unknown_prefecture(Severity::Stop));
    }
    let digit = figure(number, 2..3);
    let own = number[5..9].parse::<u16>().unwrap_or_default();
    match rules.score_tables.iter().find(|table| Some(table.digit) == digit) {
        None => findings.push(unknown_score_table(rules)),
        Some(table) if !(table.first..=table.last).contains(&own) => {
            let (name, first, last) = (&table.name, table.first, table.last);
            findings.push(Finding::stop(
                "institution-number-range",
                "",
                format!("{name}の医療機関番号(6~9桁目)は{first}~{last}です。"),
                format!("Digits 6 to 9 must lie in {first} to {last} for this 点数表 ({name})."),
            ));
        }
        Some(_) => {}
    }
    if [&number[6..8], &number[7..9]].contains(&rules.unissued_pair.as_str()) {
        findings.push(unissued(&rules.unissued_pair));
    }
    findings
}

fn figure(number: &str, range: Range<usize>) -> Option<u8> {
    number.get(range)?.parse().ok()
}

fn unknown_prefecture(severity: Severity) -> Finding {
    let finding = Finding::stop(
        "prefecture-unknown",
        "",
        "都道府県番号がありません。番号を確かめてください。",
        "There is no such prefecture number; check the number.",
    );
    Finding { severity, ..finding }
}

fn unknown_score_table(rules: &NumberRules) -> Finding {
    let list: Vec<String> =
        rules.score_tables.iter().map(|table| format!("{} {}", table.digit, table.name)).collect();
    let list = list.join(", ");
    Finding::stop(
        "score-table-unknown",
        "",
        format!("点数表番号(3桁目)は {list} のいずれかです。"),
        format!("The third digit must be one of: {list}."),
    )
}

fn unissued(pair: &str) -> Finding {
    let finding = Finding::warn(
        "institution-number-unissued",
        "",
        format!("中2桁又は下2桁が{pair}の医療機関番号は付番されません。番号を確かめてください。"),
        format!("Numbers with {pair} in the middle or at the end are never issued; check it."),
    );
    Finding { severity: Severity::Info, ..finding }
}

fn wrong_check_digit(kind: Kind, rules: &NumberRules) -> Finding {
    let finding = Finding::stop(
        "check-digit",
        "",
        "検証番号(末尾の数字)が合いません。書き写しの誤りがないか確かめてください。",
        "The check digit (the last digit) does not fit; look for a slip in copying.",
    );
    let severity = rules.check(kind).map_or(Severity::Stop, |check| check.mismatch);
    Finding { severity, ..finding }
}
