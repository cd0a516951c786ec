//! May an identifier be linked to a known person without a human?

use std::collections::BTreeMap;

use super::HoldReason;
use super::key::texts;
use crate::name::{Agreement, Comparable, NameRules, Verdict, given_key};
use crate::person::{Birth, FiveAttributes, ResidentId, Sex};

/// What to do with somebody who arrives under an unknown identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkDecision {
    /// The same person: all five attributes agree, and nobody else comes close.
    Auto(ResidentId),
    /// Somebody is near: a human decides, and until then the link opens nothing.
    Held {
        /// Who is nearest.
        candidate: ResidentId,
        /// Why a human must decide.
        reason: HoldReason,
        /// How the candidate compares.
        agreement: Agreement,
    },
    /// Nobody is near: a new resident.
    New,
}

/// What to do with new data under an identifier that is already linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateDecision {
    /// Byte for byte what is known.
    Same,
    /// An ordinary change (moved, married, spelled otherwise): the new text replaces the old.
    Update(Agreement),
    /// Too different to be the same person: nothing changes until a human decides.
    Held(Agreement),
}

/// Compares somebody new with the candidates that [`lookup_keys`] found.
///
/// Auto only if exactly one resident agrees in all five attributes and no other agrees in four.
/// A resident may appear several times (as the municipality and as the insurer describe them): the
/// best description counts.
#[must_use]
pub fn match_new(
    candidates: &[(ResidentId, FiveAttributes)],
    incoming: &FiveAttributes,
    rules: &NameRules,
) -> LinkDecision {
    match_told_apart(candidates, &[], incoming, rules)
}

/// As [`match_new`], knowing who was told apart: whoever is another person than the one who agrees
/// in all five is no question any more, unless they agree in all five as well.
#[must_use]
pub fn match_told_apart(
    candidates: &[(ResidentId, FiveAttributes)],
    apart: &[(ResidentId, ResidentId)],
    incoming: &FiveAttributes,
    rules: &NameRules,
) -> LinkDecision {
    let incoming = Comparable::of(incoming, rules);
    let mut best: BTreeMap<ResidentId, Agreement> = BTreeMap::new();
    for (resident, known) in candidates {
        let agreement = Comparable::of(known, rules).agree(&incoming);
        if is_near(&agreement) {
            let standing = best.entry(*resident).or_insert(agreement);
            if agreement.count() > standing.count() {
                *standing = agreement;
            }
        }
    }
    let whole: Vec<ResidentId> =
        best.iter().filter(|(_, how)| how.count() == 5).map(|(resident, _)| *resident).collect();
    best.retain(|resident, how| {
        how.count() == 5
            || !apart.iter().any(|(one, two)| {
                (one == resident && whole.contains(two)) || (two == resident && whole.contains(one))
            })
    });
    decide(&best)
}

/// As [`match_told_apart`], knowing whom the same register lists under another 個人番号: they are other
/// people (a number is one person's, law:番号法), twins for instance. Only if all five agree may a
/// number have been given twice, and that is a question.
#[must_use]
pub fn match_in_register(
    candidates: &[(ResidentId, FiveAttributes)],
    apart: &[(ResidentId, ResidentId)],
    others: &[ResidentId],
    incoming: &FiveAttributes,
    rules: &NameRules,
) -> LinkDecision {
    let comparable = Comparable::of(incoming, rules);
    let whole = |five: &FiveAttributes| Comparable::of(five, rules).agree(&comparable).count() == 5;
    let candidates: Vec<(ResidentId, FiveAttributes)> = candidates
        .iter()
        .filter(|(resident, five)| !others.contains(resident) || whole(five))
        .cloned()
        .collect();
    match_told_apart(&candidates, apart, incoming, rules)
}

fn decide(near: &BTreeMap<ResidentId, Agreement>) -> LinkDecision {
    // The lowest number wins among equals, so that the answer does not depend on the order.
    let Some((&candidate, &agreement)) =
        near.iter().rev().max_by_key(|(_, agreement)| agreement.count())
    else {
        return LinkDecision::New;
    };
    let close = near.values().filter(|agreement| agreement.count() >= 4).count();
    let reason = match (agreement.count(), close) {
        (5, 1) => return LinkDecision::Auto(candidate),
        (5, _) => HoldReason::SeveralAgree,
        (4, _) => HoldReason::FourAgree,
        _ => HoldReason::Near,
    };
    LinkDecision::Held { candidate, reason, agreement }
}

