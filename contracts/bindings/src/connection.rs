//! One RPC, whose chain id is known: asks it, and hands transactions over to it once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::{
    eips::{BlockId, BlockNumberOrTag, Encodable2718},
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, Bytes, TxHash, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
    transports::{RpcError, TransportError, http::reqwest},
};
use domain::BlockRef;
use tokio::sync::Mutex;

use crate::{
    error::{ChainError, origin, revert_of},
    revert::RevertReason,
};

/// How long a node may take to accept a connection and to tell its chain id.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a node may take to answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long we wait for a transaction to be mined, unless told otherwise.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a transaction may be passed over before more is offered for it.
const RAISE_AFTER: Duration = Duration::from_secs(30);
/// The most that is offered for a transaction, in first offers, unless the market asks for more.
const MOST_RAISED: u128 = 4;

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) provider: DynProvider,
    pub(crate) rpc_url: Arc<str>,
    pub(crate) chain_id: u64,
    pub(crate) receipt_timeout: Duration,
    /// Held from reading a nonce until the transaction is handed over, so that our own sends never share one.
    sending: Arc<Mutex<()>>,
}

impl Connection {
    /// Connects and asks for the chain id.
    pub(crate) async fn open(rpc_url: &str) -> Result<Self, ChainError> {
        let unusable = || ChainError::Url { url: origin(rpc_url) };
        let silent = |_| ChainError::Unreachable {
            url: origin(rpc_url),
            cause: format!("no answer in {} s", CONNECT_TIMEOUT.as_secs()),
        };
        let url: url::Url = rpc_url.parse().map_err(|_| unusable())?;
        let builder = ProviderBuilder::new().disable_recommended_fillers();
        let provider = match url.scheme() {
            "https" | "wss" => return Err(ChainError::NoTls { url: origin(rpc_url) }),
            "http" => {
                let client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(REQUEST_TIMEOUT);
                // A proxy of the environment cannot reach a node on this machine.
                let client = if is_this_machine(&url) { client.no_proxy() } else { client };
                builder.connect_reqwest(client.build().map_err(|_| unusable())?, url).erased()
            }
            "ws" => tokio::time::timeout(CONNECT_TIMEOUT, builder.connect(rpc_url))
                .await
                .map_err(silent)?
                .map_err(|e| ChainError::request(rpc_url, "connect", e))?
                .erased(),
            _ => return Err(unusable()),
        };
        let chain_id = tokio::time::timeout(CONNECT_TIMEOUT, provider.get_chain_id())
            .await
            .map_err(silent)?
            .map_err(|e| ChainError::request(rpc_url, "tell its chain id", e))?;
        Ok(Self {
            provider,
            rpc_url: rpc_url.into(),
            chain_id,
            receipt_timeout: RECEIPT_TIMEOUT,
            sending: Arc::default(),
        })
    }

    pub(crate) fn failed(&self, what: &'static str, source: TransportError) -> ChainError {
        ChainError::request(&self.rpc_url, what, source)
    }

