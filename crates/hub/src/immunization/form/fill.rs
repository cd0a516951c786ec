//! The deeds: list, open, save a step, hand in, withdraw.

use domain::access::Caller;
use domain::finding::{Finding, few};
use domain::form::{Answer, By, Consent, Form, Item, Step};
use jiff::civil::Date;

use super::kept;
use super::offer::{entries, follower, offers};
use super::place::{Located, locate};
use super::who::Who;
use super::{Asked, FormList, FormView};
use crate::Hub;
use crate::immunization::chart::Chart;
use crate::intake::number_in_text::holds_number;
use crate::refusal::{Kind, Refusal};
use crate::resident::display_name;

/// A reason has at most so many characters. Ours.
const REASON_CHARACTERS: usize = 200;

/// What became of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The form with what was kept.
    pub view: FormView,
    /// Why the rest was not.
    pub findings: Vec<Finding>,
}

/// What stands below the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// [`FormView::edition`] of the answers that were shown.
    pub edition: String,
    /// The explanation was read and understood.
    pub explained: bool,
    /// 接種に同意する, or not; none if neither was chosen.
    pub agrees: Option<bool>,
    /// Who says so.
    pub name: String,
}

/// The forms that the resident, or the guardian of a child, may fill in now.
///
/// # Errors
/// `link-held`, `withheld`; [`Kind::NotFound`] for other callers and other people's children.
pub async fn list_forms(
    hub: &Hub,
    caller: &Caller,
    child: Option<&str>,
) -> Result<FormList, Refusal> {
    let who = Who::of(hub, caller, child)?;
    let list = hub.store.read(move |tx| {
        let (mut room, _) = who.enter(tx)?;
        let (today, by) = (who.today(), who.by());
        let Some(chart) = Chart::read(&mut room, &who.book.immunization)? else {
            return Ok(FormList { name: String::new(), followed: false, ..FormList::none() });
        };
        let kept = kept::all(&mut room)?;
        let followed = follower(&chart, today).is_some();
        let signs = |by| {
            offers(&who.book, &chart, today).iter().any(|it| !it.may_sign(by, chart.birth, today))
        };
        Ok::<_, Refusal>(FormList {
            name: display_name(&chart.five),
            followed,
            entries: entries(&who.book, &chart, &kept, (by, today)),
            others_sign: followed && signs(by),
        })
    });
    list.await
}

impl FormList {
    fn none() -> Self {
        let (followed, others_sign) = (false, false);
        Self { name: String::new(), followed, entries: Vec::new(), others_sign }
    }
}

/// One form with its answers; before the first are saved, with those that the record knows.
///
/// # Errors
/// As [`list_forms`]; `form-not-followed`, `form-not-due`, `form-other-signs`, `form-too-often`.
pub async fn open_form(hub: &Hub, caller: &Caller, asked: &Asked) -> Result<FormView, Refusal> {
    let (who, asked) = (Who::of(hub, caller, asked.child.as_deref())?, asked.clone());
    let view = hub.store.read(move |tx| {
        let (mut room, guardian) = who.enter(tx)?;
        let located = locate(&mut room, (&who, &who.book), &asked, guardian)?;
        Ok::<_, Refusal>(located.view(&who))
    });
    view.await
}

