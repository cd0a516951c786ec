//! What the writer runs: jobs of one batch, each in a savepoint, answered after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::StoreError;
use crate::config::Entropy;
use crate::spent;
use crate::sql::{Conn, params};
use crate::tx::{Pending, Trail, Tx};
use crate::vault::VaultKeys;

/// Tells the caller; runs after the commit, or with the reason why there was none.
pub(crate) type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A reply with its verdict so far.
pub(crate) type Answered = (Reply, Result<(), StoreError>);

/// A writing deed: whether its rows are kept, and the reply.
pub(crate) type Deed = Box<dyn FnMut(&mut Tx<'_>) -> (bool, Reply) + Send>;

/// One job of the writer.
pub(crate) enum Job {
    /// A writing deed.
    Write(Deed),
    /// What a reading deed leaves behind.
    Leave(Trail, Reply),
    /// Sign a checkpoint now.
    Sign(Reply),
    /// End the writer after this batch.
    Stop,
}

/// What a batch needs besides the connection.
pub(crate) struct Bench<'a> {
    pub vault: &'a VaultKeys,
    pub entropy: &'a Entropy,
}

/// Runs one job inside the open transaction. Gives entries for the log, and the reply with its
/// verdict so far.
pub(crate) fn run_job(
    conn: &mut Conn,
    bench: &Bench<'_>,
    job: Job,
    entries: &mut Vec<Pending>,
) -> Result<Option<Answered>, StoreError> {
    match job {
        // The writer itself ends and signs, after the commit.
        Job::Stop | Job::Sign(_) => Ok(None),
        Job::Leave(trail, reply) => {
            let verdict = leave(conn, &trail);
            if verdict.is_ok() {
                entries.extend(trail.entries);
            }
            Ok(Some((reply, verdict)))
        }
        Job::Write(mut deed) => write(conn, bench, &mut deed, entries),
    }
}

/// Checks that nothing a reading deed relied on has changed, and marks its names as used.
fn leave(conn: &mut Conn, trail: &Trail) -> Result<(), StoreError> {
    for (resident, stamp) in &trail.relied {
        let now = conn.one(
            "select stamp from resident where resident = $1 and merged_into is null",
            params![resident.0],
            |row| row.int(0),
        )?;
        if now != Some(*stamp) {
            return Err(StoreError::Stale);
        }
    }
    spent::spend(conn, &trail.spends)
}

/// A deed that fails leaves no rows, but its refusals stay in the log. One that panics leaves
/// nothing, its caller is told that the store closed, and the writer goes on.
fn write(
    conn: &mut Conn,
    bench: &Bench<'_>,
    deed: &mut Deed,
    entries: &mut Vec<Pending>,
) -> Result<Option<Answered>, StoreError> {
    conn.run("savepoint deed", &[])?;
    let mut tx = Tx::new(conn, bench.vault, bench.entropy);
    // The deed's rows go with its savepoint, so nothing half done is seen after a panic.
    let done = catch_unwind(AssertUnwindSafe(|| deed(&mut tx)));
    let trail = std::mem::take(&mut tx.trail);
    let Ok((keep, reply)) = done else {
        conn.run("rollback to deed", &[])?;
        conn.run("release deed", &[])?;
        return Ok(None);
    };

    let spent = if keep { spent::spend(conn, &trail.spends) } else { Ok(()) };
    let kept = keep && spent.is_ok();
    if !kept {
        conn.run("rollback to deed", &[])?;
    }
    conn.run("release deed", &[])?;
    entries.extend(trail.entries.into_iter().filter(|entry| kept || entry.refused));
    Ok(Some((reply, spent)))
}
