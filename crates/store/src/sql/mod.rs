//! One SQL text for both databases: `$1` is the first parameter wherever it stands, 64-bit
//! integers, texts and blobs only.

mod postgresql;
mod sqlite;

use crate::StoreError;

pub(crate) use postgresql::connect as connect_postgres;
pub(crate) use sqlite::{Access, open as open_sqlite};

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum P<'a> {
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
    IntOr(Option<i64>),
    TextOr(Option<&'a str>),
}

impl From<i64> for P<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for P<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for P<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for P<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}

impl<'a> From<&'a Vec<u8>> for P<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for P<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Blob(value)
    }
}

impl From<Option<i64>> for P<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::IntOr(value)
    }
}

impl<'a> From<Option<&'a str>> for P<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::TextOr(value)
    }
}

/// A row of an answer; columns count from 0.
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r postgres::Row),
}

impl Row<'_> {
    pub(crate) fn int(&self, at: usize) -> Result<i64, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    pub(crate) fn int_or(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    pub(crate) fn text(&self, at: usize) -> Result<String, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    pub(crate) fn text_or(&self, at: usize) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
        }
    }

    pub(crate) fn blob(&self, at: usize) -> Result<Vec<u8>, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
        }
    }
}

/// A connection to either database.
pub(crate) enum Conn {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgresql::Session>),
}

/// Parameters from anything that converts.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::P::from($value)),*] };
}
pub(crate) use params;

impl Conn {
    /// Runs a statement; gives the number of rows it touched.
    pub(crate) fn run(&mut self, sql: &str, params: &[P<'_>]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(conn) => sqlite::run(conn, sql, params),
            Self::Postgres(session) => session.run(sql, params),
        }
    }

    /// Runs a query and reads every row.
    pub(crate) fn rows<T>(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Sqlite(conn) => sqlite::rows(conn, sql, params, &mut read),
            Self::Postgres(session) => session.rows(sql, params, &mut read),
        }
    }

    /// Runs a query that has at most one row.
    pub(crate) fn one<T>(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, params, read)?.pop())
    }

    /// Begins a transaction of the writer.
    pub(crate) fn begin_write(&mut self) -> Result<(), StoreError> {
        self.script(match self {
            Self::Sqlite(_) => "begin immediate",
            Self::Postgres(_) => "begin isolation level serializable",
        })
    }

    /// Begins the snapshot of a reading deed; nothing can be written in it.
    pub(crate) fn begin_read(&mut self) -> Result<(), StoreError> {
        self.script(match self {
            Self::Sqlite(_) => "begin",
            Self::Postgres(_) => "begin isolation level repeatable read read only",
        })
    }

    /// Runs several statements without parameters.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => Ok(conn.execute_batch(sql)?),
            Self::Postgres(session) => session.script(sql),
        }
    }
}
