//! How metered use is proved and paid, and what the chain refuses.

use std::path::{Path, PathBuf};

use alloy::network::TransactionBuilder;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;
use anyhow::{Context, bail};
use cli::Session;
use cli::command::usage::prove::Proved;
use contracts::{Call, UsageBatch};
use domain::{Amount, LicenseId};
use e2e::{Result, TestStack, datavault, sale};
use statement::usage::Capacity;

struct Story {
    at: TestStack,
    creator: Session,
    company: Session,
    offer: domain::OfferId,
}

impl Story {
    async fn new(name: &str) -> Result<Self> {
        let at = TestStack::start(name).await?;
        let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
        let content = sale::content(&at, &creator, "served.bin", &[7; 50_000]).await?.content_id;
        let offer = sale::served_offer(&creator, content, &[]).await?;
        Ok(Self { at, creator, company, offer })
    }

    async fn buy(&self) -> Result<LicenseId> {
        sale::buy_units(&self.company, self.offer, 40).await
    }

    async fn fetch(&self, license: LicenseId, count: u64) -> Result {
        let done = datavault!(self.company, content::fetch, [license, "--count", count, "--chunk", 1024])?;
        assert_eq!(done.units, count);
        Ok(())
    }

    async fn prove(&self, license: LicenseId, batch: u64, more: &[&str]) -> Result<Vec<Proved>> {
        let mut words = vec![license.to_string(), "--batch".into(), batch.to_string()];
        words.extend(more.iter().map(|&word| word.to_owned()));
        Ok(cli::command::usage::prove::run(&self.company, cli::parse_args(words)?).await?.proofs)
    }

    /// What is due of a license's deposit so far, in units.
    async fn drawn(&self, license: LicenseId) -> Result<u64> {
        let due = self.at.facts(license).await?.payment.due.0;
        let (units, rest) = due.div_rem(U256::from(sale::UNIT_PRICE));
        assert!(rest.is_zero(), "{due} is not a whole number of units");
        Ok(units.to())
    }

    /// Sends a call that must be refused: tried, and sent for real with gas to burn.
    async fn refused_on_chain(&self, call: Call, reason: &str) -> Result {
        let stranger = self.at.session("anyone").await?;
        let from = stranger.wallet()?.address();
        let Err(failure) = stranger.submit(call.clone()).await else { bail!("the chain accepts it: {reason}") };
        assert!(failure.to_string().contains(reason), "`{reason}` is not in: {failure}");
        let provider = self.at.stack.chain.provider();
        let request = TransactionRequest::default()
            .with_from(from)
            .with_nonce(provider.get_transaction_count(from).await?)
            .with_to(call.to)
            .with_input(call.input)
            .with_gas_limit(2_000_000);
        let receipt = provider.send_transaction(request).await?.get_receipt().await?;
        assert!(!receipt.status() && receipt.inner.logs().is_empty(), "{reason}");
        Ok(())
    }

    fn call(&self, proved: &Proved) -> Call {
        self.company.addresses().settle_usage(&batch(proved))
    }
}

fn batch(proved: &Proved) -> UsageBatch {
    proved.batch()
}

#[tokio::test]
async fn forged_replayed_and_reordered_proofs_are_refused_and_draw_nothing() -> Result {
    let it = Story::new("meter-proofs").await?;
    let license = it.buy().await?;
    it.fetch(license, 7).await?;
    let [first, second] = &it.prove(license, 4, &[]).await?[..] else { bail!("two proofs were expected") };
    assert_eq!((first.events, second.events), (4, 3));

    for word in 0..8 {
        let mut forged = batch(first);
        forged.proof[word] ^= U256::ONE;
        it.refused_on_chain(it.company.addresses().settle_usage(&forged), "proof").await?;
    }
    let changes: [fn(&mut UsageBatch); 5] = [
        |it| it.units += 1,
        |it| it.units -= 1,
        |it| it.window_start -= 1,
        |it| it.head_after += U256::ONE,
        |it| it.lane = 1,
    ];
    for change in changes {
        let mut forged = batch(first);
        change(&mut forged);
        let stranger = it.at.session("anyone").await?;
        assert!(stranger.submit(it.company.addresses().settle_usage(&forged)).await.is_err(), "{forged:?}");
        assert_eq!(it.drawn(license).await?, 0);
    }
    it.refused_on_chain(it.call(second), "proof").await?;
    assert_eq!(it.drawn(license).await?, 0, "re-ordered");

    // Anyone may settle a proof, in order, once.
    let stranger = it.at.session("anyone").await?;
    stranger.submit(it.call(first)).await?;
    assert_eq!(it.drawn(license).await?, 4);
    it.refused_on_chain(it.call(first), "").await?;
    stranger.submit(it.call(second)).await?;
    assert_eq!(it.drawn(license).await?, 7);
    for replayed in [first, second] {
        it.refused_on_chain(it.call(replayed), "").await?;
    }
    assert_eq!(it.drawn(license).await?, 7);
    Ok(())
}

