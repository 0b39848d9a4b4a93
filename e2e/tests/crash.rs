//! SIGKILL at any instant: running the same command again continues, and nothing is lost or done twice.

use std::collections::{HashMap, HashSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use alloy::primitives::U256;
use domain::{ChainEvent, LicenseId};
use e2e::mirror::{Indexer, IndexerOptions, at_head, equals_rebuilt, everything};
use e2e::{Ran, Result, TestStack, datavault, sale};
use gateway::client::Receipts;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Runs the binary and kills it somewhere; the instants come from a seed.
struct Killer {
    at: TestStack,
    rng: StdRng,
    kills: usize,
}

impl Killer {
    async fn new(name: &str, seed: u64) -> Result<Self> {
        Ok(Self { at: TestStack::start(name).await?, rng: StdRng::seed_from_u64(seed), kills: 0 })
    }

    /// How long a run takes that nobody kills.
    async fn measure(&self, actor: &str, words: &[&str]) -> Result<Duration> {
        let started = Instant::now();
        self.at.run(actor, words).await?.report()?;
        Ok(started.elapsed())
    }

    /// Runs it and kills it within `span`. What it told before, if it came to that.
    async fn run(&mut self, actor: &str, words: &[&str], span: Duration) -> Result<Option<Ran>> {
        let mut command = tokio::process::Command::from(self.at.command(actor)?);
        command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        tokio::time::sleep(self.rng.gen_range(Duration::ZERO..span)).await;
        child.start_kill()?;
        let mut ran = Ran::from(child.wait_with_output().await?);
        if ran.code < 0 && serde_json::from_str::<serde_json::Value>(&ran.stdout).is_ok() {
            // It had told everything already.
            ran.code = 0;
        }
        self.kills += usize::from(ran.code < 0);
        Ok((ran.code >= 0).then_some(ran))
    }

    /// Kills it up to `times` times; then lets it end, unless it did already. The last run.
    async fn finally(&mut self, actor: &str, words: &[&str], span: Duration, times: usize) -> Result<Ran> {
        for _ in 0..times {
            if let Some(ran) = self.run(actor, words, span).await? {
                return Ok(ran);
            }
        }
        self.at.run(actor, words).await
    }
}

#[tokio::test]
async fn a_registration_killed_anywhere_continues_with_the_same_key_and_registers_once() -> Result {
    const FILES: usize = 12;
    let mut it = Killer::new("crash-register", 1).await?;
    let seller = it.at.session("bad_creator").await?;
    let bytes = |n: usize| vec![u8::try_from(n).unwrap(); 100_000 + n];
    let file = |n: usize| Ok::<_, anyhow::Error>(it.at.file(&format!("{n}.bin"), bytes(n))?.display().to_string());
    let files: Vec<_> = (0..FILES + 2).map(file).collect::<Result<_>>()?;
    let words = |n: usize| ["content", "register", &files[n], "--title", "T", "--license", "CC0-1.0", "--json"];
    // The first of a wallet publishes its meter as well; the others are shorter.
    it.measure("anyone", &words(FILES)).await?;
    let span = it.measure("anyone", &words(FILES + 1)).await?;
    for n in 0..FILES {
        let ran = it.finally("bad_creator", &words(n), span, 4).await?;
        if ran.code != 0 {
            let error = ran.json_error(3)?;
            assert!(error["message"].as_str().unwrap().contains("is registered already, by you"), "{error}");
        }
    }
    assert!(it.kills >= 10, "{} kills", it.kills);

    let me = seller.wallet()?.address();
    let (mut hashes, mut meters) = (HashSet::new(), 0);
    for event in it.at.events().await? {
        match event {
            ChainEvent::ContentRegistered(content) if content.creator == me => {
                assert!(hashes.insert(content.content_hash), "registered twice");
            }
            ChainEvent::MeterPublished(meter) if meter.owner == me => meters += 1,
            _ => {}
        }
    }
    assert_eq!((hashes.len(), meters), (FILES, 1));
    // Every key fits: a buyer gets the file.
    let buyer = it.at.session("company1").await?;
    for content in seller.contents().await?.into_iter().filter(|content| content.creator == me) {
        let offer = sale::key_offer(&seller, content.content_id, &[]).await?;
        let license = sale::buy(&buyer, offer).await?;
        datavault!(seller, key::deliver, [license])?;
        let out = it.at.folder().join(format!("files/got-{license}"));
        datavault!(buyer, key::receive, [license, "--out", out.display()])?;
        let got = std::fs::read(out)?;
        assert_eq!(got, bytes(got[0].into()));
    }
    println!("{} kills", it.kills);
    Ok(())
}

#[tokio::test]
async fn a_purchase_killed_anywhere_is_paid_once() -> Result {
    const PURCHASES: u64 = 8;
    let mut it = Killer::new("crash-buy", 2).await?;
    let (_, offer) = sale::undelivered(&it.at, "a.csv", &[]).await?;
    let buyer = it.at.session("company1").await?;
    let me = buyer.wallet()?.address();
    let (offer, dollar) = (offer.to_string(), it.at.stack.dollar());
    let words = ["license", "buy", &offer, "--accept-no-arbitration", "--json"];
    let span = it.measure("company2", &words).await?;
    let before = buyer.balance(me, dollar).await?.0;
    let (mut licenses, mut found) = (HashSet::new(), 0);
    let mut n = 0;
    while n < PURCHASES || (it.kills < 10 && n < 4 * PURCHASES) {
        n += 1;
        // A run that was killed after it told of a license, and before it forgot the order, is found once more.
        loop {
            let bought = it.finally("company1", &words, span, 3).await?.report()?["bought"].take();
            found += usize::from(bought["found"] == true);
            if licenses.insert(bought["license_id"].to_string()) {
                break;
            }
        }
        let bought = it.at.events().await?.into_iter();
        let bought = bought.filter(|event| matches!(event, ChainEvent::LicenseIssued(it) if it.payer == me)).count();
        assert_eq!(bought as u64, n, "licenses after {n} purchases and {} kills", it.kills);
        let paid = before - buyer.balance(me, dollar).await?.0;
        assert_eq!(paid, U256::from(n) * U256::from(sale::PRICE));
    }
    assert!(it.kills >= 10, "{} kills", it.kills);
    println!("{} kills; {found} purchases were found by a later run", it.kills);
    Ok(())
}

#[tokio::test]
async fn a_delivery_killed_anywhere_is_done_once() -> Result {
    const LICENSES: usize = 5;
    let mut it = Killer::new("crash-deliver", 3).await?;
    let (_, offer) = sale::undelivered(&it.at, "a.csv", &[]).await?;
    let buyer = it.at.session("company1").await?;
    // The first delivery may have to make the proving key; the second says how long one takes.
    let mut span = Duration::ZERO;
    for _ in 0..2 {
        let license = sale::buy(&buyer, offer).await?.to_string();
        span = it.measure("bad_creator", &["key", "deliver", &license, "--json"]).await?;
    }
    let mut deliveries = 0;
    while deliveries < LICENSES || (it.kills < 6 && deliveries < 4 * LICENSES) {
        deliveries += 1;
        let license = sale::buy(&buyer, offer).await?;
        let word = license.to_string();
        let ran = it.finally("bad_creator", &["key", "deliver", &word, "--json"], span, 3).await?;
        ran.report()?;
        assert!(it.at.facts(license).await?.license.delivered);
        let out = it.at.folder().join(format!("files/got-{license}"));
        datavault!(buyer, key::receive, [license, "--out", out.display()])?;
        assert_eq!(std::fs::read(out)?, b"what a.csv holds");
    }
    let mut times = HashMap::<LicenseId, usize>::new();
    for event in it.at.events().await? {
        if let ChainEvent::KeyDelivered(delivered) = event {
            *times.entry(delivered.license_id).or_default() += 1;
        }
    }
    assert_eq!(times.len(), deliveries + 2);
    assert!(times.values().all(|&times| times == 1), "{times:?}");
    assert!(it.kills >= 6, "{} kills", it.kills);
    println!("{} kills", it.kills);
    Ok(())
}

#[tokio::test]
async fn proving_killed_anywhere_continues_at_the_chains_head() -> Result {
    const FETCHES: u64 = 48;
    const BATCH: u64 = 4;
    let mut it = Killer::new("crash-prove", 4).await?;
    let (creator, company) = (it.at.session("creator").await?, it.at.session("company1").await?);
    let content = sale::content(&it.at, &creator, "served.bin", &[7; 50_000]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &[]).await?;
    let license = sale::buy_units(&company, offer, 100).await?;
    datavault!(company, content::fetch, [license, "--count", FETCHES, "--chunk", 1024, "--lanes", 2])?;
    let (word, batch) = (license.to_string(), BATCH.to_string());
    let words = ["usage", "prove", &word, "--submit", "--batch", &batch, "--json"];
    it.finally("company1", &words, Duration::from_millis(1_500), 10).await?.report()?;

    let (mut proofs, mut units) = (0, 0);
    for event in it.at.events().await? {
        if let ChainEvent::UsageProved(proved) = event {
            proofs += 1;
            units += u64::from(proved.units);
        }
    }
    assert_eq!((proofs, units), (FETCHES / BATCH, FETCHES));
    let due = it.at.facts(license).await?.payment.due.0;
    assert_eq!(due, U256::from(FETCHES) * U256::from(sale::UNIT_PRICE));
    assert!(it.kills >= 3, "{} kills", it.kills);
    println!("{} kills", it.kills);
    Ok(())
}

#[tokio::test]
async fn meter_and_client_killed_at_any_instant_agree_in_the_end() -> Result {
    const FETCHES: u64 = 600;
    const CHUNK: u64 = 512;
    const KILLS: usize = 24;
    let mut at = TestStack::start("crash-fetch").await?;
    let mut rng = StdRng::seed_from_u64(5);
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let plaintext: Vec<u8> = (0..400_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let content = sale::content(&at, &creator, "served.bin", &plaintext).await?.content_id;
    let offer = sale::served_offer(&creator, content, &[]).await?;
    let license = sale::buy_units(&company, offer, FETCHES).await?;
    let out = at.folder().join("fetched.bin");
    let start = |at: &TestStack| {
        let mut command = tokio::process::Command::from(at.command("company1")?);
        command.args(["content", "fetch", &license.to_string(), "--lanes", "3", "--job", "story", "--json"]);
        command.args(["--count", &FETCHES.to_string(), "--chunk", &CHUNK.to_string(), "--out"]).arg(&out);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        Ok::<_, anyhow::Error>(command.spawn()?)
    };

    let (mut client, mut clients, mut meters) = (start(&at)?, 0, 0);
    for n in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(rng.gen_range(0..250))).await;
        if n % 2 == 0 {
            at.stack.meter.kill()?;
            meters += 1;
            tokio::time::sleep(Duration::from_millis(rng.gen_range(0..50))).await;
            at.stack.meter.restart().await?;
        } else {
            if client.try_wait()?.is_none() {
                clients += 1;
            }
            client.kill().await?;
            client = start(&at)?;
        }
    }
    let ran = Ran::from(client.wait_with_output().await?);
    let report = ran.report()?;
    assert_eq!(report["fetches"], FETCHES);

    assert_eq!(std::fs::read(&out)?, plaintext[..usize::try_from(FETCHES * CHUNK)?]);
    let receipts = Receipts::open(&company.home()?.receipts())?;
    let journal = gateway::meter::journal(&creator.home()?.meter())?;
    let (mut events, mut units) = (0, 0);
    for (lane, ctx) in receipts.lanes(license)? {
        let ours = receipts.last(ctx)?.unwrap();
        assert_eq!(journal.last(ctx)?.unwrap().countersigned, ours, "lane {}", lane.lane);
        events += ours.head.seq;
        units += ours.head.total;
    }
    assert_eq!((events, units, journal.used_units(license)?), (FETCHES, FETCHES, FETCHES));
    assert_eq!(datavault!(creator, usage::settle, [license])?.settled_units, FETCHES);
    assert!(meters >= 10 && clients >= 8, "{meters} meters and {clients} clients were killed");
    println!("{meters} meters and {clients} clients were killed");
    Ok(())
}

