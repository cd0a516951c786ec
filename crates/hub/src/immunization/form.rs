//! The resident or the guardian fills in a pre-visit form (予診票) on a phone, before the visit.
//!
//! Which forms there are follows from what is due; what is known already is filled in. Answers are
//! saved step by step. Handing in takes the consent; a change after that makes it a draft again, and
//! from reception on the family's answers are frozen ([`Sheet`]).

mod fill;
mod kept;
mod offer;
mod place;
mod who;

use domain::finding::Finding;
use domain::form::{Consenter, Form, Sheet, State, Texts};
use domain::immunization::{DoseName, Status};
use jiff::civil::Date;

pub use fill::{Saved, Signature, list_forms, open_form, save_step, submit_form, withdraw_form};
pub(crate) use kept::{KeptForm, forms_of};
pub(crate) use offer::entries;

/// Which form is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The handle of the child that it is for; none for oneself.
    pub child: Option<String>,
    /// [`Form::id`]
    pub form: String,
    /// The code of the series.
    pub series: String,
}

/// A series for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesName {
    /// Its code.
    pub code: String,
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// The forms that somebody may fill in now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormList {
    /// Whose dose it is.
    pub name: String,
    /// Whether a municipality follows them: without one no form is handed out.
    pub followed: bool,
    /// A form each, in the order of the plan.
    pub entries: Vec<Entry>,
    /// Whether there are forms below which only the other side may consent, guardian or person.
    pub others_sign: bool,
}

/// A form that may be filled in now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// [`Form::id`]
    pub form: String,
    /// Its title.
    pub title: Texts,
    /// Its first step.
    pub first: String,
    /// The series.
    pub series: SeriesName,
    /// Which dose.
    pub dose: Option<DoseName>,
    /// Where the person stands in the series.
    pub status: Status,
    /// The last day as a routine vaccination.
    pub until: Option<Date>,
    /// Where the sheet stands; none if it was not begun.
    pub state: Option<State>,
}

/// A form with its answers, as whoever fills it in may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormView {
    /// The questions.
    pub form: Form,
    /// The series.
    pub series: SeriesName,
    /// Which dose; none once it is no longer due.
    pub dose: Option<DoseName>,
    /// Whose dose it is.
    pub name: String,
    /// The answers; those of [`FormView::withheld`] are not among them.
    pub sheet: Sheet,
    /// Names the answers as they are now; empty before the first are saved.
    pub edition: String,
    /// Who fills it in, and consents.
    pub by: Consenter,
    /// Their name, as registered.
    pub signer: String,
    /// Questions that are answered, but not shown to a guardian: another may have.
    pub withheld: Vec<String>,
    /// What keeps it from being handed in, at the questions.
    pub open: Vec<Finding>,
    /// Questions whose answer the physician should hear of: nothing more is told.
    pub talk: Vec<String>,
}

#[cfg(all(test, feature = "testing"))]
mod tests;
