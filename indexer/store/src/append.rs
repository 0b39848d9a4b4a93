//! Forward and back: the two ways in which the mirror moves.

use domain::{BlockRef, ChainEvent, LogRef};
use sqlx::{Connection, PgConnection};

use crate::{blocks, columns::number, error::StoreError, facts, logs, logs::RawLog};

/// What a range of blocks told.
///
/// # Invariants
/// The last block of the range is in `blocks`, and so is every block that `logs` names; blocks ascend. Every event's log
/// is in `logs`. Who builds a batch took all of it from one chain.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Headers.
    pub blocks: Vec<BlockRef>,
    /// All logs of our contracts.
    pub logs: Vec<RawLog>,
    /// What they mean, as far as it is mirrored.
    pub events: Vec<(LogRef, ChainEvent)>,
}

/// Moves the mirror forward: all of `batch`, or nothing. Repeating a batch changes nothing.
pub async fn append(conn: &mut PgConnection, batch: &Batch) -> Result<(), StoreError> {
    let mut transaction = conn.begin().await?;
    blocks::insert(&mut transaction, &batch.blocks).await?;
    logs::insert(&mut transaction, &batch.logs).await?;
    facts::insert(&mut transaction, &batch.events).await?;
    transaction.commit().await?;
    Ok(())
}

/// Moves the mirror back: forgets every block above `fork` with all that it told. `None` forgets everything.
/// Returns how many stored blocks went.
pub async fn rewind(conn: &mut PgConnection, fork: Option<u64>) -> Result<u64, StoreError> {
    let above = fork.map_or(Ok(-1), |fork| number("blocks.number", fork))?;
    let gone = sqlx::query!("delete from blocks where number > $1", above).execute(conn).await?;
    Ok(gone.rows_affected())
}
