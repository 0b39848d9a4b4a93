//! Calls become mined transactions, once.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, TxHash, U256},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
};
use domain::{Amount, ChainEvent};

use super::Datavault;
use crate::{call::Call, decode::decode, error::ChainError};

/// A transaction that was mined and succeeded.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Receipt {
    /// The transaction.
    pub tx_hash: TxHash,
    /// Where it was mined.
    pub block_number: u64,
    /// What it burnt.
    pub gas_used: u64,
    /// What the sender paid for gas, in wei.
    pub gas_cost: Amount,
    /// What our contracts told, in order.
    pub events: Vec<ChainEvent>,
}

impl Receipt {
    /// The last event of one kind, e.g. `receipt.event::<LicenseIssued>()`.
    ///
    /// # Errors
    /// The transaction emitted none.
    pub fn event<E: TryFrom<ChainEvent>>(&self) -> Result<E, ChainError> {
        self.events.iter().rev().find_map(|event| event.clone().try_into().ok()).ok_or_else(|| {
            let event = core::any::type_name::<E>().rsplit("::").next().unwrap_or_default();
            ChainError::NoEvent { tx_hash: self.tx_hash, event }
        })
    }
}

impl Datavault {
    /// Runs a call on the next block's state without sending it, and gives what it would return.
    ///
    /// # Errors
    /// The contract would refuse; the sender does not have the value; the RPC does not answer.
    pub async fn simulate(&self, from: Address, call: &Call) -> Result<Bytes, ChainError> {
        if !call.value.is_zero() {
            // Nodes word this each in their own way.
            let have = self.connection.balance(from).await?;
            if have < call.value {
                return Err(ChainError::TooLittleBalance { label: call.label, account: from, have, need: call.value });
            }
        }
        self.connection.simulate(request(call).with_from(from), call.label).await
    }

    /// Simulates a call, signs it, sends it once and waits until it is mined.
    ///
    /// # Errors
    /// Before sending: the contract would refuse, or the sender cannot pay. After: it was not mined in time (and may
    /// still be), or failed on chain.
    pub async fn send_and_confirm(&self, signer: &PrivateKeySigner, call: &Call) -> Result<Receipt, ChainError> {
        let mined = self.connection.transact(signer, request(call), call.label).await?;
        let mut events = Vec::new();
        for log in mined.inner.logs() {
            events.extend(decode(self.addresses(), log)?);
        }
        Ok(Receipt {
            tx_hash: mined.transaction_hash,
            block_number: mined.block_number.unwrap_or_default(),
            gas_used: mined.gas_used,
            gas_cost: Amount(U256::from(mined.gas_used) * U256::from(mined.effective_gas_price)),
            events,
        })
    }
}

fn request(call: &Call) -> TransactionRequest {
    TransactionRequest::default().with_to(call.to).with_value(call.value).with_input(call.input.clone())
}
