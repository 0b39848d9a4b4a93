//! `datavault license`: buying licenses, looking at them, and what becomes of them.

pub mod buy;
pub mod cancel;
pub mod list;
pub mod rebind;
pub mod renew;
pub mod show;
pub mod transfer;
