//! A dose at the gate: what the desk says of it. Ours, and strict: a misspelt item is refused, lest a
//! contraindication be dropped unseen.

use domain::finding::{Finding, Severity};
use domain::form::{Consenter, tenths, write_tenths};
use domain::immunization::DelayReason;
use fhir::json::{Kind, Node, Tree, Writer};
use jiff::civil::Date;

use super::item::{Items, Shape, wrong_type};
use super::limits;

/// Items of a dose at the gate.
const ITEMS: [&str; 20] = [
    "product",
    "scan",
    "date",
    "lotNumber",
    "expires",
    "amountHundredthsMl",
    "site",
    "route",
    "physician",
    "judgement",
    "reason",
    "temperature",
    "conditions",
    "physicianShortened",
    "spatOut",
    "voluntary",
    "form",
    "paper",
    "delay",
    "effectsExplained",
];
/// 可能, 見合わせ
const JUDGEMENTS: [&str; 2] = ["possible", "postponed"];
const CONSENTERS: [&str; 2] = ["guardian", "person"];
const DELAYS: [&str; 3] = ["long-term-illness", "shortage", "disaster"];
/// Conditions of one dose at most.
const CONDITIONS: usize = 50;
/// Characters of what a scanner types.
const SCAN: usize = 400;
/// Amounts, in hundredths of a millilitre.
pub(super) const AMOUNTS: std::ops::RangeInclusive<u16> = 1..=1000;

/// What the desk says of a dose that is about to be given, or was given a moment ago.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DoseAsked {
    /// The vaccine that is meant, a code of the schedule.
    pub product: String,
    /// The symbol on the vial as the scanner typed it; it decides product, lot and expiry.
    pub scan: Option<String>,
    /// The day; none: today.
    pub on: Option<Date>,
    /// ロット番号, typed where nothing was scanned.
    pub lot: Option<String>,
    /// 有効期限, typed where nothing was scanned.
    pub expires: Option<Date>,
    /// In hundredths of a millilitre.
    pub hundredths: Option<u16>,
    /// 接種部位
    pub site: Option<String>,
    /// 接種経路; none: the one that the schedule lays down, if it is one.
    pub route: Option<String>,
    /// Name of the physician.
    pub physician: String,
    /// 可能, or 見合わせ.
    pub possible: bool,
    /// Why it may be given in spite of a caution, or why it is put off.
    pub reason: String,
    /// 診察前の体温, tenths of a degree.
    pub temperature: Option<i32>,
    /// What the physician found, codes of the schedule.
    pub conditions: Vec<String>,
    /// 医師が必要と認めた短縮
    pub physician_shortened: bool,
    /// The dose was spat out (rotavirus).
    pub spat_out: bool,
    /// 任意接種
    pub voluntary: bool,
    /// The filled-in form, by its logical id.
    pub form: Option<String>,
    /// The paper form.
    pub paper: Option<Paper>,
    /// Why the dose is late, and since when no more.
    pub delay: Option<(DelayReason, Option<Date>)>,
    /// 効果・副反応・救済制度の説明
    pub effects_explained: bool,
}

/// A form on paper, as it lies before the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Who signed.
    pub by: Consenter,
    /// When.
    pub on: Date,
    /// The birth date that stands on it: a sibling's form shows here.
    pub birth: Date,
}

/// Reads the body's item `dose`.
///
/// # Errors
/// All that is wrong; places are `dose/…`.
pub fn parse(node: Node<'_>) -> Result<DoseAsked, Vec<Finding>> {
    let mut items = Items::of(node, "dose/");
    items.only(&ITEMS, Severity::Stop);
    let mut asked = DoseAsked {
        product: owned(items.text("product", Shape::line(limits::CODE))),
        scan: items.optional_text("scan", Shape::free(SCAN)),
        on: items.optional_day("date"),
        lot: items.optional_text("lotNumber", Shape::line(limits::CODE)),
        expires: items.optional_day("expires"),
        hundredths: amount(&mut items),
        site: items.optional_text("site", Shape::line(limits::CODE)),
        route: items.optional_text("route", Shape::line(limits::CODE)),
        physician: owned(items.text("physician", Shape::line(limits::NAME))),
        possible: items.one_of("judgement", &JUDGEMENTS) == Some(0),
        reason: items.optional_text("reason", Shape::free(limits::ADDRESS)).unwrap_or_default(),
        temperature: temperature(&mut items),
        conditions: conditions(&mut items),
        form: items.optional_text("form", Shape::line(limits::CODE)),
        ..DoseAsked::default()
    };
    for (name, flag) in [
        ("physicianShortened", &mut asked.physician_shortened),
        ("spatOut", &mut asked.spat_out),
        ("voluntary", &mut asked.voluntary),
        ("effectsExplained", &mut asked.effects_explained),
    ] {
        *flag = items.given(name).is_some() && items.flag(name) == Some(true);
    }
    asked.paper = items.given("paper").and_then(|node| paper(node, &mut items.findings));
    asked.delay = items.given("delay").and_then(|node| delay(node, &mut items.findings));
    items.numbers_only_in(&[], &[], &["scan", "lotNumber", "form"]);
    if items.findings.is_empty() { Ok(asked) } else { Err(domain::finding::few(items.findings)) }
}