#[tokio::test]
async fn an_indexer_killed_while_the_chain_moves_and_reorganises_equals_a_rebuilt_one() -> Result {
    const ROUNDS: u64 = 30;
    let at = TestStack::start("crash-indexer").await?;
    let database = at.stack.postgres.create_database("datavault_crash_indexer_killed").await?;
    let mut options = IndexerOptions::of(&at, "all", database);
    options.more = ["--poll-interval-ms", "10", "--exact-depth", "4", "--max-range", "3"].map(str::to_owned).to_vec();

    let moving = async {
        let mut rng = StdRng::seed_from_u64(6);
        let (seller, first) = sale::undelivered(&at, "a.csv", &[]).await?;
        sale::buy(&at.session("company1").await?, first).await?;
        let content = seller.contents().await?[0].content_id;
        let keep = at.stack.chain.latest().await?.0;
        for round in 0..ROUNDS {
            let offer = sale::key_offer(&seller, content, &[]).await?;
            if round % 3 == 0 {
                sale::buy(&at.session("company2").await?, offer).await?;
            }
            if rng.gen_bool(0.4) {
                let most = at.stack.chain.latest().await?.0 - keep;
                at.stack.chain.reorg(rng.gen_range(1..=most.min(6))).await?;
            }
            tokio::time::sleep(Duration::from_millis(rng.gen_range(0..150))).await;
        }
        Ok::<_, anyhow::Error>(())
    };
    let killing = async {
        let (mut rng, mut kills) = (StdRng::seed_from_u64(7), 0);
        loop {
            let mut indexer = Indexer::start(&at, "killed", &options)?;
            tokio::time::sleep(Duration::from_millis(rng.gen_range(20..400))).await;
            // Its end by itself would be a finding.
            anyhow::ensure!(indexer.process.exited()?.is_none(), "{}", indexer.process.log_tail());
            indexer.process.kill()?;
            kills += 1;
            KILLS.store(kills, std::sync::atomic::Ordering::Relaxed);
        }
    };
    static KILLS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    tokio::select! {
        moved = moving => moved?,
        killed = killing => { let () = killed?; }
    }
    let kills = KILLS.load(std::sync::atomic::Ordering::Relaxed);
    assert!(kills >= 10, "{kills} kills");

    let mut indexer = Indexer::start(&at, "survivor", &options)?;
    let api = indexer.url().await?;
    at_head(&at, &api).await?;
    equals_rebuilt(&at, &api, "crash").await?;
    let live = at.stack.indexer.url().clone();
    at_head(&at, &live).await?;
    assert_eq!(everything(&at, &api).await?, everything(&at, &live).await?);
    println!("{kills} kills");
    Ok(())
}
