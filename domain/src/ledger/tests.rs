use alloy_primitives::{B256, Bytes, U256};

use super::*;
use crate::{
    ContentKind, ContentRegistered, ContentStatus, Credited, Delivery, KeyAccepted, LicenseIssued, LicenseTransferred,
    OfferKind, OfferSet, OfferTerms, PaymentDelivered, PaymentHeld, PaymentRefunded, PaymentReleased, PaymentState,
    ReleaseRule, UsageSigned, Withdrawn,
};

const CREATOR: Address = Address::repeat_byte(1);
const BUYER: Address = Address::repeat_byte(2);
const CONTENT: ContentId = ContentId(B256::repeat_byte(3));

fn terms() -> OfferTerms {
    OfferTerms {
        content_id: CONTENT,
        nonce: 5,
        kind: OfferKind::Perpetual,
        delivery: Delivery::Key,
        transferable: true,
        buyer: Address::ZERO,
        token: Token::ETH,
        price: Amount::from(100_u128),
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
        supply: 1,
        valid_until: 0,
        usage_bits: 1,
        royalty_bps: 500,
        split_id: SplitId(1),
        arbitrator: Address::ZERO,
        terms_hash: B256::repeat_byte(4),
        items_hash: B256::ZERO,
    }
}

fn sold() -> Ledger {
    let mut ledger = Ledger::default();
    let registered = ContentRegistered {
        content_id: CONTENT,
        creator: CREATOR,
        content_no: 1,
        content_hash: B256::ZERO,
        cid: Bytes::new(),
        key_commitment: U256::from(7),
        metadata_cid: Bytes::new(),
        kind: ContentKind::File,
        meter_id: MeterId(1),
    };
    let offer_id = OfferId::of(1, 5).unwrap();
    let set = OfferSet {
        offer_id,
        creator: CREATOR,
        verifiers: 2,
        terms: terms(),
        terms_uri: String::new(),
        items: Vec::new(),
    };
    let given = LicenseTransferred { license_id: LicenseId(1), from: Address::ZERO, to: BUYER };
    let held = PaymentHeld {
        payment_id: PaymentId(1),
        license_id: LicenseId(1),
        payer: BUYER,
        token: Token::ETH,
        amount: Amount::from(100_u128),
        rule: ReleaseRule::Cliff,
        split_id: SplitId(1),
        fee_id: FeeId(1),
        starts_at: 0,
        deadline: 3_600,
        dispute_window_secs: 3_600,
    };
    let events: [ChainEvent; 5] = [registered.into(), set.into(), given.into(), issued(1).into(), held.into()];
    for event in events {
        ledger.apply(&event).unwrap();
    }
    ledger
}

fn issued(id: u64) -> LicenseIssued {
    LicenseIssued {
        license_id: LicenseId(id),
        offer_id: OfferId::of(1, 5).unwrap(),
        content_id: CONTENT,
        licensee: BUYER,
        payer: BUYER,
        profile_id: ProfileId(1),
        meter_id: MeterId(1),
        content_version: 0,
        units: 0,
        starts_at: 10,
        expires_at: 0,
        token: Token::ETH,
        total: Amount::from(100_u128),
        referrer: Address::ZERO,
    }
}

fn refused(ledger: &mut Ledger, event: impl Into<ChainEvent>) -> String {
    ledger.apply(&event.into()).unwrap_err().to_string()
}

fn released(amount: u128, released: u128, closed: bool) -> PaymentReleased {
    PaymentReleased {
        payment_id: PaymentId(1),
        token: Token::ETH,
        amount: Amount::from(amount),
        fee: Amount::ZERO,
        released: Amount::from(released),
        closed,
    }
}

#[test]
fn a_license_has_what_offer_and_purchase_say_of_it() {
    let mut ledger = sold();
    let license = ledger.licenses[&LicenseId(1)].clone();
    assert_eq!((license.verifiers, license.royalty_bps, license.periods), (2, 500, 1));
    assert!(license.transferable && !license.bonded && !license.delivered);
    assert_eq!(ledger.contents[&CONTENT].status, ContentStatus::Active);
    assert_eq!(ledger.liabilities(Token::ETH), Amount::from(100_u128));
    ledger.apply(&KeyAccepted { license_id: LicenseId(1), epoch: 0 }.into()).unwrap();
    ledger.apply(&PaymentDelivered { payment_id: PaymentId(1), releasable_at: 99 }.into()).unwrap();
    assert!(ledger.licenses[&LicenseId(1)].delivered);
    assert_eq!(ledger.payments[&PaymentId(1)].state, PaymentState::Delivered);
    let twice = refused(&mut ledger, KeyAccepted { license_id: LicenseId(1), epoch: 0 });
    assert!(twice.contains("whether the key was with the licensee"), "{twice}");
}

