//! `GET /v1/contents/{content_id}/meters`

use axum::{Json, extract::State};
use domain::ContentId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, ContentMeter},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    state::ApiState,
};

/// From when on a meter serves newly sold licenses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContentMeter)]
pub(crate) struct ContentMeterView {
    /// The version of its keys.
    meter_id: String,
    /// Where it was named.
    since_block: u64,
}

/// Meters of one content, newest first; the last is that of its registration.
#[utoipa::path(
    get, path = "/v1/contents/{content_id}/meters", tag = "contents",
    operation_id = "list_content_meters",
    params(
        ("content_id" = String, Path, description = "0x and 64 hex digits"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<ContentMeterView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn meters(
    State(state): State<ApiState>,
    Id(id): Id<ContentId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ContentMeterView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::content(snapshot.conn(), id).await?;
    exists(&snapshot, known, "content", id)?;
    let rows = read::content_meters(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), ContentMeterView::from)
}

impl From<ContentMeter> for ContentMeterView {
    fn from(row: ContentMeter) -> Self {
        Self { meter_id: row.meter_id.to_string(), since_block: row.block_number }
    }
}
