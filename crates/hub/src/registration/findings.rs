//! Findings of a record as JSON, as `GET /pmh/v1/tasks/{id}` gives them.

use domain::finding::{Finding, Severity};
use fhir::json::Writer;

/// A JSON array of findings; `at` is a pointer into the body that was sent.
pub(crate) fn write(position: u32, findings: &[Finding]) -> String {
    let mut writer = Writer::with_capacity(256);
    writer.array(|writer| {
        for finding in findings {
            writer.object(|writer| one(writer, position, finding));
        }
    });
    String::from_utf8(writer.finish()).unwrap_or_default()
}

/// Adds warnings to the records that they are about.
pub(super) fn warn<T>(
    records: &mut [Result<T, Vec<Finding>>],
    of: Vec<(usize, Finding)>,
    warnings: impl Fn(&mut T) -> &mut Vec<Finding>,
) {
    for (index, warning) in of {
        if let Some(Ok(record)) = records.get_mut(index) {
            warnings(record).push(warning);
        }
    }
}

fn one(writer: &mut Writer, position: u32, finding: &Finding) {
    let at = match finding.at.is_empty() {
        true => format!("/{position}"),
        false => format!("/{position}/{}", finding.at),
    };
    writer.text("at", &at);
    writer.text("item", &finding.at);
    writer.text("code", finding.code);
    writer.text(
        "severity",
        match finding.severity {
            Severity::Stop => "stop",
            Severity::Warn => "warn",
            Severity::Info => "info",
        },
    );
    writer.text("ja", &finding.ja);
    writer.text("en", &finding.en);
}
