//! One process at a time has a store: its writer keeps the edge of the audit log in memory, and a
//! second writer would fork the log.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::StoreError;
use crate::sql::{Conn, params};

/// How often, and with what pause, it is tried again: a process that has just ended may be seen for
/// a moment more.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Locks the file beside the database, for as long as it stays open: the system lets go of it
/// however the process ends.
pub(crate) fn with_file(database: &Path) -> Result<File, StoreError> {
    let path = database.with_extension("lock");
    let failed =
        |error: std::io::Error| StoreError::Database(format!("{}: {error}", path.display()));
    let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
    let locked = patiently(|| match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    });
    locked.map(|()| file)
}

/// Takes the advisory lock of the schema, for as long as the session lasts.
pub(crate) fn in_schema(conn: &mut Conn, schema: &str) -> Result<(), StoreError> {
    patiently(|| {
        let got = conn.one(
            "select case when pg_try_advisory_lock(hashtextextended($1, 0)) then 1::bigint
             else 0::bigint end",
            params![schema],
            |row| row.int(0),
        )?;
        Ok(got == Some(1))
    })
}

fn patiently(mut lock: impl FnMut() -> Result<bool, StoreError>) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        if lock()? {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(StoreError::InUse)
}
