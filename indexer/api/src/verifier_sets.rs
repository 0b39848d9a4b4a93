//! `GET /v1/verifier-sets`

use axum::{Json, extract::State};
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, VerifierSet},
};
use utoipa::ToSchema;

use crate::{
    answer::List,
    error::{ApiError, Problem},
    paging::Paging,
    params::Query,
    state::ApiState,
};

/// The verifiers of one version of the circuits. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VerifierSet)]
pub(crate) struct VerifierSetView {
    /// Counts them, from 1.
    version: u16,
    /// Checks usage proofs of up to 128 events.
    usage: String,
    /// Checks many of them at once.
    usage_batch: String,
    /// Checks usage proofs of up to 1,024 events.
    usage_long: String,
    /// Checks many of them at once.
    usage_long_batch: String,
    /// Checks key deliveries.
    key_delivery: String,
    /// Checks compliance proofs.
    compliance: String,
    /// keccak256 of the verifying keys' SHA-256 digests: usage up to 128 events, usage up to 1,024, key delivery,
    /// compliance.
    keys_hash: String,
    /// Where it was added.
    added_in_block: u64,
}

/// Versions of the verifiers, newest first: new offers pin the first of them.
#[utoipa::path(
    get, path = "/v1/verifier-sets", tag = "policy",
    operation_id = "list_verifier_sets",
    params(
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<VerifierSetView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<VerifierSetView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let rows = read::verifier_sets(snapshot.conn(), paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), VerifierSetView::from)
}

impl From<VerifierSet> for VerifierSetView {
    fn from(row: VerifierSet) -> Self {
        Self {
            version: row.version,
            usage: row.usage.to_string(),
            usage_batch: row.usage_batch.to_string(),
            usage_long: row.usage_long.to_string(),
            usage_long_batch: row.usage_long_batch.to_string(),
            key_delivery: row.key_delivery.to_string(),
            compliance: row.compliance.to_string(),
            keys_hash: row.keys_hash.to_string(),
            added_in_block: row.block_number,
        }
    }
}
