//! `GET /v1/status`

use axum::{Json, extract::State};
use serde::Serialize;
use store::{Snapshot, read};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, block},
    error::{ApiError, Problem},
    params::Query,
    state::ApiState,
};

/// What is mirrored, and how far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Status)]
pub(crate) struct StatusView {
    /// EIP-155.
    #[schema(example = 31337)]
    chain_id: u64,
    /// Hash of block 0.
    genesis_hash: String,
    /// No contract has a log before it.
    start_block: u64,
    /// Whose logs are mirrored.
    contracts: Contracts,
    /// The chain's head as the indexer last saw it.
    head: Head,
    /// Blocks between the mirror and that head.
    lag_blocks: u64,
    /// Whether the indexer gave up at a log that it does not understand.
    halted: bool,
}

/// Addresses of the deployment.
#[derive(Debug, Serialize, ToSchema)]
struct Contracts {
    /// `ContentRegistry`.
    content_registry: String,
    /// `LicenseManager`.
    license_manager: String,
    /// `PaymentEscrow`.
    payment_escrow: String,
    /// `UsageTracker`.
    usage_tracker: String,
    /// `DisputeResolution`.
    dispute_resolution: String,
    /// `VerifierSets`.
    verifier_sets: String,
}

/// The chain's head.
#[derive(Debug, Serialize, ToSchema)]
struct Head {
    /// Height.
    number: u64,
    /// Hash of its header.
    hash: String,
    /// Seconds since the indexer looked.
    seen_secs_ago: u64,
}

/// What is mirrored, and how far.
#[utoipa::path(
    get, path = "/v1/status", tag = "status",
    operation_id = "get_status",
    responses(
        (status = 200, body = Answer<StatusView>),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn status(
    State(state): State<ApiState>,
    Query(()): Query<()>,
) -> Result<Json<Answer<StatusView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let status = read::status(snapshot.conn()).await?;
    let block = block(&snapshot)?;
    let (Some(mirror), Some((number, hash))) = (status.mirror, status.head) else {
        return Err(ApiError::NotReady { detail: "the chain was not seen yet".to_owned() });
    };
    let data = StatusView {
        chain_id: mirror.chain_id,
        genesis_hash: mirror.genesis_hash.to_string(),
        start_block: mirror.start_block,
        contracts: Contracts {
            content_registry: mirror.registry.to_string(),
            license_manager: mirror.licenses.to_string(),
            payment_escrow: mirror.escrow.to_string(),
            usage_tracker: mirror.usage.to_string(),
            dispute_resolution: mirror.disputes.to_string(),
            verifier_sets: mirror.verifier_sets.to_string(),
        },
        lag_blocks: number.saturating_sub(block.number),
        head: Head { number, hash: hash.to_string(), seen_secs_ago: status.seen_secs_ago.unwrap_or_default() },
        halted: status.halted.is_some(),
    };
    Ok(Json(Answer { block, data }))
}
