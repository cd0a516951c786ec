//! Threads that read. Each takes the deeds that wait, begins one snapshot, and runs them all in it.
//!
//! SQLite empties a connection's page cache whenever somebody else committed since its last
//! snapshot. One snapshot a deed would thus read every inner page of every tree anew; measured, it
//! was most of the time of an eligibility call. A deed that waits was asked for before the snapshot
//! begins, so it sees everything that was acknowledged to its caller.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};

use crate::sql::Conn;

/// Deeds of one snapshot at most: bounds how old it may get.
const SNAPSHOT: usize = 64;

/// A reading deed on its way to a thread.
pub(crate) type ReadJob = Box<dyn FnOnce(&mut Conn) + Send>;

/// The deeds that wait; any thread may take them.
pub(crate) type Waiting = Arc<Mutex<Receiver<ReadJob>>>;

/// Queue of reading deeds.
pub(crate) type ReadQueue = SyncSender<ReadJob>;

/// Runs until every sender is gone.
pub(crate) fn run(mut conn: Conn, waiting: &Waiting) {
    loop {
        let jobs = take(waiting);
        if jobs.is_empty() {
            return;
        }
        let begun = conn.begin_read();
        for job in jobs {
            // Without a snapshot the job is dropped, and its caller told that the store is closed.
            if begun.is_ok() {
                let _told_by_the_dropped_reply = catch_unwind(AssertUnwindSafe(|| job(&mut conn)));
            }
        }
        let _nothing_to_undo = conn.run("rollback", &[]);
    }
}

/// Waits for the first deed and takes the others that wait behind it.
fn take(waiting: &Waiting) -> Vec<ReadJob> {
    let queue = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let first = queue.recv().ok();
    first.into_iter().chain(queue.try_iter()).take(SNAPSHOT).collect()
}
