//! Writing JSON: append-only, compact, members in the order written.

use std::fmt::Display;
use std::io::Write;

use super::{Node, text};

/// Appends JSON to a byte buffer. Scopes are closures, so that brackets always match:
///
/// ```
/// let mut writer = fhir::json::Writer::default();
/// writer.object(|writer| {
///     writer.text("name", "甲");
///     writer.member("days").array(|writer| writer.integer(3));
/// });
/// assert_eq!(writer.finish(), r#"{"name":"甲","days":[3]}"#.as_bytes());
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    /// A value stands before this place in the same scope.
    comma: bool,
}

impl Writer {
    /// With room for `bytes`.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), comma: false }
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// `{…}`; inside, each [`Writer::member`] is followed by one value.
    pub fn object(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scope(b'{', inside, b'}');
    }

    /// `[…]`
    pub fn array(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scope(b'[', inside, b']');
    }

    fn scope(&mut self, opener: u8, inside: impl FnOnce(&mut Self), closer: u8) {
        self.before_value();
        self.out.push(opener);
        self.comma = false;
        inside(self);
        self.out.push(closer);
        self.comma = true;
    }

    /// A member name; the next call writes its value.
    pub fn member(&mut self, name: &str) -> &mut Self {
        self.string(name);
        self.out.push(b':');
        self.comma = false;
        self
    }

    /// A member that is a string.
    pub fn text(&mut self, name: &str, value: &str) {
        self.member(name).string(value);
    }

    /// A string; only `"`, `\` and control characters are escaped.
    pub fn string(&mut self, value: &str) {
        self.before_value();
        self.out.push(b'"');
        let bytes = value.as_bytes();
        let mut at = 0;
        loop {
            let end = text::plain_end(bytes, at);
            self.out.extend_from_slice(&bytes[at..end]);
            let Some(&byte) = bytes.get(end) else { break };
            self.escape(byte);
            at = end + 1;
        }
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x09 => b't',
            0x0A => b'n',
            0x0C => b'f',
            0x0D => b'r',
            _ => {
                let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
                let (high, low) = (digit(byte >> 4), digit(byte & 15));
                return self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }

    /// A string of something that prints nothing to escape, as dates do.
    pub(crate) fn display(&mut self, value: impl Display) {
        self.before_value();
        write!(self.out, "\"{value}\"").expect("writing to a vector cannot fail");
    }

    /// A whole number.
    pub fn integer(&mut self, value: i64) {
        self.before_value();
        write!(self.out, "{value}").expect("writing to a vector cannot fail");
    }

    /// `true` or `false`
    pub fn boolean(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// `null`
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// One value that is JSON already; the caller vouches for it.
    pub fn raw(&mut self, json: &str) {
        self.before_value();
        self.out.extend_from_slice(json.as_bytes());
    }

    /// A parsed value byte for byte as sent.
    pub fn node(&mut self, node: Node<'_>) {
        self.raw(node.raw());
    }

    /// A parsed value without the white space between its tokens; all else as sent.
    pub fn compact(&mut self, node: Node<'_>) {
        self.before_value();
        let bytes = node.raw().as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let end = match byte {
                b'"' => text::scan(bytes, at).map_or(bytes.len(), |(end, _)| end),
                _ => at + 1,
            };
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                self.out.extend_from_slice(&bytes[at..end]);
            }
            at = end;
        }
    }

    fn before_value(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }
}