/// Whether two people are near enough that a human must look before they become two residents.
///
/// Near is any of: birth and a name (kanji or reading); address and a name; birth, sex and address;
/// both names and sex while a birth date is not known whole. Two people with equal names, sex and
/// nothing else are namesakes: Japan has thousands of each common name.
#[must_use]
pub fn is_near(agreement: &Agreement) -> bool {
    let [name, kana, birth, sex, address] = [
        agreement.name.agrees(),
        agreement.kana.agrees(),
        agreement.birth.agrees(),
        agreement.sex.agrees(),
        agreement.address.agrees(),
    ];
    let birth_unknown = agreement.birth == Verdict::Undecidable;
    (birth || address) && (name || kana)
        || birth && sex && address
        || name && kana && sex && birth_unknown
}

/// The keys under which a resident is filed for candidate search. Two people who are near
/// ([`is_near`]) always share one of them with the other's [`lookup_keys`].
#[must_use]
pub fn search_key(person: &FiveAttributes, rules: &NameRules) -> Vec<Vec<u8>> {
    let person = Comparable::of(person, rules);
    let mut keys = common_keys(&person);
    keys.extend(both_names(&person, ANY_BIRTH));
    keys.extend(partly_born(&person).then(|| both_names(&person, PART_BIRTH)).flatten());
    keys
}

/// The keys under which to look for residents near to `person`. Almost always few rows; only a
/// person without a whole birth date asks for every namesake.
#[must_use]
pub fn lookup_keys(person: &FiveAttributes, rules: &NameRules) -> Vec<Vec<u8>> {
    let person = Comparable::of(person, rules);
    let mut keys = common_keys(&person);
    keys.extend(both_names(&person, if partly_born(&person) { ANY_BIRTH } else { PART_BIRTH }));
    keys
}

/// Both names and sex of everybody.
const ANY_BIRTH: u8 = 6;
/// Both names and sex of those whose birth date is not known whole.
const PART_BIRTH: u8 = 7;

fn partly_born(person: &Comparable) -> bool {
    !matches!(person.birth, Birth::Day(_))
}

