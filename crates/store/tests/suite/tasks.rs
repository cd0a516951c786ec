//! Tasks, names that are good once, the feed, the catalogue.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::instant::Instant;
use store::StoreError;
use store::catalogue::{Client, Institution, Municipality, Staff};
use store::task::{Accepted, NewTask, RecordResult, Task};

use crate::bench::{Bench, NOW, block_on, everywhere};
use crate::people::{OTHER_TOWN, TOWN};

fn accept(
    bench: &mut Bench,
    name: &'static str,
    body: Vec<u8>,
    key: Option<&'static str>,
) -> Accepted {
    let accepted = bench.write(move |tx| {
        tx.accept_task(&NewTask {
            name,
            kind: 2,
            municipality: TOWN,
            client: "c1",
            at: NOW,
            total: 3,
            body: &body,
            idempotency_key: key,
        })
    });
    accepted.unwrap()
}

fn is_new(accepted: Accepted) -> Task {
    match accepted {
        Accepted::New(task) => task,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_sent_twice_is_one_task() {
    everywhere(|bench| {
        let first = is_new(accept(bench, "t1", b"body".to_vec(), Some("k1")));
        assert_eq!(accept(bench, "t2", b"body".to_vec(), Some("k1")), Accepted::Known(first));
        assert_eq!(accept(bench, "t3", b"other".to_vec(), Some("k1")), Accepted::OtherBody);
        is_new(accept(bench, "t4", b"body".to_vec(), Some("k2")));
        is_new(accept(bench, "t5", b"body".to_vec(), None));
        is_new(accept(bench, "t6", b"body".to_vec(), None));
        let names = bench.read(|tx| tx.tasks(TOWN, 10)).unwrap();
        let names: Vec<_> = names.iter().map(|task| task.name.as_str()).collect();
        assert_eq!(names, ["t6", "t5", "t4", "t1"]);
    });
}

#[test]
fn a_task_goes_on_behind_what_is_done_and_its_body_leaves_with_it() {
    everywhere(|bench| {
        let body: Vec<u8> = (0..2_500_000_u32).flat_map(u32::to_le_bytes).take(2_500_001).collect();
        let task = is_new(accept(bench, "t1", body.clone(), None));
        assert_eq!(bench.number("select count(*) from vault_body"), 3);
        let of = task.clone();
        assert!(bench.read(move |tx| tx.task_body(&of)).unwrap() == body, "the body reads back");

        let first = [(RecordResult::Accepted, None), (RecordResult::Refused, Some("[1]".into()))];
        bench.write(move |tx| tx.progress(&task, &first)).unwrap();
        bench.close();
        let task = bench.read(|tx| tx.open_task()).unwrap().unwrap();
        assert_eq!((task.done, task.accepted, task.refused), (2, 1, 1));
        let of = task.clone();
        let rest = [(RecordResult::Held, Some("[2]".into()))];
        bench
            .write(move |tx| {
                tx.progress(&of, &rest)?;
                tx.finish_task(&of, NOW)
            })
            .unwrap();

        let done = bench.read(|tx| tx.task(TOWN, "t1")).unwrap().unwrap();
        let counts = (done.total, done.done, done.accepted, done.refused, done.held, done.warned);
        assert_eq!((counts, done.finished_at), ((3, 3, 1, 1, 1, 0), Some(NOW)));
        assert_eq!(bench.read(|tx| tx.open_task()), Ok(None));
        assert_eq!(bench.number("select count(*) from vault_body"), 0);
        let of = done.clone();
        assert_eq!(bench.read(move |tx| tx.task_body(&of)), Ok(Vec::new()));
        let rows = bench.read(move |tx| tx.task_results(&done, 0, 10)).unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.position, row.result)).collect();
        assert_eq!(rows, [(1, RecordResult::Refused), (2, RecordResult::Held)]);
    });
}

#[test]
fn another_municipality_does_not_find_the_task() {
    everywhere(|bench| {
        is_new(accept(bench, "t1", b"body".to_vec(), None));
        assert_eq!(bench.read(|tx| tx.task(OTHER_TOWN, "t1")), Ok(None));
        assert_eq!(bench.read(|tx| tx.tasks(OTHER_TOWN, 9)), Ok(Vec::new()));
        assert!(bench.read(|tx| tx.task(TOWN, "t1")).unwrap().is_some());
    });
}

