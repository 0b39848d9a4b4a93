//! Money back: what was not delivered in time returns whole, what was not used returns to the unit, and only once.

use alloy::primitives::U256;
use contracts::Call;
use domain::{Amount, PaymentState, Token};
use e2e::{Result, TestStack, datavault, refused, sale};
use rand::rngs::OsRng;
use statement::key_delivery;

/// What a day has.
const DAY: u64 = 86_400;

#[tokio::test]
async fn an_undelivered_price_comes_back_whole_after_the_deadline_and_once() -> Result {
    let at = TestStack::start("refund-whole").await?;
    let (_, offer) = sale::undelivered(&at, "a.csv", &["--delivery-window", "2d"]).await?;
    let company = at.session("company2").await?;
    let (dollar, me) = (at.stack.dollar(), company.wallet()?.address());
    let start = company.chain.token_balance(dollar, me).await?;
    let license = sale::buy(&company, offer).await?;
    let payment = at.facts(license).await?.payment;
    assert_eq!(payment.deadline, at.facts(license).await?.license.starts_at + 2 * DAY);
    let id = payment.payment_id.to_string();

    let early = at.run("company2", &["escrow", "refund", &id]).await?;
    early.says(3, &[&format!("payment {id} is not refundable before 20")])?;
    at.next_block_at(payment.deadline).await?;
    refused(datavault!(company, escrow::refund, [id]), &["is not refundable before"])?;
    refused(datavault!(company, escrow::withdraw, ["--token", "dUSD"]), &["has no balance"])?;

    at.next_block_at(payment.deadline + 1).await?;
    let refunded = at.run("company2", &["escrow", "refund", &id, "--json"]).await?.report()?;
    assert_eq!(refunded["amount"], sale::PRICE.to_string(), "{refunded}");
    refused(datavault!(company, escrow::refund, [id]), &["is closed: nothing is left in it"])?;
    refused(datavault!(company, escrow::release, [id]), &["is closed: nothing is left in it"])?;

    datavault!(company, escrow::withdraw, ["--token", "dUSD"])?;
    assert_eq!(company.chain.token_balance(dollar, me).await?, start, "every base unit is back");
    assert_eq!(at.owed(dollar).await?, Amount::ZERO);
    let after = at.facts(license).await?.payment;
    assert_eq!((after.state, after.refunded, after.released), (PaymentState::Refunded, after.amount, Amount::ZERO));
    let shown = at.api_at_head(&format!("v1/licenses/{license}")).await?;
    assert_eq!(shown["delivered"], false, "{shown}");
    Ok(())
}

#[tokio::test]
async fn a_refund_goes_to_the_payer_whoever_asks_for_it() -> Result {
    let at = TestStack::start("refund-anyone").await?;
    let (_, offer) = sale::undelivered(&at, "b.csv", &[]).await?;
    let (company, anyone) = (at.session("company2").await?, at.session("anyone").await?);
    let payment = at.facts(sale::buy(&company, offer).await?).await?.payment;
    at.travel(DAY + 2).await?;
    let refunded = datavault!(anyone, escrow::refund, [payment.payment_id])?;
    assert_eq!(refunded.payer, company.wallet()?.address());
    refused(datavault!(anyone, escrow::withdraw, ["--token", "dUSD"]), &["has no balance"])?;
    let withdrawn = datavault!(company, escrow::withdraw, ["--token", "dUSD"])?;
    assert_eq!(withdrawn.amount, payment.amount);
    Ok(())
}

