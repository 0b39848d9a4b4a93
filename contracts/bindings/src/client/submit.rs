//! Calls become mined transactions, once.

use std::time::{Duration, Instant};

use alloy::{
    eips::{BlockId, Encodable2718},
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, Bytes, TxHash, U256},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    transports::RpcError,
};
use domain::{Amount, ChainEvent};

use super::Datavault;
use crate::{
    call::Call,
    decode::decode,
    error::{ChainError, revert_of},
    revert::RevertReason,
};

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
    /// The last event of one kind, e.g. `receipt.event::<LicenseIssued>("LicenseIssued")`.
    ///
    /// # Errors
    /// The transaction emitted none.
    pub fn event<E: TryFrom<ChainEvent>>(&self, name: &'static str) -> Result<E, ChainError> {
        self.events
            .iter()
            .rev()
            .find_map(|event| event.clone().try_into().ok())
            .ok_or(ChainError::NoEvent { tx_hash: self.tx_hash, event: name })
    }
}

impl Datavault {
    /// Runs a call on the next block's state without sending it, and gives what it would return.
    ///
    /// # Errors
    /// The contract would refuse; the RPC does not answer.
    pub async fn simulate(&self, from: Address, call: &Call) -> Result<Bytes, ChainError> {
        self.provider
            .call(request(from, call))
            .block(BlockId::pending())
            .await
            .map_err(|e| ChainError::call(&self.rpc_url, call.label, e))
    }

    /// Simulates a call, signs it, sends it once and waits until it is mined.
    ///
    /// # Errors
    /// Before sending: the contract would refuse, or the sender cannot pay. After: it was not mined in time (and may
    /// still be), or failed on chain.
    pub async fn send_and_confirm(&self, signer: &PrivateKeySigner, call: &Call) -> Result<Receipt, ChainError> {
        let label = call.label;
        let from = signer.address();
        let have = self.provider.get_balance(from).await.map_err(|e| self.failed("read a balance", e))?;
        if have < call.value {
            return Err(ChainError::TooLittleBalance { label, account: from, have, need: call.value });
        }
        self.simulate(from, call).await?;

        let tx_hash = {
            let _one_at_a_time = self.sending.lock().await;
            let transaction = self.fill(from, call, have).await?;
            self.hand_over(signer, transaction, label).await?
        };
        let mined = self.wait_until_mined(tx_hash, label).await?;
        if !mined.status() {
            return Err(ChainError::Failed { label, tx_hash, reason: self.replay(from, call, &mined).await });
        }
        let mut events = Vec::new();
        for log in mined.inner.logs() {
            events.extend(decode(self.addresses(), log)?);
        }
        Ok(Receipt {
            tx_hash,
            block_number: mined.block_number.unwrap_or_default(),
            gas_used: mined.gas_used,
            gas_cost: Amount(U256::from(mined.gas_used) * U256::from(mined.effective_gas_price)),
            events,
        })
    }

    async fn fill(&self, from: Address, call: &Call, have: U256) -> Result<TransactionRequest, ChainError> {
        let label = call.label;
        let gas = self
            .provider
            .estimate_gas(request(from, call))
            .block(BlockId::pending())
            .await
            .map_err(|e| ChainError::call(&self.rpc_url, label, e))?;
        // Others may move the state before ours is mined.
        let gas = gas.saturating_add(gas / 4);
        let fees = self.provider.estimate_eip1559_fees().await.map_err(|e| self.failed("estimate fees", e))?;
        let need = call.value.saturating_add(U256::from(gas) * U256::from(fees.max_fee_per_gas));
        if have < need {
            return Err(ChainError::TooLittleBalance { label, account: from, have, need });
        }
        let nonce = self
            .provider
            .get_transaction_count(from)
            .pending()
            .await
            .map_err(|e| self.failed("read the sender's nonce", e))?;
        Ok(request(from, call)
            .with_chain_id(self.chain_id())
            .with_nonce(nonce)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(fees.max_fee_per_gas)
            .with_max_priority_fee_per_gas(fees.max_priority_fee_per_gas))
    }

    /// Signs and sends. A node that falls silent may have taken the transaction, so silence is not an error here.
    async fn hand_over(
        &self,
        signer: &PrivateKeySigner,
        transaction: TransactionRequest,
        label: &'static str,
    ) -> Result<TxHash, ChainError> {
        let wallet = EthereumWallet::from(signer.clone());
        let signed =
            transaction.build(&wallet).await.map_err(|e| ChainError::Sign { label, message: e.to_string() })?;
        let tx_hash = *signed.tx_hash();
        match self.provider.send_raw_transaction(&signed.encoded_2718()).await {
            Ok(_) | Err(RpcError::Transport(_)) => Ok(tx_hash),
            Err(error) => match error.as_error_resp() {
                Some(refusal) if refusal.message.contains("already") => Ok(tx_hash),
                Some(refusal) => Err(ChainError::NotAccepted { label, message: refusal.message.to_string() }),
                None => Ok(tx_hash),
            },
        }
    }

    async fn wait_until_mined(&self, tx_hash: TxHash, label: &'static str) -> Result<TransactionReceipt, ChainError> {
        let deadline = Instant::now() + self.receipt_timeout;
        let mut pause = Duration::from_millis(20);
        loop {
            // A node that is silent for a moment does not unmine a transaction.
            if let Ok(Some(receipt)) = self.provider.get_transaction_receipt(tx_hash).await {
                return Ok(receipt);
            }
            if Instant::now() >= deadline {
                let waited_secs = self.receipt_timeout.as_secs();
                return Err(ChainError::NotMined { label, tx_hash, waited_secs });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Why a mined transaction failed: the same call on the state before its block, which is close to what it met.
    async fn replay(&self, from: Address, call: &Call, mined: &TransactionReceipt) -> RevertReason {
        let before = BlockId::number(mined.block_number.unwrap_or_default().saturating_sub(1));
        match self.provider.call(request(from, call)).block(before).await {
            Err(error) => revert_of(&error).unwrap_or_else(|| RevertReason::decode(&[])),
            Ok(_) => RevertReason::decode(&[]),
        }
    }
}

fn request(from: Address, call: &Call) -> TransactionRequest {
    TransactionRequest::default().with_from(from).with_to(call.to).with_value(call.value).with_input(call.input.clone())
}
