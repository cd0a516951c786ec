//! Answers, and reading one from a field.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Item, Kind, Language, Value};
use crate::day::iso;
use crate::finding::Finding;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// はい or いいえ.
    YesNo(bool),
    /// The code of a choice.
    Code(String),
    /// Words, as written.
    Text(String),
    /// A day.
    Date(Date),
    /// A number with one decimal place, in tenths: 365 is 36.5.
    Tenths(i32),
    /// A whole number.
    Number(i32),
}

/// Answers by the names of their questions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers(pub BTreeMap<String, Answer>);

impl Answers {
    /// The answer to a question.
    #[must_use]
    pub fn get(&self, item: &str) -> Option<&Answer> {
        self.0.get(item)
    }

    /// Keeps an answer in place of the earlier one.
    pub fn set(&mut self, item: &str, answer: Answer) {
        self.0.insert(item.to_owned(), answer);
    }
}

impl Answer {
    /// Whether it is `value`.
    #[must_use]
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::YesNo(one), Value::YesNo(other)) => one == other,
            (Self::Code(one), Value::Code(other)) => one == other,
            _ => false,
        }
    }

    /// As [`Item::read`] reads it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Self::Code(text) | Self::Text(text) => text.clone(),
            Self::Date(day) => day.to_string(),
            Self::Tenths(tenths) => write_tenths(*tenths),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Item {
    /// An answer to this question in words.
    #[must_use]
    pub fn said(&self, answer: &Answer, language: Language) -> String {
        match (answer, &self.kind) {
            (Answer::YesNo(yes), _) => yes_or_no(*yes, language).to_owned(),
            (Answer::Code(code), Kind::Choice(choices)) => {
                let chosen = choices.iter().find(|choice| choice.code == *code);
                chosen.map_or_else(|| code.clone(), |choice| choice.text.of(language).to_owned())
            }
            _ => answer.text(),
        }
    }

    /// The answer written in a field: `yes`, `no`, the code of a choice, words, `YYYY-MM-DD`, a
    /// number in half or full width. None for an empty field.
    ///
    /// # Errors
    /// `form-unreadable` `at` the question.
    pub fn read(&self, written: &str) -> Result<Option<Answer>, Finding> {
        let trimmed = written.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let narrow: String = trimmed.chars().map(narrow).collect();
        let answer = match self.kind {
            Kind::YesNo => match trimmed {
                "yes" => Some(Answer::YesNo(true)),
                "no" => Some(Answer::YesNo(false)),
                _ => None,
            },
            Kind::Choice(_) => Some(Answer::Code(trimmed.to_owned())),
            Kind::Text { .. } => Some(Answer::Text(written.to_owned())),
            Kind::Date { .. } => iso(&narrow).ok().map(Answer::Date),
            Kind::Decimal { .. } => tenths(&narrow).map(Answer::Tenths),
            Kind::Number { .. } => narrow.parse().ok().map(Answer::Number),
            Kind::Info => None,
        };
        answer.map(Some).ok_or_else(|| self.unreadable())
    }

    fn unreadable(&self) -> Finding {
        let (ja, en) = match self.kind {
            Kind::Date { .. } => ("年月日で", "a day as 2026-11-24"),
            Kind::Decimal { .. } => ("小数第1位までの数字で（例 36.5）", "a number as 36.5"),
            Kind::Number { .. } => ("数字で", "a whole number"),
            _ => ("選択肢から選んで", "one of the choices"),
        };
        let ja = format!("「{}」に{ja}答えてください。", self.text.ja);
        let en = format!("Answer \"{}\" with {en}.", self.text.en);
        Finding::stop("form-unreadable", self.id.clone(), ja, en)
    }
}

const fn yes_or_no(yes: bool, language: Language) -> &'static str {
    match (language, yes) {
        (Language::English, true) => "Yes",
        (Language::English, false) => "No",
        (_, true) => "はい",
        (_, false) => "いいえ",
    }
}

/// Tenths of a number with at most one decimal place that matters: `36`, `36.5`, `36.50`.
#[must_use]
pub fn tenths(text: &str) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let (first, rest) = part.split_at_checked(1)?;
    if !all_digits(whole) || !all_digits(first) || rest.bytes().any(|it| it != b'0') {
        return None;
    }
    let whole: i32 = whole.parse().ok()?;
    whole.checked_mul(10)?.checked_add(first.parse().ok()?)?.checked_mul(sign)
}

/// `36.5` for 365.
#[must_use]
pub fn write_tenths(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let size = tenths.unsigned_abs();
    format!("{sign}{}.{}", size / 10, size % 10)
}

fn narrow(letter: char) -> char {
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '。' | '・' => '.',
        _ => letter,
    }
}
