//! `datavault license buy`: checks what is offered, and buys it.

mod check;
mod pending;

use std::{fmt, path::PathBuf};

use alloy::primitives::Address;
use contracts::{Order, offer_digest};
use domain::{
    Amount, ChainEvent, ContentId, LicenseId, LicenseIssued, OfferId, OfferKind, PaymentId, ProfileId, Token,
};
use serde::Serialize;

pub use self::check::Checked;
use self::pending::{PendingOrder, Told};
use crate::{
    command::offer::sign::SignedTerms,
    failure::Failure,
    lookup::Offer,
    money::Currency,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
    wallet::Wallet,
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
  datavault license buy 1 --check
  datavault license buy --signed terms.json
  datavault license buy 1 --for 0xabc… --profile 7")]
pub struct Args {
    /// The offer
    #[arg(required_unless_present = "signed")]
    pub offer: Option<OfferId>,
    /// Buy at terms that the creator signed: a file that `offer sign` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "offer")]
    pub signed: Option<PathBuf>,
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
    /// Who receives the license; you pay, and what is refunded comes back to you; default: you
    #[arg(long = "for", value_name = "ADDRESS", requires = "profile")]
    pub licensee: Option<Address>,
    /// That account's published keys
    #[arg(long, value_name = "ID", requires = "licensee")]
    pub profile: Option<ProfileId>,
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
    /// Where the bond is held, if there is one.
    pub bond_payment_id: Option<PaymentId>,
    /// Who owns it.
    pub licensee: Address,
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
    fn new(issued: &LicenseIssued, checked: &Checked, found: bool) -> Self {
        Self {
            license_id: issued.license_id,
            payment_id: issued.license_id.payment_id(),
            bond_payment_id: (checked.bond != Amount::ZERO).then(|| issued.license_id.bond_payment_id()),
            licensee: issued.licensee,
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
    let (offer, signed) = what_is_offered(session, &args).await?;
    let offer_id = offer.offer_id;
    let units = wanted_units(&offer.terms.kind, args.units)?;
    let licensee = args.licensee.or_else(|| session.wallet().ok().map(Wallet::address));
    let checked = check::check(session, &offer, units, licensee).await?;
    if args.check {
        return Ok(Report { checked, bought: None, transactions: Vec::new(), _told: None });
    }
    let wallet = session.wallet()?;
    let order_file = PendingOrder::of(session, offer_id)?;
    if let Some(issued) = order_file.find_bought(session).await? {
        let bought = Some(Bought::new(&issued, &checked, true));
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
            "offer {offer_id} costs {}, more than your {}",
            show(checked.total),
            show(max_total)
        ))
        .fix("raise --max-total, or buy fewer units"));
    }
    check::balance(session, wallet.address(), &checked).await?;
    check::arbitration(&checked, args.accept_no_arbitration)?;

    let mut transactions = Vec::new();
    let (licensee, profile_id) = match args.licensee.zip(args.profile) {
        Some((licensee, profile_id)) => (licensee, owned_profile(session, licensee, profile_id).await?),
        None => (wallet.address(), ensure_profile(session, &mut transactions).await?),
    };
    let value = ready_to_pay(session, offer.terms.token, checked.total, &mut transactions).await?;
    let order = Order {
        offer_id,
        licensee,
        profile_id,
        units,
        max_total,
        payer: Address::ZERO,
        referrer: args.referrer.unwrap_or_default(),
    };
    let call = match signed {
        Some(signed) => session.addresses().buy_signed(&order, &offer.terms, signed.proof, signed.signature, value),
        None => session.addresses().buy(&order, &offer.terms, value),
    };
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
    let bought = Some(Bought::new(&issued, &checked, false));
    Ok(Report { checked, bought, transactions, _told })
}

/// The offer of an id, or the one that a creator signed off the chain.
async fn what_is_offered(session: &Session, args: &Args) -> Result<(Offer, Option<SignedTerms>), Failure> {
    let Some(file) = &args.signed else {
        let id = args.offer.ok_or_else(|| Failure::usage("no offer is named").fix("name its id, or --signed FILE"))?;
        return Ok((session.offer(id).await?, None));
    };
    let signed = SignedTerms::read(session, file).await?;
    let status = session.chain.offer_status(signed.offer_id).await?;
    if status.is_known() && status.digest != offer_digest(&signed.terms) {
        return Err(Failure::mismatch(format!("offer {} has other terms than `{}`", signed.offer_id, file.display()))
            .fix("ask the creator to sign them anew"));
    }
    let content = session.content(signed.terms.content_id).await?;
    let offer = Offer {
        offer_id: signed.offer_id,
        creator: content.creator,
        open: !status.closed && (!status.is_known() || status.generation == content.generation),
        sold: status.sold.into(),
        terms: signed.terms.clone(),
        items: signed.items.clone(),
    };
    Ok((offer, Some(signed)))
}

/// Another account's published keys.
async fn owned_profile(session: &Session, licensee: Address, id: ProfileId) -> Result<ProfileId, Failure> {
    let (profile, _) = session.profile(id).await?;
    match profile.owner == licensee {
        true => Ok(id),
        false => Err(Failure::usage(format!("profile {id} belongs to {}, not to {licensee}", profile.owner))
            .fix("name the --profile that `datavault wallet publish` gave them")),
    }
}

/// What a call must carry in wei to pay so much; for a token, lets the escrow take it where it may not yet.
pub(crate) async fn ready_to_pay(
    session: &Session,
    token: Token,
    total: Amount,
    transactions: &mut Vec<Transaction>,
) -> Result<Amount, Failure> {
    if token.is_eth() {
        return Ok(total);
    }
    if session.chain.allowance(token, session.wallet()?.address()).await? < total {
        let sent = session.submit(session.addresses().approve(token, total)).await?;
        transactions.push(sent.transaction);
    }
    Ok(Amount::ZERO)
}

fn wanted_units(kind: &OfferKind, units: Option<u64>) -> Result<u64, Failure> {
    match (kind, units) {
        (OfferKind::PerUse, None | Some(0)) => {
            Err(Failure::usage("this offer is metered: it needs to know how many units to prepay").fix("pass --units"))
        }
        (OfferKind::PerUse, Some(units)) => Ok(units),
        (_, None | Some(0)) => Ok(0),
        (_, Some(_)) => {
            Err(Failure::usage("this offer is not paid by the unit: it has no units to buy").fix("leave --units away"))
        }
    }
}

/// Says how much is missing in the wallet, if anything.
pub(crate) async fn require_balance(session: &Session, currency: &Currency, total: Amount) -> Result<(), Failure> {
    check::enough(session, session.wallet()?.address(), currency, total).await
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
            .maybe("bond", checked.bond_words())
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
