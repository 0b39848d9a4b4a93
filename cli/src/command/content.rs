//! `datavault content`: files that are for license.

pub mod accept;
pub mod fetch;
pub mod list;
pub mod register;
pub mod show;
pub mod status;
pub mod transfer;
