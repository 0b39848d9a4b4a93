//! Selling: register, offer, buy. The escrow holds the price, the license is a token, and nobody pays more than
//! agreed.

use alloy::primitives::{Address, B256, U256};
use anyhow::ensure;
use cli::Session;
use contracts::{Call, Order};
use domain::{Amount, LicenseId, OfferId, OfferTerms, PaymentState, Token};
use e2e::{Result, TestStack, datavault, raw_call, refused, sale, word};

/// What `license buy` would send, to be bent.
async fn order(buyer: &Session, offer: OfferId, units: u64, max_total: Amount) -> Result<Order> {
    let me = buyer.wallet()?.address();
    let profile = match buyer.profiles_of(me).await?.pop() {
        Some(profile) => profile.profile_id,
        None => {
            datavault!(*buyer, wallet::publish, [])?;
            buyer.profiles_of(me).await?.pop().expect("it was just published").profile_id
        }
    };
    Ok(Order {
        offer_id: offer,
        licensee: me,
        profile_id: profile,
        units,
        max_total,
        payer: Address::ZERO,
        referrer: Address::ZERO,
    })
}

/// What the contract says to a call that must be refused.
async fn reason(session: &Session, call: &Call) -> Result<String> {
    match session.chain.simulate(session.wallet()?.address(), call).await {
        Err(error) => Ok(error.to_string()),
        Ok(_) => anyhow::bail!("the contract accepts what it must refuse"),
    }
}

async fn balance(of: &Session, token: Token) -> Result<U256> {
    Ok(of.chain.token_balance(token, of.wallet()?.address()).await?.0)
}

#[tokio::test]
async fn a_license_for_ever_is_a_token_and_the_escrow_holds_its_price() -> Result {
    let at = TestStack::start("sell-key").await?;
    let (_, offer) = sale::undelivered(&at, "a.csv", &["--transferable"]).await?;
    let company = at.session("company1").await?;
    let (dollar, escrow) = (at.stack.dollar(), at.stack.deployment.addresses.escrow);
    let before = balance(&company, dollar).await?;

    let ran = at
        .run(
            "company1",
            &["license", "buy", &offer.to_string(), "--max-total", "25", "--accept-no-arbitration", "--json"],
        )
        .await?;
    let bought = ran.report()?;
    ensure!(bought["bought"]["found"] == false && bought["ciphertext_bytes"].as_u64() > Some(0), "{bought}");
    let license = LicenseId(bought["bought"]["license_id"].as_u64().unwrap_or_default());

    let me = company.wallet()?.address();
    let facts = at.facts(license).await?;
    assert_eq!(company.chain.owner_of(license).await?, me);
    assert_eq!((facts.payment.payer, facts.payment.token), (me, dollar));
    assert_eq!((facts.payment.amount, facts.payment.state), (Amount::from(sale::PRICE), PaymentState::Held));
    assert_eq!(before - balance(&company, dollar).await?, U256::from(sale::PRICE));
    assert_eq!(company.chain.token_balance(dollar, escrow).await?, Amount::from(sale::PRICE));
    assert_eq!(at.owed(dollar).await?, Amount::from(sale::PRICE));
    assert_eq!(company.chain.allowance(dollar, me).await?, Amount::ZERO, "no more was approved than was paid");
    assert_eq!(at.sold(offer).await?, 1);

    let shown = at.api_at_head(&format!("v1/licenses/{license}")).await?;
    assert_eq!(shown["owner"].as_str().and_then(|owner| owner.parse().ok()), Some(me), "{shown}");
    let payments = at.api("v1/payments").await?;
    assert_eq!(payments[0]["amount"], sale::PRICE.to_string(), "{payments}");
    assert_eq!(payments[0]["state"], "held", "{payments}");
    Ok(())
}

#[tokio::test]
async fn a_license_moves_only_if_its_offer_said_so_and_nothing_is_held_for_it() -> Result {
    let at = TestStack::start("sell-transfer").await?;
    let (seller, fixed) = sale::undelivered(&at, "fixed.csv", &[]).await?;
    let content = seller.chain.offer(fixed).await?.content_id;
    let movable = sale::key_offer(&seller, content, &["--transferable"]).await?;
    let company = at.session("company1").await?;
    let (fixed, movable) = (sale::buy(&company, fixed).await?, sale::buy(&company, movable).await?);
    let (me, other) = (company.wallet()?.address(), at.stack.actors.company2.address());
    let licenses = company.addresses().licenses;
    let moved = |license: LicenseId| {
        raw_call(licenses, "transferFrom(address,address,uint256)", &[word(me), word(other), U256::from(license.0)])
    };
    datavault!(seller, key::deliver, [fixed])?;
    datavault!(seller, key::deliver, [movable])?;
    for license in [fixed, movable] {
        let sentence = reason(&company, &moved(license)).await?;
        assert!(sentence.contains(&format!("license {license} is not transferable")), "{sentence}");
        assert!(sentence.contains("its payment is still held"), "{sentence}");
    }
    at.travel(7 * 86_400).await?;
    for license in [fixed, movable] {
        datavault!(seller, escrow::release, [at.facts(license).await?.payment.payment_id])?;
    }
    let sentence = reason(&company, &moved(fixed)).await?;
    assert!(sentence.contains("its offer does not allow it"), "{sentence}");
    company.chain.send_and_confirm(company.wallet()?.signer(), &moved(movable)).await?;
    assert_eq!(company.chain.owner_of(movable).await?, other);
    assert_eq!(company.chain.owner_of(fixed).await?, me);
    let shown = at.api_at_head(&format!("v1/licenses/{movable}")).await?;
    assert_eq!(shown["owner"].as_str().and_then(|owner| owner.parse().ok()), Some(other), "{shown}");
    let erc721 = raw_call(licenses, "supportsInterface(bytes4)", &[U256::from(0x80ac_58cdu32) << 224]);
    let answer = company.chain.simulate(me, &erc721).await?;
    assert_eq!(U256::from_be_slice(&answer), U256::ONE, "licenses are ERC-721");
    Ok(())
}

