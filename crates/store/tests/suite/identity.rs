//! Links: who an identifier stands for, held cases, merging.

use domain::access::Purpose;
use domain::identity::{
    HoldReason, LinkDecision, LinkKey, lookup_keys, match_told_apart, search_key,
};
use domain::name::NameRules;
use domain::person::ResidentId;
use fhir::Kind;
use store::StoreError;
use store::relation::Guardianship;

use crate::bench::{Bench, NOW, everywhere};
use crate::people::{
    OTHER_TOWN, TOWN, ages, born, card, describe, desk, enter, find, five, granted, hold, import,
    insured, new, officer, outcome, registration, resident, town_key,
};

fn holder(bench: &mut Bench, key: &LinkKey) -> Option<ResidentId> {
    let key = key.clone();
    let found = bench.write(move |tx| tx.find_to_enter(&find(registration()), &key));
    found.unwrap().map(|candidate| candidate.resident())
}

fn claim(bench: &mut Bench, key: &LinkKey, of: &LinkKey) -> Result<(), StoreError> {
    let (key, of) = (key.clone(), of.clone());
    bench.write(move |tx| {
        let found = tx.find_to_enter(&find(registration()), &of)?.unwrap();
        tx.claim(&key, &found, NOW)
    })
}

fn revoke(bench: &mut Bench, key: &LinkKey) -> bool {
    let key = key.clone();
    bench.write(move |tx| tx.revoke(&key, NOW)).unwrap()
}

fn decide(bench: &mut Bench, town: &'static str, id: &str, same: bool) -> bool {
    let id = id.to_owned();
    let decided = bench.write(move |tx| tx.decide_held(&officer(town), &id, same, NOW));
    decided.unwrap().is_some()
}

#[test]
fn an_identifier_never_stands_for_two_people() {
    everywhere(|bench| {
        let (one, two) = (card("1"), card("2"));
        let who = enter(bench, &one);
        enter(bench, &two);
        assert_eq!(claim(bench, &one, &two), Err(StoreError::Taken));
        assert_eq!(claim(bench, &one, &one), Ok(()));
        assert_eq!(holder(bench, &one), Some(who));
        assert_eq!(claim(bench, &insured("1"), &one), Ok(()));
        assert_eq!(claim(bench, &insured("1"), &two), Err(StoreError::Taken));
        assert_eq!(holder(bench, &insured("1")), Some(who));
        assert_eq!(holder(bench, &card("3")), None);
        assert_eq!(outcome(bench, &desk(), &card("3")), "nobody");
        assert_eq!(bench.number("select count(*) from link"), 3);
    });
}

#[test]
fn revoking_is_final_for_cards_and_not_for_numbers_that_return() {
    everywhere(|bench| {
        let base = town_key("base");
        enter(bench, &base);
        for (key, returns) in [(card("1"), false), (insured("1"), true), (town_key("1"), true)] {
            assert!(!revoke(bench, &key), "unknown");
            claim(bench, &key, &base).unwrap();
            assert!(revoke(bench, &key));
            assert!(!revoke(bench, &key), "ended already");
            assert_eq!(holder(bench, &key), None);
            let want = if returns { Ok(()) } else { Err(StoreError::Taken) };
            assert_eq!(claim(bench, &key, &base), want);
            assert_eq!(holder(bench, &key).is_some(), returns);
        }
        let history = bench.rows("select version, state from link_history order by key, version");
        assert_eq!(history, ["1|1", "1|1", "2|3", "1|1", "2|3"]);
        let live = bench.rows("select version, state from link order by key");
        assert_eq!(live, ["2|3", "3|1", "3|1", "1|1"]);
    });
}

#[test]
fn a_held_person_is_seen_by_nobody_until_decided_to_be_another() {
    everywhere(|bench| {
        let (known, came) = (card("1"), card("2"));
        let candidate = enter(bench, &known);
        let (provisional, id) = hold(bench, &came, candidate);
        assert_eq!(holder(bench, &came), Some(provisional));
        assert_eq!(outcome(bench, &desk(), &came), "link-held");
        let own = resident(provisional, Purpose::SignIn);
        assert_eq!(outcome(bench, &own, &came), "link-held");
        assert_eq!(outcome(bench, &desk(), &known), "open");
        assert_eq!(outcome(bench, &registration(), &came), "open");

        assert!(!decide(bench, OTHER_TOWN, &id, false), "not theirs to decide");
        assert!(!decide(bench, TOWN, "other", false), "no such case");
        assert!(decide(bench, TOWN, &id, false));
        assert!(!decide(bench, TOWN, &id, true), "once");
        assert_eq!(outcome(bench, &desk(), &came), "open");
        assert_eq!(holder(bench, &came), Some(provisional), "they are two");
        assert_eq!(holder(bench, &known), Some(candidate));
        let states = bench.rows("select version, state from link_history order by version");
        assert_eq!(states, ["1|2", "2|4"], "held, rejected");
    });
}

