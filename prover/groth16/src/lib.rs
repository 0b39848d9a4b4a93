//! Groth16 proofs of the relations that `datavault-statement` computes.
//!
//! [`Prover`] holds the proving keys of the circuits, [`Verifier`] only the small verifying
//! keys that are committed beside this source; [`Manifest`] says where both come from. [`generated_files`] writes the
//! Solidity verifiers and everything else that is derived from the circuits.
//!
//! The committed keys are **development keys**: made from a public seed, so that anyone can make
//! them again, and anyone can forge proofs with them. Every constructor asks for the
//! chain id and refuses all but local chains.
//!
//! A proof's bytes identify nothing: `(−A, −B, C)` verifies whenever `(A, B, C)` does.

mod circuit;
mod circuit_id;
mod compliance;
mod constraint;
pub mod format;
mod gadget;
mod generate;
mod key_delivery;
mod keys;
#[cfg(test)]
mod mutation;
mod proof;
mod prove;
mod solidity;
mod usage;
mod verify;
mod verifying_key;

pub use circuit_id::{CircuitId, UnknownCircuit};
pub use generate::{GeneratedFile, files_of_ceremony, generated_files};
pub use keys::{
    Beacon, CircuitKeys, KeyError, LOCAL_CHAINS, MIN_CONTRIBUTIONS, Manifest, ManifestError, Origin, Setup,
};
pub use proof::{Proof, ProofError};
pub use prove::{ProveError, Prover};
pub use solidity::{export_batch_verifier, export_verifier};
pub use usage::{UsageWitness, WitnessError};
pub use verify::{KeySet, MANIFEST_FILE, Verifier, verifying_keys};
pub use verifying_key::{VerifyingKey, VerifyingKeyError};
