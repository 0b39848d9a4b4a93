//! `datavault key accept`: the licensee says that the key arrived.

use std::fmt;

use alloy::primitives::Bytes;
use contracts::sign_accept_key;
use domain::{ChainEvent, LicenseId};
use serde::Serialize;

use crate::{
    failure::{Failure, OrFail},
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Say that the key of a license arrived, which starts the dispute window as a delivery by proof does.
///
/// Look first at what the key opens: after the dispute window the price is the creator's. With `--sign-only` nothing
/// is sent; whoever gets the signature brings it to the chain with `--signature`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault key accept 1
  datavault key accept 1 --sign-only
  datavault key accept 1 --signature 0x8f…")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Print the signature and send nothing
    #[arg(long, conflicts_with = "signature")]
    pub sign_only: bool,
    /// Send the owner's signature; anyone may
    #[arg(long, value_name = "HEX")]
    pub signature: Option<Bytes>,
}

/// A key that was accepted.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// For which of its keys.
    pub epoch: u32,
    /// The owner's signature.
    pub signature: Bytes,
    /// What was sent; nothing with `--sign-only`.
    pub transactions: Vec<Transaction>,
}

/// Accepts.
///
/// # Errors
/// If the license is somebody else's and no signature is given, or nothing is to be accepted.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.license(args.license).await?;
    let epoch = license.view.epoch;
    let signature = match args.signature {
        Some(signature) => signature,
        None => {
            session.own_license(args.license).await?;
            let (chain_id, licenses) = (session.chain.chain_id(), session.addresses().licenses);
            let signed = sign_accept_key(session.wallet()?.signer(), chain_id, licenses, args.license, epoch);
            signed.or_fail(|| "cannot sign".into())?.into()
        }
    };
    let mut report = Report { license_id: args.license, epoch, signature, transactions: Vec::new() };
    if args.sign_only {
        return Ok(report);
    }
    let sent = session.submit(session.addresses().accept_key(args.license, report.signature.clone())).await?;
    announced(&sent, |event| matches!(event, ChainEvent::KeyAccepted(_)).then_some(()))?;
    report.transactions.push(sent.transaction);
    Ok(report)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("license", self.license_id)
            .maybe("epoch", (self.epoch != 0).then_some(self.epoch))
            .maybe("signature", self.transactions.is_empty().then_some(&self.signature));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