#[tokio::test]
async fn metered_units_are_prepaid_in_eth_to_the_wei() -> Result {
    let at = TestStack::start("sell-eth").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "b.bin", &[7; 5000]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &[]).await?;
    let price = U256::from(sale::UNIT_PRICE) * U256::from(1_000);

    let order = order(&company, offer, 1_000, Amount(price)).await?;
    let terms = company.chain.offer(offer).await?;
    for wrong in [price - U256::ONE, price + U256::ONE, U256::ZERO] {
        let sentence = reason(&company, &company.addresses().buy(&order, &terms, Amount(wrong))).await?;
        assert!(sentence.contains(&format!("{wrong} wei were sent, exactly {price} are required")), "{sentence}");
    }
    let before = balance(&company, Token::ETH).await?;
    let report = datavault!(company, license::buy, [offer, "--units", 1_000])?;
    let license = report.bought.expect("it was bought").license_id;
    let fees: U256 = report.transactions.iter().map(|transaction| transaction.fee.0).sum();
    assert_eq!(before - balance(&company, Token::ETH).await?, price + fees);
    let escrow = company.addresses().escrow;
    assert_eq!(company.chain.token_balance(Token::ETH, escrow).await?, Amount(price));
    let facts = at.facts(license).await?;
    assert_eq!((facts.license.units, facts.payment.amount), (1_000, Amount(price)));
    assert_eq!(facts.license.expires_at - facts.license.starts_at, 30 * 86_400);

    refused(datavault!(company, license::buy, [offer]), &["how many units to prepay", "--units"])?;
    Ok(())
}

#[tokio::test]
async fn an_allowance_is_asked_for_only_if_it_is_missing() -> Result {
    let at = TestStack::start("sell-allowance").await?;
    let (_, offer) = sale::undelivered(&at, "c.csv", &[]).await?;
    let company = at.session("company1").await?;
    let (dollar, me) = (at.stack.dollar(), company.wallet()?.address());
    let price = Amount::from(sale::PRICE);

    let order = order(&company, offer, 0, price).await?;
    let terms = company.chain.offer(offer).await?;
    let sentence = reason(&company, &company.addresses().buy(&order, &terms, Amount::ZERO)).await?;
    assert!(sentence.contains("may spend 0 base units") && sentence.contains("approve 25000000 more"), "{sentence}");

    let first = datavault!(company, license::buy, [offer, "--accept-no-arbitration"])?;
    let actions: Vec<_> = first.transactions.iter().map(|transaction| transaction.action).collect();
    assert_eq!(actions.len(), 2, "approve and buy: {actions:?}");
    // A purchase counts as told, and the next as a new one, when its report is gone.
    drop(first);
    let approve = company.addresses().approve(dollar, Amount::from(2 * sale::PRICE));
    company.chain.send_and_confirm(company.wallet()?.signer(), &approve).await?;
    let second = datavault!(company, license::buy, [offer, "--accept-no-arbitration"])?;
    assert_eq!(second.transactions.len(), 1, "the allowance was there");
    assert_eq!(company.chain.allowance(dollar, me).await?, price);
    Ok(())
}

