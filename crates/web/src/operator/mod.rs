//! The operator's page: counts, no records.

pub mod recalls;
pub mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::Refusal;

use crate::answer::{page as answer, refused_page};
use crate::caller::{OperatorSession, frame};
use crate::look::part::Stat;
use crate::{App, words};

pub(crate) async fn page(OperatorSession(me): OperatorSession, State(app): State<App>) -> Response {
    match model(&app).await {
        Ok(model) => answer(StatusCode::OK, view::status(&frame(&app, &me, ""), &model)),
        Err(refusal) => refused_page(&refusal),
    }
}

async fn model(app: &App) -> Result<view::Status, Refusal> {
    let counts = hub::counts(&app.hub).await?;
    let (size, checkpoint) = hub::log_state(&app.hub).await?;
    let stat = |label: &str, count: i64| Stat::new(label, &words::grouped(count));
    let mut alarms = hub::card_alarms(&app.hub);
    alarms.extend(hub::task_alarms(&app.hub));
    if counts.held > 0 {
        alarms.push(format!("本人確認待ちが{}件あります。", counts.held));
    }
    let (at, root) = checkpoint.map_or_else(Default::default, |note| {
        (note.at.for_people(), note.note.lines().nth(2).unwrap_or_default().to_owned())
    });
    Ok(view::Status {
        healthy: alarms.is_empty(),
        alarms,
        counts: vec![
            stat("住民", counts.residents),
            stat("自治体", counts.municipalities),
            stat("医療機関等", counts.institutions),
            stat("処理中の登録", counts.open_tasks),
            stat("本人確認待ち", counts.held),
        ],
        audit_size: words::grouped(size.cast_signed()),
        checkpoint_at: at,
        checkpoint_root: root,
        store_size: app.demo.as_ref().map(|_| String::new()).unwrap_or_default(),
        since: app.since.for_people(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
