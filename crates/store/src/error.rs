//! What can go wrong with the store.

/// Why the store could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody changed what a reading deed relied on; the store decides it again by itself, so
    /// this leaves only when that happened too often.
    #[error("the record changed while it was read; try again")]
    Stale,
    /// A nonce, token identifier or challenge was used before.
    #[error("it was used before")]
    Spent,
    /// The access that was presented does not open this part.
    #[error("the access does not open {0}")]
    NotOpened(&'static str),
    /// A row breaks our own promise.
    #[error("{table} is corrupt: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The same identifier belongs to another resident.
    #[error("the identifier belongs to another resident")]
    Taken,
    /// Somebody's record has as many versions as it can have.
    #[error("the resident's record is full")]
    Full,
    /// Another process has the store.
    #[error("another pmh uses this store; end it first, or go through its API")]
    InUse,
    /// Too many deeds wait.
    #[error("the store is busy; try again in a moment")]
    Busy,
    /// The store is closing or its writer has ended.
    #[error("the store is closed")]
    Closed,
    /// A serialisation conflict of PostgreSQL; retried by the store.
    #[error("conflicting transaction")]
    Conflict,
    /// The database failed.
    #[error("database: {0}")]
    Database(String),
}

impl StoreError {
    pub(crate) fn corrupt(table: &'static str, reason: impl Into<String>) -> Self {
        Self::Corrupt { table, reason: reason.into() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        use postgres::error::SqlState;
        match error.code() {
            Some(code)
                if *code == SqlState::T_R_SERIALIZATION_FAILURE
                    || *code == SqlState::T_R_DEADLOCK_DETECTED
                    || *code == SqlState::UNIQUE_VIOLATION =>
            {
                Self::Conflict
            }
            _ => Self::Database(match error.as_db_error() {
                Some(db) => db.to_string(),
                None => error.to_string(),
            }),
        }
    }
}