#[test]
fn the_worklist_shows_a_case_to_its_owner_only() {
    everywhere(|bench| {
        let candidate = enter(bench, &card("1"));
        let (_, id) = hold(bench, &insured("2"), candidate);
        let cases = bench.write(|tx| tx.held(&officer(TOWN))).unwrap();
        assert_eq!(cases.len(), 1);
        let case = &cases[0];
        assert_eq!((case.id.as_str(), case.reason), (id.as_str(), HoldReason::FourAgree));
        assert_eq!((case.owner.as_str(), case.identifier), (TOWN, "insured-number"));
        assert_eq!(case.candidate.resident(), candidate);
        assert_eq!(bench.read(|tx| tx.held_count(TOWN)), Ok(1));
        assert_eq!(bench.read(|tx| tx.held(&officer(OTHER_TOWN))), Ok(Vec::new()));
        assert_eq!(bench.read(|tx| tx.held_count(OTHER_TOWN)), Ok(0));
    });
}

#[test]
fn a_held_link_that_is_revoked_leaves_nobody_blocked() {
    everywhere(|bench| {
        let candidate = enter(bench, &card("1"));
        let (provisional, _) = hold(bench, &card("2"), candidate);
        assert!(revoke(bench, &card("2")));
        assert_eq!(bench.read(|tx| tx.held_count(TOWN)), Ok(0));
        let flags = format!("select flags from resident where resident = {}", provisional.0);
        assert_eq!(bench.number(&flags), 0, "no case is left that could open them");
    });
}

#[test]
fn two_who_are_one_become_one() {
    everywhere(|bench| {
        let (known, came) = (card("1"), card("2"));
        let into = enter(bench, &known);
        let child = enter(bench, &card("3"));
        let (from, id) = hold(bench, &came, into);
        fill(bench, &known, "k1", "insured person");
        fill(bench, &came, "k2", "certificate");
        guard(bench, &card("3"), &came);
        claim(bench, &town_key("9"), &came).unwrap();

        assert!(decide(bench, TOWN, &id, true));
        for key in [&known, &came, &town_key("9")] {
            assert_eq!(holder(bench, key), Some(into), "{key:?}");
            assert_eq!(outcome(bench, &desk(), key), "open");
        }
        let read = bench.read(move |tx| {
            let access = granted(tx, &desk(), &card("1"))?;
            tx.enter(access)?.read(Kind::CoverageCertificate)
        });
        let mut keys: Vec<_> = read.unwrap().into_iter().map(|row| row.key).collect();
        keys.sort();
        assert_eq!(keys, ["k1", "k2"]);
        let of = resident(into, Purpose::ChildRecord);
        born(bench, &card("3"), "2020-01-01");
        let open = bench.read(move |tx| Ok(tx.decide_for_child(child, &of, &ages())?.is_ok()));
        assert_eq!(open, Ok(true), "the guardianship moved");

        let gone = bench.read(move |tx| tx.decided(from)).unwrap();
        assert!(gone.is_none(), "the old number opens nothing");
        let redirect = format!("select merged_into from resident where resident = {}", from.0);
        assert_eq!(bench.number(&redirect), into.0);
        let kept = format!("select merged_into from resident where resident = {}", into.0);
        assert_eq!(bench.rows(&kept), [""]);
    });
}

fn fill(bench: &mut Bench, key: &LinkKey, item: &'static str, body: &'static str) {
    let key = key.clone();
    let filled = bench.write(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        let new = new(Kind::CoverageCertificate, item, item);
        tx.enter(access)?.put(&new, |_| body.as_bytes().to_vec())
    });
    filled.unwrap();
}

fn guard(bench: &mut Bench, child: &LinkKey, guardian: &LinkKey) {
    let (child, guardian) = (child.clone(), guardian.clone());
    let guarded = bench.write(move |tx| {
        let guardian = tx.find_to_enter(&find(registration()), &guardian)?.unwrap();
        let access = granted(tx, &registration(), &child)?;
        tx.enter(access)?.put_guardian(&Guardianship {
            guardian: &guardian,
            key: "g1",
            valid_from: "2020-01-01",
            valid_to: None,
        })
    });
    guarded.unwrap();
}

