//! What a resource can be found by: a pure function from a body to rows.
//!
//! The same rows on every database; FHIR search parameter names (R4). A later issue adds the
//! whole search grammar on top of these values.

use domain::instant::Instant;
use jiff::civil::Date;

use crate::Kind;
use crate::json::{Kind as Shape, Node, Tree};
use crate::profiles::{PAYER_SYSTEM, patient};

/// One way to find a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexRow {
    /// Name of the FHIR search parameter.
    pub param: &'static str,
    /// What it compares with.
    pub value: IndexValue,
}

/// A value that a search compares with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexValue {
    /// A code or identifier in its system; the system may be empty.
    Token {
        /// Naming or code system, a URI.
        system: String,
        /// The code or value, as sent.
        code: String,
    },
    /// A text, folded by [`fold`].
    Text(String),
    /// A span of time that the value stands for: a day is all its milliseconds in Japan.
    Span {
        /// First millisecond.
        first: Instant,
        /// Last millisecond.
        last: Instant,
    },
}

/// Where a span without a first day begins.
const BEGIN: Instant = Instant(i64::MIN);
/// Where a span without a last day ends.
const END: Instant = Instant(i64::MAX);

impl IndexValue {
    /// A stable text: `t` system NUL code, `s` text, or `d` and two numbers of 16 hexadecimal
    /// digits that sort as their instants do. Stored rows carry it: never change the form.
    #[must_use]
    pub fn encode(&self) -> String {
        let sortable = |at: &Instant| at.0.cast_unsigned() ^ (1 << 63);
        match self {
            Self::Token { system, code } => format!("t{system}\0{code}"),
            Self::Text(text) => format!("s{text}"),
            Self::Span { first, last } => {
                format!("d{:016x}{:016x}", sortable(first), sortable(last))
            }
        }
    }

    /// From [`IndexValue::encode`].
    #[must_use]
    pub fn decode(encoded: &str) -> Option<Self> {
        let instant = |digits: &str| {
            let number = u64::from_str_radix(digits, 16).ok()?;
            Some(Instant((number ^ (1 << 63)).cast_signed()))
        };
        let rest = encoded.get(1..)?;
        match encoded.as_bytes()[0] {
            b't' => {
                let (system, code) = rest.split_once('\0')?;
                Some(token(system, code))
            }
            b's' => Some(Self::Text(rest.to_owned())),
            b'd' if rest.len() == 32 => {
                let (first, last) = rest.split_at_checked(16)?;
                Some(Self::Span { first: instant(first)?, last: instant(last)? })
            }
            _ => None,
        }
    }
}

/// A text as searches compare it: full-width ASCII narrowed, lower case, no white space. Variants
/// of kanji and kana are left: the comparison keys of the domain know them.
#[must_use]
pub fn fold(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        _ => letter,
    };
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    letters.map(narrow).flat_map(char::to_lowercase).collect()
}

/// The rows of a resource, sorted, each once. A value of the wrong type gives no row: the faces
/// judge bodies, the index only finds them.
#[must_use]
pub fn rows(kind: Kind, tree: &Tree<'_>) -> Vec<IndexRow> {
    let root = tree.root();
    let mut rows = Rows(Vec::new());
    match kind {
        Kind::Patient => of_patient(&mut rows, root),
        Kind::Organization => {
            rows.identifiers("identifier", root.get("identifier"));
            rows.text("name", root.get("name"));
        }
        Kind::CoverageCertificate | Kind::CoverageInsurance => of_coverage(&mut rows, root),
        Kind::Consent => of_consent(&mut rows, root),
        Kind::CheckupTarget | Kind::ImmunizationTarget => {
            rows.concept("code", root.get("code"));
            let author = root.get("author").and_then(|author| author.get("identifier"));
            rows.identifier("author", author);
        }
        Kind::Relation => {
            for concept in each(root, "relationship") {
                rows.concept("relationship", Some(concept));
            }
            rows.period("period", root.get("period"));
        }
        Kind::Dose => of_dose(&mut rows, root),
        Kind::PreVisitForm => {
            rows.code("questionnaire", root.get("questionnaire"));
            rows.code("status", root.get("status"));
            rows.date("authored", root.get("authored"));
        }
        Kind::Notice => of_notice(&mut rows, root),
    }
    rows.0.sort();
    rows.0.dedup();
    rows.0
}

fn of_patient(rows: &mut Rows, root: Node<'_>) {
    rows.identifiers("identifier", root.get("identifier"));
    for name in each(root, "name") {
        let param = if patient::is_kana(name) { "phonetic" } else { "name" };
        rows.text(param, name.get("text"));
    }
    rows.code("gender", root.get("gender"));
    rows.date("birthdate", root.get("birthDate"));
    for address in each(root, "address") {
        rows.text("address", address.get("text"));
    }
}

fn of_coverage(rows: &mut Rows, root: Node<'_>) {
    rows.identifiers("identifier", root.get("identifier"));
    rows.code("identifier", root.get("subscriberId"));
    rows.code("status", root.get("status"));
    rows.concept("type", root.get("type"));
    for payor in each(root, "payor") {
        rows.identifier("payor", payor.get("identifier"));
    }
    for class in each(root, "class") {
        if let Some(number) = class.get("value").and_then(Node::as_str) {
            rows.push("payor", token(PAYER_SYSTEM, &number));
        }
    }
    rows.period("period", root.get("period"));
}

