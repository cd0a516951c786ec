//! A filled-in form (予診票の回答) as a QuestionnaireResponse.

use domain::form::{
    Answer, Answers, Consent, Consenter, Form, Reception, Sheet, State, Withdrawal, tenths,
    write_tenths,
};
use domain::instant::Instant;

use super::{INSTITUTION_SYSTEM, face, questionnaire};
use crate::json::{Code, Node, Problem, Writer};

const PROFILE: &str = guide!("/StructureDefinition/pmh-pre-visit-answers");
const ITEMS: &str = guide!("/StructureDefinition/pmh-pre-visit-items");
/// How deep groups of items may lie.
const DEPTH: u8 = 8;

/// The body of a sheet; `patient` is a reference such as `Patient/…`. The form groups the answers
/// by step; one that it does not know stands at the end.
#[must_use]
pub fn write(sheet: &Sheet, form: &Form, id: &str, patient: &str) -> Vec<u8> {
    face::resource("QuestionnaireResponse", id, PROFILE, |writer| {
        face::items(writer, ITEMS, has_items(sheet), |writer| write_items(writer, sheet));
        let canonical = questionnaire::canonical(&sheet.form);
        writer.text("questionnaire", &format!("{canonical}|{}", sheet.version));
        writer.text("status", status(sheet));
        face::reference(writer, "subject", patient);
        writer.member("authored").display(sheet.saved.rfc3339());
        if !sheet.answers.0.is_empty() {
            writer.member("item").array(|writer| write_answers(writer, &sheet.answers, form));
        }
    })
}

fn status(sheet: &Sheet) -> &'static str {
    match (sheet.state(), sheet.amended) {
        (State::Draft, _) => "in-progress",
        (State::Submitted | State::Received, false) => "completed",
        (State::Submitted | State::Received, true) => "amended",
        (State::Withdrawn, _) => "stopped",
    }
}

fn has_items(sheet: &Sheet) -> bool {
    let happened = sheet.submitted.is_some() || sheet.received.is_some();
    happened || sheet.consent.is_some() || sheet.withdrawn.is_some() || sheet.amended
}

fn write_items(writer: &mut Writer, sheet: &Sheet) {
    if let Some(consent) = &sheet.consent {
        write_consent(writer, consent);
    }
    if let Some(at) = sheet.submitted {
        face::item(writer, "submitted", "valueInstant", &at.rfc3339());
    }
    if let Some(Reception { at, institution }) = &sheet.received {
        face::item(writer, "received", "valueInstant", &at.rfc3339());
        writer.object(|writer| {
            writer.text("url", "receivedBy");
            face::identifier(writer.member("valueIdentifier"), INSTITUTION_SYSTEM, institution);
        });
    }
    if let Some(Withdrawal { at, reason }) = &sheet.withdrawn {
        face::item(writer, "withdrawn", "valueInstant", &at.rfc3339());
        face::item(writer, "withdrawnReason", "valueString", reason);
    }
    if sheet.amended {
        writer.object(|writer| {
            writer.text("url", "amended");
            writer.member("valueBoolean").boolean(true);
        });
    }
}

fn write_consent(writer: &mut Writer, consent: &Consent) {
    for (url, yes) in [("explained", consent.explained), ("agrees", consent.agrees)] {
        writer.object(|writer| {
            writer.text("url", url);
            writer.member("valueBoolean").boolean(yes);
        });
    }
    face::item(writer, "consentBy", "valueCode", consenter(consent.by));
    face::item(writer, "consentName", "valueString", &consent.name);
    face::item(writer, "consentAt", "valueInstant", &consent.at.rfc3339());
}

const fn consenter(by: Consenter) -> &'static str {
    match by {
        Consenter::Guardian => "guardian",
        Consenter::Person => "person",
    }
}

