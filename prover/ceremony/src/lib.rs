//! Proving keys that no single person could have forged with: phase 2 of Groth16's setup, in
//! snarkjs's formats.
//!
//! A ceremony is a public folder: `circuit.r1cs`, `powers.ptau`, the initial key `0000.zkey`, one
//! key for each step since, and [`Transcript`] (`ceremony.json`) with names and hashes.
//! [`Ceremony::begin`] makes it, [`Ceremony::contribute`] (or [`contribute_file`] and
//! [`Ceremony::accept`], for people who share no folder) and [`Ceremony::beacon`] add to it,
//! [`Ceremony::verify`] checks it from these files alone, and [`Ceremony::finalize`] takes the
//! keys out. Formats and proofs are snarkjs's, by the crate `snarkrs-ceremony`; [`Policy`] is what
//! snarkjs does not ask.
//!
//! The secret of a key is the product of all contributed secrets. Whoever knows it forges proofs.
//! One honest contributor, who forgets their part, suffices.

mod ceremony;
mod chain;
mod circuit;
mod error;
mod file;
mod finalize;
mod guard;
mod key_files;
mod known;
mod lone;
mod manifest;
mod name;
mod policy;
mod powers;
mod record;
mod transcript;
mod verify;
mod vk;

pub use ceremony::{Beginning, Ceremony, Who};
pub use circuit::CircuitFrom;
pub use error::{Error, Kind};
pub use finalize::load;
pub use key_files::KeyFiles;
pub use lone::contribute_file;
pub use policy::{FEWEST, Policy, USUAL, Violation};
pub use powers::{DEVELOPMENT_NAME, PowersFrom, read as read_powers, verify as verify_powers};
pub use record::{Contribution, KeyRecord, check_points};
pub use transcript::{Powers, Step, StepKind, TRANSCRIPT, Transcript};
pub use verify::{Checks, Verified};
