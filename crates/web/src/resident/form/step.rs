//! One step of questions on a page.

use domain::finding::Finding;
use domain::form::{Answer, By, Item, Kind, State, Value};
use hub::immunization::form::FormView;
use maud::{Markup, html};

use super::{QUESTION, Trail, list, say, steps};
use crate::look::form;
use crate::look::part::{self, Tone};

/// A text longer than this gets more than one line.
const LINE_CHARACTERS: u16 = 100;

/// What was sent and could not be kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown<'s> {
    pub findings: &'s [Finding],
    pub written: &'s [(String, String)],
}

/// The page of the step at `at` among those of the family.
pub(super) fn step(
    trail: &Trail,
    view: &FormView,
    (at, csrf): (usize, &str),
    shown: &Shown<'_>,
) -> Markup {
    let language = trail.language;
    let steps = steps(&view.form);
    let step = steps[at];
    let visible = view.form.visible(&view.sheet.answers);
    let asked: Vec<&Item> = step.items.iter().filter(|item| item.by == By::Family).collect();
    let prefilled = view.edition.is_empty() && asked.iter().any(|item| item.prefill.is_some());
    html! {
        (head(trail, view))
        (progress(trail, at + 1, steps.len() + 2))
        h1 { (step.title.of(language)) }
        @if view.sheet.state() == State::Submitted {
            (part::alert(Tone::Info, say::RESUBMIT.of(language), &html! {}))
        }
        (wrong(trail, view, shown))
        @if prefilled { p.hint { (say::KNOWN.of(language)) } }
        form.questions method="post" action=(trail.to(&step.id)) novalidate {
            (form::csrf(csrf))
            @for item in asked {
                @let hidden = !visible.iter().any(|it| it.id == item.id);
                (question(trail, view, (item, hidden), shown))
            }
            div.turns {
                button type="submit" name="go" value="back" { (say::BACK.of(language)) }
                button.primary type="submit" name="go" value="next" { (say::NEXT.of(language)) }
            }
            button.quiet type="submit" name="go" value="later" { (say::LATER.of(language)) }
        }
    }
}

/// Whose form it is, and the way back.
pub(super) fn head(trail: &Trail, view: &FormView) -> Markup {
    let language = trail.language;
    let dose = say::dose(view.dose, language);
    html! {
        div.greeting {
            p.kicker { a href=(trail.list()) { (say::BACK_LIST.of(language)) } }
            p { (view.form.title.of(language)) " — " (say::series(&view.series, language)) " " (dose) }
            p { (say::FOR.of(language)) ": " b { (view.name) } " "
                (list::state((!view.edition.is_empty()).then(|| view.sheet.state()), language)) }
        }
    }
}

/// 「手順 2/8」
pub(super) fn progress(trail: &Trail, at: usize, of: usize) -> Markup {
    html! {
        p.progress {
            span { (say::STEP.of(trail.language)) " " (at) "/" (of) }
            progress value=(at) max=(of) aria-hidden="true" {}
        }
    }
}

/// What was wrong, with links to the questions.
fn wrong(trail: &Trail, view: &FormView, shown: &Shown<'_>) -> Markup {
    let language = trail.language;
    let body = html! {
        ul {
            @for finding in shown.findings {
                li {
                    @match view.form.item(&finding.at) {
                        Some(item) if item.by == By::Family => {
                            a href={ "#" (place(item)) } { (item.text.of(language)) }
                        }
                        _ => (say::fault(finding, &view.form, language)),
                    }
                }
            }
        }
    };
    html! {
        @if !shown.findings.is_empty() {
            (part::alert(Tone::Warn, say::SOME_WRONG.of(language), &body))
        }
    }
}

fn place(item: &Item) -> String {
    format!("{QUESTION}{}", item.id)
}

