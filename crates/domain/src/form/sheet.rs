//! One person's form on its way: draft, submitted, received and thereby frozen, withdrawn.

use jiff::civil::Date;

use super::{Answer, Answers, By, Consent, Form};
use crate::finding::Finding;
use crate::instant::Instant;

/// A form that somebody fills in. What happened is kept; [`Sheet::state`] is computed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// [`Form::id`].
    pub form: String,
    /// [`Form::version`].
    pub version: Date,
    /// The answers so far.
    pub answers: Answers,
    /// What the guardian or the person said below these answers.
    pub consent: Option<Consent>,
    /// When it was last changed.
    pub saved: Instant,
    /// When it was handed in.
    pub submitted: Option<Instant>,
    /// When a clinic received it: from then on the family's answers are frozen.
    pub received: Option<Reception>,
    /// When it was withdrawn.
    pub withdrawn: Option<Withdrawal>,
    /// It was changed after it had been handed in once.
    pub amended: bool,
}

/// Who received a form, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// When.
    pub at: Instant,
    /// 医療機関コード
    pub institution: String,
}

/// Why a form no longer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// When.
    pub at: Instant,
    /// Why, in words.
    pub reason: String,
}

/// Where a form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being filled in.
    Draft,
    /// Handed in; the family may still change it, which makes it a draft again.
    Submitted,
    /// Received by a clinic: frozen for the family, open for the physician's entries.
    Received,
    /// It no longer counts. Final.
    Withdrawn,
}

