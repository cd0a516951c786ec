//! `POST /pmh/v1/immunization/notices/preview` and `…/send`, `GET /pmh/v1/immunization/coverage`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Caller;
use domain::immunization::DoseName;
use domain::immunization::coverage::{Counts, DOSES, Standing};
use fhir::json::Writer;
use hub::immunization::coverage::{View, series_name, show_coverage};
use hub::immunization::notice::{
    Preview, PreviewRow, Sending, notices_sent, preview_notices, send_notices,
};
use hub::{Kind, Refusal, intake};
use tokio::time::timeout;

use crate::App;
use crate::answer::{No, json};
use crate::asked::JsonBody;
use crate::caller::MunicipalitySystem;

/// Notices that an answer lists one by one.
const LISTED: usize = 1_000;
/// How long an answer waits for the sending to end.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn preview(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let body = super::question(body).await?;
    let filter = {
        let tree = intake::read(&body)
            .map_err(|finding| Refusal { kind: Kind::Malformed, ..finding.into() })?;
        intake::notices::filter(&tree).map_err(Refusal::from)?
    };
    let preview = preview_notices(&app.hub, &caller, &filter, LISTED).await?;
    Ok(json(StatusCode::OK, |writer| write_preview(writer, &preview)))
}

fn write_preview(writer: &mut Writer, preview: &Preview) {
    writer.text("token", &preview.token);
    writer.text("at", &preview.made.rfc3339());
    writer.member("notices").integer(number(preview.total));
    writer.member("people").integer(number(preview.people));
    writer.member("groups").array(|writer| {
        for group in &preview.groups {
            writer.object(|writer| {
                write_what(writer, &group.series, group.dose);
                writer.text("kind", group.occasion.code());
                writer.member("recommended").boolean(group.recommended);
                writer.member("count").integer(number(group.count));
            });
        }
    });
    writer.member("items").array(|writer| {
        for row in &preview.rows {
            writer.object(|writer| write_row(writer, row));
        }
    });
    writer.member("leftOff").integer(number(preview.total - preview.rows.len()));
}

fn write_row(writer: &mut Writer, row: &PreviewRow) {
    writer.text("name", &row.name);
    writer.text("dateOfBirth", &row.birth.to_string());
    write_what(writer, &row.series, row.dose);
    writer.text("kind", row.occasion.code());
    writer.text("until", &row.until.to_string());
    writer.member("isNotDisclosed").boolean(row.withheld);
}

fn write_what(writer: &mut Writer, (code, name): &(String, String), dose: DoseName) {
    writer.text("series", code);
    writer.text("seriesName", name);
    match dose {
        DoseName::Primary(number) => writer.text("dose", &number.to_string()),
        DoseName::Booster => writer.text("dose", "booster"),
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) async fn send(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let body = super::question(body).await?;
    let token = {
        let tree = intake::read(&body)
            .map_err(|finding| Refusal { kind: Kind::Malformed, ..finding.into() })?;
        intake::notices::token(&tree).map_err(Refusal::from)?
    };
    let sending = started(&app, &caller, &token).await?;
    Ok(json(StatusCode::OK, |writer| {
        writer.text("state", if sending.done { "done" } else { "running" });
        for (name, count) in
            [("notices", sending.total), ("sent", sending.sent), ("skipped", sending.skipped)]
        {
            writer.member(name).integer(count);
        }
    }))
}

/// Sends a list, also when nobody waits for it any more; gives how far it is after a while.
pub(crate) async fn started(app: &App, caller: &Caller, token: &str) -> Result<Sending, Refusal> {
    // Whose it is and whether it is still good is answered before anything is begun.
    notices_sent(&app.hub, caller, token).await?;
    let (hub, who, name) = (Arc::clone(&app.hub), caller.clone(), token.to_owned());
    let mut sending = tokio::spawn(async move { send_notices(&hub, &who, &name).await });
    match timeout(PATIENCE, &mut sending).await {
        Ok(Ok(done)) => done,
        _ => notices_sent(&app.hub, caller, token).await,
    }
}

pub(crate) async fn coverage(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
) -> Result<Response, No> {
    let view = show_coverage(&app.hub, &caller).await?;
    Ok(json(StatusCode::OK, |writer| write_coverage(writer, &app, &view)))
}

fn write_coverage(writer: &mut Writer, app: &App, view: &View) {
    let (picture, schedule) = (&view.picture, &app.hub.book().immunization);
    writer.text("at", &picture.at.rfc3339());
    writer.member("residents").integer(i64::from(picture.coverage.people));
    writer.member("birthUnknown").integer(i64::from(picture.unknown));
    writer.member("series").array(|writer| {
        for (id, of) in (0_u8..).zip(&picture.coverage.series) {
            if of.all.people == 0 {
                continue;
            }
            writer.object(|writer| {
                writer.text("series", &schedule.series[usize::from(id)].code);
                writer.text("seriesName", &series_name(schedule, id));
                write_counts(writer, &of.all);
                writer.member("cohorts").array(|writer| {
                    for (year, counts) in &of.cohorts {
                        write_class(writer, "fiscalYearOfBirth", i64::from(*year), counts);
                    }
                });
                writer.member("monthsOfAge").array(|writer| {
                    for (months, counts) in &of.months {
                        write_class(writer, "months", i64::from(*months), counts);
                    }
                });
            });
        }
    });
    writer.text("stopsSince", &view.since.to_string());
    writer.member("stops").array(|writer| {
        for stop in &view.stops {
            writer.object(|writer| {
                writer.text("step", &stop.step);
                writer.text("code", &stop.code);
                writer.member("count").integer(stop.count);
            });
        }
    });
}

fn write_class(writer: &mut Writer, name: &str, class: i64, counts: &Counts) {
    writer.object(|writer| {
        writer.member(name).integer(class);
        write_counts(writer, counts);
    });
}

fn write_counts(writer: &mut Writer, counts: &Counts) {
    writer.member("people").integer(i64::from(counts.people));
    writer.member("doses").array(|writer| {
        for dose in 0..counts.most().min(DOSES) {
            writer.integer(i64::from(counts.doses[dose]));
        }
    });
    writer.member("standing").object(|writer| {
        for standing in Standing::ALL {
            writer.member(standing.code()).integer(i64::from(counts.at(standing)));
        }
    });
}
