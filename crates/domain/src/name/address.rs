//! The key of an address (住所), one text.

use super::fold::fold;
use super::{Key, NameRules};

/// The key of an address.
///
/// Folded: 丁目 番地 番 号 and every hyphen between numbers, の between numbers, kanji numerals in
/// front of them and of 条 線 地割, leading zeros, 号室, 大字 小字 字, ヶ ケ が ガ ヵ in front of a
/// kanji, ノ between kanji, small ッ, kanji variants, width and case; a space counts only where it
/// parts two numbers. Nothing of substance goes: the prefecture (府中市 stands in two of them), the
/// 郡, the building and the room are significant, so an address that omits one differs.
#[must_use]
pub fn address_key(text: &str, rules: &NameRules) -> Key {
    Key::of(&fold(text), |folded| {
        let plain: Vec<char> = folded.iter().map(|&character| rules.represent(character)).collect();
        joined(&numbered(&places(&plain)))
    })
}

/// Place names without the marks that registers add or drop at will.
fn places(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    for (at, &character) in text.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(' ');
        let after = text.get(at + 1).copied().unwrap_or(' ');
        match character {
            '大' | '小' if after == '字' => {}
            // 十文字 and 大文字 are names.
            '字' if before != '文' => {}
            _ => out.push(particle(before, character, after)),
        }
    }
    out
}

fn particle(before: char, character: char, after: char) -> char {
    match character {
        'ヶ' | 'ケ' | 'が' | 'ガ' | 'ヵ' if is_kanji(after) => 'ケ',
        'カ' if is_kanji(before) && is_kanji(after) => 'ケ',
        'ノ' if is_kanji(before) && is_kanji(after) => 'の',
        'っ' | 'つ' | 'ッ' if is_kanji(before) && is_kanji(after) => 'ツ',
        'ッ' => 'ツ',
        'ヶ' => 'ケ',
        'ヵ' => 'カ',
        other => other,
    }
}

/// Numbers in figures, and `-` for every word that ends one.
fn numbered(text: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        match number(rest, out.last() == Some(&'-')) {
            Some((figures, length)) => {
                out.extend(figures.chars());
                rest = &rest[length..];
                if let Some(length) = number_word(rest).or_else(|| joining_no(rest)) {
                    out.push('-');
                    rest = &rest[length..];
                    rest = &rest[joining_no(rest).unwrap_or(0)..];
                }
            }
            None => {
                out.push(first);
                rest = behind;
            }
        }
    }
    out
}

/// The number that `text` begins with, and how many characters it takes. Kanji numerals count only
/// where a house number can stand: 三番町 and 六本木 are names.
fn number(text: &[char], inside: bool) -> Option<(String, usize)> {
    let length = run(text, |character| character.is_ascii_digit());
    if length > 0 {
        let figures: String = text[..length].iter().collect();
        let figures = figures.trim_start_matches('0');
        return Some((if figures.is_empty() { "0" } else { figures }.to_owned(), length));
    }
    let length = run(text, |character| numeral(character).is_some());
    let rest = &text[length..];
    let ends = matches!(rest.first(), None | Some(' '));
    let counts = number_word(rest).or_else(|| joining_no(rest)).is_some()
        || starts(rest, "-")
        || ["条", "線", "地割"].iter().any(|unit| starts(rest, unit))
        || inside && ends;
    // No house number has more numerals than 九千九百九十九.
    ((1..=7).contains(&length) && counts).then(|| (value(&text[..length]).to_string(), length))
}

/// How long the word is that ends a number, if `text` begins with one.
fn number_word(text: &[char]) -> Option<usize> {
    let after = |length: usize| text.get(length).copied();
    let goes_on = |next: Option<char>| {
        next.is_none_or(|next| {
            next.is_ascii_digit()
                || numeral(next).is_some()
                || matches!(next, '-' | ' ' | 'の' | 'ノ')
        })
    };
    if starts(text, "丁目") || starts(text, "番地") || starts(text, "号室") {
        return Some(2);
    }
    let ends = match text.first()? {
        // 三番町 and 八丁堀 are names.
        '番' | '丁' => goes_on(after(1)),
        '号' => !matches!(after(1), Some('棟' | '館' | '線' | '地' | '車')),
        _ => false,
    };
    ends.then_some(1)
}

/// の in front of a number.
fn joining_no(text: &[char]) -> Option<usize> {
    let next = text.get(1).copied()?;
    let joins = matches!(text.first(), Some('の' | 'ノ'))
        && (next.is_ascii_digit() || numeral(next).is_some());
    joins.then_some(1)
}

/// Without spaces and hyphens, except one `-` wherever they part two numbers.
fn joined(text: &[char]) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    let mut parted = false;
    for &character in text {
        if matches!(character, ' ' | '-' | ',' | '、' | '。' | '.' | '・') {
            parted = true;
            continue;
        }
        if parted && character.is_ascii_digit() && out.ends_with(|last: char| last.is_ascii_digit())
        {
            out.push('-');
        }
        parted = false;
        out.push(character);
    }
    out
}

