//! Table `payment_unfreezes`.

use domain::{LogRef, PaymentUnfrozen};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentUnfrozen)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_unfreezes (
          block_number, log_index, payment_id, dispute_id, paused_secs
        )
        select
          block_number, log_index, payment_id, dispute_id, paused_secs::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]
        ) as fact (
          block_number, log_index, payment_id, dispute_id, paused_secs
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_unfreezes.payment_id", e.payment_id.0))?,
        &try_column(facts, |e| number("payment_unfreezes.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.paused_secs.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
