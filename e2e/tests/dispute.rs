//! Disputes: the money stops, the arbitrator believes nobody, and every dispute ends.

use std::path::Path;

use alloy::primitives::U256;
use anyhow::{Context, ensure};
use cli::Session;
use cli::command::dispute::evidence::Evidence;
use contracts::Call;
use domain::{
    Amount, ChainEvent, DisputeId, DisputeKind, DisputeState, LicenseId, OfferId, PaymentState, Ruling, Token,
};
use e2e::{Ran, Result, TestStack, datavault, refused, sale};
use rand::rngs::OsRng;
use statement::key_delivery;

/// What a day has.
const DAY: u64 = 86_400;
/// How long the loser may appeal, and a second.
const APPEAL: u64 = 3 * DAY + 1;
/// What a filer posts, in wei: 0.05 ETH.
const BOND: u128 = 50_000_000_000_000_000;

/// A license of company 3 whose key was delivered.
async fn delivered(at: &TestStack, seller: &Session, offer: OfferId) -> Result<(Session, LicenseId)> {
    let company = at.session("company3").await?;
    let license = sale::buy(&company, offer).await?;
    datavault!(*seller, key::deliver, [license])?;
    Ok((company, license))
}

/// Honest evidence about a license, as `dispute file` makes it; here also where there is nothing to complain of.
async fn evidence(seller: &Session, offer: OfferId, license: LicenseId) -> Result<Evidence> {
    let terms = seller.chain.offer(offer).await?;
    let registered = seller.registered(terms.content_id).await?;
    let published = seller.profiles_of(terms.arbitrator).await?.pop().context("the arbitrator has a key")?;
    let (profile, recipient) = seller.profile(published.profile_id).await?;
    let key = seller.content_keys()?.get(terms.content_id)?.context("the seller has its own key")?;
    let ctx = seller.chain.context_of(license, 0, 0).await?.0;
    let (sealed, witness) = key_delivery::encrypt(&key.to_bytes(), &recipient, ctx, &mut OsRng)?;
    let (proof, inputs) = seller.prover().await?.prove_key_delivery(&witness)?;
    Ok(Evidence {
        version: Evidence::version(),
        kind: DisputeKind::ContentMismatch,
        chain_id: seller.chain.chain_id(),
        license_id: license,
        content_id: terms.content_id,
        content_hash: registered.content_hash,
        ciphertext_cid: content::Cid::try_from(registered.cid.as_ref())?.to_string(),
        key_commitment: inputs.key_commitment,
        arbitrator: terms.arbitrator,
        arbitrator_profile_id: profile.profile_id,
        arbitrator_commitment: profile.commitment,
        ctx,
        sealed,
        proof,
        complaint: "it is not what was promised".into(),
    })
}

/// Files whatever bytes as evidence: the contract cannot tell.
async fn file(filer: &Session, license: LicenseId, evidence: Vec<u8>) -> Result<DisputeId> {
    let blocks = filer.blocks()?;
    let cid = blocks.add(evidence).await?;
    blocks.publish(cid).await?;
    let call = filing(filer, license, cid.to_bytes(), BOND).await?;
    let sent = filer.submit(call).await?;
    let filed = sent.events.iter().find_map(|event| match event {
        ChainEvent::DisputeFiled(filed) => Some(filed.dispute_id),
        _ => None,
    });
    filed.context("nothing was filed")
}

async fn filing(filer: &Session, license: LicenseId, cid: Vec<u8>, bond: u128) -> Result<Call> {
    let terms = filer.chain.offer_of(license).await?;
    Ok(filer.addresses().file_dispute(license, DisputeKind::ContentMismatch, &terms, cid.into(), Amount::from(bond)))
}

/// What the contract says to a call that must be refused.
async fn reason(session: &Session, call: &Call) -> Result<String> {
    match session.chain.simulate(session.wallet()?.address(), call).await {
        Err(error) => Ok(error.to_string()),
        Ok(_) => anyhow::bail!("the contract accepts what it must refuse"),
    }
}

