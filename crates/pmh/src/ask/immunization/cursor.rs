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
            _ => self.pass_until(|byte| matches!(byte, b',' | b'}' | b']' | b':')),
        }
        self.text.get(start..self.at).unwrap_or_default().trim_ascii_end()
    }

    fn pass_until(&mut self, end: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|&byte| end(byte)).unwrap_or(rest.len());
    }

    /// From an opening quotation mark past the closing one; whether nothing in between is escaped.
    fn pass_text(&mut self) -> bool {
        let mut plain = true;
        self.at += 1;
        loop {
            self.pass_until(|byte| byte == b'"' || byte == b'\\');
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
