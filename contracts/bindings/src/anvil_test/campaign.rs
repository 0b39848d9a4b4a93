//! A random campaign: everybody does what comes to mind, and much of it is refused.

use std::collections::BTreeMap;

use domain::{
    BundleItem, ContentStatus, Context, DisputeAppealed, DisputeEscalated, DisputeFiled, DisputeId, DisputeKind,
    PaymentId, Ruling,
};

use super::*;
use crate::{
    Call, Edition, Receipt, SignedHead, abi::PanelArbitrator as Panel, items_hash, sign_accept_key, sign_head,
    sign_offer,
};

const DAY: u32 = 86_400;
const CREATORS: [usize; 2] = [1, 2];
const BUYERS: [usize; 3] = [3, 4, 5];
/// Rules directly, where an offer names it.
const JUDGE: usize = 6;
const ACTORS: usize = 7;

/// SplitMix64: the same campaign for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<T: Clone>(&mut self, some: &[T]) -> Option<T> {
        if some.is_empty() { None } else { some.get(self.below(some.len() as u64) as usize).cloned() }
    }
}

pub(super) struct Campaign {
    pub(super) chain: Chain,
    dice: Dice,
    contents: Vec<ContentId>,
    offers: Vec<(OfferId, OfferTerms)>,
    pub(super) licenses: Vec<LicenseId>,
    disputes: Vec<DisputeId>,
    hearings: Vec<U256>,
    totals: BTreeMap<Context, u64>,
    next: u32,
    /// How often each act was done, and refused.
    pub(super) acts: BTreeMap<&'static str, (usize, usize)>,
}

impl Campaign {
    pub(super) async fn start(seed: u64) -> Self {
        let mut this = Self {
            chain: Chain::start().await,
            dice: Dice(seed),
            contents: Vec::new(),
            offers: Vec::new(),
            licenses: Vec::new(),
            disputes: Vec::new(),
            hearings: Vec::new(),
            totals: BTreeMap::new(),
            next: 0,
            acts: BTreeMap::new(),
        };
        let addresses = *this.chain.vault.addresses();
        for creator in CREATORS {
            let key = this.chain.actor(creator);
            let call = addresses.publish_meter(U256::from(1), U256::from(2), U256::from(3), key.address(), "http://m");
            let meter: MeterPublished = this.must("publish meter", creator, &call).await.event().unwrap();
            for kind in [ContentKind::File, ContentKind::Collection] {
                let content_hash = B256::from(U256::from(this.fresh()));
                let wanted = Registration { content_hash, kind, ..registration(meter.meter_id) };
                let receipt = this.must("register", creator, &addresses.register(&wanted)).await;
                this.contents.push(receipt.event::<ContentRegistered>().unwrap().content_id);
            }
            this.chain.split_of(&key).await;
        }
        let shares = [(1, 3_333), (2, 3_333), (6, 3_334)];
        let payees = shares.map(|(who, share_bps)| Payee { account: this.address(who), share_bps });
        this.must("split", 1, &addresses.create_split(&payees)).await;
        let token = this.token();
        for buyer in BUYERS {
            this.chain.profile(&this.chain.actor(buyer)).await;
            let plenty = Amount::from(1_u128 << 100);
            let mint = this.chain.vault.deployment().mint_dev_token(this.address(buyer), plenty).unwrap();
            this.must("mint", buyer, &mint).await;
            this.must("approve", buyer, &addresses.approve(token, plenty)).await;
        }
        this
    }

    fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(super) fn address(&self, actor: usize) -> Address {
        self.chain.actor(actor).address()
    }

    pub(super) fn token(&self) -> Token {
        Token(self.chain.vault.deployment().dev_token.unwrap())
    }

    fn who(&self, address: Address) -> Option<usize> {
        (0..ACTORS).find(|actor| self.address(*actor) == address)
    }

    async fn must(&mut self, label: &'static str, actor: usize, call: &Call) -> Receipt {
        self.chain
            .vault
            .send_and_confirm(&self.chain.actor(actor), call)
            .await
            .unwrap_or_else(|e| panic!("{label}: {e}"))
    }

