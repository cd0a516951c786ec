//! A dose (接種) as an Immunization, after JP Core.
//!
//! Source: JP Core Immunization; law:JP-Core. Our product code is the key; CVX beside it is a
//! lossy export and is not read back.

use domain::instant::Instant;
use jiff::civil::Date;

use super::{INSTITUTION_SYSTEM, MUNICIPALITY_SYSTEM, cvx, face};
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization";
const ITEMS: &str = guide!("/StructureDefinition/pmh-immunization-items");
/// Code system of vaccines: the codes of `rules/immunization/products.toml`.
pub const VACCINE_SYSTEM: &str = guide!("/cs/vaccine");
const CVX_SYSTEM: &str = "http://hl7.org/fhir/sid/cvx";
const GTIN_SYSTEM: &str = "https://www.gs1.org/gtin";
const STATUS_REASON_SYSTEM: &str = guide!("/cs/dose-status-reason");
const ELIGIBILITY_SYSTEM: &str = guide!("/cs/dose-program");
const ORIGIN_SYSTEM: &str = guide!("/cs/dose-origin");
const SITE_SYSTEM: &str = guide!("/cs/body-site");
const ROUTE_SYSTEM: &str = guide!("/cs/route");
const UCUM: &str = "http://unitsofmeasure.org";
const BOOSTER: &str = "booster";

/// What became of a dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoseStatus {
    /// Given.
    Completed,
    /// Not given: 予診のみ, 見合わせ.
    NotDone,
    /// Recorded by mistake.
    EnteredInError,
}

/// Which dose of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoseNumber {
    /// In the primary series, from 1.
    Number(u8),
    /// 追加
    Booster,
}

/// On which programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// 定期
    Routine,
    /// 任意
    Voluntary,
}

/// Where a record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Whoever gave the dose recorded it here, past the gate.
    Gate,
    /// From paper: 紙の予診票, 母子健康手帳.
    Paper,
    /// From a municipality's register, as with 転入.
    Municipality,
    /// Given elsewhere, as abroad; somebody said so.
    Elsewhere,
}

/// A dose as the record keeps it. Codes are of our code systems where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseFace {
    /// What became of it.
    pub status: DoseStatus,
    /// Why it was not given.
    pub status_reason: Option<String>,
    /// The vaccine, as `mr`.
    pub product: String,
    /// Its name, for people.
    pub product_name: Option<String>,
    /// The scanned package, 14 digits.
    pub gtin: Option<String>,
    /// The day of the dose.
    pub on: Date,
    /// When it was recorded.
    pub recorded: Instant,
    /// Where the record comes from.
    pub origin: Origin,
    /// 医療機関コード of who gave it.
    pub institution: Option<String>,
    /// Name of who gave it; for a dose elsewhere all there is.
    pub institution_name: Option<String>,
    /// Name of the physician.
    pub physician: Option<String>,
    /// Lot.
    pub lot: Option<String>,
    /// Last day of use.
    pub expires: Option<Date>,
    /// Where on the body: a code of `body-site`.
    pub site: Option<String>,
    /// How: a code of `route`.
    pub route: Option<String>,
    /// Volume, hundredths of mL.
    pub hundredths: Option<u16>,
    /// Series, as `mr-1`.
    pub series: Option<String>,
    /// Which dose of it; only with a series.
    pub number: Option<DoseNumber>,
    /// 全国地方公共団体コード of the municipality whose programme it is; only with a series.
    pub municipality: Option<String>,
    /// 定期 or 任意.
    pub program: Option<Program>,
    /// 特例, as `long-term-illness`.
    pub special: Option<String>,
    /// The pre-visit form, a reference such as `QuestionnaireResponse/…`.
    pub form: Option<String>,
    /// Why a physician went past a warning.
    pub override_reason: Option<String>,
    /// Why this version replaces the one before.
    pub correction: Option<String>,
    /// A note.
    pub note: Option<String>,
}

