//! Who shares payments.

use std::collections::HashMap;

use domain::{Payee, SplitId};
use sqlx::PgConnection;

use crate::{
    columns::{Account, key},
    error::StoreError,
};

/// The payees of each of `ids`, in order.
pub async fn payees(conn: &mut PgConnection, ids: &[SplitId]) -> Result<HashMap<SplitId, Vec<Payee>>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| key(id.0)).collect();
    let rows = sqlx::query!(
        r#"
        select split_id as "split_id: crate::columns::Number", account as "account: Account", share_bps
        from splits where split_id = any($1) order by split_id, position
        "#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let mut splits: HashMap<SplitId, Vec<Payee>> = HashMap::new();
    for row in rows {
        let share_bps = u16::try_from(row.share_bps).map_err(|error| sqlx::Error::Decode(error.into()))?;
        splits.entry(row.split_id.into()).or_default().push(Payee { account: row.account.0, share_bps });
    }
    Ok(splits)
}
