//! Lists of notices that an officer previewed, until they are sent.
//!
//! A list holds numbers of residents and no more: to read or write anything about one of them, an
//! access is decided anew when their turn comes.

use domain::access::Cohort;
use domain::instant::Instant;

use crate::StoreError;
use crate::sql::{Row, params};
use crate::tx::Tx;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeList {
    /// Its name, unguessable.
    pub name: String,
    /// When it was made.
    pub made: Instant,
    /// How many notices it has.
    pub total: i64,
    /// In how many parts.
    pub parts: i64,
    /// How many parts are done.
    pub done: i64,
    /// How many notices were sent.
    pub sent: i64,
    /// How many were not: the dose was given meanwhile, or the person left.
    pub skipped: i64,
}

const COLUMNS: &str = "name, made, total, parts, done, sent, skipped";

fn list(row: &Row<'_>) -> Result<NoticeList, StoreError> {
    Ok(NoticeList {
        name: row.text(0)?,
        made: Instant(row.int(1)?),
        total: row.int(2)?,
        parts: row.int(3)?,
        done: row.int(4)?,
        sent: row.int(5)?,
        skipped: row.int(6)?,
    })
}

impl Tx<'_> {
    /// Keeps a list of the cohort's municipality, and forgets those made before an instant.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_notices(
        &mut self,
        cohort: &Cohort,
        of: &NoticeList,
        parts: &[Vec<u8>],
        forget: Instant,
    ) -> Result<(), StoreError> {
        let town = &cohort.request().caller.organisation;
        self.conn.run(
            "delete from notice_part where municipality = $1 and name in
             (select name from notice_list where municipality = $1 and made < $2)",
            params![town, forget.0],
        )?;
        self.conn.run(
            "delete from notice_list where municipality = $1 and made < $2",
            params![town, forget.0],
        )?;
        let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
        self.conn.run(
            "insert into notice_list (municipality, name, made, total, parts, done, sent, skipped)
             values ($1, $2, $3, $4, $5, 0, 0, 0)",
            params![town, &of.name, of.made.0, of.total, count],
        )?;
        for (part, body) in (0_i64..).zip(parts) {
            self.conn.run(
                "insert into notice_part (municipality, name, part, body) values ($1, $2, $3, $4)",
                params![town, &of.name, part, body],
            )?;
        }
        Ok(())
    }

    /// A list of the cohort's municipality; none of another's.
    ///
    /// # Errors
    /// When the database fails.
    pub fn notices(
        &mut self,
        cohort: &Cohort,
        name: &str,
    ) -> Result<Option<NoticeList>, StoreError> {
        let town = &cohort.request().caller.organisation;
        let sql =
            format!("select {COLUMNS} from notice_list where municipality = $1 and name = $2");
        self.conn.one(&sql, params![town, name], list)
    }

    /// The next part of a list that is not done.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_notices(
        &mut self,
        cohort: &Cohort,
        of: &NoticeList,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let town = &cohort.request().caller.organisation;
        self.conn.one(
            "select body from notice_part where municipality = $1 and name = $2 and part = $3",
            params![town, &of.name, of.done],
            |row| row.blob(0),
        )
    }

    /// The part that was next is done, so many of it sent and skipped.
    ///
    /// # Errors
    /// When the database fails.
    pub fn did_notices(
        &mut self,
        cohort: &Cohort,
        of: &NoticeList,
        (sent, skipped): (i64, i64),
    ) -> Result<(), StoreError> {
        let town = &cohort.request().caller.organisation;
        self.conn.run(
            "update notice_list set done = done + 1, sent = sent + $3, skipped = skipped + $4
             where municipality = $1 and name = $2",
            params![town, &of.name, sent, skipped],
        )?;
        self.conn.run(
            "delete from notice_part where municipality = $1 and name = $2 and part = $3",
            params![town, &of.name, of.done],
        )?;
        Ok(())
    }
}
