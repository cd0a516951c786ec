//! Reading a day in every form in which it is written.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Calendar, Era, EraForm, out_of_range};
use crate::finding::Finding;
use crate::name::kana_key;

/// The longest text that is looked at, in characters. Ours: no form of a date is longer.
const CHARACTERS: usize = 40;
/// Figures of a day with the code of its era.
const CODED: usize = 7;

/// A day as `YYYY-MM-DD`, nothing else.
///
/// # Errors
///
/// `day-form` for another form, `no-such-day` for a day that the calendar lacks.
pub fn iso(text: &str) -> Result<Date, Finding> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return Err(day_form());
    }
    let day: Date = text.parse().map_err(|_| no_such_day())?;
    // jiff has a year 0, the calendar of the law has none.
    if day.year() > 0 { Ok(day) } else { Err(no_such_day()) }
}

impl Calendar {
    /// Reads a day: 令和8年11月23日, 令和8年11月23, 令和元年5月1日, 令和八年十一月二十三日,
    /// 令和八年十一月廿三日, 令8.11.23, R8.11.23, R.8.11.23, R08/11/23, R8-11-23, R081123, 5081123,
    /// ㋿8年11月23日, ﾚｲﾜ8年11月23日, 2026-11-23, 2026/11/23, 2026年11月23日,
    /// 二〇二六年十一月二十三日, 20261123; in full or half width, in upper or lower case, with spaces
    /// anywhere.
    ///
    /// law:元号法 law:太政官布告M5-337
    ///
    /// # Errors
    ///
    /// `written-day` if it is none of these; `no-such-day`; `not-in-era` with the right writing for
    /// a day before or after the era (昭和64年1月8日 is 平成1年1月8日); `before-gregorian`;
    /// `day-out-of-range`.
    pub fn read(&self, text: &str) -> Result<Date, Finding> {
        if text.chars().count() > CHARACTERS {
            return Err(unreadable());
        }
        let text: String = text.chars().filter(|it| !it.is_whitespace()).map(fold).collect();
        let text = text.replace('廿', "二十").replace('卅', "三十");
        let (era, rest) = self.split_era(&text);
        let written = Written::read(rest, era.is_some()).ok_or_else(unreadable)?;
        let base = era.map_or(0, |era| i32::from(era.first.year()) - 1);
        if base + written.year < i32::from(self.gregorian_from.year()) {
            return Err(self.before_gregorian());
        }
        let day = match era {
            Some(era) => self.in_era(era, &written)?,
            None => written.day(0)?,
        };
        if day < self.gregorian_from { Err(self.before_gregorian()) } else { Ok(day) }
    }

    fn split_era<'text>(&self, text: &'text str) -> (Option<&Era>, &'text str) {
        let rest = |era: &Era| {
            let signs = [era.ligature, era.short, era.letter];
            let named = text.strip_prefix(era.name.as_str()).or_else(|| text.strip_prefix(signs));
            let named = named.or_else(|| behind_reading(text, era));
            // R.8.11.23 has a point behind the letter, as abbreviations do.
            named
                .map(|rest| rest.strip_prefix('.').unwrap_or(rest))
                .or_else(|| behind_code(text, era))
        };
        let found = self.eras.iter().find_map(|era| rest(era).map(|rest| (Some(era), rest)));
        found.unwrap_or_else(|| (None, text.strip_prefix("西暦").unwrap_or(text)))
    }

    fn in_era(&self, era: &Era, written: &Written) -> Result<Date, Finding> {
        let day = written.day(i32::from(era.first.year()) - 1)?;
        let next = self.eras.iter().find(|next| era.first < next.first);
        let inside = era.first <= day && next.is_none_or(|next| day < next.first);
        if inside {
            return Ok(day);
        }
        let right = self.write(day, EraForm::KanjiFigure)?;
        Err(not_in_era(&era.name, &right))
    }
}

/// ﾚｲﾜ, レイワ and れいわ are one reading.
fn behind_reading<'text>(text: &'text str, era: &Era) -> Option<&'text str> {
    let kana = |character: char| matches!(character, 'ぁ'..='ヿ' | 'ｦ'..='ﾟ');
    let rest = text.trim_start_matches(kana);
    let reading = &text[..text.len() - rest.len()];
    let same = !reading.is_empty() && kana_key(reading) == kana_key(&era.reading);
    same.then_some(rest)
}

/// Seven figures, the first of which is the era's: eight are a year without an era, and six always
/// follow a sign.
fn behind_code<'text>(text: &'text str, era: &Era) -> Option<&'text str> {
    let figures = text.len() == CODED && text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix(era.code).filter(|_| figures)
}

