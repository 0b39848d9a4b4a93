//! `datavault content`: files that are for license.

pub mod fetch;
pub mod list;
pub mod register;
pub mod show;
pub mod status;
