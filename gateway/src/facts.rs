//! What a meter and a licensee need to know from the chain.

use std::sync::Arc;

use alloy::primitives::{Address, U256};
use domain::{ContentId, LicenseId, MeterId, OfferTerms};
use futures::future::BoxFuture;
use statement::{Context, PublicKey};

use crate::protocol::OpenOffer;

mod cache;
mod chain;
pub use cache::CachedFacts;
pub use chain::ChainFacts;

/// Why a fact is not known.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// The chain could not be asked.
    #[error("could not {action}: {source}")]
    Chain {
        /// What was asked.
        action: &'static str,
        /// Why there is no answer.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What the chain says cannot be right.
    #[error("{what} {id} is not usable: {reason}")]
    Unusable {
        /// The kind of thing.
        what: &'static str,
        /// Which one.
        id: String,
        /// What is wrong.
        reason: String,
    },
}

/// A license as far as metering goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseFacts {
    /// The license.
    pub license_id: LicenseId,
    /// What it covers.
    pub content_id: ContentId,
    /// The meter version recorded at purchase.
    pub meter_id: MeterId,
    /// How often it was re-keyed.
    pub epoch: u32,
    /// Who signs its heads.
    pub session_key: Address,
    /// Units bought; nothing when use is not billed by the unit.
    pub granted_units: Option<u64>,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; nothing: never.
    pub expires_at: Option<u64>,
    /// Its payment was closed in the payer's favour.
    pub refunded: bool,
    /// The terms it was bought at.
    pub terms: OfferTerms,
}

impl LicenseFacts {
    /// The domain of one of its lanes.
    #[must_use]
    pub fn context(&self, chain_id: u64, tracker: Address, lane: u32) -> U256 {
        Context {
            chain_id,
            tracker,
            license_id: self.license_id.0,
            content_id: self.content_id.0,
            lane,
            epoch: self.epoch,
        }
        .ctx()
    }
}

/// A meter version as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterFacts {
    /// The version.
    pub meter_id: MeterId,
    /// secp256k1 address that countersigns.
    pub signer: Address,
    /// Baby Jubjub key, checked: on the curve, in the subgroup, its hash the one on the chain.
    pub key: PublicKey,
    /// Where it listens.
    pub url: String,
}

/// What a meter and a licensee ask. Two implementations: the chain, and tests that state their facts.
pub trait Facts: Send + Sync {
    /// EIP-155.
    fn chain_id(&self) -> u64;

    /// The contract that heads are signed for.
    fn usage_tracker(&self) -> Address;

    /// The contract that licenses are bought from.
    fn license_manager(&self) -> Address;

    /// The chain's clock, unix seconds. May miss a jump of a development chain's time for a moment.
    fn now(&self) -> BoxFuture<'_, Result<u64, FactsError>>;

    /// The chain's clock, looked at now.
    fn exact_now(&self) -> BoxFuture<'_, Result<u64, FactsError>>;

    /// A license, nothing if there is none.
    fn license(&self, license_id: LicenseId) -> BoxFuture<'_, Result<Option<LicenseFacts>, FactsError>>;

    /// A meter version, nothing if there is none.
    fn meter(&self, meter_id: MeterId) -> BoxFuture<'_, Result<Option<MeterFacts>, FactsError>>;

    /// The binary CID of a content's ciphertext, nothing if there is no such content.
    fn content_cid(&self, content_id: ContentId) -> BoxFuture<'_, Result<Option<Vec<u8>>, FactsError>>;

    /// Offers for a content that are open now.
    fn open_offers(&self, content_id: ContentId) -> BoxFuture<'_, Result<Vec<OpenOffer>, FactsError>>;
}

/// Facts, shared.
pub type SharedFacts = Arc<dyn Facts>;
