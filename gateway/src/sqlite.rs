//! SQLite as both sides of metering use it: durable at commit, one connection, off the async runtime.

use std::{
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use alloy::primitives::{B256, U256};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};
use serde::de::DeserializeOwned;

/// What a database on disk could not do.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file could not be opened or set up.
    #[error("could not open {path}: {source}; check that the folder exists, is writable and has room")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("the database refused: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The folder or lock file failed.
    #[error("could not use {path}: {source}")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is of a later version of this program.
    #[error("{path} has schema version {found}, this program knows {known}: use the newer program")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A number does not fit in 63 bits.
    #[error("{field} is {value}, more than the database holds")]
    NumberTooLarge {
        /// Which number.
        field: &'static str,
        /// The number.
        value: u64,
    },
    /// The blocking task was cancelled: the runtime is shutting down.
    #[error("the program is shutting down")]
    ShuttingDown,
}

/// A database file. Clones share one connection.
///
/// # Invariants
/// - what a transaction committed survives the loss of power (`WAL`, `synchronous=FULL`)
/// - no await happens while the connection is held
#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

const SCHEMA_VERSION: i64 = 1;
/// How long another process may hold the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// SQLite does not wait for others while it changes the journal's mode, whatever the time-out: so we do.
fn enter_wal(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            other => return other,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

impl Database {
    pub(crate) fn open(path: &Path, schema: &str) -> Result<Self, DatabaseError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| DatabaseError::Disk { path: folder.to_owned(), source })?;
        }
        // SQLite gives its side files the permissions of the database: nobody else reads who used what when.
        std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(|source| DatabaseError::Disk { path: path.to_owned(), source })?;
        let failed = |source| DatabaseError::Open { path: path.to_owned(), source };
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        enter_wal(&connection).map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", "ON").map_err(failed)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
        match found {
            0 => {
                transaction.execute_batch(schema).map_err(failed)?;
                transaction.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(failed)?;
            }
            SCHEMA_VERSION => {}
            _ => return Err(DatabaseError::Newer { path: path.to_owned(), found, known: SCHEMA_VERSION }),
        }
        transaction.commit().map_err(failed)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` in one write transaction, which commits only if it succeeds.
    pub(crate) fn write<T, E: From<DatabaseError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // A panic while holding the lock rolled its transaction back, so the connection is sound.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(DatabaseError::from)?;
        let result = work(&transaction)?;
        transaction.commit().map_err(DatabaseError::from)?;
        Ok(result)
    }

    /// Runs `work`, which only reads.
    pub(crate) fn read<T, E>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        work(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs blocking `work` off the async runtime.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DatabaseError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(DatabaseError::ShuttingDown.into()),
        },
    }
}

/// A number as SQLite stores it.
pub(crate) fn int(field: &'static str, value: u64) -> Result<i64, DatabaseError> {
    i64::try_from(value).map_err(|_| DatabaseError::NumberTooLarge { field, value })
}

/// A field element as SQLite stores it: 32 bytes, big-endian.
pub(crate) fn word(value: U256) -> [u8; 32] {
    value.to_be_bytes()
}

/// JSON text of something whose serialisation cannot fail.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain structs of numbers and strings serialise")
}

/// Reads columns back; a value that is not what was written is a damaged file, not a default.
pub(crate) trait Columns {
    fn number<N: TryFrom<i64>>(&self, column: &str) -> rusqlite::Result<N>;
    fn u256(&self, column: &str) -> rusqlite::Result<U256>;
    fn hash(&self, column: &str) -> rusqlite::Result<B256>;
    fn parsed<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T>;
}

impl Columns for Row<'_> {
    fn number<N: TryFrom<i64>>(&self, column: &str) -> rusqlite::Result<N> {
        let index = self.as_ref().column_index(column)?;
        let value: i64 = self.get(index)?;
        N::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, value))
    }

    fn u256(&self, column: &str) -> rusqlite::Result<U256> {
        self.get::<_, [u8; 32]>(column).map(U256::from_be_bytes)
    }

    fn hash(&self, column: &str) -> rusqlite::Result<B256> {
        self.get::<_, [u8; 32]>(column).map(B256::from)
    }

    fn parsed<T: DeserializeOwned>(&self, column: &str) -> rusqlite::Result<T> {
        let index = self.as_ref().column_index(column)?;
        let text: String = self.get(index)?;
        serde_json::from_str(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
        })
    }
}

/// Held while one process owns something on disk; the operating system frees it when the process dies.
pub(crate) struct FileLock(#[expect(dead_code, reason = "held for its lock")] std::fs::File);

impl FileLock {
    /// Nothing if another process holds it.
    pub(crate) fn acquire(path: &Path) -> Result<Option<Self>, DatabaseError> {
        let failed = |source| DatabaseError::Disk { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