#[tokio::test]
async fn a_licensee_who_got_something_else_gets_price_and_bond_back() -> Result {
    let at = TestStack::start("dispute-licensee").await?;
    let (seller, offer) = sale::mismatched(&at, b"the promised data", &[]).await?;
    let (company, license) = delivered(&at, &seller, offer).await?;
    let (dollar, me) = (at.stack.dollar(), company.wallet()?.address());
    let l = license.to_string();
    let out = at.folder().join("got.csv");
    let received = at.run("company3", &["key", "receive", &l, "--out", out.to_str().context("a path")?]).await?;
    received
        .says(5, &[&format!("license {l} did not get what was registered"), &format!("datavault dispute file {l}")])?;
    ensure!(!out.exists(), "something else was written as if it were the content");

    let arbitrator = at.session("arbitrator").await?;
    let filed =
        at.run("company3", &["dispute", "file", &l, "--complaint", "not the data", "--json"]).await?.report()?;
    let dispute = DisputeId(filed["dispute_id"].as_u64().context("a dispute has a number")?);
    let d = dispute.to_string();
    let payment = at.facts(license).await?.payment;
    let id = payment.payment_id;
    assert_ne!(payment.frozen_at, 0);
    refused(datavault!(seller, escrow::release, [id]), &["is frozen by a dispute: wait until it ends"])?;
    refused(datavault!(company, escrow::refund, [id]), &["is frozen by a dispute"])?;
    let again = at.run("company3", &["dispute", "file", &l]).await?;
    again.says(3, &[&format!("payment {id} was already disputed in dispute {d}")])?;

    at.run("arbitrator", &["dispute", "rule", &d, "--for", "licensee"])
        .await?
        .says(3, &["cannot be ruled before the respondent answers or 20"])?;
    at.travel(7 * DAY).await?;
    let foreign = format!("is for {} to", at.stack.actors.arbitrator.address());
    at.run("bad_creator", &["dispute", "inspect", &d]).await?.says(3, &[&foreign, "sign with the arbitrator's key"])?;
    at.run("bad_creator", &["dispute", "rule", &d, "--for", "creator"])
        .await?
        .says(3, &[&foreign, "sign with the arbitrator's key"])?;
    let sentence = reason(&seller, &seller.addresses().rule_directly(dispute, Ruling::Creator)).await?;
    assert!(sentence.contains("is not the arbitrator"), "{sentence}");
    refused(datavault!(company, dispute::execute, [d]), &["is filed: this step is not possible any more, or not yet"])?;

    let inspected = at.run("arbitrator", &["dispute", "inspect", &d, "--json"]).await?.report()?;
    assert_eq!(inspected["recommended"], "licensee", "{inspected}");
    assert_eq!(inspected["complaint"], "not the data");
    at.run("arbitrator", &["dispute", "rule", &d, "--for", "licensee", "--json"]).await?.report()?;
    refused(datavault!(arbitrator, dispute::rule, [d, "--for", "creator"]), &["is ruled: this step is not possible"])?;
    // The loser may still have it heard by the appeal arbitrator.
    at.run("anyone", &["dispute", "execute", &d]).await?.says(3, &["is not possible before 20"])?;
    at.travel(APPEAL).await?;
    let executed = at.run("anyone", &["dispute", "execute", &d, "--json"]).await?.report()?;
    assert_eq!(executed["ruling"], "licensee", "{executed}");
    let twice = at.run("anyone", &["dispute", "execute", &d]).await?;
    twice.says(3, &[&format!("dispute {d} is executed: this step is not possible any more")])?;

    let payment = at.facts(license).await?.payment;
    assert_eq!((payment.refunded, payment.released), (payment.amount, Amount::ZERO));
    datavault!(company, escrow::withdraw, ["--token", "dUSD"])?;
    assert_eq!(datavault!(company, escrow::withdraw, [])?.amount, Amount::from(BOND));
    assert_eq!(company.chain.token_balance(dollar, me).await?, Amount::from(1_000_000_000u128));
    refused(datavault!(seller, escrow::withdraw, ["--token", "dUSD"]), &["has no balance"])?;
    let shown = at.api_at_head("v1/disputes").await?;
    assert_eq!(
        (shown[0]["state"].as_str(), shown[0]["ruling"].as_str()),
        (Some("executed"), Some("licensee")),
        "{shown}"
    );
    Ok(())
}