    /// Refusals are part of it, as long as the contracts say why.
    async fn attempt(&mut self, label: &'static str, actor: usize, call: &Call) -> Option<Receipt> {
        let outcome = self.chain.vault.send_and_confirm(&self.chain.actor(actor), call).await;
        let (done, refused) = self.acts.entry(label).or_default();
        match outcome {
            Ok(receipt) => {
                *done += 1;
                Some(receipt)
            }
            // What failed on chain met a later second than its simulation.
            Err(error)
                if matches!(error, ChainError::Failed { .. })
                    || error.revert_reason().is_some_and(|reason| !reason.name().is_empty()) =>
            {
                *refused += 1;
                None
            }
            Err(error) => panic!("{label}: {error}"),
        }
    }

    /// One act of somebody.
    pub(super) async fn step(&mut self) {
        match self.dice.below(100) {
            0..6 => self.set_offer().await,
            6..24 => self.buy().await,
            24..28 => self.buy_signed().await,
            28..38 => self.settle().await,
            38..60 => self.use_license().await,
            60..74 => self.move_money().await,
            74..90 => self.dispute().await,
            90..94 => self.manage_content().await,
            _ => self.wait().await,
        }
    }

    async fn wait(&mut self) {
        let secs = self.dice.of(&[1, 60, 3_600, DAY / 2, DAY, 2 * DAY, 8 * DAY]).unwrap();
        self.chain.vault.provider().anvil_increase_time(secs.into()).await.unwrap();
        self.chain.vault.provider().anvil_mine(Some(1), None).await.unwrap();
    }

    async fn draft(&mut self) -> (usize, u32, OfferTerms, Vec<BundleItem>) {
        let index = self.dice.below(self.contents.len() as u64) as usize;
        let content = self.chain.vault.content(self.contents[index]).await.unwrap();
        let collection = content.kind == ContentKind::Collection;
        let arbitrator = [self.address(JUDGE), self.chain.vault.deployment().panel.unwrap()];
        let split_id = SplitId(1 + self.dice.below(3));
        let mut terms = perpetual(content.content_id, split_id);
        terms.nonce = self.fresh();
        terms.token = self.dice.of(&[Token::ETH, self.token()]).unwrap();
        terms.price = Amount::from(u128::from(self.dice.below(1_000_000) + 1));
        terms.arbitrator = self.dice.of(&arbitrator).unwrap();
        terms.delivery_window_secs = self.dice.of(&[3_600, 10 * DAY]).unwrap();
        let served = |terms: &mut OfferTerms| {
            (terms.delivery, terms.delivery_window_secs, terms.dispute_window_secs) = (Delivery::Served, 0, 0);
            (terms.duration_secs, terms.max_units_per_event) = (20 * DAY, 100);
        };
        let mut items = Vec::new();
        match self.dice.below(if collection { 7 } else { 5 }) {
            0 => {
                served(&mut terms);
                (terms.kind, terms.price) = (OfferKind::PerUse, Amount::ZERO);
                (terms.unit_price, terms.settlement_grace_secs) = (Amount::from(7_u128), DAY);
            }
            1 => {
                served(&mut terms);
                (terms.kind, terms.units) = (OfferKind::Subscription, self.dice.below(2) * 40);
            }
            2 => {
                (terms.kind, terms.duration_secs) = (OfferKind::Subscription, 20 * DAY);
                (terms.units, terms.max_units_per_event, terms.settlement_grace_secs) = (20, 100, DAY);
                (terms.overage_price, terms.bond) = (Amount::from(11_u128), Amount::from(1_000_u128));
            }
            3 => (terms.kind, terms.duration_secs) = (OfferKind::Subscription, 20 * DAY),
            4 => (terms.transferable, terms.royalty_bps, terms.supply) = (true, 500, 3),
            _ => {
                terms.kind = OfferKind::Bundle;
                items = vec![BundleItem { content_id: content.content_id, units: 0 }];
                terms.items_hash = items_hash(&items);
            }
        }
        (self.who(content.creator).unwrap(), content.content_no, terms, items)
    }

