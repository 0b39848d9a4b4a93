//! `GET /v1/payments/{payment_id}/movements`

use axum::{Json, extract::State};
use domain::PaymentId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, PaymentMovement},
};
use utoipa::ToSchema;

use crate::{
    answer::{List, exists},
    error::{ApiError, Problem},
    paging::Paging,
    params::{Id, Query},
    state::ApiState,
};

/// Something that happened to a payment's money or deadline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Movement)]
pub(crate) struct MovementView {
    /// What happened.
    #[schema(pattern = "^(held|topped_up|deadline_moved|released|refunded)$")]
    movement: String,
    /// What amounts are counted in: an ERC-20, or the zero address for ETH.
    token: String,
    /// Base units that moved, fee included; 0: only the deadline did.
    amount: String,
    /// Base units of the fee in it.
    fee: String,
    /// The deadline that it set, unix seconds; 0: none.
    deadline: u64,
    /// Where it happened.
    block_number: u64,
}

/// What moved into and out of one payment, newest first.
#[utoipa::path(
    get, path = "/v1/payments/{payment_id}/movements", tag = "payments",
    operation_id = "list_payment_movements",
    params(
        ("payment_id" = String, Path, description = "A whole number"),
        ("limit" = Option<u32>, Query, description = "At most this many, 1 to 200; 50 unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the part before"),
    ),
    responses(
        (status = 200, body = List<MovementView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn movements(
    State(state): State<ApiState>,
    Id(id): Id<PaymentId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<MovementView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let known = read::payment(snapshot.conn(), id).await?;
    exists(&snapshot, known, "payment", id)?;
    let rows = read::payment_movements(snapshot.conn(), id, paging.page()).await?;
    paging.list(&snapshot, rows, |row| (row.block_number, row.log_index), MovementView::from)
}

impl From<PaymentMovement> for MovementView {
    fn from(row: PaymentMovement) -> Self {
        Self {
            movement: row.movement,
            token: row.token.0.to_string(),
            amount: row.amount.to_string(),
            fee: row.fee.to_string(),
            deadline: row.deadline,
            block_number: row.block_number,
        }
    }
}
