//! Registration tasks: accepted at once, done in the background, a result for every record.

use domain::instant::Instant;

use crate::StoreError;
use crate::sql::{Row, params};
use crate::tx::Tx;

/// Bytes of one part of a sealed body.
const PART_BYTES: usize = 1 << 20;

/// A task as its owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub(crate) task: i64,
    /// Its name in URLs: opaque.
    pub name: String,
    /// What kind of registration: the caller's own numbering.
    pub kind: u8,
    /// Whose.
    pub municipality: String,
    /// Which client sent it.
    pub client: String,
    /// When it came.
    pub received_at: Instant,
    /// When it was done.
    pub finished_at: Option<Instant>,
    /// Records in the body.
    pub total: u32,
    /// Records done.
    pub done: u32,
    /// Records accepted (held ones are counted apart).
    pub accepted: u32,
    /// Records refused.
    pub refused: u32,
    /// Records accepted whose link waits for a human.
    pub held: u32,
    /// Accepted records with warnings.
    pub warned: u32,
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordResult {
    /// In force.
    Accepted,
    /// Refused; the findings say why.
    Refused,
    /// Recorded, but its link waits for a human.
    Held,
}

impl RecordResult {
    const fn code(self) -> i64 {
        match self {
            Self::Accepted => 1,
            Self::Refused => 2,
            Self::Held => 3,
        }
    }

    const fn of(code: i64) -> Self {
        match code {
            1 => Self::Accepted,
            3 => Self::Held,
            _ => Self::Refused,
        }
    }
}

/// The result of one record that has findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRow {
    /// Its position in the body, from 0.
    pub position: u32,
    /// What became of it.
    pub result: RecordResult,
    /// Findings, as the deed wrote them (a JSON array).
    pub findings: String,
}

/// A new task.
#[derive(Debug, Clone, Copy)]
pub struct NewTask<'a> {
    /// Opaque name.
    pub name: &'a str,
    /// What kind of registration.
    pub kind: u8,
    /// Whose.
    pub municipality: &'a str,
    /// Which client.
    pub client: &'a str,
    /// When it came.
    pub at: Instant,
    /// Records in the body.
    pub total: u32,
    /// The body; sealed in the vault until the task ends.
    pub body: &'a [u8],
    /// The client's own name for the request, if it gave one.
    pub idempotency_key: Option<&'a str>,
}

/// What became of a new task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is kept and will be done.
    New(Task),
    /// The same key, kind and body came before: that task.
    Known(Task),
    /// The same key came before with another body, or for another kind.
    OtherBody,
}

