//! Immunisation beside the record: where residents live, lots and recalls, what gates stopped.

use domain::access::{self, Basis, Cohort, Purpose, Request, Role};
use fhir::Kind;
use jiff::civil::{Date, date};
use store::StoreError;
use store::immunization::Recall;

use crate::bench::{Bench, NOW, everywhere};
use crate::people::{
    OTHER_TOWN, TOWN, enter, granted, new, outcome, registration, request, town_key,
};

fn care(town: &str) -> Request {
    request(Role::Officer, town, Purpose::ImmunizationCare, Basis::MunicipalTask)
}

fn cohort(town: &str) -> Cohort {
    access::immunization_residents(care(town)).unwrap()
}

fn lives(bench: &mut Bench, key: &str, town: &'static str, since: Date, left_on: Option<Date>) {
    let key = town_key(key);
    let put = bench.write(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        tx.enter(access)?.put_residence(town, since, left_on)
    });
    put.unwrap();
}

/// Today is 2026-11-24.
#[test]
fn a_municipality_follows_those_who_live_there_today() {
    everywhere(|bench| {
        enter(bench, &town_key("1"));
        for (since, left_on, want) in [
            (date(2026, 11, 24), None, "open"),
            (date(2026, 11, 25), None, "not-allowed"),
            (date(2020, 4, 1), Some(date(2026, 11, 25)), "open"),
            (date(2020, 4, 1), Some(date(2026, 11, 24)), "not-allowed"),
        ] {
            lives(bench, "1", TOWN, since, left_on);
            assert_eq!(outcome(bench, &care(TOWN), &town_key("1")), want, "{since} {left_on:?}");
            assert_eq!(outcome(bench, &care(OTHER_TOWN), &town_key("1")), "not-allowed");
        }
    });
}

fn home(bench: &mut Bench, key: &str, day: Date) -> Option<String> {
    let key = town_key(key);
    let home = bench.read(move |tx| {
        let access = granted(tx, &registration(), &key)?;
        tx.enter(access)?.home(day)
    });
    home.unwrap()
}

#[test]
fn home_is_where_one_moved_last_from_the_day_on() {
    everywhere(|bench| {
        enter(bench, &town_key("1"));
        let moved = date(2026, 6, 1);
        lives(bench, "1", TOWN, date(2024, 1, 10), Some(moved));
        lives(bench, "1", OTHER_TOWN, moved, None);
        for (day, want) in [
            (date(2024, 1, 9), None),
            (date(2024, 1, 10), Some(TOWN)),
            (date(2026, 5, 31), Some(TOWN)),
            (moved, Some(OTHER_TOWN)),
        ] {
            assert_eq!(home(bench, "1", day).as_deref(), want, "{day}");
        }
    });
}

#[test]
fn of_two_municipalities_that_list_somebody_the_one_moved_to_last_follows_them() {
    everywhere(|bench| {
        enter(bench, &town_key("1"));
        let (before, moved) = (date(2024, 1, 10), date(2026, 11, 20));
        for (here, there, want) in [
            // The new one has said so, the old one has not heard of it yet.
            ((before, None), (moved, None), [false, true]),
            ((before, Some(moved)), (moved, None), [false, true]),
            // They are to move: the old one follows them until then.
            ((before, None), (date(2026, 11, 25), None), [true, false]),
            // They came back, and the other one still lists them.
            ((moved, None), (before, None), [true, false]),
            ((before, None), (moved, Some(moved)), [true, false]),
            // Both say the same day: one of them, and always the same one.
            ((moved, None), (moved, None), [true, false]),
        ] {
            lives(bench, "1", TOWN, here.0, here.1);
            lives(bench, "1", OTHER_TOWN, there.0, there.1);
            let key = &town_key("1");
            let follows = [TOWN, OTHER_TOWN].map(|town| {
                let surveyed = bench.read(move |tx| {
                    let mut count = 0;
                    tx.survey(&cohort(town), &[], |_, _| {
                        count += 1;
                        Ok(())
                    })?;
                    Ok(count == 1)
                });
                let open = outcome(bench, &care(town), key) == "open";
                assert_eq!(surveyed, Ok(open), "{town}: {here:?} {there:?}");
                assert_eq!(open, home(bench, "1", date(2026, 11, 24)).as_deref() == Some(town));
                open
            });
            assert_eq!(follows, want, "{here:?} {there:?}");
        }
    });
}

#[test]
fn a_survey_reads_the_wanted_kinds_of_everybody_and_is_one_entry_on_each_page() {
    everywhere(|bench| {
        for (key, town) in [("1", TOWN), ("2", TOWN), ("3", OTHER_TOWN)] {
            enter(bench, &town_key(key));
            lives(bench, key, town, date(2020, 4, 1), None);
        }
        let key = town_key("1");
        let put = bench.write(move |tx| {
            let access = granted(tx, &registration(), &key)?;
            let mut room = tx.enter(access)?;
            room.put(&new(Kind::Dose, "d", "d1"), |_| b"dose".to_vec())?;
            room.put(&new(Kind::CoverageCertificate, "c", "c1"), |_| b"other".to_vec())
        });
        put.unwrap();
        let before = bench.number("select count(*) from audit_entry");
        let seen = bench.read(|tx| {
            let mut seen = Vec::new();
            tx.survey(&cohort(TOWN), &[Kind::Dose], |who, rows| {
                seen.push((who.resident(), rows.len()));
                Ok(())
            })?;
            Ok::<_, StoreError>(seen)
        });
        let counts: Vec<usize> = seen.unwrap().into_iter().map(|(_, rows)| rows).collect();
        assert_eq!(counts, [1, 0]);
        assert_eq!(bench.number("select count(*) from audit_entry"), before + 1);
    });
}

