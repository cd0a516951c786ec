//! The way in for staff: a one-time link. Looking at it uses nothing up (mail programs look at
//! links); the button does.
//!
//! | form | fields |
//! |---|---|
//! | `POST /enter` | `csrf`, `ticket` |

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::Refusal;
use hub::credential::SessionKind;
use maud::{Markup, html};

use crate::App;
use crate::answer::{page as answer, refused_page, see};
use crate::asked::{Asked, Sent};
use crate::caller::{Visitor, stale_form, with_cookie};
use crate::look::{Audience, Frame, Layout, form, page as layout, part};

#[derive(serde::Deserialize)]
pub(crate) struct Ticket {
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    csrf: String,
}

pub(crate) async fn page(visitor: Visitor, Asked(asked): Asked<Ticket>) -> Response {
    answer(StatusCode::OK, view(&visitor.frame, &asked.ticket))
}

fn view(frame: &Frame, ticket: &str) -> Markup {
    layout(
        &Layout::new(frame, Audience::Everybody, "職員のサインイン"),
        &html! {
            (part::heading("職員のサインイン", "Sign in as staff"))
            p { "このリンクは一度だけ使えます。ご自身の端末で、ボタンを押してください。" }
            p.english lang="en" { "This link works once. Press the button on your own terminal." }
            form method="post" action="/enter" {
                (form::csrf(&frame.csrf))
                input type="hidden" name="ticket" value=(ticket);
                button.button type="submit" { "サインインする" }
            }
        },
    )
}

pub(crate) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent<Ticket>,
) -> Response {
    if !visitor.owns(&form.csrf) {
        return stale_form();
    }
    match entered(&app, &form.ticket).await {
        Ok((cookie, kind)) => with_cookie(&app, see(home(kind)), Some(&cookie)),
        Err(refusal) => refused_page(&refusal),
    }
}

async fn entered(app: &App, ticket: &str) -> Result<(String, SessionKind), Refusal> {
    let cookie = hub::enter_by_ticket(&app.hub, ticket).await?;
    let kind = hub::open_session(&app.hub, &cookie).await?.kind;
    Ok((cookie, kind))
}

const fn home(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Resident => "/resident",
        SessionKind::InstitutionDesk => "/clinic",
        SessionKind::MunicipalityOfficer => "/municipality",
        SessionKind::Operator => "/operator",
    }
}