#[tokio::test]
async fn a_proof_file_is_settled_once_and_a_forged_one_says_so() -> Result {
    let it = Story::new("meter-proof-files").await?;
    let license = it.buy().await?;
    it.fetch(license, 3).await?;
    let folder = it.at.folder().join("proofs");
    it.prove(license, 128, &["--out", &folder.display().to_string()]).await?;
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let [file] = &files[..] else { bail!("one proof was expected: {files:?}") };

    let mut forged: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let units = forged["units"].as_u64().context("units")?;
    forged["units"] = (units + 1).into();
    let bad = it.at.file("forged.json", serde_json::to_vec(&forged)?)?;
    let (license_word, bad, good) = (license.to_string(), bad.display().to_string(), file.display().to_string());
    let settle = |file: &str| ["usage", "settle", &license_word, "--proof", file, "--json"].map(str::to_owned);
    let words = settle(&bad);
    let ran = it.at.run("anyone", &words.each_ref().map(String::as_str)).await?;
    ran.json_error(3)?;
    assert_eq!(it.drawn(license).await?, 0);

    let words = settle(&good);
    let report = it.at.run("anyone", &words.each_ref().map(String::as_str)).await?.report()?;
    assert_eq!(report["settled_units"], units);
    let again = it.at.run("anyone", &words.each_ref().map(String::as_str)).await?;
    again.json_error(3)?;
    assert_eq!(it.drawn(license).await?, units);
    Ok(())
}

#[tokio::test]
async fn a_long_history_is_proved_by_the_smallest_that_fits_or_by_several_settled_in_one_call() -> Result {
    let it = Story::new("meter-long").await?;
    let license = it.buy().await?;
    it.fetch(license, 7).await?;
    // As several small ones: all are settled by one call.
    let words = [license.to_string(), "--batch".into(), "3".into(), "--submit".into()];
    let report = cli::command::usage::prove::run(&it.company, cli::parse_args(words.to_vec())?).await?;
    let proved: Vec<_> = report.proofs.iter().map(|proof| (proof.events, proof.capacity)).collect();
    let small = Capacity::Events128;
    assert_eq!(proved, [(3, small), (3, small), (1, small)]);
    assert_eq!((report.transactions.len(), report.settled_units), (1, 7));
    assert_eq!(it.drawn(license).await?, 7);

    // What the small circuit does not hold, by one proof of the large one.
    let other = sale::buy_units(&it.company, it.offer, 200).await?;
    it.fetch(other, 130).await?;
    let folder = it.at.folder().join("long");
    let [long] = &it.prove(other, 1024, &["--out", &folder.display().to_string()]).await?[..] else {
        bail!("one proof was expected")
    };
    assert_eq!((long.events, long.capacity), (130, Capacity::Events1024));
    let mut called_small = long.clone();
    called_small.capacity = small;
    it.refused_on_chain(it.call(&called_small), "proof").await?;
    let mut odd = long.batch();
    odd.capacity = 129;
    it.refused_on_chain(it.company.addresses().settle_usage(&odd), "129").await?;
    let mixed = it.company.addresses().settle_usage_many(&[long.batch(), called_small.batch()]);
    it.refused_on_chain(mixed, "1024 and of 128").await?;
    assert_eq!(it.drawn(other).await?, 0);
    datavault!(it.at.session("anyone").await?, usage::settle, [other, "--proof", file_in(&folder)?])?;
    assert_eq!(it.drawn(other).await?, 130);
    Ok(())
}

/// The only file of a folder.
fn file_in(folder: &Path) -> Result<String> {
    let files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let [file] = &files[..] else { bail!("one file was expected: {files:?}") };
    Ok(file.display().to_string())
}

