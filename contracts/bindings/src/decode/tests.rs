//! Each event, encoded as the contracts do, becomes the domain event with every field in its place.

use alloy::primitives::{U256, aliases::U40};
use domain::{
    ContentKind, ContentStatus, Delivery, DisputeKind, FeeId, LicenseId, MeterId, OfferId, OfferKind, OfferTerms,
    Payee, PaymentId, ProfileId, ReleaseRule, Ruling, SplitId,
};

use super::*;
use crate::abi_test::addresses;

/// Distinct in every field, so that swapped fields show.
fn who(n: u8) -> Address {
    Address::repeat_byte(n)
}

fn word(n: u8) -> B256 {
    B256::repeat_byte(n)
}

fn number(n: u64) -> U256 {
    U256::from(n)
}

fn at(secs: u64) -> U40 {
    U40::from(secs)
}

fn amount(n: u128) -> Amount {
    Amount::from(n)
}

/// Encodes `event` as a log of `contract` and checks what comes out, and that that a payload cut by a word is refused.
fn decodes(contract: Address, event: &impl SolEvent, expected: impl Into<ChainEvent>) {
    let expected = expected.into();
    let log = event.encode_log_data();
    let decoded = decode_raw(&addresses(), contract, log.topics(), &log.data).unwrap();
    assert_eq!(decoded, Some(expected.clone()));
    if !log.data.is_empty() {
        let cut = &log.data[..log.data.len() - 32];
        assert!(decode_raw(&addresses(), contract, log.topics(), cut).is_err(), "{}", expected.name());
    }
    let few = &log.topics()[..log.topics().len() - 1];
    assert!(decode_raw(&addresses(), contract, few, &log.data).is_err(), "{}", expected.name());
}

#[test]
fn registry_events() {
    let registry = addresses().registry;
    decodes(
        registry,
        &R::MeterPublished {
            meterId: 1,
            owner: who(2),
            keyX: number(3),
            keyY: number(4),
            keyHash: number(5),
            signer: who(6),
            url: "http://m".to_owned(),
        },
        MeterPublished {
            meter_id: MeterId(1),
            owner: who(2),
            key_x: number(3),
            key_y: number(4),
            key_hash: number(5),
            signer: who(6),
            url: "http://m".to_owned(),
        },
    );
    decodes(
        registry,
        &R::ContentRegistered {
            contentId: word(1),
            creator: who(2),
            contentHash: word(3),
            cid: Bytes::from_static(&[4]),
            keyCommitment: number(5),
            metadataCid: Bytes::from_static(&[6]),
            kind: 1,
            meterId: 7,
            splitId: 8,
        },
        ContentRegistered {
            content_id: ContentId(word(1)),
            creator: who(2),
            content_hash: word(3),
            cid: Bytes::from_static(&[4]),
            key_commitment: number(5),
            metadata_cid: Bytes::from_static(&[6]),
            kind: ContentKind::Collection,
            meter_id: MeterId(7),
            split_id: SplitId(8),
        },
    );
    decodes(
        registry,
        &R::ContentStatusChanged { contentId: word(1), status: 2 },
        ContentStatusChanged { content_id: ContentId(word(1)), status: ContentStatus::Suspended },
    );
}

#[test]
fn offer_and_profile_events() {
    let licenses = addresses().licenses;
    let terms = OfferTerms {
        content_id: ContentId(word(1)),
        kind: OfferKind::PerUse,
        delivery: Delivery::Served,
        transferable: true,
        token: Token(who(2)),
        price: amount(3),
        unit_price: amount(4),
        unit_bytes: 5,
        max_units_per_event: 6,
        duration_secs: 7,
        delivery_window_secs: 8,
        dispute_window_secs: 9,
        settlement_grace_secs: 10,
        supply: 11,
        valid_until: 12,
        usage_bits: 13,
        arbitrator: who(14),
        terms_hash: word(15),
        terms_uri: "ipfs://t".to_owned(),
    };
    decodes(
        licenses,
        &L::OfferSet { offerId: 1, contentId: word(1), creator: who(3), offer: convert::offer(&terms) },
        OfferSet { offer_id: OfferId(1), creator: who(3), terms },
    );
    decodes(licenses, &L::OfferClosed { offerId: 1 }, OfferClosed { offer_id: OfferId(1) });
    decodes(
        licenses,
        &L::ProfilePublished {
            profileId: 1,
            owner: who(2),
            keyX: number(3),
            keyY: number(4),
            commitment: number(5),
            sessionKey: who(6),
        },
        ProfilePublished {
            profile_id: ProfileId(1),
            owner: who(2),
            key_x: number(3),
            key_y: number(4),
            commitment: number(5),
            session_key: who(6),
        },
    );
}

