//! `datavault escrow`: money that is held, and taking it out.

pub mod refund;
pub mod release;
pub mod show;
pub mod thaw;
pub mod withdraw;
