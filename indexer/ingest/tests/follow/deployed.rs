//! The real contracts: the mirror says of every noun what the contracts say of it.

use alloy::{
    node_bindings::Anvil,
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider, ProviderBuilder, ext::AnvilApi},
    signers::local::PrivateKeySigner,
};
use contracts::{Call, Datavault, DeployConfig, Edition, Order, Registration, deploy, sign_offer};
use domain::{
    Amount, ChainEvent, ContentId, ContentKind, ContentRegistered, Delivery, DisputeFiled, DisputeKind, DisputeState,
    LicenseId, LicenseIssued, MeterPublished, OfferId, OfferKind, OfferTerms, Payee, PaymentState, ProfileId,
    ProfilePublished, Ruling, SplitCreated, SplitId, Token,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::read;

use crate::{
    Following, config,
    emitter::{Chain, program},
    mirror::{caught_up, migrated},
};

const PRICE: u128 = 1_000_000;
const ALL: read::Page = read::Page { after: None, limit: 200 };

/// Actors on a chain with the contracts.
struct Market {
    chain: Chain,
    vault: Datavault,
    content_id: ContentId,
    split_id: SplitId,
}

impl Market {
    async fn open() -> Self {
        let anvil = Anvil::at(program()).try_spawn().unwrap();
        let owner = PrivateKeySigner::from(anvil.keys()[0].clone());
        let config = DeployConfig::local(owner.address());
        let deployment = deploy(&anvil.endpoint(), &owner, &config, |_| {}).await.unwrap();
        let vault = Datavault::connect(&anvil.endpoint(), deployment.clone()).await.unwrap();
        let provider = ProviderBuilder::new().connect_http(anvil.endpoint_url()).erased();
        let (content_id, split_id) = (ContentId(B256::ZERO), SplitId(0));
        let mut market = Self { chain: Chain { anvil, provider, deployment }, vault, content_id, split_id };
        let contracts = *market.vault.addresses();
        let [x, y, hash] = [1, 2, 3].map(U256::from);
        let meter: MeterPublished = market.tell(1, contracts.publish_meter(x, y, hash, market.at(1), "http://m")).await;
        let payees = [Payee { account: market.at(1), share_bps: 10_000 }];
        let split: SplitCreated = market.tell(1, contracts.create_split(&payees)).await;
        let registration = Registration {
            content_hash: B256::repeat_byte(0xc0),
            cid: cid(),
            key_commitment: U256::from(77),
            metadata_cid: cid(),
            kind: ContentKind::File,
            meter_id: meter.meter_id,
        };
        let content: ContentRegistered = market.tell(1, contracts.register(&registration)).await;
        (market.content_id, market.split_id) = (content.content_id, split.split_id);
        market
    }

    fn actor(&self, n: usize) -> PrivateKeySigner {
        self.chain.anvil.keys()[n].clone().into()
    }

    fn at(&self, n: usize) -> Address {
        self.actor(n).address()
    }

    async fn send(&self, n: usize, call: Call) -> contracts::Receipt {
        self.vault.send_and_confirm(&self.actor(n), &call).await.unwrap()
    }

    async fn tell<E: TryFrom<ChainEvent>>(&self, n: usize, call: Call) -> E {
        self.send(n, call).await.event().unwrap()
    }

    async fn wait(&self, secs: u64) {
        self.chain.provider.anvil_increase_time(secs).await.unwrap();
        self.chain.mine(1).await;
    }

    async fn profile(&self, n: usize) -> ProfileId {
        let call = self.vault.addresses().publish_profile(U256::from(4), U256::from(5), U256::from(6), self.at(n));
        self.tell::<ProfilePublished>(n, call).await.profile_id
    }

    fn order(&self, terms: &OfferTerms, n: usize, profile_id: ProfileId, units: u64) -> Order {
        Order {
            offer_id: OfferId::of(1, terms.nonce).unwrap(),
            licensee: self.at(n),
            profile_id,
            units,
            max_total: Amount::from(u128::MAX),
            payer: Address::ZERO,
            referrer: Address::ZERO,
        }
    }

    /// A perpetual, transferable license with a delivered key.
    fn perpetual(&self, nonce: u32) -> OfferTerms {
        OfferTerms {
            content_id: self.content_id,
            nonce,
            kind: OfferKind::Perpetual,
            delivery: Delivery::Key,
            transferable: true,
            buyer: Address::ZERO,
            token: Token::ETH,
            price: PRICE.into(),
            unit_price: Amount::ZERO,
            units: 0,
            overage_price: Amount::ZERO,
            bond: Amount::ZERO,
            unit_bytes: 0,
            max_units_per_event: 0,
            duration_secs: 0,
            delivery_window_secs: 3_600,
            dispute_window_secs: 3_600,
            settlement_grace_secs: 0,
            supply: 9,
            valid_until: 0,
            usage_bits: 1,
            royalty_bps: 500,
            split_id: self.split_id,
            arbitrator: self.at(9),
            terms_hash: B256::repeat_byte(1),
            items_hash: B256::ZERO,
        }
    }

    /// The same content, served.
    fn served(&self, nonce: u32, kind: OfferKind) -> OfferTerms {
        let per_use = kind == OfferKind::PerUse;
        OfferTerms {
            kind,
            delivery: Delivery::Served,
            transferable: false,
            price: if per_use { Amount::ZERO } else { PRICE.into() },
            unit_price: if per_use { 10_u128.into() } else { Amount::ZERO },
            units: if per_use { 0 } else { 100 },
            max_units_per_event: 1,
            duration_secs: 3_600,
            delivery_window_secs: 0,
            dispute_window_secs: 0,
            settlement_grace_secs: 600,
            royalty_bps: 0,
            ..self.perpetual(nonce)
        }
    }

    async fn sell(&self, terms: &OfferTerms, n: usize, profile: ProfileId, units: u64, value: u128) -> LicenseId {
        let contracts = self.vault.addresses();
        self.send(1, contracts.set_offer(terms, "ipfs://terms", &[])).await;
        let call = contracts.buy(&self.order(terms, n, profile, units), terms, value.into());
        self.tell::<LicenseIssued>(n, call).await.license_id
    }

    /// A subscription that is renewed and then ended early, after some of it was released.
    async fn subscribe(&self, profile: ProfileId) {
        let contracts = self.vault.addresses();
        let id = self.sell(&self.served(1, OfferKind::Subscription), 2, profile, 0, PRICE).await;
        self.send(2, contracts.renew(id, 7_200, (2 * PRICE).into())).await;
        self.wait(1_000).await;
        self.send(3, contracts.release(id.payment_id())).await;
        self.send(2, contracts.cancel(id)).await;
    }

    /// Signed terms, a key that is accepted, a sale to actor 3, and a new key.
    async fn pass_on(&self, profile: ProfileId) {
        let (contracts, terms) = (self.vault.addresses(), self.perpetual(2));
        let signature = sign_offer(&self.actor(1), self.vault.chain_id(), contracts.licenses, &terms).unwrap();
        let order = self.order(&terms, 2, profile, 0);
        let call = contracts.buy_signed(&order, &terms, vec![], signature.to_vec().into(), PRICE.into());
        let id = self.tell::<LicenseIssued>(2, call).await.license_id;
        self.send(2, contracts.accept_key(id, Bytes::new())).await;
        self.wait(3_700).await;
        self.send(4, contracts.release(id.payment_id())).await;
        self.send(2, contracts.transfer_license(id, self.at(2), self.at(3))).await;
        self.send(3, contracts.rebind(id, self.profile(3).await)).await;
        self.send(1, contracts.withdraw(Token::ETH)).await;
    }

    /// A purchase without delivery, disputed and refunded.
    async fn dispute(&self, profile: ProfileId) {
        let contracts = self.vault.addresses();
        let terms = self.perpetual(3);
        let id = self.sell(&terms, 2, profile, 0, PRICE).await;
        self.wait(3_700).await;
        let bond = self.vault.filing_bond().await.unwrap();
        let call = contracts.file_dispute(id, DisputeKind::NonDelivery, &terms, cid(), bond);
        let filed: DisputeFiled = self.tell(2, call).await;
        self.send(1, contracts.submit_evidence(filed.dispute_id, cid())).await;
        self.send(4, contracts.check_dispute(filed.dispute_id)).await;
        self.send(4, contracts.execute(filed.dispute_id)).await;
    }

    /// A new version, an opinion, and another owner.
    async fn take_over(&self) {
        let contracts = self.vault.addresses();
        let content_hash = B256::repeat_byte(0xc1);
        let edition = Edition { content_hash, cid: cid(), key_commitment: U256::from(78), metadata_cid: cid() };
        self.send(1, contracts.publish_version(self.content_id, &edition)).await;
        self.send(0, contracts.set_creator_level(self.at(5), 3)).await;
        self.send(1, contracts.propose_content_transfer(self.content_id, self.at(5))).await;
        self.send(5, contracts.accept_content_transfer(self.content_id)).await;
    }
}

fn cid() -> Bytes {
    // CIDv1, raw, SHA-256, 32 bytes.
    [&[0x01, 0x55, 0x12, 0x20][..], &[7; 32]].concat().into()
}

#[sqlx::test(migrations = false)]
async fn the_mirror_says_what_the_contracts_say(_: PgPoolOptions, options: PgConnectOptions) {
    let market = Market::open().await;
    let mut conn = migrated(&options).await;
    let following = Following::start(config(&market.chain, &options));
    let profile = market.profile(2).await;
    market.subscribe(profile).await;
    market.pass_on(profile).await;
    market.dispute(profile).await;
    let deposit = market.sell(&market.served(4, OfferKind::PerUse), 2, profile, 50, 500).await;
    market.send(2, market.vault.addresses().cancel(deposit)).await;
    market.sell(&market.perpetual(5), 2, profile, 0, PRICE).await;
    market.take_over().await;
    caught_up(&mut conn, &market.chain).await;
    following.stop().await;

    assert_eq!(licenses_agree(&market.vault, &mut conn).await, 5);
    assert_eq!(payments_agree(&market.vault, &mut conn).await, 5);
    let states: Vec<_> = read::payments(&mut conn, &read::PaymentFilter::default(), ALL).await.unwrap();
    assert!(states.iter().any(|payment| payment.state == PaymentState::Refunded));
    offers_agree(&market.vault, &mut conn).await;
    disputes_agree(&market.vault, &mut conn).await;

    let told = market.vault.content(market.content_id).await.unwrap();
    let kept = read::content(&mut conn, market.content_id).await.unwrap().unwrap();
    assert_eq!((kept.creator, kept.meter_id, kept.status), (told.creator, told.meter_id, told.status));
    assert_eq!((kept.generation, kept.version), (told.generation.into(), told.version.into()));
    assert_eq!((kept.creator_level, kept.pending_creator), (3, None));
    for account in (0..6).map(|n| market.at(n)) {
        let kept = read::balances(&mut conn, account, None, 9).await.unwrap();
        let kept = kept.first().map_or(Amount::ZERO, |balance| balance.balance);
        assert_eq!(kept, market.vault.balance_of(account, Token::ETH).await.unwrap());
    }
    let policy = read::policy(&mut conn).await.unwrap();
    assert_eq!(policy.filing_bond, Some(market.vault.filing_bond().await.unwrap()));
    assert_eq!(policy.verifiers, Some(market.vault.current_verifiers().await.unwrap().into()));
    let tokens = read::tokens(&mut conn, None, 9).await.unwrap();
    assert_eq!(tokens.iter().filter(|token| token.open).count(), 2, "ETH and the development token");
}

async fn licenses_agree(vault: &Datavault, conn: &mut PgConnection) -> usize {
    let rows = read::licenses(conn, &read::LicenseFilter::default(), ALL).await.unwrap();
    for kept in &rows {
        let told = vault.license(kept.license_id).await.unwrap();
        assert_eq!(kept.owner, vault.owner_of(kept.license_id).await.unwrap());
        assert_eq!((kept.offer_id, kept.profile_id), (told.offer_id, told.profile_id));
        assert_eq!((kept.kind, kept.delivery, kept.meter_id), (told.kind, told.delivery, told.meter_id));
        assert_eq!((kept.transferable, kept.bonded), (told.transferable, told.bonded));
        assert_eq!((kept.units, kept.starts_at, kept.expires_at), (told.units, told.starts_at, told.expires_at));
        assert_eq!((kept.periods, kept.epoch), (told.periods.into(), told.epoch));
        assert_eq!((kept.proved || kept.accepted, kept.royalty_bps), (told.delivered, told.royalty_bps));
        assert_eq!(kept.content_version, u16::from(told.content_version));
    }
    rows.len()
}

async fn payments_agree(vault: &Datavault, conn: &mut PgConnection) -> usize {
    let rows = read::payments(conn, &read::PaymentFilter::default(), ALL).await.unwrap();
    for kept in &rows {
        let told = vault.payment(kept.payment_id).await.unwrap();
        assert_eq!((kept.license_id, kept.payer, kept.token), (told.license_id, told.payer, told.token));
        assert_eq!((kept.amount, kept.rule, kept.state), (told.amount, told.rule, told.state), "{kept:?}");
        assert_eq!((kept.released, kept.refunded), (told.released, told.refunded), "{kept:?}");
        assert_eq!((kept.starts_at, kept.deadline), (told.starts_at, told.deadline), "{kept:?}");
        assert_eq!((kept.releasable_at, kept.frozen_at), (told.releasable_at, told.frozen_at), "{kept:?}");
        assert_eq!((kept.split_id, kept.fee_id), (told.split_id, told.fee_id));
        assert_eq!((kept.paused_secs, kept.dispute_id.0), (told.paused_secs, told.dispute_id.map_or(0, |id| id.0)));
    }
    rows.len()
}

async fn offers_agree(vault: &Datavault, conn: &mut PgConnection) {
    for kept in read::offers(conn, &read::OfferFilter::default(), ALL).await.unwrap() {
        let told = vault.offer_status(kept.offer_id).await.unwrap();
        assert_eq!((kept.sold, kept.verifiers), (told.sold.into(), told.verifiers.into()), "all have a supply");
        assert_eq!((told.closed, kept.state), (false, read::OfferState::Outdated));
    }
}

async fn disputes_agree(vault: &Datavault, conn: &mut PgConnection) {
    let kept = read::disputes(conn, &read::DisputeFilter::default(), ALL).await.unwrap().remove(0);
    let told = vault.dispute(kept.dispute_id).await.unwrap();
    assert_eq!((kept.state, kept.ruling), (told.state, told.ruling));
    assert_eq!((kept.state, kept.ruling), (DisputeState::Executed, Ruling::Licensee));
    assert_eq!((kept.filer, kept.respondent, kept.answered), (told.filer, told.respondent, told.answered));
    assert_eq!((kept.arbitrator, kept.deadline, kept.bond), (told.arbitrator, told.deadline, told.bond));
    assert_eq!(kept.appeal_arbitrator, told.appeal_arbitrator);
}
