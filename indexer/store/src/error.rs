//! What can go wrong between the mirror and its database.

use alloy_primitives::B256;

/// The database did not take or give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres or the connection failed.
    #[error("the database failed: {0}")]
    Sql(#[from] sqlx::Error),
    /// A number that our contracts cannot have handed out.
    #[error("{column} = {value} exceeds what the database stores: this is not a chain with our contracts")]
    TooLarge {
        /// Table and column.
        column: &'static str,
        /// What was to be stored.
        value: u64,
    },
    /// Two blocks claim one height.
    #[error("block {number} is stored with hash {stored}, but {given} was given: rewind first")]
    BlockConflict {
        /// Height.
        number: u64,
        /// What the mirror has.
        stored: B256,
        /// What was to be added.
        given: B256,
    },
    /// The batch does not continue what is stored.
    #[error("a batch starts at block {first}, but the mirror is at block {checkpoint}")]
    NotNext {
        /// The batch's first block.
        first: u64,
        /// Highest stored block.
        checkpoint: u64,
    },
}
