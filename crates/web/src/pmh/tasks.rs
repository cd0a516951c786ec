//! `GET /pmh/v1/tasks/{id}`: state, counts, the result of every record.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use fhir::json::Writer;
use hub::TaskKind;
use store::task::{RecordResult, ResultRow, Task};

use crate::App;
use crate::answer::{No, json};
use crate::asked::{Asked, Named};
use crate::caller::MunicipalitySystem;

/// Results of one answer at most.
pub(super) const PAGE: u32 = 1000;

/// Which results.
#[derive(serde::Deserialize)]
pub(crate) struct Paging {
    /// From this position on, 0 for the first.
    #[serde(default)]
    from: u32,
    /// At most so many.
    limit: Option<u32>,
    /// Also records without findings.
    #[serde(default)]
    all: bool,
}

pub(crate) async fn task(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
    Named(name): Named,
    Asked(paging): Asked<Paging>,
) -> Result<Response, No> {
    let limit = paging.limit.unwrap_or(PAGE).min(PAGE);
    let (task, rows) = hub::read_task(&app.hub, &caller, &name, paging.from, limit).await?;
    let rows = if paging.all { fill(&task, rows, paging.from, limit) } else { rows };
    Ok(json(StatusCode::OK, |writer| write(writer, &task, &rows)))
}

/// Puts the accepted records without findings between those that have some.
fn fill(task: &Task, rows: Vec<ResultRow>, from: u32, limit: u32) -> Vec<ResultRow> {
    let last = task.done.min(from.saturating_add(limit));
    let mut rows = rows.into_iter().peekable();
    (from..last)
        .map(|position| {
            rows.next_if(|row| row.position == position).unwrap_or_else(|| ResultRow {
                position,
                result: RecordResult::Accepted,
                findings: "[]".to_owned(),
            })
        })
        .collect()
}

/// The state of a task on the wire.
pub(crate) fn state(task: &Task) -> &'static str {
    match (task.finished_at, task.done) {
        (None, 0) => "accepted",
        (None, _) => "processing",
        (Some(_), _) if task.refused + task.held > 0 => "completed-with-errors",
        (Some(_), _) => "completed",
    }
}

fn write(writer: &mut Writer, task: &Task, rows: &[ResultRow]) {
    writer.text("taskId", &task.name);
    writer.text("kind", TaskKind::from_code(task.kind).map_or("", TaskKind::name));
    writer.text("state", state(task));
    writer.text("receivedAt", &task.received_at.rfc3339());
    match task.finished_at {
        Some(at) => writer.text("finishedAt", &at.rfc3339()),
        None => writer.member("finishedAt").null(),
    }
    writer.member("counts").object(|writer| {
        for (name, count) in [
            ("total", task.total),
            ("done", task.done),
            ("accepted", task.accepted),
            ("refused", task.refused),
            ("held", task.held),
            ("warned", task.warned),
        ] {
            writer.member(name).integer(i64::from(count));
        }
    });
    writer.member("results").array(|writer| {
        for row in rows {
            writer.object(|writer| {
                writer.member("index").integer(i64::from(row.position));
                writer.text("result", result(row.result));
                writer.member("findings").raw(&row.findings);
            });
        }
    });
}

const fn result(of: RecordResult) -> &'static str {
    match of {
        RecordResult::Accepted => "accepted",
        RecordResult::Refused => "refused",
        RecordResult::Held => "held",
    }
}
