//! `GET /v1/disputes/{dispute_id}`

use axum::{Json, extract::State};
use domain::DisputeId;
use store::{Snapshot, read};

use super::DisputeDetail;
use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// The most evidence that is shown.
const EVIDENCE: u32 = 200;

/// One dispute, with the evidence that was added to it.
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
    let evidence = match row {
        Some(_) => read::evidence(snapshot.conn(), id, EVIDENCE).await?,
        None => Vec::new(),
    };
    found(&snapshot, row.map(|row| DisputeDetail::new(row, evidence)), "dispute", id)
}
