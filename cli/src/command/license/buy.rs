//! `datavault license buy`: checks what is offered, and buys it.

mod check;
mod pending;

use std::fmt;

use alloy::primitives::Address;
use contracts::Order;
use domain::{Amount, ChainEvent, ContentId, LicenseId, LicenseIssued, OfferId, OfferKind, PaymentId, ProfileId};
use serde::Serialize;

pub use self::check::Checked;
use self::pending::{PendingOrder, Told};
use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Check what is offered, and buy it.
///
/// Before anything is paid, the ciphertext is fetched and compared with its CID, the meter's keys are checked, and so
/// is whether the arbitrator could be shown what is wrong.
/// The price goes to the escrow, never to the creator directly. Running the command again after a crash finds the
/// license that was bought instead of buying twice.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault license buy 1 --max-total 25
  datavault license buy 2 --units 1000
  datavault license buy 1 --check")]
pub struct Args {
    /// The offer
    pub offer: OfferId,
    /// Metered units to prepay; needed for metered offers only
    #[arg(long)]
    pub units: Option<u64>,
    /// The most to pay in all, in the offer's token; default: what the offer asks now
    #[arg(long, value_name = "AMOUNT")]
    pub max_total: Option<String>,
    /// Only check, buy nothing
    #[arg(long)]
    pub check: bool,
    /// Buy although the arbitrator published no key: what is wrong with the content could not be shown to it
    #[arg(long)]
    pub accept_no_arbitration: bool,
    /// Who is to share the platform's fee
    #[arg(long, value_name = "ADDRESS")]
    pub referrer: Option<Address>,
}

/// What was checked, and bought.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What was found before paying.
    #[serde(flatten)]
    pub checked: Checked,
    /// What was bought; nothing with `--check`.
    pub bought: Option<Bought>,
    /// What was sent.
    pub transactions: Vec<Transaction>,
    #[serde(skip)]
    _told: Option<Told>,
}

/// A license that was bought.
#[derive(Debug, Serialize)]
pub struct Bought {
    /// The license.
    pub license_id: LicenseId,
    /// Where the price is held.
    pub payment_id: PaymentId,
    /// The keys that it was bought for.
    pub profile_id: ProfileId,
    /// Units prepaid.
    pub units: u64,
    /// Unix seconds; zero: never.
    pub expires_at: u64,
    /// An earlier run of this command had bought it.
    pub found: bool,
}

impl Bought {
    fn new(issued: &LicenseIssued, found: bool) -> Self {
        Self {
            license_id: issued.license_id,
            payment_id: issued.payment_id,
            profile_id: issued.profile_id,
            units: issued.units,
            expires_at: issued.expires_at,
            found,
        }
    }
}

/// Checks, and buys.
///
/// # Errors
/// If the offer cannot be bought, its content or meter is not as registered, or the balance is too little.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let offer = session.offer(args.offer).await?;
    let units = wanted_units(&offer.terms.kind, args.units)?;
    let checked = check::check(session, &offer, units).await?;
    if args.check {
        return Ok(Report { checked, bought: None, transactions: Vec::new(), _told: None });
    }
    let wallet = session.wallet()?;
    let order_file = PendingOrder::of(session, args.offer)?;
    if let Some(issued) = order_file.find_bought(session).await? {
        let bought = Some(Bought::new(&issued, true));
        let _told = Some(order_file.clear_once_told());
        return Ok(Report { checked, bought, transactions: Vec::new(), _told });
    }
    let max_total = match &args.max_total {
        Some(text) => checked.currency.parse(text)?,
        None => checked.total,
    };
    if checked.total > max_total {
        let show = |amount| checked.currency.show(amount);
        return Err(Failure::state(format!(
            "offer {} costs {}, more than your {}",
            args.offer,
            show(checked.total),
            show(max_total)
        ))
        .fix("raise --max-total, or buy fewer units"));
    }
    check::balance(session, wallet.address(), &checked).await?;
    check::arbitration(&checked, args.accept_no_arbitration)?;

    let mut transactions = Vec::new();
    let profile_id = ensure_profile(session, &mut transactions).await?;
    let token = offer.terms.token;
    if !token.is_eth() && session.chain.allowance(token, wallet.address()).await? < checked.total {
        let sent = session.submit(session.addresses().approve(token, checked.total)).await?;
        transactions.push(sent.transaction);
    }
    let order = Order {
        offer_id: args.offer,
        licensee: wallet.address(),
        profile_id,
        units,
        max_total,
        expected_terms_hash: offer.terms.terms_hash,
        referrer: args.referrer.unwrap_or_default(),
    };
    let value = if token.is_eth() { checked.total } else { Amount::ZERO };
    let call = session.addresses().buy(&order, value);
    session.agree(&call, &checked.facts()).await?;
    order_file.begin(session).await?;
    let sent = match session.send_agreed(call).await {
        Ok(sent) => sent,
        Err(failure) => {
            order_file.clear_if_unbought(&failure)?;
            return Err(failure);
        }
    };
    let issued = announced(&sent, |event| match event {
        ChainEvent::LicenseIssued(event) => Some(event.clone()),
        _ => None,
    })?;
    transactions.push(sent.transaction);
    let _told = Some(order_file.clear_once_told());
    Ok(Report { checked, bought: Some(Bought::new(&issued, false)), transactions, _told })
}

