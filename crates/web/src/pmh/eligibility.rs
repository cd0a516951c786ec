//! `POST /pmh/v1/card-challenges` and `POST /pmh/v1/eligibility`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::certificate::Certificate;
use domain::insurance::Insurance;
use fhir::json::Writer;
use hub::{Eligibility, Kind, PersonView, Refusal, intake};

use crate::App;
use crate::answer::{No, json};
use crate::asked::JsonBody;
use crate::caller::InstitutionSystem;

pub(crate) async fn card_challenge(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
) -> Result<Response, No> {
    let view = hub::issue_challenge(&app.hub, &caller)?;
    Ok(json(StatusCode::CREATED, |writer| {
        writer.text("challenge", &view.challenge);
        writer.text("origin", &view.origin);
        writer.text("institution", &view.institution);
        writer.text("terminal", &view.terminal);
        writer.text("expiresAt", &view.expires.rfc3339());
    }))
}

pub(crate) async fn eligibility(
    InstitutionSystem(caller): InstitutionSystem,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Response, No> {
    let body = super::question(body).await?;
    let asked = {
        let tree = intake::read(&body)
            .map_err(|finding| Refusal { kind: Kind::Malformed, ..finding.into() })?;
        intake::eligibility::parse(&tree).map_err(Refusal::from)?
    };
    let shown = hub::show_eligibility(&app.hub, &caller, asked).await?;
    Ok(json(StatusCode::OK, |writer| write(writer, &shown)))
}

fn write(writer: &mut Writer, shown: &Eligibility) {
    writer.member("found").boolean(shown.found);
    if !shown.found {
        return;
    }
    writer.text("identifiedBy", if shown.by_card { "card" } else { "numbers" });
    writer.text("at", &shown.at.rfc3339());
    if let Some(person) = &shown.person {
        writer.member("person").object(|writer| write_person(writer, person));
    }
    writer.member("insurance").array(|writer| {
        for insurance in &shown.insurance {
            writer.object(|writer| write_insurance(writer, insurance));
        }
    });
    writer.member("certificates").array(|writer| {
        for (certificate, municipality) in &shown.certificates {
            writer.object(|writer| write_certificate(writer, certificate, municipality));
        }
    });
}

fn write_person(writer: &mut Writer, person: &PersonView) {
    writer.text("pseudonym", &person.pseudonym);
    writer.text("name", &person.five.name);
    writer.text("nameKana", &person.five.kana);
    writer.text("dateOfBirth", &person.five.birth.text());
    writer.text("sex", person.five.sex.code());
}

fn write_insurance(writer: &mut Writer, of: &Insurance) {
    writer.text("insurerNumber", &of.insurer);
    writer.text("insurerName", &of.insurer_name);
    writer.text("symbol", &of.symbol);
    writer.text("number", &of.number);
    writer.text("branch", &of.branch);
    writer.text("validFrom", &of.valid_from.to_string());
    if let Some(last) = of.valid_to {
        writer.text("validTo", &last.to_string());
    }
    writer.member("sharePercent").integer(i64::from(of.share_percent));
}

/// Every text byte for byte as the municipality sent it; what it did not send is left out.
fn write_certificate(writer: &mut Writer, of: &Certificate, municipality: &str) {
    writer.member("municipality").object(|writer| {
        writer.text("code", &of.municipality);
        writer.text("name", municipality);
    });
    writer.text("orgSpecificCertificateTypeId", &of.type_id);
    writer.text("certificationName", &of.name);
    for (name, value) in [
        ("medicalSubsidyInsurerNumber", &of.payer_number),
        ("medicalSubsidyRecipientNumber", &of.recipient_number),
        ("certificationSubKey", &of.sub_key),
        ("segment", &of.segment),
        ("incomeSegment", &of.income_segment),
        ("additionalConditions", &of.additional_conditions),
        ("designatedMedicalInstitutions", &of.designated_institutions),
    ] {
        if let Some(value) = value {
            writer.text(name, value);
        }
    }
    writer.text("isAlwaysReimbursement", if of.always_reimbursed { "1" } else { "0" });
    if let Some(json) = &of.max_copayment {
        writer.member("maxCopaymentAmount").raw(json);
    }
    writer.text("validFrom", &of.valid_from.to_string());
    writer.text("validTo", &of.valid_to.to_string());
    writer.member("certificationDetail").raw(&of.details);
}