/// Year, month and day as figures.
struct Written {
    year: i32,
    month: i32,
    day: i32,
}

impl Written {
    /// From text without the era. Years without an era have four figures.
    fn read(text: &str, era: bool) -> Option<Self> {
        let [year, month, day] = parts(text, era)?.map(positional);
        let [year, month, day] = [&*year, &*month, &*day];
        let four = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        if !era && !four {
            return None;
        }
        let year = if year == "元" && era { 1 } else { figure(year, 4)? };
        (year > 0).then_some(Self { year, month: figure(month, 2)?, day: figure(day, 2)? })
    }

    /// The day if the year before year 1 is `base`.
    fn day(&self, base: i32) -> Result<Date, Finding> {
        let year = i16::try_from(base + self.year).ok().filter(|year| *year <= Date::MAX.year());
        let year = year.ok_or_else(out_of_range)?;
        let [month, day] =
            [self.month, self.day].map(|part| i8::try_from(part).unwrap_or_default());
        Date::new(year, month, day).map_err(|_| no_such_day())
    }
}

/// The three parts: divided by 年月日, or by one sort of separator, or by place.
fn parts(text: &str, era: bool) -> Option<[&str; 3]> {
    if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        return Some([year, month, rest.strip_suffix('日').unwrap_or(rest)]);
    }
    let separator = ['.', '/', '-'].into_iter().find(|&separator| text.contains(separator));
    if let Some(separator) = separator {
        let mut parts = text.split(separator);
        let three = [parts.next()?, parts.next()?, parts.next()?];
        return parts.next().is_none().then_some(three);
    }
    let places = if era { 6 } else { 8 };
    let figures = text.len() == places && text.bytes().all(|byte| byte.is_ascii_digit());
    figures.then(|| [&text[..places - 4], &text[places - 4..places - 2], &text[places - 2..]])
}

/// 二〇二六 as 2026, each kanji a figure of its own; other texts as they are.
fn positional(text: &str) -> Cow<'_, str> {
    let figure = |character: char| KANJI.chars().position(|known| known == character);
    let figures: Option<Vec<usize>> = text.chars().map(figure).collect();
    match figures {
        Some(figures) => figures.iter().map(usize::to_string).collect::<String>().into(),
        None => text.into(),
    }
}

/// A number of up to `places` Arabic figures, or a number below 100 in kanji.
fn figure(text: &str, places: usize) -> Option<i32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return (1..=places).contains(&text.len()).then(|| text.parse().ok()).flatten();
    }
    let (tens, ones) = text.split_once('十')?;
    let tens = if tens.is_empty() { 1 } else { kanji(tens)? };
    let ones = if ones.is_empty() { 0 } else { kanji(ones)? };
    Some(tens * 10 + ones)
}

/// The figures in kanji, by value.
const KANJI: &str = "〇一二三四五六七八九";

/// One figure in kanji.
fn kanji(text: &str) -> Option<i32> {
    let mut figures = text.chars();
    let figure = figures.next()?;
    let value = KANJI.chars().zip(0..).find(|&(known, _)| known == figure)?.1;
    figures.next().is_none().then_some(value)
}

/// Half width, upper case, one sort of dash and point.
fn fold(character: char) -> char {
    let wide = match character {
        '\u{ff01}'..='\u{ff5e}' => u32::from(character) - 0xfee0,
        _ => u32::from(character),
    };
    match char::from_u32(wide).unwrap_or(character) {
        '・' | '･' | '。' | '｡' | '、' | '､' | ',' | '·' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | 'ｰ' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '零' | '○' | '◯' => '〇',
        other => other.to_ascii_uppercase(),
    }
}

fn day_form() -> Finding {
    Finding::stop(
        "day-form",
        "",
        "日付は YYYY-MM-DD(例 2026-11-23)で書いてください。",
        "Write the day as YYYY-MM-DD, for example 2026-11-23.",
    )
}

fn unreadable() -> Finding {
    Finding::stop(
        "written-day",
        "",
        "日付として読めません。令和8年11月23日、R8.11.23、2026-11-23 のように書いてください。",
        "This is not a day; write it like 令和8年11月23日, R8.11.23 or 2026-11-23.",
    )
}

fn no_such_day() -> Finding {
    Finding::stop(
        "no-such-day",
        "",
        "暦にない日です。年、月、日を確かめてください。",
        "The calendar has no such day; check year, month and day.",
    )
}

fn not_in_era(era: &str, right: &str) -> Finding {
    Finding::stop(
        "not-in-era",
        "",
        format!("その日は{era}ではありません。正しくは{right}です。"),
        format!("That day is not in {era}; it is written {right}."),
    )
}
