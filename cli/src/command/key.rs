//! `datavault key`: content keys.

pub mod accept;
pub mod deliver;
pub mod receive;
