//! Table `splits`: one row per payee.

use domain::{LogRef, Payee, SplitCreated};
use sqlx::PgConnection;

use crate::{columns::number, error::StoreError};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &SplitCreated)]) -> Result<(), StoreError> {
    let rows: Vec<(LogRef, &SplitCreated, usize, Payee)> = facts
        .iter()
        .flat_map(|(log, split)| split.payees.iter().enumerate().map(|(place, payee)| (*log, *split, place, *payee)))
        .collect();
    sqlx::query!(
        r#"
        insert into splits (block_number, log_index, split_id, position, account, share_bps)
        select block_number, log_index, split_id, position, account, share_bps
        from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::integer[])
          as fact (block_number, log_index, split_id, position, account, share_bps)
        on conflict (block_number, log_index, position) do nothing
        "#,
        &rows.iter().map(|r| number("splits.block_number", r.0.block_number)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| number("splits.log_index", r.0.log_index)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| number("splits.split_id", r.1.split_id.0)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| number("splits.position", r.2 as u64)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| r.3.account.to_vec()).collect::<Vec<_>>(),
        &rows.iter().map(|r| i32::from(r.3.share_bps)).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