#[test]
fn more_is_not_sold_than_supplied() {
    let mut ledger = sold();
    ledger.apply(&LicenseTransferred { license_id: LicenseId(2), from: Address::ZERO, to: BUYER }.into()).unwrap();
    let error = refused(&mut ledger, issued(2));
    assert!(error.contains("what is sold of offer"), "{error}");
}

#[test]
fn money_that_does_not_add_up_is_refused() {
    assert!(refused(&mut sold(), released(60, 61, false)).contains("what payment 1 released"));
    assert!(refused(&mut sold(), released(60, 60, true)).contains("whether payment 1 is over"));
    let mut ledger = sold();
    ledger.apply(&released(60, 60, false).into()).unwrap();
    assert_eq!(ledger.liabilities(Token::ETH), Amount::from(100_u128));
    let credited = Credited {
        account: CREATOR,
        token: Token::ETH,
        payment_id: PaymentId(1),
        amount: Amount::from(60_u128),
        balance: Amount::from(60_u128),
    };
    let more = Credited { balance: Amount::from(61_u128), ..credited.clone() };
    assert!(refused(&mut ledger.clone(), more).contains("the balance of"));
    ledger.apply(&credited.clone().into()).unwrap();
    assert_eq!(ledger.liabilities(Token::ETH), Amount::from(100_u128));
    assert!(refused(&mut ledger.clone(), credited).contains("whether payment 1 gave so much"));
    let withdrawn = Withdrawn {
        account: CREATOR,
        token: Token::ETH,
        recipient: CREATOR,
        amount: Amount::from(60_u128),
        balance: Amount::ZERO,
    };
    ledger.apply(&withdrawn.clone().into()).unwrap();
    assert_eq!(ledger.liabilities(Token::ETH), Amount::from(40_u128));
    assert_eq!(ledger.balance_of(CREATOR, Token::ETH), Amount::ZERO);
    assert!(refused(&mut ledger, withdrawn).contains("the balance of"));
}

#[test]
fn a_cliff_is_refunded_and_nothing_moves_after_that() {
    let mut ledger = sold();
    let refund = PaymentRefunded {
        payment_id: PaymentId(1),
        token: Token::ETH,
        payer: BUYER,
        amount: Amount::from(100_u128),
        refunded: Amount::from(100_u128),
        closed: true,
    };
    ledger.apply(&refund.into()).unwrap();
    assert_eq!(ledger.payments[&PaymentId(1)].state, PaymentState::Refunded);
    assert!(refused(&mut ledger, released(1, 1, false)).contains("whether payment 1 is open"));
}

#[test]
fn settled_units_are_the_sum_of_the_lanes() {
    let mut ledger = sold();
    let signed = |ctx: u64, total: u64, settled_units: u64| UsageSigned {
        license_id: LicenseId(1),
        content_id: CONTENT,
        ctx: Context(U256::from(ctx)),
        lane: 0,
        epoch: 0,
        seq: 1,
        head: U256::from(9),
        time: 10,
        signed_total: total,
        settled_total: total,
        settled_units,
    };
    ledger.apply(&signed(1, 5, 5).into()).unwrap();
    ledger.apply(&signed(2, 3, 8).into()).unwrap();
    ledger.apply(&signed(1, 6, 9).into()).unwrap();
    assert!(refused(&mut ledger.clone(), signed(1, 6, 9)).contains("whether the lane's signed total grew"));
    assert!(refused(&mut ledger, signed(2, 4, 99)).contains("what is settled of license 1"));
}

#[test]
fn an_event_about_nothing_is_refused() {
    let error = refused(&mut Ledger::default(), KeyAccepted { license_id: LicenseId(9), epoch: 0 });
    assert_eq!(error, "KeyAccepted is about license 9, which no earlier event told of");
}
