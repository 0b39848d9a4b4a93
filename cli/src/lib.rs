//! The `datavault` command line, as a library: whatever a subcommand does, a program can do with the same function.
//!
//! [`Session::connect`] opens a network, [`Session::with_wallet`] says who signs, and each module of [`command`] has
//! `Args`, a function `run` and a `Report` that is both words and JSON. Errors are a [`Failure`]: what could not be
//! done, why, and what to do about it.

mod arguments;
mod blocks;
pub mod bundle;
pub mod command;
mod failure;
mod home;
mod interrupt;
mod lookup;
mod mirror;
mod money;
mod network;
mod output;
mod progress;
mod received;
mod session;
mod span;
mod submit;
mod wallet;

pub use arguments::{Arguments, Command, Global, parse_args};
pub use blocks::Blocks;
pub use failure::{Failure, FailureKind, OrFail};
pub use home::Home;
pub use lookup::{License, Offer};
pub use money::Currency;
pub use network::{DEV, Network};
pub use output::Output;
pub use progress::{Progress, Step};
pub use session::{LicenseeKeys, MeterSecrets, Session};
pub use submit::{Consent, Sent, Transaction};
pub use wallet::Wallet;
