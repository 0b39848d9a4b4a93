//! What can go wrong between the queue and its database.

use alloy_primitives::U256;

use crate::job::{JobId, State};

/// The queue did not take or give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The address is not one. It is not repeated, because it may hold a password.
    #[error("the database address is not like postgres://user:password@host:port/name: check where it is set")]
    BadAddress,
    /// The database does not answer, or not to this user.
    #[error("the database {place} does not let us in: {source}")]
    Unreachable {
        /// Host, port and name.
        place: String,
        /// What it said.
        source: sqlx::Error,
    },
    /// Postgres or the connection failed.
    #[error("the proof queue's database failed: {0}")]
    Sql(#[from] sqlx::Error),
    /// The connection is there, and nothing comes.
    #[error("the proof queue's database did not answer within {0:?}")]
    Silent(std::time::Duration),
    /// The tables could not be made.
    #[error("cannot make the proof queue's tables: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Another live job goes on from the same head.
    #[error(
        "another job goes on from head {head_before:#x} of this lane: somebody submits at the same time, so submit \
         again; or cancel that job first"
    )]
    Overlap {
        /// The head.
        head_before: U256,
    },
    /// No such job.
    #[error("there is no job {0}: `datavault prover jobs` lists them")]
    UnknownJob(JobId),
    /// The job is in a state that does not allow it.
    #[error("job {id} is {state} and cannot be {action}")]
    WrongState {
        /// The job.
        id: JobId,
        /// Its state.
        state: State,
        /// What was to be done.
        action: &'static str,
    },
    /// A number that the database cannot hold.
    #[error("{field} = {value} exceeds what the queue stores")]
    TooLarge {
        /// The column.
        field: &'static str,
        /// The value.
        value: u64,
    },
    /// A stored row is not what was written.
    #[error("job {id}: stored {field} is damaged: {reason}")]
    Damaged {
        /// The job.
        id: JobId,
        /// The column.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Whether Postgres refused because of this unique index.
pub(crate) fn violates(error: &sqlx::Error, index: &str) -> bool {
    error.as_database_error().is_some_and(|error| error.constraint() == Some(index))
}
