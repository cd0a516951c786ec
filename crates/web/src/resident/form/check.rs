//! The answers to check, the consent, and what comes then.

use domain::finding::Finding;
use domain::form::{By, Item, Kind, Language, State, Step};
use hub::immunization::form::{FormView, Signature};
use maud::{Markup, html};

use super::step::{head, progress};
use super::{Trail, list, say, steps};
use crate::look::form::{self, Field};
use crate::look::part::{self, Tone};

/// Every answer, to be checked; after reception, to be read.
pub(super) fn answers(trail: &Trail, view: &FormView) -> Markup {
    let language = trail.language;
    let family = steps(&view.form);
    let state = view.sheet.state();
    html! {
        (head(trail, view))
        @if state == State::Received {
            h1 { (say::FROZEN.of(language)) }
            p.lead { (say::FROZEN_NOTE.of(language)) }
        }
        @else {
            (progress(trail, family.len() + 1, family.len() + 2))
            h1 { (say::CHECK.of(language)) }
        }
        @for step in &family { (step_answers(trail, view, step)) }
        @if state != State::Received { (onward(trail, view)) }
        p { a.button href=(trail.to("print")) { (say::PRINT.of(language)) } }
    }
}

fn onward(trail: &Trail, view: &FormView) -> Markup {
    let language = trail.language;
    let first = view.open.iter().find_map(|finding| {
        steps(&view.form).into_iter().find(|it| it.items.iter().any(|item| item.id == finding.at))
    });
    html! {
        @if view.sheet.state() == State::Submitted {
            p { a.button.primary href=(trail.to("done")) { (say::DONE.of(language)) } }
        }
        @else if let Some(step) = first {
            (part::alert(Tone::Warn, say::SOME_WRONG.of(language), &html! {
                p { a href=(trail.to(&step.id)) { (step.title.of(language)) } }
            }))
        }
        @else {
            @let to = trail.with("consent", &format!("edition={}", view.edition));
            p { a.button.primary href=(to) { (say::TO_CONSENT.of(language)) } }
        }
        @if !view.edition.is_empty() {
            p { a href=(trail.to("withdraw")) { (say::WITHDRAW.of(language)) } }
        }
    }
}

fn step_answers(trail: &Trail, view: &FormView, step: &Step) -> Markup {
    let language = trail.language;
    let visible = view.form.visible(&view.sheet.answers);
    let asked = step.items.iter().filter(|item| {
        item.by == By::Family
            && item.kind != Kind::Info
            && visible.iter().any(|it| it.id == item.id)
    });
    html! {
        section.card aria-labelledby={ "step-" (step.id) } {
            div.step-head {
                h2 id={ "step-" (step.id) } { (step.title.of(language)) }
                @if view.sheet.state() != State::Received {
                    a.button.quiet href=(trail.to(&step.id)) {
                        (say::EDIT.of(language))
                        span.visually-hidden { ": " (step.title.of(language)) }
                    }
                }
            }
            dl.answers { @for item in asked { (answered(trail, view, item)) } }
        }
    }
}

fn answered(trail: &Trail, view: &FormView, item: &Item) -> Markup {
    let language = trail.language;
    let talk = view.talk.contains(&item.id);
    html! {
        div {
            dt { (item.text.of(language)) }
            dd {
                @match view.sheet.answers.get(&item.id) {
                    Some(answer) => b { (item.said(answer, language)) },
                    None if view.withheld.contains(&item.id) => (say::WITHHELD_SHORT.of(language)),
                    None if view.open.iter().any(|finding| finding.at == item.id) => {
                        span.field-error { (say::UNANSWERED.of(language)) }
                    }
                    None => span.hint { (say::BLANK.of(language)) },
                }
                @if talk { p.hint { (say::TALK.of(language)) } }
            }
        }
    }
}

