//! `GET /v1/offers/{offer_id}/standing`

use axum::{Json, extract::State};
use domain::OfferId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, OfferState},
};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, block},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// How an offer id stands. Also for offers that were signed off-chain and not used yet, whose terms the chain does not
/// know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfferStanding)]
pub(crate) struct StandingView {
    /// The id.
    offer_id: String,
    /// `unused`: neither set, bought from nor closed. `closed` also for a signature that was cancelled before any use.
    #[schema(pattern = "^(unused|open|closed|outdated)$")]
    state: &'static str,
    /// Licenses sold.
    sold: String,
    /// Where its terms became known; null: nowhere yet.
    set_in_block: Option<u64>,
}

/// How an offer id stands, whether or not its terms are known.
#[utoipa::path(
    get, path = "/v1/offers/{offer_id}/standing", tag = "offers",
    operation_id = "get_offer_standing",
    params(("offer_id" = String, Path, description = "A whole number")),
    responses(
        (status = 200, body = Answer<StandingView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn standing(
    State(state): State<ApiState>,
    Id(id): Id<OfferId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<StandingView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let standing = read::offer_standing(snapshot.conn(), id).await?;
    let data = StandingView {
        offer_id: id.to_string(),
        state: standing.state.map_or("unused", OfferState::as_str),
        sold: standing.sold.to_string(),
        set_in_block: standing.set_in_block,
    };
    Ok(Json(Answer { block: block(&snapshot)?, data }))
}
