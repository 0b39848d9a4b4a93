//! `datavault license rebind`: binds a license to this wallet's keys.

use std::fmt;

use domain::{ChainEvent, LicenseId, ProfileId};
use serde::Serialize;

use super::buy::ensure_profile;
use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Bind a license to this wallet's keys, and have its content's key delivered anew. Needed after a license changed
/// hands, or when its keys may be known to others.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault license rebind 3")]
pub struct Args {
    /// The license
    pub license: LicenseId,
}

/// A license in a new epoch.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The keys that it is bound to now.
    pub profile_id: ProfileId,
    /// How often it was bound to other keys.
    pub epoch: u32,
    /// Version of the content whose key is delivered.
    pub content_version: u8,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Binds.
///
/// # Errors
/// If the license is somebody else's, expired, or its first delivery is still due.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    session.own_license(args.license).await?;
    let mut transactions = Vec::new();
    let profile_id = ensure_profile(session, &mut transactions).await?;
    let sent = session.submit(session.addresses().rebind(args.license, profile_id)).await?;
    let rebound = announced(&sent, |event| match event {
        ChainEvent::LicenseRebound(event) => Some(event.clone()),
        _ => None,
    })?;
    transactions.push(sent.transaction);
    Ok(Report {
        license_id: args.license,
        profile_id,
        epoch: rebound.epoch,
        content_version: rebound.content_version,
        transactions,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("license", self.license_id)
            .with("keys", format!("profile {}, epoch {}", self.profile_id, self.epoch))
            .maybe("version", (self.content_version != 0).then_some(self.content_version));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
