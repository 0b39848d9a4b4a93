//! `GET /v1/licenses/{license_id}/transfers`

use axum::{Json, extract::State};
use domain::LicenseId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, LicenseTransfer},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    state::ApiState,
};

/// One change of a license's owner.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LicenseTransfer)]
pub(crate) struct LicenseTransferView {
    /// Who had it; the zero address: it was issued.
    from: String,
    /// Who has it from then on.
    to: String,
    /// Where it happened.
    block_number: u64,
}

/// Changes of one license's owner, newest first; the last is its issue.
#[utoipa::path(
    get, path = "/v1/licenses/{license_id}/transfers", tag = "licenses",
    operation_id = "list_license_transfers",
    params(
        ("license_id" = String, Path, description = "The ERC-721 token id"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<LicenseTransferView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn transfers(
    State(state): State<ApiState>,
    Id(id): Id<LicenseId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<LicenseTransferView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::license(snapshot.conn(), id).await?;
    exists(&snapshot, known, "license", id)?;
    let rows = read::license_transfers(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), LicenseTransferView::from)
}

impl From<LicenseTransfer> for LicenseTransferView {
    fn from(row: LicenseTransfer) -> Self {
        Self { from: row.from.to_string(), to: row.to.to_string(), block_number: row.block_number }
    }
}
