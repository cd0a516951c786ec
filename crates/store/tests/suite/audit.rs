//! Every deed leaves exactly one entry, and the person concerned sees it.

use domain::access::{Caller, Purpose, Request};
use domain::audit::{Action, Entry, Outcome};
use domain::identity::LinkKey;
use fhir::Kind;
use store::StoreError;

use crate::bench::{Bench, everywhere};
use crate::people::{
    TOWN, card, decided, desk, enter, granted, hold, insured, new, officer, outcome, registration,
    resident,
};

/// Every entry of the log, oldest first, as `action outcome resident what detail`.
fn entries(bench: &Bench) -> Vec<String> {
    let rows = bench.rows("select entry from audit_entry order by leaf");
    rows.iter()
        .map(|row| {
            let bytes: Vec<u8> = (0..row.len() / 2)
                .map(|at| u8::from_str_radix(&row[2 * at..2 * at + 2], 16).unwrap())
                .collect();
            told(&Entry::decode(&bytes).unwrap())
        })
        .collect()
}

fn told(entry: &Entry) -> String {
    let who = entry.resident.map_or("-".to_owned(), |resident| resident.0.to_string());
    let (action, outcome) = (action(entry.action), ended(entry.outcome));
    format!("{action} {outcome} {who} [{}] {}", entry.what, entry.detail).trim_end().to_owned()
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Read => "read",
        Action::Write => "write",
        Action::Query => "query",
        Action::List => "list",
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "granted",
        Outcome::Refused => "refused",
        Outcome::Empty => "empty",
    }
}

fn look(bench: &mut Bench, request: &Request, key: &LinkKey, kinds: &'static [Kind]) {
    let (request, key) = (request.clone(), key.clone());
    let looked = bench.read(move |tx| {
        let access = granted(tx, &request, &key)?;
        let mut room = tx.enter(access)?;
        kinds.iter().try_for_each(|kind| room.read(*kind).map(drop))
    });
    looked.unwrap();
}

fn write(bench: &mut Bench, key: &LinkKey) {
    let key = key.clone();
    let written = bench.write(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        let mut room = tx.enter(access)?;
        for item in ["c1", "c2"] {
            room.put(&new(Kind::CoverageCertificate, item, item), |item| item.into())?;
        }
        room.remark("case 7");
        Ok(())
    });
    written.unwrap();
}

#[test]
fn every_deed_leaves_one_entry_that_says_what_was_touched() {
    everywhere(|bench| {
        let key = card("1");
        enter(bench, &key);
        assert_eq!(entries(bench), [""; 0]);
        write(bench, &key);
        look(bench, &desk(), &key, &[Kind::CoverageInsurance, Kind::CoverageCertificate]);
        look(bench, &desk(), &key, &[]);
        assert_eq!(outcome(bench, &desk(), &insured("9")), "nobody");
        let other = resident(domain::person::ResidentId(77), Purpose::SignIn);
        assert_eq!(outcome(bench, &other, &key), "not-allowed");
        let want = [
            "write granted 1 [certificate:2] case 7",
            "read granted 1 [insurance:0 certificate:2]",
            "read granted 1 []",
            "query empty - [insured-number]",
            "read refused 1 [] not-allowed",
        ];
        assert_eq!(entries(bench), want);
    });
}

#[test]
fn a_failed_deed_leaves_no_rows_and_no_entry_but_its_refusals() {
    everywhere(|bench| {
        enter(bench, &card("1"));
        let deed = |tx: &mut store::Tx<'_>| {
            let access = granted(tx, &registration(), &card("1"))?;
            tx.enter(access)?.put(&new(Kind::Patient, "k", "i"), |_| b"{}".to_vec())?;
            let other = resident(domain::person::ResidentId(77), Purpose::SignIn);
            assert!(decided(tx, &other, &card("1"))?.unwrap().is_err());
            Err::<(), _>(StoreError::Taken)
        };
        assert_eq!(bench.write(deed), Err(StoreError::Taken));
        assert_eq!(bench.number("select count(*) from record"), 0);
        assert_eq!(entries(bench), ["read refused 1 [] not-allowed"]);
        let read = |tx: &mut store::Tx<'_>| {
            look_in(tx)?;
            tx.note_refusal(&desk(), "card", "other-ca");
            Err::<(), _>(StoreError::Taken)
        };
        assert_eq!(bench.read(read), Err(StoreError::Taken));
        let want = ["read refused 1 [] not-allowed", "query refused - [card] other-ca"];
        assert_eq!(entries(bench), want);
    });
}

fn look_in(tx: &mut store::Tx<'_>) -> Result<(), StoreError> {
    let access = granted(tx, &desk(), &card("1"))?;
    tx.enter(access)?.read(Kind::Patient).map(drop)
}

