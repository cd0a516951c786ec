//! The record: versions, 不開示, what an access opens.

use domain::access::{Purpose, Request};
use domain::identity::LinkKey;
use domain::person::ResidentId;
use fhir::Kind;
use store::StoreError;
use store::record::Written;
use store::relation::Guardianship;

use crate::bench::{Bench, NOW, everywhere};
use crate::people::{
    ages, born, card, decided, desk, enter, granted, import, insured, new, outcome, registration,
    resident,
};

const CERTIFICATE: Kind = Kind::CoverageCertificate;

fn put(bench: &mut Bench, key: &LinkKey, body: &'static str, hidden: bool) -> Written {
    let key = key.clone();
    let written = bench.write(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        let new = store::record::New { hidden, ..new(CERTIFICATE, "k1", "i1") };
        tx.enter(access)?.put(&new, |item| format!("{item}:{body}").into_bytes())
    });
    written.unwrap()
}

fn end(bench: &mut Bench, key: &LinkKey) -> Written {
    let key = key.clone();
    let written = bench.write(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        tx.enter(access)?.end(&new(CERTIFICATE, "k1", "i1"), |_| b"ended".to_vec())
    });
    written.unwrap()
}

/// What was ended and did not go on.
fn ended(bench: &mut Bench, key: &LinkKey) -> Option<String> {
    let key = key.clone();
    let ended = bench.read(move |tx| {
        let access = granted(tx, &desk(), &key)?;
        tx.enter(access)?.ended(CERTIFICATE, "k1")
    });
    ended.unwrap().map(|row| String::from_utf8(row.body).unwrap())
}

fn read(bench: &mut Bench, request: &Request, key: &LinkKey) -> Result<Vec<String>, StoreError> {
    let (request, key) = (request.clone(), key.clone());
    bench.read(move |tx| {
        let access = granted(tx, &request, &key)?;
        let rows = tx.enter(access)?.read(CERTIFICATE)?;
        Ok(rows.iter().map(|row| String::from_utf8(row.body.clone()).unwrap()).collect())
    })
}

#[test]
fn every_version_is_kept_and_the_newest_is_read() {
    everywhere(|bench| {
        let key = card("1");
        enter(bench, &key);
        assert_eq!(end(bench, &key), Written::Absent);
        for (body, want) in [
            ("a", Written::Created),
            ("a", Written::Unchanged),
            ("b", Written::Replaced),
            ("a", Written::Replaced),
        ] {
            assert_eq!(put(bench, &key, body, false), want, "{body}");
            assert_eq!(read(bench, &desk(), &key), Ok(vec![format!("i1:{body}")]));
        }
        assert_eq!(end(bench, &key), Written::Ended);
        assert_eq!(end(bench, &key), Written::Absent);
        assert_eq!(read(bench, &desk(), &key), Ok(Vec::new()));
        let versions = bench.rows("select version, state, item from record order by rid");
        assert_eq!(versions, ["1|0|i1", "2|0|i1", "3|0|i1", "4|2|i1"]);
    });
}

#[test]
fn what_was_ended_may_come_back() {
    everywhere(|bench| {
        let key = card("1");
        enter(bench, &key);
        put(bench, &key, "a", false);
        assert_eq!(ended(bench, &key), None);
        end(bench, &key);
        assert_eq!(ended(bench, &key).as_deref(), Some("ended"));
        put(bench, &key, "b", false);
        assert_eq!(ended(bench, &key), None);
        assert_eq!(read(bench, &desk(), &key), Ok(vec!["i1:b".to_owned()]));
    });
}

#[test]
fn one_residents_record_is_not_anothers() {
    everywhere(|bench| {
        let (one, two) = (card("1"), card("2"));
        enter(bench, &one);
        enter(bench, &two);
        put(bench, &one, "a", false);
        put(bench, &two, "b", false);
        assert_eq!(read(bench, &desk(), &one), Ok(vec!["i1:a".to_owned()]));
        assert_eq!(read(bench, &desk(), &two), Ok(vec!["i1:b".to_owned()]));
    });
}

