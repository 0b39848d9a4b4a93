//! The chain, in our words: the only crate that knows ABIs.

mod abi;
mod call;
mod convert;
mod decode;
mod deployment;
mod revert;
mod signing;
mod view;

pub use call::{Call, Order, ProofWords, Registration, SealedKey, SignedHead, UsageBatch};
pub use decode::{DecodeError, DecodeProblem, decode, decode_raw, log_ref};
pub use deployment::{Addresses, Deployment, DeploymentError};
pub use revert::RevertReason;
pub use signing::{Head, SigningError, head_digest, recover_head_signer, sign_head};
pub use view::{
    ContentView, DisputeView, FeeView, LaneView, LicenseView, MeterView, OfferStateView, PaymentView, ProfileView,
};
