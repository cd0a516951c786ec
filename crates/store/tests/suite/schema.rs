//! The schema: made once, the same however one came to it.

use store::StoreError;
use store::config::Place;

use crate::bench::{Bench, everywhere, open};

/// Every migration as it stands in the source, oldest first.
fn migrations() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/migrations");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ext| ext == "sql")).collect();
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn shape(bench: &Bench) -> Vec<String> {
    bench.rows(match &bench.place {
        Place::Sqlite(_) => "select type, name, sql from sqlite_schema order by type, name",
        Place::Postgres { .. } => {
            "select table_name, column_name, data_type, is_nullable from information_schema.columns
              where table_schema = current_schema()
             union all
             select tablename, indexname, regexp_replace(indexdef, ' ON [^ ]+', ''), ''
               from pg_indexes where schemaname = current_schema() order by 1, 2, 3"
        }
    })
}

#[test]
fn a_fresh_and_an_upgraded_schema_are_equal() {
    everywhere(|bench| {
        bench.store();
        let fresh = shape(bench);
        assert!(fresh.len() > 20, "{fresh:?}");
        let count = migrations().len();
        assert_eq!(bench.number("select count(*) from migration"), i64::try_from(count).unwrap());
        bench.close();
        bench.store();
        assert_eq!(shape(bench), fresh, "opening again changes nothing");
    });
}

/// A store that stopped at each earlier migration is brought up to date by opening it.
#[test]
fn every_earlier_schema_is_upgraded_to_the_same() {
    let mut fresh = Bench::sqlite();
    fresh.store();
    let want = shape(&fresh);
    let all = migrations();
    for stopped in 0..=all.len() {
        let mut bench = Bench::sqlite();
        let Place::Sqlite(path) = bench.place.clone() else { unreachable!() };
        let old = rusqlite::Connection::open(path).unwrap();
        let table = "create table if not exists migration (version integer not null primary key)";
        old.execute_batch(table).unwrap();
        for (number, sql) in (1..).zip(&all[..stopped]) {
            old.execute_batch(sql).unwrap();
            old.execute("insert into migration (version) values (?1)", [number]).unwrap();
        }
        drop(old);
        bench.store();
        assert_eq!(without_clauses(&shape(&bench)), without_clauses(&want), "from {stopped}");
    }
}

/// `if not exists` is not kept in the schema, blanks are: compare without them.
fn without_clauses(shape: &[String]) -> Vec<String> {
    shape.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn data_of_a_newer_program_are_left_alone() {
    everywhere(|bench| {
        bench.store();
        bench.close();
        bench.rows("insert into migration (version) values (9999)");
        let refused = open(bench.place.clone()).map(drop);
        assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    });
}

#[test]
fn one_process_at_a_time_has_a_store() {
    everywhere(|bench| {
        bench.store();
        assert_eq!(open(bench.place.clone()).err(), Some(StoreError::InUse));
        bench.close();
        assert!(open(bench.place.clone()).is_ok());
    });
}
