//! Settlement and attestations of use.

use alloy::primitives::{Bytes, U256};
use domain::LicenseId;

use super::{Call, ProofWords};
use crate::{
    abi::{
        DisputeResolution,
        UsageTracker::{
            self as U, ComplianceStatement as AbiStatement, SignedHead as AbiSignedHead, UsageBatch as AbiUsageBatch,
        },
    },
    convert,
    deployment::Addresses,
};

/// One proven range of a lane's metering chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageBatch {
    /// Which license.
    pub license_id: LicenseId,
    /// Which lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// The head that the range ends at.
    pub head_after: U256,
    /// Unix seconds.
    pub window_start: u64,
    /// Unix seconds.
    pub window_end: u64,
    /// Units in the range.
    pub units: u32,
    /// Events that the proof's circuit holds at most, 128 or 1,024.
    pub capacity: u16,
    /// Usage proof.
    pub proof: ProofWords,
}

/// A metering head and both signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// Which license.
    pub license_id: LicenseId,
    /// Which lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// Poseidon head.
    pub head: U256,
    /// When the last event happened, unix seconds.
    pub time: u64,
    /// By the session key.
    pub licensee_signature: Bytes,
    /// By the meter's signer.
    pub meter_signature: Bytes,
}

/// That a lane's total was at most `max_allowed` at `as_of`, the total itself hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplianceStatement {
    /// Which license.
    pub license_id: LicenseId,
    /// Which lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// Signed by the meter; settled or not.
    pub head: U256,
    /// When the head's last event happened, unix seconds.
    pub as_of: u64,
    /// Units.
    pub max_allowed: u64,
    /// Compliance proof.
    pub proof: ProofWords,
}

impl UsageBatch {
    fn abi(&self) -> AbiUsageBatch {
        AbiUsageBatch {
            licenseId: self.license_id.into(),
            lane: self.lane,
            epoch: self.epoch,
            headAfter: self.head_after,
            windowStart: convert::u40(self.window_start),
            windowEnd: convert::u40(self.window_end),
            units: self.units,
            capacity: self.capacity,
            proof: self.proof,
        }
    }
}

/// A signed head, for a contract whose ABI has a struct of its own for it.
macro_rules! abi_signed_head {
    ($name:ident, $($target:ident)::+) => {
        pub(super) fn $name(&self) -> $($target)::+ {
            $($target)::+ {
                licenseId: self.license_id.into(),
                lane: self.lane,
                epoch: self.epoch,
                seq: self.seq,
                total: self.total,
                head: self.head,
                time: convert::u40(self.time),
                licenseeSignature: self.licensee_signature.clone(),
                meterSignature: self.meter_signature.clone(),
            }
        }
    };
}

impl SignedHead {
    abi_signed_head!(abi, AbiSignedHead);
    abi_signed_head!(disputed, DisputeResolution::SignedHead);
}

impl Addresses {
    /// Settles a proven range. Anyone may send it. Emits `UsageProved`.
    #[must_use]
    pub fn settle_usage(&self, batch: &UsageBatch) -> Call {
        Call::new(self.usage, "settle proven use", &U::settleUsageCall { batch: batch.abi() })
    }

    /// Settles many proven ranges, whose proofs are of one capacity, with one verification, all or none. Anyone may
    /// send it. Emits a `UsageProved` each.
    #[must_use]
    pub fn settle_usage_many(&self, batches: &[UsageBatch]) -> Call {
        let call = U::settleUsageManyCall { batches: batches.iter().map(UsageBatch::abi).collect() };
        Call::new(self.usage, "settle proven use", &call)
    }

    /// Settles up to a head that both sides signed. Anyone may send it. Emits `UsageSigned`.
    #[must_use]
    pub fn settle_signed(&self, head: &SignedHead) -> Call {
        Call::new(self.usage, "settle a signed head", &U::settleSignedCall { signedHead: head.abi() })
    }

    /// Records a proven attestation. Anyone may send it. Emits `ComplianceProved`.
    #[must_use]
    pub fn prove_compliance(&self, statement: &ComplianceStatement) -> Call {
        let statement = AbiStatement {
            licenseId: statement.license_id.into(),
            lane: statement.lane,
            epoch: statement.epoch,
            head: statement.head,
            asOf: convert::u40(statement.as_of),
            maxAllowed: statement.max_allowed,
            proof: statement.proof,
        };
        Call::new(self.usage, "prove compliance", &U::proveComplianceCall { statement })
    }
}
