//! Meters of content.

use domain::{ContentId, MeterId};
use sqlx::PgConnection;

use super::Page;
use crate::{columns::Number, error::StoreError};

/// From when on a meter serves newly sold licenses.
#[derive(Clone, Debug)]
pub struct ContentMeter {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// The version of its keys.
    pub meter_id: MeterId,
}

/// Meters of content, newest first; the last is that of its registration.
pub async fn content_meters(
    conn: &mut PgConnection,
    id: ContentId,
    page: Page,
) -> Result<Vec<ContentMeter>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        ContentMeter,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          meter_id as "meter_id!: Number"
        from (
          select block_number, log_index, content_id, meter_id from contents
          union all
          select block_number, log_index, content_id, meter_id from content_meters
        ) m where content_id = $1 and (block_number, log_index) < ($2, $3)
        order by block_number desc, log_index desc limit $4
        "#,
        id.0.as_slice(),
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
