//! Delivering: the key comes with a proof that the chain verifies, for one license, once; then the price is free.

use alloy::primitives::{Address, U256};
use anyhow::{Context, bail, ensure};
use cli::Session;
use contracts::{ProofWords, SealedKey};
use domain::{Amount, LicenseId, OfferId, PaymentState};
use e2e::{Result, TestStack, datavault, refused, sale};
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use statement::key_delivery;

/// Of the curve's scalars: adding it to a public input must not give a second spelling of it.
const SCALAR_FIELD: &str = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
/// Of the curve's coordinates.
const BASE_FIELD: &str = "21888242871839275222246405745257275088696311157297823662689037894645226208583";

/// A delivery as the seller's meter would make it, not sent.
async fn delivery(seller: &Session, offer: OfferId, license: LicenseId) -> Result<(SealedKey, ProofWords)> {
    let content = seller.chain.offer(offer).await?.content_id;
    let key = seller.content_keys()?.get(content)?.context("the seller has its own key")?;
    let ctx = seller.chain.context_of(license, 0, 0).await?.0;
    let profile = seller.chain.license(license).await?.profile_id;
    let licensee = seller.profile(profile).await?.1;
    let (sealed, witness) = key_delivery::encrypt(&key.to_bytes(), &licensee, ctx, &mut OsRng)?;
    let (proof, _) = seller.prover().await?.prove_key_delivery(&witness)?;
    let sealed =
        SealedKey { ephemeral_x: sealed.ephemeral_x, ephemeral_y: sealed.ephemeral_y, c0: sealed.c0, c1: sealed.c1 };
    Ok((sealed, proof.to_calldata()))
}

/// What the chain says to a delivery, without sending it.
async fn tried(by: &Session, license: LicenseId, sealed: &SealedKey, proof: &ProofWords) -> Result<(), String> {
    let call = by.addresses().deliver_key(license, sealed, proof);
    let me = by.wallet().map_or(Address::ZERO, cli::Wallet::address);
    by.chain.simulate(me, &call).await.map(drop).map_err(|error| error.to_string())
}

/// A delivery that must be refused for its proof.
async fn forged(by: &Session, license: LicenseId, what: &str, sealed: &SealedKey, proof: &ProofWords) -> Result {
    match tried(by, license, sealed, proof).await {
        Ok(()) => bail!("{what}: it is accepted"),
        Err(sentence) if sentence.contains("the proof does not verify: it was made for other inputs") => Ok(()),
        Err(sentence) => bail!("{what}: refused for another reason: {sentence}"),
    }
}

#[tokio::test]
async fn the_meter_delivers_by_itself_and_the_buyer_opens_the_file() -> Result {
    let at = TestStack::start("deliver-meter").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let bytes: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    let registered = sale::content(&at, &creator, "numbers.bin", &bytes).await?;
    let offer = sale::key_offer(&creator, registered.content_id, &[]).await?;
    let license = sale::buy(&company, offer).await?;
    at.delivered(license).await?;

    let out = at.folder().join("got.bin");
    let out = out.to_str().context("a readable path")?;
    let words = ["key", "receive", &license.to_string(), "--out", out];
    let report = at.run("company1", &[&words[..], &["--json"]].concat()).await?.report()?;
    assert_eq!(report["bytes"], 1_200_000, "{report}");
    assert!(std::fs::read(out)? == bytes, "the plaintext is the file");
    assert_eq!(registered.content_hash.as_slice(), Sha256::digest(&bytes).as_slice());
    at.run("company1", &words).await?.says(2, &["exists", "--force"])?;
    // Nothing needs to be sent twice, by whichever way it was delivered.
    let again = datavault!(creator, key::deliver, [license])?;
    assert!(again.transactions.is_empty());
    let shown = at.api_at_head(&format!("v1/licenses/{license}")).await?;
    assert_eq!(shown["delivered"], true, "{shown}");
    Ok(())
}

