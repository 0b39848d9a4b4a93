//! That the log tells of this statement, and that the transaction brought this proof.

use alloy::primitives::{Address, B256, U256};
use contracts::{Addresses, compliance_statements_in, decode_raw, usage_batches_in};
use domain::{ChainEvent, ComplianceProved, UsageProved};

use super::{
    check::same,
    error::BundleError,
    format::{Bundle, ComplianceClaim, Statement, UsageClaim},
};

impl Bundle {
    /// That every number of the bundle that the log holds is the log's.
    pub(super) fn check_log_says(&self) -> Result<(), BundleError> {
        same("tracker", self.tracker, "log.address", self.log.address)?;
        let event = decode_raw(&only(self.tracker), self.log.address, &self.log.topics, &self.log.data)
            .map_err(|error| BundleError::Undecodable { field: "log", problem: error.problem.to_string() })?;
        match (&self.statement, event) {
            (Statement::Usage(claim), Some(ChainEvent::UsageProved(event))) => self.check_usage(claim, &event),
            (Statement::Compliance(claim), Some(ChainEvent::ComplianceProved(event))) => {
                self.check_compliance(claim, &event)
            }
            _ => Err(BundleError::OtherEvent),
        }
    }

    fn check_usage(&self, claim: &UsageClaim, event: &UsageProved) -> Result<(), BundleError> {
        self.check_place(event.license_id.0, event.content_id.0, event.ctx.0, event.lane, event.epoch)?;
        let at = |name: &str| format!("statement.usage.{name}");
        same(at("head_before"), Hex(claim.head_before), LOG, Hex(event.head_before))?;
        same(at("head_after"), Hex(claim.head_after), LOG, Hex(event.head_after))?;
        same(at("window_start"), claim.window_start, LOG, event.window_start)?;
        same(at("window_end"), claim.window_end, LOG, event.window_end)?;
        same(at("units"), claim.units, LOG, event.units)?;
        same(at("proved_total"), claim.proved_total, LOG, event.proved_total)?;
        same(at("settled_total"), claim.settled_total, LOG, event.settled_total)?;
        same(at("settled_units"), claim.settled_units, LOG, event.settled_units)
    }

    fn check_compliance(&self, claim: &ComplianceClaim, event: &ComplianceProved) -> Result<(), BundleError> {
        self.check_place(event.license_id.0, event.content_id.0, event.ctx.0, event.lane, event.epoch)?;
        let at = |name: &str| format!("statement.compliance.{name}");
        same(at("head"), Hex(claim.head), LOG, Hex(event.head))?;
        same(at("as_of"), claim.as_of, LOG, event.as_of)?;
        same(at("max_allowed"), claim.max_allowed, LOG, event.max_allowed)
    }

    fn check_place(
        &self,
        license_id: u64,
        content_id: B256,
        ctx: U256,
        lane: u32,
        epoch: u32,
    ) -> Result<(), BundleError> {
        same("license.id", self.license.id, LOG, license_id)?;
        same("license.content_id", self.license.content_id, LOG, content_id)?;
        same("license.epoch", self.license.epoch, LOG, epoch)?;
        same("lane", self.lane, LOG, lane)?;
        same("ctx", Hex(self.ctx), LOG, Hex(ctx))
    }

    /// That the proof is the one that the chain verified, where the transaction's calldata shows it. A contract may
    /// have sent the settlement without having been given it; then the proof stands by itself.
    pub(super) fn check_calldata(&self, calldata: &[u8]) -> Result<(), BundleError> {
        let all = self.sent(calldata);
        let Some(first) = all.first() else { return Ok(()) };
        let sent = all.iter().find(|sent| sent.proof == self.proof).unwrap_or(first);
        for (i, (found, expected)) in self.proof.iter().zip(&sent.proof).enumerate() {
            same(format!("proof[{i}]"), Hex(*found), TRANSACTION, Hex(*expected))?;
        }
        match (&self.statement, sent.capacity) {
            (Statement::Usage(claim), Some(capacity)) => {
                same("statement.usage.capacity", u16::from(claim.capacity), TRANSACTION, capacity)
            }
            _ => Ok(()),
        }
    }

    /// The proofs of this statement that calldata holds.
    pub(super) fn sent(&self, calldata: &[u8]) -> Vec<Sent> {
        let place = (self.license.id, self.lane, self.license.epoch);
        match &self.statement {
            Statement::Usage(claim) => usage_batches_in(calldata)
                .into_iter()
                .filter(|sent| {
                    (sent.license_id.0, sent.lane, sent.epoch) == place
                        && (sent.head_after, sent.units) == (claim.head_after, claim.units)
                        && (sent.window_start, sent.window_end) == (claim.window_start, claim.window_end)
                })
                .map(|sent| Sent { capacity: Some(sent.capacity), proof: sent.proof })
                .collect(),
            Statement::Compliance(claim) => compliance_statements_in(calldata)
                .into_iter()
                .filter(|sent| {
                    (sent.license_id.0, sent.lane, sent.epoch) == place
                        && (sent.head, sent.as_of, sent.max_allowed) == (claim.head, claim.as_of, claim.max_allowed)
                })
                .map(|sent| Sent { capacity: None, proof: sent.proof })
                .collect(),
        }
    }
}

/// A proof in calldata.
pub(super) struct Sent {
    /// Events that its circuit holds, if there are circuits of several sizes.
    pub(super) capacity: Option<u16>,
    pub(super) proof: [U256; 8],
}

const TRANSACTION: &str = "transaction.envelope";
const LOG: &str = "log";

/// Numbers of circuits are known by their hexadecimal digits.
struct Hex(U256);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// The tracker alone: a bundle has logs of no other contract.
const fn only(tracker: Address) -> Addresses {
    let nobody = Address::ZERO;
    Addresses {
        registry: nobody,
        licenses: nobody,
        escrow: nobody,
        usage: tracker,
        disputes: nobody,
        verifier_sets: nobody,
    }
}
