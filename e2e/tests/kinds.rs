//! Ways to buy and to go on: subscriptions, keys accepted by signature, licenses sold on, terms signed off the chain,
//! and a complaint that a program decides.

use anyhow::{Context, ensure};
use domain::{Amount, DisputeKind, LicenseId, OfferKind, PaymentState, Ruling};
use e2e::{Result, TestStack, datavault, refused, sale};

const DAY: u64 = 86_400;
/// dUSD that every company starts with, in its smallest units.
const START: u128 = 1_000_000_000;
/// What a filer posts, in wei: 0.05 ETH.
const BOND: u128 = 50_000_000_000_000_000;

/// The escrow has what it owes, to the base unit.
async fn solvent(at: &TestStack) -> Result {
    let anyone = at.session("anyone").await?;
    let escrow = anyone.addresses().escrow;
    for token in [domain::Token::ETH, at.stack.dollar()] {
        assert_eq!(anyone.chain.token_balance(token, escrow).await?, at.owed(token).await?, "{token}");
    }
    Ok(())
}

#[tokio::test]
async fn a_subscription_is_renewed_at_its_price_and_ended_for_the_rest_of_it() -> Result {
    let at = TestStack::start("kinds-subscription").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let (dollar, me) = (at.stack.dollar(), company.wallet()?.address());
    let content = sale::content(&at, &creator, "served.bin", &[5; 8192]).await?.content_id;
    let words = ["--kind", "subscription", "--period", "30d", "--unit-bytes", "1024"];
    let offer = datavault!(
        creator,
        offer::set,
        [content, "--price", "30", "--token", "dUSD", words[0], words[1], words[2], words[3], words[4], words[5]]
    )?;
    assert_eq!(offer.terms.kind, OfferKind::Subscription);
    let license = sale::buy(&company, offer.offer_id).await?;
    let l = license.to_string();
    let bought = at.facts(license).await?;
    assert_eq!(bought.payment.amount, Amount::from(30_000_000_u128));
    assert_eq!(bought.license.expires_at - bought.license.starts_at, 30 * DAY);
    assert_eq!(datavault!(company, content::fetch, [license, "--count", 3, "--chunk", 1024])?.units, 3);

    // Half a period later, half of it may leave; a renewal does not change what a second costs.
    at.next_block_at(bought.payment.starts_at + 15 * DAY).await?;
    let released = datavault!(creator, escrow::release, [license])?;
    assert_eq!(released.amount, Amount::from(15_000_000_u128));
    let renewed = at.run("company1", &["license", "renew", &l, "--periods", "2", "--json"]).await?.report()?;
    assert_eq!((&renewed["paid"], &renewed["periods"]), (&"60000000".into(), &3.into()), "{renewed}");
    let after = at.facts(license).await?;
    assert_eq!(after.license.expires_at, bought.license.expires_at + 60 * DAY);
    assert_eq!(after.payment.amount, Amount::from(90_000_000_u128));
    let shown = at.run("company1", &["escrow", "show", &l, "--json"]).await?.report()?;
    assert_eq!(shown["rule"], "linear", "{shown}");

    // Only who paid may end it; what was not served comes back at once.
    at.run("company2", &["license", "cancel", &l]).await?.says(3, &["did not pay for license"])?;
    at.next_block_at(bought.payment.starts_at + 45 * DAY).await?;
    let ended = datavault!(company, license::cancel, [license])?;
    assert_eq!(ended.released, Amount::from(30_000_000_u128));
    assert_eq!(ended.refunded, Amount::from(45_000_000_u128));
    datavault!(company, escrow::withdraw, ["--token", "dUSD"])?;
    assert_eq!(company.chain.token_balance(dollar, me).await?, Amount::from(START - 45_000_000));
    assert_eq!(at.facts(license).await?.payment.state, PaymentState::Closed);
    assert!(!company.license(license).await?.valid);
    at.run("company1", &["license", "renew", &l]).await?.error(3)?;
    let fetched = datavault!(company, content::fetch, [license, "--range", "0-9"]);
    refused(fetched, &["expired"])?;
    let mirrored = at.api_at_head(&format!("v1/licenses/{license}")).await?;
    assert_eq!((&mirrored["periods"], &mirrored["ended"]), (&3.into(), &true.into()), "{mirrored}");
    solvent(&at).await
}

