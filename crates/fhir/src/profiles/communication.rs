//! A notice (勧奨) to a resident as a Communication.

use domain::instant::Instant;
use jiff::civil::Date;

use super::immunization::DoseNumber;
use super::{MUNICIPALITY_SYSTEM, face};
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = guide!("/StructureDefinition/pmh-notice");
const ITEMS: &str = guide!("/StructureDefinition/pmh-notice-items");
const CATEGORY_SYSTEM: &str = guide!("/cs/notice-category");
const CATEGORY: &str = "immunization";
const REASON_SYSTEM: &str = guide!("/cs/notice-reason");
const STATUS_REASON_SYSTEM: &str = guide!("/cs/notice-status-reason");

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeStatus {
    /// Previewed, not sent.
    Prepared,
    /// In the resident's inbox.
    Sent,
    /// Decided against, or overtaken by a dose.
    NotSent,
    /// Sent by mistake.
    EnteredInError,
}

/// A notice that a dose is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFace {
    /// Where it stands.
    pub status: NoticeStatus,
    /// Why it was not sent: a code of `notice-status-reason`.
    pub status_reason: Option<String>,
    /// Why it is sent: a code of `notice-reason`, as `due-soon`, `overdue`, `last-chance`.
    pub reason: String,
    /// Series, as `mr-2`.
    pub series: String,
    /// Which dose of it.
    pub dose: Option<DoseNumber>,
    /// The first day on which the dose may be given.
    pub due: Option<Date>,
    /// The last day on which it is routine.
    pub until: Option<Date>,
    /// 全国地方公共団体コード of the municipality that sends it.
    pub municipality: String,
    /// When it was sent.
    pub sent: Option<Instant>,
    /// When the resident opened it.
    pub opened: Option<Instant>,
    /// What it says.
    pub text: String,
}

/// The body of a notice; `patient` is a reference such as `Patient/…`.
#[must_use]
pub fn write(notice: &NoticeFace, id: &str, patient: &str) -> Vec<u8> {
    face::resource("Communication", id, PROFILE, |writer| {
        write_items(writer, notice);
        writer.text("status", status(notice.status));
        if let Some(reason) = &notice.status_reason {
            face::concept(writer.member("statusReason"), STATUS_REASON_SYSTEM, reason);
        }
        writer.member("category").array(|writer| face::concept(writer, CATEGORY_SYSTEM, CATEGORY));
        face::reference(writer, "subject", patient);
        for (name, at) in [("sent", notice.sent), ("received", notice.opened)] {
            if let Some(at) = at {
                writer.member(name).display(at.rfc3339());
            }
        }
        face::logical_reference(writer, "sender", MUNICIPALITY_SYSTEM, &notice.municipality);
        writer.member("reasonCode").array(|writer| {
            face::concept(writer, REASON_SYSTEM, &notice.reason);
        });
        writer.member("payload").array(|writer| {
            writer.object(|writer| writer.text("contentString", &notice.text));
        });
    })
}

fn write_items(writer: &mut Writer, notice: &NoticeFace) {
    face::items(writer, ITEMS, true, |writer| {
        face::item(writer, "series", "valueString", &notice.series);
        match notice.dose {
            Some(DoseNumber::Number(number)) => writer.object(|writer| {
                writer.text("url", "dose");
                writer.member("valuePositiveInt").integer(number.into());
            }),
            Some(DoseNumber::Booster) => face::item(writer, "dose", "valueString", "booster"),
            None => {}
        }
        for (url, day) in [("due", notice.due), ("until", notice.until)] {
            if let Some(day) = day {
                face::item(writer, url, "valueDate", &day.to_string());
            }
        }
    });
}

/// The notice of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<NoticeFace, Problem> {
    of(face::open(body)?.root())
}

/// The notice of a parsed body.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<NoticeFace, Problem> {
    face::expect_resource(root, "Communication")?;
    let (mut series, mut dose, mut due, mut until) = (None, None, None, None);
    for (url, value) in face::items_of(root, ITEMS) {
        match &*url {
            "series" => series = Some(face::text(value)?),
            "dose" => dose = Some(read_dose(value)?),
            "due" => due = Some(face::day(value)?),
            "until" => until = Some(face::day(value)?),
            _ => {}
        }
    }
    let code = |path: &[&str]| face::first(root, path).map(face::text).transpose();
    let at = |name| root.get(name).map(face::instant).transpose();
    let reason = ["reasonCode", "coding", "code"];
    let sender = ["sender", "identifier", "value"];
    let payload = ["payload", "contentString"];
    Ok(NoticeFace {
        status: read_status(root)?,
        status_reason: code(&["statusReason", "coding", "code"])?,
        reason: face::text_at(root, &reason, "reasonCode[0].coding[0].code")?,
        series: series.ok_or_else(|| face::missing(root, "series"))?,
        dose,
        due,
        until,
        municipality: face::text_at(root, &sender, "sender.identifier.value")?,
        sent: at("sent")?,
        opened: at("received")?,
        text: face::text_at(root, &payload, "payload[0].contentString")?,
    })
}

fn read_dose(node: Node<'_>) -> Result<DoseNumber, Problem> {
    if node.as_str().as_deref() == Some("booster") {
        return Ok(DoseNumber::Booster);
    }
    let number = node.as_i64().and_then(|number| u8::try_from(number).ok()).filter(|it| *it > 0);
    let wrong = || Problem::at(node, Code::WrongValue, "Send a number from 1 or `booster`.");
    number.map(DoseNumber::Number).ok_or_else(wrong)
}

const fn status(status: NoticeStatus) -> &'static str {
    match status {
        NoticeStatus::Prepared => "preparation",
        NoticeStatus::Sent => "completed",
        NoticeStatus::NotSent => "not-done",
        NoticeStatus::EnteredInError => "entered-in-error",
    }
}

fn read_status(root: Node<'_>) -> Result<NoticeStatus, Problem> {
    let node = root.get("status").ok_or_else(|| face::missing(root, "status"))?;
    match node.as_str().as_deref() {
        Some("preparation") => Ok(NoticeStatus::Prepared),
        Some("completed") => Ok(NoticeStatus::Sent),
        Some("not-done") => Ok(NoticeStatus::NotSent),
        Some("entered-in-error") => Ok(NoticeStatus::EnteredInError),
        _ => {
            let message = "Send `preparation`, `completed`, `not-done` or `entered-in-error`.";
            Err(Problem::at(node, Code::WrongValue, message))
        }
    }
}
