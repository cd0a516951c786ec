//! The tree: slots in document order, and nodes that look at them.

use std::borrow::Cow;
use std::fmt;

use super::{Code, Limits, Problem, parse, text};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, kept as text.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One value or member name. Children of a container follow it, up to `next`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// First byte; for strings the quote.
    pub(super) start: u32,
    /// Byte after the last.
    pub(super) end: u32,
    /// The slot after this value and its children; for member names the fingerprint.
    pub(super) next: u32,
    pub(super) kind: Kind,
    /// Of strings: see `text`.
    pub(super) flags: u8,
}

impl Slot {
    /// What a string slot means.
    pub(super) fn text(self, source: &str) -> Cow<'_, str> {
        let inner = &source[self.start as usize + 1..self.end as usize - 1];
        if self.flags & text::ESCAPED == 0 {
            Cow::Borrowed(inner)
        } else {
            Cow::Owned(text::decode(inner))
        }
    }
}

/// A parsed body: the original text and an arena of slots.
pub struct Tree<'a> {
    source: Cow<'a, str>,
    slots: Vec<Slot>,
}

impl<'a> Tree<'a> {
    /// Reads `body`; borrowed bytes are not copied, a vector is taken over.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(body: impl Into<Cow<'a, [u8]>>, limits: &Limits) -> Result<Self, Problem> {
        let body = body.into();
        let bound = limits.bytes.min(u32::MAX as usize);
        if body.len() > bound {
            return Err(Problem::in_body(&body, Code::TooLarge, bound, String::new()));
        }
        let source = utf8(body, limits)?;
        match parse::parse(&source, limits) {
            Ok(slots) => Ok(Self { source, slots }),
            Err(stop) => {
                let body = source.as_bytes();
                Err(Problem::in_body(body, stop.code, stop.offset, stop.pointer))
            }
        }
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// The body as it was sent.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Values and member names.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.slots.len()
    }

    /// Whether any string or name holds an escaped U+0000. It is lawful JSON, but no item of ours
    /// may hold one and PostgreSQL cannot store it: callers refuse it where it matters.
    #[must_use]
    pub fn has_nul(&self) -> bool {
        self.slots.iter().any(|slot| slot.flags & text::HAS_NUL != 0)
    }
}

/// The body as text; a fault before the first broken byte is reported before it.
fn utf8<'a>(body: Cow<'a, [u8]>, limits: &Limits) -> Result<Cow<'a, str>, Problem> {
    let broken = match body {
        Cow::Borrowed(bytes) => match str::from_utf8(bytes) {
            Ok(source) => return Ok(Cow::Borrowed(source)),
            Err(error) => (Cow::Borrowed(bytes), error.valid_up_to()),
        },
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(source) => return Ok(Cow::Owned(source)),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                (Cow::Owned(error.into_bytes()), good)
            }
        },
    };
    let (bytes, good) = (broken.0.as_ref(), broken.1);
    let before = str::from_utf8(&bytes[..good]).unwrap_or_default();
    Err(match parse::parse(before, limits) {
        Err(stop) if stop.code != Code::UnexpectedEnd => {
            Problem::in_body(bytes, stop.code, stop.offset, stop.pointer)
        }
        Err(stop) => Problem::in_body(bytes, Code::InvalidUtf8, good, stop.pointer),
        Ok(_) => Problem::in_body(bytes, Code::InvalidUtf8, good, String::new()),
    })
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({})", self.source)
    }
}

/// One value of a tree. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    index: usize,
}

impl<'t> Node<'t> {
    fn slot(self) -> Slot {
        self.tree.slots[self.index]
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.slot().kind
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The member `name` of an object.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        let wanted = text::fingerprint(name.as_bytes());
        let Members { tree, mut at, end } = self.members();
        while at < end {
            let slot = tree.slots[at];
            if slot.next == wanted && slot.text(&tree.source) == name {
                return Some(Node { tree, index: at + 1 });
            }
            at = tree.slots[at + 1].next as usize;
        }
        None
    }

    /// The members of an object in the order sent; nothing for other kinds.
    #[must_use]
    pub fn members(self) -> Members<'t> {
        let (at, end) = self.inside(Kind::Object);
        Members { tree: self.tree, at, end }
    }

    /// The items of an array; nothing for other kinds.
    #[must_use]
    pub fn items(self) -> Items<'t> {
        let (at, end) = self.inside(Kind::Array);
        Items { tree: self.tree, at, end }
    }

    fn inside(self, kind: Kind) -> (usize, usize) {
        let slot = self.slot();
        let end = if slot.kind == kind { slot.next as usize } else { 0 };
        (self.index + 1, end)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        let slot = self.slot();
        (slot.kind == Kind::String).then(|| slot.text(&self.tree.source))
    }

    /// Whether it is a string that holds an escaped U+0000.
    #[must_use]
    pub fn has_nul(self) -> bool {
        self.slot().flags & text::HAS_NUL != 0
    }

    /// The value of `true` and `false`.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// The text of a number, every digit as sent.
    #[must_use]
    pub fn number_text(self) -> Option<&'t str> {
        (self.kind() == Kind::Number).then(|| self.raw())
    }

    /// The value of a number that is written as a whole one and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.number_text()?.parse().ok()
    }

    /// The value as it stands in the body.
    #[must_use]
    pub fn raw(self) -> &'t str {
        let slot = self.slot();
        &self.tree.source[slot.start as usize..slot.end as usize]
    }

    /// Byte offset into the body.
    #[must_use]
    pub fn offset(self) -> usize {
        self.slot().start as usize
    }

    /// Line and column (in characters), both from 1.
    #[must_use]
    pub fn line_column(self) -> (usize, usize) {
        text::line_column(self.tree.source.as_bytes(), self.offset())
    }

    /// JSON pointer (RFC 6901); found by walking from the root, so for reports, not for loops.
    #[must_use]
    pub fn pointer(self) -> String {
        let mut pointer = String::new();
        let mut node = self.tree.root();
        while node.index < self.index {
            let step = if node.kind() == Kind::Object {
                node.members().find(|(_, child)| child.covers(self.index))
            } else {
                let mut items = node.items().enumerate();
                items
                    .find(|(_, child)| child.covers(self.index))
                    .map(|(index, child)| (Cow::Owned(index.to_string()), child))
            };
            let Some((name, child)) = step else { break };
            text::push_pointer(&mut pointer, &name);
            node = child;
        }
        pointer
    }

    fn covers(self, index: usize) -> bool {
        (self.index..self.slot().next as usize).contains(&index)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw())
    }
}

/// See [`Node::members`].
#[derive(Debug, Clone)]
pub struct Members<'t> {
    tree: &'t Tree<'t>,
    at: usize,
    end: usize,
}

impl<'t> Iterator for Members<'t> {
    type Item = (Cow<'t, str>, Node<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let tree = self.tree;
        let name = tree.slots[self.at].text(&tree.source);
        let node = Node { tree, index: self.at + 1 };
        self.at = node.slot().next as usize;
        Some((name, node))
    }
}

/// See [`Node::items`].
#[derive(Debug, Clone)]
pub struct Items<'t> {
    tree: &'t Tree<'t>,
    at: usize,
    end: usize,
}

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.at };
        self.at = node.slot().next as usize;
        Some(node)
    }
}