#[tokio::test]
async fn a_deposit_that_is_ended_early_comes_back_after_the_grace() -> Result {
    let at = TestStack::start("kinds-ended-deposit").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "served.bin", &[5; 8192]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &["--settlement-grace", "2d"]).await?;
    let license = sale::buy_units(&company, offer, 10).await?;
    datavault!(company, content::fetch, [license, "--count", 4, "--chunk", sale::UNIT_BYTES])?;
    let ended = datavault!(company, license::cancel, [license])?;
    assert_eq!((ended.refunded, ended.refundable_at), (Amount::ZERO, ended.expires_at + 2 * DAY));
    refused(datavault!(company, escrow::refund, [license]), &["is not refundable before"])?;
    assert_eq!(datavault!(creator, usage::settle, [license])?.settled_units, 4);
    at.next_block_at(ended.refundable_at).await?;
    let refunded = datavault!(company, escrow::refund, [license])?;
    assert_eq!(refunded.amount, Amount::from(6 * sale::UNIT_PRICE));
    solvent(&at).await
}

#[tokio::test]
async fn a_key_is_accepted_by_the_owners_signature_whoever_brings_it() -> Result {
    let at = TestStack::start("kinds-accept").await?;
    let (seller, offer) = sale::undelivered(&at, "a.csv", &["--dispute-window", "1h"]).await?;
    let (company, anyone) = (at.session("company1").await?, at.session("anyone").await?);
    let license = sale::buy(&company, offer).await?;
    let l = license.to_string();
    at.run("company2", &["key", "accept", &l, "--sign-only"]).await?.says(3, &["belongs to", "not to you"])?;
    let other = sale::buy(&company, offer).await?;
    let signed = at.run("company1", &["key", "accept", &l, "--sign-only", "--json"]).await?.report()?;
    let signature = signed["signature"].as_str().context("a signature")?;
    assert!(!at.facts(license).await?.license.delivered, "nothing was sent");

    refused(datavault!(anyone, key::accept, [other, "--signature", signature]), &["the signature is not one of"])?;
    let accepted = datavault!(anyone, key::accept, [license, "--signature", signature])?;
    assert_eq!(accepted.transactions.len(), 1);
    let facts = at.facts(license).await?;
    assert!(facts.license.delivered && facts.payment.state == PaymentState::Delivered);
    let shown = at.run("company1", &["license", "show", &l, "--json"]).await?.report()?;
    assert_eq!((&shown["delivered"], &shown["accepted"]), (&true.into(), &true.into()), "{shown}");
    at.next_block_at(facts.payment.releasable_at).await?;
    assert_eq!(datavault!(seller, escrow::release, [license])?.amount, Amount::from(sale::PRICE));
    // The owner itself needs no signature.
    let owned = datavault!(company, key::accept, [other])?;
    assert_eq!(owned.transactions.len(), 1);
    solvent(&at).await
}

#[tokio::test]
async fn a_license_is_sold_on_bound_to_other_keys_and_its_key_comes_anew() -> Result {
    let at = TestStack::start("kinds-sold-on").await?;
    let (creator, company, next) =
        (at.session("creator").await?, at.session("company1").await?, at.session("company2").await?);
    let content = sale::content(&at, &creator, "a.csv", b"a,b\n1,2\n").await?.content_id;
    let words = ["--transferable", "--royalty-bps", "500", "--dispute-window", "1h"];
    let offer = sale::key_offer(&creator, content, &words).await?;
    let license = sale::buy(&company, offer).await?;
    let (l, to) = (license.to_string(), next.wallet()?.address().to_string());
    at.delivered(license).await?;
    at.run("company1", &["license", "transfer", &l, &to]).await?.says(3, &["its payment is still held"])?;
    at.travel(3_601).await?;
    datavault!(creator, escrow::release, [license])?;
    datavault!(company, license::transfer, [license, to])?;

    // The first owner's keys open nothing any more, and the second's not yet.
    at.run("company1", &["key", "receive", &l]).await?.says(3, &["belongs to"])?;
    let out = at.folder().join("bought-on.csv");
    at.run("company2", &["key", "receive", &l, "--out", out.to_str().context("a path")?])
        .await?
        .says(5, &["is not for this wallet"])?;
    assert!(!company.license(license).await?.valid);
    let rebound = datavault!(next, license::rebind, [license])?;
    assert_eq!((rebound.epoch, rebound.transactions.len()), (1, 2), "keys were published, and the license bound");
    at.delivered(license).await?;
    datavault!(next, key::receive, [license, "--out", out.display()])?;
    assert_eq!(std::fs::read(&out)?, b"a,b\n1,2\n");
    assert!(next.license(license).await?.valid);
    let mirrored = at.api_at_head(&format!("v1/licenses/{license}")).await?;
    assert_eq!(mirrored["epoch"], 1, "{mirrored}");
    solvent(&at).await
}

