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

/// Jobs of one batch at most: bounds the time a reply waits behind others.
const BATCH: usize = 512;
/// The write-ahead log is emptied between two batches when it is longer than this, in bytes: the
/// checkpointer beside the writer copies it, but cannot start it anew while deeds go on.
const LOG_BYTES: u64 = 128 << 20;
/// Batches between two looks at its length.
const LOOK_EVERY: u64 = 64;

/// The writer's own state.
pub(crate) struct Writer {
    pub conn: Conn,
    pub frontier: Frontier,
    pub config: Config,
    pub clock: Clock,
    pub batches: u64,
    /// When the last checkpoint was signed, as far as this process knows.
    pub signed_at: Option<Instant>,
}

/// Where the writer takes the time of checkpoints and of forgetting from: an argument (wall 2).
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

impl Writer {
    /// Runs until every sender is gone or a job says stop.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(Duration::from_secs(5)) {
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
        self.sign_if_due(0);
        let now = (self.clock)();
        let _forgotten_later = crate::spent::forget(&mut self.conn, now);
    }

    /// One batch: true when the writer must end.
    fn batch(&mut self, first: Job, jobs: &Receiver<Job>) -> bool {
        let mut replies = Vec::new();
        let mut stop = false;
        let mut signs = Vec::new();
        let done = self.transaction(first, jobs, &mut replies, &mut stop, &mut signs);
        for reply in signs {
            reply(done.clone().and_then(|()| self.sign()));
        }
        for (reply, verdict) in replies {
            reply(match &done {
                Ok(()) => verdict,
                Err(error) => Err(error.clone()),
            });
        }
        self.sign_if_due(1);
        self.batches += 1;
        if self.batches.is_multiple_of(LOOK_EVERY) {
            self.empty_log();
        }
        stop
    }

    fn empty_log(&mut self) {
        let Place::Sqlite(path) = &self.config.place else { return };
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        if std::fs::metadata(&name).is_ok_and(|log| log.len() > LOG_BYTES) {
            let _next_time = self.conn.rows("pragma wal_checkpoint(restart)", &[], |_| Ok(()));
        }
    }

    fn transaction(
        &mut self,
        first: Job,
        jobs: &Receiver<Job>,
        replies: &mut Vec<batch::Answered>,
        stop: &mut bool,
        signs: &mut Vec<batch::Reply>,
    ) -> Result<(), StoreError> {
        let bench = Bench { vault: &self.config.vault, entropy: &self.config.entropy };
        let mut entries = Vec::new();
        self.conn.begin_write()?;
        let mut next = Some(first);
        let mut outcome = Ok(());
        while let Some(job) = next.take() {
            *stop |= matches!(job, Job::Stop);
            let job = match job {
                Job::Sign(reply) => {
                    signs.push(reply);
                    next = jobs.try_recv().ok();
                    continue;
                }
                job => job,
            };
            match batch::run_job(&mut self.conn, &bench, job, &mut entries) {
                Ok(done) => replies.extend(done),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
            if replies.len() < BATCH && !*stop {
                next = jobs.try_recv().ok();
            }
        }
        let appended =
            outcome.and_then(|()| batch::append(&mut self.conn, &self.frontier, &entries));
        let committed = appended.and_then(|frontier| {
            self.conn.run("commit", &[])?;
            Ok(frontier)
        });
        match committed {
            Ok(frontier) => {
                self.frontier = frontier;
                Ok(())
            }
            Err(error) => {
                let _none_open = self.conn.run("rollback", &[]);
                Err(error)
            }
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