#[tokio::test]
async fn an_unfounded_complaint_costs_the_bond_and_the_creator_is_paid() -> Result {
    let at = TestStack::start("dispute-creator").await?;
    let (seller, offer) = sale::undelivered(&at, "a.csv", &[]).await?;
    let (company, license) = delivered(&at, &seller, offer).await?;
    let arbitrator = at.session("arbitrator").await?;
    let honest = at.run("company3", &["dispute", "file", &license.to_string()]).await?;
    honest.says(3, &["the plaintext is what was registered: there is nothing to complain of"])?;

    // Somebody who complains all the same, with a proof that is even right.
    let dispute = file(&company, license, evidence(&seller, offer, license).await?.to_bytes()?).await?;
    // An answer ends the respondent's week, so that the arbitrator need not wait.
    let answer = seller.blocks()?.add(b"it is what I registered".to_vec()).await?;
    seller.submit(seller.addresses().submit_evidence(dispute, answer.to_bytes().into())).await?;
    let inspected = datavault!(arbitrator, dispute::inspect, [dispute])?;
    assert_eq!(inspected.recommended, Ruling::Creator);
    assert!(inspected.verdict.contains("the complaint is unfounded"), "{}", inspected.verdict);
    datavault!(arbitrator, dispute::rule, [dispute, "--for", "creator"])?;
    at.travel(APPEAL).await?;
    let executed = datavault!(at.session("anyone").await?, dispute::execute, [dispute])?;
    assert_eq!(executed.bond_recipient, seller.wallet()?.address());
    assert_eq!(datavault!(seller, escrow::withdraw, [])?.amount, Amount::from(BOND));
    refused(datavault!(company, escrow::withdraw, []), &["has no balance"])?;

    // A payment is disputed once, and what was left of the window still has to pass.
    let cid = answer.to_bytes();
    let sentence = reason(&company, &filing(&company, license, cid, BOND).await?).await?;
    assert!(sentence.contains("was already disputed in dispute"), "{sentence}");
    let payment = at.facts(license).await?.payment;
    let from = payment.releasable_at + payment.paused_secs;
    at.next_block_at(from - 1).await?;
    refused(datavault!(seller, escrow::release, [payment.payment_id]), &["is not releasable"])?;
    at.next_block_at(from).await?;
    datavault!(seller, escrow::release, [payment.payment_id])?;
    let withdrawn = datavault!(seller, escrow::withdraw, ["--token", "dUSD"])?;
    assert_eq!(withdrawn.amount, Amount::from(sale::PRICE - sale::PRICE / 40));
    refused(datavault!(company, escrow::refund, [payment.payment_id]), &["is closed"])?;
    Ok(())
}

#[tokio::test]
async fn a_dispute_that_nobody_rules_is_ended_by_anyone() -> Result {
    let at = TestStack::start("dispute-timeout").await?;
    let (seller, offer) = sale::mismatched(&at, b"the promised data", &[]).await?;
    let (company, license) = delivered(&at, &seller, offer).await?;
    let (arbitrator, anyone) = (at.session("arbitrator").await?, at.session("anyone").await?);
    let filed = datavault!(company, dispute::file, [license])?;
    let (dispute, deadline) = (filed.dispute_id, filed.deadline);

    at.next_block_at(deadline).await?;
    let sentence = reason(&anyone, &anyone.addresses().time_out(dispute)).await?;
    assert!(sentence.contains("is not possible before"), "{sentence}");
    arbitrator
        .chain
        .simulate(arbitrator.wallet()?.address(), &arbitrator.addresses().rule_directly(dispute, Ruling::Licensee))
        .await
        .expect("the last second is the arbitrator's");
    at.travel(deadline + 1 - at.stack.chain.latest().await?.1).await?;
    refused(
        datavault!(arbitrator, dispute::rule, [dispute, "--for", "licensee"]),
        &["the time for this step in dispute"],
    )?;
    let ended = at.run("anyone", &["dispute", "execute", &dispute.to_string(), "--json"]).await?.report()?;
    assert_eq!(ended["ruling"], "none", "{ended}");
    assert_eq!(company.chain.dispute(dispute).await?.state, DisputeState::Executed);

    assert_eq!(datavault!(company, escrow::withdraw, [])?.amount, Amount::from(BOND), "nobody was found wrong");
    let payment = at.facts(license).await?.payment;
    assert_eq!((payment.frozen_at, payment.state), (0, PaymentState::Delivered));
    at.travel(7 * DAY).await?;
    datavault!(anyone, escrow::release, [payment.payment_id])?;
    let escrow = company.addresses().escrow;
    let owed = at.owed(at.stack.dollar()).await?;
    assert_eq!(company.chain.token_balance(at.stack.dollar(), escrow).await?, owed);
    assert_eq!(company.chain.token_balance(Token::ETH, escrow).await?, Amount::ZERO);
    Ok(())
}

