//! Table `bond_payouts`.

use domain::{BondPaid, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &BondPaid)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into bond_payouts (
          block_number, log_index, dispute_id, recipient, token, amount
        )
        select
          block_number, log_index, dispute_id, recipient, token, amount::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[]
        ) as fact (
          block_number, log_index, dispute_id, recipient, token, amount
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("bond_payouts.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.recipient.to_vec()),
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.amount.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
