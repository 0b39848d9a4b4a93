//! Why following ends, for good or for a while.

use contracts::DecodeError;
use store::{MigrateError, MirrorError, StoreError, WriterError};

use crate::chain::RpcFailure;

/// Following cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A log of our contracts says something that this program does not understand. Skipping it would make every later
    /// row doubtful.
    #[error("stopped at block {block}: {source}")]
    Undecodable {
        /// The block that was not mirrored.
        block: u64,
        /// What was not understood.
        source: DecodeError,
    },
    /// The node follows another chain than the deployment is on.
    #[error("the node at {rpc_url} is on chain {node}, but the deployment is on chain {deployment}")]
    WrongChain {
        /// The node, without credentials.
        rpc_url: String,
        /// Its chain id.
        node: u64,
        /// The deployment's chain id.
        deployment: u64,
    },
    /// The node's chain has no block 0, so it cannot be told from others.
    #[error("the node at {rpc_url} does not give block 0: use a node that keeps all headers")]
    NoGenesis {
        /// The node, without credentials.
        rpc_url: String,
    },
    /// The database belongs to something else.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The schema is not this program's.
    #[error(transparent)]
    Schema(#[from] MigrateError),
    /// The right to write could not be had.
    #[error(transparent)]
    Writer(#[from] WriterError),
    /// The database refused, or was lost.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node did not answer, or not with what was asked.
    #[error(transparent)]
    Rpc(#[from] RpcFailure),
}

impl IngestError {
    /// Whether trying again later may help. Losing the node or the database passes; what the chain or the
    /// configuration says does not.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Rpc(_) | Self::Writer(WriterError::Taken { .. }) => true,
            Self::Store(error) | Self::Mirror(MirrorError::Store(error)) | Self::Writer(WriterError::Store(error)) => {
                lost(error)
            }
            Self::Schema(MigrateError::Sql(error)) => lost_connection(error),
            _ => false,
        }
    }
}

fn lost(error: &StoreError) -> bool {
    matches!(error, StoreError::Sql(error) if lost_connection(error))
}

/// Constraint violations (class 23), wrong data (22), missing tables (42) and wrong credentials (28) do not pass.
fn lost_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => !error
            .code()
            .is_some_and(|code| ["22", "23", "28", "3D", "42"].contains(&code.get(..2).unwrap_or_default())),
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
