//! The store as deeds see it: read, write, and the durable audit entry before any answer.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::instant::Instant;
use tokio::sync::oneshot;

use crate::StoreError;
use crate::batch::{Job, Reply};
use crate::config::{Config, Place};
use crate::log::Frontier;
use crate::reading::{self, ReadJob, ReadQueue, Waiting};
use crate::sql::{self, Access, Conn};
use crate::tx::Tx;
use crate::whose::Behind;
use crate::writer::{Clock, Queue, Writer, checkpointer};

/// Jobs that may wait for the writer; more answer [`StoreError::Busy`].
const QUEUE: usize = 8192;
/// How often a reading deed decides again before it moves into the writer.
const TRIES: u32 = 4;

/// The store. Cheap to clone; it closes when the last clone goes.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    reads: ReadQueue,
    queue: Queue,
    ended: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Dropped after the threads have ended.
    _alone: Option<File>,
}

impl Store {
    /// Opens the store, creating and migrating it as needed. `clock` dates checkpoints.
    ///
    /// # Errors
    /// When the place cannot be opened, is newer than this program, or its log is damaged.
    pub fn open(config: Config, clock: Clock) -> Result<Self, StoreError> {
        let mut conn = connect(&config, Access::Write { durable: config.durable })?;
        let alone = alone(&config.place, &mut conn)?;
        crate::schema::migrate(&mut conn)?;
        let frontier = crate::append::frontier(&mut conn)?;
        let behind = Behind::load(&mut conn)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let ended = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        if let Place::Sqlite(path) = &config.place {
            threads.push(start_checkpointer(path, Arc::clone(&ended))?);
        }
        threads.push(start_writer(conn, (frontier, behind), &config, clock, jobs)?);
        let reads = start_readers(&config)?;
        let threads = threads.into();
        let inner = Inner { config, reads, queue, ended, threads, _alone: alone };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs a reading deed on a snapshot. If it used an access or a look-up, its audit entries are
    /// durable before the answer leaves; if what it relied on changed meanwhile, it decides again.
    ///
    /// # Errors
    /// The deed's own, or the store's.
    pub async fn read<T, E>(
        &self,
        mut deed: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        for _ in 0..TRIES {
            let (tell, told) = oneshot::channel();
            let inner = Arc::clone(&self.inner);
            let job: ReadJob = Box::new(move |conn| attempt(conn, &inner, deed, tell));
            self.inner.reads.try_send(job).map_err(|error| match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => StoreError::Closed,
            })?;
            match told.await {
                Ok(Attempt::Answer(answer)) => return answer,
                Ok(Attempt::Again(again)) => deed = again,
                Ok(Attempt::Failed(error)) => return Err(error.into()),
                Err(_) => return Err(StoreError::Closed.into()),
            }
        }
        self.write(deed).await
    }

    /// Runs a writing deed in the writer; its answer leaves after the commit. A deed that fails
    /// leaves no rows.
    ///
    /// # Errors
    /// The deed's own, or the store's.
    pub async fn write<T, E>(
        &self,
        mut deed: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let mut tell = Some(tell);
        let job = Job::Write(Box::new(move |tx| {
            let answer = deed(tx);
            let keep = answer.is_ok();
            let tell = tell.take();
            let reply: Reply = Box::new(move |verdict| {
                if let Some(tell) = tell {
                    drop(tell.send(verdict.map_err(E::from).and(answer)));
                }
            });
            (keep, reply)
        }));
        self.send(job)?;
        told.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Signs a checkpoint over everything that is committed.
    ///
    /// # Errors
    /// When the writer has ended.
    pub async fn sign(&self) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        self.send(Job::Sign(Box::new(move |verdict| drop(tell.send(verdict)))))?;
        told.await.unwrap_or(Err(StoreError::Closed))
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.inner.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    /// The keys of the vault, to prepare claims outside of the writer.
    #[must_use]
    pub fn vault(&self) -> &crate::vault::VaultKeys {
        &self.inner.config.vault
    }

    /// The source of randomness.
    #[must_use]
    pub fn entropy(&self) -> &crate::Entropy {
        &self.inner.config.entropy
    }

    /// The verifier key of the log.
    #[must_use]
    pub fn log_key(&self) -> String {
        self.inner.config.signer.verifier().to_string()
    }

    /// A durable commit that changes one row: what this disk allows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn commit_once(&self, at: Instant) -> Result<(), StoreError> {
        self.write(move |tx| tx.put_setting("bench.commit", &at.0.to_be_bytes())).await
    }
}

