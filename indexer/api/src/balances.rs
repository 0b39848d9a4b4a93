//! `GET /v1/balances/{account}`

use alloy_primitives::Address;
use axum::{Json, extract::State};
use serde::Serialize;
use store::{Snapshot, read};
use utoipa::ToSchema;

use crate::{
    answer::{List, block},
    error::{ApiError, Problem},
    paging::{bad_cursor, take_limit},
    params::{FromParams, Id, Params, Query},
    state::ApiState,
};

/// What an account may withdraw of one token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub(crate) struct BalanceView {
    /// An ERC-20, or the zero address for ETH.
    token: String,
    /// Base units.
    balance: String,
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

/// What an account may withdraw, by token. Tokens that were withdrawn entirely are listed with 0.
#[utoipa::path(
    get, path = "/v1/balances/{account}", tag = "balances",
    operation_id = "list_balances",
    params(
        ("account" = String, Path, description = "Address"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<BalanceView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn balances(
    State(state): State<ApiState>,
    Id(account): Id<Address>,
    Query(part): Query<Part>,
) -> Result<Json<List<BalanceView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let after = part.after.map(domain::Token);
    let mut rows = read::balances(snapshot.conn(), account, after, part.limit + 1).await?;
    let more = rows.len() > part.limit as usize;
    rows.truncate(part.limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|last| last.token.0.to_string());
    let data = rows
        .into_iter()
        .map(|row| BalanceView { token: row.token.0.to_string(), balance: row.balance.to_string() })
        .collect();
    Ok(Json(List { block: block(&snapshot)?, data, next_cursor }))
}
