//! Table `payment_freezes`.

use domain::{LogRef, PaymentFrozen};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentFrozen)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_freezes (
          block_number, log_index, payment_id, dispute_id, frozen_at
        )
        select
          block_number, log_index, payment_id, dispute_id, to_timestamp(frozen_at)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]
        ) as fact (
          block_number, log_index, payment_id, dispute_id, frozen_at
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_freezes.payment_id", e.payment_id.0))?,
        &try_column(facts, |e| number("payment_freezes.dispute_id", e.dispute_id.0))?,
        &try_column(facts, |e| number("payment_freezes.frozen_at", e.frozen_at))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
