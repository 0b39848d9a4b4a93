//! `GET /v1/licenses/{license_id}`

use axum::{Json, extract::State};
use domain::LicenseId;
use store::{Snapshot, read};

use super::LicenseView;
use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// One license.
#[utoipa::path(
    get, path = "/v1/licenses/{license_id}", tag = "licenses",
    operation_id = "get_license",
    params(("license_id" = String, Path, description = "The ERC-721 token id")),
    responses(
        (status = 200, body = Answer<LicenseView>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<LicenseId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<LicenseView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::license(snapshot.conn(), id).await?;
    found(&snapshot, row.map(|row| row.into()), "license", id)
}
