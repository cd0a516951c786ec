//! SQLite: WAL, `synchronous=FULL`, prepared statements kept.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};

use super::{P, Row};
use crate::StoreError;

/// Bytes a page: random index rows dirty as little of the write-ahead log as can be.
const PAGE_BYTES: u32 = 4096;
/// Prepared statements kept for each connection; the store has fewer.
const STATEMENTS: usize = 128;

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write { durable: bool },
    Read,
}

pub(crate) fn open(path: &Path, access: Access, cache_mib: u32) -> Result<Connection, StoreError> {
    let conn = match access {
        Access::Write { .. } => Connection::open(path)?,
        Access::Read => Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?,
    };
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.execute_batch(&format!(
        "pragma page_size = {PAGE_BYTES};
         pragma journal_mode = wal;
         pragma wal_autocheckpoint = 0;
         pragma busy_timeout = 10000;
         pragma foreign_keys = on;
         pragma temp_store = memory;
         pragma cache_size = -{};",
        cache_mib.saturating_mul(1024)
    ))?;
    conn.execute_batch(match access {
        Access::Write { durable: true } => "pragma synchronous = full;",
        Access::Write { durable: false } => "pragma synchronous = off;",
        Access::Read => "pragma synchronous = full; pragma query_only = on;",
    })?;
    Ok(conn)
}

impl ToSql for P<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            P::Int(value) | P::IntOr(Some(value)) => ValueRef::Integer(*value),
            P::Text(value) | P::TextOr(Some(value)) => ValueRef::Text(value.as_bytes()),
            P::Blob(value) => ValueRef::Blob(value),
            P::IntOr(None) | P::TextOr(None) => ValueRef::Null,
        }))
    }
}

/// `$2` is the second parameter wherever it stands. SQLite itself takes it for a name and counts
/// names as they appear, which would hand `set a = $2 where b = $1` its parameters crosswise.
fn bind(statement: &mut Statement<'_>, params: &[P<'_>]) -> Result<(), StoreError> {
    for place in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(place)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
            .unwrap_or(0);
        let param = number.checked_sub(1).and_then(|at| params.get(at));
        let missing = || StoreError::Database(format!("parameter {number} is missing"));
        statement.raw_bind_parameter(place, param.ok_or_else(missing)?)?;
    }
    Ok(())
}

pub(super) fn run(conn: &Connection, sql: &str, params: &[P<'_>]) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(statement.raw_execute()? as u64)
}

pub(super) fn rows<T>(
    conn: &Connection,
    sql: &str,
    params: &[P<'_>],
    read: &mut dyn FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    let mut rows = statement.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(read(&Row::Sqlite(row))?);
    }
    Ok(out)
}
