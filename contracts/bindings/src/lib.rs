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
mod revert;
mod signing;
mod verifiers;
mod view;

pub use call::{Call, Order, ProofWords, Registration, SealedKey, SignedHead, UsageBatch};
pub use client::{Datavault, Receipt};
pub use clock::ChainClock;
pub use decode::{DecodeError, DecodeProblem, decode, decode_raw, log_ref};
pub use deploy::{DeployConfig, DeployError, DeployStep, deploy};
pub use deployment::{Addresses, Deployment, DeploymentError};
pub use error::ChainError;
pub use revert::RevertReason;
pub use signing::{Head, SigningError, head_digest, recover_head_signer, sign_head};
pub use view::{
    ContentView, DisputeView, FeeView, LaneView, LicenseView, MeterView, OfferStateView, PaymentView, ProfileView,
};

#[cfg(test)]
mod abi_test;
#[cfg(test)]
mod anvil_test;
