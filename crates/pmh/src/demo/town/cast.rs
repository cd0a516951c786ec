//! The people with a part: those of the story and those who test names. All openly synthetic, the
//! same in every world; only their ages move with the day.

use domain::person::{Birth, Sex};
use jiff::civil::{Date, date};

use super::household::{FamilyKind, Household, Member, Role};
use super::numbers::SPECIAL;
use super::person::{Person, resident};
use crate::demo::pilot::pilot;

/// Labels of the people with a part; [`super::World::labelled`] finds them.
pub mod label {
    /// 試験花子, ひとり親 and 更生 in 都城市, one child.
    pub const SINGLE_PARENT: &str = "single-parent";
    /// 試験太郎, 8 years old, her child, ひとり親.
    pub const CHILD: &str = "child";
    /// 仮名恵, guardian of 仮名結衣 together with the father.
    pub const GUARDIAN: &str = "guardian";
    /// 仮名誠, the other guardian.
    pub const SECOND_GUARDIAN: &str = "second-guardian";
    /// 仮名結衣, 3 years old, 育成医療.
    pub const WARD: &str = "ward";
    /// 仮名陽菜, two months old, her sister: the first visit of a baby.
    pub const BABY: &str = "baby";
    /// 架空葵, moved to 都城市 under DV support measures: `isNotDisclosed`.
    pub const NON_DISCLOSED: &str = "non-disclosed";
    /// 架空蓮, 6 years old, her child, `isNotDisclosed`.
    pub const NON_DISCLOSED_CHILD: &str = "non-disclosed-child";
    /// 架空剛 in 熊本市, still recorded as guardian of 架空蓮.
    pub const EX_PARTNER: &str = "ex-partner";
    /// 見本二郎 in 熊本市, 更生医療 of 熊本市.
    pub const SECOND_TOWN: &str = "second-town";
    /// 試験三郎, 更生医療 that ended.
    pub const EXPIRED: &str = "expired";
    /// 試験四郎, whose card is revoked.
    pub const REVOKED_CARD: &str = "revoked-card";
    /// 試験五郎, whose card comes from another CA.
    pub const FOREIGN_CARD: &str = "foreign-card";
    /// The old card of 試験四郎: its certificates ran out before it was revoked.
    pub const OVER_CARD: &str = "over-card";
    /// 試験六郎, who types a wrong PIN.
    pub const WRONG_PIN: &str = "wrong-pin";
    /// 試験七子, whose record the municipality corrects.
    pub const CORRECTED: &str = "corrected";
    /// 試験八重, whose record the municipality deletes.
    pub const DELETED: &str = "deleted";
    /// 試験九美, insured, with no certificate at all.
    pub const NO_CERTIFICATE: &str = "no-certificate";
    /// 想定千代, 78 years old: an elder's autumn.
    pub const ELDER: &str = "elder";

    /// みほんさくら: a name without kanji.
    pub const NO_KANJI: &str = "no-kanji";
    /// 仮名無太郎: no kana reading.
    pub const NO_KANA: &str = "no-kana";
    /// テスト: one single name.
    pub const SINGLE_NAME: &str = "single-name";
    /// SAMPLE JOHN TEST: Latin letters.
    pub const LATIN: &str = "latin";
    /// 見本\[試験\]花枝: 旧姓 in brackets.
    pub const FORMER_NAME: &str = "former-name";
    /// SAMPLE LEE(架空一美): 通称 in brackets.
    pub const ALIAS: &str = "alias";
    /// 想定不詳: nothing known of the birth date.
    pub const UNKNOWN_BIRTH: &str = "unknown-birth";
    /// 想定年子: only the year of birth known.
    pub const UNKNOWN_BIRTH_DAY: &str = "unknown-birth-day";
    /// 邉󠄁 with a variation selector; the insurer writes it without.
    pub const IVS: &str = "ivs";
    /// 葛󠄀 with a variation selector.
    pub const IVS_KUZU: &str = "ivs-kuzu";
    /// 髙見本一; the insurer writes 高.
    pub const HASHIGO_TAKA: &str = "hashigo-taka";
    /// 高見本二, with the ordinary 高.
    pub const TAKA: &str = "taka";
    /// 見本﨑進; the insurer writes 崎.
    pub const TATSU_SAKI: &str = "tatsu-saki";
    /// 見本崎学, with the ordinary 崎.
    pub const SAKI: &str = "saki";
    /// 例示光, twin of 例示輝, both read レイジヒカル.
    pub const TWIN_A: &str = "twin-a";
    /// 例示輝, twin of 例示光.
    pub const TWIN_B: &str = "twin-b";
    /// Mother of the twins.
    pub const TWINS_MOTHER: &str = "twins-mother";
    /// 試験一郎 of 都城市, born the same day as his namesake.
    pub const SAME_NAME_A: &str = "same-name-a";
    /// 試験一郎 of 熊本市, unrelated to his namesake.
    pub const SAME_NAME_B: &str = "same-name-b";
    /// 試験 + U+E000 + 雄: a private-use character (外字), the kana beside it.
    pub const PUA: &str = "pua";
}

