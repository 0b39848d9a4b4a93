//! Invariant 18: a model fed with the events equals the chain's state, after whatever happened.

use domain::{
    DisputeState, PaymentId,
    ledger::{Content, Dispute, Lane, Ledger, License, Payment},
};

use super::{campaign::Campaign, *};
use crate::{ContentView, DisputeView, LaneView, LicenseView, PaymentView, offer_digest};

const STEPS: u64 = 1_000;
/// What is done in every campaign of that many steps; other acts need more luck.
const ACTS: [&str; 10] =
    ["set offer", "buy", "buy signed", "accept key", "rebind", "settle", "release", "refund", "withdraw", "file"];

#[tokio::test(flavor = "multi_thread")]
async fn the_events_add_up_to_what_the_contracts_answer() {
    campaign_adds_up(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_another_campaign_add_up() {
    campaign_adds_up(5).await;
}

/// `CAMPAIGN_SEED` and `CAMPAIGN_STEPS` make others, and longer ones.
async fn campaign_adds_up(seed: u64) {
    let said = |name, or| env::var(name).map_or(or, |said| said.parse().expect("it is a number"));
    let (seed, steps) = (said("CAMPAIGN_SEED", seed), said("CAMPAIGN_STEPS", STEPS));
    let mut campaign = Campaign::start(seed).await;
    for _ in 0..steps {
        campaign.step().await;
    }
    println!("seed {seed}, {steps} steps, done and refused: {:?}", campaign.acts);
    let vault = &campaign.chain.vault;
    let mut ledger = Ledger::default();
    let last = vault.latest_block().await.unwrap().number;
    for (place, event) in vault.events(vault.deployment().start_block, last).await.unwrap() {
        ledger.apply(&event).unwrap_or_else(|error| panic!("block {}: {error}", place.block_number));
    }
    assert!(ledger.licenses.keys().eq(&{
        let mut sold = campaign.licenses.clone();
        sold.sort_unstable();
        sold
    }));

    contents_and_offers(vault, &ledger).await;
    licenses(vault, &ledger).await;
    money(&campaign, &ledger).await;
    disputes(vault, &ledger).await;

    if steps >= STEPS {
        for act in ACTS {
            assert!(campaign.acts.get(act).is_some_and(|(done, _)| *done > 0), "never done: {act}");
        }
    }
    let refused: usize = campaign.acts.values().map(|(_, refused)| refused).sum();
    assert!(refused > 0, "the campaign was too tame");
}

async fn contents_and_offers(vault: &Datavault, ledger: &Ledger) {
    for (id, content) in &ledger.contents {
        let Content { creator, status, kind, content_no, meter_id, generation, version, .. } = content.clone();
        let content_id = *id;
        let expected = ContentView { content_id, creator, status, kind, content_no, meter_id, generation, version };
        assert_eq!(vault.content(*id).await.unwrap(), expected);
        assert_eq!(vault.content_id_of(content_no).await.unwrap(), content_id);
        for (version, commitment) in (0..).zip(&content.key_commitments) {
            assert_eq!(vault.key_commitment(content_no, version).await.unwrap(), *commitment);
        }
    }
    for (creator, level) in &ledger.creator_levels {
        assert_eq!(vault.creator_level(*creator).await.unwrap(), *level);
    }
    for (id, offer) in &ledger.offers {
        let found = vault.offer_status(*id).await.unwrap();
        assert_eq!(found.digest, offer.terms.as_ref().map(offer_digest).unwrap_or_default(), "offer {id}");
        let expected = (offer.sold, offer.closed, offer.verifiers, offer.generation);
        assert_eq!((found.sold, found.closed, found.verifiers, found.generation), expected, "offer {id}");
    }
}

async fn licenses(vault: &Datavault, ledger: &Ledger) {
    for (id, license) in &ledger.licenses {
        assert_eq!(vault.license(*id).await.unwrap(), license_view(*id, license));
        assert_eq!(vault.owner_of(*id).await.unwrap(), ledger.owners[id]);
        let settled = ledger.settled_units.get(id).copied().unwrap_or_default();
        assert_eq!(vault.settled_units(*id).await.unwrap(), settled, "license {id}");
    }
    for (ctx, lane) in &ledger.lanes {
        let Lane { proved_head, proved_total, signed_total, settled_total, last_window_end } = *lane;
        let expected = LaneView { proved_head, proved_total, signed_total, settled_total, last_window_end };
        assert_eq!(vault.lane_state(*ctx).await.unwrap(), expected);
    }
}

fn license_view(license_id: LicenseId, license: &License) -> LicenseView {
    LicenseView {
        license_id,
        offer_id: license.offer_id,
        profile_id: license.profile_id,
        meter_id: license.meter_id,
        kind: license.kind,
        delivery: license.delivery,
        transferable: license.transferable,
        bonded: license.bonded,
        units: license.units,
        starts_at: license.starts_at,
        expires_at: license.expires_at,
        periods: license.periods,
        epoch: license.epoch,
        delivered: license.delivered,
        content_version: license.content_version,
        verifiers: license.verifiers,
        royalty_bps: license.royalty_bps,
    }
}

async fn money(campaign: &Campaign, ledger: &Ledger) {
    let vault = &campaign.chain.vault;
    for (id, payment) in &ledger.payments {
        assert_eq!(vault.payment(*id).await.unwrap(), payment_view(*id, payment));
    }
    let after = PaymentId(ledger.payments.keys().last().unwrap().0 + 1);
    assert!(vault.payment(after).await.unwrap_err().revert_reason().unwrap().is("PaymentUnknown"));
    for token in [Token::ETH, campaign.token()] {
        for actor in 0..8 {
            let account = campaign.address(actor);
            assert_eq!(vault.balance_of(account, token).await.unwrap(), ledger.balance_of(account, token));
        }
        // Nobody donated, so what is there is what is owed.
        let there = vault.token_balance(token, vault.addresses().escrow).await.unwrap();
        assert_eq!(there, ledger.liabilities(token), "{token}");
        assert_eq!(ledger.tokens.get(&token).copied().unwrap_or(token.is_eth()), vault.is_listed(token).await.unwrap());
    }
    for (id, payees) in &ledger.splits {
        assert_eq!(vault.split(*id).await.unwrap(), *payees);
    }
    for (id, fee) in &ledger.fees {
        let found = vault.fee(*id).await.unwrap();
        assert_eq!((found.recipient, found.fee_bps), (fee.recipient, fee.fee_bps));
    }
}

fn payment_view(payment_id: PaymentId, payment: &Payment) -> PaymentView {
    PaymentView {
        payment_id,
        license_id: payment.license_id,
        payer: payment.payer,
        token: payment.token,
        amount: payment.amount,
        released: payment.released,
        refunded: payment.refunded,
        due: payment.due,
        rule: payment.rule,
        state: payment.state,
        split_id: payment.split_id,
        fee_id: payment.fee_id,
        starts_at: payment.starts_at,
        deadline: payment.deadline,
        dispute_window_secs: payment.dispute_window_secs,
        releasable_at: payment.releasable_at,
        frozen_at: payment.frozen_at,
        paused_secs: payment.paused_secs,
        dispute_id: payment.dispute_id,
    }
}

async fn disputes(vault: &Datavault, ledger: &Ledger) {
    assert_eq!(vault.filing_bond().await.unwrap(), ledger.filing_bond);
    for (id, dispute) in &ledger.disputes {
        let found = vault.dispute(*id).await.unwrap();
        let Dispute { license_id, payment_id, kind, state, ruling, filer, arbitrator, .. } = dispute.clone();
        let expected = DisputeView {
            dispute_id: *id,
            license_id,
            payment_id,
            kind,
            state,
            ruling,
            filer,
            respondent: ledger.respondent(*id).unwrap(),
            arbitrator,
            appeal_arbitrator: dispute.appeal_arbitrator,
            answered: dispute.answered,
            deadline: dispute.deadline,
            bond: dispute.bond,
            // In no event.
            arbitrator_is_contract: found.arbitrator_is_contract,
            filed_at: found.filed_at,
        };
        // A ruling that can be appealed is executable from the second after its deadline on.
        let slack = u64::from(
            matches!(state, DisputeState::Ruled | DisputeState::Executed) && found.deadline + 1 == dispute.deadline,
        );
        assert_eq!(DisputeView { deadline: found.deadline + slack, ..found }, expected);
        let held = ledger.bonds.contains_key(id);
        assert_eq!(held, state != DisputeState::Executed, "dispute {id}");
    }
}
