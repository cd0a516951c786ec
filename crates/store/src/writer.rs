//! The single writer of the embedded store: many deeds, one commit, one sync.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use domain::instant::Instant;

use crate::StoreError;
use crate::batch::{self, Bench, Job};
use crate::config::{Config, Place};
use crate::log::Frontier;
use crate::sql::Conn;
use crate::tx::Pending;
use crate::whose::Behind;

/// Jobs of one batch at most: bounds the time a reply waits behind others.
const BATCH: usize = 512;
/// The write-ahead log is emptied between two batches when it is longer than this, in bytes: the
/// checkpointer beside the writer copies it, but cannot start it anew while deeds go on.
const LOG_BYTES: u64 = 128 << 20;
/// Batches between two looks at its length.
const LOOK_EVERY: u64 = 64;
/// Without a deed for so long, the writer tidies up: long while the index of the log is complete.
const REST: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// The writer's own state.
pub(crate) struct Writer {
    pub conn: Conn,
    pub frontier: Frontier,
    pub behind: Behind,
    pub config: Config,
    pub clock: Clock,
    pub batches: u64,
    /// When the last checkpoint was signed, as far as this process knows.
    pub signed_at: Option<Instant>,
}

/// Where the writer takes the time of checkpoints and of forgetting from: an argument (wall 2).
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// One batch on its way to its commit.
#[derive(Default)]
struct Batch {
    replies: Vec<batch::Answered>,
    /// Who waits for a checkpoint.
    signs: Vec<batch::Reply>,
    stop: bool,
}

impl Writer {
    /// Runs until every sender is gone or a job says stop.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let patience = if self.behind.is_empty() { REST } else { PAUSE };
            match jobs.recv_timeout(patience) {
                Ok(first) => {
                    if self.batch(first, jobs) {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.idle(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.sign_if_due(0);
    }

    fn idle(&mut self) {
        let (_indexed_later, now) = (self.transaction(true, |_| Ok(Vec::new())), (self.clock)());
        if self.behind.is_empty() {
            self.sign_if_due(0);
            let _forgotten_later = crate::spent::forget(&mut self.conn, now);
        }
    }

    /// One batch: true when the writer must end.
    fn batch(&mut self, first: Job, jobs: &Receiver<Job>) -> bool {
        let mut batch = Batch::default();
        let done = self.transaction(false, |writer| writer.fill(first, jobs, &mut batch));
        for reply in batch.signs {
            reply(done.clone().and_then(|()| self.sign()));
        }
        for (reply, verdict) in batch.replies {
            reply(done.clone().and(verdict));
        }
        self.sign_if_due(1);
        self.batches += 1;
        if self.batches.is_multiple_of(LOOK_EVERY) {
            self.empty_log();
        }
        batch.stop
    }

    /// Runs the jobs that wait, inside the open transaction.
    fn fill(
        &mut self,
        first: Job,
        jobs: &Receiver<Job>,
        batch: &mut Batch,
    ) -> Result<Vec<Pending>, StoreError> {
        let mut entries = Vec::new();
        let bench = Bench { vault: &self.config.vault, entropy: &self.config.entropy };
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::Stop => batch.stop = true,
                Job::Sign(reply) => batch.signs.push(reply),
                job => {
                    let done = batch::run_job(&mut self.conn, &bench, job, &mut entries)?;
                    batch.replies.extend(done);
                }
            }
            if batch.replies.len() < BATCH && !batch.stop {
                next = jobs.try_recv().ok();
            }
        }
        Ok(entries)
    }

    /// A transaction around `deeds`, which give their entries for the log.
    fn transaction(
        &mut self,
        idle: bool,
        deeds: impl FnOnce(&mut Self) -> Result<Vec<Pending>, StoreError>,
    ) -> Result<(), StoreError> {
        self.conn.begin_write()?;
        let done = deeds(self).and_then(|entries| self.commit(&entries, idle));
        if done.is_err() {
            let _none_open = self.conn.run("rollback", &[]);
        }
        done
    }

    /// Appends entries to the log, lets its index follow, and commits; what the writer knows of
    /// both moves only then.
    fn commit(&mut self, entries: &[Pending], idle: bool) -> Result<(), StoreError> {
        let first = self.frontier.size();
        let mut frontier = self.frontier.clone();
        crate::append::append(&mut self.conn, &mut frontier, entries)?;
        let beside = (!idle).then_some(entries.len());
        let slice = self.behind.write(&mut self.conn, beside)?;
        self.conn.run("commit", &[])?;
        self.frontier = frontier;
        self.behind.committed(slice);
        self.behind.follow(first, entries);
        Ok(())
    }

    fn empty_log(&mut self) {
        let Place::Sqlite(path) = &self.config.place else { return };
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        if std::fs::metadata(&name).is_ok_and(|log| log.len() > LOG_BYTES) {
            let _next_time = self.conn.rows("pragma wal_checkpoint(restart)", &[], |_| Ok(()));
        }
    }

    /// Signs the edge if the last checkpoint is older than `seconds`.
    fn sign_if_due(&mut self, seconds: i64) {
        let now = (self.clock)();
        let due = self.signed_at.is_none_or(|last| last.plus_seconds(seconds) <= now);
        if due {
            self.signed_at = self.sign().is_ok().then_some(now);
        }
    }

    /// Signs the edge, however old the last checkpoint is.
    fn sign(&mut self) -> Result<(), StoreError> {
        if self.frontier.size() == 0 {
            return Ok(());
        }
        let (signer, now) = (Arc::clone(&self.config.signer), (self.clock)());
        crate::append::sign(&mut self.conn, &self.frontier, &signer, now).map(drop)
    }
}

/// Copies the write-ahead log into the database beside the writer, so that no deed waits for it.
pub(crate) fn checkpointer(conn: &mut Conn, ended: &AtomicBool) {
    while !ended.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(200));
        let _next_time = conn.rows("pragma wal_checkpoint(passive)", &[], |_| Ok(()));
    }
}

/// Queue of jobs to the writer.
pub(crate) type Queue = SyncSender<Job>;
