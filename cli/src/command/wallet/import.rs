//! `datavault wallet import`: keeps a key that exists already.

use super::new::{Report, store};
use crate::{arguments::Global, failure::Failure, wallet::Wallet};

/// Keep the key of DATAVAULT_PRIVATE_KEY in an encrypted keystore.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  DATAVAULT_PRIVATE_KEY=0x… datavault wallet import")]
pub struct Args {}

/// Keeps the key; without the variable it is asked for, unseen.
///
/// # Errors
/// If there is no key or no password, or the keystore cannot be written.
pub fn run(global: &Global, _args: &Args) -> Result<Report, Failure> {
    let key = match std::env::var("DATAVAULT_PRIVATE_KEY") {
        Ok(key) => zeroize::Zeroizing::new(key),
        Err(_) => crate::wallet::read_password(None, "Private key (0x…): ")
            .map_err(|_| Failure::usage("there is no key to import").fix("set DATAVAULT_PRIVATE_KEY"))?,
    };
    store(&Wallet::from_hex(&key, "DATAVAULT_PRIVATE_KEY")?, global)
}
