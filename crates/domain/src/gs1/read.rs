//! From what was typed to what it says.

use jiff::civil::Date;

use super::element::{Element, elements};
use super::typed::typed;
use super::{Gtin, Scan};
use crate::finding::Finding;

/// The longest input that is looked at, in characters. Ours: symbols on packages are far shorter.
const CHARACTERS: usize = 512;

/// Reads an element string: with or without symbology identifier (`]d2`, `]C1`, `]Q3`), FNC1 as
/// ASCII 29 or as `{GS}`, `<GS>`, `\x1d`, …, or in the form that people read (`(01)…(17)…(10)…`),
/// in half or full width.
///
/// Years of two digits are those nearest to `reference`: 49 years ahead to 50 back. Day 00 is the
/// last of the month. law:GS1
///
/// # Errors
/// All faults, each `at` the place of its character, counted from 1: `gs1-empty`, `gs1-too-long`,
/// `gs1-unknown-ai`, `gs1-length`, `gs1-character`, `gs1-date`, `gs1-twice`, `gtin-check-digit`.
pub fn read(input: &str, reference: Date) -> Result<Scan, Vec<Finding>> {
    if input.chars().count() > CHARACTERS {
        return Err(vec![too_long()]);
    }
    let (elements, mut findings) = elements(&typed(input));
    if elements.is_empty() && findings.is_empty() {
        return Err(vec![empty()]);
    }
    let mut scan = Scan::default();
    for (at, element) in elements.iter().enumerate() {
        match elements[..at].iter().find(|earlier| earlier.ai == element.ai) {
            Some(earlier) if earlier.data == element.data => {}
            Some(_) => findings.push(twice(element)),
            None => findings.extend(scan.take(element, reference).err()),
        }
    }
    findings.sort_by_key(|finding| finding.at.parse::<usize>().unwrap_or_default());
    if findings.is_empty() { Ok(scan) } else { Err(findings) }
}

impl Scan {
    fn take(&mut self, element: &Element, reference: Date) -> Result<(), Finding> {
        let Element { ai, data, place } = element;
        match ai.as_str() {
            "01" => {
                let gtin = Gtin::parse(data);
                let placed = |fault| Finding { at: place.to_string().into(), ..fault };
                self.gtin = Some(gtin.map_err(placed)?);
            }
            "10" => self.lot = Some(data.clone()),
            "11" => self.produced = Some(day(element, reference)?),
            "17" => self.expiry = Some(day(element, reference)?),
            "21" => self.serial = Some(data.clone()),
            "30" => self.count = data.parse().ok(),
            _ => self.others.push((ai.clone(), data.clone())),
        }
        Ok(())
    }
}

/// YYMMDD; the data are six digits.
fn day(element: &Element, reference: Date) -> Result<Date, Finding> {
    let part = |at: usize| element.data.get(at..at + 2).and_then(|it| it.parse::<i8>().ok());
    let day = part(0).zip(part(2)).zip(part(4)).and_then(|((year, month), day)| {
        let year = whole_year(i16::from(year), reference.year());
        if day == 0 {
            return Date::new(year, month, 1).ok().map(Date::last_of_month);
        }
        Date::new(year, month, day).ok()
    });
    day.ok_or_else(|| no_day(element))
}

/// The year of two digits in the century that GS1 gives it, seen from `now`.
fn whole_year(year: i16, now: i16) -> i16 {
    let century = now - now.rem_euclid(100);
    match year - now.rem_euclid(100) {
        51.. => century - 100 + year,
        ..=-50 => century + 100 + year,
        _ => century + year,
    }
}

fn empty() -> Finding {
    Finding::stop(
        "gs1-empty",
        "1",
        "何も読み取られていません。ワクチンの容器か箱のコードを読み取ってください。",
        "Nothing was scanned; scan the code on the vial or the box.",
    )
}

fn too_long() -> Finding {
    Finding::stop(
        "gs1-too-long",
        "1",
        format!(
            "{CHARACTERS}文字を超えています。欄を空にして、1つのコードだけ読み取ってください。"
        ),
        format!("More than {CHARACTERS} characters; clear the field and scan one code."),
    )
}

fn twice(element: &Element) -> Finding {
    let Element { ai, place, .. } = element;
    Finding::stop(
        "gs1-twice",
        place.to_string(),
        format!(
            "{place}文字目の項目（{ai}）が2回あり、値が違います。欄を空にして、\
             1つのコードだけ読み取ってください。"
        ),
        format!(
            "The element ({ai}) at character {place} stands here twice with different data; \
             clear the field and scan one code."
        ),
    )
}

fn no_day(element: &Element) -> Finding {
    let Element { ai, data, place } = element;
    Finding::stop(
        "gs1-date",
        place.to_string(),
        format!("{place}文字目の項目（{ai}）の {data} は年月日になりません。読み直してください。"),
        format!("{data} in ({ai}) at character {place} is no day as YYMMDD; scan again."),
    )
}
