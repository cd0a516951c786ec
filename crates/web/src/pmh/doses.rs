//! `/pmh/v1/immunization/…` for institutions: reception, gate, record; and for municipalities: a dose.

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::finding::Severity;
use domain::form::{Consenter, State as SheetState};
use fhir::json::{Tree, Writer};
use hub::immunization::desk::{Choice, DeskView, DoseSeen, FormSeen, Said};
use hub::immunization::mend::{Mended, mend_dose};
use hub::immunization::past::record_past_dose;
use hub::immunization::reception::{Received, look_again, receive};
use hub::immunization::record::{Gate, Recorded, Stopped, check_dose, record_dose, record_draft};
use hub::intake::dose::Asked;
use hub::{Kind, Refusal, intake};

use crate::answer::{No, bytes, json};
use crate::asked::{JsonBody, Named};
use crate::caller::{InstitutionSystem, MunicipalitySystem};
use crate::{App, words};

/// Reads a small body as `parse` wants it.
async fn asked<T>(
    body: Body,
    parse: impl FnOnce(&Tree<'_>) -> Result<T, Refusal>,
) -> Result<T, No> {
    let body = super::question(body).await?;
    let tree = intake::read(&body).map_err(|it| Refusal { kind: Kind::Malformed, ..it.into() })?;
    Ok(parse(&tree)?)
}

pub(crate) async fn receptions(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let who = asked(body, |tree| Ok(intake::reception::parse(tree)?)).await?;
    let received = receive(&app.hub, &caller, who).await?;
    Ok(json(StatusCode::CREATED, |writer| write_received(writer, &received)))
}

pub(crate) async fn reception_views(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let token = asked(body, |tree| Ok(intake::reception::again(tree)?)).await?;
    let received = look_again(&app.hub, &caller, &token).await?;
    Ok(json(StatusCode::OK, |writer| write_received(writer, &received)))
}

pub(crate) async fn gate_checks(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let (reception, dose) = asked(body, |tree| Ok(intake::dose::parse_body(tree)?)).await?;
    let gate = check_dose(&app.hub, &caller, &reception, dose).await?;
    Ok(json(StatusCode::OK, |writer| write_gate(writer, &gate)))
}

pub(crate) async fn doses(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let asked = asked(body, |tree| Ok(intake::dose::parse_record(tree)?)).await?;
    let recorded = match asked {
        Asked::Dose(reception, dose) => record_dose(&app.hub, &caller, &reception, *dose).await?,
        Asked::Draft(draft) => record_draft(&app.hub, &caller, &draft).await?,
    };
    let status = if recorded.again { StatusCode::OK } else { StatusCode::CREATED };
    Ok(json(status, |writer| write_recorded(writer, &recorded)))
}

pub(crate) async fn past_doses(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let known = hub::immunization::past::known(&app.hub);
    let (reception, told) =
        asked(body, |tree| Ok(intake::immunization::told(tree, known)?)).await?;
    let seen = record_past_dose(&app.hub, &caller, &reception, told).await?;
    Ok(json(StatusCode::OK, |writer| {
        writer.member("kept").boolean(seen.is_some());
        if let Some(seen) = &seen {
            writer.member("dose").object(|writer| write_history(writer, seen));
        }
    }))
}

pub(crate) async fn correction(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    Named(item): Named,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let mending = asked(body, |tree| Ok(intake::mending::correction(tree)?)).await?;
    let mended = mend_dose(&app.hub, &caller, &item, mending).await?;
    Ok(json(StatusCode::OK, |writer| write_mended(writer, mended)))
}

pub(crate) async fn cancellation(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    Named(item): Named,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let mending = asked(body, |tree| Ok(intake::mending::cancellation(tree)?)).await?;
    let mended = mend_dose(&app.hub, &caller, &item, mending).await?;
    Ok(json(StatusCode::OK, |writer| write_mended(writer, mended)))
}

pub(crate) async fn dose(
    MunicipalitySystem(caller): MunicipalitySystem,
    State(app): State<App>,
    Named(item): Named,
) -> Result<Response, No> {
    let entry = hub::immunization::entry::read_dose(&app.hub, &caller, &item).await?;
    let mut writer = Writer::with_capacity(2048);
    writer.object(|writer| {
        writer.text("municipalityIdentityKey", &entry.key);
        writer.member("version").integer(entry.version);
        writer.member("immunization").raw(&String::from_utf8_lossy(&entry.body));
    });
    Ok(bytes(StatusCode::OK, "application/json", writer.finish()))
}

fn write_received(writer: &mut Writer, received: &Received) {
    writer.text("reception", &received.token);
    writer.text("expiresAt", &received.expires.rfc3339());
    write_view(writer, &received.view);
}

fn write_view(writer: &mut Writer, view: &DeskView) {
    writer.member("person").object(|writer| {
        writer.text("name", &view.five.name);
        writer.text("nameKana", &view.five.kana);
        writer.text("dateOfBirth", &view.birth.to_string());
        writer.text("sex", view.five.sex.code());
        writer.text("age", &words::age(view.five.birth, view.today));
    });
    writer.text("identifiedBy", if view.by_card { "card" } else { "name-and-birth" });
    writer.member("followed").boolean(view.municipality.is_some());
    if let Some(municipality) = view.municipality.as_ref().filter(|name| !name.is_empty()) {
        writer.text("municipality", municipality);
    }
    each(writer, "forms", &view.forms, write_form);
    each(writer, "history", &view.history, write_history);
    each(writer, "today", &view.today_options, write_choice);
}

fn each<T>(writer: &mut Writer, name: &str, of: &[T], write: fn(&mut Writer, &T)) {
    writer.member(name).array(|writer| {
        of.iter().for_each(|one| writer.object(|writer| write(writer, one)));
    });
}

fn write_form(writer: &mut Writer, form: &FormSeen) {
    writer.text("form", &form.item);
    writer.text("title", &form.title);
    writer.text("series", &form.series);
    writer.text(
        "state",
        match form.state {
            SheetState::Draft => "draft",
            SheetState::Submitted => "submitted",
            SheetState::Received => "received",
            SheetState::Withdrawn => "withdrawn",
        },
    );
    writer.member("receivedHere").boolean(form.here);
    if let Some(consent) = &form.consent {
        writer.member("consent").object(|writer| {
            writer.member("agrees").boolean(consent.agrees);
            let person = consent.by == Consenter::Person;
            writer.text("by", if person { "person" } else { "guardian" });
            writer.text("name", &consent.name);
            writer.text("at", &consent.at.rfc3339());
        });
    }
    writer.member("warnings").array(|writer| {
        for heed in &form.warnings {
            writer.object(|writer| {
                writer.text("code", &heed.code);
                writer.text("severity", if heed.grave { "stop" } else { "warn" });
                writer.text("question", &heed.question);
                writer.text("answer", &heed.answer);
            });
        }
    });
    writer.member("answers").array(|writer| {
        for (question, answer) in &form.answers {
            writer.object(|writer| {
                writer.text("question", question);
                writer.text("answer", answer);
            });
        }
    });
}

fn write_history(writer: &mut Writer, dose: &DoseSeen) {
    writer.text("id", &dose.item);
    writer.text("date", &dose.on.to_string());
    writer.text("product", &dose.product);
    writer.text("place", &dose.place);
    writer.text("lotNumber", &dose.lot);
    writer.text("institutionName", &dose.institution);
    writer.member("counts").boolean(dose.counts);
    each(writer, "findings", &dose.notices, write_said);
}

fn write_said(writer: &mut Writer, said: &Said) {
    writer.text("code", said.code);
    writer.text(
        "severity",
        match said.severity {
            Severity::Stop => "stop",
            Severity::Warn => "warn",
            Severity::Info => "info",
        },
    );
    if let Some(day) = said.possible_from {
        writer.text("possibleFrom", &day.to_string());
    }
    writer.text("ja", &said.ja);
    writer.text("detail", &said.en);
}

fn write_choice(writer: &mut Writer, choice: &Choice) {
    writer.text("series", &choice.series);
    writer.text("name", &choice.name);
    writer.text("status", choice.status.name());
    writer.member("possible").boolean(!choice.products.is_empty());
    if let Some(day) = choice.earliest {
        writer.text("earliest", &day.to_string());
    }
    writer.member("products").array(|writer| {
        for vaccine in &choice.products {
            writer.object(|writer| {
                writer.text("product", &vaccine.code);
                writer.text("name", &vaccine.name);
                if let Some(amount) = vaccine.hundredths {
                    writer.member("amountHundredthsMl").integer(amount.into());
                }
                writer.member("routes").array(|writer| {
                    vaccine.routes.iter().for_each(|route| writer.string(route.code()));
                });
            });
        }
    });
    each(writer, "findings", &choice.notices, write_said);
}

fn write_gate(writer: &mut Writer, gate: &Gate) {
    match gate {
        Gate::Open { draft, routine, place, what } => {
            writer.member("open").boolean(true);
            writer.text("draft", draft);
            writer.text("program", if *routine { "routine" } else { "voluntary" });
            writer.text("place", place);
            writer.text("product", &what.product);
            writer.text("lotNumber", &what.lot);
            writer.text("date", &what.on.to_string());
        }
        Gate::Closed(stops) => {
            writer.member("open").boolean(false);
            each(writer, "stops", stops, write_stop);
        }
    }
}

fn write_stop(writer: &mut Writer, stop: &Stopped) {
    writer.text("step", stop.step);
    writer.text("code", stop.code);
    if let Some(day) = stop.possible_from {
        writer.text("possibleFrom", &day.to_string());
    }
    writer.text("ja", &stop.ja);
    writer.text("detail", &stop.en);
}

fn write_recorded(writer: &mut Writer, recorded: &Recorded) {
    writer.text("id", &recorded.item);
    writer.member("again").boolean(recorded.again);
    writer.member("given").boolean(recorded.given);
}

fn write_mended(writer: &mut Writer, mended: Mended) {
    writer.member("version").integer(mended.version);
    writer.member("changed").boolean(mended.changed);
}
