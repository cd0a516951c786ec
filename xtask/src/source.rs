//! Rust text with its comments and literals put aside: enough of a tokenizer for house rules.

/// One Rust file, read once.
pub(crate) struct Source {
    /// The text with comments and the inside of literals blanked; lines and columns stay.
    pub(crate) code: String,
    /// String literals of every kind, in order.
    pub(crate) strings: Vec<Literal>,
}

/// A string literal.
pub(crate) struct Literal {
    /// Line of its opening quote, from 1.
    pub(crate) line: usize,
    /// What stands between the quotes, escapes unresolved.
    pub(crate) text: String,
}

/// A function, with a body or declared in a trait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Line of its `fn`, from 1.
    pub(crate) line: usize,
    /// Lines from `fn` to the closing brace or the semicolon, both counted.
    pub(crate) lines: usize,
    /// Parameters, `self` counted.
    pub(crate) arguments: usize,
    /// Whether `pub` (not `pub(crate)`) stands before it, or a trait declares it.
    pub(crate) public: bool,
    /// From the name to the body: parameters and answer.
    pub(crate) signature: String,
}

impl Source {
    /// Puts comments and literals of `text` aside.
    pub(crate) fn read(text: &str) -> Self {
        let mut lexer = Lexer {
            chars: text.chars().collect(),
            at: 0,
            line: 1,
            code: String::with_capacity(text.len()),
            strings: Vec::new(),
        };
        while lexer.at < lexer.chars.len() {
            lexer.step();
        }
        Self { code: lexer.code, strings: lexer.strings }
    }

    /// Every function, nested ones too.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let code: Vec<char> = self.code.chars().collect();
        let mut line = 1;
        let mut found = Vec::new();
        for at in 0..code.len() {
            if code[at] == '\n' {
                line += 1;
            }
            if word_at(&code, at, "fn") {
                found.extend(function(&code, at, line));
            }
        }
        found
    }
}

/// Lines (from 1) of `code` on which `word` stands as a whole word.
pub(crate) fn lines_with_word(code: &str, word: &str) -> Vec<usize> {
    let holds = |line: &&str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    let numbered = code.lines().enumerate();
    numbered.filter(|(_, line)| holds(line)).map(|(index, _)| index + 1).collect()
}

/// Whether `c` can stand in an identifier.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    strings: Vec<Literal>,
}

impl Lexer {
    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (Some('/'), Some('/')) => self.line_comment(),
            (Some('/'), Some('*')) => self.block_comment(),
            (Some('\''), _) => self.quote(),
            _ => match self.opening() {
                Some((prefix, hashes)) => self.string(prefix, hashes),
                None => self.keep(1),
            },
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Moves on by `count`, the text kept.
    fn keep(&mut self, count: usize) {
        self.advance(count, |c| c);
    }

    /// Moves on by `count`, the text blanked.
    fn blank(&mut self, count: usize) {
        self.advance(count, |_| ' ');
    }

    fn advance(&mut self, count: usize, shown: impl Fn(char) -> char) {
        for _ in 0..count {
            let Some(c) = self.peek(0) else { return };
            self.line += usize::from(c == '\n');
            self.code.push(if c == '\n' { c } else { shown(c) });
            self.at += 1;
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.blank(1);
                    continue;
                }
            }
            self.blank(2);
            if depth == 0 {
                return;
            }
        }
    }

    /// A character literal, or the tick of a lifetime.
    fn quote(&mut self) {
        let escaped = self.peek(1) == Some('\\');
        if !escaped && self.peek(2) != Some('\'') {
            return self.keep(1);
        }
        self.blank(if escaped { 3 } else { 2 });
        while self.peek(0).is_some_and(|c| c != '\'') {
            self.blank(1);
        }
        self.blank(1);
    }

    /// If a string literal opens here: the length of its prefix, and its hashes if it is raw.
    fn opening(&self) -> Option<(usize, Option<usize>)> {
        if self.at > 0 && is_word(self.chars[self.at - 1]) && self.peek(0) != Some('"') {
            return None;
        }
        let mut prefix = usize::from(matches!(self.peek(0), Some('b' | 'c')));
        let raw = self.peek(prefix) == Some('r');
        prefix += usize::from(raw);
        let hashes = (prefix..).take_while(|&ahead| raw && self.peek(ahead) == Some('#')).count();
        (self.peek(prefix + hashes) == Some('"')).then_some((prefix, raw.then_some(hashes)))
    }

    fn string(&mut self, prefix: usize, hashes: Option<usize>) {
        let line = self.line;
        self.blank(prefix + hashes.unwrap_or(0));
        self.keep(1);
        let start = self.at;
        while self.at < self.chars.len() && !self.closes(hashes.unwrap_or(0)) {
            let escape = hashes.is_none() && self.peek(0) == Some('\\');
            self.blank(if escape { 2 } else { 1 });
        }
        let text = self.chars[start..self.at].iter().collect();
        self.strings.push(Literal { line, text });
        self.keep(1);
        self.blank(hashes.unwrap_or(0));
    }

    fn closes(&self, hashes: usize) -> bool {
        self.peek(0) == Some('"') && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'))
    }
}

