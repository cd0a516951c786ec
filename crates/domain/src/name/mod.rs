//! Names and addresses: comparison keys. What was sent is never changed; two texts are compared
//! by keys made from them, and a key that cannot be trusted says so.
//!
//! The written rules (the keys of security-reliability row 5 rest on them):
//!
//! - Everywhere, not significant: width, letter case, Latin diacritics, variation selectors,
//!   invisible and bidi characters, composed or combining voicing marks. Significant: the order of
//!   the parts.
//! - [`kanji_key`], not significant: spaces and separators, the variants of [`NameRules`], ヶ ヵ ッ
//!   written large. Significant: hiragana against katakana, 々, what stands in brackets (旧姓, 通称).
//! - [`kana_key`], not significant: spaces and separators, hiragana, small kana, the shape of the
//!   dash of 長音, ヂ ヅ ヲ ヰ ヱ for ジ ズ オ イ エ, ゝ ヽ written out. Significant: voicing (ハマダ,
//!   ハマタ) and 長音 itself (オオノ, オーノ).
//! - [`address_key`]: see there.
//!
//! A private-use character (外字) or a substitute (●, 〓, ?) makes a key [`Key::Obscured`]: it
//! neither agrees nor differs, and the kana reading stands beside it.

mod address;
mod agree;
mod fold;
mod kana;

use std::collections::{BTreeMap, BTreeSet};

pub use address::address_key;
pub(crate) use agree::Comparable;
pub use agree::{Agreement, Verdict, agree};
pub use kana::kana_key;

/// Which kanji are one for comparison, from `rules/names/`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameRules {
    variants: BTreeMap<char, char>,
    placeholders: BTreeSet<String>,
}

impl NameRules {
    /// From pairs (variant, representative). A representative that is itself a variant is followed
    /// to its end, so the order of the pairs does not matter; a circle is cut where it closes.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (char, char)>) -> Self {
        let direct: BTreeMap<char, char> = pairs.into_iter().collect();
        let end = |from: char| {
            let mut seen = BTreeSet::from([from]);
            let mut at = from;
            while let Some(&next) = direct.get(&at).filter(|next| seen.insert(**next)) {
                at = next;
            }
            at
        };
        let variants = direct.keys().map(|&variant| (variant, end(variant))).collect();
        Self { variants, placeholders: BTreeSet::new() }
    }

    /// With texts that stand where a name should be (未定, 不詳): a name that ends in one is
    /// [`Key::Absent`].
    #[must_use]
    pub fn with_placeholders(mut self, texts: impl IntoIterator<Item = String>) -> Self {
        self.placeholders.extend(texts.into_iter().filter(|text| !text.is_empty()));
        self
    }

    /// The character that stands for `kanji` in keys; itself where no rule names it.
    #[must_use]
    pub fn represent(&self, kanji: char) -> char {
        self.variants.get(&kanji).copied().unwrap_or(kanji)
    }

    /// Every variant with the character that stands for it.
    pub fn variants(&self) -> impl Iterator<Item = (char, char)> + '_ {
        self.variants.iter().map(|(&variant, &representative)| (variant, representative))
    }

    fn is_placeholder(&self, key: &str) -> bool {
        self.placeholders.iter().any(|text| key.ends_with(text.as_str()))
    }
}

/// What a text is compared by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Two known keys agree or differ.
    Known(String),
    /// Holds a 外字 or a substitute character: nobody can say what it reads.
    Obscured,
    /// Nothing there: two empty readings are no agreement.
    Absent,
}

impl Key {
    /// The text of a known key.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(key) => Some(key),
            Self::Obscured | Self::Absent => None,
        }
    }

    /// Whether both are known, and if so, whether they are equal.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Verdict {
        match (self.known(), other.known()) {
            (Some(one), Some(two)) if one == two => Verdict::Agrees,
            (Some(_), Some(_)) => Verdict::Differs,
            _ => Verdict::Undecidable,
        }
    }

    fn of(folded: &[char], spell: impl FnOnce(&[char]) -> String) -> Self {
        if folded.iter().any(|&character| fold::is_substitute(character)) {
            return Self::Obscured;
        }
        match spell(folded) {
            key if key.is_empty() => Self::Absent,
            key => Self::Known(key),
        }
    }
}

/// The key of a name as the register writes it (氏名): kanji, kana or Latin letters.
#[must_use]
pub fn kanji_key(text: &str, rules: &NameRules) -> Key {
    name_key(&fold::fold(text), rules)
}

/// The key of the given name alone: what follows the first space. Absent without a space, so a
/// person with one single name has none.
#[must_use]
pub fn given_key(text: &str, rules: &NameRules) -> Key {
    let folded = fold::fold(text);
    let name = folded.trim_ascii_spaces();
    match name.iter().position(|&character| character == ' ') {
        Some(space) => name_key(&name[space..], rules),
        None => Key::Absent,
    }
}

/// A number or symbol as printed on a card (記号・番号): width, case, spaces and dashes folded,
/// nothing else; leading zeros stay.
#[must_use]
pub fn code_key(text: &str) -> String {
    fold::fold(text).into_iter().filter(|&character| character != ' ').collect()
}