#[test]
fn license_events() {
    let licenses = addresses().licenses;
    decodes(
        licenses,
        &L::LicenseIssued {
            licenseId: number(1),
            offerId: 2,
            contentId: word(3),
            licensee: who(4),
            payer: who(5),
            profileId: 6,
            meterId: 7,
            paymentId: 8,
            units: 9,
            startsAt: at(10),
            expiresAt: at(11),
            token: who(12),
            total: number(13),
            referrer: who(14),
        },
        LicenseIssued {
            license_id: LicenseId(1),
            offer_id: OfferId(2),
            content_id: ContentId(word(3)),
            licensee: who(4),
            payer: who(5),
            profile_id: ProfileId(6),
            meter_id: MeterId(7),
            payment_id: PaymentId(8),
            units: 9,
            starts_at: 10,
            expires_at: 11,
            token: Token(who(12)),
            total: amount(13),
            referrer: who(14),
        },
    );
    decodes(
        licenses,
        &Erc721::Transfer { from: who(0), to: who(1), tokenId: number(2) },
        LicenseTransferred { license_id: LicenseId(2), from: who(0), to: who(1) },
    );
    decodes(
        licenses,
        &L::KeyDelivered {
            licenseId: number(1),
            contentId: word(2),
            epoch: 3,
            ephemeralX: number(4),
            ephemeralY: number(5),
            c0: number(6),
            c1: number(7),
        },
        KeyDelivered {
            license_id: LicenseId(1),
            content_id: ContentId(word(2)),
            epoch: 3,
            ephemeral_x: number(4),
            ephemeral_y: number(5),
            c0: number(6),
            c1: number(7),
        },
    );
}

#[test]
fn payment_events() {
    let escrow = addresses().escrow;
    let payment_id = PaymentId(1);
    decodes(
        escrow,
        &E::PaymentHeld {
            paymentId: number(1),
            licenseId: number(2),
            payer: who(3),
            token: who(4),
            amount: number(5),
            rule: 2,
            splitId: 6,
            feeId: 7,
            deliveryDeadline: at(8),
            disputeWindow: 9,
            refundableAt: at(10),
        },
        PaymentHeld {
            payment_id,
            license_id: LicenseId(2),
            payer: who(3),
            token: Token(who(4)),
            amount: amount(5),
            rule: ReleaseRule::Cliff,
            split_id: SplitId(6),
            fee_id: FeeId(7),
            delivery_deadline: 8,
            dispute_window_secs: 9,
            refundable_at: 10,
        },
    );
    decodes(
        escrow,
        &E::PaymentDelivered { paymentId: number(1), releasableAt: at(2) },
        PaymentDelivered { payment_id, releasable_at: 2 },
    );
    decodes(escrow, &E::PaymentDue { paymentId: number(1), due: number(2) }, PaymentDue { payment_id, due: amount(2) });
    decodes(
        escrow,
        &E::PaymentReleased {
            paymentId: number(1),
            token: who(2),
            amount: number(3),
            fee: number(4),
            released: number(5),
            closed: true,
        },
        PaymentReleased {
            payment_id,
            token: Token(who(2)),
            amount: amount(3),
            fee: amount(4),
            released: amount(5),
            closed: true,
        },
    );
    decodes(
        escrow,
        &E::PaymentRefunded {
            paymentId: number(1),
            token: who(2),
            payer: who(3),
            amount: number(4),
            refunded: number(5),
            closed: true,
        },
        PaymentRefunded {
            payment_id,
            token: Token(who(2)),
            payer: who(3),
            amount: amount(4),
            refunded: amount(5),
            closed: true,
        },
    );
    decodes(
        escrow,
        &E::PaymentFrozen { paymentId: number(1), disputeId: number(2), frozenAt: at(3) },
        PaymentFrozen { payment_id, dispute_id: 2.into(), frozen_at: 3 },
    );
    decodes(
        escrow,
        &E::PaymentUnfrozen { paymentId: number(1), disputeId: number(2), pausedSecs: at(3) },
        PaymentUnfrozen { payment_id, dispute_id: 2.into(), paused_secs: 3 },
    );
}

