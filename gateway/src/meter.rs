//! The meter: serves content by the range, and countersigns a head for each.
//!
//! A fetch goes: facts from the chain → signature → journal would accept → bytes decrypted → journal records and
//! both signatures exist → answer. So a licensee is never charged for bytes that could not be read, and never
//! served bytes that are not on record.

use std::{
    future::{Future, IntoFuture},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use alloy::signers::local::PrivateKeySigner;
use content::EmbeddedStore;
use statement::SecretKey;
use tokio::{net::TcpListener, sync::Semaphore};

use crate::{
    facts::{CachedFacts, FactsError, SharedFacts},
    journal::{DatabaseError, Journal},
    keys::{KeyFolder, KeyFolderError},
    protocol::MeterKeys,
    signing::Tracker,
    sqlite::FileLock,
};

mod admit;
mod fetch;
mod lane;
mod plaintext;
mod respond;
mod routes;
mod terms;

use plaintext::Shelf;

/// What a meter needs to run.
pub struct MeterConfig {
    /// Holds the journal and the content keys; one meter at a time.
    pub data_dir: PathBuf,
    /// Countersigns heads for the contracts.
    pub signer: PrivateKeySigner,
    /// Countersigns heads for the circuits.
    pub secret: SecretKey,
    /// What the chain says.
    pub facts: SharedFacts,
    /// Where ciphertexts are.
    pub store: EmbeddedStore,
    /// Bounds that an operator may change.
    pub limits: Limits,
}

impl std::fmt::Debug for MeterConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MeterConfig")
            .field("data_dir", &self.data_dir)
            .field("signer", &self.signer.address())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Bounds on time, size and load.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How far an event's time may lie ahead of the chain's clock.
    pub max_ahead_secs: u64,
    /// How far a new event's time may lie behind it: what a licensee that crashed has to come back.
    pub max_behind_secs: u64,
    /// How long a license read from the chain is believed.
    pub facts_ttl: Duration,
    /// The most bytes that one fetch may ask for.
    pub max_fetch_bytes: u64,
    /// Fetches worked on at once; with `max_fetch_bytes` this bounds memory.
    pub max_concurrent: usize,
    /// How long one request may take.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_ahead_secs: 30,
            max_behind_secs: 600,
            facts_ttl: Duration::from_secs(2),
            max_fetch_bytes: 8 << 20,
            max_concurrent: 32,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// Why a meter does not start or stops.
#[derive(Debug, thiserror::Error)]
pub enum MeterError {
    /// Another process runs on the folder.
    #[error("{path} is in use by another meter: stop it, or give this one its own folder", path = path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The journal.
    #[error(transparent)]
    Journal(#[from] DatabaseError),
    /// The content keys.
    #[error(transparent)]
    Keys(#[from] KeyFolderError),
    /// The chain.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The network.
    #[error("the meter stopped listening: {0}")]
    Serve(#[source] std::io::Error),
}

/// The content keys of a meter's folder.
///
/// # Errors
/// The folder cannot be made.
pub fn key_folder(data_dir: &Path) -> Result<KeyFolder, KeyFolderError> {
    KeyFolder::open(data_dir.join("keys"))
}

/// The journal of a meter's folder.
///
/// # Errors
/// The journal cannot be opened.
pub fn journal(data_dir: &Path) -> Result<Journal, DatabaseError> {
    Journal::open(&data_dir.join("journal.sqlite"))
}

/// A running meter. Clones share it.
#[derive(Clone)]
pub struct Meter(Arc<State>);

pub(crate) struct State {
    facts: CachedFacts,
    journal: Journal,
    shelf: Shelf,
    signer: PrivateKeySigner,
    secret: SecretKey,
    tracker: Tracker,
    limits: Limits,
    slots: Semaphore,
    _lock: FileLock,
}

impl Meter {
    /// Opens the folder. Blocks shortly: call it before serving.
    ///
    /// # Errors
    /// The folder is in use, or cannot be read or written.
    pub fn open(config: MeterConfig) -> Result<Self, MeterError> {
        let MeterConfig { data_dir, signer, secret, facts, store, limits } = config;
        let Some(lock) = FileLock::acquire(&data_dir.join("meter.lock"))? else {
            return Err(MeterError::InUse { path: data_dir });
        };
        Ok(Self(Arc::new(State {
            tracker: Tracker { chain_id: facts.chain_id(), address: facts.usage_tracker() },
            facts: CachedFacts::new(facts, limits.facts_ttl),
            journal: journal(&data_dir)?,
            shelf: Shelf::new(store, key_folder(&data_dir)?),
            signer,
            secret,
            limits,
            slots: Semaphore::new(limits.max_concurrent),
            _lock: lock,
        })))
    }

    /// The public keys, as `GET /v1/keys` tells them.
    #[must_use]
    pub fn keys(&self) -> MeterKeys {
        let key = self.0.secret.public();
        MeterKeys {
            chain_id: self.0.tracker.chain_id,
            usage_tracker: self.0.tracker.address,
            signer: self.0.signer.address(),
            key,
            key_hash: key.commitment(),
        }
    }

    /// What the meter remembers.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// All routes.
    pub fn router(&self) -> axum::Router {
        routes::router(self)
    }

    /// Serves until `shutdown` resolves, then finishes what it began, within the time one request may take.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), MeterError> {
        let (stopping, mut stopped) = tokio::sync::watch::channel(false);
        let serving = axum::serve(listener, self.router()).with_graceful_shutdown(async move {
            shutdown.await;
            stopping.send_replace(true);
        });
        let overdue = async {
            let told = stopped.wait_for(|stopped| *stopped).await.is_ok();
            if !told {
                // The server ended first; its result counts.
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(self.0.limits.request_timeout).await;
        };
        tokio::select! {
            served = serving.into_future() => served.map_err(MeterError::Serve),
            () = overdue => {
                tracing::warn!("some connections did not end in time and were dropped");
                Ok(())
            }
        }
    }
}