#[tokio::test]
async fn after_the_deadline_no_key_is_delivered_refunded_or_not() -> Result {
    let at = TestStack::start("refund-late-key").await?;
    let (seller, offer) = sale::undelivered(&at, "c.csv", &[]).await?;
    let company = at.session("company2").await?;
    let license = sale::buy(&company, offer).await?;
    let facts = at.facts(license).await?;

    // A good proof, kept back.
    let content = seller.chain.offer(offer).await?.content_id;
    let key = seller.content_keys()?.get(content)?.expect("the seller has its own key");
    let ctx = seller.chain.context_of(license, 0, 0).await?.0;
    let licensee = seller.profile(facts.license.profile_id).await?.1;
    let (sealed, witness) = key_delivery::encrypt(&key.to_bytes(), &licensee, ctx, &mut OsRng)?;
    let (proof, _) = seller.prover().await?.prove_key_delivery(&witness)?;
    let sealed = contracts::SealedKey {
        ephemeral_x: sealed.ephemeral_x,
        ephemeral_y: sealed.ephemeral_y,
        c0: sealed.c0,
        c1: sealed.c1,
    };
    let deliver: Call = seller.addresses().deliver_key(license, &sealed, &proof.to_calldata());
    let me = seller.wallet()?.address();

    at.next_block_at(facts.payment.deadline).await?;
    seller.chain.simulate(me, &deliver).await.expect("the last second of the deadline counts");
    at.next_block_at(facts.payment.deadline + 1).await?;
    let late = seller.chain.simulate(me, &deliver).await.expect_err("the deadline is over").to_string();
    assert!(late.contains("had to be delivered by") && late.contains("the payer may take it back now"), "{late}");
    datavault!(company, escrow::refund, [facts.payment.payment_id])?;
    let late = seller.chain.simulate(me, &deliver).await.expect_err("it was refunded").to_string();
    assert!(late.contains("nothing is left in it"), "{late}");

    let ran = at.run("bad_creator", &["key", "deliver", &license.to_string()]).await?;
    ran.error(3)?;
    assert!(!at.facts(license).await?.license.delivered);
    let received = at.run("company2", &["key", "receive", &license.to_string()]).await?;
    received.says(3, &["was not delivered yet", "`datavault escrow refund` returns the price"])?;
    Ok(())
}

#[tokio::test]
async fn unused_units_come_back_after_expiry_and_grace_and_used_ones_do_not() -> Result {
    let at = TestStack::start("refund-metered").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "d.bin", &[3; 8192]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &["--settlement-grace", "3d"]).await?;
    let license = sale::buy_units(&company, offer, 10).await?;
    let facts = at.facts(license).await?;
    let id = facts.payment.payment_id;
    assert_eq!(facts.payment.deadline, facts.license.expires_at + 3 * DAY);

    let fetched = datavault!(company, content::fetch, [license, "--count", 3, "--chunk", sale::UNIT_BYTES])?;
    assert_eq!((fetched.fetches, fetched.units), (3, 3));
    refused(datavault!(company, escrow::refund, [id]), &["is not refundable before"])?;

    // Between expiry and the end of the grace, what was used is still settled.
    at.travel(31 * DAY).await?;
    refused(datavault!(company, escrow::refund, [id]), &["is not refundable before"])?;
    let settled = datavault!(company, usage::settle, [license])?;
    assert_eq!(settled.drawn, Amount::from(3 * sale::UNIT_PRICE));

    at.next_block_at(facts.payment.deadline - 1).await?;
    refused(datavault!(company, escrow::refund, [id]), &["is not refundable before"])?;
    at.next_block_at(facts.payment.deadline).await?;
    let refunded = datavault!(company, escrow::refund, [id])?;
    assert_eq!(refunded.amount, Amount::from(7 * sale::UNIT_PRICE));
    refused(datavault!(company, escrow::refund, [id]), &["is closed"])?;

    let sum = |amounts: [Amount; 3]| amounts.iter().map(|amount| amount.0).sum::<U256>();
    let platform = at.session("platform").await?;
    let paid_out = sum([
        datavault!(company, escrow::withdraw, [])?.amount,
        datavault!(creator, escrow::withdraw, [])?.amount,
        datavault!(platform, escrow::withdraw, [])?.amount,
    ]);
    assert_eq!(paid_out, facts.payment.amount.0, "to the wei");
    assert_eq!(company.chain.token_balance(Token::ETH, company.addresses().escrow).await?, Amount::ZERO);
    Ok(())
}
