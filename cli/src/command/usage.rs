//! `datavault usage`: metered use, proved and settled.

pub mod attest;
pub mod prove;
pub mod settle;
