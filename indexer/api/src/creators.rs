//! `GET /v1/creators/{account}`

use alloy_primitives::Address;
use axum::{Json, extract::State};
use serde::Serialize;
use store::{Snapshot, read};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, block},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// How well a creator is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Creator)]
pub(crate) struct CreatorView {
    /// The creator.
    creator: String,
    /// 0 unknown to 4 audited.
    level: u16,
    /// Who said so; null: nobody said anything, which is level 0.
    attester: Option<String>,
    /// Where it was said; null: nowhere.
    set_in_block: Option<u64>,
}

/// How well a creator is known, as the attester said last.
#[utoipa::path(
    get, path = "/v1/creators/{account}", tag = "creators",
    operation_id = "get_creator",
    params(("account" = String, Path, description = "Address")),
    responses(
        (status = 200, body = Answer<CreatorView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(account): Id<Address>,
    Query(()): Query<()>,
) -> Result<Json<Answer<CreatorView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let said = read::creator_level(snapshot.conn(), account).await?;
    let data = CreatorView {
        creator: account.to_string(),
        level: said.map_or(0, |said| said.level),
        attester: said.map(|said| said.attester.to_string()),
        set_in_block: said.map(|said| said.block_number),
    };
    Ok(Json(Answer { block: block(&snapshot)?, data }))
}
