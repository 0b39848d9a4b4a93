//! `datavault offer`: terms at which content is licensed.

pub mod list;
pub mod set;
