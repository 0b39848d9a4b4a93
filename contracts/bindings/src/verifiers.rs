//! The verifiers of the circuits, and which verifying keys they hold.

use alloy::primitives::{B256, Bytes};

use crate::abi::DevToken;

/// Made from a public seed: whoever knows it can forge proofs.
pub(crate) const ARE_DEVELOPMENT: bool = true;

pub(crate) fn usage() -> &'static Bytes {
    &DevToken::BYTECODE
}

pub(crate) fn key_delivery() -> &'static Bytes {
    &DevToken::BYTECODE
}

pub(crate) fn usage_vk_sha256() -> B256 {
    B256::ZERO
}

pub(crate) fn key_delivery_vk_sha256() -> B256 {
    B256::ZERO
}
