//! A meter over real HTTP and real SQLite; only the chain is stated instead of asked.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, U256},
    signers::local::PrivateKeySigner,
};
use content::{ContentKey, EmbeddedStore, seal_into};
use contracts::sign_head;
use datavault_gateway::{
    client::{Receipts, Session, SessionOptions},
    facts::{Facts, FactsError, LicenseFacts, MeterFacts, SharedFacts},
    meter::{Limits, Meter, MeterConfig, key_folder},
    protocol::{FetchRequest, OpenOffer, Problem},
};
use domain::{
    Amount, ContentId, Context, Delivery, LicenseId, MeterId, OfferId, OfferKind, OfferTerms, SplitId, Token,
};
use futures::future::BoxFuture;
use statement::{Accumulator, SecretKey};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};

pub mod lossy;

pub const LICENSE: LicenseId = LicenseId(7);
pub const CONTENT: ContentId = ContentId(B256::repeat_byte(0xC0));
pub const CHAIN_ID: u64 = 31_337;
pub const TRACKER: Address = Address::repeat_byte(0x77);
pub const STARTS_AT: u64 = 1_800_000_000;
pub const NOW: u64 = STARTS_AT + 1_000;
pub const UNIT_BYTES: u32 = 1_000;

/// Facts that a test states.
#[derive(Clone)]
pub struct Stated(pub Arc<Mutex<Statement>>);

pub struct Statement {
    pub now: u64,
    /// What a clock shows that has not noticed a jump yet.
    pub seen_now: Option<u64>,
    pub licenses: Vec<LicenseFacts>,
    pub meters: Vec<MeterFacts>,
    pub cid: Vec<u8>,
}

impl Stated {
    pub fn change(&self, change: impl FnOnce(&mut Statement)) {
        change(&mut self.0.lock().unwrap());
    }

    fn ask<T: Send + 'static>(&self, ask: impl FnOnce(&Statement) -> T) -> BoxFuture<'_, Result<T, FactsError>> {
        let answer = ask(&self.0.lock().unwrap());
        Box::pin(async { Ok(answer) })
    }
}

impl Facts for Stated {
    fn chain_id(&self) -> u64 {
        CHAIN_ID
    }

    fn usage_tracker(&self) -> Address {
        TRACKER
    }

    fn license_manager(&self) -> Address {
        Address::repeat_byte(0x55)
    }

    fn now(&self) -> BoxFuture<'_, Result<u64, FactsError>> {
        self.ask(|it| it.seen_now.unwrap_or(it.now))
    }

    fn exact_now(&self) -> BoxFuture<'_, Result<u64, FactsError>> {
        self.ask(|it| it.now)
    }

    fn license(&self, id: LicenseId) -> BoxFuture<'_, Result<Option<LicenseFacts>, FactsError>> {
        self.ask(|it| it.licenses.iter().find(|license| license.license_id == id).cloned())
    }

    fn meter(&self, id: MeterId) -> BoxFuture<'_, Result<Option<MeterFacts>, FactsError>> {
        self.ask(|it| it.meters.iter().find(|meter| meter.meter_id == id).cloned())
    }

    fn content_cid(&self, id: ContentId) -> BoxFuture<'_, Result<Option<Vec<u8>>, FactsError>> {
        self.ask(|it| (id == CONTENT).then(|| it.cid.clone()))
    }

    fn open_offers(&self, id: ContentId) -> BoxFuture<'_, Result<Vec<OpenOffer>, FactsError>> {
        self.ask(|_| (id == CONTENT).then(|| OpenOffer { offer_id: OfferId(1), terms: terms() }).into_iter().collect())
    }
}

pub fn terms() -> OfferTerms {
    OfferTerms {
        content_id: CONTENT,
        kind: OfferKind::PerUse,
        delivery: Delivery::Served,
        transferable: false,
        token: Token::ETH,
        price: Amount::ZERO,
        unit_price: Amount::from(5),
        unit_bytes: UNIT_BYTES,
        max_units_per_event: 16,
        duration_secs: 100_000,
        delivery_window_secs: 0,
        dispute_window_secs: 0,
        settlement_grace_secs: 3_600,
        supply: 0,
        valid_until: 0,
        usage_bits: 1,
        arbitrator: Address::ZERO,
        terms_hash: B256::ZERO,
        nonce: 0,
        buyer: Address::ZERO,
        units: 0,
        overage_price: Amount::ZERO,
        bond: Amount::ZERO,
        royalty_bps: 0,
        split_id: SplitId(1),
        items_hash: B256::ZERO,
    }
}

/// A meter with one content and one license, and what both sides need.
pub struct World {
    pub folder: TempDir,
    pub facts: Stated,
    pub plaintext: Vec<u8>,
    pub session_key: PrivateKeySigner,
    pub signer: PrivateKeySigner,
    pub secret: SecretKey,
}

