//! Delivery and metering against the real contracts on a real anvil, proofs included.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use alloy::{
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, B256, U256},
    providers::ext::AnvilApi,
    rpc::types::anvil::ReorgOptions,
    signers::local::PrivateKeySigner,
};
use content::{ContentKey, EmbeddedStore, seal_into};
use contracts::{Datavault, DeployConfig, Order, Registration, SignedHead, UsageBatch, deploy};
use datavault_gateway::{
    client::{Receipts, Session, SessionOptions},
    deliver::{Deliverer, DelivererConfig, DeliveryPolicy, Outcome, Progress, ReceiveError, receive_key},
    facts::{ChainFacts, Facts},
    journal::Lane,
    meter::{Limits, Meter, MeterConfig, journal, key_folder},
    protocol::{Countersigned, Problem, ProblemCode},
    settle::{Settler, signed_head},
};
use domain::{
    Amount, ContentId, ContentKind, ContentRegistered, Context, Delivery, LicenseId, LicenseIssued, MeterPublished,
    OfferKind, OfferSet, OfferTerms, Payee, ProfilePublished, SplitCreated, SplitId, Token,
};
use groth16::UsageWitness;
use statement::{
    SecretKey,
    key_delivery::key_commitment,
    usage::{Capacity, Window},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

mod tools;
use tools::{anvil_path, prover};

const UNIT_PRICE: u128 = 1_000;

/// One creator with one content, one licensee, and a deployment.
struct Market {
    folder: TempDir,
    _anvil: AnvilInstance,
    chain: Datavault,
    creator: PrivateKeySigner,
    licensee: PrivateKeySigner,
    meter_secret: SecretKey,
    licensee_secret: SecretKey,
    plaintext: Vec<u8>,
    key: ContentKey,
    content_id: ContentId,
    split_id: SplitId,
    /// The next offer's nonce.
    offers: AtomicU32,
}

impl Market {
    async fn open() -> Self {
        let anvil = Anvil::at(anvil_path()).spawn();
        let actor = |index: usize| PrivateKeySigner::from(anvil.keys()[index].clone());
        let (owner, creator, licensee) = (actor(0), actor(1), actor(2));
        let config = DeployConfig { with_dev_token: false, ..DeployConfig::local(owner.address()) };
        let deployment = deploy(&anvil.endpoint(), &owner, &config, |_| {}).await.unwrap();
        let chain = Datavault::connect(&anvil.endpoint(), deployment).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let plaintext: Vec<u8> = (0..300_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let key = ContentKey::generate();
        let store = EmbeddedStore::open(folder.path().join("store")).unwrap();
        let sealed = seal_into(&key, plaintext.as_slice(), &store).unwrap();

        let meter_secret = SecretKey::derive(&[1; 32], "meter");
        let public = meter_secret.public();
        let call = chain.addresses().publish_meter(
            public.x(),
            public.y(),
            public.commitment(),
            creator.address(),
            "http://127.0.0.1:9",
        );
        let meter: MeterPublished = chain.send_and_confirm(&creator, &call).await.unwrap().event().unwrap();
        let call = chain.addresses().register(&Registration {
            content_hash: sealed.content_hash.into(),
            cid: sealed.cid.to_bytes().into(),
            key_commitment: key_commitment(&key.to_bytes()),
            metadata_cid: sealed.cid.to_bytes().into(),
            kind: ContentKind::File,
            meter_id: meter.meter_id,
        });
        let content: ContentRegistered = chain.send_and_confirm(&creator, &call).await.unwrap().event().unwrap();
        key_folder(folder.path()).unwrap().put(content.content_id, &key).unwrap();
        let alone = Payee { account: creator.address(), share_bps: 10_000 };
        let call = chain.addresses().create_split(&[alone]);
        let split: SplitCreated = chain.send_and_confirm(&creator, &call).await.unwrap().event().unwrap();
        Self {
            folder,
            _anvil: anvil,
            chain,
            creator,
            licensee,
            meter_secret,
            licensee_secret: SecretKey::derive(&[2; 32], "licensee"),
            plaintext,
            key,
            content_id: content.content_id,
            split_id: split.split_id,
            offers: AtomicU32::new(1),
        }
    }

    /// Sells a license to a profile with the licensee's real key.
    async fn sell(&self, terms: OfferTerms, units: u64) -> LicenseIssued {
        let public = self.licensee_secret.public();
        self.sell_to(terms, units, public.x(), public.commitment()).await
    }

    async fn sell_to(&self, terms: OfferTerms, units: u64, key_x: U256, commitment: U256) -> LicenseIssued {
        let chain = &self.chain;
        let nonce = self.offers.fetch_add(1, Ordering::Relaxed);
        let terms = OfferTerms { nonce, ..terms };
        let call = chain.addresses().set_offer(&terms, "ipfs://terms", &[]);
        let offer: OfferSet = chain.send_and_confirm(&self.creator, &call).await.unwrap().event().unwrap();
        let key_y = self.licensee_secret.public().y();
        let call = chain.addresses().publish_profile(key_x, key_y, commitment, self.licensee.address());
        let profile: ProfilePublished = chain.send_and_confirm(&self.licensee, &call).await.unwrap().event().unwrap();
        let total = Amount(terms.price.0 + terms.unit_price.0 * U256::from(units));
        let order = Order {
            offer_id: offer.offer_id,
            licensee: self.licensee.address(),
            profile_id: profile.profile_id,
            units,
            max_total: total,
            payer: Address::ZERO,
            referrer: Address::ZERO,
        };
        let call = chain.addresses().buy(&order, &terms, total);
        chain.send_and_confirm(&self.licensee, &call).await.unwrap().event().unwrap()
    }

    fn perpetual(&self) -> OfferTerms {
        OfferTerms {
            content_id: self.content_id,
            kind: OfferKind::Perpetual,
            delivery: Delivery::Key,
            transferable: false,
            token: Token::ETH,
            price: Amount::from(1_000_000),
            unit_price: Amount::ZERO,
            unit_bytes: 0,
            max_units_per_event: 0,
            duration_secs: 0,
            delivery_window_secs: 3_600,
            dispute_window_secs: 86_400,
            settlement_grace_secs: 0,
            supply: 0,
            valid_until: 0,
            usage_bits: 1,
            arbitrator: Address::repeat_byte(0xab),
            terms_hash: B256::repeat_byte(1),
            nonce: 0,
            buyer: Address::ZERO,
            units: 0,
            overage_price: Amount::ZERO,
            bond: Amount::ZERO,
            royalty_bps: 0,
            split_id: self.split_id,
            items_hash: B256::ZERO,
        }
    }

    fn per_use(&self) -> OfferTerms {
        OfferTerms {
            kind: OfferKind::PerUse,
            delivery: Delivery::Served,
            price: Amount::ZERO,
            unit_price: Amount::from(UNIT_PRICE),
            unit_bytes: 1_000,
            max_units_per_event: 4,
            duration_secs: 86_400,
            delivery_window_secs: 0,
            dispute_window_secs: 0,
            settlement_grace_secs: 3_600,
            ..self.perpetual()
        }
    }

    async fn deliverer(&self, name: &str, margin_secs: u64) -> Deliverer {
        self.deliverer_after(name, margin_secs, 0).await
    }

    async fn deliverer_after(&self, name: &str, margin_secs: u64, confirmations: u64) -> Deliverer {
        let config = DelivererConfig {
            data_dir: self.folder.path().join(name),
            chain: self.chain.clone(),
            prover: prover(),
            sender: self.creator.clone(),
            keys: key_folder(self.folder.path()).unwrap(),
            policy: DeliveryPolicy { confirmations, margin_secs, poll: Duration::from_millis(50) },
        };
        Deliverer::open(config).await.unwrap()
    }

    async fn facts(&self) -> Arc<dyn Facts> {
        Arc::new(ChainFacts::new(self.chain.clone()).await.unwrap())
    }

    async fn meter(&self) -> String {
        let meter = Meter::open(MeterConfig {
            data_dir: self.folder.path().to_owned(),
            signer: self.creator.clone(),
            secret: self.meter_secret.clone(),
            facts: self.facts().await,
            store: EmbeddedStore::open(self.folder.path().join("store")).unwrap(),
            limits: Limits::default(),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(meter.serve(listener, std::future::pending()));
        url
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_delivered_once_and_opens_for_its_licensee_alone() {
    let market = Market::open().await;
    let sold = market.sell(market.perpetual(), 0).await;
    let chain = &market.chain;
    let early = receive_key(chain, sold.license_id, &market.licensee_secret).await;
    assert!(matches!(early, Err(ReceiveError::NotDelivered(_))));

    let deliverer = market.deliverer("first", 60).await;
    let outcomes = deliverer.run_once().await.unwrap();
    assert!(matches!(outcomes.as_slice(), [(id, Outcome::Delivered { .. })] if *id == sold.license_id), "{outcomes:?}");
    assert!(chain.license(sold.license_id).await.unwrap().delivered);
    let key = receive_key(chain, sold.license_id, &market.licensee_secret).await.unwrap();
    assert_eq!(*key.to_bytes(), *market.key.to_bytes());
    let stranger = receive_key(chain, sold.license_id, &SecretKey::derive(&[9; 32], "stranger")).await;
    assert!(matches!(stranger, Err(ReceiveError::Open { .. })));

    // Another worker, a lost cursor, a second run: nobody delivers twice.
    assert!(deliverer.run_once().await.unwrap().is_empty());
    assert_eq!(deliverer.deliver_license(sold.license_id).await.unwrap(), Outcome::AlreadyDelivered);
    let again = market.deliverer("lost-its-cursor", 60).await.run_once().await.unwrap();
    assert_eq!(again, [(sold.license_id, Outcome::AlreadyDelivered)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_that_a_reorg_took_back_and_made_again_gets_its_key() {
    let market = Market::open().await;
    let deliverer = market.deliverer("worker", 60).await;
    let first = market.sell(market.perpetual(), 0).await;
    assert!(matches!(deliverer.run_once().await.unwrap().as_slice(), [(_, Outcome::Delivered { .. })]));

    // Offer, profile, purchase and delivery never happened.
    market.chain.provider().anvil_reorg(ReorgOptions { depth: 4, tx_block_pairs: Vec::new() }).await.unwrap();
    assert!(market.chain.license(first.license_id).await.is_err());
    assert!(deliverer.run_once().await.unwrap().is_empty());

    let again = market.sell(market.perpetual(), 0).await;
    assert_eq!(again.license_id, first.license_id);
    let outcomes = deliverer.run_once().await.unwrap();
    assert!(matches!(outcomes.as_slice(), [(_, Outcome::Delivered { .. })]), "{outcomes:?}");
    let key = receive_key(&market.chain, again.license_id, &market.licensee_secret).await.unwrap();
    assert_eq!(*key.to_bytes(), *market.key.to_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delivered_is_passed_over_with_its_reason() {
    let market = Market::open().await;
    let public = market.licensee_secret.public();
    let off_curve = market.sell_to(market.perpetual(), 0, public.x() + U256::from(1), public.commitment()).await;
    let wrong_hash = market.sell_to(market.perpetual(), 0, public.x(), U256::from(7)).await;
    let served = market.sell(market.per_use(), 10).await;
    let deliverer = market.deliverer("worker", 60).await;
    deliverer.run_once().await.unwrap();
    let records = deliverer.records().await.unwrap();
    let reason = |id: LicenseId| {
        let record = records.iter().find(|record| record.license_id == id).unwrap();
        assert_eq!(record.progress, Progress::Skipped);
        record.reason.clone()
    };
    assert!(reason(off_curve.license_id).contains("not on Baby Jubjub"), "{}", reason(off_curve.license_id));
    assert!(reason(wrong_hash.license_id).contains("commitment"), "{}", reason(wrong_hash.license_id));
    assert!(reason(served.license_id).contains("served"), "{}", reason(served.license_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn near_its_deadline_a_key_is_kept_and_the_license_not_forgotten() {
    let market = Market::open().await;
    let chain = &market.chain;
    let sold = market.sell(market.perpetual(), 0).await;
    // A margin longer than the window is a quarter of it: 15 minutes of an hour.
    let deliverer = market.deliverer("cautious", 7_200).await;
    let deadline = chain.payment(sold.license_id.payment_id()).await.unwrap().deadline;
    chain.provider().anvil_set_next_block_timestamp(deadline - 880).await.unwrap();
    chain.provider().anvil_mine(Some(1), None).await.unwrap();
    let outcomes = deliverer.run_once().await.unwrap();
    let [(_, Outcome::Waiting(reason))] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert!(reason.contains("deadline"), "{reason}");
    assert!(!chain.license(sold.license_id).await.unwrap().delivered);
    assert_eq!(deliverer.records().await.unwrap()[0].progress, Progress::Due);

    // Closed, it is over.
    chain.provider().anvil_set_next_block_timestamp(deadline + 1).await.unwrap();
    let call = chain.addresses().refund(sold.license_id.payment_id());
    chain.send_and_confirm(&market.licensee, &call).await.unwrap();
    let outcomes = deliverer.run_once().await.unwrap();
    assert!(matches!(&outcomes[0].1, Outcome::Skipped(reason) if reason.contains("closed")), "{outcomes:?}");
    assert_eq!(deliverer.records().await.unwrap()[0].progress, Progress::Skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_looked_at_until_it_is_as_deep_as_a_purchase_must_be() {
    let market = Market::open().await;
    let sold = market.sell(market.perpetual(), 0).await;
    let deliverer = market.deliverer_after("deep", 60, 3).await;
    let mine = async |blocks| market.chain.provider().anvil_mine(Some(blocks), None).await.unwrap();
    assert!(deliverer.run_once().await.unwrap().is_empty(), "the purchase is not deep enough to be seen");
    mine(3).await;
    assert!(matches!(deliverer.run_once().await.unwrap().as_slice(), [(_, Outcome::Delivered { .. })]));
    let record = async || deliverer.records().await.unwrap().remove(0);
    assert_eq!(record().await.progress, Progress::Due);
    assert!(record().await.reason.contains("3 more blocks"), "{}", record().await.reason);

    // A reorg takes the delivery back, not the purchase: it is delivered again.
    market.chain.provider().anvil_reorg(ReorgOptions { depth: 1, tx_block_pairs: Vec::new() }).await.unwrap();
    assert!(!market.chain.license(sold.license_id).await.unwrap().delivered);
    let outcomes = deliverer.run_once().await.unwrap();
    assert!(matches!(outcomes.as_slice(), [(_, Outcome::Delivered { .. })]), "{outcomes:?}");
    mine(3).await;
    assert_eq!(deliverer.run_once().await.unwrap(), [(sold.license_id, Outcome::AlreadyDelivered)]);
    assert_eq!(record().await.progress, Progress::Delivered);
    assert!(deliverer.run_once().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn metered_use_is_proved_and_drawn_to_the_unit() {
    let market = Market::open().await;
    let (chain, url) = (&market.chain, market.meter().await);
    let terms_url = format!("{url}/v1/contents/{}", market.content_id);
    let sold = market.sell(market.per_use(), 400).await;
    let problem: Problem = reqwest::get(&terms_url).await.unwrap().json().await.unwrap();
    assert_eq!(problem.code, ProblemCode::LicenseRequired);
    assert_eq!(problem.terms.unwrap().offers[0].offer_id, sold.offer_id);

    let receipts = Receipts::open(&market.folder.path().join("receipts.sqlite")).unwrap();
    let options = SessionOptions { meter_url: Some(url), ..SessionOptions::default() };
    let facts = market.facts().await;
    let session =
        Session::open(facts, sold.license_id, market.licensee.clone(), receipts.clone(), options).await.unwrap();
    let fetching = (0..2_u32).map(|number| {
        let (session, plaintext) = (session.clone(), market.plaintext.clone());
        tokio::spawn(async move {
            let lane = session.lane(number).await.unwrap();
            for step in 0..70_u64 {
                let range = step * 1_500..step * 1_500 + 1_500;
                let fetched = lane.fetch(range.clone()).await.unwrap();
                assert_eq!(fetched.bytes, plaintext[range.start as usize..range.end as usize]);
            }
        })
    });
    futures::future::join_all(fetching).await.into_iter().for_each(|lane| lane.unwrap());

    for lane in 0..2 {
        assert_eq!(Context(session.ctx(lane)), chain.context_of(sold.license_id, lane, 0).await.unwrap());
        settle(&market, &session, lane).await;
    }
    let due = Amount::from(280 * UNIT_PRICE);
    assert_eq!(chain.payment(sold.license_id.payment_id()).await.unwrap().due, due);
    assert_eq!(chain.settled_units(sold.license_id).await.unwrap(), 280);

    // The same heads by their signatures draw nothing more.
    for (lane, ctx) in receipts.lanes(sold.license_id).unwrap() {
        let last = receipts.last(ctx).unwrap().unwrap();
        let call = chain.addresses().settle_signed(&SignedHead {
            license_id: sold.license_id,
            lane: lane.lane,
            epoch: 0,
            seq: last.head.seq,
            total: last.head.total,
            head: last.head.head,
            time: last.head.time,
            licensee_signature: last.licensee_signature,
            meter_signature: last.meter_signature,
        });
        chain.send_and_confirm(&market.creator, &call).await.unwrap();
    }
    assert_eq!(chain.payment(sold.license_id.payment_id()).await.unwrap().due, due);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_served_is_settled_from_the_journal_after_expiry_and_before_the_refund() {
    let market = Market::open().await;
    let (chain, url) = (&market.chain, market.meter().await);
    let sold = market.sell(market.per_use(), 400).await;
    let receipts = Receipts::open(&market.folder.path().join("receipts.sqlite")).unwrap();
    let options = SessionOptions { meter_url: Some(url), ..SessionOptions::default() };
    let facts = market.facts().await;
    let session = Session::open(facts, sold.license_id, market.licensee.clone(), receipts, options).await.unwrap();
    for (number, fetches) in [(0, 3), (1, 2), (2, 4)] {
        let lane = session.lane(number).await.unwrap();
        for step in 0..fetches {
            lane.fetch(step * 1_000..step * 1_000 + 1_000).await.unwrap();
        }
    }
    let journal = journal(market.folder.path()).unwrap();
    let settler = Settler::new(chain.clone(), market.creator.clone(), journal).await.unwrap();
    assert!(settler.run_once().await.unwrap().is_empty(), "the license has not expired");

    // One lane is settled by somebody already.
    let entry = market_journal_last(&market, sold.license_id);
    let call =
        chain.addresses().settle_signed(&signed_head(Lane { license_id: sold.license_id, lane: 1, epoch: 0 }, &entry));
    chain.send_and_confirm(&market.licensee, &call).await.unwrap();

    chain.provider().anvil_set_next_block_timestamp(sold.expires_at + 1).await.unwrap();
    chain.provider().anvil_mine(Some(1), None).await.unwrap();
    // A lane that the chain refuses does not keep the others from being settled.
    let sql = rusqlite::Connection::open(market.folder.path().join("journal.sqlite")).unwrap();
    let signature: Vec<u8> =
        sql.query_row("select meter_signature from heads where lane = 0 and seq = 3", [], |row| row.get(0)).unwrap();
    let set = |signature: &[u8]| {
        let changed = sql.execute("update heads set meter_signature = ?1 where lane = 0 and seq = 3", [signature]);
        assert_eq!(changed.unwrap(), 1);
    };
    set(&[1; 65]);
    let settled = settler.run_once().await.unwrap();
    let outcomes: Vec<_> = settled.iter().map(|lane| (lane.lane, lane.total, lane.sent.is_ok())).collect();
    assert_eq!(outcomes, [(0, 3, false), (2, 4, true)]);
    set(&signature);

    let settled = settler.run_once().await.unwrap();
    assert!(
        matches!(settled.as_slice(), [lane] if lane.lane == 0 && lane.total == 3 && lane.sent.is_ok()),
        "{settled:?}"
    );
    assert_eq!(chain.settled_units(sold.license_id).await.unwrap(), 9);
    assert_eq!(chain.payment(sold.license_id.payment_id()).await.unwrap().due, Amount::from(9 * UNIT_PRICE));
    assert!(settler.run_once().await.unwrap().is_empty(), "nothing is settled twice");

    let refundable_at = chain.payment(sold.license_id.payment_id()).await.unwrap().deadline;
    chain.provider().anvil_set_next_block_timestamp(refundable_at).await.unwrap();
    chain.send_and_confirm(&market.licensee, &chain.addresses().refund(sold.license_id.payment_id())).await.unwrap();
    let refunded = chain.payment(sold.license_id.payment_id()).await.unwrap().refunded;
    assert_eq!(refunded, Amount::from(391 * UNIT_PRICE));
    assert!(settler.run_once().await.unwrap().is_empty());
}

/// The last head of lane 1, as the meter keeps it.
fn market_journal_last(market: &Market, license_id: LicenseId) -> Countersigned {
    let entries = journal(market.folder.path()).unwrap().last_of_license(license_id).unwrap();
    entries.into_iter().find(|entry| entry.lane.lane == 1).unwrap().countersigned
}

/// Proves a lane in two batches, the second from an open block, and settles each.
async fn settle(market: &Market, session: &Session, lane: u32) {
    let chain = &market.chain;
    let mut proofs = 0;
    loop {
        let ctx = session.ctx(lane);
        let state = chain.lane_state(Context(ctx)).await.unwrap();
        let Some(range) = session.receipts().provable_from(ctx, state.proved_head, 50).unwrap() else { break };
        let (first, last) = (range.events[0].time, range.after.head.time);
        let witness = UsageWitness {
            licensee: market.licensee_secret.clone(),
            before: range.before,
            events: range.events,
            meter: session.meter().key,
            meter_signature: range.after.meter_eddsa,
            window: Window::new(first, last).unwrap(),
        };
        let proving = tokio::task::spawn_blocking(move || prover().prove_usage(Capacity::Events128, &witness));
        let (proof, inputs) = proving.await.unwrap().unwrap();
        assert_eq!(inputs.head_before, state.proved_head);
        let call = chain.addresses().settle_usage(&UsageBatch {
            license_id: session.license().license_id,
            lane,
            epoch: 0,
            head_after: inputs.head_after,
            window_start: first,
            window_end: last,
            units: inputs.units,
            capacity: 128,
            proof: proof.to_calldata(),
        });
        chain.send_and_confirm(&market.creator, &call).await.unwrap();
        proofs += 1;
    }
    assert_eq!(proofs, 2, "70 events in batches of 50");
}
