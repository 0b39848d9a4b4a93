//! One step after the other towards the chain's head.

use domain::BlockRef;
use sqlx::PgConnection;

use crate::{
    chain::Chain,
    error::IngestError,
    fork,
    read::{Manner, ReadError, read},
};

/// A failure divides how much is asked for at once, a success multiplies it.
const GROWTH: u64 = 2;
/// Blocks per batch at most, where they are read one by one.
pub(crate) const MAX_EXACT: u64 = 64;
/// How often a head below ours must be seen before it counts. One of several nodes behind an address may be late; it
/// catches up, and answers need not go back for it.
const LOWER_HEADS: u32 = 3;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Moved, forward or back: look again at once.
    Moved,
    /// Nothing to do.
    UpToDate,
}

/// The state of following that is worth nothing after a restart.
pub(crate) struct Follower<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) start_block: u64,
    pub(crate) max_range: u64,
    pub(crate) exact_depth: u64,
    /// Blocks per question, below `exact_depth`.
    pub(crate) range: u64,
    /// Blocks per batch, above it.
    pub(crate) exact: u64,
    pub(crate) lower_heads: u32,
}

impl Follower<'_> {
    /// Looks at the chain once, and moves the mirror by one batch or one rewind if it has to.
    pub(crate) async fn step(&mut self, conn: &mut PgConnection) -> Result<Step, IngestError> {
        let head = self.chain.head().await?;
        let checkpoint = store::checkpoint(conn).await?;
        store::observe_head(conn, head.number, head.hash).await?;
        match checkpoint {
            Some(at) if head.number <= at.number => self.compare(conn, at, head).await,
            None if head.number < self.start_block => Ok(Step::UpToDate),
            _ => self.advance(conn, checkpoint, head).await,
        }
    }

    /// The chain is not longer than the mirror: is it the same?
    async fn compare(&mut self, conn: &mut PgConnection, at: BlockRef, head: BlockRef) -> Result<Step, IngestError> {
        if head.hash == at.hash {
            self.lower_heads = 0;
            return Ok(Step::UpToDate);
        }
        if self.chain.header(at.number).await?.is_some_and(|header| header.block.hash == at.hash) {
            return Ok(Step::UpToDate);
        }
        if head.number < at.number && store::stored_hash(conn, head.number).await? == Some(head.hash) {
            self.lower_heads += 1;
            if self.lower_heads < LOWER_HEADS {
                return Ok(Step::UpToDate);
            }
        }
        self.rewind(conn, at).await
    }

    async fn rewind(&mut self, conn: &mut PgConnection, at: BlockRef) -> Result<Step, IngestError> {
        self.lower_heads = 0;
        let fork = fork::find(self.chain, conn, at.number).await?;
        if fork != Some(at.number) {
            let blocks = store::rewind(conn, fork).await?;
            tracing::info!(from = at.number, to = fork, blocks, "the chain was reorganised: taking blocks back");
        }
        Ok(Step::Moved)
    }

    async fn advance(
        &mut self,
        conn: &mut PgConnection,
        checkpoint: Option<BlockRef>,
        head: BlockRef,
    ) -> Result<Step, IngestError> {
        self.lower_heads = 0;
        let from = checkpoint.map_or(self.start_block, |at| at.number + 1);
        let settled = head.number.saturating_sub(self.exact_depth);
        let (manner, to) = if from <= settled {
            (Manner::Ranged, settled.min(from + (self.range - 1)))
        } else {
            (Manner::Exact, head.number.min(from + (self.exact - 1)))
        };
        match read(self.chain, checkpoint, from, to, manner).await {
            Ok(batch) => {
                store::append(conn, &batch).await?;
                tracing::debug!(from, to, logs = batch.logs.len(), events = batch.events.len(), "mirrored");
                match manner {
                    Manner::Ranged => self.range = (self.range * GROWTH).min(self.max_range),
                    Manner::Exact => self.exact = (self.exact * GROWTH).min(MAX_EXACT),
                }
                Ok(Step::Moved)
            }
            Err(ReadError::Forked { .. }) => match checkpoint {
                Some(at) => self.rewind(conn, at).await,
                None => Ok(Step::Moved),
            },
            Err(ReadError::Moved { number }) => {
                tracing::debug!(number, "the chain changed while it was read: reading again");
                Ok(Step::UpToDate)
            }
            Err(ReadError::Undecodable { block, source }) => {
                // What comes before is sound: it is kept, so that the mirror stands exactly before the culprit.
                if block > from {
                    let before = read(self.chain, checkpoint, from, block - 1, manner).await;
                    if let Ok(batch) = before {
                        store::append(conn, &batch).await?;
                    }
                }
                Err(IngestError::Undecodable { block, source })
            }
            Err(ReadError::Rpc(failure)) => {
                let blocks = match manner {
                    Manner::Ranged => &mut self.range,
                    Manner::Exact => &mut self.exact,
                };
                *blocks = (*blocks / GROWTH).max(1);
                tracing::debug!(blocks, "asking for fewer blocks at once");
                Err(failure.into())
            }
        }
    }
}
