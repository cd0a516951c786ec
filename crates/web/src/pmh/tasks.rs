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
/// Bytes of findings of one answer at most, unless a single record has more.
const PAGE_BYTES: usize = 2 << 20;

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
    let (task, mut rows) = hub::read_task(&app.hub, &caller, &name, paging.from, limit).await?;
    let mut next = cut(&mut rows, PAGE_BYTES);
    if paging.all {
        let last = task.done.min(paging.from.saturating_add(limit));
        let last = next.map_or(last, |next| last.min(next));
        rows = fill(rows, paging.from..last);
        next = (last < task.done).then_some(last);
    } else if next.is_none() && rows.len() == limit as usize {
        next = rows.last().map(|row| row.position + 1).filter(|next| *next < task.done);
    }
    Ok(json(StatusCode::OK, |writer| write(writer, &task, &rows, next)))
}

/// Leaves so many bytes of findings, one record at least; gives where the next page begins if that
/// takes records away.
fn cut(rows: &mut Vec<ResultRow>, bytes: usize) -> Option<u32> {
    let mut sum = 0;
    let over = rows.iter().position(|row| {
        sum += row.findings.len();
        sum > bytes
    })?;
    let next = rows.get(over.max(1)).map(|row| row.position);
    rows.truncate(over.max(1));
    next
}

/// Puts the accepted records without findings between those that have some.
fn fill(rows: Vec<ResultRow>, range: std::ops::Range<u32>) -> Vec<ResultRow> {
    let mut rows = rows.into_iter().peekable();
    range
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

fn write(writer: &mut Writer, task: &Task, rows: &[ResultRow], next: Option<u32>) {
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
    match next {
        Some(next) => writer.member("next").integer(i64::from(next)),
        None => writer.member("next").null(),
    }
}

const fn result(of: RecordResult) -> &'static str {
    match of {
        RecordResult::Accepted => "accepted",
        RecordResult::Refused => "refused",
        RecordResult::Held => "held",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_by_bytes_before_it_ends_by_count() {
        let row = |(position, bytes): (u32, &usize)| ResultRow {
            position,
            result: RecordResult::Refused,
            findings: "x".repeat(*bytes),
        };
        for (sizes, left, next) in [
            (&[][..], 0, None),
            (&[5, 5], 2, None),
            (&[5, 5, 1], 2, Some(2)),
            (&[11], 1, None),
            (&[11, 1], 1, Some(1)),
            (&[1, 10, 1], 1, Some(1)),
        ] {
            let mut rows: Vec<ResultRow> = (0..).zip(sizes).map(row).collect();
            assert_eq!((cut(&mut rows, 10), rows.len()), (next, left), "{sizes:?}");
        }
    }
}