#[tokio::test]
async fn proof_files_of_one_capacity_are_settled_in_one_call_in_the_order_given() -> Result {
    let it = Story::new("meter-many-files").await?;
    let license = it.buy().await?;
    it.fetch(license, 5).await?;
    let folder = it.at.folder().join("proofs");
    let proofs = it.prove(license, 2, &["--out", &folder.display().to_string()]).await?;
    assert_eq!(proofs.len(), 3);
    let file = |proof: &Proved| {
        let name = format!("license-{license}-lane-{}-{:#x}.json", proof.lane, proof.head_after);
        folder.join(name).display().to_string()
    };
    let files: Vec<_> = proofs.iter().map(file).collect();
    let anyone = it.at.session("anyone").await?;
    let settled = datavault!(anyone, usage::settle, [license, "--proof", files[1], files[0], files[2]]);
    assert!(settled.is_err(), "out of order");
    assert_eq!(it.drawn(license).await?, 0, "all or none");
    let settled = datavault!(anyone, usage::settle, [license, "--proof", files[0], files[1], files[2]])?;
    assert_eq!((settled.transactions.len(), settled.settled_units), (1, 5));
    assert_eq!(it.drawn(license).await?, 5);
    Ok(())
}

#[tokio::test]
async fn no_order_of_proofs_and_signed_heads_draws_more_than_the_larger_total() -> Result {
    let it = Story::new("meter-orders").await?;
    let price = U256::from(sale::UNIT_PRICE);

    // Signed first, then proved further, then signed again.
    let signed_first = it.buy().await?;
    it.fetch(signed_first, 4).await?;
    let settled = datavault!(it.company, usage::settle, [signed_first])?;
    assert_eq!(settled.drawn, Amount(price * U256::from(4)));
    it.fetch(signed_first, 3).await?;
    it.prove(signed_first, 4, &["--submit"]).await?;
    assert_eq!(it.drawn(signed_first).await?, 7);
    let settled = datavault!(it.company, usage::settle, [signed_first])?;
    assert!(settled.drawn.0.is_zero());
    assert_eq!(it.drawn(signed_first).await?, 7);

    // Proved first, then signed further, then the rest proved.
    let proved_first = it.buy().await?;
    it.fetch(proved_first, 4).await?;
    it.prove(proved_first, 128, &["--submit"]).await?;
    assert_eq!(it.drawn(proved_first).await?, 4);
    it.fetch(proved_first, 3).await?;
    let settled = datavault!(it.company, usage::settle, [proved_first])?;
    assert_eq!(settled.drawn, Amount(price * U256::from(3)));
    it.prove(proved_first, 128, &["--submit"]).await?;
    assert_eq!(it.drawn(proved_first).await?, 7);
    let settled = datavault!(it.company, usage::settle, [proved_first])?;
    assert!(settled.drawn.0.is_zero() && settled.transactions.is_empty());
    Ok(())
}

#[tokio::test]
async fn the_creator_settles_alone_from_its_meters_journal() -> Result {
    let it = Story::new("meter-alone").await?;
    let license = it.buy().await?;
    let word = license.to_string();
    let settle = ["usage", "settle", &word, "--json"];
    it.at.run("creator", &["usage", "settle", &word]).await?.says(3, &["served nothing of license"])?;
    let words = [license.to_string(), "--count".into(), "9".into(), "--lanes".into(), "3".into()];
    let fetched = cli::command::content::fetch::run(&it.company, cli::parse_args(words.to_vec())?).await?;
    // The company is gone, with everything it kept.
    std::fs::remove_dir_all(it.company.home()?.path())?;

    let report = it.at.run("creator", &settle).await?.report()?;
    assert_eq!(report["heads"].as_array().context("heads")?.len(), 3);
    assert_eq!(report["settled_units"], fetched.units);
    assert_eq!(it.drawn(license).await?, fetched.units);
    let again = it.at.run("creator", &settle).await?.report()?;
    assert_eq!(again["transactions"].as_array().context("transactions")?.len(), 0);
    it.at.run("anyone", &["usage", "settle", &word]).await?.says(3, &["neither is you", "--proof"])?;

    let creator = it.creator.wallet()?.address();
    // Settling says what is due; anyone may move it.
    datavault!(it.at.session("anyone").await?, escrow::release, [license])?;
    let before = it.creator.balance(creator, domain::Token::ETH).await?;
    let withdrawn = datavault!(it.creator, escrow::withdraw, ["--token", "ETH"])?;
    assert!(it.creator.balance(creator, domain::Token::ETH).await? > before);
    let owed = U256::from(fetched.units) * U256::from(sale::UNIT_PRICE);
    assert_eq!(withdrawn.amount.0, owed - owed / U256::from(40));
    Ok(())
}
