//! `datavault usage`: metered use, proved and settled.

pub mod prove;
pub mod settle;