/// Runs a writing deed on the sheet that is meant, and keeps what it makes of it.
async fn write(
    hub: &Hub,
    caller: &Caller,
    asked: &Asked,
    mut deed: impl FnMut(&mut Located<'_>, &Who) -> Result<Vec<Finding>, Refusal> + Send + 'static,
) -> Result<Saved, Refusal> {
    let (who, asked) = (Who::of(hub, caller, asked.child.as_deref())?, asked.clone());
    let item = hub.name();
    let saved = hub.store.write(move |tx| {
        let (mut room, guardian) = who.enter(tx)?;
        let mut located = locate(&mut room, (&who, &who.book), &asked, guardian)?;
        let findings = deed(&mut located, &who)?;
        located.keep(&mut room, &who, &item)?;
        Ok::<_, Refusal>(Saved { view: located.view(&who), findings })
    });
    saved.await
}

/// Keeps the answers of one step, as written: names of questions with texts. What is wrong is kept
/// out and told; the rest is kept. A question that is not named keeps its answer.
///
/// # Errors
/// As [`open_form`], and `form-frozen` after reception.
pub async fn save_step(
    hub: &Hub,
    caller: &Caller,
    asked: &Asked,
    (step, written): (&str, Vec<(String, String)>),
) -> Result<Saved, Refusal> {
    let step = step.to_owned();
    let saved = write(hub, caller, asked, move |located, who| {
        located.is_open(who)?;
        let form = located.form;
        let step = form.steps.iter().find(|it| it.id == step).ok_or_else(Refusal::not_found)?;
        let withheld = located.withheld(who.by());
        let (changes, findings) = read(form, step, &written, (&withheld, who.today()));
        located.sheet = located.sheet.fill(form, By::Family, &changes, who.at())?;
        Ok(findings)
    });
    saved.await
}

type Changes = Vec<(String, Option<Answer>)>;

/// The answers that read, and what is wrong with the others.
fn read(
    form: &Form,
    step: &Step,
    written: &[(String, String)],
    (withheld, today): (&[String], Date),
) -> (Changes, Vec<Finding>) {
    let (mut changes, mut findings) = (Vec::new(), Vec::new());
    for (id, text) in written {
        let kept = withheld.contains(id) && text.trim().is_empty();
        match step.items.iter().find(|item| item.id == *id) {
            Some(item) if item.by == By::Family && kept => {}
            Some(item) if item.by == By::Family => match read_one(item, text, today) {
                Ok(answer) => changes.push((id.clone(), answer)),
                Err(finding) => findings.push(finding),
            },
            _ => findings.push(not_asked(form, id)),
        }
    }
    (changes, few(findings))
}

fn read_one(item: &Item, text: &str, today: Date) -> Result<Option<Answer>, Finding> {
    let Some(answer) = item.read(text)? else { return Ok(None) };
    match item.fault(&answer, today) {
        Some(fault) => Err(fault),
        None if holds_number(text) => Err(number_in_answer(item.id.clone())),
        None => Ok(Some(answer)),
    }
}

/// Hands the form in with what the guardian or the person says below the answers that they were
/// shown. The same again changes nothing.
///
/// # Errors
/// As [`save_step`]. Findings of [`Saved`] keep it from being handed in: `form-changed` if the
/// answers are others than those that were shown, `consent-agrees` if nothing was chosen, and those
/// of `Sheet::submit`.
pub async fn submit_form(
    hub: &Hub,
    caller: &Caller,
    asked: &Asked,
    signature: Signature,
) -> Result<Saved, Refusal> {
    let saved = write(hub, caller, asked, move |located, who| {
        located.is_open(who)?;
        let consent = consent(&signature, who);
        if signature.agrees.is_some() && located.is_signed(&consent) {
            return Ok(Vec::new());
        }
        if located.edition() != signature.edition {
            return Ok(vec![changed()]);
        }
        let mut findings = Vec::new();
        if signature.agrees.is_none() {
            findings.push(neither());
        }
        if holds_number(&consent.name) {
            findings.push(number_in_answer("consent.name".to_owned()));
        }
        match located.sheet.submit(located.form, consent, located.chart.birth) {
            Ok(sheet) if findings.is_empty() => located.sheet = sheet,
            Ok(_) => {}
            Err(more) => findings.extend(more),
        }
        Ok(few(findings))
    });
    saved.await
}

fn consent(signature: &Signature, who: &Who) -> Consent {
    Consent {
        explained: signature.explained,
        agrees: signature.agrees.unwrap_or(false),
        by: who.by(),
        name: signature.name.trim().to_owned(),
        at: who.at(),
    }
}

/// Takes a form back, for a reason such as the wrong child; another may be begun.
///
/// # Errors
/// As [`save_step`], and `form-not-begun`. Findings of [`Saved`] say what is wrong with the reason.
pub async fn withdraw_form(
    hub: &Hub,
    caller: &Caller,
    asked: &Asked,
    reason: &str,
) -> Result<Saved, Refusal> {
    let reason = reason.trim().to_owned();
    let saved = write(hub, caller, asked, move |located, who| {
        located.is_open(who)?;
        if located.edition().is_empty() {
            return Err(not_begun());
        }
        if let Some(fault) = reason_fault(&reason) {
            return Ok(vec![fault]);
        }
        match located.sheet.withdraw(&reason, who.at()) {
            Ok(sheet) => located.sheet = sheet,
            Err(finding) => return Ok(vec![finding]),
        }
        Ok(Vec::new())
    });
    saved.await
}

fn reason_fault(reason: &str) -> Option<Finding> {
    if holds_number(reason) {
        return Some(number_in_answer("reason".to_owned()));
    }
    let long = reason.chars().count() > REASON_CHARACTERS || reason.chars().any(char::is_control);
    long.then(|| {
        Finding::stop(
            "form-reason",
            "reason",
            format!("取り下げる理由を{REASON_CHARACTERS}文字までの1行で書いてください。"),
            format!("Write why in one line of at most {REASON_CHARACTERS} characters."),
        )
    })
}

fn not_begun() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "form-not-begun",
        "この予診票はまだ書き始めていません。",
        "This form was not begun yet.",
    )
}

fn changed() -> Finding {
    Finding::stop(
        "form-changed",
        "",
        "表示したあとに、別の画面で答えが変わりました。もう一度確かめてから提出してください。",
        "The answers have changed on another screen since; look at them again, then hand them in.",
    )
}

fn neither() -> Finding {
    Finding::stop(
        "consent-agrees",
        "consent.agrees",
        "接種に同意するか、しないかを選んでください。",
        "Choose whether you agree to the vaccination or not.",
    )
}

fn number_in_answer(at: String) -> Finding {
    Finding::stop(
        "my-number-in-text",
        at,
        "個人番号（マイナンバー）とみられる12桁の数字があります。書かないでください。",
        "Twelve digits here look like a 個人番号; do not write it.",
    )
}

/// An answer to the physician's question, or to one of no or another step. What was sent is not
/// repeated: it may be anything.
fn not_asked(form: &Form, id: &str) -> Finding {
    match form.item(id) {
        Some(item) if item.by == By::Physician => Finding::stop(
            "form-not-yours",
            item.id.clone(),
            "医師が書く欄です。この答えは保存していません。",
            "That is for the physician to write; the answer was not saved.",
        ),
        _ => Finding::stop(
            "form-unknown-item",
            "",
            "このページにない質問への答えは保存していません。",
            "An answer to a question that is not on this page was not saved.",
        ),
    }
}