fn word_at(code: &[char], at: usize, word: &str) -> bool {
    let end = at + word.len();
    (at == 0 || !is_word(code[at - 1]))
        && code.len() > end
        && word.chars().eq(code[at..end].iter().copied())
        && !is_word(code[end])
}

/// The function whose `fn` stands at `at`, unless that is a pointer type.
fn function(code: &[char], at: usize, line: usize) -> Option<Function> {
    let start = (at + 2..code.len()).find(|&i| !code[i].is_whitespace())?;
    let name: String = code[start..].iter().copied().take_while(|&c| is_word(c)).collect();
    let open = parameters_open(code, start + name.chars().count())?;
    if name.is_empty() {
        return None;
    }
    let (close, arguments) = list(code, open)?;
    let (body, declared) = signature_end(code, close)?;
    let end = if declared { body } else { matching_brace(code, body)? };
    Some(Function {
        name,
        line,
        lines: code[at..end].iter().filter(|&&c| c == '\n').count() + 1,
        arguments,
        public: declared || is_public(code, at),
        signature: code[start..body].iter().collect(),
    })
}

/// Whether the words before `at` on its line begin with a bare `pub`.
fn is_public(code: &[char], at: usize) -> bool {
    let line: String = code[..at].iter().rev().take_while(|&&c| c != '\n').collect();
    let line: String = line.chars().rev().collect();
    line.split_whitespace().any(|word| word == "pub")
}

/// The opening parenthesis after a name and its generics.
fn parameters_open(code: &[char], from: usize) -> Option<usize> {
    let mut angles = 0;
    for at in from..code.len() {
        match code[at] {
            '<' => angles += 1,
            '>' if !arrow(code, at) => angles -= 1,
            '(' if angles == 0 => return Some(at),
            c if angles == 0 && !c.is_whitespace() => return None,
            _ => {}
        }
    }
    None
}

fn arrow(code: &[char], at: usize) -> bool {
    at > 0 && matches!(code[at - 1], '-' | '=')
}

/// The end of the list opened at `open`, and how many items it holds.
fn list(code: &[char], open: usize) -> Option<(usize, usize)> {
    let (mut depth, mut items, mut empty) = (0, 0, true);
    for at in open..code.len() {
        match code[at] {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if arrow(code, at) => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((at, items + usize::from(!empty)));
        }
        if code[at] == ',' && depth == 1 {
            items += 1;
            empty = true;
        } else if at > open && !code[at].is_whitespace() {
            empty = false;
        }
    }
    None
}

/// Where the signature ends after the parameters, and whether by a semicolon: in a trait.
fn signature_end(code: &[char], from: usize) -> Option<(usize, bool)> {
    let mut depth = 0;
    for (at, &c) in code.iter().enumerate().skip(from + 1) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' | ';' if depth == 0 => return Some((at, c == ';')),
            _ => {}
        }
    }
    None
}

fn matching_brace(code: &[char], open: usize) -> Option<usize> {
    let mut depth = 0;
    (open..code.len()).find(|&at| {
        match code[at] {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_put_aside() {
        for (text, want) in [
            ("a // b", "a     "),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x{", 1)"#, r#"f("  ", 1)"#),
            (r#"f("\"{", 1)"#, r#"f("   ", 1)"#),
            (r##"f(r#"{"}"#, 1)"##, r##"f(  "   " , 1)"##),
            (r#"f(b"{", br"{")"#, r#"f( " ",   " ")"#),
            ("f('{', '\\'', '\\u{7b}')", "f(   ,     ,         )"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("r#type + b'{'", "r#type + b   "),
        ] {
            assert_eq!(Source::read(text).code, want, "{text}");
        }
    }

    #[test]
    fn strings_are_kept_with_their_lines() {
        let source = Source::read("a(\"one\");\n/* \" */ b(r#\"two\n\"#);\nc(\"three\")");
        let got: Vec<_> = source.strings.iter().map(|s| (s.line, s.text.as_str())).collect();
        assert_eq!(got, [(1, "one"), (2, "two\n"), (4, "three")]);
    }

    #[test]
    fn functions_are_found_with_lines_and_arguments() {
        check("fn a() {}", "a 1 1 0");
        check("fn a(x: u8)\n-> [u8; 2];", "a 1 2 1 pub");
        check("type F = fn(u8) -> u8;", "");
        check("x\npub fn a(self, b: (u8, u8), c: [u8; 2]) -> [u8; 3] {\n}\n", "a 2 2 3 pub");
        check("pub(crate) fn a<F: Fn(u8, u8) -> u8>(f: F,) where F: Copy {\n\n}", "a 1 3 1");
        check("fn a(m: Map<u8, u8>) { \"}\"; '}'; }\n", "a 1 1 1");
        check("fn a() {\n fn b(x: u8) {}\n}", "a 1 3 0; b 2 1 1");
        check("// fn no() {}\nfn_like(); defn x", "");
    }

    fn check(text: &str, want: &str) {
        let shown = |f: &Function| {
            let public = if f.public { " pub" } else { "" };
            format!("{} {} {} {}{public}", f.name, f.line, f.lines, f.arguments)
        };
        let got: Vec<String> = Source::read(text).functions().iter().map(shown).collect();
        assert_eq!(got.join("; "), want, "{text}");
    }
}