#[tokio::test]
async fn signed_terms_sell_once_to_whom_they_are_for_and_only_as_signed() -> Result {
    let at = TestStack::start("kinds-signed").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "a.csv", b"a,b\n").await?.content_id;
    let file = at.folder().join("terms.json");
    let path = file.to_str().context("a path")?;
    let buyer = company.wallet()?.address();
    let signed = datavault!(
        creator,
        offer::sign,
        [content, "--price", "5", "--token", "dUSD", "--buyer", buyer, "--supply", 1, "--out", path]
    )?;
    ensure!(!creator.chain.offer_status(signed.signed.offer_id).await?.is_known(), "nothing of it is on the chain");

    let foreign = at.run("company2", &["license", "buy", "--signed", path]).await?;
    foreign.says(3, &[&format!("is for {buyer} alone")])?;
    let mut bent: serde_json::Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    bent["terms"]["price"] = "4000000".into();
    let cheaper = at.file("cheaper.json", serde_json::to_vec(&bent)?)?;
    let refusal = at.run("company1", &["license", "buy", "--signed", cheaper.to_str().context("a path")?]).await?;
    refusal.says(3, &["the signature is not one of"])?;

    let report = at.run("company1", &["license", "buy", "--signed", path, "--json"]).await?.report()?;
    let license = LicenseId(report["bought"]["license_id"].as_u64().context("a license")?);
    assert_eq!(at.facts(license).await?.payment.amount, Amount::from(5_000_000_u128));
    at.delivered(license).await?;
    let again = at.run("company1", &["license", "buy", "--signed", path]).await?;
    again.says(3, &["is sold out"])?;
    let listed = at.api_at_head(&format!("v1/offers/{}", signed.signed.offer_id)).await?;
    assert_eq!(listed["sold"], "1", "{listed}");

    // A signature is taken back by closing what was never opened.
    let other = at.folder().join("other.json");
    let unused =
        datavault!(creator, offer::sign, [content, "--price", "5", "--token", "dUSD", "--out", other.display()])?;
    datavault!(creator, offer::close, [unused.signed.offer_id])?;
    let cancelled = at.run("company1", &["license", "buy", "--signed", other.to_str().context("a path")?]).await?;
    cancelled.says(3, &["is closed"])?;
    solvent(&at).await
}

#[tokio::test]
async fn that_no_key_came_is_decided_by_a_program_at_once() -> Result {
    let at = TestStack::start("kinds-non-delivery").await?;
    let (_, offer) = sale::undelivered(&at, "a.csv", &["--delivery-window", "2d"]).await?;
    let (company, anyone) = (at.session("company3").await?, at.session("anyone").await?);
    let license = sale::buy(&company, offer).await?;
    let l = license.to_string();
    let file = ["dispute", "file", &l, "--kind", "non_delivery"];
    at.run("company3", &file).await?.says(3, &["cannot be disputed so"])?;
    at.travel(2 * DAY + 1).await?;
    let filed = datavault!(company, dispute::file, [license, "--kind", "non_delivery"])?;
    assert_eq!(filed.payment_id, license.payment_id());
    let d = filed.dispute_id;
    assert_eq!(company.chain.dispute(d).await?.kind, DisputeKind::NonDelivery);
    refused(datavault!(company, escrow::refund, [license]), &["is frozen by a dispute"])?;
    let checked = datavault!(anyone, dispute::check, [d])?;
    assert_eq!((checked.ruling, checked.by), (Ruling::Licensee, company.addresses().disputes));
    let executed = datavault!(anyone, dispute::execute, [d])?;
    assert_eq!(executed.bond_recipient, company.wallet()?.address());
    let payment = at.facts(license).await?.payment;
    assert_eq!((payment.state, payment.refunded), (PaymentState::Refunded, payment.amount));
    assert_eq!(datavault!(company, escrow::withdraw, [])?.amount, Amount::from(BOND));
    datavault!(company, escrow::withdraw, ["--token", "dUSD"])?;
    let me = company.wallet()?.address();
    assert_eq!(company.chain.token_balance(at.stack.dollar(), me).await?, Amount::from(START));
    solvent(&at).await
}

#[tokio::test]
async fn use_that_was_not_paid_is_settled_by_a_program_and_costs_the_creator_nothing() -> Result {
    let at = TestStack::start("kinds-non-payment").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "served.bin", &[5; 8192]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &[]).await?;
    let license = sale::buy_units(&company, offer, 10).await?;
    datavault!(company, content::fetch, [license, "--count", 5, "--chunk", sale::UNIT_BYTES])?;
    let filed = datavault!(creator, dispute::file, [license, "--kind", "non_payment"])?;
    let checked = datavault!(creator, dispute::check, [filed.dispute_id])?;
    assert_eq!(checked.ruling, Ruling::Creator);
    datavault!(creator, dispute::execute, [filed.dispute_id])?;
    assert_eq!(at.facts(license).await?.payment.due, Amount::from(5 * sale::UNIT_PRICE));
    datavault!(creator, escrow::release, [license])?;
    let withdrawn = datavault!(creator, escrow::withdraw, [])?;
    let earned = 5 * sale::UNIT_PRICE;
    assert_eq!(withdrawn.amount, Amount::from(BOND + earned - earned / 40), "the bond, too");
    solvent(&at).await
}