#[tokio::test]
async fn no_word_of_a_delivery_can_be_changed() -> Result {
    let at = TestStack::start("deliver-forged").await?;
    let (seller, offer) = sale::undelivered(&at, "a.csv", &[]).await?;
    let license = sale::buy(&at.session("company1").await?, offer).await?;
    let (sealed, proof) = delivery(&seller, offer, license).await?;
    let (scalars, coordinates): (U256, U256) = (SCALAR_FIELD.parse()?, BASE_FIELD.parse()?);

    for word in 0..proof.len() {
        for changed in [proof[word] ^ U256::ONE, proof[word] + coordinates, U256::ZERO, U256::MAX] {
            let mut bent = proof;
            bent[word] = changed;
            forged(&seller, license, &format!("proof word {word} = {changed}"), &sealed, &bent).await?;
        }
    }
    for (first, second) in [(0, 1), (2, 3), (4, 5), (2, 4), (3, 5), (6, 7), (0, 6), (1, 7)] {
        let mut bent = proof;
        bent.swap(first, second);
        forged(&seller, license, &format!("proof words {first} and {second} swapped"), &sealed, &bent).await?;
    }
    forged(&seller, license, "no proof", &sealed, &[U256::ZERO; 8]).await?;

    let words = [sealed.ephemeral_x, sealed.ephemeral_y, sealed.c0, sealed.c1];
    let of = |w: [U256; 4]| SealedKey { ephemeral_x: w[0], ephemeral_y: w[1], c0: w[2], c1: w[3] };
    for word in 0..words.len() {
        for changed in [words[word] ^ U256::ONE, words[word] + scalars, U256::ZERO] {
            let mut bent = words;
            bent[word] = changed;
            let outcome = tried(&seller, license, &of(bent), &proof).await;
            ensure!(outcome.is_err(), "sealed word {word} = {changed} is accepted");
        }
    }
    for (first, second) in [(0, 1), (2, 3), (1, 2), (0, 3)] {
        let mut bent = words;
        bent.swap(first, second);
        forged(&seller, license, &format!("sealed words {first} and {second} swapped"), &of(bent), &proof).await?;
    }
    assert_eq!(tried(&seller, license, &sealed, &proof).await, Ok(()), "the honest one is accepted");
    Ok(())
}

#[tokio::test]
async fn a_proof_serves_one_license_once_whoever_sends_it() -> Result {
    let at = TestStack::start("deliver-replay").await?;
    let (seller, offer) = sale::undelivered(&at, "b.csv", &[]).await?;
    let (company, other) = (at.session("company1").await?, at.session("company2").await?);
    let first = sale::buy(&company, offer).await?;
    let second = sale::buy(&company, offer).await?;
    let foreign = sale::buy(&other, offer).await?;
    let (sealed, proof) = delivery(&seller, offer, first).await?;
    forged(&seller, second, "replayed for another license of the same buyer", &sealed, &proof).await?;
    forged(&seller, foreign, "replayed for another buyer", &sealed, &proof).await?;
    let unknown = tried(&seller, LicenseId(99), &sealed, &proof).await.expect_err("there is no license 99");
    assert!(unknown.contains("license 99 does not exist"), "{unknown}");

    // A proof needs no permission: anyone may carry it.
    let anyone = at.session("anyone").await?;
    let call = anyone.addresses().deliver_key(first, &sealed, &proof);
    anyone.chain.send_and_confirm(anyone.wallet()?.signer(), &call).await?;
    let again = tried(&seller, first, &sealed, &proof).await.expect_err("it was delivered");
    assert!(again.contains("waits for no key: it has it already"), "{again}");
    let (sealed, proof) = delivery(&seller, offer, first).await?;
    let again = tried(&seller, first, &sealed, &proof).await.expect_err("a fresh proof changes nothing");
    assert!(again.contains("waits for no key: it has it already"), "{again}");

    let out = at.folder().join("b.csv");
    datavault!(company, key::receive, [first, "--out", out.display()])?;
    refused(datavault!(company, key::receive, [second]), &["was not delivered yet"])?;
    let stolen = at.run("company2", &["key", "receive", &first.to_string()]).await?;
    stolen.says(3, &[&format!("license {first} belongs to {}", company.wallet()?.address()), "sign with its owner"])?;
    // And a seller without the key cannot pretend.
    let keyless = at.run("creator", &["key", "deliver", &second.to_string()]).await?;
    keyless.says(3, &["does not have the key of content", "that registered it"])?;
    Ok(())
}