/// When one was born.
#[derive(Clone, Copy)]
enum Born {
    /// So many years and days before today.
    Ago(i16, i16),
    /// As written in the register.
    As(Birth),
}

/// One member: label, name, kana, sex, birth, part.
type Row = (&'static str, &'static str, &'static str, Sex, Born, Role);

use Born::{Ago, As};
use FamilyKind::{CoupleWithChildren, Single, SingleParent};
use Role::{Adult, Child, Parent};
use Sex::{Female as F, Male as M};

const MIYAKONOJO: &str = "452025";
const KUMAMOTO: &str = "431001";

const fn alone(
    label: &'static str,
    name: &'static str,
    kana: &'static str,
    sex: Sex,
    born: Born,
) -> Row {
    (label, name, kana, sex, born, Adult)
}

/// Municipality, kind, members.
const FAMILIES: &[(&str, FamilyKind, &[Row])] = &[
    (
        MIYAKONOJO,
        SingleParent,
        &[
            (label::SINGLE_PARENT, "試験花子", "シケンハナコ", F, Ago(38, 120), Parent),
            (label::CHILD, "試験太郎", "シケンタロウ", M, Ago(8, 40), Child),
        ],
    ),
    (
        MIYAKONOJO,
        CoupleWithChildren,
        &[
            (label::GUARDIAN, "仮名恵", "カメイメグミ", F, Ago(36, 200), Parent),
            (label::SECOND_GUARDIAN, "仮名誠", "カメイマコト", M, Ago(38, 15), Parent),
            (label::WARD, "仮名結衣", "カメイユイ", F, Ago(3, 100), Child),
            (label::BABY, "仮名陽菜", "カメイヒナ", F, Ago(0, BABY_DAYS), Child),
        ],
    ),
    (
        MIYAKONOJO,
        SingleParent,
        &[
            (label::NON_DISCLOSED, "架空葵", "カクウアオイ", F, Ago(34, 77), Parent),
            (label::NON_DISCLOSED_CHILD, "架空蓮", "カクウレン", M, Ago(6, 210), Child),
        ],
    ),
    (KUMAMOTO, Single, &[alone(label::EX_PARTNER, "架空剛", "カクウツヨシ", M, Ago(37, 9))]),
    (KUMAMOTO, Single, &[alone(label::SECOND_TOWN, "見本二郎", "ミホンジロウ", M, Ago(52, 300))]),
    (MIYAKONOJO, Single, &[alone(label::EXPIRED, "試験三郎", "シケンサブロウ", M, Ago(61, 5))]),
    (MIYAKONOJO, Single, &[alone(label::REVOKED_CARD, "試験四郎", "シケンシロウ", M, Ago(45, 8))]),
    (MIYAKONOJO, Single, &[alone(label::FOREIGN_CARD, "試験五郎", "シケンゴロウ", M, Ago(29, 91))]),
    (MIYAKONOJO, Single, &[alone(label::WRONG_PIN, "試験六郎", "シケンロクロウ", M, Ago(50, 33))]),
    (MIYAKONOJO, Single, &[alone(label::CORRECTED, "試験七子", "シケンナナコ", F, Ago(47, 64))]),
    (MIYAKONOJO, Single, &[alone(label::DELETED, "試験八重", "シケンヤエ", F, Ago(58, 240))]),
    (MIYAKONOJO, Single, &[alone(label::NO_CERTIFICATE, "試験九美", "シケンクミ", F, Ago(33, 2))]),
    (MIYAKONOJO, Single, &[alone(label::NO_KANJI, "みほんさくら", "ミホンサクラ", F, Ago(41, 12))]),
    (MIYAKONOJO, Single, &[alone(label::NO_KANA, "仮名無太郎", "", M, Ago(63, 1))]),
    (MIYAKONOJO, Single, &[alone(label::SINGLE_NAME, "テスト", "テスト", M, Ago(27, 18))]),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::LATIN, "SAMPLE JOHN TEST", "サンプルジョンテスト", M, Ago(35, 150))],
    ),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::FORMER_NAME, "見本[試験]花枝", "ミホンハナエ", F, Ago(44, 205))],
    ),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::ALIAS, "SAMPLE LEE(架空一美)", "カクウカズミ", F, Ago(39, 111))],
    ),
    (
        MIYAKONOJO,
        FamilyKind::Elderly,
        &[alone(label::UNKNOWN_BIRTH, "想定不詳", "ソウテイフショウ", M, As(Birth::Unknown))],
    ),
    (
        MIYAKONOJO,
        FamilyKind::Elderly,
        &[alone(label::UNKNOWN_BIRTH_DAY, "想定年子", "ソウテイトシコ", F, As(Birth::Year(1948)))],
    ),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::IVS, "渡邉\u{E0101}見本", "ワタナベミホン", M, Ago(55, 55))],
    ),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::IVS_KUZU, "葛\u{E0100}見本子", "クズミホンコ", F, Ago(49, 49))],
    ),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::HASHIGO_TAKA, "髙見本一", "タカミモトイチ", M, Ago(51, 7))],
    ),
    (MIYAKONOJO, Single, &[alone(label::TAKA, "高見本二", "タカミモトジ", M, Ago(48, 71))]),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::TATSU_SAKI, "見本﨑進", "ミホンザキススム", M, Ago(42, 88))],
    ),
    (MIYAKONOJO, Single, &[alone(label::SAKI, "見本崎学", "ミホンザキマナブ", M, Ago(40, 13))]),
    (
        MIYAKONOJO,
        SingleParent,
        &[
            (label::TWINS_MOTHER, "例示瞳", "レイジヒトミ", F, Ago(40, 180), Parent),
            (label::TWIN_A, "例示光", "レイジヒカル", M, Ago(11, 66), Child),
            (label::TWIN_B, "例示輝", "レイジヒカル", M, Ago(11, 66), Child),
        ],
    ),
    (
        MIYAKONOJO,
        Single,
        &[alone(label::SAME_NAME_A, "試験一郎", "シケンイチロウ", M, As(Birth::Day(NAMESAKES)))],
    ),
    (
        KUMAMOTO,
        Single,
        &[alone(label::SAME_NAME_B, "試験一郎", "シケンイチロウ", M, As(Birth::Day(NAMESAKES)))],
    ),
    (MIYAKONOJO, Single, &[alone(label::PUA, "試験\u{E000}雄", "シケントシオ", M, Ago(57, 28))]),
    (
        MIYAKONOJO,
        FamilyKind::Elderly,
        &[alone(label::ELDER, "想定千代", "ソウテイチヨ", F, Ago(78, 150))],
    ),
];

