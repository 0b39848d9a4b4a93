//! `GET /v1/licenses/{license_id}/usage`

use axum::{Json, extract::State};
use domain::LicenseId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, Lane, Settlement},
};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    render,
    state::ApiState,
};

/// Lanes that are shown at most.
const LANES: u32 = 256;

/// Settled use of a license: metered fetches that both sides recorded. It does not show whether plaintext that was
/// fetched once was read again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The license.
    license_id: String,
    /// What was used.
    content_id: String,
    /// Units bought or included, renewals counted; 0: not limited.
    units: String,
    /// Units settled, over all lanes.
    settled_units: String,
    /// The lanes that settled anything, at most 256.
    lanes: Vec<LaneView>,
    /// Settlements, newest first.
    settlements: Vec<SettlementView>,
    /// Give this as `cursor` to get the next settlements; null at the end.
    next_cursor: Option<String>,
}

/// One lane of a license: a metering chain of its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lane)]
pub(crate) struct LaneView {
    /// Domain of the chain.
    ctx: String,
    /// Its number.
    lane: u32,
    /// Re-keyings of the license before it.
    epoch: u32,
    /// Head up to which use was proved; 0: genesis.
    proved_head: String,
    /// Units proved.
    proved_total: String,
    /// Head of the last settlement by signatures; 0: none.
    signed_head: String,
    /// Units of that head.
    signed_total: String,
    /// Units settled: the larger of the two.
    settled_total: String,
    /// End of the last proved window, unix seconds; 0: none.
    last_window_end: u64,
}

/// One settlement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement)]
pub(crate) struct SettlementView {
    /// `proof`, or `signatures` under a head.
    #[schema(pattern = "^(proof|signatures)$")]
    by: &'static str,
    /// The lane.
    lane: u32,
    /// Re-keyings of the license before it.
    epoch: u32,
    /// Head after it.
    head: String,
    /// Start of the proved window, unix seconds; 0: settled by signatures.
    window_start: u64,
    /// End of the proved window, or the head's time; unix seconds.
    window_end: u64,
    /// Units proved by it; null: settled by signatures.
    units: Option<String>,
    /// Units of the lane that this way of settling reached.
    total: String,
    /// Units of the lane settled after it.
    settled_total: String,
    /// Units of the license settled after it.
    settled_units: String,
    /// The transaction.
    transaction_hash: String,
    /// Where it is.
    block_number: u64,
}

/// Settled use of a license.
#[utoipa::path(
    get, path = "/v1/licenses/{license_id}/usage", tag = "licenses",
    operation_id = "get_license_usage",
    params(
        ("license_id" = String, Path, description = "The ERC-721 token id"),
        ("limit" = Option<u32>, Query, description = "At most this many settlements, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = Answer<Usage>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn usage(
    State(state): State<ApiState>,
    Id(id): Id<LicenseId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Answer<Usage>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let Some(license) = read::license(snapshot.conn(), id).await? else {
        return found(&snapshot, None, "license", id);
    };
    let lanes = read::lanes(snapshot.conn(), id, LANES).await?;
    let mut settlements = read::settlements(snapshot.conn(), id, paging.page()).await?;
    let next_cursor = paging.cut(&mut settlements, |row| (row.block_number, row.log_index));
    let usage = Usage {
        license_id: id.to_string(),
        content_id: license.content_id.to_string(),
        units: license.units.to_string(),
        settled_units: license.settled_units.to_string(),
        lanes: lanes.into_iter().map(LaneView::from).collect(),
        settlements: settlements.into_iter().map(SettlementView::from).collect(),
        next_cursor,
    };
    found(&snapshot, Some(usage), "license", id)
}

impl From<Lane> for LaneView {
    fn from(row: Lane) -> Self {
        Self {
            ctx: render::word(row.ctx.0),
            lane: row.lane,
            epoch: row.epoch,
            proved_head: render::word(row.proved_head),
            proved_total: row.proved_total.to_string(),
            signed_head: render::word(row.signed_head),
            signed_total: row.signed_total.to_string(),
            settled_total: row.settled_total.to_string(),
            last_window_end: row.last_window_end,
        }
    }
}

impl From<Settlement> for SettlementView {
    fn from(row: Settlement) -> Self {
        Self {
            by: if row.proved { "proof" } else { "signatures" },
            lane: row.lane,
            epoch: row.epoch,
            head: render::word(row.head),
            window_start: row.window_start,
            window_end: row.window_end,
            units: row.proved.then(|| row.units.to_string()),
            total: row.total.to_string(),
            settled_total: row.settled_total.to_string(),
            settled_units: row.settled_units.to_string(),
            transaction_hash: row.transaction_hash.to_string(),
            block_number: row.block_number,
        }
    }
}