/// How an attempt of a reading deed ended.
enum Attempt<T, E, D> {
    /// Its answer, with everything durable that must be.
    Answer(Result<T, E>),
    /// What it relied on changed: the deed, to be run again.
    Again(D),
    /// The store failed.
    Failed(StoreError),
}

/// Runs a reading deed in the present snapshot and hands the writer what it leaves behind; the
/// reply comes from here, or from the writer after its commit.
fn attempt<T, E, D>(
    conn: &mut Conn,
    inner: &Inner,
    mut deed: D,
    tell: oneshot::Sender<Attempt<T, E, D>>,
) where
    D: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut tx = Tx::new(conn, &inner.config.vault, &inner.config.entropy);
    let answer = deed(&mut tx);
    let mut trail = std::mem::take(&mut tx.trail);
    if answer.is_err() {
        trail.entries.retain(|entry| entry.refused);
        trail.spends.clear();
    }
    if trail.is_empty() {
        drop(tell.send(Attempt::Answer(answer)));
        return;
    }
    let reply: Reply = Box::new(move |verdict| {
        drop(tell.send(match verdict {
            Ok(()) => Attempt::Answer(answer),
            Err(StoreError::Stale) => Attempt::Again(deed),
            Err(error) => Attempt::Failed(error),
        }));
    });
    if let Err(TrySendError::Full(Job::Leave(_, reply))) =
        inner.queue.try_send(Job::Leave(trail, reply))
    {
        reply(Err(StoreError::Busy));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(self.queue.send(Job::Stop));
        let threads =
            std::mem::take(self.threads.get_mut().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            drop(thread.join());
        }
    }
}

fn alone(place: &Place, conn: &mut Conn) -> Result<Option<File>, StoreError> {
    match place {
        Place::Sqlite(path) => crate::alone::with_file(path).map(Some),
        Place::Postgres { schema, .. } => crate::alone::in_schema(conn, schema).map(|()| None),
    }
}

fn connect(config: &Config, access: Access) -> Result<Conn, StoreError> {
    match &config.place {
        Place::Sqlite(path) => Ok(Conn::Sqlite(sql::open_sqlite(path, access, config.cache_mib)?)),
        Place::Postgres { connection, schema } => {
            let session = sql::connect_postgres(connection, schema)?;
            Ok(Conn::Postgres(Box::new(session)))
        }
    }
}

/// The reading threads end when the queue does; they hold no state, so nobody waits for them.
fn start_readers(config: &Config) -> Result<ReadQueue, StoreError> {
    let (reads, waiting) = sync_channel(QUEUE);
    let waiting: Waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..config.readers {
        let (conn, waiting) = (connect(config, Access::Read)?, Arc::clone(&waiting));
        spawn("pmh-reader", move || reading::run(conn, &waiting))?;
    }
    Ok(reads)
}

fn start_checkpointer(path: &Path, ended: Arc<AtomicBool>) -> Result<JoinHandle<()>, StoreError> {
    let mut conn = Conn::Sqlite(sql::open_sqlite(path, Access::Write { durable: true }, 1)?);
    spawn("pmh-checkpoint", move || checkpointer(&mut conn, &ended))
}

fn start_writer(
    conn: Conn,
    (frontier, behind): (Frontier, Behind),
    config: &Config,
    clock: Clock,
    jobs: std::sync::mpsc::Receiver<Job>,
) -> Result<JoinHandle<()>, StoreError> {
    let config = config.clone();
    let writer = Writer { conn, frontier, behind, config, clock, batches: 0, signed_at: None };
    spawn("pmh-writer", move || writer.run(&jobs))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| StoreError::Database(format!("no thread for {name}: {error}")))
}

const fn _is_send_and_sync<T: Send + Sync>() {}
const _: () = _is_send_and_sync::<Store>();