fn write_answers(writer: &mut Writer, answers: &Answers, form: &Form) {
    for step in &form.steps {
        let answered = step.items.iter().filter_map(|item| answers.0.get_key_value(&item.id));
        let answered: Vec<(&String, &Answer)> = answered.collect();
        if !answered.is_empty() {
            writer.object(|writer| {
                writer.text("linkId", &questionnaire::step_link(&step.id));
                writer.member("item").array(|writer| {
                    answered.iter().for_each(|(id, answer)| write_answer(writer, id, answer));
                });
            });
        }
    }
    for (id, answer) in answers.0.iter().filter(|(id, _)| form.item(id).is_none()) {
        write_answer(writer, id, answer);
    }
}

fn write_answer(writer: &mut Writer, id: &str, answer: &Answer) {
    writer.object(|writer| {
        writer.text("linkId", id);
        writer.member("answer").array(|writer| {
            writer.object(|writer| write_value(writer, answer));
        });
    });
}

fn write_value(writer: &mut Writer, answer: &Answer) {
    match answer {
        Answer::YesNo(yes) => writer.member("valueBoolean").boolean(*yes),
        Answer::Code(code) => {
            writer.member("valueCoding").object(|writer| writer.text("code", code));
        }
        Answer::Text(text) => writer.text("valueString", text),
        Answer::Date(day) => writer.member("valueDate").display(day),
        Answer::Tenths(tenths) => writer.member("valueDecimal").raw(&write_tenths(*tenths)),
        Answer::Number(number) => writer.member("valueInteger").integer((*number).into()),
    }
}

/// The sheet of a stored body.
///
/// # Errors
/// No JSON, another resource, or an item missing or of the wrong type.
pub fn read(body: &[u8]) -> Result<Sheet, Problem> {
    of(face::open(body)?.root())
}

/// The sheet of a parsed body. Its state is what the dated items say, and `status` must agree.
///
/// # Errors
/// As [`read`], JSON apart.
pub fn of(root: Node<'_>) -> Result<Sheet, Problem> {
    face::expect_resource(root, "QuestionnaireResponse")?;
    let named = root.get("questionnaire").ok_or_else(|| face::missing(root, "questionnaire"))?;
    let wrong = || Problem::at(named, Code::WrongValue, "Name a form of this hub and its version.");
    let canonical = face::text(named)?;
    let (canonical, version) = canonical.rsplit_once('|').ok_or_else(wrong)?;
    let authored = root.get("authored").ok_or_else(|| face::missing(root, "authored"))?;
    let mut items = Items::default();
    for (url, value) in face::items_of(root, ITEMS) {
        items.read(&url, value)?;
    }
    let mut answers = Answers::default();
    read_answers(root, DEPTH, &mut answers)?;
    let sheet = Sheet {
        form: questionnaire::form_of(canonical).ok_or_else(wrong)?.to_owned(),
        version: face::parse_day(version).ok_or_else(wrong)?,
        answers,
        saved: face::instant(authored)?,
        submitted: items.submitted,
        received: pair(root, items.received, items.received_by, "receivedBy")?
            .map(|(at, institution)| Reception { at, institution }),
        withdrawn: pair(root, items.withdrawn, items.withdrawn_reason, "withdrawnReason")?
            .map(|(at, reason)| Withdrawal { at, reason }),
        amended: items.amended,
        consent: items.consent.finish(root)?,
    };
    let node = root.get("status").ok_or_else(|| face::missing(root, "status"))?;
    if node.as_str().as_deref() != Some(status(&sheet)) {
        let message = format!("The dated items say `{}`; send that.", status(&sheet));
        return Err(Problem::at(node, Code::WrongValue, message));
    }
    Ok(sheet)
}

/// Both or neither.
fn pair(
    root: Node<'_>,
    at: Option<Instant>,
    text: Option<String>,
    name: &str,
) -> Result<Option<(Instant, String)>, Problem> {
    match (at, text) {
        (Some(at), Some(text)) => Ok(Some((at, text))),
        (Some(_), None) => Err(face::missing(root, name)),
        (None, _) => Ok(None),
    }
}

