//! Events of the verifiers' versions.

use domain::{ChainEvent, VerifierSetAdded};

use super::{DecodeProblem, RawLog};
use crate::abi::VerifierSets as V;

pub(super) fn event(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<V::VerifierSetAdded>()? {
        return Ok(Some(
            VerifierSetAdded {
                version: e.version,
                usage: e.set.usage,
                usage_batch: e.set.usageBatch,
                usage_long: e.set.usageLong,
                usage_long_batch: e.set.usageLongBatch,
                key_delivery: e.set.keyDelivery,
                compliance: e.set.compliance,
                keys_hash: e.keysHash,
            }
            .into(),
        ));
    }
    Ok(None)
}
