//! What Datavault proves, computed natively.
//!
//! Everything here has one right answer that three others must agree with: the
//! circuits of `datavault-groth16`, the contracts, and circomlib, whose Poseidon,
//! Baby Jubjub and EdDSA parameters are used unchanged. Files under `vectors/` pin
//! those answers; they were made by other implementations (see `vectors/README.md`).
//!
//! Numbers cross the border of this crate as [`alloy_primitives::U256`]. The
//! arkworks types in [`field`], [`poseidon`] and [`babyjubjub`] are for circuits.
//!
//! Nothing here performs IO. Secrets are zeroized when dropped and redacted in `Debug`.

pub mod babyjubjub;
pub mod chain;
pub mod compliance;
pub mod context;
pub mod eddsa;
pub mod field;
pub mod key_delivery;
pub mod poseidon;
pub mod usage;

pub use babyjubjub::{KeyError, PublicKey, SecretKey};
pub use chain::{Accumulator, Event, Head, StepError, call_hash};
pub use context::Context;
pub use eddsa::Signature;
pub use field::NotCanonical;