fn common_keys(person: &Comparable) -> Vec<Vec<u8>> {
    let birth = person.birth.day().map(|day| day.to_string());
    let birth = birth.as_deref();
    let (name, kana) = (person.name.known(), person.kana.known());
    let (sex, address) = (Some(person.sex.code()), person.address.known());
    [
        search(1, &[birth, kana]),
        search(2, &[birth, name]),
        search(3, &[address, kana]),
        search(4, &[address, name]),
        search(5, &[birth, sex, address]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn both_names(person: &Comparable, tag: u8) -> Option<Vec<u8>> {
    search(tag, &[person.name.known(), person.kana.known(), Some(person.sex.code())])
}

/// Tag and parts, if every part is known.
fn search(tag: u8, parts: &[Option<&str>]) -> Option<Vec<u8>> {
    let parts: Vec<&str> = parts.iter().copied().collect::<Option<_>>()?;
    let mut key = vec![tag];
    texts(&mut key, &parts);
    Some(key)
}

/// Compares new data with what is known under the same 個人番号 or person key.
///
/// An ordinary change keeps birth and sex, and one of: kanji name, reading, given name (marriage
/// changes the rest of both). Anything else is probably the number of a family member. What was
/// known of birth and sex stays known: were it forgotten (不詳) by one change, the next one could
/// say anything, and a chain of small changes would end at somebody else.
#[must_use]
pub fn update_known(
    current: &FiveAttributes,
    incoming: &FiveAttributes,
    rules: &NameRules,
) -> UpdateDecision {
    let agreement = crate::name::agree(current, incoming, rules);
    if current == incoming {
        return UpdateDecision::Same;
    }
    let given = |one: &str, two: &str| {
        given_key(one, rules).compare(&given_key(two, rules)) == Verdict::Agrees
    };
    let named = agreement.name.agrees()
        || agreement.kana.agrees()
        || given(&current.name, &incoming.name)
        || given(&current.kana, &incoming.kana);
    let born = agreement.birth != Verdict::Differs && agreement.sex != Verdict::Differs;
    let born = born && !forgets(current, incoming);
    if named && born { UpdateDecision::Update(agreement) } else { UpdateDecision::Held(agreement) }
}

/// Whether something that is known of birth or sex is not known any more.
fn forgets(current: &FiveAttributes, incoming: &FiveAttributes) -> bool {
    let known = |birth: Birth| match birth {
        Birth::Day(_) => 3,
        Birth::Month(..) => 2,
        Birth::Year(_) => 1,
        Birth::Unknown => 0,
    };
    known(incoming.birth) < known(current.birth)
        || incoming.sex == Sex::Unknown && current.sex != Sex::Unknown
}

#[cfg(test)]
mod tests {
    use super::super::rng::Rng;
    use super::*;

    /// `name kana birth sex address`, in one line; `-` for an empty part.
    fn person(line: &str) -> FiveAttributes {
        let parts: Vec<String> = line.split(',').map(|part| part.trim().replace('-', "")).collect();
        let [name, kana, birth, sex, address] = &parts[..] else { panic!("five parts: {line}") };
        let birth = match birth.len() {
            8 => format!("{}-{}-{}", &birth[..4], &birth[4..6], &birth[6..]),
            6 => format!("{}-{}", &birth[..4], &birth[4..]),
            _ => birth.clone(),
        };
        FiveAttributes {
            name: name.clone(),
            kana: kana.clone(),
            address: address.clone(),
            birth: Birth::parse(&birth).unwrap(),
            sex: Sex::from_code(sex).unwrap(),
        }
    }

    const HANAKO: &str = "山田 花子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1";

    #[test]
    fn another_number_in_the_same_register_is_another_person_unless_all_five_agree() {
        const TWIN: &str = "山田 華子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1";
        let rules = NameRules::default();
        for (known, listed, want) in [
            (TWIN, true, LinkDecision::New),
            (HANAKO, true, LinkDecision::Auto(ResidentId(0))),
            (HANAKO, false, LinkDecision::Auto(ResidentId(0))),
        ] {
            let people = [(ResidentId(0), person(known))];
            let others: &[ResidentId] = if listed { &[ResidentId(0)] } else { &[] };
            let got = match_in_register(&people, &[], others, &person(HANAKO), &rules);
            assert_eq!(got, want, "{known} {listed}");
        }
        let people = [(ResidentId(0), person(TWIN))];
        let got = match_in_register(&people, &[], &[], &person(HANAKO), &rules);
        assert!(matches!(got, LinkDecision::Held { .. }), "{got:?}");
    }

    #[test]
    fn only_five_agreements_with_nobody_beside_link_by_themselves() {
        for (candidates, want) in [
            (&[HANAKO][..], "auto 0"),
            (&[], "new"),
            (&[HANAKO, HANAKO], "several-agree 0"),
            (&["山田 華子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1", HANAKO], "several-agree 1"),
            (&["山田 太郎, ヤマダ タロウ, 20000401, 1, 甲市乙町1", HANAKO], "auto 1"),
            (&["山田 華子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1"], "four-agree 0"),
            (&["山田 花子, ヤマダ ハナコ, 20000401, 2, 丙市丁町2"], "four-agree 0"),
            (&["山田 花子, ヤマダ ハナコ, 200004, 2, 甲市乙町1"], "four-agree 0"),
            (&["山田 花子, -, 20000401, 2, 甲市乙町1"], "four-agree 0"),
            (&["山● 花子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1"], "four-agree 0"),
            (&["山田 桃子, ヤマダ モモコ, 20000401, 2, 甲市乙町1"], "near 0"),
            (&["佐藤 花子, ヤマダ ハナコ, 20000401, 1, 丙市丁町2"], "near 0"),
            (&["山田 花子, ヤマダ ハナコ, -, 2, 丙市丁町2"], "near 0"),
            (&["山田 花子, ヤマダ ハナコ, 19500401, 2, 甲市乙町1"], "four-agree 0"),
            (&["山田 花子, ヤマダ ハナコ, 19500401, 2, 丙市丁町2"], "new"),
            (&["山田 太郎, ヤマダ タロウ, 20000401, 1, 甲市乙町1"], "new"),
            (&["山田 母, ヤマダ ハハ, 19700401, 2, 甲市乙町1"], "new"),
        ] {
            check_match(candidates, want);
        }
    }

    #[test]
    fn two_descriptions_of_one_resident_are_not_two_people() {
        let moved = person("山田 花子, ヤマダ ハナコ, 20000401, 2, 丙市丁町2");
        let known = [(ResidentId(7), person(HANAKO)), (ResidentId(7), moved)];
        let decision = match_new(&known, &person(HANAKO), &NameRules::default());
        assert_eq!(decision, LinkDecision::Auto(ResidentId(7)));
    }

    #[test]
    fn a_known_number_with_another_person_is_held() {
        for (incoming, want) in [
            (HANAKO, "same"),
            ("山田　花子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1", "update"),
            ("山田 花子, ヤマダ ハナコ, 20000401, 2, 丙市丁町2", "update"),
            ("佐藤 花子, サトウ ハナコ, 20000401, 2, 丙市丁町2", "update"),
            ("山田 華子, ヤマダ ハナコ, 20000401, 2, 甲市乙町1", "update"),
            ("山田 花子, ヤマダ ハナコ, 200004, 2, 甲市乙町1", "held"),
            ("山田 花子, ヤマダ ハナコ, -, 2, 甲市乙町1", "held"),
            ("山田 花子, ヤマダ ハナコ, 20000401, 9, 甲市乙町1", "held"),
            ("山田 母, ヤマダ ハハ, 19700401, 2, 甲市乙町1", "held"),
            ("山田 花子, ヤマダ ハナコ, 20000402, 2, 甲市乙町1", "held"),
            ("山田 花子, ヤマダ ハナコ, 20000401, 1, 甲市乙町1", "held"),
            ("山田 桃子, ヤマダ モモコ, 20000401, 2, 甲市乙町1", "held"),
            ("-, -, 20000401, 2, 甲市乙町1", "held"),
        ] {
            check_update(incoming, want);
        }
    }

    #[test]
    fn no_chain_of_ordinary_changes_ends_at_another_birth_or_sex() {
        let rules = NameRules::default();
        let mut rng = Rng::new(20_261_126);
        let (mut changes, mut refined) = (0, 0);
        for _ in 0..2_000 {
            let first = anybody(&mut rng);
            let mut now = first.clone();
            let mut known = vec![(first.birth, first.sex)];
            for _ in 0..20 {
                let next = anybody(&mut rng);
                if let UpdateDecision::Update(_) = update_known(&now, &next, &rules) {
                    changes += 1;
                    refined += u32::from(next.birth != now.birth || next.sex != now.sex);
                    now = next;
                    known.push((now.birth, now.sex));
                }
            }
            for (birth, sex) in known {
                let then = FiveAttributes { birth, sex, ..now.clone() };
                let agreement = crate::name::agree(&then, &now, &rules);
                assert!(agreement.birth != Verdict::Differs, "{first:?} became {now:?}");
                assert!(agreement.sex != Verdict::Differs, "{first:?} became {now:?}");
            }
        }
        assert!(changes > 2_000 && refined > 200, "the sample must change: {changes} {refined}");
    }

    #[test]
    fn hanako_does_not_become_taro_in_four_steps() {
        let steps = [
            "山田 花子, ヤマダ ハナコ, -, 9, 甲市乙町1",
            "山田 太郎, ヤマダ ハナコ, -, 9, 甲市乙町1",
            "山田 太郎, ヤマダ タロウ, -, 9, 甲市乙町1",
            "山田 太郎, ヤマダ タロウ, 19550401, 1, 甲市乙町1",
        ];
        let mut now = person(HANAKO);
        for step in steps.map(person) {
            if let UpdateDecision::Update(_) = update_known(&now, &step, &NameRules::default()) {
                now = step;
            }
        }
        assert_eq!((now.birth, now.sex), (person(HANAKO).birth, Sex::Female));
    }

    #[test]
    fn whoever_is_near_is_found() {
        let rules = NameRules::default();
        let mut rng = Rng::new(20_261_124);
        let mut near = 0;
        for _ in 0..30_000 {
            let (one, two) = (anybody(&mut rng), anybody(&mut rng));
            if is_near(&crate::name::agree(&one, &two, &rules)) {
                near += 1;
                let filed = search_key(&one, &rules);
                let asked = lookup_keys(&two, &rules);
                assert!(asked.iter().any(|key| filed.contains(key)), "{one:?} {two:?}");
            }
        }
        assert!(near > 3_000, "the sample must hold near pairs: {near}");
    }

    fn anybody(rng: &mut Rng) -> FiveAttributes {
        let names = ["花子", "華子", "●子", ""];
        let kana = ["ハナコ", "ハナヨ", "ﾊﾅｺ", ""];
        let births = ["20000401", "20000402", "200004", "2000", "-"];
        let addresses = ["甲市乙町1", "甲市乙町一番", "甲市乙町2", ""];
        person(&format!(
            "{},{},{},{},{}",
            rng.pick(&names),
            rng.pick(&kana),
            rng.pick(&births),
            rng.pick(&["1", "2", "9"]),
            rng.pick(&addresses),
        ))
    }

    #[track_caller]
    fn check_match(candidates: &[&str], want: &str) {
        let known: Vec<_> =
            (0..).map(ResidentId).zip(candidates.iter().map(|c| person(c))).collect();
        let got = match match_new(&known, &person(HANAKO), &NameRules::default()) {
            LinkDecision::Auto(resident) => format!("auto {}", resident.0),
            LinkDecision::Held { candidate, reason, .. } => {
                format!("{} {}", reason.code(), candidate.0)
            }
            LinkDecision::New => "new".to_owned(),
        };
        assert_eq!(got, want, "{candidates:?}");
    }

    #[track_caller]
    fn check_update(incoming: &str, want: &str) {
        let got = match update_known(&person(HANAKO), &person(incoming), &NameRules::default()) {
            UpdateDecision::Same => "same",
            UpdateDecision::Update(_) => "update",
            UpdateDecision::Held(_) => "held",
        };
        assert_eq!(got, want, "{incoming}");
    }
}