impl Sheet {
    /// A new draft.
    #[must_use]
    pub fn begin(form: &Form, prefilled: Answers, at: Instant) -> Self {
        Self {
            form: form.id.clone(),
            version: form.version,
            answers: prefilled,
            consent: None,
            saved: at,
            submitted: None,
            received: None,
            withdrawn: None,
            amended: false,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match (&self.withdrawn, &self.received, self.submitted) {
            (Some(_), _, _) => State::Withdrawn,
            (None, Some(_), _) => State::Received,
            (None, None, Some(_)) => State::Submitted,
            (None, None, None) => State::Draft,
        }
    }

    /// Whether the explanation was read and the dose agreed to.
    #[must_use]
    pub fn consented(&self) -> bool {
        self.consent.as_ref().is_some_and(|consent| consent.explained && consent.agrees)
    }

    /// Keeps answers as one goes; none takes an answer away. What is missing is no fault yet. A
    /// change after handing in makes it a draft again and takes the consent away: it was given to
    /// the answers as they were.
    ///
    /// # Errors
    /// `form-frozen`, `form-withdrawn`, `form-not-received` (the physician's entries come after
    /// reception), `form-other`, `form-not-yours` for an answer to the other side's question, and
    /// those of [`Form::faults`].
    pub fn fill(
        &self,
        form: &Form,
        by: By,
        changes: &[(String, Option<Answer>)],
        at: Instant,
    ) -> Result<Self, Vec<Finding>> {
        self.is_of(form)?;
        self.may_fill(by)?;
        let mut answers = self.answers.clone();
        for (item, answer) in changes {
            match answer {
                Some(answer) => answers.set(item, answer.clone()),
                None => drop(answers.0.remove(item)),
            }
        }
        let mut findings = form.faults(&answers, at.day_in_japan());
        let other = |id: &String| form.item(id).is_some_and(|item| item.by != by);
        findings.extend(changes.iter().filter(|(id, _)| other(id)).map(|(id, _)| not_yours(id)));
        if !findings.is_empty() {
            return Err(findings);
        }
        if answers == self.answers {
            return Ok(self.clone());
        }
        Ok(match by {
            By::Physician => Self { answers, saved: at, ..self.clone() },
            By::Family => Self {
                answers,
                saved: at,
                consent: None,
                submitted: None,
                amended: self.amended || self.submitted.is_some(),
                ..self.clone()
            },
        })
    }

    /// Hands it in with what the guardian or the person says; `birth` is the vaccinated person's.
    /// Answers to questions that are not asked are dropped. Not to agree may be handed in too.
    ///
    /// # Errors
    /// `form-frozen`, `form-withdrawn`, `form-other`, and all of [`Form::validate`] and
    /// [`Form::consent_faults`].
    pub fn submit(&self, form: &Form, consent: Consent, birth: Date) -> Result<Self, Vec<Finding>> {
        self.is_of(form)?;
        self.may_fill(By::Family)?;
        let answers = form.kept(&self.answers);
        let mut findings = form.validate(&answers, By::Family, consent.at.day_in_japan());
        findings.extend(form.consent_faults(&consent, birth));
        if !findings.is_empty() {
            return Err(findings);
        }
        let at = consent.at;
        let consent = Some(consent);
        Ok(Self { answers, consent, submitted: Some(at), saved: at, ..self.clone() })
    }

    /// A clinic receives it: the family's answers are frozen.
    ///
    /// # Errors
    /// `form-not-submitted`, `form-frozen` if another reception came first, `form-withdrawn`.
    pub fn receive(&self, institution: &str, at: Instant) -> Result<Self, Finding> {
        match self.state() {
            State::Draft => Err(not_submitted()),
            State::Submitted => {
                let received = Some(Reception { at, institution: institution.to_owned() });
                Ok(Self { received, saved: at, ..self.clone() })
            }
            State::Received => Err(frozen()),
            State::Withdrawn => Err(withdrawn()),
        }
    }

    /// It no longer counts, for a reason such as the wrong child.
    ///
    /// # Errors
    /// `form-withdrawn` if it was already, `form-reason` without a reason.
    pub fn withdraw(&self, reason: &str, at: Instant) -> Result<Self, Finding> {
        if self.state() == State::Withdrawn {
            return Err(withdrawn());
        }
        if reason.trim().is_empty() {
            return Err(no_reason());
        }
        let withdrawal = Withdrawal { at, reason: reason.to_owned() };
        Ok(Self { withdrawn: Some(withdrawal), saved: at, ..self.clone() })
    }

    fn is_of(&self, form: &Form) -> Result<(), Vec<Finding>> {
        let same = self.form == form.id && self.version == form.version;
        if same { Ok(()) } else { Err(vec![other_form(self, form)]) }
    }

    fn may_fill(&self, by: By) -> Result<(), Vec<Finding>> {
        match (self.state(), by) {
            (State::Draft | State::Submitted, By::Family) | (State::Received, By::Physician) => {
                Ok(())
            }
            (State::Received, By::Family) => Err(vec![frozen()]),
            (State::Draft | State::Submitted, By::Physician) => Err(vec![not_received()]),
            (State::Withdrawn, _) => Err(vec![withdrawn()]),
        }
    }
}

fn frozen() -> Finding {
    Finding::stop(
        "form-frozen",
        "",
        "この予診票は受付済みのため変えられません。変わったことは医療機関の窓口で伝えてください。",
        "The form was received and can no longer be changed; tell the clinic what has changed.",
    )
}

fn withdrawn() -> Finding {
    Finding::stop(
        "form-withdrawn",
        "",
        "この予診票は取り下げられています。新しい予診票に記入してください。",
        "The form was withdrawn; fill in a new one.",
    )
}

fn not_submitted() -> Finding {
    Finding::stop(
        "form-not-submitted",
        "",
        "予診票がまだ提出されていません。保護者又は本人が最後まで記入して提出してください。",
        "The form was not handed in yet; the guardian or the person finishes and hands it in.",
    )
}

fn not_received() -> Finding {
    Finding::stop(
        "form-not-received",
        "",
        "医師の記入欄は受付の後に書きます。先に予診票を受け付けてください。",
        "The physician writes after reception; receive the form first.",
    )
}

fn no_reason() -> Finding {
    Finding::stop(
        "form-reason",
        "reason",
        "取り下げる理由を書いてください。",
        "Write why the form is withdrawn.",
    )
}

fn not_yours(item: &str) -> Finding {
    Finding::stop(
        "form-not-yours",
        item.to_owned(),
        format!("質問 {item} は、記入する人が違います（家族の欄と医師の欄）。"),
        format!("Question {item} is for the other side to answer, family or physician."),
    )
}

fn other_form(sheet: &Sheet, form: &Form) -> Finding {
    let (id, version) = (&sheet.form, sheet.version);
    Finding::stop(
        "form-other",
        "form",
        format!("この回答は予診票 {id}（{version}版）のものです。{}ではありません。", form.id),
        format!("These answers are of form {id}, version {version}, not of {}.", form.id),
    )
}