fn of_consent(rows: &mut Rows, root: Node<'_>) {
    rows.code("status", root.get("status"));
    rows.date("date", root.get("dateTime"));
    let Some(provision) = root.get("provision") else { return };
    rows.period("period", provision.get("period"));
    for actor in each(provision, "actor") {
        let reference = actor.get("reference");
        rows.identifier("actor", reference.and_then(|node| node.get("identifier")));
    }
    for purpose in each(provision, "purpose") {
        rows.coding("purpose", purpose);
    }
}

fn of_dose(rows: &mut Rows, root: Node<'_>) {
    rows.code("status", root.get("status"));
    rows.concept("status-reason", root.get("statusReason"));
    rows.concept("vaccine-code", root.get("vaccineCode"));
    rows.date("date", root.get("occurrenceDateTime"));
    rows.text("lot-number", root.get("lotNumber"));
    for performer in each(root, "performer") {
        let actor = performer.get("actor");
        rows.identifier("performer", actor.and_then(|actor| actor.get("identifier")));
    }
    for protocol in each(root, "protocolApplied") {
        rows.text("series", protocol.get("series"));
    }
}

fn of_notice(rows: &mut Rows, root: Node<'_>) {
    rows.code("status", root.get("status"));
    for concept in each(root, "category") {
        rows.concept("category", Some(concept));
    }
    let sender = root.get("sender");
    rows.identifier("sender", sender.and_then(|sender| sender.get("identifier")));
    rows.date("sent", root.get("sent"));
    rows.date("received", root.get("received"));
}

struct Rows(Vec<IndexRow>);

impl Rows {
    fn push(&mut self, param: &'static str, value: IndexValue) {
        self.0.push(IndexRow { param, value });
    }

    fn text(&mut self, param: &'static str, node: Option<Node<'_>>) {
        let folded = node.and_then(Node::as_str).map(|text| fold(&text));
        if let Some(text) = folded.filter(|text| !text.is_empty()) {
            self.push(param, IndexValue::Text(text));
        }
    }

    /// A token without a system.
    fn code(&mut self, param: &'static str, node: Option<Node<'_>>) {
        if let Some(code) = node.and_then(Node::as_str) {
            self.push(param, token("", &code));
        }
    }

    fn coding(&mut self, param: &'static str, coding: Node<'_>) {
        self.system_and(param, coding, "code");
    }

    fn concept(&mut self, param: &'static str, concept: Option<Node<'_>>) {
        for coding in concept.into_iter().flat_map(|concept| each(concept, "coding")) {
            self.coding(param, coding);
        }
    }

    fn identifier(&mut self, param: &'static str, identifier: Option<Node<'_>>) {
        if let Some(identifier) = identifier {
            self.system_and(param, identifier, "value");
        }
    }

    fn identifiers(&mut self, param: &'static str, list: Option<Node<'_>>) {
        for item in list.into_iter().flat_map(Node::items) {
            self.identifier(param, Some(item));
        }
    }

    fn system_and(&mut self, param: &'static str, node: Node<'_>, value: &str) {
        let system = node.get("system").and_then(Node::as_str).unwrap_or_default();
        if let Some(code) = node.get(value).and_then(Node::as_str) {
            self.push(param, token(&system, &code));
        }
    }

    fn date(&mut self, param: &'static str, node: Option<Node<'_>>) {
        if let Some((first, last)) = node.and_then(Node::as_str).and_then(|text| span(&text)) {
            self.push(param, IndexValue::Span { first, last });
        }
    }

    /// From the first moment of the start to the last of the end; open where one is missing.
    fn period(&mut self, param: &'static str, period: Option<Node<'_>>) {
        let is_object = |node: &Node<'_>| node.kind() == Shape::Object;
        let Some(period) = period.filter(is_object) else { return };
        let bound = |name| match period.get(name) {
            None => Some(None),
            Some(node) => node.as_str().and_then(|text| span(&text)).map(Some),
        };
        if let (Some(start), Some(end)) = (bound("start"), bound("end")) {
            let first = start.map_or(BEGIN, |(first, _)| first);
            let last = end.map_or(END, |(_, last)| last);
            self.push(param, IndexValue::Span { first, last });
        }
    }
}

fn token(system: &str, code: &str) -> IndexValue {
    IndexValue::Token { system: system.to_owned(), code: code.to_owned() }
}

fn each<'t>(node: Node<'t>, name: &str) -> impl Iterator<Item = Node<'t>> {
    node.get(name).into_iter().flat_map(Node::items)
}

/// The milliseconds that a FHIR date or dateTime stands for. Days are Japan's (UTC+9).
fn span(text: &str) -> Option<(Instant, Instant)> {
    if text.contains('T') {
        let at: jiff::Timestamp = text.parse().ok()?;
        let precision = if text.contains('.') { 1 } else { 1000 };
        let first = at.as_millisecond();
        return Some((Instant(first), Instant(first + precision - 1)));
    }
    let (first, last) = match text.len() {
        4 => (day(&format!("{text}-01-01"))?, day(&format!("{text}-12-31"))?),
        7 => {
            let first = day(&format!("{text}-01"))?;
            (first, first.last_of_month())
        }
        _ => (day(text)?, day(text)?),
    };
    Some((midnight(first), Instant(midnight(last).0 + 86_400_000 - 1)))
}

fn day(text: &str) -> Option<Date> {
    crate::profiles::parse_day(text)
}

/// The first moment of a day in Japan.
fn midnight(day: Date) -> Instant {
    const NINE_HOURS: i64 = 9 * 3_600_000;
    let epoch = Date::constant(1970, 1, 1);
    let days = (day - epoch).get_days();
    Instant(i64::from(days) * 86_400_000 - NINE_HOURS)
}
