//! Table `profiles`.

use domain::{LogRef, ProfilePublished};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &ProfilePublished)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into profiles (
          block_number, log_index, profile_id, owner, key_x, key_y, commitment, session_key
        )
        select
          block_number, log_index, profile_id, owner, key_x, key_y, commitment, session_key
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
          $8::bytea[]
        ) as fact (
          block_number, log_index, profile_id, owner, key_x, key_y, commitment, session_key
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("profiles.profile_id", e.profile_id.0))?,
        &column(facts, |e| e.owner.to_vec()),
        &column(facts, |e| word(e.key_x)),
        &column(facts, |e| word(e.key_y)),
        &column(facts, |e| word(e.commitment)),
        &column(facts, |e| e.session_key.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