impl DoseFace {
    /// A dose with nothing but what every dose has.
    #[must_use]
    pub fn new(product: &str, on: Date, recorded: Instant, origin: Origin) -> Self {
        Self {
            status: DoseStatus::Completed,
            status_reason: None,
            product: product.to_owned(),
            product_name: None,
            gtin: None,
            on,
            recorded,
            origin,
            institution: None,
            institution_name: None,
            physician: None,
            lot: None,
            expires: None,
            site: None,
            route: None,
            hundredths: None,
            series: None,
            number: None,
            municipality: None,
            program: None,
            special: None,
            form: None,
            override_reason: None,
            correction: None,
            note: None,
        }
    }

    fn items(&self) -> [(&'static str, Option<&String>); 3] {
        [
            ("special", self.special.as_ref()),
            ("override", self.override_reason.as_ref()),
            ("correction", self.correction.as_ref()),
        ]
    }
}

/// The body of a dose; `patient` is a reference such as `Patient/…`.
#[must_use]
pub fn write(dose: &DoseFace, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Immunization", id, PROFILE, |writer| {
        write_items(writer, dose);
        writer.text("status", status(dose.status));
        if let Some(reason) = &dose.status_reason {
            face::concept(writer.member("statusReason"), STATUS_REASON_SYSTEM, reason);
        }
        writer.member("vaccineCode").object(|writer| write_vaccine(writer, dose));
        face::reference(writer, "patient", patient);
        writer.member("occurrenceDateTime").display(dose.on);
        writer.member("recorded").display(dose.recorded.rfc3339());
        writer.member("primarySource").boolean(dose.origin == Origin::Gate);
        if let Some(origin) = origin(dose.origin) {
            face::concept(writer.member("reportOrigin"), ORIGIN_SYSTEM, origin);
        }
        write_what(writer, dose);
        write_performers(writer, dose);
        if let Some(note) = &dose.note {
            writer.member("note").array(|writer| {
                writer.object(|writer| writer.text("text", note));
            });
        }
        if let Some(program) = dose.program {
            let code = program_code(program);
            writer.member("programEligibility").array(|writer| {
                face::concept(writer, ELIGIBILITY_SYSTEM, code);
            });
        }
        write_protocol(writer, dose);
    })
}

fn write_items(writer: &mut Writer, dose: &DoseFace) {
    let present = dose.form.is_some() || dose.items().iter().any(|(_, text)| text.is_some());
    face::items(writer, ITEMS, present, |writer| {
        if let Some(form) = &dose.form {
            writer.object(|writer| {
                writer.text("url", "form");
                face::reference(writer, "valueReference", form);
            });
        }
        for (url, text) in dose.items() {
            if let Some(text) = text {
                face::item(writer, url, "valueString", text);
            }
        }
    });
}

fn write_vaccine(writer: &mut Writer, dose: &DoseFace) {
    writer.member("coding").array(|writer| {
        face::coding(writer, VACCINE_SYSTEM, &dose.product);
        if let Some(code) = cvx::of(&dose.product) {
            face::coding(writer, CVX_SYSTEM, code);
        }
        if let Some(gtin) = &dose.gtin {
            face::coding(writer, GTIN_SYSTEM, gtin);
        }
    });
    if let Some(name) = &dose.product_name {
        writer.text("text", name);
    }
}

/// Lot, expiry, site, route, volume.
fn write_what(writer: &mut Writer, dose: &DoseFace) {
    if let Some(lot) = &dose.lot {
        writer.text("lotNumber", lot);
    }
    if let Some(expires) = dose.expires {
        writer.member("expirationDate").display(expires);
    }
    if let Some(site) = &dose.site {
        face::concept(writer.member("site"), SITE_SYSTEM, site);
    }
    if let Some(route) = &dose.route {
        face::concept(writer.member("route"), ROUTE_SYSTEM, route);
    }
    if let Some(hundredths) = dose.hundredths {
        writer.member("doseQuantity").object(|writer| {
            writer.member("value").raw(&format!("{}.{:02}", hundredths / 100, hundredths % 100));
            writer.text("unit", "mL");
            writer.text("system", UCUM);
            writer.text("code", "mL");
        });
    }
}