pub struct Running {
    pub url: String,
    pub meter: Meter,
    runtime: Option<Runtime>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Running {
    /// Stops as a crash does: nothing is finished, nobody is told.
    pub fn crash(self) {
        drop(self);
    }
}

impl World {
    pub fn new(granted_units: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plaintext: Vec<u8> = (0..200_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let key = ContentKey::generate();
        let store = EmbeddedStore::open(folder.path().join("store")).unwrap();
        let sealed = seal_into(&key, plaintext.as_slice(), &store).unwrap();
        key_folder(&folder.path().join("meter")).unwrap().put(CONTENT, &key).unwrap();

        let (session_key, signer) = (PrivateKeySigner::random(), PrivateKeySigner::random());
        let secret = SecretKey::derive(&[3; 32], "meter");
        let license = LicenseFacts {
            license_id: LICENSE,
            content_id: CONTENT,
            meter_id: MeterId(1),
            epoch: 0,
            session_key: session_key.address(),
            granted_units: Some(granted_units),
            starts_at: STARTS_AT,
            expires_at: Some(STARTS_AT + 100_000),
            refunded: false,
            terms: terms(),
        };
        let meter =
            MeterFacts { meter_id: MeterId(1), signer: signer.address(), key: secret.public(), url: String::new() };
        let facts = Stated(Arc::new(Mutex::new(Statement {
            now: NOW,
            seen_now: None,
            licenses: vec![license],
            meters: vec![meter],
            cid: sealed.cid.to_bytes(),
        })));
        Self { folder, facts, plaintext, session_key, signer, secret }
    }

    pub fn shared_facts(&self) -> SharedFacts {
        Arc::new(self.facts.clone())
    }

    pub fn config(&self) -> MeterConfig {
        MeterConfig {
            data_dir: self.folder.path().join("meter"),
            signer: self.signer.clone(),
            secret: self.secret.clone(),
            facts: self.shared_facts(),
            store: EmbeddedStore::open(self.folder.path().join("store")).unwrap(),
            limits: Limits { facts_ttl: Duration::ZERO, ..Limits::default() },
        }
    }

    pub async fn start(&self) -> Running {
        // Connections of a crashed meter let go of its folder one by one.
        let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
        let meter = loop {
            match Meter::open(self.config()) {
                Ok(meter) => break meter,
                Err(_) if tokio::time::Instant::now() < deadline => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap().into_std().unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        // A runtime of its own, so that a crash takes the open connections with it.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let serving = meter.clone();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            serving.serve(listener, std::future::pending()).await.unwrap();
        });
        Running { url, meter, runtime: Some(runtime) }
    }

    pub fn receipts_path(&self) -> PathBuf {
        self.folder.path().join("receipts.sqlite")
    }

    pub async fn session(&self, url: &str, retry_for: Duration) -> Session {
        let options = SessionOptions { meter_url: Some(url.to_owned()), retry_for, ..SessionOptions::default() };
        let receipts = Receipts::open(&self.receipts_path()).unwrap();
        Session::open(self.shared_facts(), LICENSE, self.session_key.clone(), receipts, options).await.unwrap()
    }

    pub fn ctx(&self, lane: u32) -> U256 {
        self.facts.0.lock().unwrap().licenses[0].context(CHAIN_ID, TRACKER, lane)
    }

    /// A proposal made by hand, on `chain` of `lane`, before it is signed.
    pub fn proposal(&self, chain: &Accumulator, start: u64, end: u64) -> FetchRequest {
        let mut request = FetchRequest {
            content_id: CONTENT,
            epoch: 0,
            start,
            end,
            time: NOW,
            units: u16::try_from(terms().units_for(end - start)).unwrap(),
            salt: B256::random(),
            ctx: chain.ctx,
            seq: 0,
            total: 0,
            head: U256::ZERO,
            licensee_signature: alloy::primitives::Bytes::new(),
        };
        self.extend(chain, &mut request);
        request
    }

    /// Recomputes where the event leads, and signs.
    pub fn extend(&self, chain: &Accumulator, request: &mut FetchRequest) {
        let head = chain.clone().step(&request.event()).unwrap();
        (request.seq, request.total, request.head) = (head.seq, head.total, head.head);
        self.sign(request, &self.session_key);
    }

    pub fn sign(&self, request: &mut FetchRequest, key: &PrivateKeySigner) {
        let FetchRequest { ctx, seq, total, head, time, .. } = *request;
        let head = contracts::Head { ctx: Context(ctx), seq, total, head, time };
        request.licensee_signature = sign_head(key, CHAIN_ID, TRACKER, &head).unwrap().to_vec().into();
    }
}

/// Sends a proposal as it is.
pub async fn post(url: &str, lane: u32, request: &FetchRequest) -> reqwest::Response {
    let url = format!("{url}/v1/licenses/{LICENSE}/lanes/{lane}/fetch");
    reqwest::Client::new().post(url).json(request).send().await.unwrap()
}

/// Sends a proposal that must be refused.
pub async fn refused(url: &str, lane: u32, request: &FetchRequest) -> Problem {
    let response = post(url, lane, request).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status);
    problem
}