/// Both halves of one guardian guard the same child under the same key: merging them is no error.
#[test]
fn merging_two_guardians_of_one_child_leaves_one() {
    everywhere(|bench| {
        let (known, came, child) = (card("1"), card("2"), card("3"));
        let into = enter(bench, &known);
        enter(bench, &child);
        let (from, id) = hold(bench, &came, into);
        guard(bench, &child, &known);
        let row = "insert into guardian (guardian, child, key, valid_from)";
        bench.close();
        bench.rows(&format!("{row} select {}, child, key, valid_from from guardian", from.0));
        assert!(decide(bench, TOWN, &id, true));
        assert_eq!(bench.rows("select guardian from guardian"), [into.0.to_string()]);
    });
}

const HANAKO: [&str; 4] = ["山田 花子", "ヤマダ ハナコ", "2000-04-01", "甲市乙町1"];
const MOVED: [&str; 4] = ["山田 花子", "ヤマダ ハナコ", "2000-04-01", "丙市丁町2"];
const STRANGER: [&str; 4] = ["佐藤 一子", "サトウ イチコ", "1970-12-31", "丙市丁町3"];

fn arrive(bench: &mut Bench, [name, kana, birth, address]: [&str; 4]) -> LinkDecision {
    let five = five(name, kana, birth, address);
    let decision = bench.read(move |tx| {
        let rules = NameRules::default();
        let keys = lookup_keys(&five, &rules);
        tx.matching(&find(import()), (&card("new"), "", &keys), |near| {
            match_told_apart(&near.people, &near.apart, &five, &rules)
        })
    });
    decision.unwrap()
}

fn settle(
    bench: &mut Bench,
    key: &LinkKey,
    [name, kana, birth, address]: [&str; 4],
    held: bool,
) -> ResidentId {
    let (key, five) = (key.clone(), five(name, kana, birth, address));
    let settled = bench.write(move |tx| {
        let candidate = match tx.find_to_enter(&find(registration()), &key)? {
            Some(known) => known,
            None => {
                let candidate = tx.enter_resident(held)?;
                tx.claim(&key, &candidate, NOW)?;
                candidate
            }
        };
        describe(tx, &candidate, &five, &search_key(&five, &NameRules::default()))?;
        Ok(candidate.resident())
    });
    settled.unwrap()
}

#[test]
fn whoever_is_near_is_found_and_nobody_else() {
    everywhere(|bench| {
        let hanako = settle(bench, &card("1"), HANAKO, false);
        assert_eq!(arrive(bench, HANAKO), LinkDecision::Auto(hanako));
        assert_eq!(arrive(bench, STRANGER), LinkDecision::New);
        match arrive(bench, MOVED) {
            LinkDecision::Held { candidate, reason, .. } => {
                assert_eq!((candidate, reason), (hanako, HoldReason::FourAgree));
            }
            other => panic!("{other:?}"),
        }
        settle(bench, &card("2"), STRANGER, true);
        assert_eq!(arrive(bench, STRANGER), LinkDecision::New, "a blocked one is no candidate");
    });
}

#[test]
fn a_merged_person_is_found_by_either_description() {
    everywhere(|bench| {
        let hanako = settle(bench, &card("1"), HANAKO, false);
        let (_, id) = hold(bench, &card("2"), hanako);
        settle(bench, &card("2"), MOVED, false);
        assert!(decide(bench, TOWN, &id, true));
        assert_eq!(arrive(bench, MOVED), LinkDecision::Auto(hanako));
        assert_eq!(arrive(bench, HANAKO), LinkDecision::Auto(hanako));
    });
}

/// The twin who moved out: told apart once, whoever comes in as one of them is not asked about again.
#[test]
fn a_pair_that_was_told_apart_is_not_proposed_again() {
    everywhere(|bench| {
        let hanako = settle(bench, &card("1"), HANAKO, false);
        let (other, id) = hold(bench, &card("2"), hanako);
        settle(bench, &card("2"), MOVED, false);
        assert!(decide(bench, TOWN, &id, false));
        assert_eq!(arrive(bench, MOVED), LinkDecision::Auto(other));
        assert_eq!(arrive(bench, HANAKO), LinkDecision::Auto(hanako));

        let (third, id) = hold(bench, &card("3"), other);
        assert!(decide(bench, TOWN, &id, true), "somebody else becomes one with the other");
        assert_eq!(arrive(bench, MOVED), LinkDecision::Auto(other), "{third:?} changes nothing");
        assert_eq!(bench.rows("select one, two from apart"), [format!("{}|{}", hanako.0, other.0)]);
    });
}