fn write_performers(writer: &mut Writer, dose: &DoseFace) {
    let named = dose.institution.is_some() || dose.institution_name.is_some();
    if !named && dose.physician.is_none() {
        return;
    }
    writer.member("performer").array(|writer| {
        if named {
            performer(writer, "Organization", |writer| {
                if let Some(code) = &dose.institution {
                    face::identifier(writer.member("identifier"), INSTITUTION_SYSTEM, code);
                }
                if let Some(name) = &dose.institution_name {
                    writer.text("display", name);
                }
            });
        }
        if let Some(physician) = &dose.physician {
            performer(writer, "Practitioner", |writer| writer.text("display", physician));
        }
    });
}

fn performer(writer: &mut Writer, kind: &str, fill: impl FnOnce(&mut Writer)) {
    writer.object(|writer| {
        writer.member("actor").object(|writer| {
            writer.text("type", kind);
            fill(writer);
        });
    });
}

fn write_protocol(writer: &mut Writer, dose: &DoseFace) {
    let Some(series) = &dose.series else { return };
    writer.member("protocolApplied").array(|writer| {
        writer.object(|writer| {
            writer.text("series", series);
            if let Some(code) = &dose.municipality {
                face::logical_reference(writer, "authority", MUNICIPALITY_SYSTEM, code);
            }
            match dose.number {
                Some(DoseNumber::Number(number)) => {
                    writer.member("doseNumberPositiveInt").integer(number.into());
                }
                Some(DoseNumber::Booster) => writer.text("doseNumberString", BOOSTER),
                // R4 asks for a number of dose; the empty one says that it is not known.
                None => writer.text("doseNumberString", "unknown"),
            }
        });
    });
}

/// The dose of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<DoseFace, Problem> {
    of(face::open(body)?.root())
}

/// The dose of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<DoseFace, Problem> {
    face::expect_resource(root, "Immunization")?;
    let at = |name| root.get(name).ok_or_else(|| face::missing(root, name));
    let vaccine = at("vaccineCode")?;
    let product = coded(vaccine, VACCINE_SYSTEM)?;
    let product = product.ok_or_else(|| face::missing(vaccine, "coding of our code system"))?;
    let on = face::day(at("occurrenceDateTime")?)?;
    let recorded = face::instant(at("recorded")?)?;
    let mut dose = DoseFace::new(&product, on, recorded, read_origin(root)?);
    dose.status = read_status(at("status")?)?;
    dose.status_reason = code_at(root, "statusReason")?;
    dose.product_name = optional(vaccine, "text")?;
    dose.gtin = coded(vaccine, GTIN_SYSTEM)?;
    dose.lot = optional(root, "lotNumber")?;
    dose.expires = root.get("expirationDate").map(face::day).transpose()?;
    dose.site = code_at(root, "site")?;
    dose.route = code_at(root, "route")?;
    dose.hundredths = face::first(root, &["doseQuantity", "value"]).map(volume).transpose()?;
    dose.note = face::first(root, &["note", "text"]).map(face::text).transpose()?;
    dose.program = code_at(root, "programEligibility")?.as_deref().and_then(read_program);
    read_performers(&mut dose, root)?;
    read_protocol(&mut dose, root)?;
    for (url, value) in face::items_of(root, ITEMS) {
        match &*url {
            "form" => dose.form = Some(face::text_at(value, &["reference"], "reference")?),
            "special" => dose.special = Some(face::text(value)?),
            "override" => dose.override_reason = Some(face::text(value)?),
            "correction" => dose.correction = Some(face::text(value)?),
            _ => {}
        }
    }
    Ok(dose)
}

fn optional(node: Node<'_>, name: &str) -> Result<Option<String>, Problem> {
    node.get(name).map(face::text).transpose()
}

/// The first code of a concept.
fn code_at(root: Node<'_>, name: &str) -> Result<Option<String>, Problem> {
    face::first(root, &[name, "coding", "code"]).map(face::text).transpose()
}

