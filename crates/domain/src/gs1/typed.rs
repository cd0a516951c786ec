//! What keyboards and scanners do to a symbol before it reaches a field.

/// One character of the symbol and its place in what was typed, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) character: char,
    pub(super) place: usize,
}

/// FNC1 between elements, ASCII 29.
pub(super) const SEPARATOR: char = '\u{1d}';

/// How the separator arrives where a keyboard cannot type it. Apart from `<GS>` none of them can
/// stand in data: their characters are not in the GS1 set.
const SEPARATORS: [&str; 9] =
    ["{gs}", "<gs>", "[gs]", "{fnc1}", "<fnc1>", "\\x1d", "\\u001d", "^]", "␝"];

/// Symbology identifiers: GS1 DataMatrix, GS1-128, GS1 QR, GS1 DataBar and composite. Between a
/// Japanese and an English layout `]` becomes `[`.
const SYMBOLOGIES: [&str; 8] = ["]d2", "]c1", "]q3", "]e0", "[d2", "[c1", "[q3", "[e0"];

/// Half width, separators as [`SEPARATOR`], without symbology identifier, leading separators and
/// the line end that scanners add.
pub(super) fn typed(input: &str) -> Vec<Typed> {
    let narrowed = input.chars().zip(1..);
    let narrowed = narrowed.map(|(it, place)| Typed { character: narrow(it), place });
    let mut rest: Vec<Typed> = narrowed.collect();
    let is_space = |typed: &Typed| typed.character.is_whitespace();
    let end = rest.iter().rposition(|typed| !is_space(typed)).map_or(0, |last| last + 1);
    rest.truncate(end);
    let begin = rest.iter().position(|typed| !is_space(typed)).unwrap_or(end);
    let rest = &rest[begin..];
    let known = SYMBOLOGIES.iter().find(|known| begins_with(rest, known));
    separated(&rest[known.map_or(0, |known| known.len())..])
}

fn separated(mut rest: &[Typed]) -> Vec<Typed> {
    let mut out: Vec<Typed> = Vec::with_capacity(rest.len());
    while let Some((&first, others)) = rest.split_first() {
        let word = SEPARATORS.iter().find(|word| begins_with(rest, word));
        let separator = word.is_some() || first.character == SEPARATOR;
        let character = if separator { SEPARATOR } else { first.character };
        // FNC1 in first place only says that this is GS1.
        if !(separator && out.is_empty()) {
            out.push(Typed { character, ..first });
        }
        rest = word.map_or(others, |word| &rest[word.chars().count()..]);
    }
    out
}

fn begins_with(rest: &[Typed], word: &str) -> bool {
    let mut typed = rest.iter().map(|typed| typed.character.to_ascii_lowercase());
    word.chars().all(|letter| typed.next() == Some(letter))
}

fn narrow(letter: char) -> char {
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '\u{3000}' => ' ',
        _ => letter,
    }
}
