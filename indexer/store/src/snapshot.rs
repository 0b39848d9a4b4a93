//! One moment of the mirror, for an answer that agrees with itself.

use domain::BlockRef;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::{blocks::checkpoint, error::StoreError};

/// A read-only transaction that sees one state of the mirror, and the block at which that state was true.
pub struct Snapshot {
    transaction: Transaction<'static, Postgres>,
    block: Option<BlockRef>,
}

impl Snapshot {
    /// Takes a snapshot.
    pub async fn take(pool: &PgPool) -> Result<Self, StoreError> {
        let mut transaction = pool.begin_with("begin isolation level repeatable read, read only").await?;
        let block = checkpoint(&mut transaction).await?;
        Ok(Self { transaction, block })
    }

    /// The block that all reads through this snapshot reflect. `None`: nothing was indexed yet.
    #[must_use]
    pub fn block(&self) -> Option<BlockRef> {
        self.block
    }

    /// The connection to read through.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}
