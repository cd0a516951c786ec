//! The start page, and the doors in and out.

pub(crate) mod ticket;
pub mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::Refusal;

use crate::answer::{page as answer, refused_page, see};
use crate::asked::Sent;
use crate::caller::{Visitor, stale_form, with_cookie};
use crate::look::part::Stat;
use crate::{App, DemoUserKind, resident, words};

pub(crate) async fn page(State(app): State<App>, visitor: Visitor) -> Response {
    match model(&app).await {
        Ok(model) => answer(StatusCode::OK, view::start(&visitor.frame, &model)),
        Err(refusal) => refused_page(&refusal),
    }
}

async fn model(app: &App) -> Result<view::Start, Refusal> {
    let counts = hub::counts(&app.hub).await?;
    let (size, checkpoint) = hub::log_state(&app.hub).await?;
    let stat = |label: &str, count: i64| Stat::new(label, &words::grouped(count));
    Ok(view::Start {
        groups: app.demo.as_ref().map(|demo| demo.users()).unwrap_or_default(),
        counts: vec![
            stat("自治体", counts.municipalities),
            stat("医療機関等", counts.institutions),
            stat("住民", counts.residents),
            stat("監査ログの記録", size.cast_signed()),
        ],
        checkpoint: checkpoint.map(|note| view::Checkpoint {
            size: words::grouped(note.size.cast_signed()),
            root: note.note.lines().nth(2).unwrap_or_default().to_owned(),
            at: note.at.for_people(),
        }),
    })
}

#[derive(serde::Deserialize)]
pub(crate) struct Enter {
    user: String,
    #[serde(default)]
    csrf: String,
}

/// One click in the demo: staff get a session; residents show their virtual card like anybody.
pub(crate) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent<Enter>,
) -> Response {
    if !visitor.owns(&form.csrf) {
        return stale_form();
    }
    let Some(user) = app.demo.as_ref().and_then(|demo| demo.user(&form.user)) else {
        return refused_page(&Refusal::not_found());
    };
    match user {
        DemoUserKind::Resident(card, pin) => {
            resident::sign_in(&app, &visitor.frame, &card, &pin).await
        }
        DemoUserKind::Staff(staff, terminal) => {
            match hub::staff_session(&app.hub, &staff, &terminal).await {
                Ok(cookie) => with_cookie(&app, see(home_of(&form.user)), Some(&cookie)),
                Err(refusal) => refused_page(&refusal),
            }
        }
    }
}

fn home_of(user: &str) -> &'static str {
    match user.split(':').next() {
        Some("desk") => "/clinic",
        Some("officer") => "/municipality",
        _ => "/operator",
    }
}

#[derive(serde::Deserialize)]
pub(crate) struct Leave {
    #[serde(default)]
    csrf: String,
}

/// Leaving ends the session and clears the cookie, whoever sits there next.
pub(crate) async fn leave(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent<Leave>,
) -> Response {
    if visitor.signed_in.is_some() && !visitor.owns(&form.csrf) {
        return stale_form();
    }
    if let Some(me) = &visitor.signed_in
        && let Err(refusal) = hub::end_session(&app.hub, &me.session).await
    {
        return refused_page(&refusal);
    }
    with_cookie(&app, see("/"), None)
}