#[tokio::test]
async fn only_the_licensee_disputes_and_only_while_the_window_is_open() -> Result {
    let at = TestStack::start("dispute-refused").await?;
    let (seller, offer) = sale::mismatched(&at, b"the promised data", &["--dispute-window", "2d"]).await?;
    let (company, anyone) = (at.session("company3").await?, at.session("anyone").await?);
    let license = sale::buy(&company, offer).await?;
    let l = license.to_string();
    let cid = company.blocks()?.add(b"whatever".to_vec()).await?.to_bytes();

    at.run("company3", &["dispute", "file", &l]).await?.says(3, &["was not delivered yet", "wait for the meter"])?;
    let sentence = reason(&company, &filing(&company, license, cid.clone(), BOND).await?).await?;
    assert!(sentence.contains("cannot be disputed so"), "{sentence}");
    datavault!(seller, key::deliver, [license])?;
    at.run("company1", &["dispute", "file", &l]).await?.says(3, &[&format!("license {l} belongs to")])?;
    for stranger in [&anyone, &seller] {
        let sentence = reason(stranger, &filing(stranger, license, cid.clone(), BOND).await?).await?;
        assert!(sentence.contains("is no party of this dispute"), "{sentence}");
    }
    let sentence = reason(&company, &filing(&company, license, cid.clone(), BOND - 1).await?).await?;
    assert!(
        sentence.contains(&format!("{} wei were sent as bond, exactly {BOND} are required", BOND - 1)),
        "{sentence}"
    );
    let sentence = reason(&company, &filing(&company, license, vec![1, 2, 3], BOND).await?).await?;
    assert!(sentence.contains("is no binary CIDv1"), "{sentence}");

    let until = at.facts(license).await?.payment.releasable_at;
    at.next_block_at(until).await?;
    let me = company.wallet()?.address();
    company
        .chain
        .simulate(me, &filing(&company, license, cid.clone(), BOND).await?)
        .await
        .expect("the window's last second counts");
    at.next_block_at(until + 1).await?;
    let sentence = reason(&company, &filing(&company, license, cid, BOND).await?).await?;
    assert!(sentence.contains("cannot be disputed"), "{sentence}");
    at.run("company3", &["dispute", "file", &l]).await?.says(3, &["cannot be disputed so"])?;
    at.run("company3", &["dispute", "show", "7"]).await?.says(3, &["dispute 7 does not exist"])?;
    datavault!(seller, escrow::release, [at.facts(license).await?.payment.payment_id])?;
    Ok(())
}

#[tokio::test]
async fn an_arbitrator_who_can_open_nothing_is_named_before_anything_is_paid() -> Result {
    let at = TestStack::start("dispute-no-arbitrator").await?;
    let stranger = at.stack.actors.anyone.address().to_string();
    let (seller, offer) = sale::mismatched(&at, b"the promised data", &["--arbitrator", &stranger]).await?;
    let company = at.session("company3").await?;
    let o = offer.to_string();
    let warned = at.run("company3", &["license", "buy", &o]).await?;
    warned.says(3, &[&format!("the arbitrator {stranger} published no usable key"), "--accept-no-arbitration"])?;
    assert_eq!(at.sold(offer).await?, 0);

    let bought = datavault!(company, license::buy, [o, "--accept-no-arbitration"])?.bought.context("it was bought")?;
    datavault!(seller, key::deliver, [bought.license_id])?;
    let file = ["dispute", "file", &bought.license_id.to_string(), "--json"];
    let unready = at.run("company3", &file).await?.json_error(3)?;
    ensure!(unready["fix"].as_str().is_some_and(|fix| fix.contains("datavault wallet publish")), "{unready}");
    datavault!(at.session("anyone").await?, wallet::publish, [])?;
    at.run("company3", &file).await?.report()?;
    Ok(())
}

