//! Forms as the record keeps them.
//!
//! The key of a row is `form/series/dose`, where `dose` counts the doses of the series' vaccines on
//! record, the one about to be given included. Two tabs that begin the same form make one sheet. A
//! sheet that is over (withdrawn, or received on an earlier day without a dose) is followed by
//! `form/series/dose/2`, and so on: what was handed to a clinic is never written over.

use domain::form::{Forms, Sheet, State};
use fhir::Kind as Record;
use fhir::profiles::questionnaire_response;
use store::record::Stored;
use store::{Room, StoreError};

use crate::eligibility::unreadable;

/// Between the parts of a row's key; no name of a form or series has it.
const BETWEEN: char = '/';

/// A form that somebody fills in or filled in, with what the record knows of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptForm {
    /// Logical id.
    pub item: String,
    /// What makes it the same sheet.
    pub key: String,
    /// The version, from 1.
    pub version: i64,
    /// The code of the series that the dose is of.
    pub series: String,
    /// The answers, and what happened to them.
    pub sheet: Sheet,
}

/// What a row's key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'k> {
    /// `domain::form::Form::id`
    pub form: &'k str,
    /// The code of the series.
    pub series: &'k str,
    /// Which dose, from 1.
    pub dose: usize,
    /// Which sheet for this dose, from 1.
    pub round: usize,
}

impl<'k> Place<'k> {
    pub(super) fn key(&self) -> String {
        let Self { form, series, dose, round } = self;
        match round {
            1 => format!("{form}{BETWEEN}{series}{BETWEEN}{dose}"),
            _ => format!("{form}{BETWEEN}{series}{BETWEEN}{dose}{BETWEEN}{round}"),
        }
    }

    pub(super) fn of(key: &'k str) -> Option<Self> {
        let mut parts = key.split(BETWEEN);
        let (form, series) = (parts.next()?, parts.next()?);
        let dose = parts.next()?.parse().ok()?;
        let round = parts.next().map_or(Some(1), |round| round.parse().ok())?;
        parts.next().is_none().then_some(Self { form, series, dose, round })
    }
}

/// The newest version of every form of the record that still counts, oldest first: withdrawn ones
/// are left out, and those of a form that `forms` no longer has.
pub(crate) fn forms_of(
    room: &mut Room<'_, '_>,
    forms: &Forms,
) -> Result<Vec<KeptForm>, StoreError> {
    let mut kept = all(room)?;
    kept.retain(|kept| {
        let sheet = &kept.sheet;
        sheet.state() != State::Withdrawn && forms.find(&sheet.form, sheet.version).is_some()
    });
    Ok(kept)
}

/// The same with those that were withdrawn.
pub(super) fn all(room: &mut Room<'_, '_>) -> Result<Vec<KeptForm>, StoreError> {
    room.read(Record::PreVisitForm)?.iter().map(KeptForm::of).collect()
}

impl KeptForm {
    fn of(row: &Stored) -> Result<Self, StoreError> {
        let unknown = || StoreError::Corrupt { table: "record", reason: "key of a form".into() };
        Ok(Self {
            item: row.item.clone(),
            key: row.key.clone(),
            version: row.version,
            series: Place::of(&row.key).ok_or_else(unknown)?.series.to_owned(),
            sheet: questionnaire_response::read(&row.body).map_err(unreadable)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_form_series_dose_and_round() {
        for (key, want) in [
            ("hpv-alone/hpv/2", Some(("hpv-alone", "hpv", 2, 1))),
            ("child/mr-1/1/3", Some(("child", "mr-1", 1, 3))),
            ("child/mr-1", None),
            ("child/mr-1/x", None),
            ("child/mr-1/1/1/1", None),
        ] {
            let place = Place::of(key);
            let got = place.map(|place| (place.form, place.series, place.dose, place.round));
            assert_eq!(got, want, "{key}");
            assert!(place.is_none_or(|place| place.key() == key), "{key}");
        }
    }
}
