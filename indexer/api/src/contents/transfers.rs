//! `GET /v1/contents/{content_id}/transfers`

use axum::{Json, extract::State};
use domain::ContentId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, ContentTransfer},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    state::ApiState,
};

/// One change of content's owner.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContentTransfer)]
pub(crate) struct TransferView {
    /// Who owned it.
    from: String,
    /// Who owns it from then on.
    to: String,
    /// Counts the changes.
    generation: u16,
    /// Where it happened.
    block_number: u64,
}

/// Changes of one content's owner, newest first.
#[utoipa::path(
    get, path = "/v1/contents/{content_id}/transfers", tag = "contents",
    operation_id = "list_content_transfers",
    params(
        ("content_id" = String, Path, description = "0x and 64 hex digits"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<TransferView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn transfers(
    State(state): State<ApiState>,
    Id(id): Id<ContentId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TransferView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::content(snapshot.conn(), id).await?;
    exists(&snapshot, known, "content", id)?;
    let rows = read::content_transfers(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), TransferView::from)
}

impl From<ContentTransfer> for TransferView {
    fn from(row: ContentTransfer) -> Self {
        Self {
            from: row.from.to_string(),
            to: row.to.to_string(),
            generation: row.generation,
            block_number: row.block_number,
        }
    }
}
