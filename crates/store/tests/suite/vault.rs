//! 個人番号 lie nowhere but in the vault, and there only sealed.

use std::path::Path;

use domain::number::MyNumber;
use store::StoreError;
use store::task::{Accepted, NewTask};

use crate::bench::{Bench, NOW, everywhere, hex, keys, open_with};
use crate::people::{TOWN, desk, enter, find, granted, registration, town_key};

/// Synthetic: the check digit fits.
const CANARY: &str = "123456789018";

fn keep(bench: &mut Bench) {
    let key = town_key("1");
    enter(bench, &key);
    let store = bench.store();
    let number = MyNumber::parse(CANARY).unwrap();
    let claim = store.vault().claim(&number, store.entropy()).unwrap();
    let kept = bench.write(move |tx| {
        let found = tx.find_to_enter(&find(registration()), &key)?.unwrap();
        tx.claim(&claim.key(), &found, NOW)?;
        let access = granted(tx, &registration(), &key)?;
        tx.enter(access)?.keep_number(&claim)?;
        let body = format!("氏名,個人番号\n山田,{CANARY}\n");
        let new = NewTask { body: body.as_bytes(), ..task() };
        tx.accept_task(&new).map(drop)
    });
    kept.unwrap();
}

fn task() -> NewTask<'static> {
    NewTask {
        name: "t1",
        kind: 1,
        municipality: TOWN,
        client: "c1",
        at: NOW,
        total: 1,
        body: b"",
        // A client may make its keys of what it sends.
        idempotency_key: Some("k1-123456789018"),
    }
}

/// How often a text stands in the files of a folder, as bytes, as hexadecimal, as UTF-16.
fn hits(folder: &Path, text: &str) -> usize {
    let wide: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
    let forms = [text.as_bytes().to_vec(), hex(text.as_bytes()).into_bytes(), wide];
    let mut hits = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        // A file that is gone by now, as the log of a store that closes, holds nothing.
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        for form in &forms {
            hits += bytes.windows(form.len()).filter(|window| window == form).count();
        }
    }
    hits
}

#[test]
fn no_number_stands_in_any_file_of_the_store() {
    let mut bench = Bench::sqlite();
    keep(&mut bench);
    assert_eq!(hits(bench.folder(), CANARY), 0, "while it is open, with its log");
    assert!(hits(bench.folder(), "122319") > 0, "the scan finds what is there");
    bench.close();
    assert_eq!(hits(bench.folder(), CANARY), 0, "closed");
}

#[test]
fn the_sealed_texts_do_not_show_the_number() {
    everywhere(|bench| {
        keep(bench);
        let sealed = bench.rows("select sealed from vault union all select sealed from vault_body");
        assert_eq!(sealed.len(), 2);
        for text in sealed {
            assert!(text.len() > 2 * 28 && !text.contains(&hex(CANARY.as_bytes())), "{text}");
        }
    });
}

#[test]
fn a_number_finds_its_person_and_another_number_nobody() {
    everywhere(|bench| {
        keep(bench);
        let store = bench.store();
        let finds = |text: &str| {
            let key = store.vault().key_of(&MyNumber::parse(text).unwrap());
            let found =
                crate::bench::block_on(store.read(move |tx| tx.find(&find(registration()), &key)));
            Result::<_, StoreError>::unwrap(found).is_some()
        };
        assert!(finds(CANARY));
        assert!(!finds("000000000000"));
    });
}

#[test]
fn a_wrong_key_opens_nothing_and_panics_nowhere() {
    everywhere(|bench| {
        keep(bench);
        bench.close();
        let store = open_with(bench.place.clone(), keys(9)).unwrap();
        let body = crate::bench::block_on(store.read(|tx| {
            let task = tx.open_task()?.unwrap();
            tx.task_body(&task)
        }));
        assert!(matches!(body, Err(StoreError::Corrupt { table: "vault", .. })), "{body:?}");
        let same = crate::bench::block_on(store.write(|tx| {
            let new = NewTask { name: "t2", body: b"x", ..task() };
            tx.accept_task(&new)
        }));
        // The key of the request is known by its digest only, under the key of before.
        assert!(matches!(same, Ok::<_, StoreError>(Accepted::New(_))), "{same:?}");
    });
}

#[test]
fn a_desk_keeps_no_number() {
    everywhere(|bench| {
        keep(bench);
        let store = bench.store();
        let claim = store.vault().claim(&MyNumber::parse(CANARY).unwrap(), store.entropy());
        let claim = claim.unwrap();
        let refused = bench.write(move |tx| {
            let found = tx.find_to_enter(&find(registration()), &town_key("1"))?.unwrap();
            let access = tx.decide(&found, &desk())?.unwrap();
            tx.enter(access)?.keep_number(&claim)
        });
        assert_eq!(refused, Err(StoreError::NotOpened("writing")));
    });
}
