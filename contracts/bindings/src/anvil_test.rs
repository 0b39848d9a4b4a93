//! Purchases and refusals on a real anvil.

mod campaign;
mod deploying;
mod ledger;
mod signing;
mod upgrading;

use std::{env, fs, path::PathBuf, time::Duration};

use alloy::{
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider, ext::AnvilApi},
    signers::local::PrivateKeySigner,
};
use domain::{
    Amount, ChainEvent, ContentId, ContentKind, ContentRegistered, Delivery, LicenseId, LicenseIssued, MeterId,
    MeterPublished, OfferId, OfferKind, OfferSet, OfferTerms, Payee, PaymentState, ProfileId, ProfilePublished,
    SplitCreated, SplitId, Token, Withdrawn,
};

use crate::{
    ChainClock, ChainError, Datavault, DeployConfig, Deployment, Head, Order, Registration, abi::UsageTracker, deploy,
    head_digest,
};

struct Chain {
    anvil: AnvilInstance,
    vault: Datavault,
}

impl Chain {
    async fn start() -> Self {
        let anvil = Anvil::at(anvil_path()).spawn();
        let owner = PrivateKeySigner::from(anvil.keys()[0].clone());
        let config = DeployConfig::local(owner.address());
        let mut steps = Vec::new();
        let deployment = deploy(&anvil.endpoint(), &owner, &config, |step| steps.push(step)).await.expect("deploys");
        assert_eq!(steps.len(), steps[0].total);
        let vault = Datavault::connect(&anvil.endpoint(), deployment).await.expect("connects");
        Self { anvil, vault }
    }

    fn actor(&self, index: usize) -> PrivateKeySigner {
        self.anvil.keys()[index].clone().into()
    }

    async fn register(&self, creator: &PrivateKeySigner) -> (MeterId, ContentId) {
        let call = self.vault.addresses().publish_meter(
            U256::from(1),
            U256::from(2),
            U256::from(3),
            creator.address(),
            "http://localhost:1",
        );
        let meter: MeterPublished = self.vault.send_and_confirm(creator, &call).await.unwrap().event().unwrap();
        let call = self.vault.addresses().register(&registration(meter.meter_id));
        let content: ContentRegistered = self.vault.send_and_confirm(creator, &call).await.unwrap().event().unwrap();
        (meter.meter_id, content.content_id)
    }

    async fn split_of(&self, account: &PrivateKeySigner) -> SplitId {
        assert_eq!(self.vault.solo_split_of(account.address()).await.unwrap(), None);
        let call = self.vault.addresses().create_split(&[Payee { account: account.address(), share_bps: 10_000 }]);
        let split: SplitCreated = self.vault.send_and_confirm(account, &call).await.unwrap().event().unwrap();
        assert_eq!(self.vault.solo_split_of(account.address()).await.unwrap(), Some(split.split_id));
        split.split_id
    }

    async fn profile(&self, buyer: &PrivateKeySigner) -> ProfileId {
        let call = self.vault.addresses().publish_profile(U256::from(4), U256::from(5), U256::from(6), buyer.address());
        let profile: ProfilePublished = self.vault.send_and_confirm(buyer, &call).await.unwrap().event().unwrap();
        profile.profile_id
    }

    async fn sell(&self, creator: &PrivateKeySigner, buyer: &PrivateKeySigner) -> LicenseIssued {
        let (_, content_id) = self.register(creator).await;
        let terms = perpetual(content_id, self.split_of(creator).await);
        let call = self.vault.addresses().set_offer(&terms, "ipfs://terms", &[]);
        let offer: OfferSet = self.vault.send_and_confirm(creator, &call).await.unwrap().event().unwrap();
        assert_eq!((&offer.terms, offer.terms_uri.as_str()), (&terms, "ipfs://terms"));
        assert_eq!(offer.offer_id, OfferId::of(1, terms.nonce).unwrap());
        assert_eq!(self.vault.offer(offer.offer_id).await.unwrap(), terms);
        let order = Order {
            offer_id: offer.offer_id,
            licensee: buyer.address(),
            profile_id: self.profile(buyer).await,
            units: 0,
            max_total: terms.price,
            payer: Address::ZERO,
            referrer: Address::ZERO,
        };
        let call = self.vault.addresses().buy(&order, &terms, terms.price);
        self.vault.send_and_confirm(buyer, &call).await.unwrap().event().unwrap()
    }
}