    pub(crate) async fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.provider.get_code_at(address).await.map_err(|e| self.failed("read contract code", e))
    }

    /// Wei.
    pub(crate) async fn balance(&self, account: Address) -> Result<U256, ChainError> {
        self.provider.get_balance(account).await.map_err(|e| self.failed("read a balance", e))
    }

    pub(crate) async fn block(&self, block: BlockNumberOrTag) -> Result<BlockRef, ChainError> {
        let found = self
            .provider
            .get_block_by_number(block)
            .await
            .map_err(|e| self.failed("read a block", e))?
            .ok_or_else(|| ChainError::NotFound(format!("block {block}")))?;
        Ok(BlockRef {
            number: found.header.number,
            hash: found.header.hash,
            parent_hash: found.header.parent_hash,
            timestamp: found.header.timestamp,
        })
    }

    /// Asks a contract about the newest block's state.
    pub(crate) async fn read<C: SolCall>(
        &self,
        to: Address,
        what: &'static str,
        call: C,
    ) -> Result<C::Return, ChainError> {
        let request = TransactionRequest::default().with_to(to).with_input(Bytes::from(call.abi_encode()));
        let answer = self.provider.call(request).await.map_err(|e| ChainError::call(&self.rpc_url, what, e))?;
        C::abi_decode_returns(&answer).map_err(|source| ChainError::Answer { what, source })
    }

    /// What a request would return in the next block.
    pub(crate) async fn simulate(&self, request: TransactionRequest, label: &'static str) -> Result<Bytes, ChainError> {
        self.provider
            .call(request)
            .block(BlockId::pending())
            .await
            .map_err(|e| ChainError::call(&self.rpc_url, label, e))
    }

    /// Simulates a request, signs it, sends it once and waits until it is mined and succeeded.
    pub(crate) async fn transact(
        &self,
        signer: &PrivateKeySigner,
        request: TransactionRequest,
        label: &'static str,
    ) -> Result<TransactionReceipt, ChainError> {
        let from = signer.address();
        let request = request.with_from(from);
        let have = self.balance(from).await?;
        let value = request.value.unwrap_or_default();
        if have < value {
            return Err(ChainError::TooLittleBalance { label, account: from, have, need: value });
        }
        self.simulate(request.clone(), label).await?;

        let (filled, tx_hash) = {
            let _one_at_a_time = self.sending.lock().await;
            let filled = self.fill(request.clone(), from, have, label).await?;
            let tx_hash = self.hand_over(signer, filled.clone(), label).await?;
            (filled, tx_hash)
        };
        let receipt = self.mined_for_a_higher_fee(signer, filled, tx_hash, label).await?;
        if receipt.status() {
            return Ok(receipt);
        }
        let tx_hash = receipt.transaction_hash;
        Err(ChainError::Failed { label, tx_hash, reason: self.replay(request, &receipt).await })
    }

    async fn fill(
        &self,
        request: TransactionRequest,
        from: Address,
        have: U256,
        label: &'static str,
    ) -> Result<TransactionRequest, ChainError> {
        let gas = self
            .provider
            .estimate_gas(request.clone())
            .block(BlockId::pending())
            .await
            .map_err(|e| ChainError::call(&self.rpc_url, label, e))?;
        // Others may move the state before ours is mined.
        let gas = gas.saturating_add(gas / 4);
        let fees = self.provider.estimate_eip1559_fees().await.map_err(|e| self.failed("estimate fees", e))?;
        let gas_cost = U256::from(gas) * U256::from(fees.max_fee_per_gas);
        let need = request.value.unwrap_or_default().saturating_add(gas_cost);
        if have < need {
            return Err(ChainError::TooLittleBalance { label, account: from, have, need });
        }
        let nonce = self
            .provider
            .get_transaction_count(from)
            .pending()
            .await
            .map_err(|e| self.failed("read the sender's nonce", e))?;
        Ok(request
            .with_chain_id(self.chain_id)
            .with_nonce(nonce)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(fees.max_fee_per_gas)
            .with_max_priority_fee_per_gas(fees.max_priority_fee_per_gas))
    }

    /// Signs and sends. A node that falls silent may have taken the transaction, so silence is no failure here:
    /// the hash is known, and waiting tells.
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
            Err(RpcError::ErrorResp(refusal)) if !refusal.message.contains("already") => {
                Err(ChainError::NotAccepted { label, message: refusal.message.to_string() })
            }
            _ => Ok(tx_hash),
        }
    }

    /// Waits until a transaction is mined. One that is passed over is offered again, at the same nonce and for a
    /// higher fee, so that whichever of them is mined, the call happens once.
    async fn mined_for_a_higher_fee(
        &self,
        signer: &PrivateKeySigner,
        mut transaction: TransactionRequest,
        first: TxHash,
        label: &'static str,
    ) -> Result<TransactionReceipt, ChainError> {
        let started = Instant::now();
        let deadline = started + self.receipt_timeout;
        let patience = RAISE_AFTER.min(self.receipt_timeout / 4);
        let mut raise_at = started + patience;
        let mut ceiling = transaction.max_fee_per_gas.unwrap_or_default().saturating_mul(MOST_RAISED);
        let mut hashes = vec![first];
        let mut pause = Duration::from_millis(20);
        loop {
            for hash in &hashes {
                // A node that is silent for a moment does not unmine a transaction.
                if let Ok(Some(receipt)) = self.provider.get_transaction_receipt(*hash).await {
                    return Ok(receipt);
                }
            }
            let now = Instant::now();
            if now >= deadline {
                let waited_secs = self.receipt_timeout.as_secs();
                return Err(ChainError::NotMined { label, tx_hash: first, waited_secs });
            }
            if now >= raise_at {
                raise_at = now + patience;
                if let Ok(fees) = self.provider.estimate_eip1559_fees().await {
                    ceiling = ceiling.max(fees.max_fee_per_gas);
                    let raised = |old: Option<u128>, asked: u128| raise(old.unwrap_or_default()).max(asked);
                    let max_fee = raised(transaction.max_fee_per_gas, fees.max_fee_per_gas);
                    let tip = raised(transaction.max_priority_fee_per_gas, fees.max_priority_fee_per_gas);
                    if max_fee <= ceiling {
                        transaction.max_fee_per_gas = Some(max_fee);
                        transaction.max_priority_fee_per_gas = Some(tip.min(max_fee));
                        // A refusal (mined meanwhile, too little balance) leaves the earlier ones as they are.
                        if let Ok(hash) = self.hand_over(signer, transaction.clone(), label).await {
                            hashes.push(hash);
                        }
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Why a mined transaction failed: the same request on the state before its block, close to what it met.
    async fn replay(&self, request: TransactionRequest, mined: &TransactionReceipt) -> RevertReason {
        let before = BlockId::number(mined.block_number.unwrap_or_default().saturating_sub(1));
        match self.provider.call(request).block(before).await {
            Err(error) => revert_of(&error).unwrap_or_else(|| RevertReason::decode(&[])),
            Ok(_) => RevertReason::decode(&[]),
        }
    }
}

/// By an eighth: nodes take a replacement only for at least a tenth more.
const fn raise(fee: u128) -> u128 {
    fee.saturating_add(fee / 8).saturating_add(1)
}

fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
