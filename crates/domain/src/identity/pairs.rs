//! Labelled synthetic pairs of people: how often does [`match_new`] link falsely, and how often
//! does it hold for nothing? Nobody here is real.

use jiff::civil::Date;

use super::rng::Rng;
use super::{LinkDecision, lookup_keys, match_new, search_key};
use crate::name::NameRules;
use crate::person::{Birth, FiveAttributes, ResidentId, Sex};

/// What became of the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Pairs of one person, described twice with the same address.
    pub same: u64,
    /// Of those, linked.
    pub linked: u64,
    /// Of those, held although they are one person.
    pub held_same: u64,
    /// Of those, taken for a new person: a duplicate.
    pub duplicated: u64,
    /// Pairs of two different people.
    pub different: u64,
    /// Of those, linked: somebody would see another's record. Must be 0.
    pub false_links: u64,
    /// Of those, held: a human looks at a twin or a namesake.
    pub held_different: u64,
    /// Near pairs that candidate search would not have found. Must be 0.
    pub missed: u64,
}

impl Report {
    /// People held although they are one person, per million.
    #[must_use]
    pub fn false_holds_per_million(&self) -> u64 {
        (self.held_same * 1_000_000).checked_div(self.same).unwrap_or(0)
    }
}

/// Compares `pairs` labelled pairs, half of them of one person. The variants of `rules` are used
/// to write names in other ways.
#[must_use]
pub fn labelled_pairs(seed: u64, pairs: u64, rules: &NameRules) -> Report {
    let mut rng = Rng::new(seed);
    let writings: Vec<(char, char)> = rules.variants().collect();
    let mut report = Report::default();
    for _ in 0..pairs {
        let known = Person::any(&mut rng);
        let same = rng.one_in(2);
        let other = if same { known.clone() } else { known.somebody_else(&mut rng) };
        let (one, two) = (known.written(&mut rng, &writings), other.written(&mut rng, &writings));
        let filed = search_key(&one, rules);
        let decision = match_new(&[(ResidentId(1), one)], &two, rules);
        report.count(same, decision);
        if decision != LinkDecision::New {
            let found = lookup_keys(&two, rules).iter().any(|key| filed.contains(key));
            report.missed += u64::from(!found);
        }
    }
    report
}

impl Report {
    fn count(&mut self, same: bool, decision: LinkDecision) {
        let counter = match (same, decision) {
            (true, LinkDecision::Auto(_)) => &mut self.linked,
            (true, LinkDecision::Held { .. }) => &mut self.held_same,
            (true, LinkDecision::New) => &mut self.duplicated,
            (false, LinkDecision::Auto(_)) => &mut self.false_links,
            (false, LinkDecision::Held { .. }) => &mut self.held_different,
            (false, LinkDecision::New) => &mut self.different,
        };
        *counter += 1;
        if same {
            self.same += 1;
        } else if !matches!(decision, LinkDecision::New) {
            self.different += 1;
        }
    }
}

/// Family names with their readings.
const FAMILY: [(&str, &str); 14] = [
    ("高橋", "タカハシ"),
    ("山崎", "ヤマザキ"),
    ("渡辺", "ワタナベ"),
    ("斎藤", "サイトウ"),
    ("斉藤", "サイトウ"),
    ("吉田", "ヨシダ"),
    ("浜田", "ハマダ"),
    ("浜田", "ハマタ"),
    ("広沢", "ヒロサワ"),
    ("桜井", "サクライ"),
    ("三ヶ島", "ミカジマ"),
    ("国島", "クニシマ"),
    ("SMITH", "スミス"),
    ("", "ジュン"),
];

/// Given names with their readings. Several read alike, as twins' may; 未定 is no name yet.
const GIVEN: [(&str, &str); 16] = [
    ("裕子", "ユウコ"),
    ("優子", "ユウコ"),
    ("祐子", "ユウコ"),
    ("翔", "ショウ"),
    ("将", "ショウ"),
    ("恵", "メグミ"),
    ("萌", "メグミ"),
    ("さくら", "サクラ"),
    ("咲良", "サクラ"),
    ("美月", "ミヅキ"),
    ("瑞希", "ミズキ"),
    ("真一", "シンイチ"),
    ("光男", "ミツオ"),
    ("JANE", "ジェーン"),
    ("薫", "カヲル"),
    ("未定", "ミテイ"),
];

const TOWNS: [&str; 5] =
    ["甲県乙市丙町", "甲県乙市霞ヶ丘", "丁県戊市一ノ宮町", "丁県戊市大字己", "庚県辛区桜丘"];

#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    family: usize,
    given: usize,
    birth: Birth,
    sex: Sex,
    town: usize,
    /// 丁目, 番, 号.
    lot: [u32; 3],
    room: Option<u32>,
}

