//! Who agrees, and whether they may.

use jiff::civil::Date;

use super::{Form, Texts};
use crate::day::{Age, Basis, attained};
use crate::finding::Finding;
use crate::instant::Instant;

/// Who agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consenter {
    /// The guardian (保護者).
    Guardian,
    /// The person to be vaccinated.
    Person,
}

/// That somebody may agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRule {
    /// Who.
    pub by: Consenter,
    /// If the person to be vaccinated is of this age at least.
    pub from_age: Option<Age>,
    /// Where this is laid down.
    pub basis: Basis,
}

/// What somebody said below the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// They read the explanation and understood effect, side effects and relief.
    pub explained: bool,
    /// 接種に同意する, or not.
    pub agrees: bool,
    /// Who says so.
    pub by: Consenter,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// The sentences below which somebody agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// That the explanation was read and understood.
    pub explained: Texts,
    /// That the dose is agreed to.
    pub agree: Texts,
    /// That it is not.
    pub disagree: Texts,
    /// Who agrees: the guardian.
    pub guardian: Texts,
    /// Who agrees: the person.
    pub person: Texts,
}

impl Declaration {
    /// How the form calls who agrees.
    #[must_use]
    pub fn who(&self, by: Consenter) -> &Texts {
        match by {
            Consenter::Guardian => &self.guardian,
            Consenter::Person => &self.person,
        }
    }
}

/// The longest name. Ours.
const NAME_CHARACTERS: usize = 100;

impl Form {
    /// Whether `by` may consent below this form, on `day`, for somebody born on `birth`.
    #[must_use]
    pub fn may_consent(&self, by: Consenter, birth: Date, day: Date) -> bool {
        let old = |age| attained(birth, age).is_ok_and(|reached| reached <= day);
        self.consent.iter().any(|rule| rule.by == by && rule.from_age.is_none_or(old))
    }

    /// Whether a consent may stand below this form for somebody born on `birth`. That they do not
    /// agree is no fault: it is an answer.
    #[must_use]
    pub fn consent_faults(&self, consent: &Consent, birth: Date) -> Vec<Finding> {
        let allowed = self.may_consent(consent.by, birth, consent.at.day_in_japan());
        let named = !consent.name.trim().is_empty()
            && consent.name.chars().count() <= NAME_CHARACTERS
            && !consent.name.chars().any(char::is_control);
        [(!allowed).then(|| not_allowed(consent.by)), (!named).then(unnamed)]
            .into_iter()
            .chain([(!consent.explained).then(unexplained)])
            .flatten()
            .collect()
    }
}

fn not_allowed(by: Consenter) -> Finding {
    let (ja, en) = match by {
        Consenter::Guardian => ("保護者ではなく本人", "the person, not a guardian,"),
        Consenter::Person => ("保護者", "the guardian"),
    };
    Finding::stop(
        "consent-by",
        "consent.by",
        format!("この予診票の同意は{ja}がします。同意する人を選び直してください。"),
        format!("For this form {en} consents; choose again who consents."),
    )
}

fn unnamed() -> Finding {
    Finding::stop(
        "consent-name",
        "consent.name",
        format!("同意する人の氏名を{NAME_CHARACTERS}文字までで書いてください。"),
        format!("Write the name of who consents, at most {NAME_CHARACTERS} characters."),
    )
}

fn unexplained() -> Finding {
    Finding::stop(
        "consent-explanation",
        "consent.explained",
        "ワクチンの説明を読んで、確認の欄に印を付けてください。",
        "Read the explanation of the vaccine and tick that you have.",
    )
}
