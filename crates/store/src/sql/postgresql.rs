//! PostgreSQL: the same texts, prepared once for each connection.

use std::collections::HashMap;

use postgres::types::ToSql;
use postgres::{Client, NoTls, Statement};

use super::{P, Row};
use crate::StoreError;

/// A connection with its prepared statements.
pub(crate) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

pub(crate) fn connect(connection: &str, schema: &str) -> Result<Session, StoreError> {
    let mut client = Client::connect(connection, NoTls)?;
    let plain = schema.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain || schema.is_empty() {
        return Err(StoreError::Database("a schema name has letters, digits and _ only".into()));
    }
    client.batch_execute(&format!(
        "set client_min_messages = warning; create schema if not exists {schema};
         set search_path = {schema}"
    ))?;
    Ok(Session { client, statements: HashMap::new() })
}

impl Session {
    fn prepare(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn run(&mut self, sql: &str, params: &[P<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepare(sql)?;
        Ok(self.client.execute(&statement, &bound(params))?)
    }

    pub(super) fn rows<T>(
        &mut self,
        sql: &str,
        params: &[P<'_>],
        read: &mut dyn FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let statement = self.prepare(sql)?;
        let rows = self.client.query(&statement, &bound(params))?;
        rows.iter().map(|row| read(&Row::Postgres(row))).collect()
    }

    /// The schema is written for SQLite; three words differ.
    pub(super) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = sql
            .replace(" integer", " bigint")
            .replace(" blob", " bytea")
            .replace(") without rowid", ")");
        Ok(self.client.batch_execute(&sql)?)
    }
}

fn bound<'a>(params: &'a [P<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|param| match param {
            P::Int(value) => value as &(dyn ToSql + Sync),
            P::Text(value) => value,
            P::Blob(value) => value,
            P::IntOr(value) => value,
            P::TextOr(value) => value,
        })
        .collect()
}
