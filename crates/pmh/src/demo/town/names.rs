//! Synthetic names from parts, kanji and reading side by side; frequent ones come first.

use domain::person::Sex;

use super::rng::{Rng, Salt};

type Part = (&'static str, &'static str);

const SURNAME_HEADS: [Part; 30] = [
    ("山", "ヤマ"),
    ("中", "ナカ"),
    ("松", "マツ"),
    ("高", "タカ"),
    ("大", "オオ"),
    ("西", "ニシ"),
    ("石", "イシ"),
    ("吉", "ヨシ"),
    ("岡", "オカ"),
    ("長", "ナガ"),
    ("小", "コ"),
    ("宮", "ミヤ"),
    ("杉", "スギ"),
    ("竹", "タケ"),
    ("森", "モリ"),
    ("北", "キタ"),
    ("黒", "クロ"),
    ("坂", "サカ"),
    ("平", "ヒラ"),
    ("青", "アオ"),
    ("南", "ミナミ"),
    ("村", "ムラ"),
    ("白", "シラ"),
    ("東", "ヒガシ"),
    ("水", "ミズ"),
    ("浅", "アサ"),
    ("荒", "アラ"),
    ("赤", "アカ"),
    ("梅", "ウメ"),
    ("藤", "フジ"),
];

const SURNAME_TAILS: [Part; 20] = [
    ("田", "ダ"),
    ("本", "モト"),
    ("川", "カワ"),
    ("村", "ムラ"),
    ("島", "シマ"),
    ("野", "ノ"),
    ("原", "ハラ"),
    ("井", "イ"),
    ("崎", "サキ"),
    ("沢", "ザワ"),
    ("谷", "タニ"),
    ("岡", "オカ"),
    ("内", "ウチ"),
    ("口", "グチ"),
    ("林", "バヤシ"),
    ("瀬", "セ"),
    ("木", "キ"),
    ("橋", "ハシ"),
    ("山", "ヤマ"),
    ("森", "モリ"),
];

const MEN_HEADS: [Part; 19] = [
    ("和", "カズ"),
    ("正", "マサ"),
    ("健", "ケン"),
    ("隆", "タカ"),
    ("直", "ナオ"),
    ("英", "ヒデ"),
    ("康", "ヤス"),
    ("俊", "トシ"),
    ("博", "ヒロ"),
    ("大", "ダイ"),
    ("翔", "ショウ"),
    ("拓", "タク"),
    ("晴", "ハル"),
    ("悠", "ユウ"),
    ("蒼", "ソウ"),
    ("龍", "リュウ"),
    ("光", "コウ"),
    ("義", "ヨシ"),
    ("信", "ノブ"),
];

const WOMEN_HEADS: [Part; 19] = [
    ("美", "ミ"),
    ("恵", "エ"),
    ("由", "ユ"),
    ("千", "チ"),
    ("真", "マ"),
    ("幸", "サチ"),
    ("和", "カズ"),
    ("京", "キョウ"),
    ("文", "フミ"),
    ("結", "ユ"),
    ("陽", "ヒ"),
    ("彩", "アヤ"),
    ("沙", "サ"),
    ("里", "リ"),
    ("春", "ハル"),
    ("夏", "ナツ"),
    ("久", "ヒサ"),
    ("清", "キヨ"),
    ("若", "ワカ"),
];

/// Endings by the time of birth: before 1960, before 1990, later.
const MEN_TAILS: [[Part; 4]; 3] = [
    [("夫", "オ"), ("男", "オ"), ("郎", "ロウ"), ("治", "ジ")],
    [("之", "ユキ"), ("彦", "ヒコ"), ("樹", "キ"), ("一", "イチ")],
    [("斗", "ト"), ("太", "タ"), ("真", "マ"), ("希", "キ")],
];

const WOMEN_TAILS: [[Part; 4]; 3] = [
    [("子", "コ"), ("代", "ヨ"), ("枝", "エ"), ("江", "エ")],
    [("美", "ミ"), ("香", "カ"), ("紀", "キ"), ("子", "コ")],
    [("菜", "ナ"), ("花", "カ"), ("乃", "ノ"), ("衣", "イ")],
];

/// Kanji and reading of the household's name and one member's: full width, no space.
pub(super) fn name(
    seed: u64,
    household: u64,
    member: usize,
    sex: Sex,
    born: i16,
) -> (String, String) {
    let mut rng = Rng::new(seed, Salt::Surname, household);
    let head = SURNAME_HEADS[rng.favoured(SURNAME_HEADS.len())];
    let mut tail = SURNAME_TAILS[rng.favoured(SURNAME_TAILS.len())];
    if tail.0 == head.0 {
        tail = SURNAME_TAILS[0];
    }
    let [first, last] = given(seed, household, member, sex, born);
    let parts = [head, tail, first, last];
    (parts.map(|part| part.0).concat(), parts.map(|part| part.1).concat())
}

/// Members of one household get different beginnings: 19 is prime.
fn given(seed: u64, household: u64, member: usize, sex: Sex, born: i16) -> [Part; 2] {
    let mut rng = Rng::new(seed, Salt::Given, household);
    let start = rng.favoured(MEN_HEADS.len()) + member * 7;
    let ending = Rng::new(seed, Salt::Given, household ^ ((member as u64 + 1) << 40)).index(4);
    let period = match born {
        ..1960 => 0,
        1960..1990 => 1,
        _ => 2,
    };
    let (heads, tails) = match sex {
        Sex::Male => (&MEN_HEADS, &MEN_TAILS),
        Sex::Female | Sex::Unknown => (&WOMEN_HEADS, &WOMEN_TAILS),
    };
    let head = heads[start % heads.len()];
    let tail = tails[period][ending];
    [head, if tail.0 == head.0 { tails[period][(ending + 1) % 4] } else { tail }]
}
