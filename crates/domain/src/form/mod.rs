//! Pre-visit forms (予診票): questions as data, what to ask next, what is missing, what the desk must
//! see, and until when an answer may change.
//!
//! The questions stand in `rules/forms/`; this module knows none of them. A [`Form`] is a dated
//! version of questions, a [`Sheet`] is one person's answers to it on the way from draft to frozen.

mod answer;
mod check;
mod consent;
mod prefill;
mod sheet;
mod shown;
mod warning;

pub use answer::{Answer, Answers, tenths, write_tenths};
pub use consent::{Consent, ConsentRule, Consenter, Declaration};
pub use prefill::{Known, LastDose, Prefill};
pub use sheet::{Reception, Sheet, State, Withdrawal};
pub use warning::Warning;

use jiff::civil::Date;

use crate::day::{Age, Basis, attained};
use crate::finding::Severity;

/// A text in the three languages of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
    /// やさしい日本語.
    pub easy: String,
}

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Japanese,
    /// English.
    English,
    /// やさしい日本語.
    Easy,
}

impl Texts {
    /// The text in one language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.ja,
            Language::English => &self.en,
            Language::Easy => &self.easy,
        }
    }
}

/// One dated version of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Stable name, as `rota`.
    pub id: String,
    /// The first day on which this version is handed out; with the id it names the version.
    pub version: Date,
    /// The last day on which it is handed out, if it ends without a newer version.
    pub until: Option<Date>,
    /// Title.
    pub title: Texts,
    /// The series it is for, as `rota-1v`.
    pub series: Vec<String>,
    /// For people of this age at least.
    pub from_age: Option<Age>,
    /// Who may consent.
    pub consent: Vec<ConsentRule>,
    /// What they sign.
    pub declaration: Declaration,
    /// Its steps, in order: a page each on a phone.
    pub steps: Vec<Step>,
    /// Where its questions are laid down.
    pub basis: Basis,
}

/// One page of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Stable name within the form.
    pub id: String,
    /// Title.
    pub title: Texts,
    /// Its questions, in order.
    pub items: Vec<Item>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Stable name within the form.
    pub id: String,
    /// What an answer is.
    pub kind: Kind,
    /// The question.
    pub text: Texts,
    /// Whether an answer must be given where it is asked.
    pub required: bool,
    /// It is asked only if this holds.
    pub when: Option<When>,
    /// Where the answer may come from beforehand.
    pub prefill: Option<Prefill>,
    /// Who answers.
    pub by: By,
    /// Which answers the desk must see.
    pub warns: Vec<Warn>,
    /// One guardian must not learn the answer from another's: it may say where somebody is.
    pub private: bool,
}

/// What an answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// はい or いいえ.
    YesNo,
    /// One of several.
    Choice(Vec<Choice>),
    /// Words.
    Text {
        /// At most so many characters.
        max_length: u16,
    },
    /// A day.
    Date {
        /// Whether it may lie after today.
        future: bool,
    },
    /// A number with one decimal place, in tenths.
    Decimal {
        /// The smallest, in tenths.
        least: i32,
        /// The largest, in tenths.
        most: i32,
    },
    /// A whole number.
    Number {
        /// The smallest.
        least: i32,
        /// The largest.
        most: i32,
    },
    /// Nothing: a text to be read.
    Info,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Stable name within the question.
    pub code: String,
    /// What it says.
    pub text: Texts,
}

/// Who answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// The guardian, or the person.
    Family,
    /// The physician, after reception.
    Physician,
}

/// What a question asked earlier was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The question asked earlier.
    pub item: String,
    /// Any of these answers.
    pub any_of: Vec<Value>,
}

/// An answer that a condition compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// はい or いいえ.
    YesNo(bool),
    /// A choice.
    Code(String),
}

/// An answer that the desk must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warn {
    /// Which.
    pub test: Test,
    /// How grave: [`Severity::Stop`] is a reason not to vaccinate, [`Severity::Warn`] needs the
    /// physician's judgement.
    pub severity: Severity,
    /// The contraindication or caution, as `acute-illness`.
    pub code: String,
}

/// What an answer is tested for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is this.
    Is(Value),
    /// The number (tenths for a decimal) is this or more.
    AtLeast(i32),
    /// The number (tenths for a decimal) is less.
    Below(i32),
    /// There is one.
    Given,
}

impl Form {
    /// Every question, in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.steps.iter().flat_map(|step| &step.items)
    }

    /// The question of this name.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items().find(|item| item.id == id)
    }

    /// Whether it is for a dose of `series` to somebody born on `birth`, on `day`.
    #[must_use]
    pub fn fits(&self, series: &str, birth: Date, day: Date) -> bool {
        let old = |age| attained(birth, age).is_ok_and(|reached| reached <= day);
        self.series.iter().any(|known| known == series)
            && self.version <= day
            && self.until.is_none_or(|last| day <= last)
            && self.from_age.is_none_or(old)
    }
}

/// Every form, all versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forms(pub Vec<Form>);

impl Forms {
    /// One version of a form.
    #[must_use]
    pub fn find(&self, id: &str, version: Date) -> Option<&Form> {
        self.0.iter().find(|form| form.id == id && form.version == version)
    }

    /// The forms for a dose of `series` to somebody born on `birth`, on `day`, each in the version
    /// of that day; where several fit, the more particular one stands first.
    #[must_use]
    pub fn fitting(&self, series: &str, birth: Date, day: Date) -> Vec<&Form> {
        let newer = |form: &Form, other: &Form| {
            other.id == form.id && form.version < other.version && other.version <= day
        };
        let current = |form: &&Form| !self.0.iter().any(|other| newer(form, other));
        let fitting = self.0.iter().filter(|form| form.fits(series, birth, day));
        let mut found: Vec<&Form> = fitting.filter(current).collect();
        found.sort_by_key(|form| form.series.len());
        found
    }
}

#[cfg(test)]
mod tests;