impl Person {
    /// Somebody whose five attributes are all known and whose name is given.
    fn any(rng: &mut Rng) -> Self {
        Self {
            family: rng.below(FAMILY.len()),
            given: rng.below(GIVEN.len() - 1),
            birth: birth(rng),
            sex: *rng.pick(&[Sex::Male, Sex::Female]),
            town: rng.below(TOWNS.len()),
            lot: [small(rng, 9), small(rng, 30), small(rng, 20)],
            room: rng.one_in(3).then(|| 100 + small(rng, 900)),
        }
    }

    /// Another person whom a careless eye takes for the same.
    fn somebody_else(&self, rng: &mut Rng) -> Self {
        let mut other = self.clone();
        match rng.below(7) {
            // A twin: another given name, often read alike.
            0 | 1 => other.given = other_than(rng, GIVEN.len(), self.given),
            // Equal name, birth and sex, elsewhere.
            2 => other.town = other_than(rng, TOWNS.len(), self.town),
            // The same, next door.
            3 => other.lot[rng.below(3)] += 1,
            // Parent or child of the same name; a namesake in the house.
            4 => other.birth = another_birth(rng, self.birth),
            // Brother and sister, or a family member of another age.
            5 => {
                other.given = other_than(rng, GIVEN.len(), self.given);
                other.birth = another_birth(rng, self.birth);
            }
            // The same reading of the family name, or another; or the other room.
            _ if rng.one_in(2) => other.family = other_than(rng, FAMILY.len(), self.family),
            _ => other.room = Some(self.room.map_or(101, |room| room + 1)),
        }
        other
    }

    /// As one of many clerks would type it.
    fn written(&self, rng: &mut Rng, writings: &[(char, char)]) -> FiveAttributes {
        let ((family, family_kana), (given, given_kana)) = (FAMILY[self.family], GIVEN[self.given]);
        let space = *rng.pick(&["", " ", "\u{3000}", "\u{A0}"]);
        let name = kanji(rng, &format!("{family}{space}{given}"), writings);
        let kana = kana(rng, &format!("{family_kana}{space}{given_kana}"));
        FiveAttributes { name, kana, address: self.address(rng), birth: self.birth, sex: self.sex }
    }

    fn address(&self, rng: &mut Rng) -> String {
        let [block, number, house] = self.lot;
        let lot = match rng.below(5) {
            0 => format!("{block}丁目{number}番{house}号"),
            1 => format!("{block}-{number}-{house}"),
            2 => format!("{}丁目{}番{}号", in_kanji(block), in_kanji(number), in_kanji(house)),
            3 => wide(&format!("{block}丁目{number}番地の{house}")),
            _ => wide(&format!("{block}－{number}－{house}")),
        };
        let room = self.room.map_or_else(String::new, |room| match rng.below(3) {
            0 => format!(" ハイツ{room}号室"),
            1 => format!("\u{3000}ハイツ{room}"),
            _ => wide(&format!("ﾊｲﾂ-{room}")),
        });
        let ga = *rng.pick(&["ヶ", "ケ", "が"]);
        let no = *rng.pick(&["ノ", "の"]);
        let oaza = *rng.pick(&["大字", ""]);
        let town = TOWNS[self.town].replace('ヶ', ga).replace('ノ', no).replace("大字", oaza);
        format!("{town}{lot}{room}")
    }
}

fn birth(rng: &mut Rng) -> Birth {
    let year = i16::try_from(1920 + rng.below(107)).unwrap_or(2000);
    let month = i8::try_from(1 + rng.below(12)).unwrap_or(1);
    let day = i8::try_from(1 + rng.below(28)).unwrap_or(1);
    Date::new(year, month, day).map_or(Birth::Unknown, Birth::Day)
}

fn another_birth(rng: &mut Rng, than: Birth) -> Birth {
    match birth(rng) {
        same if same == than => Birth::Unknown,
        other => other,
    }
}

fn small(rng: &mut Rng, limit: usize) -> u32 {
    u32::try_from(1 + rng.below(limit)).unwrap_or(1)
}

fn other_than(rng: &mut Rng, limit: usize, index: usize) -> usize {
    (index + 1 + rng.below(limit - 1)) % limit
}

/// Variants, variation selectors and invisible characters at random.
fn kanji(rng: &mut Rng, text: &str, writings: &[(char, char)]) -> String {
    let mut out = String::new();
    for character in text.chars() {
        let other: Vec<char> =
            writings.iter().filter(|pair| pair.1 == character).map(|pair| pair.0).collect();
        let written = if other.is_empty() || rng.one_in(2) { character } else { *rng.pick(&other) };
        out.push(written);
        if u32::from(written) > 0x4E00 && rng.one_in(6) {
            out.push(*rng.pick(&['\u{E0100}', '\u{E0101}', '\u{FE00}', '\u{200B}']));
        }
    }
    if rng.one_in(3) { wide(&out) } else { out }
}

