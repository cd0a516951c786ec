//! お知らせ: notices of municipalities on a resident's page, and the form that says they were read.
//!
//! | form | field | value |
//! |---|---|---|
//! | `POST /resident/notices` | `csrf` | the token of forms |
//! | | `notice` | [`Letter::id`] |
//! | | `child` | the handle of a child's page; empty on one's own |

use axum::extract::State;
use axum::response::Response;
use domain::immunization::DoseName;
use hub::immunization::inbox::{Letter, LetterState, open_letter};
use maud::{Markup, html};

use crate::App;
use crate::answer::{refused_page, see};
use crate::asked::Sent;
use crate::caller::{ResidentSession, same, stale_form};
use crate::look::form;
use crate::look::part::{self, Tone};

/// Letters that a page shows before the rest is folded away.
const SHOWN: usize = 5;

#[derive(serde::Deserialize)]
pub(crate) struct Read {
    #[serde(default)]
    csrf: String,
    notice: String,
    #[serde(default)]
    child: String,
}

pub(crate) async fn open(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
    Sent(form): Sent<Read>,
) -> Response {
    if !same(&me.csrf, &form.csrf) {
        return stale_form();
    }
    let child = Some(form.child.as_str()).filter(|handle| !handle.is_empty());
    match open_letter(&app.hub, &me.caller, child, &form.notice).await {
        Ok(()) => see(&match child {
            Some(handle) => format!("/resident/child/{handle}#notices"),
            None => "/resident#notices".to_owned(),
        }),
        Err(refusal) => refused_page(&refusal),
    }
}

/// How many were not read and still matter.
#[must_use]
pub fn unread(letters: &[Letter]) -> usize {
    letters.iter().filter(|letter| is_unread(letter)).count()
}

fn is_unread(letter: &Letter) -> bool {
    letter.opened.is_none() && letter.state == LetterState::Open
}

/// The section's content; none without letters.
#[must_use]
pub fn inbox(letters: &[Letter], csrf: &str, child: &str) -> Option<Markup> {
    if letters.is_empty() {
        return None;
    }
    let (open, other): (Vec<&Letter>, Vec<&Letter>) =
        letters.iter().partition(|letter| letter.state == LetterState::Open);
    let (first, more) = open.split_at(open.len().min(SHOWN));
    let list = |letters: &[&Letter]| {
        html! {
            ul.letters { @for one in letters { (letter(one, csrf, child)) } }
        }
    };
    Some(html! {
        div.card {
            @if open.is_empty() { p { "新しいお知らせはありません。" } }
            @else { (list(first)) }
            @if !more.is_empty() {
                details.moment-before {
                    summary { "ほかのお知らせ（" (more.len()) "）" }
                    (list(more))
                }
            }
            @if !other.is_empty() {
                details.moment-before {
                    summary { "すんだお知らせ（" (other.len()) "）" }
                    (list(&other))
                }
            }
        }
    })
}

fn letter(one: &Letter, csrf: &str, child: &str) -> Markup {
    let badge = match (one.state, one.opened) {
        (LetterState::Open, None) => part::badge(Tone::Info, "未読"),
        (LetterState::Open, Some(_)) => part::badge(Tone::Plain, "読みました"),
        (LetterState::Done, _) => part::badge(Tone::Good, "済み"),
        (LetterState::Over, _) => part::badge(Tone::Plain, "期間が終わりました"),
        (LetterState::Superseded, _) => part::badge(Tone::Plain, "新しいお知らせがあります"),
    };
    let class = if is_unread(one) { "letter unread" } else { "letter" };
    html! {
        li class=(class) {
            p.dose-name { b { (one.series) } " " (dose(one.dose)) " " (badge) }
            p { (one.text) }
            p.hint { (one.from) " ・ " time { (one.at.for_people()) } }
            @if is_unread(one) {
                form method="post" action="/resident/notices" {
                    (form::csrf(csrf))
                    input type="hidden" name="notice" value=(one.id);
                    input type="hidden" name="child" value=(child);
                    button.quiet type="submit" { "読みました" }
                }
            }
        }
    }
}

fn dose(dose: Option<DoseName>) -> String {
    match dose {
        Some(DoseName::Primary(number)) => format!("{number}回目"),
        Some(DoseName::Booster) => "追加".to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::instant::Instant;

    use super::*;

    fn letter(state: LetterState, opened: bool) -> Letter {
        Letter {
            id: "n1".into(),
            at: Instant(1_795_489_200_000),
            from: "<市>".into(),
            series: "BCG".into(),
            dose: Some(DoseName::Primary(1)),
            text: "受ける時期です。".into(),
            opened: opened.then_some(Instant(1_795_489_200_000)),
            state,
        }
    }

    #[test]
    fn each_state_says_so_and_only_what_matters_can_be_marked() {
        for (state, opened, want, form) in [
            (LetterState::Open, false, "未読", true),
            (LetterState::Open, true, "読みました", false),
            (LetterState::Done, false, "済み", false),
            (LetterState::Over, false, "期間が終わりました", false),
            (LetterState::Superseded, false, "新しいお知らせがあります", false),
        ] {
            let letters = [letter(state, opened)];
            let page = inbox(&letters, "tok", "").unwrap().into_string();
            assert!(page.contains(want), "{state:?}");
            assert_eq!(page.contains("<form"), form, "{state:?}");
            assert_eq!(unread(&letters), usize::from(form), "{state:?}");
            assert!(page.contains("&lt;市&gt;"), "texts are escaped");
        }
        assert!(inbox(&[], "tok", "").is_none());
    }
}
