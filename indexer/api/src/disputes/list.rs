//! `GET /v1/disputes`

use axum::{Json, extract::State};
use store::{
    Snapshot,
    read::{self, DisputeFilter},
};

use super::DisputeView;
use crate::{
    answer::List,
    error::{ApiError, Problem},
    paging::Paging,
    params::{FromParams, Params, Query},
    state::ApiState,
};

pub(crate) struct Asked {
    filter: DisputeFilter,
    paging: Paging,
}

impl FromParams for Asked {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        let filter = DisputeFilter {
            license_id: params.id("license_id")?,
            filer: params.address("filer")?,
            state: params.id("state")?,
        };
        Ok(Self { filter, paging: Paging::take(params)? })
    }
}

/// Disputes, newest first.
#[utoipa::path(
    get, path = "/v1/disputes", tag = "disputes",
    operation_id = "list_disputes",
    params(
        ("license_id" = Option<String>, Query, description = "About this license"),
        ("filer" = Option<String>, Query, description = "Filed by this address"),
        ("state" = Option<String>, Query, description = "`filed`, `escalated`, `ruled`, `appealed` or `executed`"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<DisputeView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(asked): Query<Asked>,
) -> Result<Json<List<DisputeView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let rows = read::disputes(snapshot.conn(), &asked.filter, asked.paging.page()).await?;
    asked.paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), |row| row.into())
}
