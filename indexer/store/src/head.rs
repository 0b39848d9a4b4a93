//! Table `observed_head`: how far the chain is, as the writer sees it.

use alloy_primitives::B256;
use sqlx::PgConnection;

use crate::{columns::number, error::StoreError};

/// Notes the chain's head, and that the writer works.
pub async fn observe_head(conn: &mut PgConnection, at: u64, hash: B256) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into observed_head (number, hash, seen_at, halted) values ($1, $2, now(), null)
        on conflict (singleton) do update set number = excluded.number, hash = excluded.hash, seen_at = now(), halted = null
        "#,
        number("observed_head.number", at)?,
        hash.as_slice(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes why the writer gave up, for readers to tell.
pub async fn set_halted(conn: &mut PgConnection, reason: &str) -> Result<(), StoreError> {
    sqlx::query!("update observed_head set halted = $1", crate::columns::text(reason)).execute(conn).await?;
    Ok(())
}
