//! `GET /v1/licenses/{license_id}/epochs`

use axum::{Json, extract::State};
use domain::LicenseId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, LicenseEpoch},
};
use utoipa::ToSchema;

use super::SealedKeyView;
use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    state::ApiState,
};

/// One re-keying of a license, or its issue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Epoch)]
pub(crate) struct EpochView {
    /// Re-keyings before it.
    epoch: u32,
    /// The version of the licensee's keys.
    profile_id: String,
    /// The version of the content whose key is delivered.
    content_version: u16,
    /// Whether the key was delivered with a proof, or accepted.
    delivered: bool,
    /// Whether the licensee signed that the key arrived.
    accepted: bool,
    /// The key, sealed for the licensee, if it was delivered with a proof.
    sealed_key: Option<SealedKeyView>,
    /// Where it began.
    since_block: u64,
}

/// Epochs of one license, newest first: to whose keys it was bound, and whether the content key reached them.
#[utoipa::path(
    get, path = "/v1/licenses/{license_id}/epochs", tag = "licenses",
    operation_id = "list_license_epochs",
    params(
        ("license_id" = String, Path, description = "The ERC-721 token id"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<EpochView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn epochs(
    State(state): State<ApiState>,
    Id(id): Id<LicenseId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<EpochView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::license(snapshot.conn(), id).await?;
    exists(&snapshot, known, "license", id)?;
    let rows = read::license_epochs(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), EpochView::from)
}

impl From<LicenseEpoch> for EpochView {
    fn from(row: LicenseEpoch) -> Self {
        Self {
            epoch: row.epoch,
            profile_id: row.profile_id.to_string(),
            content_version: row.content_version,
            delivered: row.proved || row.accepted,
            accepted: row.accepted,
            sealed_key: row.sealed_key().map(|key| SealedKeyView::new(row.epoch, &key)),
            since_block: row.block_number,
        }
    }
}
