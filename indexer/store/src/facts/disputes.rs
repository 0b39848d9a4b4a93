//! Table `disputes`.

use domain::{DisputeFiled, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &DisputeFiled)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into disputes (
          block_number, log_index, dispute_id, license_id, filer, payment_id, kind, respondent, arbitrator,
          appeal_arbitrator, bond, deadline, evidence_cid
        )
        select
          block_number, log_index, dispute_id, license_id, filer, payment_id, kind, respondent, arbitrator,
          appeal_arbitrator, bond::numeric, to_timestamp(deadline), evidence_cid
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bigint[], $7::text[],
          $8::bytea[], $9::bytea[], $10::bytea[], $11::text[], $12::bigint[], $13::bytea[]
        ) as fact (
          block_number, log_index, dispute_id, license_id, filer, payment_id, kind, respondent, arbitrator,
          appeal_arbitrator, bond, deadline, evidence_cid
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("disputes.dispute_id", e.dispute_id.0))?,
        &try_column(facts, |e| number("disputes.license_id", e.license_id.0))?,
        &column(facts, |e| e.filer.to_vec()),
        &try_column(facts, |e| number("disputes.payment_id", e.payment_id.0))?,
        &column(facts, |e| e.kind.as_str().to_owned()),
        &column(facts, |e| e.respondent.to_vec()),
        &column(facts, |e| e.arbitrator.to_vec()),
        &column(facts, |e| e.appeal_arbitrator.to_vec()),
        &column(facts, |e| e.bond.to_string()),
        &try_column(facts, |e| number("disputes.deadline", e.deadline))?,
        &column(facts, |e| e.evidence_cid.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