/// A question with its field; one that is not asked yet waits hidden for its answer.
fn question(
    trail: &Trail,
    view: &FormView,
    (item, hidden): (&Item, bool),
    shown: &Shown<'_>,
) -> Markup {
    let error = shown.findings.iter().find(|finding| finding.at == item.id);
    let error = error.map(|finding| say::fault(finding, &view.form, trail.language));
    let written = shown.written.iter().rfind(|(id, _)| *id == item.id).filter(|_| error.is_some());
    let kept = view.sheet.answers.get(&item.id).map(Answer::text);
    let asked = Field {
        trail,
        item,
        value: written.map(|(_, text)| text.clone()).or(kept).unwrap_or_default(),
        error,
        withheld: view.withheld.contains(&item.id),
    };
    let when = item.when.as_ref();
    let same_step = when.filter(|when| {
        let step = |id: &str| {
            view.form.steps.iter().position(|step| step.items.iter().any(|item| item.id == id))
        };
        step(&when.item) == step(&item.id)
    });
    // A question that hangs on another page waits there.
    html! {
        @if !hidden || same_step.is_some() {
            div.question hidden[hidden] data-when=[same_step.map(|when| place_of(&when.item))]
                data-is=[same_step.map(|when| any_of(&when.any_of))] { (asked.markup()) }
        }
    }
}

fn place_of(id: &str) -> String {
    format!("{QUESTION}{id}")
}

/// The answers on which a question is asked, for the script.
fn any_of(values: &[Value]) -> String {
    let word = |value: &Value| match value {
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Code(code) => code.clone(),
    };
    values.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// One question as it is shown.
struct Field<'f> {
    trail: &'f Trail,
    item: &'f Item,
    value: String,
    error: Option<String>,
    withheld: bool,
}

impl Field<'_> {
    fn markup(&self) -> Markup {
        let language = self.trail.language;
        match &self.item.kind {
            Kind::YesNo => {
                let yes_no = [("yes", say::YES), ("no", say::NO)];
                let both = yes_no.map(|(code, text)| (code, text.of(language)));
                self.choices("choices two", &both)
            }
            Kind::Choice(choices) => {
                let all: Vec<(&str, &str)> =
                    choices.iter().map(|it| (it.code.as_str(), it.text.of(language))).collect();
                self.choices("choices", &all)
            }
            Kind::Info => html! { p { (self.item.text.of(language)) } },
            _ => self.line(),
        }
    }

    fn text(&self) -> Markup {
        let language = self.trail.language;
        html! {
            (self.item.text.of(language))
            @if !self.item.required { span.optional { (say::OPTIONAL.of(language)) } }
        }
    }

    /// The texts beside the field: names of those that there are.
    fn described(&self) -> Option<String> {
        let id = place(self.item);
        let hint = self.withheld.then(|| format!("{id}-hint"));
        let error = self.error.as_ref().map(|_| format!("{id}-error"));
        let all: Vec<String> = hint.into_iter().chain(error).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn beside(&self) -> Markup {
        let id = place(self.item);
        html! {
            @if self.withheld {
                p.hint id={ (id) "-hint" } { (say::WITHHELD.of(self.trail.language)) }
            }
            @if let Some(error) = &self.error { p.field-error id={ (id) "-error" } { (error) } }
        }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.as_ref().map(|_| "true")
    }

    fn choices(&self, class: &str, choices: &[(&str, &str)]) -> Markup {
        let id = place(self.item);
        html! {
            fieldset id=(id) aria-describedby=[self.described()] tabindex="-1" {
                legend { (self.text()) }
                div class=(class) {
                    @for (code, text) in choices {
                        label.choice {
                            input type="radio" name=(id) value=(code) checked[self.value == *code]
                                aria-invalid=[self.invalid()];
                            span.choice-text { (text) }
                        }
                    }
                }
                (self.beside())
            }
        }
    }

    fn line(&self) -> Markup {
        let id = place(self.item);
        let (kind, keyboard) = match self.item.kind {
            Kind::Date { .. } => ("date", None),
            Kind::Decimal { .. } => ("text", Some("decimal")),
            Kind::Number { .. } => ("text", Some("numeric")),
            _ => ("text", None),
        };
        let (described, invalid) = (self.described(), self.invalid());
        let required = self.item.required.then_some("true");
        html! {
            label for=(id) { (self.text()) }
            @match self.item.kind {
                Kind::Text { max_length } if max_length > LINE_CHARACTERS => {
                    textarea id=(id) name=(id) rows="3" aria-describedby=[described]
                        aria-invalid=[invalid] aria-required=[required] { "\n" (self.value) }
                }
                _ => input type=(kind) id=(id) name=(id) value=(self.value) inputmode=[keyboard]
                    autocomplete="off" aria-describedby=[described] aria-invalid=[invalid]
                    aria-required=[required];,
            }
            (self.beside())
        }
    }
}
