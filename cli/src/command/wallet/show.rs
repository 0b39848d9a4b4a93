//! `datavault wallet show`.

use std::{fmt, path::PathBuf};

use alloy::primitives::{Address, U256};
use domain::{Amount, Token};
use serde::Serialize;

use crate::{failure::Failure, money::Currency, output::Fields, session::Session};

/// Show who signs, and its balance.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  datavault wallet show --network dev")]
pub struct Args {}

/// A wallet.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its address.
    pub address: Address,
    /// Its ETH, in wei.
    pub balance: Amount,
    /// Where its keys, receipts and blocks are.
    pub home: PathBuf,
    /// Poseidon of the key that licenses are bought for.
    pub licensee_commitment: U256,
}

/// Shows the wallet.
///
/// # Errors
/// If there is none, or the chain does not answer.
pub async fn run(session: &Session, _args: Args) -> Result<Report, Failure> {
    let address = session.wallet()?.address();
    Ok(Report {
        address,
        balance: session.balance(address, Token::ETH).await?,
        home: session.home()?.path().to_owned(),
        licensee_commitment: session.licensee_keys()?.secret.public().commitment(),
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Fields::new()
            .with("address", self.address)
            .with("balance", Currency::eth().show(self.balance))
            .with("licensee key", format!("{:#x}", self.licensee_commitment))
            .with("folder", self.home.display())
            .fmt(f)
    }
}
