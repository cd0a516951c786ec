//! Registrations are done in the background: chunk by chunk, each in one transaction with its
//! results, so that after a crash a task goes on behind the last chunk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use domain::finding::Finding;
use store::task::{RecordResult, Task};
use store::{StoreError, Tx};

use crate::Hub;
use crate::refusal::Refusal;
use crate::registration::intake_records::Parsed;
use crate::registration::{self, Applied, Context, Deed, Prepared, TaskKind};

/// Records of one chunk: other deeds wait behind it, so it is short.
const CHUNK: usize = 200;
/// How long the worker rests when nothing rings.
const REST: Duration = Duration::from_secs(1);

/// Does registrations until it is told to stop.
pub struct Worker {
    hub: Arc<Hub>,
}

impl Worker {
    /// A worker for a hub; one is enough, and arrival order decides.
    #[must_use]
    pub fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// Works for ever.
    pub async fn run(self) {
        loop {
            match self.next().await {
                Ok(true) => {}
                Ok(false) => {
                    let bell = self.hub.bell.notified();
                    let _rested = tokio::time::timeout(REST, bell).await;
                }
                Err(refusal) => {
                    tracing::error!(code = refusal.code, "a registration waits");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Does everything that waits, then returns: for tests and one-off commands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish(&self) -> Result<(), Refusal> {
        while self.next().await? {}
        Ok(())
    }

    async fn next(&self) -> Result<bool, Refusal> {
        let resting = self.hub.stuck.resting(self.hub.now());
        let found = self.hub.store.read(move |tx| {
            let mut open = tx.open_tasks()?.into_iter();
            let Some(task) = open.find(|task| !resting.contains(&task.municipality)) else {
                return Ok(None);
            };
            let body = match tx.task_body(&task) {
                // Sealed under another key, or damaged: its records are told so.
                Err(StoreError::Corrupt { .. }) => None,
                body => Some(body?),
            };
            Ok::<_, StoreError>(Some((task, body)))
        });
        match found.await? {
            None => Ok(false),
            Some((task, body)) => {
                match self.task(task.clone(), body).await {
                    Ok(()) => self.hub.stuck.done(&task),
                    Err(refusal) => self.failed(task, refusal).await?,
                }
                Ok(true)
            }
        }
    }

    /// A task that fails rests, and others go ahead. If it fails again and again although the store
    /// writes, what is left of it is refused.
    async fn failed(&self, task: Task, refusal: Refusal) -> Result<(), Refusal> {
        if !self.hub.stuck.failed(&task, self.hub.now()) {
            return Err(refusal);
        }
        let (municipality, name) = (task.municipality.clone(), task.name.clone());
        let now = self.hub.store.read(move |tx| tx.task(&municipality, &name)).await;
        let now: Option<Task> = now.map_err(|error: StoreError| Refusal::from(error))?;
        let Some(mut now) = now else { return Err(refusal) };
        let context = Context {
            hub: Arc::clone(&self.hub),
            municipality: now.municipality.clone(),
            client: now.client.clone(),
            schemes: Vec::new(),
        };
        self.account(&Arc::new(context), &mut now).await?;
        self.end(now).await?;
        tracing::error!(code = refusal.code, task = task.name, "what was left is refused");
        self.hub.stuck.given_up(&task);
        Ok(())
    }

    async fn task(&self, mut task: Task, body: Option<Vec<u8>>) -> Result<(), Refusal> {
        let context = Arc::new(Context::of(&self.hub, &task).await?);
        let mut rest = match body {
            Some(body) => self.read(&context, &task, body).await,
            None => Vec::new().into_iter(),
        };
        let mut chunk = prepare(&context, &mut rest).await;
        while !chunk.is_empty() {
            let count = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            let doing = tokio::spawn(apply(Arc::clone(&context), task.clone(), chunk));
            chunk = prepare(&context, &mut rest).await;
            doing.await.map_err(|_| StoreError::Closed)??;
            task.done += count;
        }
        self.account(&context, &mut task).await?;
        self.end(task).await
    }

    /// Every record has a result before a task ends and its body goes: what could not be read again
    /// is refused, so that it is sent again.
    async fn account(&self, context: &Arc<Context>, task: &mut Task) -> Result<(), Refusal> {
        while task.done < task.total {
            let count = (task.total - task.done).min(u32::try_from(CHUNK).unwrap_or(1));
            let lost = || Prepared::Refused(vec![not_processed()]);
            let chunk = std::iter::repeat_with(lost).take(count as usize).collect();
            apply(Arc::clone(context), task.clone(), chunk).await?;
            task.done += count;
        }
        Ok(())
    }

    /// Reads the body again; what was accepted reads, unless something is wrong with us.
    async fn read(&self, context: &Arc<Context>, task: &Task, body: Vec<u8>) -> Parts {
        let (context, done) = (Arc::clone(context), task.done as usize);
        let Some(kind) = TaskKind::from_code(task.kind) else { return Vec::new().into_iter() };
        let parsed =
            tokio::task::spawn_blocking(move || registration::prepare(&context, kind, &body));
        let mut parsed = match parsed.await {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(finding)) => {
                tracing::error!(code = finding.code, "a kept body does not read");
                Vec::new()
            }
            Err(_) => {
                tracing::error!("reading a kept body panicked");
                Vec::new()
            }
        };
        parsed.drain(..done.min(parsed.len()));
        parsed.into_iter()
    }

    async fn end(&self, task: Task) -> Result<(), Refusal> {
        let at = self.hub.now();
        let ended = self.hub.store.write(move |tx| {
            tx.finish_task(&task, at)?;
            tx.tell(&task.municipality, "task-finished", &task.name, at)
        });
        ended.await?;
        self.hub.news.notify_waiters();
        Ok(())
    }
}

type Parts = std::vec::IntoIter<Parsed>;

async fn prepare(context: &Arc<Context>, rest: &mut Parts) -> Vec<Prepared> {
    let records: Vec<Parsed> = rest.by_ref().take(CHUNK).collect();
    let context = Arc::clone(context);
    let prepared = tokio::task::spawn_blocking(move || {
        records.into_iter().map(|record| prepare_one(&context, record)).collect()
    });
    prepared.await.unwrap_or_default()
}

/// Prepares a record; one that makes us panic is refused alone.
fn prepare_one(context: &Context, record: Parsed) -> Prepared {
    catch_unwind(AssertUnwindSafe(|| record.prepare(context)))
        .unwrap_or_else(|_| Prepared::Refused(vec![not_processed()]))
}

/// Does a chunk in one transaction. A savepoint for each record would copy every page that the
/// record touches, so records go without; in the rare chunk in which one must be taken back, all
/// are, and the chunk is done again with care.
async fn apply(context: Arc<Context>, task: Task, chunk: Vec<Prepared>) -> Result<(), StoreError> {
    let chunk = Arc::new(chunk);
    match attempt(&context, &task, &chunk, without_care).await {
        Err(Undone::OneRecord) => {}
        done => return done.map_err(StoreError::from),
    }
    attempt(&context, &task, &chunk, with_care).await.map_err(StoreError::from)
}

/// Why a chunk was not done.
enum Undone {
    /// A record was refused in the middle.
    OneRecord,
    Store(StoreError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Undone> for StoreError {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::OneRecord => Self::Taken,
            Undone::Store(error) => error,
        }
    }
}

type Doing = fn(&mut Tx<'_>, &Context, &dyn Deed) -> Result<Applied, Undone>;

fn without_care(tx: &mut Tx<'_>, context: &Context, deed: &dyn Deed) -> Result<Applied, Undone> {
    match done(tx, context, deed) {
        Ok(Applied::Refused(_)) => Err(Undone::OneRecord),
        Err(error) if ours(&error) => Err(Undone::OneRecord),
        done => Ok(done?),
    }
}

fn with_care(tx: &mut Tx<'_>, context: &Context, deed: &dyn Deed) -> Result<Applied, Undone> {
    let applied = tx.attempt(|tx| {
        let applied = done(tx, context, deed)?;
        Ok((!matches!(applied, Applied::Refused(_)), applied))
    });
    match applied {
        Err(StoreError::Taken) => Ok(Applied::Refused(taken())),
        Err(StoreError::Full) => Ok(Applied::Refused(full())),
        Err(error) if ours(&error) => {
            tracing::error!(%error, "a record could not be processed");
            Ok(Applied::Refused(not_processed()))
        }
        done => Ok(done?),
    }
}

/// Does a record; a panic is this record's own failure, its rows go with its savepoint.
fn done(tx: &mut Tx<'_>, context: &Context, deed: &dyn Deed) -> Result<Applied, StoreError> {
    catch_unwind(AssertUnwindSafe(|| deed.apply(tx, context))).unwrap_or_else(|_| {
        let reason = "a deed panicked".to_owned();
        Err(StoreError::Corrupt { table: "task", reason })
    })
}

/// Whether an error belongs to the record, so that trying the whole chunk again would not help.
const fn ours(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Taken
            | StoreError::Full
            | StoreError::Corrupt { .. }
            | StoreError::NotOpened(_)
    )
}

async fn attempt(
    context: &Arc<Context>,
    task: &Task,
    chunk: &Arc<Vec<Prepared>>,
    doing: Doing,
) -> Result<(), Undone> {
    let (context, task, chunk) = (Arc::clone(context), task.clone(), Arc::clone(chunk));
    let store = context.hub.store.clone();
    store
        .write(move |tx| {
            let mut results = Vec::with_capacity(chunk.len());
            for (position, record) in (task.done..).zip(chunk.iter()) {
                results.push(one(tx, &context, position, record, doing)?);
            }
            Ok(tx.progress(&task, &results)?)
        })
        .await
}

fn one(
    tx: &mut Tx<'_>,
    context: &Context,
    position: u32,
    record: &Prepared,
    doing: Doing,
) -> Result<(RecordResult, Option<String>), Undone> {
    let (deed, warnings) = match record {
        Prepared::Refused(findings) => {
            return Ok(registration::outcome(position, RecordResult::Refused, findings));
        }
        Prepared::Ready(deed, warnings) => (deed, warnings),
    };
    let (result, more) = match doing(tx, context, deed.as_ref())? {
        Applied::Accepted => (RecordResult::Accepted, None),
        Applied::Remarked(finding) => (RecordResult::Accepted, Some(finding)),
        Applied::Refused(finding) => (RecordResult::Refused, Some(finding)),
        Applied::Held(case) => {
            let at = context.request().at;
            tx.tell(&context.municipality, "link-held", &case, at)?;
            (RecordResult::Held, Some(held(&case)))
        }
    };
    let findings: Vec<Finding> = warnings.iter().cloned().chain(more).collect();
    Ok(registration::outcome(position, result, &findings))
}

fn not_processed() -> Finding {
    Finding::stop(
        "not-processed",
        "",
        "このレコードは処理できませんでした。何も登録していません。もう一度送ってください。",
        "This record could not be processed and nothing of it was registered; send it again.",
    )
}

fn taken() -> Finding {
    Finding::stop(
        "identifier-taken",
        "myNumber",
        "この番号は別の方に結び付いているか、使えなくなっています。番号を確かめてください。",
        "This identifier stands for somebody else or has ended; check the number.",
    )
}

fn full() -> Finding {
    Finding::stop(
        "record-full",
        "",
        "この方の記録は変更の回数が上限に達し、これ以上書き込めません。運用者に連絡してください。",
        "This person's record has been changed as often as it can be; tell the operator.",
    )
}

fn held(case: &str) -> Finding {
    Finding::warn(
        "link-held",
        "basicFiveInfo",
        format!(
            "同じ方かどうかの確認を待っています(確認番号 {case})。自治体画面の「確認待ち」にあるときは、\
             そこで判断してください。ないときは、ほかの機関が判断します。それまで誰にも表示されません。"
        ),
        format!(
            "Case {case} waits for an officer who decides whether they are the same person: yours, \
             if it is on your worklist, else another municipality's. Shown to nobody until then."
        ),
    )
}

#[cfg(all(test, feature = "testing"))]
mod tests;
