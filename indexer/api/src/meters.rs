//! `GET /v1/meters/{meter_id}`

use axum::{Json, extract::State};
use domain::MeterId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, Meter},
};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    render,
    state::ApiState,
};

/// A version of a meter's keys. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MeterKeys)]
pub(crate) struct MeterView {
    /// Its id.
    meter_id: String,
    /// Who published it.
    owner: String,
    /// Baby Jubjub, EIP-2494 coordinates. Whatever its owner published: check that it is on the curve.
    key_x: String,
    /// Baby Jubjub, EIP-2494 coordinates.
    key_y: String,
    /// Poseidon(key_x, key_y), as its owner said.
    key_hash: String,
    /// The address that countersigns heads.
    signer: String,
    /// Where it answers. Whatever its owner published: check before you follow it.
    url: String,
    /// Where it was published.
    published_in_block: u64,
}

/// One version of a meter's keys.
#[utoipa::path(
    get, path = "/v1/meters/{meter_id}", tag = "keys",
    operation_id = "get_meter",
    params(("meter_id" = String, Path, description = "A whole number")),
    responses(
        (status = 200, body = Answer<MeterView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<MeterId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<MeterView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::meter(snapshot.conn(), id).await?;
    found(&snapshot, row.map(MeterView::from), "meter", id)
}

impl From<Meter> for MeterView {
    fn from(row: Meter) -> Self {
        Self {
            meter_id: row.meter_id.to_string(),
            owner: row.owner.to_string(),
            key_x: render::word(row.key_x),
            key_y: render::word(row.key_y),
            key_hash: render::word(row.key_hash),
            signer: row.signer.to_string(),
            url: row.url,
            published_in_block: row.block_number,
        }
    }
}