fn run(text: &[char], belongs: impl Fn(char) -> bool) -> usize {
    text.iter().take_while(|&&character| belongs(character)).count()
}

fn starts(text: &[char], word: &str) -> bool {
    let mut text = text.iter();
    word.chars().all(|character| text.next() == Some(&character))
}

/// 二十三 and 二三 are both 23.
fn value(numerals: &[char]) -> u32 {
    let (mut total, mut digits) = (0_u32, None::<u32>);
    for numeral in numerals.iter().filter_map(|&character| numeral(character)) {
        if numeral >= 10 {
            total = total.saturating_add(digits.take().unwrap_or(1).saturating_mul(numeral));
        } else {
            digits = Some(digits.unwrap_or(0).saturating_mul(10).saturating_add(numeral));
        }
    }
    total.saturating_add(digits.unwrap_or(0))
}

const fn numeral(character: char) -> Option<u32> {
    Some(match character {
        '〇' | '零' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        '千' => 1000,
        _ => return None,
    })
}

const fn is_kanji(character: char) -> bool {
    matches!(
        character,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}' | '々'
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::rules;
    use super::*;

    #[test]
    fn one_address_has_one_key_however_it_is_written() {
        for (text, want) in [
            ("千葉県印西市大森2364番地の2", "千葉県印西市大森2364-2"),
            ("千葉県印西市大字大森二三六四番地ノ二", "千葉県印西市大森2364-2"),
            ("千葉県印西市大森 ２３６４－２", "千葉県印西市大森2364-2"),
            ("千葉県印西市大森2364の2", "千葉県印西市大森2364-2"),
            ("千葉県印西市大森字東2364番2", "千葉県印西市大森東2364-2"),
            ("東京都千代田区霞が関一丁目２番３号", "東京都千代田区霞ケ関1-2-3"),
            ("東京都千代田区霞ヶ関1-2-3", "東京都千代田区霞ケ関1-2-3"),
            ("東京都千代田区霞ガ関1丁目2‐3", "東京都千代田区霞ケ関1-2-3"),
            ("甲市乙町二十三丁目十番百二号", "甲市乙町23-10-102"),
            ("甲市乙町一-二-三", "甲市乙町1-2-3"),
            ("甲市乙町１ー２ー０３", "甲市乙町1-2-3"),
            ("甲市乙町1-2-3 ハイツ丙 101号室", "甲市乙町1-2-3ハイツ丙101"),
            ("甲市乙町1丁目2番3号ハイツ丙101", "甲市乙町1-2-3ハイツ丙101"),
            ("甲市乙町1-2-3 101", "甲市乙町1-2-3-101"),
            ("甲市乙町1番2号ハイツ-B-101", "甲市乙町1-2ハイツB101"),
            ("甲市乙町1-2タワー101", "甲市乙町1-2タワー101"),
            ("北海道丙市北一条西二丁目", "北海道丙市北1条西2"),
            ("北海道丙市北１条西２丁目", "北海道丙市北1条西2"),
            ("東京都港区六本木六丁目1番", "東京都港区六本木6-1"),
            ("東京都千代田区三番町6番地", "東京都千代田区三番町6"),
            ("東京都中央区八丁堀2-1", "東京都中央区八丁堀2-1"),
            ("甲市一ノ宮町3", "甲市一の宮町3"),
            ("甲市一の宮町三番", "甲市一の宮町3"),
            ("京都府甲市十文字町1", "京都府甲市十文字町1"),
            ("渡邊町髙1", "渡辺町高1"),
            ("甲市1号棟2号", "甲市1号棟2"),
        ] {
            assert_eq!(address_key(text, &rules()).known(), Some(want), "{text}");
        }
    }

    #[test]
    fn what_has_substance_stays_significant() {
        for (one, two) in [
            ("東京都府中市宮町1", "広島県府中市宮町1"),
            ("東京都府中市宮町1", "府中市宮町1"),
            ("甲市乙町1-23", "甲市乙町12-3"),
            ("甲市乙町1-2-3", "甲市乙町1-2-31"),
            ("甲市乙町1-2 301", "甲市乙町1-2301"),
            ("甲市乙町1-2", "甲市乙町1-2ハイツ丙101"),
            ("甲市三番町6", "甲市3-6"),
            ("甲市乙町1番地甲", "甲市乙町1番地乙"),
        ] {
            assert_ne!(address_key(one, &rules()), address_key(two, &rules()), "{one} {two}");
        }
    }

    #[test]
    fn an_unreadable_address_has_no_key() {
        assert_eq!(address_key("", &rules()), Key::Absent);
        assert_eq!(address_key("甲市●町1", &rules()), Key::Obscured);
    }
}