/// Inspects with evidence that was handed over.
async fn inspect(at: &TestStack, dispute: &str, evidence: &Path) -> Result<Ran> {
    let evidence = evidence.to_str().context("a readable path")?;
    at.run("arbitrator", &["dispute", "inspect", dispute, "--evidence", evidence]).await
}

#[tokio::test]
async fn evidence_that_was_tampered_with_proves_nothing() -> Result {
    let at = TestStack::start("dispute-evidence").await?;
    let (seller, offer) = sale::mismatched(&at, b"the promised data", &[]).await?;
    let arbitrator = at.session("arbitrator").await?;
    let other_key = [9; 32];

    type Bend = fn(&mut Evidence, &Evidence);
    let bends: [(&str, Bend); 7] = [
        ("its `license_id` is not what the chain says", |e, _| e.license_id = LicenseId(1_000)),
        ("its `content_hash` is not what the chain says", |e, _| e.content_hash.0[0] ^= 1),
        ("its `key_commitment` is not what the chain says", |e, _| e.key_commitment += U256::ONE),
        ("its `ctx` is not what the chain says", |e, other| e.ctx = other.ctx),
        ("its `arbitrator_commitment` is not what the chain says", |e, _| e.arbitrator_commitment += U256::ONE),
        ("its proof does not verify", |e, _| e.sealed.c0 += U256::ONE),
        ("its proof does not verify", |e, other| e.proof = other.proof.clone()),
    ];
    // Evidence about another license: everything in it is honest, and none of it fits the others.
    let (company, first) = delivered(&at, &seller, offer).await?;
    let other = evidence(&seller, offer, first).await?;
    for (finding, bend) in bends {
        let (_, license) = delivered(&at, &seller, offer).await?;
        let mut bent = evidence(&seller, offer, license).await?;
        bend(&mut bent, &other);
        let dispute = file(&company, license, bent.to_bytes()?).await?;
        let inspected = datavault!(arbitrator, dispute::inspect, [dispute])?;
        assert_eq!(inspected.recommended, Ruling::Creator, "{finding}");
        assert!(inspected.verdict.contains(finding), "{finding}: {}", inspected.verdict);
    }
    // A key that the filer made up opens something else than what was registered, too.
    let (_, license) = delivered(&at, &seller, offer).await?;
    let mut invented = evidence(&seller, offer, license).await?;
    let recipient = seller.profile(invented.arbitrator_profile_id).await?.1;
    let (sealed, witness) = key_delivery::encrypt(&other_key, &recipient, invented.ctx, &mut OsRng)?;
    invented.sealed = sealed;
    invented.proof = seller.prover().await?.prove_key_delivery(&witness)?.0;
    let dispute = file(&company, license, invented.to_bytes()?).await?;
    let inspected = datavault!(arbitrator, dispute::inspect, [dispute])?;
    assert!(inspected.verdict.contains("its proof does not verify"), "{}", inspected.verdict);

    // What is handed over directly must be what was filed.
    let honest = evidence(&seller, offer, first).await?.to_bytes()?;
    let mut changed = honest.clone();
    changed.push(b'\n');
    let dispute = file(&company, first, honest.clone()).await?.to_string();
    let (honest, changed) = (at.file("honest.json", honest)?, at.file("changed.json", changed)?);
    let missing = at.folder().join("nothing.json");
    inspect(&at, &dispute, &changed).await?.says(5, &["changed.json` has the CID", "was filed"])?;
    inspect(&at, &dispute, &missing).await?.says(2, &["cannot read", "nothing.json"])?;
    ensure!(inspect(&at, &dispute, &honest).await?.code == 0, "what was filed is accepted");
    Ok(())
}