fn spend(bench: &mut Bench, purpose: u8, names: &'static [&'static str]) -> Result<(), StoreError> {
    bench.write(move |tx| {
        for name in names {
            tx.spend(purpose, name.as_bytes(), NOW.plus_seconds(60));
        }
        tx.put_setting("last", names.concat().as_bytes())
    })
}

#[test]
fn a_name_is_good_once() {
    everywhere(|bench| {
        for (purpose, names, want) in [
            (1, &["a"][..], Ok(())),
            (1, &["a"], Err(StoreError::Spent)),
            (2, &["a"], Ok(())),
            (1, &["b", "a"], Err(StoreError::Spent)),
            (1, &["b"], Ok(())),
            (1, &["c", "c"], Err(StoreError::Spent)),
            (1, &["c"], Ok(())),
        ] {
            bench.write(|tx| tx.put_setting("last", b"before")).unwrap();
            assert_eq!(spend(bench, purpose, names), want, "{purpose} {names:?}");
            let last = bench.read(|tx| tx.setting("last")).unwrap().unwrap();
            assert_eq!(last == b"before", want.is_err(), "a refused deed leaves no rows");
        }
    });
}

#[test]
fn a_reading_deed_spends_durably_too() {
    everywhere(|bench| {
        let read = |bench: &mut Bench| {
            bench.read(|tx| {
                tx.spend(1, b"nonce", NOW.plus_seconds(60));
                Ok(())
            })
        };
        assert_eq!(read(bench), Ok(()));
        bench.close();
        assert_eq!(read(bench), Err(StoreError::Spent));
    });
}

