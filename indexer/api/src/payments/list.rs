//! `GET /v1/payments`

use axum::{Json, extract::State};
use store::{
    Snapshot,
    read::{self, PaymentFilter},
};

use super::PaymentView;
use crate::{
    answer::List,
    error::{ApiError, Problem},
    paging::Paging,
    params::{FromParams, Params, Query},
    state::ApiState,
};

pub(crate) struct Asked {
    filter: PaymentFilter,
    paging: Paging,
}

impl FromParams for Asked {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        let filter = PaymentFilter {
            license_id: params.id("license_id")?,
            payer: params.address("payer")?,
            state: params.id("state")?,
            frozen: params.parse("frozen", "true or false")?,
        };
        Ok(Self { filter, paging: Paging::take(params)? })
    }
}

/// Payments, newest first.
#[utoipa::path(
    get, path = "/v1/payments", tag = "payments",
    operation_id = "list_payments",
    params(
        ("license_id" = Option<String>, Query, description = "For this license"),
        ("payer" = Option<String>, Query, description = "Paid by this address"),
        ("state" = Option<String>, Query, description = "`held`, `delivered`, `closed` or `refunded`"),
        ("frozen" = Option<bool>, Query, description = "Whether a dispute stops it"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<PaymentView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    Query(asked): Query<Asked>,
) -> Result<Json<List<PaymentView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let rows = read::payments(snapshot.conn(), &asked.filter, asked.paging.page()).await?;
    let splits: Vec<_> = rows.iter().map(|row| row.split_id).collect();
    let payees = read::payees(snapshot.conn(), &splits).await?;
    asked.paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), |row| PaymentView::new(row, &payees))
}
