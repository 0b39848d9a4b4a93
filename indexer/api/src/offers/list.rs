//! `GET /v1/offers`

use axum::{Json, extract::State};
use store::{
    Snapshot,
    read::{self, OfferFilter},
};

use super::{Beside, OfferView};
use crate::{
    answer::List,
    error::{ApiError, Problem},
    paging::Paging,
    params::{FromParams, Params, Query},
    state::ApiState,
};

pub(crate) struct Asked {
    filter: OfferFilter,
    paging: Paging,
}

impl FromParams for Asked {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        let filter = OfferFilter {
            creator: params.address("creator")?,
            content_id: params.id("content_id")?,
            state: params.id("state")?,
        };
        Ok(Self { filter, paging: Paging::take(params)? })
    }
}

/// Offers, newest first.
#[utoipa::path(
    get, path = "/v1/offers", tag = "offers",
    operation_id = "list_offers",
    params(
        ("creator" = Option<String>, Query, description = "Offered by this address"),
        ("content_id" = Option<String>, Query, description = "For this content"),
        ("state" = Option<String>, Query, description = "`open`, `closed` or `outdated`"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<OfferView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(asked): Query<Asked>,
) -> Result<Json<List<OfferView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let rows = read::offers(snapshot.conn(), &asked.filter, asked.paging.page()).await?;
    let beside = Beside::read(snapshot.conn(), &rows).await?;
    asked.paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), |row| OfferView::new(row, &beside))
}
