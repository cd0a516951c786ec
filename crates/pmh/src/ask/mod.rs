//! `pmh ask`: questions to the rule engines, as JSON Lines.
//!
//! One object a line comes in, one goes out, in the same order. A line that cannot be answered
//! gives an `error` and the rest goes on. No store, no network, no clock.

mod days;
mod fields;
mod immunization;
mod numbers;

use std::io::{self, BufRead, BufWriter, ErrorKind, Write};

use domain::day::Basis;
use lawbook::Lawbook;
use serde_json::{Value, json};

use fields::{Fields, Refusal};

/// The longest line that is read, in bytes without its end. Ours; limit ± 1 is tested.
pub const LINE_BYTES: usize = 1 << 20;

/// The deepest nesting of objects and arrays in a line. Ours.
pub const DEPTH: usize = 64;

/// What a question gets: members of the answering object.
type Answer = Result<Value, Refusal>;

/// What `pmh ask --help` says below its options.
pub const HELP: &str = immunization::HELP;

/// Answers every line of `input` on `output`. Blank lines are passed over. Answers are flushed as
/// soon as the input has nothing more at hand, so that a person can ask line by line.
///
/// # Errors
///
/// Whatever reading or writing gives; a bad question is an answer, not an error.
pub fn run(mut input: impl BufRead, output: impl Write, book: &Lawbook) -> io::Result<()> {
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut line = Line::default();
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        let read = chunk.len();
        if read == 0 {
            line.answer(book, &mut output)?;
            return output.flush();
        }
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            line.push(&rest[..end]);
            line.answer(book, &mut output)?;
            rest = &rest[end + 1..];
        }
        line.push(rest);
        input.consume(read);
        output.flush()?;
    }
}

/// A line as it arrives in parts; never more of it than [`LINE_BYTES`].
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    too_long: bool,
}

impl Line {
    fn push(&mut self, part: &[u8]) {
        self.too_long |= LINE_BYTES < self.bytes.len() + part.len();
        if !self.too_long {
            self.bytes.extend_from_slice(part);
        }
    }

    /// Answers and forgets the line.
    fn answer(&mut self, book: &Lawbook, output: &mut impl Write) -> io::Result<()> {
        if self.too_long {
            writeln!(output, "{}", told("null", Err(too_long())))?;
        } else if !without_mark(&self.bytes).trim_ascii().is_empty() {
            writeln!(output, "{}", answer(&self.bytes, book))?;
        }
        self.bytes.clear();
        self.too_long = false;
        Ok(())
    }
}

/// The answer to one line, without a line end. Never panics, whatever the line is.
#[must_use]
pub fn answer(line: &[u8], book: &Lawbook) -> String {
    let question = match readable(line) {
        Ok(question) => question,
        Err(refusal) => return told("null", Err(refusal)),
    };
    match Fields::read(question, String::new()) {
        Ok(mut fields) => {
            let id = fields.raw("id").unwrap_or("null");
            told(id, answered(&mut fields, book))
        }
        Err(refusal) => told("null", Err(refusal)),
    }
}

/// The line as text that is neither too long nor too deep.
fn readable(line: &[u8]) -> Result<&str, Refusal> {
    let line = without_mark(line);
    if LINE_BYTES < line.len() {
        return Err(too_long());
    }
    let text = str::from_utf8(line).map_err(|_| not_utf8())?;
    if too_deep(text) { Err(deep()) } else { Ok(text) }
}

/// Windows programs put a byte-order mark before the first line.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// The answering object as JSON text.
fn answered(fields: &mut Fields<'_>, book: &Lawbook) -> Result<String, Refusal> {
    fields.no_duplicates()?;
    let ask = fields.text("ask")?;
    match ask.as_str() {
        "immunization.check" => immunization::check(fields, book),
        "immunization.plan" => immunization::plan(fields, book),
        "immunization.audit" => immunization::audit(fields, book),
        "immunization.window" => immunization::window(fields, book),
        other => value(other, fields, book).map(|value| value.to_string()),
    }
}

fn value(ask: &str, fields: &mut Fields<'_>, book: &Lawbook) -> Answer {
    match ask {
        "attained" => days::attained(fields, book),
        "age_range" => days::age_range(fields, book),
        "after_interval" => days::after_interval(fields, book),
        "school_entry" => days::school_entry(fields, book),
        "fiscal_year" => days::fiscal_year(fields, book),
        "era" => days::era(fields, book),
        "number.check_digit" => numbers::check_digit(fields, book),
        "number.verify" => numbers::verify(fields, book),
        _ => Err(unknown_ask()),
    }
}

/// One line of output. `id` is the JSON text as it was sent.
fn told(id: &str, answer: Result<String, Refusal>) -> String {
    let answer = answer.unwrap_or_else(|refusal| {
        let Refusal { code, at, ja, en } = refusal;
        json!({"error": {"code": code, "at": at, "message": ja, "message_en": en}}).to_string()
    });
    let mut line = String::with_capacity(answer.len() + id.len() + 8);
    line.push_str("{\"id\":");
    // White space between the parts of an id may hold line ends; inside texts there are none.
    id.split(['\r', '\n']).for_each(|part| line.push_str(part));
    line.push(',');
    line.push_str(answer.trim_start_matches('{'));
    line
}

/// Adds the laws that an answer rests on, and the doubts about them.
fn cite(mut answer: Value, bases: &[&Basis]) -> Value {
    let laws: Vec<&str> = bases.iter().map(|basis| basis.law.as_str()).collect();
    let doubts: Vec<&str> = bases.iter().filter_map(|basis| basis.doubt.as_deref()).collect();
    answer["law"] = json!(laws);
    if !doubts.is_empty() {
        answer["doubt"] = json!(doubts);
    }
    answer
}

/// How many opening brackets there are; in small sums, which the processor adds side by side.
fn brackets(text: &str) -> usize {
    let opening = |byte: &u8| u8::from(matches!(byte, b'{' | b'['));
    let few = |chunk: &[u8]| usize::from(chunk.iter().map(opening).sum::<u8>());
    text.as_bytes().chunks(128).map(few).sum()
}

/// Whether brackets outside texts nest deeper than [`DEPTH`].
fn too_deep(text: &str) -> bool {
    // Most lines have fewer brackets than that altogether, which is seen at a glance.
    if brackets(text) <= DEPTH {
        return false;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if DEPTH < depth {
            return true;
        }
    }
    false
}

fn too_long() -> Refusal {
    Refusal::whole(
        "line-too-long",
        format!("1行は{LINE_BYTES}バイトまでです。質問を分けてください。"),
        format!("A line has at most {LINE_BYTES} bytes; divide the question."),
    )
}

fn not_utf8() -> Refusal {
    Refusal::whole("invalid-utf-8", "UTF-8で書いてください。", "Write the line in UTF-8.")
}

fn deep() -> Refusal {
    Refusal::whole(
        "too-deep",
        format!("入れ子は{DEPTH}段までです。"),
        format!("Objects and arrays nest at most {DEPTH} deep."),
    )
}

fn unknown_ask() -> Refusal {
    Refusal {
        code: "unknown-ask",
        at: "/ask".to_owned(),
        ja: "この質問はありません。ask の綴りを確かめてください。".to_owned(),
        en: "There is no such question; check the spelling of ask.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
