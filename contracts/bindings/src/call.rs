//! One builder per function that changes state, by contract. A [`Call`] is not sent by building it.

mod calldata;
mod disputes;
mod escrow;
mod licenses;
mod operator;
mod registry;
mod usage;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use domain::Amount;

pub use calldata::{compliance_statements_in, usage_batches_in};
pub use licenses::{Order, SealedKey};
pub use operator::Operation;
pub use registry::{Edition, Registration};
pub use usage::{ComplianceStatement, SignedHead, UsageBatch};

use crate::{abi::DevToken, deployment::Deployment};

/// A Groth16 proof in the order of EIP-197: A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y.
pub type ProofWords = [U256; 8];

/// A transaction that was not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contract.
    pub to: Address,
    /// Wei.
    pub value: U256,
    /// ABI-encoded function and arguments.
    pub input: Bytes,
    /// What it does, for people: `buy a license`.
    pub label: &'static str,
}

impl Call {
    fn new(to: Address, label: &'static str, call: &impl SolCall) -> Self {
        Self { to, value: U256::ZERO, input: call.abi_encode().into(), label }
    }

    /// The same call with ETH.
    #[must_use]
    pub fn with_value(mut self, wei: Amount) -> Self {
        self.value = wei.0;
        self
    }
}

impl Deployment {
    /// Mints development money for an account, where there is some. Anyone may send it.
    #[must_use]
    pub fn mint_dev_token(&self, account: Address, amount: Amount) -> Option<Call> {
        let call = DevToken::mintCall { account, amount: amount.0 };
        self.dev_token.map(|token| Call::new(token, "mint development money", &call))
    }
}