#[test]
fn of_64_who_spend_the_same_name_at_once_one_wins() {
    everywhere(|bench| {
        let (store, won) = (bench.store(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for at in 0..64 {
                let (store, won) = (&store, &won);
                scope.spawn(move || {
                    let deed = |tx: &mut store::Tx<'_>| {
                        tx.spend(1, b"nonce", NOW.plus_seconds(60));
                        Ok::<_, StoreError>(())
                    };
                    let spent = match at % 2 {
                        0 => block_on(store.read(deed)),
                        _ => block_on(store.write(deed)),
                    };
                    match spent {
                        Ok(()) => won.fetch_add(1, Ordering::Relaxed),
                        Err(error) => {
                            assert_eq!(error, StoreError::Spent);
                            0
                        }
                    };
                });
            }
        });
        assert_eq!(won.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn the_feed_goes_on_behind_the_cursor_of_each_municipality() {
    everywhere(|bench| {
        let told = bench.write(|tx| {
            tx.tell(TOWN, "task-finished", "t1", NOW)?;
            tx.tell(OTHER_TOWN, "link-held", "h1", NOW)?;
            tx.tell(TOWN, "link-decided", "h2", NOW)?;
            tx.tell(TOWN, "task-finished", "t3", NOW)
        });
        told.unwrap();
        let page = |bench: &mut Bench, town: &'static str, after, limit| {
            let changes = bench.read(move |tx| tx.changes(town, after, limit)).unwrap();
            changes.into_iter().map(|change| (change.position, change.detail)).collect::<Vec<_>>()
        };
        let first = page(bench, TOWN, 0, 2);
        let details: Vec<_> = first.iter().map(|(_, detail)| detail.as_str()).collect();
        assert_eq!(details, ["t1", "h2"]);
        let rest = page(bench, TOWN, first[1].0, 2);
        assert_eq!((rest.len(), rest[0].1.as_str()), (1, "t3"));
        assert_eq!(page(bench, TOWN, rest[0].0, 2), []);
        let positions: Vec<i64> = [first[0].0, first[1].0, rest[0].0].into();
        assert_eq!(positions, [1, 2, 3], "no gap tells what others do");
        assert_eq!(page(bench, OTHER_TOWN, 0, 9), [(1, "h1".to_owned())]);
        assert_eq!(bench.read(|tx| tx.feed_end(TOWN)), Ok(3));
        assert_eq!(bench.read(|tx| tx.feed_end("452025")), Ok(0));
    });
}

#[test]
fn the_catalogue_keeps_the_last_word() {
    everywhere(|bench| {
        for word in ["old", "new"] {
            let kept = bench.write(move |tx| {
                tx.put_municipality(&town(word))?;
                tx.put_institution(&institution(word))?;
                tx.put_client(&client(word))?;
                tx.put_staff(&staff(word))?;
                tx.put_setting("s", word.as_bytes())?;
                tx.put_schemes(TOWN, &[(word.into(), word.into()), ("z".into(), b"z".into())])
            });
            kept.unwrap();
        }
        assert_eq!(bench.read(|tx| tx.municipalities()), Ok(vec![town("new")]));
        assert_eq!(bench.read(|tx| tx.municipality_name(TOWN)), Ok("new".into()));
        assert_eq!(bench.read(|tx| tx.municipality_name("000000")), Ok("000000".into()));
        assert_eq!(bench.read(|tx| tx.institution("1210000001")), Ok(Some(institution("new"))));
        assert_eq!(bench.read(|tx| tx.institutions()), Ok(vec![institution("new")]));
        assert_eq!(bench.read(|tx| tx.client("c1")), Ok(Some(client("new"))));
        assert_eq!(bench.read(|tx| tx.staff("s1")), Ok(Some(staff("new"))));
        assert_eq!(bench.read(|tx| tx.staff("s2")), Ok(None));
        assert_eq!(bench.read(|tx| tx.setting("s")), Ok(Some(b"new".to_vec())));
        let schemes = bench.read(|tx| tx.schemes(TOWN)).unwrap();
        let ids: Vec<_> = schemes.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["new", "z"]);
        let counts = bench.read(|tx| tx.counts()).unwrap();
        assert_eq!((counts.municipalities, counts.institutions, counts.residents), (1, 1, 0));
    });
}

fn town(name: &str) -> Municipality {
    Municipality { code: TOWN.into(), name: name.into(), about: "about".into() }
}

fn institution(name: &str) -> Institution {
    Institution {
        code: "1210000001".into(),
        name: name.into(),
        kind: "医科".into(),
        municipality: TOWN.into(),
        tasks: String::new(),
        uses_subsidy: name == "new",
    }
}

fn client(jwks: &str) -> Client {
    Client { client: "c1".into(), kind: 1, organisation: TOWN.into(), jwks: jwks.into() }
}

fn staff(name: &str) -> Staff {
    Staff { staff: "s1".into(), kind: 2, organisation: TOWN.into(), name: name.into() }
}

#[test]
fn a_reading_deed_cannot_write() {
    everywhere(|bench| {
        let written = bench.read(|tx| tx.put_setting("s", b"x"));
        assert!(matches!(written, Err(StoreError::Database(_))), "{written:?}");
        assert_eq!(bench.read(|tx| tx.setting("s")), Ok(None));
        assert_eq!(bench.write(|tx| tx.put_setting("s", b"y")), Ok(()));
    });
}

#[test]
fn a_failed_deed_harms_nobody_beside_it() {
    everywhere(|bench| {
        let failed = bench.write(|tx| {
            tx.put_setting("a", b"1")?;
            Err::<(), _>(StoreError::Taken)
        });
        assert_eq!(failed, Err(StoreError::Taken));
        bench.write(|tx| tx.put_setting("b", b"1")).unwrap();
        assert_eq!(bench.read(|tx| tx.setting("a")), Ok(None));
        let parts = bench.write(|tx| {
            tx.attempt(|tx| Ok((true, tx.put_setting("kept", b"1")?)))?;
            tx.attempt(|tx| Ok((false, tx.put_setting("undone", b"1")?)))?;
            let broken = tx.attempt(|tx| {
                tx.put_setting("broken", b"1")?;
                Err::<(bool, ()), _>(StoreError::Taken)
            });
            assert_eq!(broken, Err(StoreError::Taken));
            Ok(())
        });
        parts.unwrap();
        let names = bench.rows("select name from setting order by name");
        assert_eq!(names, ["b", "kept"]);
    });
}

/// A panic in a deed is a mistake of ours; it must not take the store with it.
#[test]
fn a_deed_that_panics_leaves_the_writer_alive() {
    everywhere(|bench| {
        let panicked = bench.write(|tx| {
            tx.put_setting("a", b"1")?;
            assert_eq!(Instant(0), NOW, "this panic is part of the test");
            Ok(())
        });
        assert!(panicked.is_err());
        assert_eq!(bench.write(|tx| tx.put_setting("b", b"1")), Ok(()));
        assert_eq!(bench.rows("select name from setting"), ["b"]);
    });
}
