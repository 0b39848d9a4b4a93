//! `GET /v1/licenses/{license_id}/compliance`

use axum::{Json, extract::State};
use domain::LicenseId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, Compliance},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    render,
    state::ApiState,
};

/// A proof that a lane's total was at most a public number, the total itself hidden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Compliance)]
pub(crate) struct ComplianceView {
    /// Domain of the lane's metering chain.
    ctx: String,
    /// The lane.
    lane: u32,
    /// Re-keyings of the license before it.
    epoch: u32,
    /// The head that the meter signed.
    head: String,
    /// Time of that head's last event, unix seconds.
    as_of: u64,
    /// Units that the total was at most.
    max_allowed: String,
    /// Where it happened.
    block_number: u64,
}

/// Compliance proofs of one license, newest first. They are about metered fetches: what both sides recorded.
#[utoipa::path(
    get, path = "/v1/licenses/{license_id}/compliance", tag = "licenses",
    operation_id = "list_license_compliance",
    params(
        ("license_id" = String, Path, description = "The ERC-721 token id"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<ComplianceView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn compliance(
    State(state): State<ApiState>,
    Id(id): Id<LicenseId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ComplianceView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::license(snapshot.conn(), id).await?;
    exists(&snapshot, known, "license", id)?;
    let rows = read::compliance_proofs(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), ComplianceView::from)
}

impl From<Compliance> for ComplianceView {
    fn from(row: Compliance) -> Self {
        Self {
            ctx: render::word(row.ctx.0),
            lane: row.lane,
            epoch: row.epoch,
            head: render::word(row.head),
            as_of: row.as_of,
            max_allowed: row.max_allowed.to_string(),
            block_number: row.block_number,
        }
    }
}