fn wanted_units(kind: &OfferKind, units: Option<u64>) -> Result<u64, Failure> {
    match (kind, units) {
        (OfferKind::PerUse, None | Some(0)) => {
            Err(Failure::usage("this offer is metered: it needs to know how many units to prepay").fix("pass --units"))
        }
        (OfferKind::PerUse, Some(units)) => Ok(units),
        (_, None | Some(0)) => Ok(0),
        (_, Some(_)) => Err(Failure::usage("this offer is not metered: it has no units").fix("leave --units away")),
    }
}

/// The published version of this wallet's licensee keys; publishes them if there is none.
pub(crate) async fn ensure_profile(
    session: &Session,
    transactions: &mut Vec<Transaction>,
) -> Result<ProfileId, Failure> {
    let keys = session.licensee_keys()?;
    let (public, signer) = (keys.secret.public(), keys.session.address());
    let published = session.profiles_of(session.wallet()?.address()).await?;
    let same = published
        .iter()
        .rev()
        .find(|profile| profile.key_x == public.x() && profile.key_y == public.y() && profile.session_key == signer);
    if let Some(profile) = same {
        return Ok(profile.profile_id);
    }
    let call = session.addresses().publish_profile(public.x(), public.y(), public.commitment(), signer);
    let sent = session.submit(call).await?;
    let profile_id = announced(&sent, |event| match event {
        ChainEvent::ProfilePublished(event) => Some(event.profile_id),
        _ => None,
    })?;
    transactions.push(sent.transaction);
    Ok(profile_id)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checked = &self.checked;
        let content: ContentId = checked.content_id;
        let fields = Fields::new()
            .maybe("license", self.bought.as_ref().map(|bought| bought.license_id))
            .maybe("payment", self.bought.as_ref().map(|b| format!("{}, held by the escrow", b.payment_id)))
            .maybe("expires", self.bought.as_ref().map(|bought| show_time(bought.expires_at)))
            .with("content", content)
            .with("total", Currency::show(&checked.currency, checked.total))
            .with("arbitrator", checked.arbitrator_words())
            .maybe("delivery", checked.delivery_words())
            .maybe("complaints", checked.dispute_words())
            .maybe("use", checked.expiry_words())
            .with(
                "ciphertext",
                match checked.ciphertext_bytes {
                    Some(bytes) => format!("{} ({bytes} bytes, every block checked)", checked.cid),
                    None => format!("{} (stays at the meter)", checked.cid),
                },
            )
            .with("meter", format!("{} at {}, keys checked", checked.meter_id, checked.meter_url));
        let fields = checked.warnings.iter().fold(fields, |fields, warning| fields.with("warning", warning));
        match &self.bought {
            None => write!(f, "{fields}\nnothing was bought (--check)"),
            Some(bought) if bought.found => write!(f, "{fields}\nan earlier run had bought it: nothing was sent"),
            Some(_) => write!(f, "{fields}\n{}", Transaction::lines(&self.transactions)),
        }
    }
}
