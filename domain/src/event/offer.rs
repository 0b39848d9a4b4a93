//! What is sold: offers, and the verifiers that they pin.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::{BundleItem, OfferId, OfferTerms};

/// An offer opened, or a signed one was used for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSet {
    pub offer_id: OfferId,
    pub creator: Address,
    pub verifiers: u8,
    pub terms: OfferTerms,
    pub terms_uri: String,
    pub items: Vec<BundleItem>,
}

/// An offer closed, or a signed one was cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferClosed {
    pub offer_id: OfferId,
}

/// A version of the circuits' verifiers exists; new offers pin it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierSetAdded {
    pub version: u8,
    pub usage: Address,
    pub usage_batch: Address,
    pub usage_long: Address,
    pub usage_long_batch: Address,
    pub key_delivery: Address,
    pub compliance: Address,
    pub keys_hash: B256,
}
