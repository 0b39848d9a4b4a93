//! Table `filing_bonds`.

use domain::{FilingBondSet, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &FilingBondSet)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into filing_bonds (
          block_number, log_index, filing_bond
        )
        select
          block_number, log_index, filing_bond::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::text[]
        ) as fact (
          block_number, log_index, filing_bond
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.filing_bond.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