/// What is signed. Nothing is chosen beforehand but the name.
pub(super) fn consent(
    trail: &Trail,
    view: &FormView,
    (findings, of): (&[Finding], Option<&Signature>),
    csrf: &str,
) -> Markup {
    let language = trail.language;
    let total = steps(&view.form).len() + 2;
    let name = of.map_or(view.signer.as_str(), |signature| &signature.name);
    let error = |at: &str| fault(view, findings, at, language);
    let agrees = error("consent.agrees").or_else(|| error("consent.by"));
    let name_error = error("consent.name").unwrap_or_default();
    let name = Field {
        name: "name",
        label: say::NAME.of(language),
        value: name,
        error: &name_error,
        required: true,
        max_length: 100,
        ..Field::default()
    };
    html! {
        (head(trail, view))
        (progress(trail, total, total))
        h1 { (say::CONSENT.of(language)) }
        form.card method="post" action=(trail.to("consent")) novalidate {
            (form::csrf(csrf))
            input type="hidden" name="edition" value=(view.edition);
            (explained(trail, view, of, error("consent.explained").as_deref()))
            (choice(trail, view, of, agrees.as_deref()))
            p { (say::SIGNS_AS.of(language)) ": " b { (list::who(view.by, &view.form, language)) } }
            (form::field(&name))
            (form::submit(say::SUBMIT.of(language)))
        }
        p { a href=(trail.to("check")) { (say::BACK.of(language)) } }
    }
}

fn fault(view: &FormView, findings: &[Finding], at: &str, language: Language) -> Option<String> {
    let found = findings.iter().find(|finding| finding.at == at)?;
    Some(say::fault(found, &view.form, language))
}

fn explained(
    trail: &Trail,
    view: &FormView,
    of: Option<&Signature>,
    error: Option<&str>,
) -> Markup {
    let language = trail.language;
    html! {
        fieldset aria-describedby=[error.map(|_| "explained-error")] {
            legend { (say::EXPLAINED.of(language)) }
            label.check for="explained" {
                input type="checkbox" id="explained" name="explained" value="yes"
                    checked[of.is_some_and(|of| of.explained)]
                    aria-invalid=[error.map(|_| "true")];
                span { (view.form.declaration.explained.of(language)) }
            }
            @if let Some(error) = error { p.field-error #explained-error { (error) } }
        }
    }
}

fn choice(trail: &Trail, view: &FormView, of: Option<&Signature>, error: Option<&str>) -> Markup {
    let language = trail.language;
    let said = of.and_then(|of| of.agrees);
    let declaration = &view.form.declaration;
    html! {
        fieldset aria-describedby=[error.map(|_| "agrees-error")] {
            legend { (say::CHOOSE.of(language)) }
            div.choices {
                @for (value, yes, text) in
                    [("yes", true, &declaration.agree), ("no", false, &declaration.disagree)] {
                    label.choice {
                        input type="radio" name="agrees" value=(value) checked[said == Some(yes)]
                            aria-invalid=[error.map(|_| "true")];
                        span.choice-text { (text.of(language)) }
                    }
                }
            }
            @if let Some(error) = error { p.field-error #agrees-error { (error) } }
        }
    }
}

/// It is handed in: what to bring.
pub(super) fn done(trail: &Trail, view: &FormView) -> Markup {
    let language = trail.language;
    let note = if view.sheet.consented() { say::DONE_NOTE } else { say::NOT_AGREED };
    html! {
        (head(trail, view))
        h1 { (say::DONE.of(language)) }
        p.lead { (note.of(language)) }
        @if view.sheet.consented() {
            section.card aria-labelledby="bring" {
                h2 #bring { (say::BRING.of(language)) }
                ul.notes { @for one in say::BRINGS { li { (one.of(language)) } } }
            }
        }
        @if !view.talk.is_empty() { (part::alert(Tone::Info, say::TALK.of(language), &html! {})) }
        p.actions {
            a.button href=(trail.to("check")) { (say::LOOK.of(language)) }
            a.button href=(trail.to("print")) { (say::PRINT.of(language)) }
            a.button href=(trail.list()) { (say::LIST.of(language)) }
        }
        p { a href=(trail.to("withdraw")) { (say::WITHDRAW.of(language)) } }
    }
}

/// Taking it back, with a reason.
pub(super) fn withdraw(
    trail: &Trail,
    view: &FormView,
    (findings, reason): (&[Finding], &str),
    csrf: &str,
) -> Markup {
    let language = trail.language;
    let error = fault(view, findings, "reason", language).unwrap_or_default();
    let field = Field {
        name: "reason",
        label: say::REASON.of(language),
        value: reason,
        error: &error,
        required: true,
        max_length: 200,
        ..Field::default()
    };
    html! {
        (head(trail, view))
        h1 { (say::WITHDRAW.of(language)) }
        p.lead { (say::WITHDRAW_NOTE.of(language)) }
        form.card method="post" action=(trail.to("withdraw")) novalidate {
            (form::csrf(csrf))
            (form::field(&field))
            (form::submit(say::WITHDRAW.of(language)))
        }
        p { a href=(trail.to("check")) { (say::BACK.of(language)) } }
    }
}