#[test]
fn whoever_lives_there_and_got_a_lot_is_found_once() {
    everywhere(|bench| {
        for (key, town, lot) in [("1", TOWN, "A"), ("2", TOWN, "B"), ("3", OTHER_TOWN, "A")] {
            enter(bench, &town_key(key));
            lives(bench, key, town, date(2020, 4, 1), None);
            let key = town_key(key);
            let filed = bench.write(move |tx| {
                let access = granted(tx, &registration(), &key)?;
                let mut room = tx.enter(access)?;
                room.file_dose("d1", "mr", Some(lot))?;
                room.file_dose("d2", "mr", Some(lot))?;
                room.file_dose("d1", "mr", Some(lot))
            });
            filed.unwrap();
        }
        for (town, lot, want) in
            [(TOWN, "A", 1), (TOWN, " ａ", 1), (TOWN, "C", 0), (OTHER_TOWN, "A", 1)]
        {
            let got = bench.read(move |tx| {
                let mut got = 0;
                tx.got_lot(&cohort(town), ("mr", lot), &[], |_, _| {
                    got += 1;
                    Ok(())
                })?;
                Ok((got, tx.count_lot(&cohort(town), "mr", lot)?))
            });
            assert_eq!(got, Ok((want, want)), "{town} {lot}");
        }
    });
}

#[test]
fn a_recall_is_known_from_then_on() {
    everywhere(|bench| {
        let recall = |reason: &str| Recall {
            product: "mr".into(),
            lot: "A".into(),
            reason: reason.into(),
            since: NOW,
        };
        for reason in ["異物", "異物混入"] {
            let of = recall(reason);
            bench.write(move |tx| tx.put_recall(&of)).unwrap();
        }
        let why = |of: Option<(String, _)>| of.map(|(reason, _)| reason);
        let found =
            bench.read(move |tx| Ok((why(tx.recalled("mr", "A")?), why(tx.recalled("mr", "B")?))));
        assert_eq!(found, Ok((Some("異物混入".to_owned()), None)));
        assert_eq!(bench.read(|tx| tx.recalls()), Ok(vec![recall("異物混入")]));
        // Lifted once, and put again.
        for want in [true, false] {
            assert_eq!(bench.write(|tx| tx.lift_recall("mr", "A", NOW)), Ok(want));
            assert_eq!(bench.read(|tx| tx.recalled("mr", "A")), Ok(None));
            assert_eq!(bench.read(|tx| tx.recalls()), Ok(Vec::new()));
        }
        let of = recall("やはり回収");
        bench.write(move |tx| tx.put_recall(&of)).unwrap();
        let again = bench.read(move |tx| Ok(why(tx.recalled("mr", "ａ ")?)));
        assert_eq!(again, Ok(Some("やはり回収".to_owned())));
    });
}

#[test]
fn some_are_read_again_only_while_they_live_there() {
    everywhere(|bench| {
        let mut people = Vec::new();
        for (key, town) in [("1", TOWN), ("2", TOWN), ("3", OTHER_TOWN)] {
            people.push(enter(bench, &town_key(key)));
            lives(bench, key, town, date(2020, 4, 1), None);
        }
        lives(bench, "2", TOWN, date(2020, 4, 1), Some(date(2026, 11, 24)));
        let all = people.clone();
        let seen = bench.read(move |tx| {
            let mut seen = Vec::new();
            tx.survey_of(&cohort(TOWN), &all, &[Kind::Dose], |who, _| {
                seen.push(who.resident());
                Ok(())
            })?;
            Ok::<_, StoreError>(seen)
        });
        assert_eq!(seen, Ok(vec![people[0]]));
    });
}

#[test]
fn stops_are_counted_for_the_town_and_the_most_frequent_comes_first() {
    everywhere(|bench| {
        let day = date(2026, 11, 24);
        for (once, town, code) in [
            ("a", TOWN, "fever"),
            ("b", TOWN, "interval-too-short"),
            ("c", TOWN, "interval-too-short"),
            ("c", TOWN, "interval-too-short"),
            ("d", OTHER_TOWN, "fever"),
        ] {
            let once = (5, once.as_bytes(), NOW.plus_seconds(60));
            let count = bench.write(move |tx| {
                tx.count_stop(once, (town, "1210000001"), day, ("sequence", code))
            });
            count.unwrap();
        }
        let told = |stops: Vec<store::immunization::StopCount>| {
            stops.iter().map(|stop| format!("{} {}", stop.code, stop.count)).collect::<Vec<_>>()
        };
        let stops = bench.read(move |tx| tx.stops(TOWN, day)).unwrap();
        assert_eq!(told(stops), ["interval-too-short 2", "fever 1"]);
        let later = date(2026, 11, 25);
        assert_eq!(bench.read(move |tx| tx.stops(TOWN, later)), Ok(Vec::new()));
    });
}
