//! The parser: one pass, an explicit stack, slots in document order.

use super::tree::{Kind, Slot};
use super::{Code, Limits, text};

/// What stopped the parser, where.
pub(super) struct Stop {
    pub(super) code: Code,
    pub(super) offset: usize,
    pub(super) pointer: String,
}

/// Reads `source` into slots: a value, or its name and then the value, each before its children.
pub(super) fn parse(source: &str, limits: &Limits) -> Result<Vec<Slot>, Stop> {
    let capacity = (source.len() / 12 + 4).min(limits.nodes);
    let mut parser = Parser {
        source,
        bytes: source.as_bytes(),
        at: 0,
        slots: Vec::with_capacity(capacity),
        frames: Vec::with_capacity(8),
        names: Vec::with_capacity(32),
        limits,
    };
    match parser.run() {
        Ok(()) => Ok(parser.slots),
        Err(fault) => Err(Stop {
            code: fault.code,
            offset: fault.offset,
            pointer: parser.pointer(fault.name),
        }),
    }
}

/// An object or array that is still open.
struct Frame {
    slot: u32,
    /// Where its member names start in `Parser::names`.
    names: usize,
    object: bool,
}

/// A member name of an open object.
#[derive(Clone, Copy)]
struct Name {
    fingerprint: u32,
    slot: u32,
}

struct Fault {
    code: Code,
    offset: usize,
    /// The slot of the member name that it is about, if not the last one.
    name: Option<u32>,
}

impl From<(Code, usize)> for Fault {
    fn from((code, offset): (Code, usize)) -> Self {
        Self { code, offset, name: None }
    }
}

struct Parser<'t> {
    source: &'t str,
    bytes: &'t [u8],
    at: usize,
    slots: Vec<Slot>,
    frames: Vec<Frame>,
    names: Vec<Name>,
    limits: &'t Limits,
}

