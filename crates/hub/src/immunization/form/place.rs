//! Finding the sheet that is meant, or beginning one; keeping it.

use domain::form::{By, Consent, Consenter, Form, Sheet, State};
use domain::immunization::DoseName;
use fhir::Kind as Record;
use fhir::profiles::questionnaire_response;
use lawbook::Lawbook;
use store::Room;
use store::record::New;

use super::kept::{self, KeptForm, Place};
use super::offer::{Offer, follower, known, offers};
use super::who::Who;
use super::{Asked, FormView, SeriesName};
use crate::immunization::chart::Chart;
use crate::refusal::{Kind, Refusal};
use crate::resident::display_name;

/// Sheets for one dose, and versions of one sheet, at most. Ours: a record has room for much else.
const MOST_ROUNDS: usize = 20;
const MOST_VERSIONS: i64 = 500;

/// A sheet and everything around it.
pub(super) struct Located<'b> {
    pub form: &'b Form,
    pub sheet: Sheet,
    pub chart: Chart,
    series: SeriesName,
    dose: Option<DoseName>,
    custodian: String,
    key: String,
    kept: Option<KeptForm>,
    guardian: Option<String>,
}

/// Finds the sheet that is meant; one that was not begun is begun, and not kept yet.
pub(super) fn locate<'b>(
    room: &mut Room<'_, '_>,
    (who, book): (&Who, &'b Lawbook),
    asked: &Asked,
    guardian: Option<String>,
) -> Result<Located<'b>, Refusal> {
    let today = who.today();
    let chart = Chart::read(room, &book.immunization)?.ok_or_else(not_followed)?;
    let custodian = follower(&chart, today).ok_or_else(not_followed)?.to_owned();
    let kept = kept::all(room)?;
    let meant =
        |offer: &Offer<'_>| offer.form.id == asked.form && offer.series.code == asked.series;
    let Some(offer) = offers(book, &chart, today).into_iter().find(meant) else {
        return past(kept, chart, (book, asked), (custodian, guardian));
    };
    if !offer.may_sign(who.by(), chart.birth, today) {
        return Err(other_signs(who.by()));
    }
    let standing = offer.standing(&kept, &book.forms, today);
    if standing.round > MOST_ROUNDS {
        return Err(too_often());
    }
    let (form, dose, round) = (offer.form.id.as_str(), offer.place, standing.round);
    let key = Place { form, series: &offer.series.code, dose, round }.key();
    // Answers keep to the version of the form that they were begun with.
    let begun = standing.kept.and_then(|it| book.forms.find(&it.sheet.form, it.sheet.version));
    let form = begun.unwrap_or(offer.form);
    let sheet = match standing.kept {
        Some(kept) => kept.sheet.clone(),
        None => {
            let facts = (&offer.item, guardian.as_deref());
            let known = known(room, &book.immunization, &chart, facts)?;
            Sheet::begin(form, form.prefill(&known, today), who.at())
        }
    };
    let (kept, dose) = (standing.kept.cloned(), offer.item.dose);
    let series = offer.series;
    Ok(Located { form, sheet, chart, series, dose, custodian, key, kept, guardian })
}

/// A sheet that a clinic received is still shown when the dose is no longer due.
fn past<'b>(
    kept: Vec<KeptForm>,
    chart: Chart,
    (book, asked): (&'b Lawbook, &Asked),
    (custodian, guardian): (String, Option<String>),
) -> Result<Located<'b>, Refusal> {
    let schedule = &book.immunization;
    let series = schedule.series(&asked.series).ok_or_else(Refusal::not_found)?;
    let series = &schedule.series[usize::from(series)];
    let has = |form: &Form| form.id == asked.form && form.series.contains(&asked.series);
    if !book.forms.0.iter().any(has) {
        return Err(Refusal::not_found());
    }
    let meant = |kept: &KeptForm| kept.sheet.form == asked.form && kept.series == asked.series;
    let received = |kept: &KeptForm| kept.sheet.state() == State::Received;
    let kept = kept.into_iter().rfind(|kept| meant(kept) && received(kept)).ok_or_else(not_due)?;
    let form = book.forms.find(&kept.sheet.form, kept.sheet.version).ok_or_else(not_due)?;
    let name =
        SeriesName { code: series.code.clone(), ja: series.ja.clone(), en: series.en.clone() };
    let (sheet, key) = (kept.sheet.clone(), kept.key.clone());
    let kept = Some(kept);
    Ok(Located { form, sheet, chart, series: name, dose: None, custodian, key, kept, guardian })
}

