//! Dropped rows: for each row of each circuit, a forged assignment that satisfies all other
//! rows and violates this one, or the reason why none can be had.
//!
//! The forger knows every secret (licensee's, meter's, nonces), chooses all public inputs,
//! and answers a broken row with new choices wherever the circuit leaves one. Nothing here
//! trusts the forger's reasoning: a verdict counts only when the rows were evaluated.

mod bound;
mod campaign;
mod compliance;
mod curve;
mod exponents;
mod key_delivery;
mod lemmas;
mod meter;
mod places;
mod poly;
mod program;
mod ranged;
mod report;
mod response;
mod run;
mod tests;
mod usage;
mod verdict;
