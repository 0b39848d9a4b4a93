//! Table `payment_deliveries`.

use domain::{LogRef, PaymentDelivered};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentDelivered)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_deliveries (
          block_number, log_index, payment_id, releasable_at
        )
        select
          block_number, log_index, payment_id, to_timestamp(releasable_at)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]
        ) as fact (
          block_number, log_index, payment_id, releasable_at
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_deliveries.payment_id", e.payment_id.0))?,
        &try_column(facts, |e| number("payment_deliveries.releasable_at", e.releasable_at))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
