//! Cutting a symbol into elements.

use super::table::{Shape, shape};
use super::typed::{SEPARATOR, Typed};
use crate::finding::Finding;

/// One element with its place in what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) ai: String,
    pub(super) data: String,
    /// Of the AI.
    pub(super) place: usize,
}

/// Every element that can be told, and a finding for each that cannot.
pub(super) fn elements(typed: &[Typed]) -> (Vec<Element>, Vec<Finding>) {
    let (mut elements, mut findings) = (Vec::new(), Vec::new());
    let bracketed = typed.first().is_some_and(|first| first.character == '(');
    let mut rest = typed;
    while let Some(first) = rest.first() {
        if first.character == SEPARATOR {
            rest = &rest[1..];
            continue;
        }
        let cut = if bracketed { cut_bracketed(rest) } else { cut_plain(rest) };
        let (next, element) = cut.unwrap_or_else(|| (until_separator(rest), Err(unknown(first))));
        match element {
            Ok(element) => elements.push(element),
            Err(finding) => findings.push(finding),
        }
        rest = &rest[next.max(1)..];
    }
    (elements, findings)
}

/// The next element, and where the one after it begins; none if the AI is unknown.
fn cut_plain(rest: &[Typed]) -> Option<(usize, Result<Element, Finding>)> {
    let shape = shape(&digits(rest))?;
    let open = until_separator(rest);
    let end = if shape.closed { open.min(shape.ai + shape.most) } else { open };
    Some((end, element(&shape, &rest[..shape.ai], &rest[shape.ai.min(end)..end])))
}

/// The same for the form that people read: `(01)…(17)…`.
fn cut_bracketed(rest: &[Typed]) -> Option<(usize, Result<Element, Finding>)> {
    let shape = bracket(rest)?;
    let begin = shape.ai + 2;
    let next = (begin..rest.len()).find(|&at| bracket(&rest[at..]).is_some());
    let end = next.unwrap_or(rest.len()).min(until_separator(rest));
    let data = trim(&rest[begin..end]);
    Some((end, element(&shape, &rest[1..=shape.ai], data)))
}

/// The AI in brackets at the start of `rest`.
fn bracket(rest: &[Typed]) -> Option<Shape> {
    let (first, inside) = rest.split_first()?;
    let shape = shape(&digits(inside)).filter(|_| first.character == '(')?;
    (inside.get(shape.ai)?.character == ')').then_some(shape)
}

fn trim(mut data: &[Typed]) -> &[Typed] {
    while let [rest @ .., last] = data
        && last.character == ' '
    {
        data = rest;
    }
    while let [first, rest @ ..] = data
        && first.character == ' '
    {
        data = rest;
    }
    data
}

/// Up to four digits at the start.
fn digits(rest: &[Typed]) -> String {
    let characters = rest.iter().map(|typed| typed.character);
    characters.take(4).take_while(char::is_ascii_digit).collect()
}

fn until_separator(rest: &[Typed]) -> usize {
    rest.iter().position(|typed| typed.character == SEPARATOR).unwrap_or(rest.len())
}

fn element(shape: &Shape, ai: &[Typed], data: &[Typed]) -> Result<Element, Finding> {
    let place = ai.first().map_or(1, |typed| typed.place);
    let text = |part: &[Typed]| part.iter().map(|typed| typed.character).collect::<String>();
    let ai = text(ai);
    if !(shape.least..=shape.most).contains(&data.len()) {
        return Err(length(&ai, shape, data.len(), place));
    }
    let wrong = data.iter().enumerate().find(|(at, typed)| {
        let digit = typed.character.is_ascii_digit();
        if *at < shape.digits { !digit } else { !in_set(typed.character) }
    });
    match wrong {
        Some((at, typed)) => Err(character(&ai, typed, at < shape.digits)),
        None => Ok(Element { ai, data: text(data), place }),
    }
}

/// GS1 AI encodable character set 82.
fn in_set(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!\"%&'()*+,-./_:;<=>?".contains(character)
}

fn unknown(first: &Typed) -> Finding {
    let place = first.place;
    Finding::stop(
        "gs1-unknown-ai",
        place.to_string(),
        format!(
            "{place}文字目から始まる項目はGS1のアプリケーション識別子ではありません。\
             ワクチンの容器か箱の二次元コードを読み直してください。"
        ),
        format!(
            "What begins at character {place} is no GS1 application identifier; \
             scan the two-dimensional code on the vial or the box again."
        ),
    )
}

fn length(ai: &str, shape: &Shape, found: usize, place: usize) -> Finding {
    let want = match (shape.least, shape.most) {
        (least, most) if least == most => most.to_string(),
        (least, most) => format!("{least}–{most}"),
    };
    Finding::stop(
        "gs1-length",
        place.to_string(),
        format!(
            "{place}文字目の項目（{ai}）は{want}文字のはずが{found}文字です。\
             読み取りが途中で切れたか、区切り（GS）が抜けています。読み直してください。"
        ),
        format!(
            "The element ({ai}) at character {place} has {found} characters of {want}; the scan was \
             cut or a separator (GS) is missing. Scan again."
        ),
    )
}

fn character(ai: &str, typed: &Typed, digit: bool) -> Finding {
    let (place, found) = (typed.place, typed.character.escape_debug());
    let (ja, en) = if digit { ("数字", "a digit") } else { ("GS1の文字", "a GS1 character") };
    Finding::stop(
        "gs1-character",
        place.to_string(),
        format!("{place}文字目（{ai}）は{ja}のはずが「{found}」です。読み直してください。"),
        format!("Character {place}, in ({ai}), must be {en} and is `{found}`; scan again."),
    )
}