/// How old the baby is: past two months on any day of the year, and far from the end of 15 weeks.
pub(super) const BABY_DAYS: i16 = 66;

const NAMESAKES: Date = date(1975, 5, 5);

/// How the insured-person registry writes some of the names.
const AT_INSURER: [(&str, &str); 4] = [
    (label::IVS, "渡邉見本"),
    (label::HASHIGO_TAKA, "高見本一"),
    (label::TATSU_SAKI, "見本崎進"),
    (label::PUA, "試験トシ雄"),
];

/// A named person.
pub(super) struct Named {
    pub(super) label: &'static str,
    pub(super) person: Person,
}

/// The families of the named persons. Their addresses, numbers and insurance come from the seed as
/// everybody's do; households are numbered from 9,000,000.
pub(super) fn families(seed: u64, today: Date) -> Vec<(FamilyKind, Vec<Named>)> {
    let mut serial = SPECIAL;
    (9_000_000..)
        .zip(FAMILIES)
        .filter_map(|(id, &(town, kind, rows))| {
            let members = rows.iter().map(|row| member(row, today)).collect();
            let household = Household { id, town: pilot(town)?, kind, members };
            let named = (0..)
                .zip(rows)
                .map(|(at, row)| {
                    let mut person = resident(seed, &household, at, serial, today);
                    serial += 1;
                    write_over(&mut person, row);
                    Named { label: row.0, person }
                })
                .collect();
            Some((kind, named))
        })
        .collect()
}

/// An unknown birth date counts as 78 years for the rest of the data.
fn member(row: &Row, today: Date) -> Member {
    let (age, days) = match row.4 {
        Ago(age, days) => (age, days),
        As(Birth::Day(day)) => (today.year() - day.year(), 0),
        As(_) => (78, 0),
    };
    Member { role: row.5, sex: row.3, age, days }
}

fn write_over(person: &mut Person, row: &Row) {
    let (label, name, kana, _, born, _) = row;
    person.five.name = (*name).to_owned();
    person.five.kana = (*kana).to_owned();
    if let As(birth) = born {
        person.five.birth = *birth;
    }
    let other = AT_INSURER.iter().find(|(whose, _)| whose == label);
    person.name_at_insurer = other.map(|(_, name)| (*name).to_owned());
}