/// From `ANVIL`, else where `npm ci --prefix anvil-scripts` puts it.
pub(crate) fn anvil_path() -> PathBuf {
    if let Some(path) = env::var_os("ANVIL") {
        return path.into();
    }
    let packages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../anvil-scripts/node_modules/@foundry-rs");
    fs::read_dir(packages)
        .ok()
        .into_iter()
        .flatten()
        .flatten()
        .map(|package| package.path().join("bin/anvil"))
        .find(|path| path.is_file() && path.parent().is_some_and(|bin| bin.to_string_lossy().contains("anvil-")))
        .expect("anvil is installed: run `npm ci --prefix anvil-scripts`, or set ANVIL")
}

fn registration(meter_id: MeterId) -> Registration {
    // CIDv1, raw, SHA-256, 32 bytes.
    let cid: Bytes = [&[0x01, 0x55, 0x12, 0x20][..], &[7; 32]].concat().into();
    Registration {
        content_hash: B256::repeat_byte(0xc0),
        cid: cid.clone(),
        key_commitment: U256::from(77),
        metadata_cid: cid,
        kind: ContentKind::File,
        meter_id,
    }
}

fn perpetual(content_id: ContentId, split_id: SplitId) -> OfferTerms {
    OfferTerms {
        content_id,
        nonce: 7,
        kind: OfferKind::Perpetual,
        delivery: Delivery::Key,
        transferable: false,
        buyer: Address::ZERO,
        token: Token::ETH,
        price: Amount::from(1_000_000_u128),
        unit_price: Amount::ZERO,
        units: 0,
        overage_price: Amount::ZERO,
        bond: Amount::ZERO,
        unit_bytes: 0,
        max_units_per_event: 0,
        duration_secs: 0,
        delivery_window_secs: 3_600,
        dispute_window_secs: 86_400,
        settlement_grace_secs: 0,
        supply: 0,
        valid_until: 0,
        usage_bits: 1,
        royalty_bps: 0,
        split_id,
        arbitrator: Address::repeat_byte(0xab),
        terms_hash: B256::repeat_byte(1),
        items_hash: B256::ZERO,
    }
}

#[tokio::test]
async fn a_purchase_without_delivery_is_refunded_after_the_deadline_and_not_before() {
    let chain = Chain::start().await;
    let (vault, creator, buyer) = (&chain.vault, chain.actor(1), chain.actor(2));
    let sold = chain.sell(&creator, &buyer).await;

    let license = vault.license(sold.license_id).await.unwrap();
    assert_eq!((license.offer_id, license.periods, license.delivered), (sold.offer_id, 1, false));
    let payment_id = sold.license_id.payment_id();
    assert_eq!(vault.owner_of(sold.license_id).await.unwrap(), buyer.address());
    assert!(!vault.is_valid(sold.license_id).await.unwrap());
    assert_eq!(vault.license_issued(sold.license_id).await.unwrap(), sold);
    assert_eq!(vault.key_delivered(sold.license_id).await.unwrap(), None);
    let payment = vault.payment(payment_id).await.unwrap();
    assert_eq!((payment.state, payment.amount), (PaymentState::Held, sold.total));

    let refund = vault.addresses().refund(payment_id);
    let refused = vault.send_and_confirm(&buyer, &refund).await.unwrap_err();
    assert_eq!(refused.revert_reason().unwrap().name(), "NotRefundableYet", "{refused}");
    assert!(refused.to_string().starts_with("cannot refund the payment: payment 1 is not refundable before 20"));

    let clock = ChainClock::of(vault).await.unwrap();
    let before = clock.now();
    vault.provider().anvil_increase_time(4_000).await.unwrap();
    assert!(clock.refresh().await.unwrap() >= before + 4_000);

    let receipt = vault.send_and_confirm(&buyer, &refund).await.unwrap();
    assert!(receipt.events.iter().any(|event| matches!(event, ChainEvent::PaymentRefunded(_))));
    assert_eq!(vault.balance_of(buyer.address(), Token::ETH).await.unwrap(), sold.total);
    let withdrawn: Withdrawn =
        vault.send_and_confirm(&buyer, &vault.addresses().withdraw(Token::ETH)).await.unwrap().event().unwrap();
    assert_eq!((withdrawn.amount, withdrawn.balance), (sold.total, Amount::ZERO));
    assert_eq!(vault.payment(payment_id).await.unwrap().state, PaymentState::Refunded);
}

