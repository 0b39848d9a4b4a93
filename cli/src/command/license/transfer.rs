//! `datavault license transfer`: gives a license to somebody else.

use std::fmt;

use alloy::primitives::Address;
use domain::{ChainEvent, LicenseId};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Give a transferable license to somebody else, once its payment is settled. The new owner runs `license rebind`, and
/// the key is delivered to them.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault license transfer 3 0xabc…")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Who receives it
    pub to: Address,
}

/// A license that changed hands.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// Who had it.
    pub from: Address,
    /// Who has it.
    pub to: Address,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Transfers.
///
/// # Errors
/// If the license is somebody else's, not transferable, or its payment is still held.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.own_license(args.license).await?;
    if !license.view.transferable {
        return Err(Failure::state(format!("license {} cannot be sold on", args.license))
            .fix("its offer was not made with --transferable"));
    }
    let from = license.owner;
    let sent = session.submit(session.addresses().transfer_license(args.license, from, args.to)).await?;
    let to = announced(&sent, |event| match event {
        ChainEvent::LicenseTransferred(event) => Some(event.to),
        _ => None,
    })?;
    Ok(Report { license_id: args.license, from, to, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("license", self.license_id)
            .with("now of", self.to)
            .with("then", format!("the new owner runs `datavault license rebind {}`", self.license_id));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