#[test]
fn other_escrow_events() {
    let escrow = addresses().escrow;
    let payees = vec![Payee { account: who(2), share_bps: 3 }, Payee { account: who(4), share_bps: 5 }];
    decodes(
        escrow,
        &E::SplitCreated { splitId: 1, payees: payees.iter().map(convert::split_payee).collect() },
        SplitCreated { split_id: SplitId(1), payees },
    );
    decodes(
        escrow,
        &E::FeeSet { feeId: 1, recipient: who(2), feeBps: 3 },
        FeeSet { fee_id: FeeId(1), recipient: who(2), fee_bps: 3 },
    );
    decodes(
        escrow,
        &E::BondHeld { disputeId: number(1), poster: who(2), token: who(3), amount: number(4) },
        BondHeld { dispute_id: 1.into(), poster: who(2), token: Token(who(3)), amount: amount(4) },
    );
    decodes(
        escrow,
        &E::BondPaid { disputeId: number(1), recipient: who(2), token: who(3), amount: number(4) },
        BondPaid { dispute_id: 1.into(), recipient: who(2), token: Token(who(3)), amount: amount(4) },
    );
    decodes(
        escrow,
        &E::Credited { account: who(1), token: who(2), paymentId: number(3), amount: number(4), balance: number(5) },
        Credited {
            account: who(1),
            token: Token(who(2)),
            payment_id: PaymentId(3),
            amount: amount(4),
            balance: amount(5),
        },
    );
    decodes(
        escrow,
        &E::Withdrawn { account: who(1), token: who(2), recipient: who(3), amount: number(4), balance: number(5) },
        Withdrawn { account: who(1), token: Token(who(2)), recipient: who(3), amount: amount(4), balance: amount(5) },
    );
}

#[test]
fn usage_events() {
    let usage = addresses().usage;
    decodes(
        usage,
        &U::UsageProved {
            licenseId: number(1),
            contentId: word(2),
            ctx: number(3),
            lane: 4,
            epoch: 5,
            headBefore: number(6),
            headAfter: number(7),
            windowStart: at(8),
            windowEnd: at(9),
            units: 10,
            provedTotal: 11,
            settledTotal: 12,
            settledUnits: 13,
        },
        UsageProved {
            license_id: LicenseId(1),
            content_id: ContentId(word(2)),
            ctx: Context(number(3)),
            lane: 4,
            epoch: 5,
            head_before: number(6),
            head_after: number(7),
            window_start: 8,
            window_end: 9,
            units: 10,
            proved_total: 11,
            settled_total: 12,
            settled_units: 13,
        },
    );
    decodes(
        usage,
        &U::UsageSigned {
            licenseId: number(1),
            contentId: word(2),
            ctx: number(3),
            lane: 4,
            epoch: 5,
            seq: 6,
            head: number(7),
            time: at(8),
            signedTotal: 9,
            settledTotal: 10,
            settledUnits: 11,
        },
        UsageSigned {
            license_id: LicenseId(1),
            content_id: ContentId(word(2)),
            ctx: Context(number(3)),
            lane: 4,
            epoch: 5,
            seq: 6,
            head: number(7),
            time: 8,
            signed_total: 9,
            settled_total: 10,
            settled_units: 11,
        },
    );
}

#[test]
fn dispute_events() {
    let disputes = addresses().disputes;
    decodes(
        disputes,
        &D::DisputeFiled {
            disputeId: number(1),
            licenseId: number(2),
            filer: who(3),
            paymentId: number(4),
            kind: 3,
            respondent: who(5),
            arbitrator: who(6),
            bond: number(7),
            rulingDeadline: at(8),
            evidenceCid: Bytes::from_static(&[9]),
        },
        DisputeFiled {
            dispute_id: 1.into(),
            license_id: LicenseId(2),
            filer: who(3),
            payment_id: PaymentId(4),
            kind: DisputeKind::ContentMismatch,
            respondent: who(5),
            arbitrator: who(6),
            bond: amount(7),
            ruling_deadline: 8,
            evidence_cid: Bytes::from_static(&[9]),
        },
    );
    decodes(
        disputes,
        &D::EvidenceSubmitted { disputeId: number(1), party: who(2), evidenceCid: Bytes::from_static(&[3]) },
        EvidenceSubmitted { dispute_id: 1.into(), party: who(2), evidence_cid: Bytes::from_static(&[3]) },
    );
    decodes(
        disputes,
        &D::DisputeRuled { disputeId: number(1), arbitrator: who(2), ruling: 2 },
        DisputeRuled { dispute_id: 1.into(), arbitrator: who(2), ruling: Ruling::Licensee },
    );
    decodes(
        disputes,
        &D::DisputeExecuted { disputeId: number(1), ruling: 0, bondRecipient: who(2) },
        DisputeExecuted { dispute_id: 1.into(), ruling: Ruling::None, bond_recipient: who(2) },
    );
}

#[test]
fn an_enumeration_or_id_beyond_what_we_know_is_refused() {
    let log = R::ContentStatusChanged { contentId: word(1), status: 9 }.encode_log_data();
    let error = decode_raw(&addresses(), addresses().registry, log.topics(), &log.data).unwrap_err();
    assert!(error.to_string().contains("9 is no content status"), "{error}");
    let log = Erc721::Transfer { from: who(0), to: who(1), tokenId: U256::MAX }.encode_log_data();
    let error = decode_raw(&addresses(), addresses().licenses, log.topics(), &log.data).unwrap_err();
    assert!(error.to_string().contains("license id"), "{error}");
}
