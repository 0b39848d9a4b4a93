//! `GET /v1/offers/{offer_id}`

use axum::{Json, extract::State};
use domain::OfferId;
use store::{Snapshot, read};

use super::{Beside, OfferView};
use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// One offer.
#[utoipa::path(
    get, path = "/v1/offers/{offer_id}", tag = "offers",
    operation_id = "get_offer",
    params(("offer_id" = String, Path, description = "A whole number")),
    responses(
        (status = 200, body = Answer<OfferView>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<OfferId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<OfferView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::offer(snapshot.conn(), id).await?;
    let beside = Beside::read(snapshot.conn(), row.as_slice()).await?;
    found(&snapshot, row.map(|row| OfferView::new(row, &beside)), "offer", id)
}
