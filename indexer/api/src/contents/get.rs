//! `GET /v1/contents/{content_id}`

use axum::{Json, extract::State};
use domain::ContentId;
use store::{Snapshot, read};

use super::ContentView;
use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// One content.
#[utoipa::path(
    get, path = "/v1/contents/{content_id}", tag = "contents",
    operation_id = "get_content",
    params(("content_id" = String, Path, description = "0x and 64 hex digits")),
    responses(
        (status = 200, body = Answer<ContentView>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ContentId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<ContentView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::content(snapshot.conn(), id).await?;
    found(&snapshot, row.map(ContentView::from), "content", id)
}
