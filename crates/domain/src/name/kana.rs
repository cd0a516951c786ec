//! The key of a reading (カナ氏名).

use super::Key;
use super::fold::{fold, is_kana, is_separator, unvoiced, voiced};

/// Small katakana, each followed by the large one.
const SMALL: &str = "ァアィイゥウェエォオッツャヤュユョヨヮワヵカヶケ";

/// The key of a reading: full-width katakana without spaces. Hiragana, half width, small kana and
/// every dash are folded; ヂ ヅ ヲ ヰ ヱ are compared as ジ ズ オ イ エ, because they sound alike
/// and registers differ in them. Voicing and 長音 stay significant.
#[must_use]
pub fn kana_key(text: &str) -> Key {
    Key::of(&fold(text), |folded| {
        let mut key = String::new();
        let mut last = ' ';
        for &character in folded.iter().filter(|&&character| !is_separator(character)) {
            last = spell(last, katakana(character));
            key.push(alike(last));
        }
        key
    })
}

fn katakana(character: char) -> char {
    match character {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => {
            char::from_u32(u32::from(character) + 0x60).unwrap_or(character)
        }
        other => other,
    }
}

/// Iteration marks written out, small kana large, and the kanji 一 behind kana as the 長音 it was
/// meant to be.
fn spell(last: char, character: char) -> char {
    match character {
        'ヽ' if is_kana(last) => unvoiced(last),
        'ヾ' if is_kana(last) => voiced(unvoiced(last)).unwrap_or(last),
        '一' if is_kana(last) => 'ー',
        other => large(other),
    }
}

fn large(character: char) -> char {
    let mut small = SMALL.chars();
    while let (Some(one), Some(two)) = (small.next(), small.next()) {
        if one == character {
            return two;
        }
    }
    character
}

const fn alike(character: char) -> char {
    match character {
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        'ヲ' => 'オ',
        'ヰ' => 'イ',
        'ヱ' => 'エ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_has_one_key_however_it_is_typed() {
        for (text, want) in [
            ("ヤマダ　タロウ", "ヤマダタロウ"),
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
            ("やまだ たろう", "ヤマダタロウ"),
            ("ヤマタ\u{3099}タロウ", "ヤマダタロウ"),
            ("ﾊﾟｰｸ", "パーク"),
            ("ハ\u{309A}‐ク", "パーク"),
            ("パ－ク", "パーク"),
            ("パ一ク", "パーク"),
            ("キャット", "キヤツト"),
            ("ｷｬｯﾄ", "キヤツト"),
            ("ミヅキ", "ミズキ"),
            ("カヲル", "カオル"),
            ("ちゞみ", "チジミ"),
            ("イスヾ", "イスズ"),
            ("サヽキ", "ササキ"),
            ("ヴァン・ダム", "ヴアンダム"),
            ("ｳﾞｧﾝ", "ヴアン"),
            ("John", "JOHN"),
            ("ハマダ", "ハマダ"),
            ("ハマタ", "ハマタ"),
            ("オオノ", "オオノ"),
            ("オーノ", "オーノ"),
        ] {
            assert_eq!(kana_key(text).known(), Some(want), "{text}");
        }
    }

    #[test]
    fn no_reading_and_a_damaged_one_have_no_key() {
        assert_eq!(kana_key(""), Key::Absent);
        assert_eq!(kana_key("　\u{200B}"), Key::Absent);
        assert_eq!(kana_key("ヤマ？"), Key::Obscured);
    }
}
