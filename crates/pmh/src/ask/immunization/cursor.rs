//! Walks through JSON text that is known to be JSON, without building values of it.
//!
//! The line was read once by `serde_json`, so syntax is not checked again here; whatever is not of
//! the wanted type is `None`, and nothing panics.

use std::borrow::Cow;

/// A place in a text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&mut self) -> Option<u8> {
        let mut byte = self.text.as_bytes().get(self.at).copied();
        while byte.is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
            byte = self.text.as_bytes().get(self.at).copied();
        }
        byte
    }

    fn eat(&mut self, want: u8) -> bool {
        let here = self.peek() == Some(want);
        self.at += usize::from(here);
        here
    }

    /// Into an array or object; false if it is something else.
    pub(super) fn enter(&mut self, open: u8) -> bool {
        self.eat(open)
    }

    /// Whether there is one more element, or member, before `close`.
    pub(super) fn more(&mut self, close: u8) -> bool {
        self.eat(b',');
        !self.eat(close) && self.peek().is_some()
    }

    /// The name of a member, and past its colon.
    pub(super) fn name(&mut self) -> Option<Cow<'a, str>> {
        let name = self.text()?;
        self.eat(b':');
        Some(name)
    }

    /// The text here, and past it; none, and no further, if it is something else.
    pub(super) fn text(&mut self) -> Option<Cow<'a, str>> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at;
        let plain = self.pass_text();
        let value = self.text.get(start..self.at)?;
        if plain { value.get(1..value.len() - 1).map(Cow::Borrowed) } else { text(value) }
    }

    /// The text of the value here, and past it.
    pub(super) fn value(&mut self) -> &'a str {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.pass_text();
            }
            Some(b'{' | b'[') => self.pass_nested(),
            _ => self.pass_plain(),
        }
        self.text.get(start..self.at).unwrap_or_default().trim_ascii_end()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn pass_plain(&mut self) {
        let rest = self.rest();
        let end = |&byte: &u8| matches!(byte, b',' | b'}' | b']' | b':');
        self.at += rest.iter().position(end).unwrap_or(rest.len());
    }

    /// From an opening quotation mark past the closing one; whether nothing in between is escaped.
    fn pass_text(&mut self) -> bool {
        let mut plain = true;
        self.at += 1;
        loop {
            self.at += plain_length(self.rest());
            let escape = self.text.as_bytes().get(self.at) == Some(&b'\\');
            self.at += 1 + usize::from(escape);
            if !escape {
                return plain;
            }
            plain = false;
        }
    }

    fn pass_nested(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.text.as_bytes().get(self.at) {
                None => return,
                Some(b'"') => {
                    self.pass_text();
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

/// How many bytes stand before the first quotation mark or backslash: eight at a time, because names
/// and codes are short and there are dozens of them in a line.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut length = 0;
    while let Some(eight) = text[length..].first_chunk() {
        let word = u64::from_le_bytes(*eight);
        // The top bit of each byte that is the wanted one; above the first there may be others.
        let marked = |wanted: u8| {
            let other = word ^ (ONES * u64::from(wanted));
            other.wrapping_sub(ONES) & !other & (ONES << 7)
        };
        let found = marked(b'"') | marked(b'\\');
        if found != 0 {
            return length + found.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = &text[length..];
    length + rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len())
}

/// The value of a JSON text; borrowed where it has no escapes.
pub(super) fn text(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(value).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_passed_over_whole() {
        let mut cursor = Cursor::new(r#" { "a" : [1,{"b":"]}\""}] , "c":"x" }"#);
        assert!(cursor.enter(b'{') && cursor.more(b'}'));
        assert_eq!(cursor.name().unwrap(), "a");
        assert_eq!(cursor.value(), r#"[1,{"b":"]}\""}]"#);
        assert!(cursor.more(b'}'));
        assert_eq!(cursor.name().unwrap(), "c");
        assert_eq!(cursor.value(), "\"x\"");
        assert!(!cursor.more(b'}'));
    }

    #[test]
    fn the_first_mark_is_found_wherever_it_stands() {
        let searched = |text: &[u8]| text.iter().position(|it| matches!(it, b'"' | b'\\'));
        for length in 0..40 {
            for (at, mark) in (0..length).flat_map(|at| [(at, b'"'), (at, b'\\'), (at, 0xdc)]) {
                let mut text = "あ!#[]~".repeat(4).into_bytes();
                text.resize(length, b'#');
                text[at] = mark;
                assert_eq!(plain_length(&text), searched(&text).unwrap_or(length), "{text:?}");
            }
        }
    }

    #[test]
    fn texts_are_borrowed_unless_something_is_escaped() {
        for (json, want) in [
            (r#" "a-b""#, Some("a-b")),
            (r#""""#, Some("")),
            (r#""\u0061\"b""#, Some("a\"b")),
            ("1", None),
            ("\"", None),
            ("", None),
        ] {
            assert_eq!(Cursor::new(json).text().as_deref(), want, "{json}");
        }
    }
}
