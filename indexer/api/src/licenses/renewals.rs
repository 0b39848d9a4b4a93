//! `GET /v1/licenses/{license_id}/renewals`

use axum::{Json, extract::State};
use domain::LicenseId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, LicenseRenewal},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    state::ApiState,
};

/// Periods that were added to a license.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Renewal)]
pub(crate) struct RenewalView {
    /// Holds their price: the first payment, topped up, or one of its own.
    payment_id: String,
    /// Paid for in all, after it.
    periods: u16,
    /// Metered units included in all, after it; 0: not limited.
    units: String,
    /// Unix seconds, after it.
    expires_at: u64,
    /// Where it happened.
    block_number: u64,
}

/// Renewals of one license, newest first.
#[utoipa::path(
    get, path = "/v1/licenses/{license_id}/renewals", tag = "licenses",
    operation_id = "list_license_renewals",
    params(
        ("license_id" = String, Path, description = "The ERC-721 token id"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<RenewalView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn renewals(
    State(state): State<ApiState>,
    Id(id): Id<LicenseId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<RenewalView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::license(snapshot.conn(), id).await?;
    exists(&snapshot, known, "license", id)?;
    let rows = read::license_renewals(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), RenewalView::from)
}

impl From<LicenseRenewal> for RenewalView {
    fn from(row: LicenseRenewal) -> Self {
        Self {
            payment_id: row.payment_id.to_string(),
            periods: row.periods,
            units: row.units.to_string(),
            expires_at: row.expires_at,
            block_number: row.block_number,
        }
    }
}
