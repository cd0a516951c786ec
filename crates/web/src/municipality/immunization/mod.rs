//! The officer's pages of immunisation: coverage, who is missing, notices, recalls.

pub mod notices;
pub mod recalls;
pub mod stops;
pub mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, HeaderValue};
use axum::response::Response;
use domain::immunization::coverage::{Counts, DOSES, OfSeries, Standing};
use hub::Refusal;
use hub::immunization::coverage::{PAGE, View, list_missing, series_name, show_coverage};

use super::office;
use crate::App;
use crate::answer::{bytes, page as answer, refused_page};
use crate::asked::Looked;
use crate::caller::{OfficerSession, frame};

pub(crate) async fn coverage(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
) -> Response {
    let loaded =
        async { Ok((office(&app, &me).await?, show_coverage(&app.hub, &me.caller).await?)) };
    match loaded.await {
        Ok((office, shown)) => {
            let model = model(&app, &shown);
            answer(StatusCode::OK, view::coverage(&frame(&app, &me, ""), &office, &model))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

fn model(app: &App, shown: &View) -> view::Page {
    let schedule = &app.hub.book().immunization;
    let numbered = (0_u8..).zip(&shown.picture.coverage.series);
    let series = numbered.filter(|(_, of)| of.all.people > 0).map(|(id, of)| view::Series {
        code: schedule.series[usize::from(id)].code.clone(),
        name: series_name(schedule, id),
        of: of.clone(),
    });
    view::Page {
        at: shown.picture.at.for_people(),
        people: shown.picture.coverage.people,
        unknown: shown.picture.unknown,
        series: series.collect(),
        stops: stops::model(&shown.stops),
        since: shown.since.to_string(),
    }
}

/// The counts as a file for a spreadsheet.
pub(crate) async fn coverage_csv(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
) -> Response {
    match show_coverage(&app.hub, &me.caller).await {
        Ok(shown) => {
            let body = csv(&app, &shown).into_bytes();
            let mut response = bytes(StatusCode::OK, "text/csv; charset=utf-8", body);
            let name = HeaderValue::from_static("attachment; filename=\"coverage.csv\"");
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
            response
        }
        Err(refusal) => refused_page(&refusal),
    }
}

fn csv(app: &App, shown: &View) -> String {
    let schedule = &app.hub.book().immunization;
    let mut out = String::from("\u{feff}種別コード,種別,区分,値,対象者");
    for dose in 1..=DOSES {
        out.push_str(&format!(",{dose}回以上"));
    }
    for standing in Standing::ALL {
        out.push(',');
        out.push_str(standing.ja());
    }
    out.push_str("\r\n");
    for (id, of) in (0_u8..).zip(&shown.picture.coverage.series) {
        if of.all.people > 0 {
            let code = &schedule.series[usize::from(id)].code;
            rows(&mut out, &format!("{code},{}", series_name(schedule, id)), of);
        }
    }
    out
}

fn rows(out: &mut String, series: &str, of: &OfSeries) {
    row(out, &format!("{series},合計,"), &of.all);
    for (year, counts) in &of.cohorts {
        row(out, &format!("{series},生まれ年度,{year}"), counts);
    }
    for (months, counts) in &of.months {
        row(out, &format!("{series},月齢,{months}"), counts);
    }
}

fn row(out: &mut String, head: &str, counts: &Counts) {
    let doses = counts.doses.iter().copied();
    let standing = Standing::ALL.into_iter().map(|standing| counts.at(standing));
    let figures: Vec<String> =
        [counts.people].into_iter().chain(doses).chain(standing).map(|it| it.to_string()).collect();
    out.push_str(&format!("{head},{}\r\n", figures.join(",")));
}

/// Which list.
#[derive(serde::Deserialize)]
pub(crate) struct Which {
    series: String,
    standing: Option<String>,
    #[serde(default)]
    from: u32,
}

pub(crate) async fn missing(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Looked(which): Looked<Which>,
) -> Response {
    let standing = match which.standing.as_deref().map(Standing::from_code) {
        Some(None | Some(Standing::Complete)) => return refused_page(&Refusal::not_found()),
        Some(standing) => standing,
        None => None,
    };
    let from = usize::try_from(which.from).unwrap_or(usize::MAX);
    let loaded = async {
        let office = office(&app, &me).await?;
        let list = list_missing(&app.hub, &me.caller, &which.series, standing, from).await?;
        Ok((office, list))
    };
    match loaded.await {
        Ok((office, list)) => {
            let next = (from + PAGE < list.total).then_some(from + PAGE);
            let model = view::List { list, standing, next };
            answer(StatusCode::OK, view::missing(&frame(&app, &me, ""), &office, &model))
        }
        Err(refusal) => refused_page(&refusal),
    }
}
