//! `datavault usage settle`: settles by the last head that both sides signed.

use std::fmt;

use alloy::primitives::U256;
use contracts::SignedHead;
use domain::{Amount, ChainEvent, Context, LicenseId};
use serde::Serialize;

use super::prove::lanes;
use crate::{
    blocks::blocking,
    command::content::fetch::receipts,
    failure::{Failure, OrFail},
    money::Currency,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Settle by the last head that both sides signed, lane by lane. Cheap, and shows nothing but totals.
///
/// What was proved already is not drawn again.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault usage settle 2")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
}

/// What was settled.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The heads that were settled.
    pub heads: Vec<Settled>,
    /// Units settled for the license, over all lanes.
    pub settled_units: u64,
    /// What was drawn from the escrow by these heads.
    pub drawn: Amount,
    /// What it is counted in.
    pub currency: Currency,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// One head.
#[derive(Debug, Serialize)]
pub struct Settled {
    /// Its lane.
    pub lane: u32,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// The head.
    pub head: U256,
}

/// Settles every lane whose last signed head is newer than the one settled by signatures.
///
/// # Errors
/// If receipts are missing, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.own_license(args.license).await?;
    let terms = session.offer(license.view.offer_id).await?.terms;
    let before = session.payment(license.view.payment_id).await?.due;
    let store = receipts(session).await?;
    let (mut heads, mut transactions) = (Vec::new(), Vec::new());
    for (lane, ctx) in lanes(&store, args.license, license.view.epoch, args.lane).await? {
        let reading = store.clone();
        let last = blocking(move || reading.last(ctx)).await?.or_fail(|| "cannot read the receipts".into())?;
        let Some(last) = last else { continue };
        let head = last.head;
        if head.total <= session.chain.lane_state(Context(ctx)).await?.signed_total {
            continue;
        }
        let signed = SignedHead {
            license_id: args.license,
            lane,
            seq: head.seq,
            total: head.total,
            head: head.head,
            time: head.time,
            licensee_signature: last.licensee_signature,
            meter_signature: last.meter_signature,
        };
        let sent = session.submit(session.addresses().settle_signed(&signed)).await?;
        announced(&sent, |event| matches!(event, ChainEvent::UsageSigned(_)).then_some(()))?;
        transactions.push(sent.transaction);
        heads.push(Settled { lane, seq: head.seq, total: head.total, head: head.head });
    }
    let after = session.payment(license.view.payment_id).await?.due;
    Ok(Report {
        license_id: args.license,
        heads,
        settled_units: session.settled_units(args.license).await?,
        drawn: Amount(after.0.saturating_sub(before.0)),
        currency: session.currency(terms.token).await?,
        transactions,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads: Vec<_> = self
            .heads
            .iter()
            .map(|head| format!("lane {} at event {}, {} units", head.lane, head.seq, head.total))
            .collect();
        let fields = Fields::new()
            .with("license", self.license_id)
            .maybe("heads", (!heads.is_empty()).then(|| heads.join("; ")))
            .with("settled", format!("{} units in all", self.settled_units))
            .with("drawn now", self.currency.show(self.drawn));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
