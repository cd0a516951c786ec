//! XML within limits: no document type, no more bytes, elements or depth than a schedule needs.

use roxmltree::{Document, Node, ParsingOptions};

use crate::Fault;

/// The longest file, in bytes. Ours; the longest of CDC's has half a million.
pub const BYTES: usize = 8 << 20;

/// The deepest nesting of elements. Ours; CDC's files have seven.
pub const DEPTH: usize = 32;

/// The most elements, texts and attributes of a file. Ours.
const NODES: u32 = 1_000_000;

/// Reads a file and hands its root element on.
pub(crate) fn read<T>(
    file: &str,
    text: &str,
    root: &str,
    then: impl FnOnce(Element<'_, '_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let fault = |line, message: String| Fault { file: file.to_owned(), line, message };
    let text = text.trim_start_matches('\u{feff}');
    if BYTES < text.len() {
        return Err(fault(0, format!("longer than {BYTES} bytes; divide it")));
    }
    if DEPTH < depth(text) {
        return Err(fault(0, format!("elements nest deeper than {DEPTH}")));
    }
    let options = ParsingOptions { nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| fault(error.pos().row, error.to_string()))?;
    let element = Element { node: document.root_element(), file };
    if !element.node.has_tag_name(root) {
        return Err(element.fault(&format!("the root element must be <{root}>")));
    }
    then(element)
}

/// How deep tags nest at most, whether or not the text is well formed.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in text.split('<').skip(1) {
        match tag.as_bytes().first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') => {}
            _ if tag.split('>').next().is_some_and(|tag| tag.ends_with('/')) => {}
            _ => depth += 1,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// An element, with its file for faults.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a, 'input> {
    node: Node<'a, 'input>,
    file: &'a str,
}

impl<'a, 'input> Element<'a, 'input> {
    /// A fault at this element.
    pub(crate) fn fault(&self, message: &str) -> Fault {
        let line = self.node.document().text_pos_at(self.node.range().start).row;
        Fault { file: self.file.to_owned(), line, message: message.to_owned() }
    }

    /// Every child `name` that has something in it.
    pub(crate) fn all(self, name: &'static str) -> impl Iterator<Item = Self> {
        let children = self.node.children().filter(move |it| it.has_tag_name(name));
        let file = self.file;
        children.filter(Node::has_children).map(move |node| Self { node, file })
    }

    /// The first child `name` that has something in it.
    pub(crate) fn child(self, name: &'static str) -> Option<Self> {
        self.all(name).next()
    }

    /// Its own text.
    pub(crate) fn own(self) -> &'a str {
        self.node.text().unwrap_or_default().trim()
    }

    /// The text of child `name`; none if it is empty or `n/a`.
    pub(crate) fn text(self, name: &'static str) -> Option<&'a str> {
        self.child(name).map(Self::own).filter(|text| !text.is_empty() && *text != "n/a")
    }

    /// The text of child `name`, which must be there.
    pub(crate) fn needed(self, name: &'static str) -> Result<&'a str, Fault> {
        self.text(name).ok_or_else(|| self.fault(&format!("<{name}> is missing; add it")))
    }

    /// The text of child `name`, read.
    pub(crate) fn read<T>(
        self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = || self.fault(&format!("<{name}> cannot be read: {text}"));
        read(text).map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_limits() {
        let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        for (name, text, fine) in [
            ("plain", "<a><b>1</b><c/></a>".to_owned(), true),
            ("marked", "\u{feff}<a/>".to_owned(), true),
            ("as deep as may be", deep(DEPTH), true),
            ("too deep", deep(DEPTH + 1), false),
            ("too long", " ".repeat(BYTES + 1), false),
            ("another root", "<b/>".to_owned(), false),
            ("with a document type", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(), false),
            ("not closed", "<a>".to_owned(), false),
        ] {
            assert_eq!(read("f", &text, "a", |_| Ok(())).is_ok(), fine, "{name}");
        }
    }

    #[test]
    fn a_fault_has_its_line() {
        let wrong =
            |element: Element<'_, '_>| element.child("b").unwrap().needed("c").map(str::len);
        let fault = read("f.xml", "<a>\n<b> 1 </b>\n</a>", "a", wrong).unwrap_err();
        assert_eq!(fault.to_string(), "f.xml:2: <c> is missing; add it");
    }
}
