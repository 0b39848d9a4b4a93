//! Table `arbitrator_policies`.

use domain::{ArbitratorPolicySet, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    facts: &[(LogRef, &ArbitratorPolicySet)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into arbitrator_policies (
          block_number, log_index, arbitrator, final_rulings
        )
        select
          block_number, log_index, arbitrator, final_rulings
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::boolean[]
        ) as fact (
          block_number, log_index, arbitrator, final_rulings
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.arbitrator.to_vec()),
        &column(facts, |e| e.final_rulings),
    )
    .execute(conn)
    .await?;
    Ok(())
}
