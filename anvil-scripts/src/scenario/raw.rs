//! The chain without our decoder: selectors from signatures, answers as 32-byte words.

use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, U256, keccak256};
use alloy::providers::{DynProvider, Provider};
use alloy::rpc::types::TransactionRequest;
use anyhow::{Context, Result, ensure};

/// What a view function answered.
pub struct Words(Vec<U256>);

impl Words {
    /// The `index`-th word.
    pub fn number(&self, index: usize) -> Result<U256> {
        self.0.get(index).copied().with_context(|| format!("the answer has {} words, no word {index}", self.0.len()))
    }

    /// The `index`-th word as an address.
    pub fn address(&self, index: usize) -> Result<Address> {
        Ok(Address::from_word(self.number(index)?.into()))
    }
}

/// `eth_call` of `signature`, such as `payment(uint256)`, with words as arguments.
pub async fn call(provider: &DynProvider, to: Address, signature: &str, arguments: &[U256]) -> Result<Words> {
    let mut input = keccak256(signature)[..4].to_vec();
    for argument in arguments {
        input.extend_from_slice(&argument.to_be_bytes::<32>());
    }
    let request = TransactionRequest::default().with_to(to).with_input(input);
    let answer = provider.call(request).await.with_context(|| format!("eth_call of {signature} failed"))?;
    ensure!(answer.len() % 32 == 0, "{signature} answered {} bytes, which are no words", answer.len());
    Ok(Words(answer.chunks_exact(32).map(U256::from_be_slice).collect()))
}
