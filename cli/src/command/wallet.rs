//! `datavault wallet`: the key that signs.

pub mod import;
pub mod new;
pub mod publish;
pub mod show;