fn owned(text: Option<std::borrow::Cow<'_, str>>) -> String {
    text.map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// In hundredths of a millilitre.
pub(super) fn amount(items: &mut Items<'_>) -> Option<u16> {
    items.whole("amountHundredthsMl", AMOUNTS)
}

/// As a number with one decimal: 36.5.
fn temperature(items: &mut Items<'_>) -> Option<i32> {
    let name = "temperature";
    let node = items.given(name)?;
    let number = (node.kind() == Kind::Number).then(|| tenths(node.raw())).flatten();
    let number = number.filter(|tenths| (300..=450).contains(tenths));
    if number.is_none() {
        let at = items.at(name);
        let (ja, en) = ("30.0〜45.0の数(小数第1位まで)", "a number of 30.0 to 45.0, one decimal");
        items.findings.push(wrong_type(at, ja, en));
    }
    number
}

fn conditions(items: &mut Items<'_>) -> Vec<String> {
    let Some(node) = items.given("conditions") else { return Vec::new() };
    let codes: Option<Vec<String>> =
        node.items().map(|item| item.as_str().map(std::borrow::Cow::into_owned)).collect();
    match codes.filter(|codes| node.kind() == Kind::Array && codes.len() <= CONDITIONS) {
        Some(codes) => codes,
        None => {
            let at = items.at("conditions");
            items.findings.push(wrong_type(at, "コードの配列 [ … ]", "an array of codes [ … ]"));
            Vec::new()
        }
    }
}

fn paper(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<Paper> {
    let mut items = Items::of(node, "dose/paper/");
    items.only(&["consentBy", "consentOn", "birthOnForm"], Severity::Stop);
    let by = items.one_of("consentBy", &CONSENTERS);
    let (on, birth) = (items.day("consentOn"), items.day("birthOnForm"));
    findings.append(&mut items.findings);
    let by = if by? == 0 { Consenter::Guardian } else { Consenter::Person };
    Some(Paper { by, on: on?, birth: birth? })
}

fn delay(node: Node<'_>, findings: &mut Vec<Finding>) -> Option<(DelayReason, Option<Date>)> {
    let mut items = Items::of(node, "dose/delay/");
    items.only(&["reason", "ceased"], Severity::Stop);
    let reason = items.one_of("reason", &DELAYS);
    let ceased = items.optional_day("ceased");
    findings.append(&mut items.findings);
    let reason = match reason? {
        0 => DelayReason::LongTermIllness,
        1 => DelayReason::Shortage,
        _ => DelayReason::Disaster,
    };
    Some((reason, ceased))
}

/// As [`parse`] reads it: a desk's draft.
#[must_use]
pub fn write(asked: &DoseAsked) -> Vec<u8> {
    let mut writer = Writer::with_capacity(512);
    writer.object(|writer| {
        writer.text("product", &asked.product);
        for (name, text) in [
            ("scan", &asked.scan),
            ("lotNumber", &asked.lot),
            ("site", &asked.site),
            ("route", &asked.route),
            ("form", &asked.form),
        ] {
            if let Some(text) = text {
                writer.text(name, text);
            }
        }
        for (name, day) in [("date", asked.on), ("expires", asked.expires)] {
            if let Some(day) = day {
                writer.text(name, &day.to_string());
            }
        }
        if let Some(amount) = asked.hundredths {
            writer.member("amountHundredthsMl").integer(amount.into());
        }
        writer.text("physician", &asked.physician);
        writer.text("judgement", JUDGEMENTS[usize::from(!asked.possible)]);
        writer.text("reason", &asked.reason);
        write_examination(writer, asked);
    });
    writer.finish()
}

fn write_examination(writer: &mut Writer, asked: &DoseAsked) {
    if let Some(tenths) = asked.temperature {
        writer.member("temperature").raw(&write_tenths(tenths));
    }
    writer.member("conditions").array(|writer| {
        asked.conditions.iter().for_each(|code| writer.string(code));
    });
    for (name, flag) in [
        ("physicianShortened", asked.physician_shortened),
        ("spatOut", asked.spat_out),
        ("voluntary", asked.voluntary),
        ("effectsExplained", asked.effects_explained),
    ] {
        writer.member(name).boolean(flag);
    }
    if let Some(paper) = asked.paper {
        writer.member("paper").object(|writer| {
            writer.text("consentBy", CONSENTERS[usize::from(paper.by == Consenter::Person)]);
            writer.text("consentOn", &paper.on.to_string());
            writer.text("birthOnForm", &paper.birth.to_string());
        });
    }
    if let Some((reason, ceased)) = asked.delay {
        writer.member("delay").object(|writer| {
            writer.text("reason", DELAYS[reason as usize]);
            if let Some(day) = ceased {
                writer.text("ceased", &day.to_string());
            }
        });
    }
}

/// The body of a question about a dose: whose reception, and the dose.
///
/// # Errors
/// All that is wrong.
pub fn parse_body(tree: &Tree<'_>) -> Result<(String, DoseAsked), Vec<Finding>> {
    let mut items = Items::of(tree.root(), "");
    items.only(&["reception", "dose"], Severity::Stop);
    let reception = items.text("reception", Shape::line(limits::RECEPTION));
    let dose = items.required("dose").map(parse);
    match (reception, dose) {
        (Some(reception), Some(Ok(dose))) if items.findings.is_empty() => {
            Ok((reception.into_owned(), dose))
        }
        (_, dose) => {
            let mut findings = items.findings;
            findings.extend(dose.and_then(Result::err).into_iter().flatten());
            Err(findings)
        }
    }
}

/// What is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A dose under a reception.
    Dose(String, Box<DoseAsked>),
    /// A draft that the gate gave.
    Draft(String),
}

/// Reads the body of a dose to be recorded: `reception` and `dose`, or `draft` alone.
///
/// # Errors
/// All that is wrong.
pub fn parse_record(tree: &Tree<'_>) -> Result<Asked, Vec<Finding>> {
    let mut items = Items::of(tree.root(), "");
    if items.given("draft").is_none() {
        return parse_body(tree).map(|(reception, dose)| Asked::Dose(reception, Box::new(dose)));
    }
    items.only(&["draft"], Severity::Stop);
    let draft = items.text("draft", Shape::line(limits::RECEPTION));
    match draft.filter(|_| items.findings.is_empty()) {
        Some(draft) => Ok(Asked::Draft(draft.into_owned())),
        None => Err(items.findings),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(json: &str) -> Result<DoseAsked, Vec<String>> {
        let tree = super::super::read(json.as_bytes()).unwrap();
        let told = |all: Vec<Finding>| {
            all.iter().map(|one| format!("{} {}", one.code, one.at)).collect::<Vec<_>>()
        };
        parse(tree.root()).map_err(told)
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let asked = DoseAsked {
            product: "mr".into(),
            scan: Some("(01)09520000000011\u{1d}(10)A".into()),
            on: Some(date(2026, 11, 24)),
            lot: Some("A".into()),
            expires: Some(date(2027, 1, 1)),
            hundredths: Some(50),
            site: Some("left-arm".into()),
            route: Some("皮下".into()),
            physician: "見本医師".into(),
            possible: true,
            reason: "主治医と\n相談".into(),
            temperature: Some(368),
            conditions: vec!["convulsion".into()],
            physician_shortened: true,
            spat_out: true,
            voluntary: true,
            form: Some("f1".into()),
            paper: Some(Paper {
                by: Consenter::Person,
                on: date(2026, 11, 23),
                birth: date(2012, 2, 29),
            }),
            delay: Some((DelayReason::Disaster, Some(date(2026, 1, 1)))),
            effects_explained: true,
        };
        for asked in
            [DoseAsked { product: "mr".into(), physician: "医".into(), ..asked.clone() }, asked]
        {
            let text = String::from_utf8(write(&asked)).unwrap();
            assert_eq!(read(&text).as_ref(), Ok(&asked), "{text}");
        }
    }

    #[test]
    fn what_does_not_read_is_refused_with_its_place() {
        let good = r#""product":"mr","physician":"医","judgement":"possible""#;
        for (more, want) in [
            ("", "ok"),
            (r#","amountHundredthsMl":0"#, "wrong-type dose/amountHundredthsMl"),
            (r#","amountHundredthsMl":1000"#, "ok"),
            (r#","amountHundredthsMl":1001"#, "wrong-type dose/amountHundredthsMl"),
            (r#","amountHundredthsMl":"50""#, "wrong-type dose/amountHundredthsMl"),
            (r#","temperature":36.8"#, "ok"),
            (r#","temperature":45.1"#, "wrong-type dose/temperature"),
            (r#","temperature":"36.8""#, "wrong-type dose/temperature"),
            (r#","temperature":36.85"#, "wrong-type dose/temperature"),
            (r#","conditions":"convulsion""#, "wrong-type dose/conditions"),
            (r#","conditions":[1]"#, "wrong-type dose/conditions"),
            (r#","condition":[]"#, "unknown-item dose/condition"),
            (r#","date":"2026-02-30""#, "no-such-day dose/date"),
            (r#","paper":{"consentBy":"mother"}"#, "wrong-value dose/paper/consentBy"),
            (r#","delay":{"reason":"busy"}"#, "wrong-value dose/delay/reason"),
            (r#","voluntary":"yes""#, "wrong-type dose/voluntary"),
            (r#","reason":"番号は123456789018です""#, "my-number-in-text dose/reason"),
        ] {
            let told = match read(&format!("{{{good}{more}}}")) {
                Ok(_) => "ok".to_owned(),
                Err(all) => all.first().cloned().unwrap_or_default(),
            };
            assert_eq!(told, want, "{more}");
        }
    }
}
