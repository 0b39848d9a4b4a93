//! `datavault key deliver`: delivers a content key with a proof that the chain verifies.

use std::fmt;

use alloy::{primitives::U256, providers::Provider};
use domain::{Amount, LicenseId};
use gateway::deliver::{Deliverer, DelivererConfig, DeliveryPolicy, Outcome};
use serde::Serialize;

use crate::{
    failure::{Failure, OrFail},
    network::DEV,
    output::Fields,
    session::Session,
    submit::{Consent, Transaction, ask},
};

/// Deliver the content key of a license, encrypted to its licensee, with a proof that it is the registered one.
///
/// A running meter does this by itself.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault key deliver 1")]
pub struct Args {
    /// The license
    pub license: LicenseId,
}

/// A key that was delivered.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// How long the proof took.
    pub proving_millis: u64,
    /// What was sent; nothing if it was delivered before.
    pub transactions: Vec<Transaction>,
}

/// Proves and delivers. What was delivered already is not delivered again.
///
/// # Errors
/// If the license is not delivered by key, the deadline passed or is too near, or this wallet does not have the key.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.license(args.license).await?;
    let offer = session.offer(license.view.offer_id).await?;
    let keys = session.content_keys()?;
    if !license.view.delivered && !keys.has(offer.terms.content_id) {
        return Err(Failure::state(format!("this wallet does not have the key of content {}", offer.terms.content_id))
            .fix("use the wallet, and the data folder, that registered it"));
    }
    if session.consent == Consent::Ask && !license.view.delivered {
        ask(&format!("deliver the key of license {}: whoever has a key may keep it. Deliver?", args.license))?;
    }
    let deliverer = deliverer(session).await?;
    let step = session.progress.step("proving that the key is the registered one, and delivering it");
    let outcome = deliverer
        .deliver_license(args.license)
        .await
        .or_fail(|| format!("the key of license {} was not delivered", args.license))?;
    drop(step);
    let mut report = Report { license_id: args.license, proving_millis: 0, transactions: Vec::new() };
    match outcome {
        Outcome::AlreadyDelivered => Ok(report),
        Outcome::Delivered { tx_hash, gas_used, proving } => {
            let receipt = session.chain.provider().get_transaction_receipt(tx_hash).await;
            let receipt = receipt
                .or_unreachable(|| "the node forgot the delivery".into())?
                .ok_or_else(|| Failure::unreachable(format!("transaction {tx_hash} is gone: a reorg dropped it")))?;
            report.proving_millis = u64::try_from(proving.as_millis()).unwrap_or(u64::MAX);
            report.transactions.push(Transaction {
                action: "deliver the key",
                hash: tx_hash,
                block_number: receipt.block_number.unwrap_or_default(),
                gas_used,
                fee: Amount(U256::from(gas_used) * U256::from(receipt.effective_gas_price)),
            });
            Ok(report)
        }
        Outcome::Waiting(reason) => Err(Failure::state(format!("license {}: {reason}", args.license))
            .fix("run the command again later, or let `datavault meter serve` do it")),
        Outcome::Skipped(reason) => Err(Failure::state(format!("license {}: {reason}", args.license))),
    }
}

/// A worker that delivers keys of this wallet.
pub(crate) async fn deliverer(session: &Session) -> Result<Deliverer, Failure> {
    let home = session.home()?;
    crate::home::make_private_dir(&home.meter())?;
    let mut policy = DeliveryPolicy::default();
    if session.network.name == DEV {
        // Blocks of a development chain come only with transactions, and nobody takes them back in earnest.
        policy.confirmations = 0;
        policy.poll = std::time::Duration::from_secs(1);
    }
    let config = DelivererConfig {
        data_dir: home.meter(),
        chain: session.chain.clone(),
        prover: session.prover().await?,
        sender: session.wallet()?.signer().clone(),
        keys: session.content_keys()?,
        policy,
    };
    Deliverer::open(config).await.or_fail(|| "cannot start delivering".into())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.transactions.is_empty() {
            return write!(f, "the key of license {} was delivered before", self.license_id);
        }
        let fields =
            Fields::new().with("delivered", self.license_id).with("proof", format!("{} ms", self.proving_millis));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
