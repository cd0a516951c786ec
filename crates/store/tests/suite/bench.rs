//! A store to test: opened in a place of its own, driven without a runtime, cleared away after.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use domain::instant::Instant;
use store::config::{Config, Entropy, Place};
use store::log::Signer;
use store::vault::VaultKeys;
use store::{Store, StoreError, Tx};

/// 2026-11-24 10:00 in Japan.
pub(crate) const NOW: Instant = Instant(1_795_482_000_000);

static NUMBER: AtomicU64 = AtomicU64::new(0);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread. The store needs no runtime, and PostgreSQL bears none.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A store in a place of its own; dropping it clears the place.
pub(crate) struct Bench {
    pub(crate) place: Place,
    folder: PathBuf,
    store: Option<Store>,
}

/// Tells a story in SQLite and, if there is one, in PostgreSQL.
pub(crate) fn everywhere(story: impl Fn(&mut Bench)) {
    story(&mut Bench::sqlite());
    match std::env::var("PMH_TEST_POSTGRES") {
        Ok(connection) => story(&mut Bench::postgres(connection)),
        Err(_) => {
            static ONCE: Once = Once::new();
            ONCE.call_once(|| println!("SKIPPED: no PostgreSQL (PMH_TEST_POSTGRES unset)"));
        }
    }
}

impl Bench {
    pub(crate) fn sqlite() -> Self {
        let folder = new_folder();
        let place = Place::Sqlite(folder.join("pmh.db"));
        Self { place, folder, store: None }
    }

    fn postgres(connection: String) -> Self {
        let folder = new_folder();
        let schema = folder.file_name().unwrap().to_str().unwrap().replace('-', "_");
        Self { place: Place::Postgres { connection, schema }, folder, store: None }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store; opened at its first use.
    pub(crate) fn store(&mut self) -> Store {
        let place = self.place.clone();
        self.store.get_or_insert_with(|| open(place).unwrap()).clone()
    }

    /// Opens the store so that commits do not wait for the disk: for stories of many deeds.
    pub(crate) fn without_waiting_for_the_disk(&mut self) {
        let config = Config { durable: false, ..config(self.place.clone(), keys(1)) };
        self.store = Some(Store::open(config, Arc::new(|| NOW)).unwrap());
    }

    /// Closes the store; the next use opens it again.
    pub(crate) fn close(&mut self) {
        self.store = None;
    }

    pub(crate) fn write<T: Send + 'static>(
        &mut self,
        deed: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        block_on(self.store().write(deed))
    }

    pub(crate) fn read<T: Send + 'static>(
        &mut self,
        deed: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        block_on(self.store().read(deed))
    }

    /// Rows behind the store's back, columns joined by `|`, blobs in hexadecimal.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        match &self.place {
            Place::Sqlite(path) => sqlite_rows(path, sql),
            Place::Postgres { connection, schema } => postgres_rows(connection, schema, sql),
        }
    }

    /// The one number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.rows(sql)[0].parse().unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.close();
        if let Place::Postgres { connection, schema } = &self.place {
            postgres_rows(connection, schema, &format!("drop schema {schema} cascade"));
        }
        let _left_to_the_system = std::fs::remove_dir_all(&self.folder);
    }
}

fn new_folder() -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("pmh-store-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Opens a store with the keys of the tests.
pub(crate) fn open(place: Place) -> Result<Store, StoreError> {
    open_with(place, keys(1))
}

pub(crate) fn open_with(place: Place, vault: VaultKeys) -> Result<Store, StoreError> {
    Store::open(config(place, vault), Arc::new(|| NOW))
}

pub(crate) fn config(place: Place, vault: VaultKeys) -> Config {
    let signer = Signer::from_seed("pmh.test/log", &[7; 32]).unwrap();
    Config { cache_mib: 4, ..Config::new(place, vault, Arc::new(signer), entropy()) }
}

pub(crate) fn keys(seed: u8) -> VaultKeys {
    VaultKeys::new(&[seed; 32], &[seed + 1; 32]).unwrap()
}

/// Repeatable bytes that never come twice within a process.
pub(crate) fn entropy() -> Entropy {
    static STATE: AtomicU64 = AtomicU64::new(0);
    Arc::new(|buffer: &mut [u8]| {
        for chunk in buffer.chunks_mut(8) {
            let step = STATE.fetch_add(1, Ordering::Relaxed) + u64::from(std::process::id()) * 7919;
            let mixed = (step ^ (step >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&mixed.to_be_bytes()[..chunk.len()]);
        }
    })
}

fn sqlite_rows(path: &Path, sql: &str) -> Vec<String> {
    use rusqlite::types::ValueRef;
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let mut statement = conn.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |row: &rusqlite::Row<'_>, at: usize| match row.get_ref(at).unwrap() {
        ValueRef::Null => String::new(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        ValueRef::Blob(bytes) => hex(bytes),
    };
    let rows = statement.query_map([], |row| {
        Ok((0..columns).map(|at| text(row, at)).collect::<Vec<_>>().join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn postgres_rows(connection: &str, schema: &str, sql: &str) -> Vec<String> {
    let mut client = postgres::Client::connect(connection, postgres::NoTls).unwrap();
    let quiet = "set client_min_messages = warning";
    client.batch_execute(&format!("{quiet}; set search_path = {schema}")).unwrap();
    let messages = client.simple_query(sql).unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        let text = |at| row.get(at).unwrap_or_default().trim_start_matches("\\x").to_owned();
        (0..row.len()).map(text).collect::<Vec<_>>().join("|")
    })
    .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
