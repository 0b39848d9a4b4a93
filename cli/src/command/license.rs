//! `datavault license`: buying licenses and looking at them.

pub mod buy;
pub mod list;
pub mod show;
