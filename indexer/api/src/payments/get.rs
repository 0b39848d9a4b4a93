//! `GET /v1/payments/{payment_id}`

use axum::{Json, extract::State};
use domain::PaymentId;
use store::{Snapshot, read};

use super::PaymentView;
use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    state::ApiState,
};

/// One payment.
#[utoipa::path(
    get, path = "/v1/payments/{payment_id}", tag = "payments",
    operation_id = "get_payment",
    params(("payment_id" = String, Path, description = "A whole number")),
    responses(
        (status = 200, body = Answer<PaymentView>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<PaymentId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<PaymentView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::payment(snapshot.conn(), id).await?;
    let splits: Vec<_> = row.iter().map(|row| row.split_id).collect();
    let payees = read::payees(snapshot.conn(), &splits).await?;
    found(&snapshot, row.map(|row| PaymentView::new(row, &payees)), "payment", id)
}