#[tokio::test]
async fn development_money_is_minted_and_approved() {
    let chain = Chain::start().await;
    let (vault, buyer) = (&chain.vault, chain.actor(2));
    let token = Token(vault.deployment().dev_token.unwrap());
    let amount = Amount::from(5_000_000_u128);
    let mint = vault.deployment().mint_dev_token(buyer.address(), amount).unwrap();
    vault.send_and_confirm(&buyer, &mint).await.unwrap();
    assert_eq!(vault.token_balance(token, buyer.address()).await.unwrap(), amount);
    assert_eq!(vault.allowance(token, buyer.address()).await.unwrap(), Amount::ZERO);
    vault.send_and_confirm(&buyer, &vault.addresses().approve(token, amount)).await.unwrap();
    assert_eq!(vault.allowance(token, buyer.address()).await.unwrap(), amount);
    assert_eq!(vault.token_decimals(token).await.unwrap(), 6);
    assert_eq!(vault.token_symbol(token).await.unwrap(), "dUSD");
}

#[tokio::test]
async fn the_chain_is_told_from_its_first_block_in_order() {
    let chain = Chain::start().await;
    let sold = chain.sell(&chain.actor(1), &chain.actor(2)).await;
    let start = chain.vault.deployment().start_block;
    let end = chain.vault.latest_block().await.unwrap().number;
    let all = chain.vault.events(0, end).await.unwrap();
    assert_eq!(all, chain.vault.events(start, end).await.unwrap());
    let names: Vec<_> = all.iter().map(|(_, event)| event.name()).collect();
    assert_eq!(names[..3], ["VerifierSetAdded", "AttesterSet", "FilingBondSet"], "{names:?}");
    assert!(names.contains(&"LicenseTransferred") && names.contains(&"PaymentHeld"), "{names:?}");
    assert!(all.iter().any(|(_, event)| *event == ChainEvent::from(sold.clone())));
    assert!(all.is_sorted_by_key(|(place, _)| (place.block_number, place.log_index)));
}

#[tokio::test]
async fn refusals_and_shortages_are_said_before_anything_is_sent() {
    let chain = Chain::start().await;
    let (vault, creator) = (&chain.vault, chain.actor(1));
    let (meter_id, content_id) = chain.register(&creator).await;
    let twice = vault.addresses().register(&registration(meter_id));
    let error = vault.send_and_confirm(&creator, &twice).await.unwrap_err().to_string();
    assert!(error.contains(&format!("content {content_id} is already registered")), "{error}");

    let poor = PrivateKeySigner::random();
    let bond = vault.filing_bond().await.unwrap();
    let call = vault.addresses().withdraw(Token::ETH).with_value(bond);
    let error = vault.send_and_confirm(&poor, &call).await.unwrap_err();
    assert!(matches!(error, ChainError::TooLittleBalance { .. }));
    assert!(error.to_string().contains("1000 wei are missing"), "{error}");

    let missing = ContentId(B256::repeat_byte(9));
    let error = vault.content(missing).await.unwrap_err().to_string();
    assert!(error.contains("is not registered"), "{error}");
    let error = vault.content_registered(missing).await.unwrap_err().to_string();
    assert!(error.contains("is not on this chain"), "{error}");
}

#[tokio::test]
async fn the_tracker_computes_the_same_digest_of_a_head() {
    let chain = Chain::start().await;
    let sold = chain.sell(&chain.actor(1), &chain.actor(2)).await;
    let ctx = chain.vault.context_of(sold.license_id, 3, 0).await.unwrap();
    let head = Head { ctx, seq: 5, total: 9, head: U256::from(1234), time: 1_800_000_000 };
    let usage = chain.vault.addresses().usage;
    let call = UsageTracker::headDigestCall {
        ctx: head.ctx.0,
        seq: head.seq,
        total: head.total,
        head: head.head,
        time: head.time,
    };
    let on_chain = chain.vault.connection.read(usage, "read the digest", call).await.unwrap();
    assert_eq!(on_chain, head_digest(chain.vault.chain_id(), usage, &head));
}