impl Tx<'_> {
    /// Keeps a task and its body.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accept_task(&mut self, new: &NewTask<'_>) -> Result<Accepted, StoreError> {
        let digest = self.vault.digest(new.body);
        let name = new.idempotency_key.map(|key| self.keyed_name(new.client, key));
        if let Some(name) = &name {
            let known = self.conn.one(
                "select digest, task from idempotency where client = $1 and name = $2",
                params![new.client, name],
                |row| Ok((row.blob(0)?, row.int(1)?)),
            )?;
            if let Some((before, task)) = known {
                let same = aws_lc_rs::constant_time::verify_slices_are_equal(&before, &digest);
                return match (same, self.task_by_number(task)?) {
                    (Ok(()), Some(task)) if task.kind == new.kind => Ok(Accepted::Known(task)),
                    _ => Ok(Accepted::OtherBody),
                };
            }
        }
        let task = self.insert_task(new)?;
        if let Some(name) = &name {
            self.conn.run(
                "insert into idempotency (client, name, digest, task) values ($1, $2, $3, $4)",
                params![new.client, name, &digest, task],
            )?;
        }
        self.task_by_number(task)?
            .map(Accepted::New)
            .ok_or_else(|| StoreError::corrupt("task", "it vanished"))
    }

    /// An idempotency key as it is kept: a client may make it of a 個人番号, so not in clear.
    fn keyed_name(&self, client: &str, key: &str) -> String {
        let digest =
            self.vault.digest(format!("idempotency-key\u{0}{client}\u{0}{key}").as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn insert_task(&mut self, new: &NewTask<'_>) -> Result<i64, StoreError> {
        let last = self.conn.one("select max(task) from task", &[], |row| row.int_or(0))?.flatten();
        let task = last.unwrap_or(0) + 1;
        self.conn.run(
            "insert into task (task, name, kind, municipality, client, received_at, total, done,
             accepted, refused, held, warned) values ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0)",
            params![
                task,
                new.name,
                i64::from(new.kind),
                new.municipality,
                new.client,
                new.at.0,
                i64::from(new.total)
            ],
        )?;
        for (part, bytes) in (0_i64..).zip(new.body.chunks(PART_BYTES)) {
            let sealed = self.vault.seal(bytes, self.entropy)?;
            self.conn.run(
                "insert into vault_body (task, part, sealed) values ($1, $2, $3)",
                params![task, part, &sealed],
            )?;
        }
        Ok(task)
    }

    /// The oldest task that is not done.
    ///
    /// # Errors
    /// When the database fails.
    pub fn open_task(&mut self) -> Result<Option<Task>, StoreError> {
        let sql = format!("{TASK} where finished_at is null order by task limit 1");
        self.conn.one(&sql, &[], task_row)
    }

    /// The oldest task of each municipality that is not done, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn open_tasks(&mut self) -> Result<Vec<Task>, StoreError> {
        let sql = format!(
            "{TASK} where finished_at is null and task in
             (select min(task) from task where finished_at is null group by municipality)
             order by task"
        );
        self.conn.rows(&sql, &[], task_row)
    }

    /// The body of a task that is not done.
    ///
    /// # Errors
    /// When the database fails or the body does not open.
    pub fn task_body(&mut self, task: &Task) -> Result<Vec<u8>, StoreError> {
        let vault = self.vault.clone();
        let parts = self.conn.rows(
            "select sealed from vault_body where task = $1 order by part",
            params![task.task],
            |row| vault.open(&row.blob(0)?),
        )?;
        Ok(parts.concat())
    }

    /// A task of one municipality by its name; another municipality's is not found.
    ///
    /// # Errors
    /// When the database fails.
    pub fn task(&mut self, municipality: &str, name: &str) -> Result<Option<Task>, StoreError> {
        let sql = format!("{TASK} where municipality = $1 and name = $2");
        self.conn.one(&sql, params![municipality, name], task_row)
    }

    /// The newest tasks of one municipality.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tasks(&mut self, municipality: &str, limit: u32) -> Result<Vec<Task>, StoreError> {
        let sql = format!("{TASK} where municipality = $1 order by task desc limit $2");
        self.conn.rows(&sql, params![municipality, i64::from(limit)], task_row)
    }

    fn task_by_number(&mut self, task: i64) -> Result<Option<Task>, StoreError> {
        let sql = format!("{TASK} where task = $1");
        self.conn.one(&sql, params![task], task_row)
    }

    /// The results of records with findings, from `from` on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn task_results(
        &mut self,
        task: &Task,
        from: u32,
        limit: u32,
    ) -> Result<Vec<ResultRow>, StoreError> {
        self.conn.rows(
            "select position, result, findings from task_result
             where task = $1 and position >= $2 order by position limit $3",
            params![task.task, i64::from(from), i64::from(limit)],
            |row| {
                let position = u32::try_from(row.int(0)?).unwrap_or(0);
                let (result, findings) = (RecordResult::of(row.int(1)?), row.text(2)?);
                Ok(ResultRow { position, result, findings })
            },
        )
    }

    /// Counts records that were done, keeps the results that have findings, in the same
    /// transaction as the records themselves: after a crash the task goes on behind them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn progress(
        &mut self,
        task: &Task,
        results: &[(RecordResult, Option<String>)],
    ) -> Result<(), StoreError> {
        let mut position = i64::from(task.done);
        for (result, findings) in results {
            if let Some(findings) = findings {
                self.conn.run(
                    "insert into task_result (task, position, result, findings)
                     values ($1, $2, $3, $4)",
                    params![task.task, position, result.code(), findings],
                )?;
            }
            position += 1;
        }
        let count = |wanted: RecordResult| {
            results.iter().filter(|(result, _)| *result == wanted).count() as i64
        };
        let warned = results
            .iter()
            .filter(|(result, findings)| *result == RecordResult::Accepted && findings.is_some())
            .count();
        self.conn.run(
            "update task set done = $2, accepted = accepted + $3, refused = refused + $4,
             held = held + $5, warned = warned + $6 where task = $1",
            params![
                task.task,
                position,
                count(RecordResult::Accepted),
                count(RecordResult::Refused),
                count(RecordResult::Held),
                warned as i64
            ],
        )?;
        Ok(())
    }

    /// Ends a task: its body leaves the vault.
    ///
    /// # Errors
    /// When the database fails.
    pub fn finish_task(&mut self, task: &Task, at: Instant) -> Result<(), StoreError> {
        self.conn
            .run("update task set finished_at = $2 where task = $1", params![task.task, at.0])?;
        self.conn.run("delete from vault_body where task = $1", params![task.task])?;
        Ok(())
    }
}

const TASK: &str = "select task, name, kind, municipality, client, received_at, finished_at, total,
                    done, accepted, refused, held, warned from task";

fn task_row(row: &Row<'_>) -> Result<Task, StoreError> {
    let count = |at: usize| row.int(at).map(|count| u32::try_from(count).unwrap_or(0));
    Ok(Task {
        task: row.int(0)?,
        name: row.text(1)?,
        kind: u8::try_from(row.int(2)?).unwrap_or(0),
        municipality: row.text(3)?,
        client: row.text(4)?,
        received_at: Instant(row.int(5)?),
        finished_at: row.int_or(6)?.map(Instant),
        total: count(7)?,
        done: count(8)?,
        accepted: count(9)?,
        refused: count(10)?,
        held: count(11)?,
        warned: count(12)?,
    })
}
