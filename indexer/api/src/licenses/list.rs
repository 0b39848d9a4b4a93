//! `GET /v1/licenses`

use axum::{Json, extract::State};
use store::{
    Snapshot,
    read::{self, LicenseFilter},
};

use super::LicenseView;
use crate::{
    answer::List,
    error::{ApiError, Problem},
    paging::Paging,
    params::{FromParams, Params, Query},
    state::ApiState,
};

pub(crate) struct Asked {
    filter: LicenseFilter,
    paging: Paging,
}

impl FromParams for Asked {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        let filter = LicenseFilter {
            content_id: params.id("content_id")?,
            offer_id: params.id("offer_id")?,
            licensee: params.address("licensee")?,
            owner: params.address("owner")?,
        };
        Ok(Self { filter, paging: Paging::take(params)? })
    }
}

/// Licenses, newest first.
#[utoipa::path(
    get, path = "/v1/licenses", tag = "licenses",
    operation_id = "list_licenses",
    params(
        ("content_id" = Option<String>, Query, description = "For this content"),
        ("offer_id" = Option<String>, Query, description = "Bought from this offer"),
        ("licensee" = Option<String>, Query, description = "Bought for this address"),
        ("owner" = Option<String>, Query, description = "Owned by this address now"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<LicenseView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(asked): Query<Asked>,
) -> Result<Json<List<LicenseView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let rows = read::licenses(snapshot.conn(), &asked.filter, asked.paging.page()).await?;
    asked.paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), |row| row.into())
}
