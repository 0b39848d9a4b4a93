//! What else can be sold and shown: bundles bought for somebody else, a bond beside a subscription, an attested limit,
//! a dispute before an arbitrator contract.

use anyhow::Context;
use domain::{Amount, DisputeState, OfferKind, PaymentState, Ruling};
use e2e::{Result, TestStack, datavault, refused, sale};

const DAY: u64 = 86_400;

#[tokio::test]
async fn a_bundle_is_bought_for_somebody_else_whose_it_is_while_the_refund_is_the_payers() -> Result {
    let at = TestStack::start("terms-bundle").await?;
    let (creator, payer, owner) =
        (at.session("creator").await?, at.session("company1").await?, at.session("company2").await?);
    let first = sale::content(&at, &creator, "a.csv", b"a").await?.content_id;
    let second = sale::content(&at, &creator, "b.csv", b"b").await?.content_id;
    let manifest = at.file("manifest.json", format!("[\"{first}\", \"{second}\"]"))?;
    let words = ["--title", "Both", "--license", "CC0-1.0"];
    let whole = datavault!(
        creator,
        content::register,
        [manifest.display(), words[0], words[1], words[2], words[3], "--collection"]
    )?
    .content_id;
    let item = format!("{second}:500");
    let price = ["--price", "40", "--token", "dUSD"];
    refused(
        datavault!(creator, offer::set, [first, price[0], price[1], price[2], price[3], "--item", second]),
        &["is a file: a bundle is of a collection", "--collection"],
    )?;
    let offer = datavault!(
        creator,
        offer::set,
        [whole, price[0], price[1], price[2], price[3], "--item", item, "--item", first]
    )?;
    assert_eq!((offer.terms.kind, offer.items.len()), (OfferKind::Bundle, 2));

    datavault!(owner, wallet::publish, [])?;
    let them = owner.wallet()?.address();
    let profile = owner.profiles_of(them).await?.pop().context("it was just published")?.profile_id;
    let of_another = datavault!(
        payer,
        license::buy,
        [offer.offer_id, "--for", at.stack.actors.company3.address(), "--profile", profile]
    );
    refused(of_another, &["belongs to", "`datavault wallet publish`"])?;
    let bought = datavault!(payer, license::buy, [offer.offer_id, "--for", them, "--profile", profile])?;
    let license = bought.bought.as_ref().context("it was bought")?.license_id;
    let facts = at.facts(license).await?;
    assert_eq!(owner.chain.owner_of(license).await?, them);
    assert_eq!(facts.payment.payer, payer.wallet()?.address());
    at.delivered(license).await?;
    let out = at.folder().join("got.json");
    datavault!(owner, key::receive, [license, "--out", out.display()])?;
    assert_eq!(std::fs::read(out)?, std::fs::read(manifest)?);
    Ok(())
}

#[tokio::test]
async fn a_bond_is_paid_beside_the_price_and_comes_back_when_nothing_was_above() -> Result {
    let at = TestStack::start("terms-bond").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "a.csv", b"a").await?.content_id;
    let words = ["--period", "30d", "--units", "100", "--overage-price", "0.02", "--bond", "5", "--price", "10"];
    let offer = sale::key_offer(&creator, content, &words).await?;
    let poor = datavault!(company, license::buy, [offer, "--max-total", "14.99"]);
    refused(poor, &["costs 15 dUSD, more than your 14.99 dUSD"])?;
    let bought = datavault!(company, license::buy, [offer])?;
    assert_eq!(bought.checked.bond, Amount::from(5_000_000_u128));
    let license = bought.bought.as_ref().context("it was bought")?.license_id;
    let bond = license.bond_payment_id();
    assert_eq!(bought.bought.as_ref().and_then(|bought| bought.bond_payment_id), Some(bond));
    let held = company.payment(bond).await?;
    assert_eq!((held.amount, held.license_id), (Amount::from(5_000_000_u128), license));
    assert_eq!(at.owed(at.stack.dollar()).await?, Amount::from(15_000_000_u128));

    // A delivered period is paid by a payment of its own, and the bond stays as long as the license.
    at.delivered(license).await?;
    let renewed = datavault!(company, license::renew, [license])?;
    assert!(renewed.payment_id != license.payment_id() && renewed.payment_id != bond);
    assert_eq!((renewed.periods, renewed.units), (2, 200));
    refused(datavault!(company, license::cancel, [license]), &["cannot be ended early"])?;
    let longer = company.payment(bond).await?;
    assert_eq!(longer.deadline, held.deadline + 30 * DAY);
    at.next_block_at(longer.deadline).await?;
    assert_eq!(datavault!(company, escrow::refund, [bond])?.amount, Amount::from(5_000_000_u128));
    let released = datavault!(creator, escrow::release, [renewed.payment_id])?;
    assert_eq!(released.amount, Amount::from(10_000_000_u128));
    Ok(())
}