#[tokio::test]
async fn a_delivered_price_is_released_after_the_dispute_window_once() -> Result {
    let at = TestStack::start("deliver-release").await?;
    let (seller, offer) = sale::undelivered(&at, "c.csv", &["--dispute-window", "3d"]).await?;
    let company = at.session("company1").await?;
    let license = sale::buy(&company, offer).await?;
    let id = at.facts(license).await?.payment.payment_id;
    refused(datavault!(seller, escrow::release, [id]), &["is not releasable"])?;
    datavault!(seller, key::deliver, [license])?;
    let payment = at.facts(license).await?.payment;
    assert_eq!(payment.state, PaymentState::Delivered);
    refused(datavault!(company, escrow::refund, [id]), &["was already delivered"])?;

    at.next_block_at(payment.releasable_at - 1).await?;
    let early = at.run("bad_creator", &["escrow", "release", &id.to_string()]).await?;
    early.says(3, &[&format!("payment {id} is not releasable before 20")])?;
    at.next_block_at(payment.releasable_at).await?;
    let released = datavault!(seller, escrow::release, [id])?;
    assert_eq!(released.amount, Amount::from(sale::PRICE));
    assert_eq!(released.fee, Amount::from(sale::PRICE / 40), "2.5 %");
    refused(datavault!(seller, escrow::release, [id]), &["is closed: nothing is left in it"])?;
    refused(datavault!(company, escrow::refund, [id]), &["is closed: nothing is left in it"])?;

    let platform = at.session("platform").await?;
    let withdrawn = datavault!(seller, escrow::withdraw, ["--token", "dUSD"])?;
    assert_eq!(withdrawn.amount, Amount::from(sale::PRICE - sale::PRICE / 40));
    assert_eq!(datavault!(platform, escrow::withdraw, ["--token", "dUSD"])?.amount, Amount::from(sale::PRICE / 40));
    refused(datavault!(seller, escrow::withdraw, ["--token", "dUSD"]), &["has no balance of"])?;
    assert_eq!(at.owed(at.stack.dollar()).await?, Amount::ZERO);
    Ok(())
}

#[tokio::test]
async fn a_fee_is_rounded_down_and_payees_share_the_rest_to_the_last_unit() -> Result {
    let at = TestStack::start("deliver-split").await?;
    let (seller, company) = (at.session("bad_creator").await?, at.session("company1").await?);
    let (anyone, platform) = (at.session("anyone").await?, at.session("platform").await?);
    let file = at.file("d.csv", b"shared work")?;
    let share = |of: &Session, bps: u16| Ok::<_, anyhow::Error>(format!("{}:{bps}", of.wallet()?.address()));
    let content = datavault!(seller, content::register, [file.display(), "--title", "d", "--license", "CC0-1.0"])?;
    let (most, rest) = (share(&seller, 6_667)?, share(&anyone, 3_333)?);
    // 1,007 base units: the fee would be 25.175, the shares of what is left 654.6994 and 327.3006.
    let words = ["--price", "0.001007", "--dispute-window", "1h", "--payee", &most, "--payee", &rest];
    let offer = sale::key_offer(&seller, content.content_id, &words).await?;
    let license = sale::buy(&company, offer).await?;
    datavault!(seller, key::deliver, [license])?;
    at.travel(3_601).await?;
    let released = datavault!(anyone, escrow::release, [at.facts(license).await?.payment.payment_id])?;
    assert_eq!((released.amount, released.fee), (Amount::from(1_007u128), Amount::from(25u128)));
    let mut shares = Vec::new();
    for payee in [&seller, &anyone, &platform] {
        shares.push(datavault!(*payee, escrow::withdraw, ["--token", "dUSD"])?.amount.0);
    }
    assert_eq!(shares.iter().sum::<U256>(), U256::from(1_007));
    assert_eq!(shares[2], U256::from(25));
    assert!(shares[1] == U256::from(327) && shares[0] == U256::from(655), "dust is the creator's: {shares:?}");
    Ok(())
}

#[tokio::test]
async fn files_of_no_byte_of_one_chunk_and_of_one_byte_more_arrive_whole() -> Result {
    let at = TestStack::start("deliver-sizes").await?;
    let (seller, company) = (at.session("bad_creator").await?, at.session("company1").await?);
    for size in [0, 1, 262_144, 262_145] {
        let name = format!("{size}.bin");
        let bytes = vec![7; size];
        let content = sale::content(&at, &seller, &name, &bytes).await?;
        let license = sale::buy(&company, sale::key_offer(&seller, content.content_id, &[]).await?).await?;
        datavault!(seller, key::deliver, [license])?;
        let nowhere = at.folder().join("no-such-folder").join(&name);
        let failure = refused(
            datavault!(company, key::receive, [license, "--out", nowhere.display()]),
            &["the plaintext was not written", "no-such-folder"],
        )?;
        assert_eq!(failure.kind.exit_code(), 1);
        let out = at.folder().join(&name);
        let received = datavault!(company, key::receive, [license, "--out", out.display()])?;
        assert_eq!(received.bytes, size as u64);
        assert!(std::fs::read(&out)? == bytes, "{name}");
    }
    Ok(())
}
