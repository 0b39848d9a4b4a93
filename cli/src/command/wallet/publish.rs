//! `datavault wallet publish`: tells the chain the keys that licenses are bought for, and evidence is sealed to.

use std::fmt;

use alloy::primitives::U256;
use domain::ProfileId;
use serde::Serialize;

use crate::{
    command::license::buy::ensure_profile, failure::Failure, output::Fields, session::Session, submit::Transaction,
};

/// Publish the wallet's keys. Buyers need not: `license buy` does it. Arbitrators must, before disputes are filed.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  datavault wallet publish")]
pub struct Args {}

/// Keys that are published.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version's id.
    pub profile_id: ProfileId,
    /// Poseidon of the key.
    pub commitment: U256,
    /// What was sent; nothing if it was published before.
    pub transactions: Vec<Transaction>,
}

/// Publishes the keys, unless this very version is published.
///
/// # Errors
/// If there is no wallet or the chain refuses.
pub async fn run(session: &Session, _args: Args) -> Result<Report, Failure> {
    let mut transactions = Vec::new();
    let profile_id = ensure_profile(session, &mut transactions).await?;
    Ok(Report { profile_id, commitment: session.licensee_keys()?.secret.public().commitment(), transactions })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("profile", self.profile_id).with("key hash", format!("{:#x}", self.commitment));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