    async fn set_offer(&mut self) {
        let (creator, _, terms, items) = self.draft().await;
        let call = self.chain.vault.addresses().set_offer(&terms, "ipfs://terms", &items);
        if let Some(receipt) = self.attempt("set offer", creator, &call).await {
            self.offers.push((receipt.event::<OfferSet>().unwrap().offer_id, terms));
        } else {
            let content = self.chain.vault.content(terms.content_id).await.unwrap();
            let sold =
                content.status == ContentStatus::Active && self.chain.vault.is_listed(terms.token).await.unwrap();
            assert!(!sold, "a campaign makes good offers: {terms:?}");
        }
        if let Some((id, terms)) = self.dice.of(&self.offers).filter(|_| self.next.is_multiple_of(12)) {
            let content = self.chain.vault.content(terms.content_id).await.unwrap();
            let call = self.chain.vault.addresses().close_offer(id);
            self.attempt("close offer", self.who(content.creator).unwrap(), &call).await;
        }
    }

    async fn order(&mut self, buyer: usize, id: OfferId, terms: &OfferTerms) -> (Order, Amount) {
        let units = if terms.kind == OfferKind::PerUse { self.dice.below(50) + 1 } else { 0 };
        let price = terms.price.0 + terms.unit_price.0 * U256::from(units) + terms.bond.0;
        let order = Order {
            offer_id: id,
            licensee: self.address(buyer),
            profile_id: ProfileId((buyer - BUYERS[0] + 1) as u64),
            units,
            max_total: Amount(price),
            payer: if self.dice.below(4) == 0 { self.address(JUDGE) } else { Address::ZERO },
            referrer: Address::ZERO,
        };
        (order, if terms.token.is_eth() { Amount(price) } else { Amount::ZERO })
    }

    async fn buy(&mut self) {
        let Some((id, terms)) = self.dice.of(&self.offers) else { return };
        let buyer = self.dice.of(&BUYERS).unwrap();
        let (order, value) = self.order(buyer, id, &terms).await;
        let call = self.chain.vault.addresses().buy(&order, &terms, value);
        let bought = self.attempt("buy", buyer, &call).await;
        self.licenses.extend(bought.map(|receipt| receipt.event::<LicenseIssued>().unwrap().license_id));
    }

    async fn buy_signed(&mut self) {
        let (creator, content_no, terms, _) = self.draft().await;
        let buyer = self.dice.of(&BUYERS).unwrap();
        let id = OfferId::of(content_no, terms.nonce).unwrap();
        let (order, value) = self.order(buyer, id, &terms).await;
        let licenses = self.chain.vault.addresses().licenses;
        let signature = sign_offer(&self.chain.actor(creator), self.chain.vault.chain_id(), licenses, &terms).unwrap();
        let addresses = *self.chain.vault.addresses();
        let call = addresses.buy_signed(&order, &terms, Vec::new(), signature.to_vec().into(), value);
        if let Some(receipt) = self.attempt("buy signed", buyer, &call).await {
            self.licenses.push(receipt.event::<LicenseIssued>().unwrap().license_id);
            self.offers.push((id, terms));
        } else if self.dice.below(2) == 0 {
            self.attempt("cancel signature", creator, &addresses.close_offer(id)).await;
        }
    }

    async fn use_license(&mut self) {
        let Some(mut id) = self.dice.of(&self.licenses) else { return };
        let (vault, addresses) = (self.chain.vault.clone(), *self.chain.vault.addresses());
        if self.dice.below(3) == 0 {
            // Few can be sold on: look for one.
            for candidate in &self.licenses {
                if vault.license(*candidate).await.unwrap().transferable {
                    id = *candidate;
                }
            }
        }
        let (license, terms) = (vault.license(id).await.unwrap(), vault.offer_of(id).await.unwrap());
        let owner = self.who(vault.owner_of(id).await.unwrap()).unwrap();
        let served = license.delivery == Delivery::Served;
        match if served { self.dice.of(&[4, 5, 6]).unwrap() } else { self.dice.below(9) } {
            0..4 => {
                let key = self.chain.actor(owner);
                let signature = sign_accept_key(&key, vault.chain_id(), addresses.licenses, id, license.epoch).unwrap();
                self.attempt("accept key", JUDGE, &addresses.accept_key(id, signature.to_vec().into())).await;
            }
            4 => {
                let periods = 1 + self.dice.below(2);
                let value =
                    if terms.token.is_eth() { Amount(terms.price.0 * U256::from(periods)) } else { Amount::ZERO };
                let duration = u64::from(terms.duration_secs) * periods;
                self.attempt("renew", owner, &addresses.renew(id, duration, value)).await;
            }
            5 if served => drop(self.attempt("end", owner, &addresses.cancel(id)).await),
            6 => {
                let profile_id = ProfileId((owner - BUYERS[0] + 1) as u64);
                self.attempt("rebind", owner, &addresses.rebind(id, profile_id)).await;
            }
            _ => {
                let heir = self.dice.of(&BUYERS).unwrap();
                let to = self.address(heir);
                let call = addresses.transfer_license(id, self.address(owner), to);
                self.attempt("transfer", owner, &call).await;
            }
        }
    }

