//! The chain, in our words: the only crate that knows ABIs.

mod abi;
mod call;
mod client;
mod clock;
mod connection;
mod convert;
mod decode;
mod deploy;
mod deployment;
mod error;
mod node;
mod revert;
mod signing;
mod verifiers;
mod view;

pub use call::{
    Call, ComplianceStatement, Edition, Operation, Order, ProofWords, Registration, SealedKey, SignedHead, UsageBatch,
    compliance_statements_in, usage_batches_in,
};
pub use client::{Datavault, Receipt};
pub use clock::ChainClock;
pub use decode::{DecodeError, DecodeProblem, decode, decode_raw, log_ref};
pub use deploy::{
    DeployConfig, DeployError, DeployStep, PERMIT2, UPGRADE_DELAY_SECS, Upgradeable, deploy, deploy_implementation,
};
pub use deployment::{Addresses, DeployedContract, Deployment, DeploymentError};
pub use error::ChainError;
pub use node::Node;
pub use revert::RevertReason;
pub use signing::{
    Head, OfferDigest, OfferTree, SigningError, accept_key_digest, head_digest, items_hash, offer_digest,
    offer_struct_hash, offer_typed_digest, recover_head_signer, sign_accept_key, sign_head, sign_offer,
};
pub use verifiers::verifying_key_digests;
pub use view::{
    ContentView, DisputeView, FeeView, LaneView, LicenseView, MeterView, OfferStatusView, PaymentView, ProfileView,
    SettlementView,
};

#[cfg(test)]
mod abi_test;
#[cfg(test)]
mod anvil_test;
