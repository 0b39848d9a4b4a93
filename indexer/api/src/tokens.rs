//! `GET /v1/tokens`

use alloy_primitives::Address;
use axum::{Json, extract::State};
use serde::Serialize;
use store::{Snapshot, read};
use utoipa::ToSchema;

use crate::{
    answer::{List, block},
    error::{ApiError, Problem},
    paging::{bad_cursor, take_limit},
    params::{FromParams, Params, Query},
    state::ApiState,
};

/// A token that the escrow knows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenView {
    /// An ERC-20, or the zero address for ETH.
    token: String,
    /// The escrow's number of it.
    token_id: u16,
    /// Whether new payments are taken in it. Payments already held are untouched.
    open: bool,
    /// Where that was said last.
    set_in_block: u64,
}

pub(crate) struct Part {
    limit: u32,
    after: Option<Address>,
}

impl FromParams for Part {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        let limit = take_limit(params)?;
        let after = params.take("cursor").map(|text| text.parse().map_err(|_| bad_cursor())).transpose()?;
        Ok(Self { limit, after })
    }
}

/// Tokens that the escrow takes or took, by address.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "policy",
    operation_id = "list_tokens",
    params(
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<TokenView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(part): Query<Part>,
) -> Result<Json<List<TokenView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let after = part.after.map(domain::Token);
    let mut rows = read::tokens(snapshot.conn(), after, part.limit + 1).await?;
    let more = rows.len() > part.limit as usize;
    rows.truncate(part.limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|last| last.token.0.to_string());
    let view = |row: read::ListedToken| TokenView {
        token: row.token.0.to_string(),
        token_id: row.token_id,
        open: row.open,
        set_in_block: row.block_number,
    };
    Ok(Json(List { block: block(&snapshot)?, data: rows.into_iter().map(view).collect(), next_cursor }))
}