    async fn signed_head(&mut self, id: LicenseId) -> SignedHead {
        let (vault, usage) = (self.chain.vault.clone(), self.chain.vault.addresses().usage);
        let epoch = self.dice.below(u64::from(vault.license(id).await.unwrap().epoch) + 1) as u32;
        let lane = self.dice.below(2) as u32;
        let ctx = vault.context_of(id, lane, epoch).await.unwrap();
        let settlement = vault.settlement_terms(id, epoch).await.unwrap();
        let total = self.totals.get(&ctx).copied().unwrap_or_default() + self.dice.below(12);
        let time = vault.latest_block().await.unwrap().timestamp;
        let head = Head { ctx, seq: total + 1, total, head: U256::from(total + 1), time };
        let sign = |by: Address| {
            let key = self.chain.actor(self.who(by).unwrap());
            Bytes::from(sign_head(&key, vault.chain_id(), usage, &head).unwrap().to_vec())
        };
        let (licensee_signature, meter_signature) = (sign(settlement.session_key), sign(settlement.meter_signer));
        let (seq, head) = (head.seq, head.head);
        SignedHead { license_id: id, lane, epoch, seq, total, head, time, licensee_signature, meter_signature }
    }

    async fn settle(&mut self) {
        let Some(id) = self.dice.of(&self.licenses) else { return };
        let head = self.signed_head(id).await;
        let call = self.chain.vault.addresses().settle_signed(&head);
        if self.attempt("settle", JUDGE, &call).await.is_some() {
            let ctx = self.chain.vault.context_of(id, head.lane, head.epoch).await.unwrap();
            self.totals.insert(ctx, head.total);
        }
    }

    async fn move_money(&mut self) {
        let addresses = *self.chain.vault.addresses();
        let last = self.licenses.last().map_or(0, |id| id.0 + 1);
        let payment_id = PaymentId(self.dice.below(last + 2));
        match self.dice.below(8) {
            0..4 => drop(self.attempt("release", JUDGE, &addresses.release(payment_id)).await),
            4..6 => drop(self.attempt("refund", JUDGE, &addresses.refund(payment_id)).await),
            6 => {
                let actor = self.dice.below(ACTORS as u64) as usize;
                let token = self.dice.of(&[Token::ETH, self.token()]).unwrap();
                self.attempt("withdraw", actor, &addresses.withdraw(token)).await;
            }
            _ => drop(self.attempt("thaw", JUDGE, &addresses.thaw(payment_id)).await),
        }
    }

    async fn manage_content(&mut self) {
        let Some(id) = self.dice.of(&self.contents) else { return };
        let (vault, addresses) = (self.chain.vault.clone(), *self.chain.vault.addresses());
        let content = vault.content(id).await.unwrap();
        let creator = self.who(content.creator).unwrap();
        match self.dice.below(6) {
            0 => {
                let wanted = registration(content.meter_id);
                let content_hash = B256::from(U256::from(self.fresh()));
                let (cid, key_commitment) = (wanted.cid, wanted.key_commitment);
                let edition = Edition { content_hash, cid, key_commitment, metadata_cid: wanted.metadata_cid };
                self.attempt("publish version", creator, &addresses.publish_version(id, &edition)).await;
            }
            1 => {
                let other = if creator == CREATORS[0] { CREATORS[1] } else { CREATORS[0] };
                let propose = addresses.propose_content_transfer(id, self.address(other));
                self.attempt("propose transfer", creator, &propose).await;
                self.attempt("accept transfer", other, &addresses.accept_content_transfer(id)).await;
            }
            2 => {
                let level = self.dice.below(6) as u8;
                let call = addresses.set_creator_level(self.address(creator), level);
                self.attempt("creator level", 0, &call).await;
            }
            3 => {
                let open = vault.is_listed(self.token()).await.unwrap();
                let open = !open || self.dice.below(3) != 0;
                self.attempt("list token", 0, &addresses.list_token(self.token(), open)).await;
            }
            _ => {
                let suspend = content.status == ContentStatus::Active && self.dice.below(3) == 0;
                let status = if suspend { ContentStatus::Suspended } else { ContentStatus::Active };
                self.attempt("content status", creator, &addresses.set_content_status(id, status)).await;
            }
        }
    }