#[test]
fn non_disclosure_follows_the_records() {
    everywhere(|bench| {
        let key = card("1");
        let who = enter(bench, &key);
        let own = resident(who, Purpose::SignIn);
        let hidden = Err(StoreError::NotOpened("certificates"));
        for (body, hide, want) in [
            ("a", false, Ok(vec!["i1:a".to_owned()])),
            ("a", true, hidden.clone()),
            ("b", true, hidden),
            ("b", false, Ok(vec!["i1:b".to_owned()])),
        ] {
            put(bench, &key, body, hide);
            assert_eq!(read(bench, &desk(), &key), want, "{body} {hide}");
            assert_eq!(outcome(bench, &desk(), &key), "open", "insurance stays");
            let seen = if hide { "not-disclosed" } else { "open" };
            assert_eq!(outcome(bench, &own, &key), seen);
            assert_eq!(read(bench, &registration(), &key), Ok(vec![format!("i1:{body}")]));
        }
        put(bench, &key, "b", true);
        end(bench, &key);
        assert_eq!(outcome(bench, &own, &key), "open", "it ends with the record that says so");
    });
}

#[test]
fn an_access_opens_its_parts_and_no_other() {
    everywhere(|bench| {
        let key = card("1");
        let who = enter(bench, &key);
        let mut without = desk();
        without.basis = domain::access::Basis::CardOnly;
        let own = resident(who, Purpose::SignIn);
        // identity, insurance, certificates, relations, disclosures, writing
        for (request, want) in [
            (desk(), "110000"),
            (without, "100000"),
            (registration(), "101101"),
            (import(), "110001"),
            (own, "111110"),
        ] {
            let want = if request == desk() { "111000" } else { want };
            let want = if want == "100000" { "110000" } else { want };
            check_parts(bench, &request, &key, want);
        }
    });
}

