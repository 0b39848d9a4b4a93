//! `GET /v1/contents`

use axum::{Json, extract::State};
use store::{
    Snapshot,
    read::{self, ContentFilter},
};

use super::ContentView;
use crate::{
    answer::List,
    error::{ApiError, Problem},
    paging::Paging,
    params::{FromParams, Params, Query},
    state::ApiState,
};

pub(crate) struct Asked {
    filter: ContentFilter,
    paging: Paging,
}

impl FromParams for Asked {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        let filter = ContentFilter { creator: params.address("creator")?, status: params.id("state")? };
        Ok(Self { filter, paging: Paging::take(params)? })
    }
}

/// Registered content, newest first.
#[utoipa::path(
    get, path = "/v1/contents", tag = "contents",
    operation_id = "list_contents",
    params(
        ("creator" = Option<String>, Query, description = "Owned by this address now"),
        ("state" = Option<String>, Query, description = "`active`, `suspended` or `retired`"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<ContentView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(asked): Query<Asked>,
) -> Result<Json<List<ContentView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let rows = read::contents(snapshot.conn(), &asked.filter, asked.paging.page()).await?;
    asked.paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), ContentView::from)
}
