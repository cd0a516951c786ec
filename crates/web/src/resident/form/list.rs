//! The forms that may be filled in now.

use domain::form::{Consenter, State};
use hub::immunization::form::{Entry, FormList};
use jiff::civil::Date;
use maud::{Markup, html};

use super::{Trail, say};
use crate::look::part::{self, Tone};
use crate::look::picture;

/// The list; `day` writes a day for people.
pub(super) fn list(trail: &Trail, list: &FormList, day: &dyn Fn(Date) -> String) -> Markup {
    let language = trail.language;
    html! {
        div.greeting {
            p.kicker { a href=(trail.home()) { (say::BACK_HOME.of(language)) } }
            h1 { (say::LIST.of(language)) }
            @if !list.name.is_empty() { p { (say::FOR.of(language)) ": " (list.name) } }
        }
        @if !list.followed { p.lead { (say::NOT_FOLLOWED.of(language)) } }
        @else if list.entries.is_empty() {
            div.empty {
                (picture::ripples())
                p.empty-title { (say::NOTHING.of(language)) }
            }
        }
        @else { ul.doses { @for one in &list.entries { (entry(trail, one, day)) } } }
        @if list.others_sign { p.quiet-note { (say::OTHERS_SIGN.of(language)) } }
    }
}

fn entry(trail: &Trail, entry: &Entry, day: &dyn Fn(Date) -> String) -> Markup {
    let language = trail.language;
    let mine =
        Trail { form: entry.form.clone(), series: entry.series.code.clone(), ..trail.clone() };
    let until = entry.until.map(|last| match language {
        domain::form::Language::English => format!("until {last}"),
        _ => format!("{} まで", day(last)),
    });
    html! {
        li.card {
            h2 {
                (say::series(&entry.series, language)) " " (say::dose(entry.dose, language)) " "
                (state(entry.state, language))
            }
            p { (entry.title.of(language)) }
            @if let Some(until) = until { p.hint { (until) } }
            p.actions {
                (opening(&mine, entry))
                a.button href=(mine.with("print", "blank=yes")) { (say::PAPER.of(language)) }
            }
        }
    }
}

pub(super) fn state(state: Option<State>, language: domain::form::Language) -> Markup {
    let tone = match state {
        Some(State::Submitted) => Tone::Good,
        Some(State::Received) => Tone::Info,
        Some(State::Draft) => Tone::Warn,
        None | Some(State::Withdrawn) => Tone::Plain,
    };
    part::badge(tone, say::state(state).of(language))
}

/// The button that leads into a form.
fn opening(trail: &Trail, entry: &Entry) -> Markup {
    let (label, step) = match entry.state {
        None | Some(State::Withdrawn) => (say::WRITE, entry.first.as_str()),
        Some(State::Draft) => (say::GO_ON, "check"),
        Some(State::Submitted) => (say::LOOK, "check"),
        Some(State::Received) => (say::SHOW, "check"),
    };
    html! { a.button.primary href=(trail.to(step)) { (label.of(trail.language)) } }
}

/// The buttons beside a series that is due, on the page of the person.
pub(in crate::resident) fn buttons(child: Option<&str>, series: &str, forms: &[Entry]) -> Markup {
    let language = domain::form::Language::Japanese;
    let mine = forms.iter().filter(|entry| entry.series.code == series);
    html! {
        @for entry in mine {
            @let trail = Trail {
                child: child.map(str::to_owned),
                language,
                form: entry.form.clone(),
                series: series.to_owned(),
            };
            p.actions {
                (opening(&trail, entry)) " " (state(entry.state, language))
                @if forms.iter().filter(|other| other.series.code == series).count() > 1 {
                    span.hint { (entry.title.of(language)) }
                }
            }
        }
    }
}

/// The way to the list, from the page of the person.
pub(in crate::resident) fn all(child: Option<&str>) -> Markup {
    let for_child = child.map(|handle| format!("?for={handle}")).unwrap_or_default();
    html! { p { a href={ "/resident/forms" (for_child) } { "予診票の一覧" } } }
}

/// Who consents, as the form calls them.
pub(super) fn who(
    by: Consenter,
    form: &domain::form::Form,
    language: domain::form::Language,
) -> &str {
    form.declaration.who(by).of(language)
}
