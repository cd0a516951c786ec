//! Typed faces: a resource as a domain value and back, without loss of what we keep.
//!
//! One file per kind of record, each with `write` (compact bytes, `resourceType` first), `read`
//! (bytes to value) and, where it can be read, `of` (the same from a parsed tree). What the faces
//! put where is written down in `docs/fhir/profiles.md`. Unknown members are ignored on reading;
//! [`audit_event`] and [`questionnaire`] are only written.

mod cvx;
mod face;
pub(crate) use face::parse_day;

pub mod audit_event;
pub mod certificate;
pub mod checkup_target;
pub mod communication;
pub mod consent;
pub mod immunization;
pub mod immunization_target;
pub mod insurance;
pub mod organization;
pub mod patient;
pub mod questionnaire;
pub mod questionnaire_response;
pub mod related_person;

/// Identifier system of municipalities: 全国地方公共団体コード of 6 digits.
pub const MUNICIPALITY_SYSTEM: &str = guide!("/sid/municipality");
/// Identifier system of institutions: 医療機関コード of 10 digits (law:JP-Core).
pub const INSTITUTION_SYSTEM: &str =
    "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
/// Identifier system of insurers: 保険者番号 (law:JP-Core).
pub const INSURER_SYSTEM: &str = "urn:oid:1.2.392.100495.20.3.61";
/// Identifier system of payers: 公費負担者番号; used for index rows.
pub const PAYER_SYSTEM: &str = guide!("/sid/payer");
/// Code system of certificate types: 機関別受給者証種別ID, per municipality.
pub const CERTIFICATE_TYPE_SYSTEM: &str = guide!("/cs/certificate-type");
