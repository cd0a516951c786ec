//! Lists of notices: each part once, nobody else's, and not for ever.

use domain::access::{self, Basis, Cohort, Purpose, Role};
use domain::instant::Instant;
use store::notice::NoticeList;

use crate::bench::{NOW, everywhere};
use crate::people::{OTHER_TOWN, TOWN, request};

fn cohort(town: &str) -> Cohort {
    let request = request(Role::Officer, town, Purpose::ImmunizationCare, Basis::MunicipalTask);
    access::immunization_residents(request).unwrap()
}

fn list(name: &str, made: Instant) -> NoticeList {
    NoticeList { name: name.into(), made, total: 3, parts: 2, done: 0, sent: 0, skipped: 0 }
}

#[test]
fn a_list_is_done_part_by_part_and_is_its_towns_alone() {
    everywhere(|bench| {
        let parts = [b"a".to_vec(), b"b".to_vec()];
        let put = bench
            .write(move |tx| tx.keep_notices(&cohort(TOWN), &list("l", NOW), &parts, Instant(0)));
        put.unwrap();
        assert_eq!(bench.read(|tx| tx.notices(&cohort(OTHER_TOWN), "l")), Ok(None));
        let mut told = Vec::new();
        loop {
            let done = bench.write(|tx| {
                let of = tx.notices(&cohort(TOWN), "l")?.unwrap();
                let Some(body) = tx.next_notices(&cohort(TOWN), &of)? else { return Ok(None) };
                tx.did_notices(&cohort(TOWN), &of, (2, 1))?;
                Ok(Some(body))
            });
            let Some(body) = done.unwrap() else { break };
            told.push(body);
        }
        assert_eq!(told, [b"a".to_vec(), b"b".to_vec()]);
        let end = bench.read(|tx| tx.notices(&cohort(TOWN), "l")).unwrap().unwrap();
        assert_eq!((end.done, end.sent, end.skipped), (2, 4, 2));
        assert_eq!(bench.number("select count(*) from notice_part"), 0);
    });
}

#[test]
fn old_lists_are_forgotten_when_a_new_one_is_made() {
    everywhere(|bench| {
        let keep = |town: &'static str, name: &'static str, made: Instant, forget: Instant| {
            move |tx: &mut store::Tx<'_>| {
                tx.keep_notices(&cohort(town), &list(name, made), &[b"x".to_vec()], forget)
            }
        };
        let later = NOW.plus_seconds(90_000);
        bench.write(keep(TOWN, "old", NOW, Instant(0))).unwrap();
        bench.write(keep(OTHER_TOWN, "theirs", NOW, Instant(0))).unwrap();
        bench.write(keep(TOWN, "new", later, NOW.plus_seconds(1))).unwrap();
        for (town, name, want) in
            [(TOWN, "old", false), (TOWN, "new", true), (OTHER_TOWN, "theirs", true)]
        {
            let found = bench.read(move |tx| tx.notices(&cohort(town), name)).unwrap();
            assert_eq!(found.is_some(), want, "{name}");
        }
        assert_eq!(bench.number("select count(*) from notice_part"), 2);
    });
}
