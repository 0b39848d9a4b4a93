//! `datavault dispute`: having a payment ruled on.

pub mod appeal;
pub mod check;
pub mod escalate;
pub mod evidence;
pub mod execute;
pub mod file;
pub mod inspect;
mod opened;
pub mod respond;
pub mod rule;
pub mod show;