/// The code of `system` in a concept.
fn coded(concept: Node<'_>, system: &str) -> Result<Option<String>, Problem> {
    let mut codings = concept.get("coding").into_iter().flat_map(Node::items);
    let is_ours =
        |coding: &Node<'_>| coding.get("system").and_then(Node::as_str).as_deref() == Some(system);
    let code = codings.find(is_ours).and_then(|coding| coding.get("code"));
    code.map(face::text).transpose()
}

/// Hundredths of mL; no more than two decimal places, no exponent.
fn volume(node: Node<'_>) -> Result<u16, Problem> {
    let hundredths = node.number_text().and_then(|text| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = digits(whole) && digits(part) && part.len() <= 2;
        let part = format!("{part:0<2}").parse::<u16>().ok().filter(|_| fits)?;
        whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(part)
    });
    let wrong = || Problem::at(node, Code::WrongValue, "Send mL with at most two decimal places.");
    hundredths.ok_or_else(wrong)
}

fn read_performers(dose: &mut DoseFace, root: Node<'_>) -> Result<(), Problem> {
    for performer in root.get("performer").into_iter().flat_map(Node::items) {
        let Some(actor) = performer.get("actor") else { continue };
        let display = optional(actor, "display")?;
        if actor.get("type").and_then(Node::as_str).as_deref() == Some("Practitioner") {
            dose.physician = display;
        } else {
            let code = face::first(actor, &["identifier", "value"]);
            dose.institution = code.map(face::text).transpose()?;
            dose.institution_name = display;
        }
    }
    Ok(())
}

fn read_protocol(dose: &mut DoseFace, root: Node<'_>) -> Result<(), Problem> {
    let Some(protocol) = face::first(root, &["protocolApplied"]) else { return Ok(()) };
    dose.series = optional(protocol, "series")?;
    let authority = face::first(protocol, &["authority", "identifier", "value"]);
    dose.municipality = authority.map(face::text).transpose()?;
    if let Some(node) = protocol.get("doseNumberPositiveInt") {
        let number = node.as_i64().and_then(|number| u8::try_from(number).ok());
        let number = number.filter(|number| *number > 0);
        let wrong = || Problem::at(node, Code::WrongValue, "Send a number of dose from 1 to 255.");
        dose.number = Some(DoseNumber::Number(number.ok_or_else(wrong)?));
    }
    if protocol.get("doseNumberString").and_then(Node::as_str).as_deref() == Some(BOOSTER) {
        dose.number = Some(DoseNumber::Booster);
    }
    Ok(())
}

const fn status(status: DoseStatus) -> &'static str {
    match status {
        DoseStatus::Completed => "completed",
        DoseStatus::NotDone => "not-done",
        DoseStatus::EnteredInError => "entered-in-error",
    }
}

fn read_status(node: Node<'_>) -> Result<DoseStatus, Problem> {
    match node.as_str().as_deref() {
        Some("completed") => Ok(DoseStatus::Completed),
        Some("not-done") => Ok(DoseStatus::NotDone),
        Some("entered-in-error") => Ok(DoseStatus::EnteredInError),
        _ => {
            let message = "Send `completed`, `not-done` or `entered-in-error`.";
            Err(Problem::at(node, Code::WrongValue, message))
        }
    }
}

const fn origin(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Gate => None,
        Origin::Paper => Some("paper"),
        Origin::Municipality => Some("municipality"),
        Origin::Elsewhere => Some("elsewhere"),
    }
}

/// A record without `primarySource` is not from the gate.
fn read_origin(root: Node<'_>) -> Result<Origin, Problem> {
    if root.get("primarySource").map(face::boolean).transpose()? == Some(true) {
        return Ok(Origin::Gate);
    }
    Ok(match code_at(root, "reportOrigin")?.as_deref() {
        Some("paper") => Origin::Paper,
        Some("municipality") => Origin::Municipality,
        _ => Origin::Elsewhere,
    })
}

const fn program_code(program: Program) -> &'static str {
    match program {
        Program::Routine => "routine",
        Program::Voluntary => "voluntary",
    }
}

fn read_program(code: &str) -> Option<Program> {
    match code {
        "routine" => Some(Program::Routine),
        "voluntary" => Some(Program::Voluntary),
        _ => None,
    }
}
