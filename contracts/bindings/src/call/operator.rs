//! What the operator does: at once where it owns the contracts, else through the timelock.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolValue,
};

use super::Call;
use crate::{
    abi::{ContentRegistry, TimelockController as T, VerifierSets as V},
    deployment::{Addresses, Deployment},
};

/// Some acts of the operator that happen together, after the timelock's delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    calls: Vec<Call>,
    /// Tells apart operations that do the same.
    salt: B256,
}

impl Operation {
    /// These calls, in this order, all or none.
    #[must_use]
    pub const fn of(calls: Vec<Call>, salt: B256) -> Self {
        Self { calls, salt }
    }

    /// What the timelock calls it.
    #[must_use]
    pub fn id(&self) -> B256 {
        let (targets, values, payloads) = self.parts();
        keccak256((targets, values, payloads, B256::ZERO, self.salt).abi_encode_params())
    }

    fn parts(&self) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
        let targets = self.calls.iter().map(|call| call.to).collect();
        let values = self.calls.iter().map(|call| call.value).collect();
        (targets, values, self.calls.iter().map(|call| call.input.clone()).collect())
    }
}

impl Deployment {
    /// Announces an operation, which can be executed when `delay_secs` are over; fewer than the timelock asks for are
    /// refused. `None` where there is no timelock: its owner sends the calls.
    #[must_use]
    pub fn schedule(&self, operation: &Operation, delay_secs: u64) -> Option<Call> {
        let (targets, values, payloads) = operation.parts();
        let call = T::scheduleBatchCall {
            targets,
            values,
            payloads,
            predecessor: B256::ZERO,
            salt: operation.salt,
            delay: U256::from(delay_secs),
        };
        self.timelock.map(|timelock| Call::new(timelock, "schedule the operation", &call))
    }

    /// Carries out an operation whose time has come. Anyone may send it.
    #[must_use]
    pub fn execute_scheduled(&self, operation: &Operation) -> Option<Call> {
        let (targets, values, payloads) = operation.parts();
        let call = T::executeBatchCall { targets, values, payloads, predecessor: B256::ZERO, salt: operation.salt };
        self.timelock.map(|timelock| Call::new(timelock, "execute the operation", &call))
    }

    /// Withdraws an operation that was not executed yet. The operator only.
    #[must_use]
    pub fn cancel_scheduled(&self, operation: &Operation) -> Option<Call> {
        let call = T::cancelCall { id: operation.id() };
        self.timelock.map(|timelock| Call::new(timelock, "cancel the operation", &call))
    }
}

impl Addresses {
    /// Lets the proxy at `contract` run other code from now on. Owner only.
    #[must_use]
    pub fn upgrade(&self, contract: Address, implementation: Address) -> Call {
        // The four proxies have this in common.
        let call = ContentRegistry::upgradeToAndCallCall { newImplementation: implementation, data: Bytes::new() };
        Call::new(contract, "upgrade the contract", &call)
    }

    /// Adds the verifiers that new offers pin, in the order of [`Deployment::verifiers`]. Owner only. Emits
    /// `VerifierSetAdded`.
    #[must_use]
    pub fn add_verifiers(&self, verifiers: [Address; 6], keys_hash: B256) -> Call {
        let [usage, usage_batch, usage_long, usage_long_batch, key_delivery, compliance] = verifiers;
        let set = V::VerifierSet {
            usage,
            usageBatch: usage_batch,
            usageLong: usage_long,
            usageLongBatch: usage_long_batch,
            keyDelivery: key_delivery,
            compliance,
        };
        Call::new(self.verifier_sets, "add the verifiers", &V::addCall { set, keysHash: keys_hash })
    }
}
