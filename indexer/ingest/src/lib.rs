//! Follows the chain and keeps the mirror true to it.
//!
//! [`run`] reads blocks and the logs of our contracts, decodes them, and appends them to the store; where the chain
//! changed its mind it takes blocks back. It promises that what is stored was one chain's history at every commit, that
//! nothing is skipped, and that stopping it at any moment, by any means, loses and doubles nothing.

mod chain;
mod error;
mod follow;
mod fork;
mod read;
mod run;
mod wake;

pub use chain::{Chain, RpcFailure};
pub use error::IngestError;
pub use run::{IngestConfig, run};
