//! `datavault license renew`: pays for more periods of a subscription.

use std::fmt;

use alloy::primitives::U256;
use domain::{Amount, ChainEvent, Delivery, LicenseId, PaymentId};
use serde::Serialize;

use super::buy::ready_to_pay;
use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Pay for more periods of a subscription, at the price of the first. Who paid first may; anyone where the key is
/// delivered and no bond is held.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  datavault license renew 3\n  datavault license renew 3 --periods 12")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// How many periods to add
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    pub periods: u8,
}

/// A license that lasts longer.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// Where the price of the added periods is held.
    pub payment_id: PaymentId,
    /// What was paid.
    pub paid: Amount,
    /// What it is counted in.
    pub currency: Currency,
    /// Periods paid for so far.
    pub periods: u8,
    /// Metered units included so far; zero: no limit.
    pub units: u64,
    /// Unix seconds.
    pub expires_at: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Renews.
///
/// # Errors
/// If the license is no subscription, has expired, or its content is not sold any more.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.license(args.license).await?;
    if !session.chain.is_renewable(args.license).await? {
        return Err(Failure::state(format!("license {} cannot be renewed", args.license))
            .fix("only a subscription can, before it expires and while its content is active; buy a new one"));
    }
    let (payer, me) = (session.payment(args.license.payment_id()).await?.payer, session.wallet()?.address());
    if payer != me && (license.view.delivery == Delivery::Served || license.view.bonded) {
        return Err(Failure::state(format!("license {} was paid by {payer}, who alone may renew it", args.license))
            .fix(format!("sign with that key, or buy a license; you are {me}")));
    }
    let terms = session.offer(license.view.offer_id).await?.terms;
    let currency = session.currency(terms.token).await?;
    let paid = Amount(terms.price.0.saturating_mul(U256::from(args.periods)));
    super::buy::require_balance(session, &currency, paid).await?;
    let mut transactions = Vec::new();
    let value = ready_to_pay(session, terms.token, paid, &mut transactions).await?;
    let duration_secs = u64::from(terms.duration_secs) * u64::from(args.periods);
    let call = session.addresses().renew(args.license, duration_secs, value);
    session.agree(&call, &[format!("pays {} into escrow", currency.show(paid))]).await?;
    let sent = session.send_agreed(call).await?;
    let renewed = announced(&sent, |event| match event {
        ChainEvent::LicenseRenewed(event) => Some(event.clone()),
        _ => None,
    })?;
    transactions.push(sent.transaction);
    Ok(Report {
        license_id: args.license,
        payment_id: renewed.payment_id,
        paid,
        currency,
        periods: renewed.periods,
        units: renewed.units,
        expires_at: renewed.expires_at,
        transactions,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("license", self.license_id)
            .with("paid", format!("{}, held as payment {}", self.currency.show(self.paid), self.payment_id))
            .with("periods", self.periods)
            .maybe("units", (self.units != 0).then_some(self.units))
            .with("expires", show_time(self.expires_at));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
