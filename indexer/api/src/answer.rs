//! What every answer has in common.

use axum::Json;
use domain::BlockRef;
use serde::Serialize;
use store::Snapshot;
use utoipa::ToSchema;

use crate::error::ApiError;

/// A block of the chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Block {
    /// Height.
    #[schema(example = 42)]
    pub(crate) number: u64,
    /// Hash of its header.
    pub(crate) hash: String,
    /// Unix seconds, as its header says.
    pub(crate) timestamp: u64,
}

impl From<BlockRef> for Block {
    fn from(block: BlockRef) -> Self {
        Self { number: block.number, hash: block.hash.to_string(), timestamp: block.timestamp }
    }
}

/// One thing, as it was at a block.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Answer<T> {
    /// The block that this reflects.
    pub(crate) block: Block,
    /// The thing.
    pub(crate) data: T,
}

/// Part of a list, as it was at a block.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The block that this reflects.
    pub(crate) block: Block,
    /// Newest first.
    pub(crate) data: Vec<T>,
    /// Give this as `cursor` to get the next part; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// The block that all of a snapshot's reads reflect.
pub(crate) fn block(snapshot: &Snapshot) -> Result<Block, ApiError> {
    snapshot.block().map(Block::from).ok_or_else(|| ApiError::NotReady {
        detail: "no block was mirrored yet: try again when /ready answers 200".to_owned(),
    })
}

/// One thing, or that it does not exist.
pub(crate) fn found<T>(
    snapshot: &Snapshot,
    data: Option<T>,
    what: &'static str,
    id: impl ToString,
) -> Result<Json<Answer<T>>, ApiError> {
    let data = exists(snapshot, data, what, id)?;
    Ok(Json(Answer { block: block(snapshot)?, data }))
}

/// What was asked for, or that it does not exist.
pub(crate) fn exists<T>(
    snapshot: &Snapshot,
    data: Option<T>,
    what: &'static str,
    id: impl ToString,
) -> Result<T, ApiError> {
    block(snapshot)?;
    data.ok_or_else(|| ApiError::NotFound { what, id: id.to_string() })
}
