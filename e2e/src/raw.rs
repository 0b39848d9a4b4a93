//! Calls that the command line would never make, for what the contracts themselves must refuse.

use alloy::primitives::{Address, U256, keccak256};
use contracts::Call;

/// `signature`, such as `closeOffer(uint64)`, with words as arguments. Nothing of our own encoding is used.
#[must_use]
pub fn raw_call(to: Address, signature: &str, arguments: &[U256]) -> Call {
    let mut input = keccak256(signature)[..4].to_vec();
    for argument in arguments {
        input.extend_from_slice(&argument.to_be_bytes::<32>());
    }
    Call { to, value: U256::ZERO, input: input.into(), label: "make a raw call" }
}

/// An address as an argument of a [`raw_call`].
#[must_use]
pub fn word(address: Address) -> U256 {
    U256::from_be_bytes(address.into_word().0)
}
