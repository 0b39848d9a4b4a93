//! `datavault wallet new`: makes a key.

use std::{fmt, path::PathBuf};

use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use serde::Serialize;

use crate::{
    arguments::Global,
    failure::Failure,
    network::data_root,
    output::Fields,
    wallet::{Wallet, keystore_dir, read_password},
};

/// Make a key and keep it in an encrypted keystore.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  datavault wallet new")]
pub struct Args {}

/// A keystore that was written.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The wallet's address.
    pub address: Address,
    /// The encrypted keystore.
    pub keystore: PathBuf,
}

/// Makes a key and keeps it.
///
/// # Errors
/// If there is no password, or the keystore cannot be written.
pub fn run(global: &Global, _args: &Args) -> Result<Report, Failure> {
    store(&Wallet::new(PrivateKeySigner::random()), global)
}

/// Asks for a new password (twice, if a person types it) and writes the keystore.
pub(super) fn store(wallet: &Wallet, global: &Global) -> Result<Report, Failure> {
    let file = global.password_file.as_deref();
    let password = read_password(file, "New password: ")?;
    if file.is_none() && *read_password(None, "The same again: ")? != *password {
        return Err(Failure::usage("the two passwords differ").fix("try again"));
    }
    if password.is_empty() {
        return Err(Failure::usage("the password is empty").fix("choose one; it is all that protects a stolen file"));
    }
    let keystore = wallet.write_keystore(&keystore_dir(&data_root()?), &password)?;
    Ok(Report { address: wallet.address(), keystore })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("address", self.address).with("keystore", self.keystore.display());
        write!(f, "{fields}\nBack up this file and its password: the keys of your licenses derive from it.")
    }
}