#[tokio::test]
async fn a_deployment_of_another_chain_is_refused() {
    let chain = Chain::start().await;
    let url = chain.anvil.endpoint();
    let other = Deployment { chain_id: 1, ..chain.vault.deployment().clone() };
    let error = Datavault::connect(&url, other).await.unwrap_err().to_string();
    assert_eq!(error, format!("wrong chain: {url} is chain 31337, the deployment is for 1"));

    let mut other = chain.vault.deployment().clone();
    other.addresses.usage = Address::repeat_byte(7);
    let error = Datavault::connect(&url, other).await.unwrap_err().to_string();
    assert!(error.starts_with("UsageTracker has no code at 0x0707"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("31337.json");
    chain.vault.deployment().save(&path).unwrap();
    assert_eq!(Deployment::load(&path).unwrap(), *chain.vault.deployment());
    assert!(Deployment::load(folder.path().join("1.json")).unwrap_err().to_string().contains("1.json"));
}

#[tokio::test]
async fn an_rpc_that_does_not_answer_is_said_within_seconds() {
    let deployment = || Deployment { chain_id: 1, ..crate::abi_test::deployment() };
    // A port that takes connections and stays silent, then the same port closed.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let asking = Datavault::connect(&url, deployment());
    let error = tokio::time::timeout(Duration::from_secs(8), asking).await.unwrap().unwrap_err();
    assert!(error.to_string().starts_with(&format!("RPC {url} does not answer: ")), "{error}");
    drop(silent);
    let error = Datavault::connect(&url, deployment()).await.unwrap_err();
    assert!(matches!(error, ChainError::Unreachable { .. }));
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
    assert!(matches!(Datavault::connect("localhost", deployment()).await, Err(ChainError::Url { .. })));
}

#[tokio::test]
async fn a_call_that_is_passed_over_is_offered_again_for_more_and_happens_once() {
    let chain = Chain::start().await;
    let sender = chain.actor(3);
    let provider = chain.vault.provider().clone();
    provider.anvil_set_auto_mine(false).await.unwrap();
    let vault = chain.vault.clone().with_receipt_timeout(Duration::from_secs(20));
    let call = vault.addresses().publish_profile(U256::from(4), U256::from(5), U256::from(6), sender.address());
    let (address, sending) =
        (sender.address(), tokio::spawn(async move { vault.send_and_confirm(&sender, &call).await }));
    let offered = async || {
        let pool: serde_json::Value = provider.raw_request("txpool_content".into(), ()).await.unwrap();
        let pending = pool["pending"].as_object().unwrap();
        let mine = pending.iter().find(|(from, _)| from.eq_ignore_ascii_case(&address.to_string()));
        mine.map(|(_, by_nonce)| {
            assert_eq!(by_nonce.as_object().unwrap().len(), 1, "a second nonce was taken");
            by_nonce["0"]["maxFeePerGas"].as_str().unwrap().to_owned()
        })
    };
    let mut first = None;
    let raised = async {
        loop {
            match (offered().await, &first) {
                (Some(fee), None) => first = Some(fee),
                (Some(fee), Some(first)) if fee != *first => break,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(15), raised).await.expect("more is offered");
    provider.anvil_mine(Some(1), None).await.unwrap();
    let receipt = sending.await.unwrap().unwrap();
    receipt.event::<ProfilePublished>().unwrap();
    assert_eq!(provider.get_transaction_count(address).await.unwrap(), 1);
}

#[tokio::test]
async fn a_url_that_needs_tls_says_so_and_shows_no_key() {
    let deployment = Chain::start().await.vault.deployment().clone();
    for url in ["https://rpc.example/v3/secret", "wss://rpc.example/v3/secret"] {
        let error = Datavault::connect(url, deployment.clone()).await.unwrap_err().to_string();
        assert!(error.contains("rpc.example needs TLS") && !error.contains("secret"), "{error}");
    }
}