#[derive(Default)]
struct Items {
    consent: ConsentItems,
    submitted: Option<Instant>,
    received: Option<Instant>,
    received_by: Option<String>,
    withdrawn: Option<Instant>,
    withdrawn_reason: Option<String>,
    amended: bool,
}

#[derive(Default)]
struct ConsentItems {
    explained: Option<bool>,
    agrees: Option<bool>,
    by: Option<Consenter>,
    name: Option<String>,
    at: Option<Instant>,
}

impl Items {
    fn read(&mut self, url: &str, value: Node<'_>) -> Result<(), Problem> {
        match url {
            "explained" => self.consent.explained = Some(face::boolean(value)?),
            "agrees" => self.consent.agrees = Some(face::boolean(value)?),
            "consentBy" => self.consent.by = Some(read_consenter(value)?),
            "consentName" => self.consent.name = Some(face::text(value)?),
            "consentAt" => self.consent.at = Some(face::instant(value)?),
            "submitted" => self.submitted = Some(face::instant(value)?),
            "received" => self.received = Some(face::instant(value)?),
            "receivedBy" => self.received_by = Some(face::text_at(value, &["value"], "value")?),
            "withdrawn" => self.withdrawn = Some(face::instant(value)?),
            "withdrawnReason" => self.withdrawn_reason = Some(face::text(value)?),
            "amended" => self.amended = face::boolean(value)?,
            _ => {}
        }
        Ok(())
    }
}

impl ConsentItems {
    /// All of it, or none.
    fn finish(self, root: Node<'_>) -> Result<Option<Consent>, Problem> {
        let Self { explained, agrees, by, name, at } = self;
        if agrees.is_none() && at.is_none() {
            return Ok(None);
        }
        let missing = |name| move || face::missing(root, name);
        Ok(Some(Consent {
            explained: explained.ok_or_else(missing("explained"))?,
            agrees: agrees.ok_or_else(missing("agrees"))?,
            by: by.ok_or_else(missing("consentBy"))?,
            name: name.ok_or_else(missing("consentName"))?,
            at: at.ok_or_else(missing("consentAt"))?,
        }))
    }
}

fn read_consenter(node: Node<'_>) -> Result<Consenter, Problem> {
    match node.as_str().as_deref() {
        Some("guardian") => Ok(Consenter::Guardian),
        Some("person") => Ok(Consenter::Person),
        _ => Err(Problem::at(node, Code::WrongValue, "Send `guardian` or `person`.")),
    }
}

/// The answers of the items below `node`, groups entered to a depth.
fn read_answers(node: Node<'_>, depth: u8, answers: &mut Answers) -> Result<(), Problem> {
    for item in node.get("item").into_iter().flat_map(Node::items) {
        if depth == 0 {
            return Err(Problem::at(item, Code::WrongValue, "Nest the items less deep."));
        }
        if let Some(answer) = face::first(item, &["answer"]) {
            let id = item.get("linkId").ok_or_else(|| face::missing(item, "linkId"))?;
            answers.set(&face::text(id)?, read_answer(answer)?);
        }
        read_answers(item, depth - 1, answers)?;
    }
    Ok(())
}

fn read_answer(answer: Node<'_>) -> Result<Answer, Problem> {
    let value = answer.members().find(|(name, _)| name.starts_with("value"));
    let (name, node) = value.ok_or_else(|| face::missing(answer, "value[x]"))?;
    let wrong = || Problem::at(node, Code::WrongValue, "Send an answer of the question's type.");
    match &*name {
        "valueBoolean" => face::boolean(node).map(Answer::YesNo),
        "valueCoding" => face::text_at(node, &["code"], "code").map(Answer::Code),
        "valueString" => face::text(node).map(Answer::Text),
        "valueDate" => face::day(node).map(Answer::Date),
        "valueDecimal" => node.number_text().and_then(tenths).map(Answer::Tenths).ok_or_else(wrong),
        "valueInteger" => {
            let number = node.as_i64().and_then(|number| i32::try_from(number).ok());
            number.map(Answer::Number).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}