fn check_parts(bench: &mut Bench, request: &Request, key: &LinkKey, want: &str) {
    let (of, under) = (request.clone(), key.clone());
    let seen = bench.write(move |tx| {
        let found = tx.find_to_enter(&crate::people::find(registration()), &under)?.unwrap();
        let access = tx.decide(&found, &of)?.unwrap();
        let mut room = tx.enter(access)?;
        Ok([
            room.read(Kind::Patient).map(drop),
            room.read(Kind::CoverageInsurance).map(drop),
            room.read(CERTIFICATE).map(drop),
            room.read(Kind::Relation).map(drop),
            room.looks(None, 9).map(drop),
            room.put(&new(Kind::Patient, "k", "i"), |_| b"{}".to_vec()).map(drop),
        ])
    });
    let seen = seen.unwrap();
    for (part, opened) in seen.iter().enumerate() {
        match opened {
            Ok(()) => assert_eq!(&want[part..=part], "1", "{request:?} {part}"),
            Err(StoreError::NotOpened(_)) => {
                assert_eq!(&want[part..=part], "0", "{request:?} {part}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

fn guard(bench: &mut Bench, from: &'static str, to: Option<&'static str>) {
    let guarded = bench.write(move |tx| {
        let guardian = tx.find_to_enter(&crate::people::find(registration()), &card("1"))?;
        let access = granted(tx, &registration(), &card("2"))?;
        tx.enter(access)?.put_guardian(&Guardianship {
            guardian: &guardian.unwrap(),
            key: "g1",
            valid_from: from,
            valid_to: to,
        })
    });
    guarded.unwrap();
}

#[test]
fn a_guardian_sees_the_child_on_the_days_of_the_guardianship() {
    everywhere(|bench| {
        let (parent, child) = (enter(bench, &card("1")), enter(bench, &card("2")));
        assert_eq!(child_is_open(bench, parent, child), "not-guardian");
        born(bench, &card("2"), "2020-01-01");
        for (from, to, want) in [
            ("2020-01-01", None, "open"),
            ("2026-11-24", Some("2026-11-24"), "open"),
            ("2026-11-25", None, "not-guardian"),
            ("2020-01-01", Some("2026-11-23"), "not-guardian"),
            ("2020-01-01", Some("2030-03-31"), "open"),
        ] {
            guard(bench, from, to);
            assert_eq!(child_is_open(bench, parent, child), want, "{from} {to:?}");
            let children = if want == "open" { vec![child] } else { Vec::new() };
            assert_eq!(children_of(bench, parent), children);
        }
        assert_eq!(child_is_open(bench, child, parent), "not-guardian", "not the other way");
        for (birth, want) in
            [("2008-11-25", "of-age"), ("2008-11", "of-age"), ("2008-11-26", "open")]
        {
            born(bench, &card("2"), birth);
            assert_eq!(child_is_open(bench, parent, child), want, "born {birth}");
        }
        let ended = bench.write(|tx| {
            let access = granted(tx, &registration(), &card("2"))?;
            tx.enter(access)?.end_guardian("g1")
        });
        ended.unwrap();
        assert_eq!(child_is_open(bench, parent, child), "not-guardian");
    });
}

fn child_is_open(bench: &mut Bench, parent: ResidentId, child: ResidentId) -> &'static str {
    let request = resident(parent, Purpose::ChildRecord);
    let decided = bench.read(move |tx| match tx.decide_for_child(child, &request, &ages())? {
        Ok(access) => tx.enter(access).map(|_room| "open"),
        Err(denial) => Ok(denial.code()),
    });
    decided.unwrap()
}

fn children_of(bench: &mut Bench, parent: ResidentId) -> Vec<ResidentId> {
    let request = resident(parent, Purpose::OwnRecord);
    let children = bench.read(move |tx| {
        let access = tx.decide_for(parent, &request)?.unwrap();
        tx.enter(access)?.children(&NOW.day_in_japan().to_string())
    });
    children.unwrap()
}

/// The deed's first look is overtaken by a change through another handle: it must look again.
#[test]
fn a_reading_deed_that_was_overtaken_decides_again() {
    everywhere(|bench| {
        let key = insured("1");
        enter(bench, &key);
        put(bench, &key, "a", false);
        let (other, mut calls) = (bench.store(), 0);
        let (of, told) = (key.clone(), std::sync::Arc::new(std::sync::Mutex::new(0)));
        let count = std::sync::Arc::clone(&told);
        let seen = bench.read(move |tx| {
            calls += 1;
            *count.lock().unwrap() = calls;
            let access = decided(tx, &desk(), &of)?.unwrap().unwrap();
            if calls == 1 {
                hide(&other, &of);
            }
            match tx.enter(access)?.read(CERTIFICATE) {
                Ok(rows) => Ok(rows.len()),
                Err(StoreError::NotOpened(_)) => Ok(0),
                Err(error) => Err(error),
            }
        });
        assert_eq!(seen, Ok(0), "what became hidden meanwhile is not handed out");
        assert_eq!(*told.lock().unwrap(), 2);
        let entries = bench.number("select count(*) from audit_entry");
        assert_eq!(entries, 3, "put, hide, and one look");
    });
}

fn hide(store: &store::Store, key: &LinkKey) {
    let key = key.clone();
    let hidden = crate::bench::block_on(store.write(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        let new = store::record::New { hidden: true, ..new(CERTIFICATE, "k1", "i1") };
        tx.enter(access)?.put(&new, |item| item.as_bytes().to_vec())
    }));
    assert_eq!(hidden, Ok::<_, StoreError>(Written::Replaced));
}

#[test]
fn a_full_record_takes_nothing_more_and_touches_nobody_elses() {
    everywhere(|bench| {
        let (key, next) = (card("1"), card("2"));
        enter(bench, &key);
        enter(bench, &next);
        put(bench, &key, "a", false);
        bench.rows("update record set rid = resident * 1048576 + 1048574");
        assert_eq!(put(bench, &key, "b", false), Written::Replaced, "the last row");
        let refused = bench.write(move |tx| {
            let access = granted(tx, &registration(), &key)?;
            tx.enter(access)?.put(&new(CERTIFICATE, "k2", "i2"), |_| b"c".to_vec())
        });
        assert_eq!(refused, Err(StoreError::Full));
    });
}

#[test]
fn reading_somebody_does_not_read_superseded_versions() {
    let mut bench = Bench::sqlite();
    enter(&mut bench, &card("1"));
    let plan = bench.rows(
        "explain query plan select rid from record
         where resident = 1 and state in (1, 2) order by rid",
    );
    assert!(plan.iter().any(|line| line.contains("record_latest")), "{plan:?}");
    assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
}