fn name_key(folded: &[char], rules: &NameRules) -> Key {
    let key = Key::of(folded, |folded| {
        let kept = folded.iter().filter(|&&character| !fold::is_separator(character));
        kept.map(|&character| large(rules.represent(character))).collect()
    });
    match key {
        Key::Known(text) if rules.is_placeholder(&text) => Key::Absent,
        key => key,
    }
}

/// The small katakana that registers write large or small at will (鶴ヶ谷, 三ッ井).
const fn large(character: char) -> char {
    match character {
        'ヶ' => 'ケ',
        'ヵ' => 'カ',
        'ッ' => 'ツ',
        other => other,
    }
}

trait TrimSpaces {
    fn trim_ascii_spaces(&self) -> &[char];
}

impl TrimSpaces for [char] {
    fn trim_ascii_spaces(&self) -> &[char] {
        let start = self.iter().position(|&character| character != ' ').unwrap_or(self.len());
        let end = self.iter().rposition(|&character| character != ' ').map_or(start, |at| at + 1);
        &self[start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn rules() -> NameRules {
        let pairs = ["髙高", "﨑崎", "邊辺", "邉辺", "齊斉", "齋斎", "𠮷吉", "澤沢", "德徳"];
        let pairs = pairs.iter().map(|pair| {
            let mut both = pair.chars();
            (both.next().unwrap(), both.next().unwrap())
        });
        let compatibility = [('\u{FA19}', '神'), ('\u{F9DC}', '隆')];
        NameRules::new(pairs.chain(compatibility)).with_placeholders(["未定".to_owned()])
    }

    #[test]
    fn writings_of_one_name_share_a_key() {
        for (one, two) in [
            ("髙橋", "高橋"),
            ("山﨑　太郎", "山崎太郎"),
            ("渡邊 花子", "渡邉花子"),
            ("葛\u{E0100}城", "葛城"),
            ("葛\u{E0101}城", "葛\u{E0100}城"),
            ("辻\u{FE00}", "辻"),
            ("\u{FA19}田", "神田"),
            ("𠮷田", "吉田"),
            ("山田\u{200B}太郎\u{202E}", "山田\u{3000}太郎"),
            ("山田\u{A0}太郎", "\u{2003}山田太郎\n"),
            ("ＪＯＨＮ　ＳＭＩＴＨ", "John Smith"),
            ("NGUYỄN VĂN", "Nguyen Van"),
            ("Jose\u{301}", "JOSÉ"),
            ("JEAN‐PIERRE", "Jean-Pierre"),
            ("O’BRIEN, PAT", "O'Brien Pat"),
            ("鶴ヶ谷", "鶴ケ谷"),
            ("ﾏｲｹﾙ･ｽﾐｽ", "マイケル・スミス"),
            ("か\u{3099}く", "がく"),
            ("山田（佐藤）花子", "山田(佐藤)花子"),
            ("山田〔佐藤〕花子", "山田[佐藤]花子"),
        ] {
            check(one, two, Verdict::Agrees);
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        for (one, two) in [
            ("齋藤", "齊藤"),
            ("斎藤", "斉藤"),
            ("山崎", "山埼"),
            ("さくら", "サクラ"),
            ("裕子", "優子"),
            ("佐々木", "佐木"),
            ("山田花子", "山田(佐藤)花子"),
            ("ハマダ", "ハマタ"),
        ] {
            check(one, two, Verdict::Differs);
        }
    }

    #[test]
    fn a_name_that_cannot_be_read_neither_agrees_nor_differs() {
        for (one, two) in [
            ("山\u{E000}田", "山\u{E000}田"),
            ("山\u{F0001}", "山田"),
            ("●田", "●田"),
            ("〓田", "高田"),
            ("？田", "?田"),
            ("\u{FFFD}", "田"),
            ("", ""),
            ("　", "山田"),
            ("山田 未定", "山田未定"),
        ] {
            check(one, two, Verdict::Undecidable);
        }
    }

    #[test]
    fn the_given_name_follows_the_first_space() {
        for (text, want) in [
            ("山田　花子", Key::Known("花子".to_owned())),
            ("\u{3000}山田 髙子 ", Key::Known("高子".to_owned())),
            ("SMITH JOHN PAUL", Key::Known("JOHNPAUL".to_owned())),
            ("スハルト", Key::Absent),
            ("山田 ●子", Key::Obscured),
            ("山田 未定", Key::Absent),
        ] {
            assert_eq!(given_key(text, &rules()), want, "{text}");
        }
    }

    #[test]
    fn a_printed_number_keeps_everything_but_its_width() {
        for (text, want) in
            [("０１２３", "0123"), ("東　京－１２", "東京-12"), ("ab\u{2010}1", "AB-1"), ("", "")]
        {
            assert_eq!(code_key(text), want, "{text}");
        }
    }

    #[test]
    fn variants_are_followed_to_their_end_and_circles_stop() {
        let rules = NameRules::new([('a', 'b'), ('b', 'c'), ('x', 'y'), ('y', 'x')]);
        assert_eq!(rules.represent('a'), 'c');
        assert_eq!(rules.represent('x'), 'y');
    }

    #[track_caller]
    fn check(one: &str, two: &str, want: Verdict) {
        let (left, right) = (kanji_key(one, &rules()), kanji_key(two, &rules()));
        assert_eq!(left.compare(&right), want, "{one} {two}: {left:?} {right:?}");
    }
}