/// The kana of the readings above, each with its half-width form.
const HALF: &str = "ア=ｱ イ=ｲ ウ=ｳ エ=ｴ オ=ｵ カ=ｶ ク=ｸ グ=ｸﾞ コ=ｺ サ=ｻ ザ=ｻﾞ シ=ｼ ジ=ｼﾞ ス=ｽ ズ=ｽﾞ \
    タ=ﾀ ダ=ﾀﾞ チ=ﾁ ツ=ﾂ ヅ=ﾂﾞ テ=ﾃ ト=ﾄ ナ=ﾅ ニ=ﾆ ハ=ﾊ ベ=ﾍﾞ ヒ=ﾋ マ=ﾏ ミ=ﾐ メ=ﾒ ヤ=ﾔ ユ=ﾕ ヨ=ﾖ ラ=ﾗ \
    ル=ﾙ ロ=ﾛ ワ=ﾜ ン=ﾝ ヲ=ｦ ェ=ｪ ャ=ｬ ュ=ｭ ョ=ｮ ー=ｰ";

/// Half width, hiragana, combining marks, large kana, ヅ as ズ, or as it is.
fn kana(rng: &mut Rng, text: &str) -> String {
    let style = rng.below(6);
    let spell = |character: char| match (style, character) {
        (0, _) => {
            let half = HALF.split_once(character).and_then(|(_, half)| half.strip_prefix('='));
            half.and_then(|half| half.split(' ').next()).map(str::to_owned)
        }
        (1, 'ァ'..='ヶ') => char::from_u32(u32::from(character) - 0x60).map(String::from),
        (2, 'ダ') => Some("タ\u{3099}".to_owned()),
        (2, 'ジ') => Some("シ\u{3099}".to_owned()),
        (3, 'ョ') => Some("ヨ".to_owned()),
        (3, 'ュ') => Some("ユ".to_owned()),
        (3, 'ー') => Some("－".to_owned()),
        (4, 'ヅ') => Some("ズ".to_owned()),
        (4, 'ヲ') => Some("オ".to_owned()),
        (4, 'ー') => Some("‐".to_owned()),
        _ => None,
    };
    text.chars().map(|character| spell(character).unwrap_or(character.to_string())).collect()
}

/// ASCII written full width.
fn wide(text: &str) -> String {
    let widen = |character: char| match character {
        '!'..='~' => char::from_u32(u32::from(character) + 0xFEE0).unwrap_or(character),
        other => other,
    };
    text.chars().map(widen).collect()
}

/// Below 100, in kanji numerals.
fn in_kanji(number: u32) -> String {
    let digit = |number: u32| {
        let at = usize::try_from(number % 10).unwrap_or(0);
        "〇一二三四五六七八九".chars().nth(at).unwrap_or('〇').to_string()
    };
    let tens = match number / 10 {
        0 => String::new(),
        1 => "十".to_owned(),
        tens => format!("{}十", digit(tens)),
    };
    if number.is_multiple_of(10) { tens } else { tens + &digit(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> NameRules {
        let pairs = [
            "髙高", "﨑崎", "邊辺", "邉辺", "齊斉", "齋斎", "𠮷吉", "濱浜", "濵浜", "廣広", "澤沢",
        ];
        let more = ["櫻桜", "國国", "惠恵", "將将", "眞真", "薰薫"];
        NameRules::new(pairs.iter().chain(&more).map(|pair| {
            let mut both = pair.chars();
            (both.next().unwrap(), both.next().unwrap())
        }))
        .with_placeholders(["未定".to_owned()])
    }

    #[test]
    fn nobody_is_linked_to_another_and_no_writing_hides_a_person() {
        let report = labelled_pairs(20_261_124, 100_000, &rules());
        println!("{report:?}, false holds per million: {}", report.false_holds_per_million());
        assert_eq!(report.same + report.different, 100_000);
        assert!(report.same > 45_000 && report.different > 45_000, "{report:?}");
        assert_eq!(report.false_links, 0, "{report:?}");
        assert_eq!(report.missed, 0, "{report:?}");
        assert_eq!(report.linked, report.same, "{report:?}");
    }

    #[test]
    fn without_variants_the_same_people_are_held_not_duplicated() {
        let blind = NameRules::default();
        let mut rng = Rng::new(3);
        let writings: Vec<(char, char)> = rules().variants().collect();
        let mut held = 0;
        for _ in 0..2_000 {
            let person = Person::any(&mut rng);
            let (one, two) =
                (person.written(&mut rng, &writings), person.written(&mut rng, &writings));
            match match_new(&[(ResidentId(1), one)], &two, &blind) {
                LinkDecision::Auto(_) => {}
                LinkDecision::Held { .. } => held += 1,
                LinkDecision::New => panic!("a duplicate of {two:?}"),
            }
        }
        assert!(held > 300, "the writings must differ: {held}");
    }
}
