//! Two descriptions of a person, compared attribute by attribute.

use super::{Key, NameRules, address_key, kana_key, kanji_key};
use crate::person::{Birth, FiveAttributes, Sex};

/// What the comparison of one attribute says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Known on both sides and the same.
    Agrees,
    /// Known on both sides and not the same.
    Differs,
    /// Missing, known in part, or unreadable on a side. Never counts as agreement.
    Undecidable,
}

impl Verdict {
    /// Whether it is an agreement.
    #[must_use]
    pub fn agrees(self) -> bool {
        self == Self::Agrees
    }
}

/// The comparison of the five attributes (基本5情報, law:住民基本台帳法7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Agreement {
    /// 氏名.
    pub name: Verdict,
    /// カナ氏名.
    pub kana: Verdict,
    /// 生年月日. Agrees only if both sides know the whole day.
    pub birth: Verdict,
    /// 性別.
    pub sex: Verdict,
    /// 住所.
    pub address: Verdict,
}

impl Agreement {
    /// Whether all five agree: the only ground for a link without a human.
    #[must_use]
    pub fn all(&self) -> bool {
        self.count() == 5
    }

    /// How many of the five agree.
    #[must_use]
    pub fn count(&self) -> u8 {
        [self.name, self.kana, self.birth, self.sex, self.address]
            .into_iter()
            .map(|verdict| u8::from(verdict.agrees()))
            .sum()
    }
}

/// Compares two descriptions of a person under the written comparison keys.
#[must_use]
pub fn agree(one: &FiveAttributes, two: &FiveAttributes, rules: &NameRules) -> Agreement {
    Comparable::of(one, rules).agree(&Comparable::of(two, rules))
}

/// The five attributes as they are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparable {
    pub(crate) name: Key,
    pub(crate) kana: Key,
    pub(crate) birth: Birth,
    pub(crate) sex: Sex,
    pub(crate) address: Key,
}

impl Comparable {
    pub(crate) fn of(person: &FiveAttributes, rules: &NameRules) -> Self {
        Self {
            name: kanji_key(&person.name, rules),
            kana: kana_key(&person.kana),
            birth: person.birth,
            sex: person.sex,
            address: address_key(&person.address, rules),
        }
    }

    pub(crate) fn agree(&self, other: &Self) -> Agreement {
        Agreement {
            name: self.name.compare(&other.name),
            kana: self.kana.compare(&other.kana),
            birth: births(self.birth, other.birth),
            sex: sexes(self.sex, other.sex),
            address: self.address.compare(&other.address),
        }
    }
}

/// Two whole days agree or differ. A birth known in part (不詳) differs where the known parts do,
/// and is undecidable otherwise.
fn births(one: Birth, two: Birth) -> Verdict {
    let (left, right) = (parts(one), parts(two));
    let contradict =
        left.iter().zip(right).any(|(a, b)| a.zip(b).is_some_and(|(known, other)| known != other));
    match (contradict, one.day().is_some() && two.day().is_some()) {
        (true, _) => Verdict::Differs,
        (false, true) => Verdict::Agrees,
        (false, false) => Verdict::Undecidable,
    }
}

fn parts(birth: Birth) -> [Option<i16>; 3] {
    match birth {
        Birth::Day(day) => [Some(day.year()), Some(day.month().into()), Some(day.day().into())],
        Birth::Month(year, month) => [Some(year), Some(month.into()), None],
        Birth::Year(year) => [Some(year), None, None],
        Birth::Unknown => [None; 3],
    }
}

fn sexes(one: Sex, two: Sex) -> Verdict {
    match (one, two) {
        (Sex::Unknown, _) | (_, Sex::Unknown) => Verdict::Undecidable,
        _ if one == two => Verdict::Agrees,
        _ => Verdict::Differs,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rules;
    use super::*;

    const BASE: [&str; 5] = ["髙橋 花子", "タカハシ ハナコ", "2000-02-29", "2", "甲市乙町1-2"];

    #[test]
    fn each_attribute_is_judged_by_itself() {
        for (changed, want) in [
            ([BASE[0], BASE[1], BASE[2], BASE[3], BASE[4]], "====="),
            (["高橋花子", "ﾀｶﾊｼﾊﾅｺ", "2000-02-29", "2", "甲市乙町一丁目２番"], "====="),
            (["高橋華子", BASE[1], BASE[2], BASE[3], BASE[4]], "!===="),
            (["●橋花子", BASE[1], BASE[2], BASE[3], BASE[4]], "?===="),
            ([BASE[0], "", BASE[2], BASE[3], BASE[4]], "=?==="),
            ([BASE[0], BASE[1], "2000-02", BASE[3], BASE[4]], "==?=="),
            ([BASE[0], BASE[1], "", BASE[3], BASE[4]], "==?=="),
            ([BASE[0], BASE[1], "2000-03", BASE[3], BASE[4]], "==!=="),
            ([BASE[0], BASE[1], "2001", BASE[3], BASE[4]], "==!=="),
            ([BASE[0], BASE[1], "2000-02-28", BASE[3], BASE[4]], "==!=="),
            ([BASE[0], BASE[1], BASE[2], "1", BASE[4]], "===!="),
            ([BASE[0], BASE[1], BASE[2], "9", BASE[4]], "===?="),
            ([BASE[0], BASE[1], BASE[2], BASE[3], "甲市乙町1-3"], "====!"),
            (["", "", "", "9", ""], "?????"),
        ] {
            check(BASE, changed, want);
        }
    }

    #[test]
    fn two_empty_descriptions_agree_in_nothing() {
        check(["", "", "", "9", ""], ["", "", "", "9", ""], "?????");
        check([BASE[0], "", "2000", "9", ""], [BASE[0], "", "2000", "9", ""], "=????");
    }

    #[track_caller]
    fn check(one: [&str; 5], two: [&str; 5], want: &str) {
        let got = agree(&person(one), &person(two), &rules());
        let text: String = [got.name, got.kana, got.birth, got.sex, got.address]
            .iter()
            .map(|verdict| match verdict {
                Verdict::Agrees => '=',
                Verdict::Differs => '!',
                Verdict::Undecidable => '?',
            })
            .collect();
        assert_eq!(text, want, "{one:?} {two:?}");
        assert_eq!(usize::from(got.count()), want.matches('=').count());
        assert_eq!(got.all(), want == "=====");
    }

    fn person([name, kana, birth, sex, address]: [&str; 5]) -> FiveAttributes {
        FiveAttributes {
            name: name.to_owned(),
            kana: kana.to_owned(),
            address: address.to_owned(),
            birth: Birth::parse(birth).unwrap(),
            sex: Sex::from_code(sex).unwrap(),
        }
    }
}
