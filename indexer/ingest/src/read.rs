//! A range of blocks, read so that it is one chain's.
//!
//! Near the head each block's logs are asked for by the block's hash, so they cannot be another block's. Far below it,
//! one question covers many blocks, and every log's block hash must be its header's. Either way the range must begin
//! at the block before it, and its last block must still be canonical after the last answer: what its hash commits to
//! is then what was read.

use contracts::DecodeError;
use domain::BlockRef;
use futures::{StreamExt, TryStreamExt, stream};
use store::{Batch, RawLog};

use crate::chain::{Chain, RpcFailure};

/// Questions that are asked at once.
const PARALLEL: usize = 8;

/// A range that could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The node failed.
    #[error(transparent)]
    Rpc(#[from] RpcFailure),
    /// The chain does not continue what is stored.
    #[error("block {number} does not follow the block that is stored before it")]
    Forked {
        /// First block of the range.
        number: u64,
    },
    /// The chain changed while it was read.
    #[error("the chain changed at block {number} while it was read")]
    Moved {
        /// Where that showed.
        number: u64,
    },
    /// A log of ours was not understood.
    #[error("block {block}: {source}")]
    Undecodable {
        /// Its block.
        block: u64,
        /// What was not understood.
        source: DecodeError,
    },
}

/// How to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Block by block, by hash.
    Exact,
    /// One question for all blocks; only headers of blocks with logs, and the last, are kept.
    Ranged,
}

/// Reads `from..=to`, which must follow `before`.
pub(crate) async fn read(
    chain: &Chain,
    before: Option<BlockRef>,
    from: u64,
    to: u64,
    manner: Manner,
) -> Result<Batch, ReadError> {
    let last = header(chain, to).await?;
    let first = if from == to { last } else { header(chain, from).await? };
    if before.is_some_and(|before| before.hash != first.parent_hash) {
        return Err(ReadError::Forked { number: from });
    }
    let (blocks, mut logs) = match manner {
        Manner::Exact => exact(chain, first, last).await?,
        Manner::Ranged => ranged(chain, first, last).await?,
    };
    let still = header(chain, to).await?;
    if still.hash != last.hash {
        return Err(ReadError::Moved { number: to });
    }
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    decode(chain, blocks, &logs)
}

async fn header(chain: &Chain, number: u64) -> Result<BlockRef, ReadError> {
    chain.header(number).await?.ok_or(ReadError::Moved { number })
}

type Headers = Vec<BlockRef>;
type Logs = Vec<alloy::rpc::types::Log>;

async fn exact(chain: &Chain, first: BlockRef, last: BlockRef) -> Result<(Headers, Logs), ReadError> {
    let mut blocks = vec![first];
    if first != last {
        let between: Headers = stream::iter(first.number + 1..last.number)
            .map(|number| header(chain, number))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        blocks.extend(between);
        blocks.push(last);
    }
    if let Some(pair) = blocks.windows(2).find(|pair| pair[1].parent_hash != pair[0].hash) {
        return Err(ReadError::Moved { number: pair[1].number });
    }
    let logs: Vec<Logs> =
        stream::iter(blocks.clone()).map(|block| logs_of(chain, block)).buffered(PARALLEL).try_collect().await?;
    Ok((blocks, logs.concat()))
}

async fn logs_of(chain: &Chain, block: BlockRef) -> Result<Logs, ReadError> {
    let logs = chain.logs_at(block.hash).await?;
    match logs.iter().all(|log| log.block_hash == Some(block.hash) && log.block_number == Some(block.number)) {
        true => Ok(logs),
        false => Err(ReadError::Moved { number: block.number }),
    }
}

async fn ranged(chain: &Chain, first: BlockRef, last: BlockRef) -> Result<(Headers, Logs), ReadError> {
    let logs = chain.logs_in(first.number, last.number).await?;
    let mut numbers = Vec::with_capacity(logs.len() + 1);
    for log in &logs {
        let number = log.block_number.filter(|number| (first.number..=last.number).contains(number));
        numbers.push(number.ok_or(ReadError::Moved { number: first.number })?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers.retain(|number| *number != last.number);
    let mut blocks: Headers =
        stream::iter(numbers).map(|number| header(chain, number)).buffered(PARALLEL).try_collect().await?;
    blocks.push(last);
    for log in &logs {
        let block = blocks.iter().find(|block| Some(block.number) == log.block_number);
        if block.is_none_or(|block| Some(block.hash) != log.block_hash) {
            return Err(ReadError::Moved { number: log.block_number.unwrap_or(first.number) });
        }
    }
    Ok((blocks, logs))
}

fn decode(chain: &Chain, blocks: Headers, logs: &Logs) -> Result<Batch, ReadError> {
    let mut batch = Batch { blocks, logs: Vec::with_capacity(logs.len()), events: Vec::with_capacity(logs.len()) };
    for log in logs {
        let block = log.block_number.unwrap_or_default();
        if log.removed {
            return Err(ReadError::Moved { number: block });
        }
        let undecodable = |source| ReadError::Undecodable { block, source };
        let at = contracts::log_ref(log).map_err(undecodable)?;
        batch.logs.push(RawLog { at, topics: log.topics().to_vec(), data: log.data().data.clone() });
        if let Some(event) = contracts::decode(chain.addresses(), log).map_err(undecodable)? {
            batch.events.push((at, event));
        }
    }
    Ok(batch)
}
