//! `GET /v1/contents/{content_id}/versions`

use axum::{Json, extract::State};
use domain::ContentId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, ContentVersion},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    render,
    state::ApiState,
};

/// One version of content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContentVersion)]
pub(crate) struct VersionView {
    /// Counts them; the first is 0.
    version: u16,
    /// SHA-256 of the plaintext.
    content_hash: String,
    /// CIDv1 of what is stored: the ciphertext.
    cid: String,
    /// Poseidon of the content key's two limbs.
    key_commitment: String,
    /// CIDv1 of the Croissant metadata.
    metadata_cid: String,
    /// Where it was published.
    published_in_block: u64,
}

/// Versions of one content, newest first.
#[utoipa::path(
    get, path = "/v1/contents/{content_id}/versions", tag = "contents",
    operation_id = "list_content_versions",
    params(
        ("content_id" = String, Path, description = "0x and 64 hex digits"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<VersionView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn versions(
    State(state): State<ApiState>,
    Id(id): Id<ContentId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<VersionView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::content(snapshot.conn(), id).await?;
    exists(&snapshot, known, "content", id)?;
    let rows = read::content_versions(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), VersionView::from)
}

impl From<ContentVersion> for VersionView {
    fn from(row: ContentVersion) -> Self {
        Self {
            version: row.version,
            content_hash: row.content_hash.to_string(),
            cid: render::cid(&row.cid),
            key_commitment: render::word(row.key_commitment),
            metadata_cid: render::cid(&row.metadata_cid),
            published_in_block: row.block_number,
        }
    }
}
