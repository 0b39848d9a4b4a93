//! Table `dispute_evidence`.

use domain::{EvidenceSubmitted, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &EvidenceSubmitted)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into dispute_evidence (
          block_number, log_index, dispute_id, party, evidence_cid
        )
        select
          block_number, log_index, dispute_id, party, evidence_cid
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[]
        ) as fact (
          block_number, log_index, dispute_id, party, evidence_cid
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("dispute_evidence.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.party.to_vec()),
        &column(facts, |e| e.evidence_cid.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