/// An offset or index as a slot keeps it.
#[expect(clippy::cast_possible_truncation, reason = "Tree::parse refuses 4 GiB and more")]
const fn short(number: usize) -> u32 {
    number as u32
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        self.skip_space();
        loop {
            let opened = self.value()?;
            if opened && self.enter()? {
                continue;
            }
            if self.settle()? {
                break;
            }
        }
        if self.at < self.bytes.len() { self.fault(Code::TrailingData) } else { Ok(()) }
    }

    /// Reads a scalar, or opens a container (true).
    fn value(&mut self) -> Result<bool, Fault> {
        match self.bytes.get(self.at) {
            Some(b'"') => {
                let (end, flags) = text::scan(self.bytes, self.at)?;
                self.scalar(Kind::String, end, flags)?;
            }
            Some(b'{') => return self.open(true),
            Some(b'[') => return self.open(false),
            Some(b'-' | b'0'..=b'9') => {
                let end = self.number()?;
                self.scalar(Kind::Number, end, 0)?;
            }
            Some(b't') => self.word(b"true", Kind::Bool)?,
            Some(b'f') => self.word(b"false", Kind::Bool)?,
            Some(b'n') => self.word(b"null", Kind::Null)?,
            Some(b']') if self.frames.last().is_some_and(|frame| !frame.object) => {
                return self.fault(Code::TrailingComma);
            }
            Some(_) if self.at == 0 && self.source.starts_with('\u{FEFF}') => {
                return self.fault(Code::ByteOrderMark);
            }
            _ => return self.unexpected(),
        }
        Ok(false)
    }

    /// After an opening bracket: closes at once (false) or stands before the first value (true).
    fn enter(&mut self) -> Result<bool, Fault> {
        self.skip_space();
        let object = self.frames.last().is_some_and(|frame| frame.object);
        let closer = if object { b'}' } else { b']' };
        if self.bytes.get(self.at) == Some(&closer) {
            self.close()?;
            return Ok(false);
        }
        if object {
            self.name()?;
        }
        Ok(true)
    }

    /// After a value: closes what ends here. False before the next value, true at the end.
    fn settle(&mut self) -> Result<bool, Fault> {
        loop {
            self.skip_space();
            let Some(frame) = self.frames.last() else { return Ok(true) };
            let object = frame.object;
            match self.bytes.get(self.at) {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if object {
                        self.name()?;
                    }
                    return Ok(false);
                }
                Some(b'}') if object => self.close()?,
                Some(b']') if !object => self.close()?,
                _ => return self.unexpected(),
            }
        }
    }

    /// Reads `"name" :` and stands before the value.
    fn name(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at) {
            Some(b'"') => {}
            Some(b'}') => return self.fault(Code::TrailingComma),
            _ => return self.unexpected(),
        }
        let (end, flags) = text::scan(self.bytes, self.at)?;
        let inner = &self.bytes[self.at + 1..end - 1];
        let fingerprint = if flags & text::ESCAPED == 0 {
            text::fingerprint(inner)
        } else {
            text::fingerprint(text::decode(&self.source[self.at + 1..end - 1]).as_bytes())
        };
        let slot = short(self.slots.len());
        self.scalar(Kind::String, end, flags)?;
        self.names.push(Name { fingerprint, slot });
        if let Some(slot) = self.slots.last_mut() {
            slot.next = fingerprint;
        }

        self.skip_space();
        if self.bytes.get(self.at) != Some(&b':') {
            return self.unexpected();
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, end: usize, flags: u8) -> Result<(), Fault> {
        let next = short(self.slots.len() + 1);
        self.push(Slot { start: short(self.at), end: short(end), next, kind, flags })?;
        self.at = end;
        Ok(())
    }

    fn open(&mut self, object: bool) -> Result<bool, Fault> {
        if self.frames.len() >= self.limits.depth {
            return self.fault(Code::TooDeep);
        }
        let kind = if object { Kind::Object } else { Kind::Array };
        let slot = short(self.slots.len());
        self.push(Slot { start: short(self.at), end: 0, next: 0, kind, flags: 0 })?;
        self.frames.push(Frame { slot, names: self.names.len(), object });
        self.at += 1;
        Ok(true)
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.at += 1;
        let Some(frame) = self.frames.last() else { return Ok(()) };
        let (slot, names) = (frame.slot as usize, frame.names);
        if let Some(twice) = self.duplicate(names) {
            let offset = self.slots[twice as usize].start as usize;
            return Err(Fault { code: Code::DuplicateName, offset, name: Some(twice) });
        }
        self.names.truncate(names);
        self.frames.pop();
        let next = short(self.slots.len());
        let closed = &mut self.slots[slot];
        (closed.end, closed.next) = (short(self.at), next);
        Ok(())
    }

    fn push(&mut self, slot: Slot) -> Result<(), Fault> {
        if self.slots.len() >= self.limits.nodes {
            return self.fault(Code::TooManyNodes);
        }
        self.slots.push(slot);
        Ok(())
    }

    /// The slot of a member name, among those from `start` on, that stood before.
    ///
    /// Few names are compared pairwise; many are sorted, so that names chosen to share one
    /// fingerprint cost n log n, not n².
    fn duplicate(&mut self, start: usize) -> Option<u32> {
        let names = &self.names[start..];
        if names.len() <= 12 {
            return names.iter().enumerate().find_map(|(index, name)| {
                let mut earlier = names[..index].iter();
                earlier.any(|other| self.same_name(*other, *name)).then_some(name.slot)
            });
        }
        let mut sorted: Vec<Name> = names.to_vec();
        sorted.sort_unstable_by(|left, right| {
            left.fingerprint.cmp(&right.fingerprint).then_with(|| {
                let texts = self.name_text(left.slot).cmp(&self.name_text(right.slot));
                texts.then(left.slot.cmp(&right.slot))
            })
        });
        let pairs = sorted.windows(2).filter(|pair| self.same_name(pair[0], pair[1]));
        pairs.map(|pair| pair[1].slot).min()
    }

    fn same_name(&self, left: Name, right: Name) -> bool {
        left.fingerprint == right.fingerprint
            && self.name_text(left.slot) == self.name_text(right.slot)
    }

    fn name_text(&self, slot: u32) -> std::borrow::Cow<'_, str> {
        self.slots[slot as usize].text(self.source)
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<(), Fault> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word) {
            return self.scalar(kind, self.at + word.len(), 0);
        }
        let same = rest.iter().zip(word).take_while(|(left, right)| left == right).count();
        self.at += same;
        self.unexpected()
    }

    /// The end of the number at `at`.
    fn number(&mut self) -> Result<usize, Fault> {
        let start = self.at;
        let mut at = start + usize::from(self.bytes[start] == b'-');
        let whole = at;
        at = self.digits(at)?;
        if self.bytes[whole] == b'0' && at > whole + 1 {
            return Err((Code::LeadingZero, whole).into());
        }
        if self.bytes.get(at) == Some(&b'.') {
            at = self.digits(at + 1)?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(at) {
            let sign = matches!(self.bytes.get(at + 1), Some(b'+' | b'-'));
            at = self.digits(at + 1 + usize::from(sign))?;
        }
        if at - start > self.limits.number {
            return Err((Code::NumberTooLong, start).into());
        }
        Ok(at)
    }

    /// The end of the digits at `at`, at least one.
    fn digits(&self, at: usize) -> Result<usize, Fault> {
        let count = self.bytes[at.min(self.bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        match (count, self.bytes.get(at)) {
            (0, None) => Err((Code::UnexpectedEnd, at).into()),
            (0, Some(_)) => Err((Code::InvalidNumber, at).into()),
            _ => Ok(at + count),
        }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    #[cold]
    fn unexpected<T>(&self) -> Result<T, Fault> {
        let end = self.at >= self.bytes.len();
        self.fault(if end { Code::UnexpectedEnd } else { Code::UnexpectedCharacter })
    }

    #[cold]
    fn fault<T>(&self, code: Code) -> Result<T, Fault> {
        Err((code, self.at).into())
    }

    /// The pointer of the place reached; `name` overrides the last name of the innermost object.
    #[cold]
    fn pointer(&self, name: Option<u32>) -> String {
        let mut pointer = String::new();
        for (depth, frame) in self.frames.iter().enumerate() {
            let inner = self.frames.get(depth + 1);
            if frame.object {
                let end = inner.map_or(self.names.len(), |inner| inner.names);
                let last = self.names[frame.names..end].last().map(|name| name.slot);
                let chosen = if inner.is_none() { name.or(last) } else { last };
                if let Some(slot) = chosen {
                    text::push_pointer(&mut pointer, &self.name_text(slot));
                }
            } else {
                let end = inner.map_or(self.slots.len(), |inner| inner.slot as usize);
                let index = self.children_before(frame.slot as usize, end);
                text::push_pointer(&mut pointer, &index.to_string());
            }
        }
        pointer
    }

    fn children_before(&self, array: usize, end: usize) -> usize {
        let mut at = array + 1;
        let mut count = 0;
        while at < end {
            at = self.slots[at].next as usize;
            count += 1;
        }
        count
    }
}
