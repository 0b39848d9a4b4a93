//! One module per noun, one file per verb: `Args` say what is asked, `run` does it, a report says what was done.

pub mod ceremony;
pub mod completions;
pub mod content;
pub mod deploy;
pub mod dispute;
pub mod escrow;
pub mod key;
pub mod license;
pub mod meter;
pub mod offer;
pub mod prover;
pub mod usage;
pub mod verify;
pub mod wallet;
