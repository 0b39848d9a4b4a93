//! `datavault key`: content keys, delivered with a proof.

pub mod deliver;
pub mod receive;