#[tokio::test]
async fn a_limit_is_attested_without_telling_how_much_was_used() -> Result {
    let at = TestStack::start("terms-attest").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "served.bin", &[5; 8192]).await?.content_id;
    let offer = datavault!(
        creator,
        offer::set,
        [content, "--price", "1", "--token", "dUSD", "--period", "30d", "--unit-bytes", "1024"]
    )?;
    let license = sale::buy(&company, offer.offer_id).await?;
    datavault!(company, content::fetch, [license, "--count", 5, "--chunk", 1024])?;
    refused(datavault!(company, usage::attest, [license, "--max", 4]), &["5 units were used, more than the 4"])?;
    let report = datavault!(company, usage::attest, [license, "--max", 1000])?;
    let attested = report.attested.first().context("one lane was used")?;
    assert_eq!((attested.max_allowed, report.transactions.len()), (1000, 1));
    assert_eq!(company.settled_units(license).await?, 0, "nothing was settled by it");
    Ok(())
}

#[tokio::test]
async fn a_dispute_goes_before_an_arbitrator_contract_and_ends_without_it() -> Result {
    let at = TestStack::start("terms-escalate").await?;
    let (creator, company, anyone) =
        (at.session("creator").await?, at.session("company1").await?, at.session("anyone").await?);
    let panel = at.stack.deployment.panel.context("the stack has a panel")?;
    let content = sale::content(&at, &creator, "served.bin", &[5; 8192]).await?.content_id;
    let words = ["--arbitrator", &panel.to_string(), "--duration", "1h"];
    let offer = sale::served_offer(&creator, content, &words).await?;
    let license = sale::buy_units(&company, offer, 2).await?;
    // An expired license: no program can acquit.
    at.travel(3_700).await?;
    let leak = at.file("leak.txt", b"seen elsewhere")?;
    let words = ["--kind", "unauthorized_access", "--evidence"];
    let filed = datavault!(creator, dispute::file, [license, words[0], words[1], words[2], leak.display()])?;
    let d = filed.dispute_id;
    assert_eq!(filed.payment_id.0, 0, "no money is frozen for it");
    refused(datavault!(anyone, dispute::check, [d]), &["no program can decide"])?;
    refused(datavault!(company, dispute::escalate, [d]), &["before the respondent answers"])?;
    refused(datavault!(at.session("arbitrator").await?, dispute::rule, [d, "--for", "creator"]), &["is for"])?;
    at.travel(7 * DAY).await?;
    refused(datavault!(anyone, dispute::escalate, [d]), &["is no party of this dispute"])?;
    let escalated = datavault!(creator, dispute::escalate, [d])?;
    assert_eq!(escalated.arbitrator, panel);
    assert_eq!(creator.dispute(d).await?.state, DisputeState::Escalated);
    refused(datavault!(company, dispute::appeal, [d]), &["dispute"])?;
    at.travel(escalated.deadline + 1 - at.stack.chain.latest().await?.1).await?;
    let ended = datavault!(anyone, dispute::execute, [d])?;
    assert_eq!((ended.ruling, ended.bond_recipient), (Ruling::None, creator.wallet()?.address()));
    assert_eq!(creator.payment(license.payment_id()).await?.state, PaymentState::Held);
    Ok(())
}
