//! `GET /v1/disputes/{dispute_id}`

use axum::{Json, extract::State};
use domain::DisputeId;
use store::{Snapshot, read};

use super::DisputeDetail;
use crate::{
    answer::{Answer, exists, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// The most evidence that is shown.
const EVIDENCE: u32 = 200;

/// One dispute, with the evidence, hearings and rulings in it.
#[utoipa::path(
    get, path = "/v1/disputes/{dispute_id}", tag = "disputes",
    operation_id = "get_dispute",
    params(("dispute_id" = String, Path, description = "A whole number")),
    responses(
        (status = 200, body = Answer<DisputeDetail>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<DisputeId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<DisputeDetail>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::dispute(snapshot.conn(), id).await?;
    let dispute = exists(&snapshot, row, "dispute", id)?.into();
    let evidence = read::evidence(snapshot.conn(), id, EVIDENCE).await?.into_iter().map(Into::into).collect();
    let hearings = read::hearings(snapshot.conn(), id).await?.into_iter().map(Into::into).collect();
    let rulings = read::rulings(snapshot.conn(), id).await?.into_iter().map(Into::into).collect();
    found(&snapshot, Some(DisputeDetail { dispute, evidence, hearings, rulings }), "dispute", id)
}