#[tokio::test]
async fn nobody_pays_above_the_maximum_or_for_other_terms() -> Result {
    let at = TestStack::start("sell-max").await?;
    let (_, offer) = sale::undelivered(&at, "d.csv", &[]).await?;
    let company = at.session("company1").await?;
    let (dollar, id) = (at.stack.dollar(), offer.to_string());

    let ran = at.run("company1", &["license", "buy", &id, "--max-total", "24.999999"]).await?;
    ran.says(3, &[&format!("offer {id} costs 25 dUSD, more than your 24.999999 dUSD"), "raise --max-total"])?;
    assert_eq!(balance(&company, dollar).await?, U256::from(1_000_000_000u128), "nothing was paid");

    let mut order = order(&company, offer, 0, Amount::from(sale::PRICE - 1)).await?;
    let mut terms = company.chain.offer(offer).await?;
    let sentence = reason(&company, &company.addresses().buy(&order, &terms, Amount::ZERO)).await?;
    assert!(sentence.contains("the total is 25000000 base units, above the maximum of 24999999"), "{sentence}");
    order.max_total = Amount::from(sale::PRICE);
    let bends: [fn(&mut OfferTerms); 4] = [
        |terms| terms.price = Amount::from(1_u128),
        |terms| terms.terms_hash = B256::repeat_byte(1),
        |terms| terms.transferable = true,
        |terms| terms.split_id.0 += 1,
    ];
    for bend in bends {
        terms = company.chain.offer(offer).await?;
        bend(&mut terms);
        let sentence = reason(&company, &company.addresses().buy(&order, &terms, Amount::ZERO)).await?;
        assert!(sentence.contains("the terms given are not those of offer"), "{sentence}");
    }

    let checked = at.run("company1", &["license", "buy", &id, "--check", "--json"]).await?.report()?;
    assert!(checked["bought"].is_null(), "{checked}");
    at.run("company1", &["license", "buy", &id, "--max-total", "25", "--accept-no-arbitration", "--json"])
        .await?
        .report()?;
    assert_eq!(balance(&company, dollar).await?, U256::from(1_000_000_000 - sale::PRICE));
    Ok(())
}

#[tokio::test]
async fn closed_expired_and_sold_out_offers_sell_nothing() -> Result {
    let at = TestStack::start("sell-refused").await?;
    let (seller, closed) = sale::undelivered(&at, "e.csv", &[]).await?;
    let content = seller.chain.offer(closed).await?.content_id;
    let sold_out = sale::key_offer(&seller, content, &["--supply", "1"]).await?;
    let expiring = sale::key_offer(&seller, content, &["--valid-for", "1h"]).await?;
    let company = at.session("company1").await?;
    let price = Amount::from(sale::PRICE);
    let orders = [
        order(&company, closed, 0, price).await?,
        order(&company, sold_out, 0, price).await?,
        order(&company, expiring, 0, price).await?,
    ];

    sale::buy(&at.session("company2").await?, sold_out).await?;
    seller.submit(seller.addresses().close_offer(closed)).await?;
    at.travel(3_601).await?;
    for (offer, cli_says, order, contract_says) in [
        (closed, "is closed", &orders[0], "is closed"),
        (sold_out, "is sold out: all 1 licenses are sold", &orders[1], "is sold out"),
        (expiring, "expired", &orders[2], "was valid until"),
    ] {
        let ran = at.run("company1", &["license", "buy", &offer.to_string(), "--accept-no-arbitration"]).await?;
        ran.says(3, &[&format!("offer {offer} {cli_says}"), "`datavault offer list` shows what is open"])?;
        let terms = company.chain.offer(offer).await?;
        let sentence = reason(&company, &company.addresses().buy(order, &terms, Amount::ZERO)).await?;
        ensure!(sentence.contains(&format!("offer {offer} ")) && sentence.contains(contract_says), "{sentence}");
    }
    assert_eq!(balance(&company, at.stack.dollar()).await?, U256::from(1_000_000_000u128), "nothing was paid");
    // Only the seller can take an offer back.
    let open = sale::key_offer(&seller, content, &[]).await?;
    let sentence = reason(&company, &company.addresses().close_offer(open)).await?;
    assert!(sentence.contains("is not the creator"), "{sentence}");
    Ok(())
}

#[tokio::test]
async fn a_ciphertext_that_is_not_its_cid_is_not_paid_for() -> Result {
    let at = TestStack::start("sell-ciphertext").await?;
    let (_, offer) = sale::undelivered(&at, "f.csv", &[]).await?;
    let shared = at.folder().join("blocks/blocks");
    let mut blocks = Vec::new();
    for folder in std::fs::read_dir(&shared)? {
        for block in std::fs::read_dir(folder?.path())? {
            let path = block?.path();
            let good = std::fs::read(&path)?;
            let mut bad = good.clone();
            let last = bad.len() - 1;
            bad[last] ^= 1;
            std::fs::write(&path, bad)?;
            blocks.push((path, good));
        }
    }
    assert!(!blocks.is_empty());
    let ran = at.run("company1", &["license", "buy", &offer.to_string(), "--accept-no-arbitration"]).await?;
    ran.says(4, &["nobody gives baf", "ask the creator to publish it"])?;
    let company = at.session("company1").await?;
    assert_eq!(balance(&company, at.stack.dollar()).await?, U256::from(1_000_000_000u128), "nothing was paid");

    for (path, good) in blocks {
        std::fs::write(path, good)?;
    }
    at.run("company1", &["license", "buy", &offer.to_string(), "--accept-no-arbitration", "--json"]).await?.report()?;
    Ok(())
}
