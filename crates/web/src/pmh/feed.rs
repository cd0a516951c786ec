//! `GET /pmh/v1/feed`: what happened, after a cursor; waits for news if there are none.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Caller;
use hub::{Kind, Refusal};
use store::feed::Change;
use tokio::time::timeout;

use crate::App;
use crate::answer::{No, json};
use crate::asked::Asked;
use crate::caller::MunicipalitySystem;

/// Changes of one answer at most.
const PAGE: u32 = 500;
/// Longest wait, in seconds.
const WAIT: u64 = 30;

#[derive(serde::Deserialize)]
pub(crate) struct Cursor {
    after: Option<String>,
    #[serde(default)]
    wait: u64,
}

pub(crate) async fn feed(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
    Asked(cursor): Asked<Cursor>,
) -> Result<Response, No> {
    let after = match cursor.after.as_deref() {
        None | Some("") => 0,
        Some(text) => text.parse().map_err(|_| wrong_cursor())?,
    };
    let mut changes = hub::read_feed(&app.hub, &caller, after, PAGE).await?;
    if changes.is_empty() && cursor.wait > 0 {
        let longest = Duration::from_secs(cursor.wait.min(WAIT));
        if let Ok(news) = timeout(longest, news(&app, &caller, after)).await {
            changes = news?;
        }
    }
    let next = changes.last().map_or(after, |change| change.position);
    Ok(json(StatusCode::OK, |writer| {
        writer.member("items").array(|writer| {
            for change in &changes {
                writer.object(|writer| {
                    writer.text("cursor", &change.position.to_string());
                    writer.text("at", &change.at.rfc3339());
                    writer.text("type", &change.kind);
                    match change.kind.as_str() {
                        "task-finished" => writer.text("taskId", &change.detail),
                        _ => writer.text("detail", &change.detail),
                    }
                });
            }
        });
        writer.text("next", &next.to_string());
    }))
}

/// What came after the cursor, as soon as there is something. News may be somebody else's.
async fn news(app: &App, caller: &Caller, after: i64) -> Result<Vec<Change>, Refusal> {
    loop {
        let news = app.hub.news();
        let changes = hub::read_feed(&app.hub, caller, after, PAGE).await?;
        if !changes.is_empty() {
            return Ok(changes);
        }
        news.await;
    }
}

fn wrong_cursor() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "wrong-cursor",
        "afterには前回のnextをそのまま付けてください。",
        "Send `next` of the answer before as `after`.",
    )
}
