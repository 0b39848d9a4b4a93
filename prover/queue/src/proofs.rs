//! Proofs, in the order in which they settle.

use alloy_primitives::U256;
use domain::LicenseId;
use groth16::Proof;
use statement::usage::{Capacity, PublicInputs};

use crate::{
    connect::Queue,
    error::QueueError,
    job::{JobId, LaneKey},
    row::{Columns, int, word},
};

/// A proof and what it proves.
#[derive(Clone, Debug, PartialEq)]
pub struct DoneProof {
    /// Its job.
    pub id: JobId,
    /// Whose.
    pub lane: LaneKey,
    /// Which circuit.
    pub capacity: Capacity,
    /// Events in it.
    pub events: u32,
    /// What it makes public.
    pub inputs: PublicInputs,
    /// The proof.
    pub proof: Proof,
    /// Milliseconds that it took.
    pub proving_ms: u64,
}

impl Queue {
    /// The proof that goes on from a head, if it is done. From the chain's proved head on, one leads to the next.
    ///
    /// # Errors
    /// If the database fails, or what it holds is no proof. Whether the proof verifies is for the reader to check.
    pub async fn proof_from(&self, ctx: U256, head_before: U256) -> Result<Option<DoneProof>, QueueError> {
        let row = sqlx::query(
            "select id, license_id, epoch, lane, capacity, events, public_inputs, proof, coalesce(proving_ms, 0) as ms
             from proving.jobs where ctx = $1 and head_before = $2 and state = 'done'",
        )
        .bind(word(ctx))
        .bind(word(head_before))
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns::of(&row)?;
        let inputs = PublicInputs::from_array(columns.words("public_inputs")?)
            .map_err(|error| columns.damaged("public_inputs", error))?;
        if (inputs.ctx, inputs.head_before) != (ctx, head_before) {
            return Err(columns.damaged("public_inputs", "they are of another head"));
        }
        Ok(Some(DoneProof {
            id: columns.id(),
            lane: columns.lane()?,
            capacity: columns.capacity()?,
            events: columns.small("events")?,
            inputs,
            proof: Proof::from_calldata(columns.words("proof")?).map_err(|error| columns.damaged("proof", error))?,
            proving_ms: columns.number("ms")?,
        }))
    }

    /// The lanes of a license that have jobs, with their contexts.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn lanes(&self, license_id: LicenseId) -> Result<Vec<(LaneKey, U256)>, QueueError> {
        let rows = sqlx::query(
            "select min(id) as id, license_id, epoch, lane, ctx from proving.jobs where license_id = $1
             group by license_id, epoch, lane, ctx order by epoch, lane",
        )
        .bind(int("license_id", license_id.0)?)
        .fetch_all(&self.pool)
        .await?;
        let read = |row| {
            let columns = Columns::of(row)?;
            Ok((columns.lane()?, columns.word("ctx")?))
        };
        rows.iter().map(read).collect()
    }
}
