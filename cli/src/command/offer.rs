//! `datavault offer`: terms at which content is licensed.

pub mod close;
pub mod list;
mod nonce;
mod rules;
pub mod set;
pub mod sign;
mod split;
pub mod terms;