fn page(bench: &mut Bench, key: &LinkKey, who: domain::person::ResidentId) -> Vec<String> {
    let (key, request) = (key.clone(), resident(who, Purpose::SignIn));
    let looks = bench.read(move |tx| {
        let access = granted(tx, &request, &key)?;
        tx.enter(access)?.looks(None, 100)
    });
    let looks = looks.unwrap();
    for look in &looks {
        assert_eq!(look.entry.encode(), look.bytes);
        assert_eq!(look.salt.len(), store::log::SALT_LEN);
    }
    looks.iter().map(|look| told(&look.entry)).collect()
}

#[test]
fn a_resident_sees_who_looked_at_them_and_at_nobody_else() {
    everywhere(|bench| {
        let (one, two) = (card("1"), card("2"));
        let (first, second) = (enter(bench, &one), enter(bench, &two));
        look(bench, &desk(), &one, &[Kind::Patient]);
        look(bench, &desk(), &two, &[Kind::CoverageInsurance]);
        assert_eq!(page(bench, &one, first), ["read granted 1 [identity:0]"]);
        let again = ["read granted 1 [disclosures:1]", "read granted 1 [identity:0]"];
        assert_eq!(page(bench, &one, first), again);
        assert_eq!(page(bench, &two, second), ["read granted 2 [insurance:0]"]);
    });
}

/// Waits until the index of the log has as many rows; it follows at a distance.
fn indexed(bench: &Bench, rows: i64) {
    for _ in 0..500 {
        if bench.number("select count(*) from audit_of") == rows {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the index of the log did not reach {rows} rows");
}

#[test]
fn a_page_is_the_same_before_its_index_is_written_and_after_a_restart() {
    everywhere(|bench| {
        let (one, two) = (card("1"), card("2"));
        let (first, _) = (enter(bench, &one), enter(bench, &two));
        for _ in 0..20 {
            look(bench, &desk(), &one, &[Kind::Patient]);
            look(bench, &desk(), &two, &[Kind::Patient]);
        }
        let mut want = vec!["read granted 1 [identity:0]".to_owned(); 20];
        assert_eq!(page(bench, &one, first), want);
        indexed(bench, 41);
        want.insert(0, "read granted 1 [disclosures:20]".to_owned());
        assert_eq!(page(bench, &one, first), want);
        look(bench, &desk(), &one, &[Kind::Patient]);
        bench.close();
        want.splice(
            0..0,
            ["read granted 1 [identity:0]", "read granted 1 [disclosures:21]"].map(str::to_owned),
        );
        assert_eq!(page(bench, &one, first), want);
        indexed(bench, 44);
        assert_eq!(bench.number("select count(*) from audit_of where resident = 1"), 24);
    });
}

#[test]
fn a_list_is_one_entry_on_the_page_of_everybody_in_it() {
    everywhere(|bench| {
        let candidate = enter(bench, &card("1"));
        let (first, one) = hold(bench, &card("2"), candidate);
        let (second, two) = hold(bench, &card("3"), candidate);
        let cases = bench.read(|tx| tx.held(&officer(TOWN))).unwrap();
        assert_eq!(cases.len(), 2);
        let listed = entries(bench);
        assert_eq!(listed.len(), 1);
        assert!(listed[0].starts_with("list granted - [held-links] count=2 list="), "{listed:?}");
        for id in [one, two] {
            let decided = bench
                .write(move |tx| tx.decide_held(&officer(TOWN), &id, false, crate::bench::NOW));
            assert!(decided.unwrap().is_some());
        }
        assert_eq!(page(bench, &card("2"), first), listed);
        assert_eq!(page(bench, &card("3"), second), listed);
        assert_eq!(page(bench, &card("1"), candidate), [""; 0]);
    });
}

#[test]
fn a_refusal_about_somebody_known_stands_on_their_page() {
    everywhere(|bench| {
        let who = enter(bench, &card("1"));
        let noted = bench.read(|tx| {
            let found = tx.find(&crate::people::find(desk()), &card("1"))?.unwrap();
            tx.note_refusal_of(&desk(), &found, "card", "revoked");
            Ok(())
        });
        noted.unwrap();
        assert_eq!(page(bench, &card("1"), who), ["query refused 1 [card] revoked"]);
    });
}

#[test]
fn erasing_takes_the_content_and_leaves_the_proof() {
    everywhere(|bench| {
        enter(bench, &card("1"));
        look(bench, &desk(), &card("1"), &[]);
        let later = Request { at: crate::bench::NOW.plus_seconds(100), ..desk() };
        look(
            bench,
            &Request { caller: Caller { ..later.caller.clone() }, ..later },
            &card("1"),
            &[],
        );
        let before = bench.rows("select commitment from audit_entry order by leaf");
        let limit = crate::bench::NOW.plus_seconds(50);
        assert_eq!(bench.write(move |tx| tx.erase_entries(limit, 10)), Ok(1));
        assert_eq!(bench.write(move |tx| tx.erase_entries(limit, 10)), Ok(0));
        assert_eq!(bench.rows("select commitment from audit_entry order by leaf"), before);
        let kept = bench.number("select count(*) from audit_entry where entry is not null");
        let salts = bench.number("select count(*) from audit_entry where salt is not null");
        assert_eq!((kept, salts), (1, 1));
    });
}