    async fn file(&mut self) {
        let Some(id) = self.dice.of(&self.licenses) else { return };
        let vault = self.chain.vault.clone();
        let terms = vault.offer_of(id).await.unwrap();
        let kind = self.dice.of(DisputeKind::ALL).unwrap();
        let filer = match kind {
            DisputeKind::NonDelivery | DisputeKind::ContentMismatch => vault.owner_of(id).await.unwrap(),
            _ => vault.content(terms.content_id).await.unwrap().creator,
        };
        let bond = vault.filing_bond().await.unwrap();
        let evidence = registration(MeterId(1)).cid;
        let call = vault.addresses().file_dispute(id, kind, &terms, evidence, bond);
        if let Some(receipt) = self.attempt("file", self.who(filer).unwrap(), &call).await {
            self.disputes.push(receipt.event::<DisputeFiled>().unwrap().dispute_id);
        }
    }

    async fn dispute(&mut self) {
        let act = self.dice.below(12);
        let recent = self.disputes.len().saturating_sub(4);
        let Some(id) = self.dice.of(&self.disputes[recent..]).filter(|_| act > 3) else { return self.file().await };
        let (vault, addresses) = (self.chain.vault.clone(), *self.chain.vault.addresses());
        let dispute = vault.dispute(id).await.unwrap();
        let party = [dispute.filer, dispute.respondent][self.dice.below(2) as usize];
        let party = self.who(party).unwrap();
        let ruling = self.dice.of(Ruling::ALL).unwrap();
        let by_head = matches!(dispute.kind, DisputeKind::NonPayment | DisputeKind::UsageExceeded);
        match act {
            4 if !by_head => {
                let evidence = registration(MeterId(1)).cid;
                self.attempt("evidence", party, &addresses.submit_evidence(id, evidence)).await;
            }
            5 => drop(self.attempt("check", JUDGE, &addresses.check_dispute(id)).await),
            4 | 6 => {
                let head = self.signed_head(dispute.license_id).await;
                self.attempt("check head", JUDGE, &addresses.check_head(id, &head)).await;
            }
            7 => drop(self.attempt("rule", JUDGE, &addresses.rule_directly(id, ruling)).await),
            8 => {
                let fee = vault.escalation_cost(id).await.unwrap_or_default();
                if let Some(receipt) = self.attempt("escalate", party, &addresses.escalate(id, fee)).await {
                    self.hearings.push(receipt.event::<DisputeEscalated>().unwrap().external_id);
                } else {
                    let fee = vault.appeal_cost(id).await.unwrap_or_default();
                    let appealed = self.attempt("appeal", party, &addresses.appeal(id, fee)).await;
                    self.hearings
                        .extend(appealed.map(|receipt| receipt.event::<DisputeAppealed>().unwrap().external_id));
                }
            }
            9 => self.hear(ruling).await,
            10 => drop(self.attempt("execute", JUDGE, &addresses.execute(id)).await),
            _ => drop(self.attempt("time out", JUDGE, &addresses.time_out(id)).await),
        }
    }

    /// The panel votes, and tells its ruling.
    async fn hear(&mut self, ruling: Ruling) {
        let Some(external_id) = self.hearings.pop() else { return };
        let panel = self.chain.vault.deployment().panel.unwrap();
        let act = |label, input: Vec<u8>| Call { to: panel, value: U256::ZERO, input: input.into(), label };
        let vote = Panel::voteCall { disputeId: external_id, ruling: U256::from(ruling.code()) };
        self.attempt("vote", 0, &act("vote", alloy::sol_types::SolCall::abi_encode(&vote))).await;
        let conclude = Panel::concludeCall { disputeId: external_id };
        self.attempt("conclude", 0, &act("conclude", alloy::sol_types::SolCall::abi_encode(&conclude))).await;
    }
}