impl Located<'_> {
    /// Keeps the sheet as it is now. What is kept already leaves no version.
    pub(super) fn keep(
        &mut self,
        room: &mut Room<'_, '_>,
        who: &Who,
        item: &str,
    ) -> Result<(), Refusal> {
        let version = self.kept.as_ref().map_or(0, |kept| kept.version);
        if self.kept.as_ref().is_some_and(|kept| kept.sheet == self.sheet) {
            return Ok(());
        }
        if version >= MOST_VERSIONS {
            return Err(too_often());
        }
        let new = New {
            kind: Record::PreVisitForm,
            key: &self.key,
            item,
            hidden: false,
            custodian: &self.custodian,
            author: who.author(),
            at: who.at(),
        };
        let (sheet, form, patient) = (&self.sheet, self.form, &self.chart.patient);
        let mut named = String::new();
        room.put(&new, |item| {
            item.clone_into(&mut named);
            questionnaire_response::write(sheet, form, item, patient)
        })?;
        self.kept = Some(KeptForm {
            item: named,
            key: self.key.clone(),
            version: version + 1,
            series: self.series.code.clone(),
            sheet: self.sheet.clone(),
        });
        Ok(())
    }

    /// What names the answers as they are kept.
    pub(super) fn edition(&self) -> String {
        let name = |kept: &KeptForm| format!("{}.{}", kept.item, kept.version);
        self.kept.as_ref().map(name).unwrap_or_default()
    }

    /// Whether the family may still write.
    pub(super) fn is_open(&self, who: &Who) -> Result<(), Refusal> {
        self.sheet.fill(self.form, By::Family, &[], who.at()).map_err(Refusal::from).map(drop)
    }

    /// The answers to private questions that are not shown to `by`.
    pub(super) fn withheld(&self, by: Consenter) -> Vec<String> {
        let hides = by == Consenter::Guardian;
        let private = self.form.items().filter(|item| hides && item.private);
        let answered = private.filter(|item| self.sheet.answers.get(&item.id).is_some());
        answered.map(|item| item.id.clone()).collect()
    }

    /// Whether the same is handed in already.
    pub(super) fn is_signed(&self, consent: &Consent) -> bool {
        let same = |kept: &Consent| Consent { at: kept.at, ..consent.clone() } == *kept;
        self.sheet.state() == State::Submitted && self.sheet.consent.as_ref().is_some_and(same)
    }

    pub(super) fn view(&self, who: &Who) -> FormView {
        let by = who.by();
        let withheld = self.withheld(by);
        let mut sheet = self.sheet.clone();
        sheet.answers.0.retain(|id, _| !withheld.contains(id));
        let name = display_name(&self.chart.five);
        FormView {
            form: self.form.clone(),
            series: self.series.clone(),
            dose: self.dose,
            signer: self.guardian.clone().unwrap_or_else(|| name.clone()),
            name,
            edition: self.edition(),
            by,
            withheld,
            open: self.form.validate(&self.sheet.answers, By::Family, who.today()),
            talk: self
                .form
                .warnings(&self.sheet.answers)
                .iter()
                .map(|it| it.item.id.clone())
                .collect(),
            sheet,
        }
    }
}

fn not_followed() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "form-not-followed",
        "予防接種の登録がまだ市区町村からありません。紙の予診票をお使いになるか、市区町村の窓口でお尋ねください。",
        "No municipality has registered this person for immunisation yet; use the form on paper, or ask \
         at the city hall.",
    )
}

fn not_due() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "form-not-due",
        "この予診票は、いま書く時期ではありません。予防接種の欄で、次に受けるものを確かめてください。",
        "This form is not to be filled in now; see under immunisation what comes next.",
    )
}

fn other_signs(by: Consenter) -> Refusal {
    let (ja, en) = match by {
        Consenter::Guardian => ("本人が、本人のページで", "the person, on their own page"),
        Consenter::Person => {
            ("保護者の方が、お子さんのページで", "the guardian, on the child's page")
        }
    };
    Refusal::new(
        Kind::Invalid,
        "form-other-signs",
        format!("この予診票は、{ja}書きます。"),
        format!("This form is filled in by {en}."),
    )
}

fn too_often() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "form-too-often",
        "この予診票は何度も書き直されたため、これ以上変えられません。医療機関で紙の予診票に書いてください。",
        "This form was rewritten too often and cannot be changed any more; use the form on paper.",
    )
}
