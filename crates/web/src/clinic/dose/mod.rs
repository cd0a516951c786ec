//! The desk of a dose: reception by card or name, the gate, the record.

mod entry;
pub mod form;
pub mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::person::Birth;
use hub::immunization::reception::{Received, look_again, receive};
use hub::immunization::record::{Gate, Recorded, check_dose, record_dose, record_draft};
use hub::intake::reception::Identified;
use hub::{Kind, Refusal};

use crate::answer::{page as answer, refused_page};
use crate::asked::Sent;
use crate::caller::{DeskSession, SignedIn, frame, same, stale_form};
use crate::clinic::{NoCard, card_answer, hub_said};
use crate::look::refusal::Refusal as Shown;
use crate::{App, words};
use form::{Carried, DoseForm};

/// The beginning of a draft, which no two share, names it in the browser's store: as `pmh.js` cuts it.
const DRAFT_NAME: usize = 32;

pub(crate) async fn page(DeskSession(desk): DeskSession, State(app): State<App>) -> Response {
    waiting(&app, &desk, view::Said::default())
}

fn waiting(app: &App, desk: &SignedIn, said: view::Said) -> Response {
    let model = view::Waiting {
        cards: app.demo.as_ref().map(|demo| demo.cards()).unwrap_or_default(),
        pin_hint: app.demo.as_ref().map(|demo| demo.pin_hint()),
        said,
    };
    answer(StatusCode::OK, view::waiting(&frame(app, desk, ""), &model))
}

#[derive(serde::Deserialize)]
pub(crate) struct Receive {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    card: String,
    #[serde(default)]
    pin: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    birth: String,
}

pub(crate) async fn received(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<Receive>,
) -> Response {
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    let who = match form.card.is_empty() {
        true => match described(&form) {
            Some(who) => who,
            None => return waiting(&app, &desk, view::Said::refused(&unreadable())),
        },
        false => match card_answer(&app, &desk, &form.card, &form.pin) {
            Ok((challenge, answered)) => Identified::Card {
                challenge,
                certificate_der: answered.certificate_der,
                signature: answered.signature,
            },
            Err(NoCard::Page(page)) => return *page,
            Err(NoCard::Said(shown)) => return said_by_card(&app, &desk, shown),
        },
    };
    match receive(&app.hub, &desk.caller, who).await {
        Ok(received) => reception(&app, &desk, &received, &view::Attempt::default()),
        Err(refusal) => not_received(&app, &desk, &refusal),
    }
}

fn said_by_card(app: &App, desk: &SignedIn, shown: Shown) -> Response {
    waiting(app, desk, view::Said { card: Some(shown), ..view::Said::default() })
}

fn not_received(app: &App, desk: &SignedIn, refusal: &Refusal) -> Response {
    match (hub_said(refusal), refusal.kind) {
        (Some(shown), _) => said_by_card(app, desk, shown),
        (None, Kind::Invalid | Kind::Conflict) => waiting(app, desk, view::Said::refused(refusal)),
        _ => refused_page(refusal),
    }
}

/// Name, in kanji or kana, and birth date as typed.
fn described(form: &Receive) -> Option<Identified> {
    let birth = domain::day::iso(form.birth.trim()).ok()?;
    let typed = form.name.trim().to_owned();
    let (name, kana) = (typed.clone(), typed);
    Some(Identified::Described { name, kana, birth: Birth::Day(birth) })
}

fn unreadable() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "birth-unreadable",
        "生年月日を年月日で入れてください（例 2026-09-10）。",
        "Enter the birth date as 2026-09-10.",
    )
}

/// The page of somebody who was received.
fn reception(app: &App, desk: &SignedIn, received: &Received, attempt: &view::Attempt) -> Response {
    let day = |day| words::day(&app.hub, day);
    let model = view::Reception {
        token: &received.token,
        view: &received.view,
        age: words::age_in_months(received.view.birth, received.view.today),
        sex: words::sex(received.view.five.sex),
        attempt,
        day: &day,
    };
    answer(StatusCode::OK, view::reception(&frame(app, desk, ""), &model))
}

#[derive(serde::Deserialize)]
pub(crate) struct Again {
    #[serde(default)]
    csrf: String,
    reception: String,
    #[serde(flatten)]
    carried: Carried,
}

pub(crate) async fn again(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<Again>,
) -> Response {
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    match look_again(&app.hub, &desk.caller, &form.reception).await {
        Ok(received) => {
            let typed = form.carried.form();
            let attempt = view::Attempt { typed, ..view::Attempt::default() };
            reception(&app, &desk, &received, &attempt)
        }
        Err(refusal) => not_received(&app, &desk, &refusal),
    }
}

pub(crate) async fn check(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<DoseForm>,
) -> Response {
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    let token = form.reception.clone();
    let gate = match form.asked(app.hub.now().day_in_japan()) {
        Ok(asked) => check_dose(&app.hub, &desk.caller, &token, asked).await,
        Err(findings) => Err(Refusal::from(findings)),
    };
    let attempt = match gate {
        Ok(Gate::Open { draft, routine, place, what }) => {
            let day = |day| words::day(&app.hub, day);
            let carried = form.carried();
            let model = view::Open { draft, token, carried, routine, place, what, day: &day };
            return answer(StatusCode::OK, view::open(&frame(&app, &desk, ""), &model));
        }
        Ok(Gate::Closed(stops)) => view::Attempt { typed: form, stops, refusal: None },
        Err(refusal) if refusal.kind == Kind::Invalid => {
            view::Attempt { typed: form, stops: Vec::new(), refusal: Some(refusal) }
        }
        Err(refusal) => return refused_page(&refusal),
    };
    match look_again(&app.hub, &desk.caller, &token).await {
        Ok(received) => reception(&app, &desk, &received, &attempt),
        Err(refusal) => not_received(&app, &desk, &refusal),
    }
}

#[derive(serde::Deserialize)]
pub(crate) struct Record {
    #[serde(default)]
    csrf: String,
    draft: String,
    #[serde(default)]
    reception: String,
    #[serde(flatten)]
    carried: Carried,
}

pub(crate) async fn record(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<Record>,
) -> Response {
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    let recorded = record_draft(&app.hub, &desk.caller, &form.draft).await;
    let draft = form.draft.chars().take(DRAFT_NAME).collect();
    let next = view::Next { token: form.reception, carried: form.carried, draft };
    ended(&app, &desk, recorded, &next)
}

pub(crate) async fn put_off(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<DoseForm>,
) -> Response {
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    let token = form.reception.clone();
    let recorded = match form.put_off(app.hub.now().day_in_japan()) {
        Ok(asked) => record_dose(&app.hub, &desk.caller, &token, asked).await,
        Err(findings) => Err(Refusal::from(findings)),
    };
    let next = view::Next { token, carried: form.carried(), draft: String::new() };
    ended(&app, &desk, recorded, &next)
}

/// The page after a dose, or after it was put off.
fn ended(
    app: &App,
    desk: &SignedIn,
    recorded: Result<Recorded, Refusal>,
    next: &view::Next,
) -> Response {
    let frame = frame(app, desk, "");
    match recorded {
        Ok(recorded) => answer(StatusCode::OK, view::done(&frame, &recorded, next)),
        Err(refusal) if matches!(refusal.kind, Kind::Invalid | Kind::Conflict) => {
            answer(StatusCode::OK, view::not_recorded(&frame, &refusal, next))
        }
        Err(refusal) => refused_page(&refusal),
    }
}
