//! A range of blocks, read so that it is one chain's.
//!
//! Near the head each block's logs are asked for by the block's hash, so they cannot be another block's; and where the
//! header says that there may be more than the node gave, the receipts decide, since nodes index late. Far below it,
//! one question covers many blocks, and every log's block hash must be its header's. Either way the range must begin
//! at the block before it, and its last block must still be canonical after the last answer: what its hash commits to
//! is then what was read.

use contracts::DecodeError;
use domain::BlockRef;
use futures::{StreamExt, TryStreamExt, stream};
use store::{Batch, RawLog};

use crate::chain::{Chain, Header, RpcFailure};

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
    if before.is_some_and(|before| before.hash != first.block.parent_hash) {
        return Err(ReadError::Forked { number: from });
    }
    let (blocks, mut logs) = match manner {
        Manner::Exact => exact(chain, first, last).await?,
        Manner::Ranged => ranged(chain, first, last).await?,
    };
    let still = header(chain, to).await?;
    if still.block.hash != last.block.hash {
        return Err(ReadError::Moved { number: to });
    }
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    decode(chain, blocks, &logs)
}

async fn header(chain: &Chain, number: u64) -> Result<Header, ReadError> {
    chain.header(number).await?.ok_or(ReadError::Moved { number })
}

type Blocks = Vec<BlockRef>;
type Logs = Vec<alloy::rpc::types::Log>;

async fn exact(chain: &Chain, first: Header, last: Header) -> Result<(Blocks, Logs), ReadError> {
    let mut headers = vec![first];
    if first != last {
        let between: Vec<Header> = stream::iter(first.block.number + 1..last.block.number)
            .map(|number| header(chain, number))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        headers.extend(between);
        headers.push(last);
    }
    let blocks: Blocks = headers.iter().map(|header| header.block).collect();
    if let Some(pair) = blocks.windows(2).find(|pair| pair[1].parent_hash != pair[0].hash) {
        return Err(ReadError::Moved { number: pair[1].number });
    }
    let logs: Vec<Logs> =
        stream::iter(headers).map(|header| logs_of(chain, header)).buffered(PARALLEL).try_collect().await?;
    Ok((blocks, logs.concat()))
}

async fn logs_of(chain: &Chain, header: Header) -> Result<Logs, ReadError> {
    let BlockRef { number, hash, .. } = header.block;
    let logs = chain.logs_at(hash).await?;
    if logs.iter().any(|log| log.block_hash != Some(hash) || log.block_number != Some(number)) {
        return Err(ReadError::Moved { number });
    }
    let silent = |address| !logs.iter().any(|log| log.address() == address);
    let doubtful = chain.addresses().all().iter().any(|address| header.may_hold_logs_of(address) && silent(*address));
    if doubtful && chain.logs_in_receipts(hash).await?.is_some_and(|held| held != logs.len()) {
        tracing::warn!(number, %hash, "the node gave fewer logs than the block holds: reading again");
        return Err(ReadError::Moved { number });
    }
    Ok(logs)
}

async fn ranged(chain: &Chain, first: Header, last: Header) -> Result<(Blocks, Logs), ReadError> {
    let (first, last) = (first.block, last.block);
    let logs = chain.logs_in(first.number, last.number).await?;
    let mut numbers = Vec::with_capacity(logs.len() + 1);
    for log in &logs {
        let number = log.block_number.filter(|number| (first.number..=last.number).contains(number));
        numbers.push(number.ok_or(ReadError::Moved { number: first.number })?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers.retain(|number| *number != last.number);
    let headers: Vec<Header> =
        stream::iter(numbers).map(|number| header(chain, number)).buffered(PARALLEL).try_collect().await?;
    let blocks: Blocks = headers.iter().map(|header| header.block).chain([last]).collect();
    for log in &logs {
        let block = blocks.iter().find(|block| Some(block.number) == log.block_number);
        if block.is_none_or(|block| Some(block.hash) != log.block_hash) {
            return Err(ReadError::Moved { number: log.block_number.unwrap_or(first.number) });
        }
    }
    Ok((blocks, logs))
}

fn decode(chain: &Chain, blocks: Blocks, logs: &Logs) -> Result<Batch, ReadError> {
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
