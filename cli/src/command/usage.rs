//! `datavault usage`: metered use, proved and settled.

pub mod attest;
pub mod bundle;
pub mod prove;
pub mod proved;
pub mod settle;
