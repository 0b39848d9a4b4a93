//! Whether this process lives, and whether its answers are worth asking for.

use axum::{Json, extract::State};
use serde::Serialize;
use store::{Snapshot, read};
use utoipa::ToSchema;

use crate::{
    answer::Block,
    error::{ApiError, Problem},
    state::ApiState,
};

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/health", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The mirror is close behind the chain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `ready`.
    status: &'static str,
    /// The mirror's block.
    block: Block,
    /// Blocks behind the chain's head.
    lag_blocks: u64,
}

/// Whether the mirror is close behind the chain.
#[utoipa::path(
    get, path = "/ready", tag = "operation",
    responses((status = 200, body = Ready), (status = 503, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Json<Ready>, ApiError> {
    let no = |detail: String| ApiError::NotReady { detail };
    let mut snapshot = Snapshot::take(&state.pool).await.map_err(|error| {
        tracing::warn!(%error, "not ready: no database");
        no("the database cannot be read".to_owned())
    })?;
    let status = read::status(snapshot.conn()).await?;
    let block = snapshot.block().ok_or_else(|| no("no block was mirrored yet".to_owned()))?;
    let (head, _) = status.head.ok_or_else(|| no("the chain was not seen yet".to_owned()))?;
    if let Some(halted) = status.halted {
        tracing::warn!(halted, "not ready: the indexer gave up");
        return Err(no(format!("the indexer gave up above block {}", block.number)));
    }
    let silence = status.seen_secs_ago.unwrap_or(u64::MAX);
    if silence > state.ready_max_silence_secs {
        return Err(no(format!("the indexer last saw the chain {silence} s ago")));
    }
    let lag_blocks = head.saturating_sub(block.number);
    if lag_blocks > state.ready_max_lag_blocks {
        return Err(no(format!("the mirror is {lag_blocks} blocks behind")));
    }
    Ok(Json(Ready { status: "ready", block: block.into(), lag_blocks }))
}
