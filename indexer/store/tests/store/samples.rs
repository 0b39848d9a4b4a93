//! One of every event, with values that a hostile stranger would choose.

use alloy_primitives::{Address, B256, Bytes, U256};
use domain::*;

/// Account number `n`.
pub fn account(n: u8) -> Address {
    Address::repeat_byte(n)
}

/// Hash number `n`.
pub fn hash(n: u64) -> B256 {
    B256::from(U256::from(n))
}

/// The latest time that a `uint40` holds.
pub const LATEST: u64 = (1 << 40) - 1;

/// Content number `n`.
pub fn content(n: u64) -> ContentId {
    ContentId(hash(n))
}

/// An offer for content 1, with every number as large as its type allows.
pub fn offer_set(offer_id: u64) -> OfferSet {
    OfferSet {
        offer_id: OfferId(offer_id),
        creator: account(1),
        verifiers: u8::MAX,
        terms: OfferTerms {
            content_id: content(1),
            kind: OfferKind::PerUse,
            nonce: u32::MAX,
            delivery: Delivery::Served,
            transferable: true,
            buyer: Address::ZERO,
            token: Token(account(9)),
            price: Amount(U256::from(u128::MAX)),
            unit_price: Amount(U256::from(u128::MAX)),
            units: u64::MAX,
            overage_price: Amount(U256::from(u128::MAX)),
            bond: Amount(U256::from(u128::MAX)),
            unit_bytes: u32::MAX,
            max_units_per_event: u16::MAX,
            duration_secs: u32::MAX,
            delivery_window_secs: u32::MAX,
            dispute_window_secs: u32::MAX,
            settlement_grace_secs: u32::MAX,
            supply: u32::MAX,
            valid_until: LATEST,
            usage_bits: u32::MAX,
            royalty_bps: u16::MAX,
            split_id: SplitId(1),
            arbitrator: account(8),
            terms_hash: hash(2),
            items_hash: hash(3),
        },
        terms_uri: "ipfs://\0\u{202e}'; drop table logs; --".into(),
        items: vec![
            BundleItem { content_id: content(3), units: u64::MAX },
            BundleItem { content_id: content(2), units: 0 },
        ],
    }
}

/// License number `id`, bought with offer 1.
pub fn license_issued(id: u64, licensee: Address) -> LicenseIssued {
    LicenseIssued {
        license_id: LicenseId(id),
        offer_id: OfferId(1),
        content_id: content(1),
        licensee,
        payer: account(3),
        profile_id: ProfileId(1),
        meter_id: MeterId(1),
        content_version: u8::MAX,
        units: u64::MAX,
        starts_at: 1_700_000_000,
        expires_at: LATEST,
        token: Token(account(9)),
        total: Amount(U256::MAX),
        referrer: Address::ZERO,
    }
}

/// Payment number `id` for the license with the same number.
pub fn payment_held(id: u64) -> PaymentHeld {
    PaymentHeld {
        payment_id: PaymentId(id),
        license_id: LicenseId(id),
        payer: account(3),
        token: Token(account(9)),
        amount: Amount::from(1000_u128),
        rule: ReleaseRule::Cliff,
        split_id: SplitId(1),
        fee_id: FeeId(1),
        starts_at: 0,
        deadline: 1_700_000_100,
        dispute_window_secs: 600,
    }
}

/// Content number `n`, registered by account 1.
pub fn content_registered(n: u32) -> ContentRegistered {
    ContentRegistered {
        content_id: content(n.into()),
        creator: account(1),
        content_no: n,
        content_hash: hash(11),
        cid: cid(0),
        key_commitment: U256::from(12),
        metadata_cid: cid(1),
        kind: ContentKind::File,
        meter_id: MeterId(1),
    }
}

/// Bytes that could be a CID.
pub fn cid(n: u8) -> Bytes {
    vec![1, 0x55, 0x12, 0x20, n].into()
}

/// The key of license `id` in `epoch`, delivered with a proof.
pub fn key_delivered(id: u64, epoch: u32) -> KeyDelivered {
    KeyDelivered {
        license_id: LicenseId(id),
        content_id: content(1),
        epoch,
        ephemeral_x: U256::from(1),
        ephemeral_y: U256::from(2),
        c0: U256::from(3),
        c1: U256::from(4 + epoch),
    }
}

/// Dispute number `id` about the license and payment with the same number.
pub fn dispute_filed(id: u64) -> DisputeFiled {
    DisputeFiled {
        dispute_id: DisputeId(id),
        license_id: LicenseId(id),
        filer: account(4),
        payment_id: PaymentId(id),
        kind: DisputeKind::ContentMismatch,
        respondent: account(1),
        arbitrator: account(8),
        appeal_arbitrator: account(7),
        bond: Amount::from(5_u128),
        deadline: LATEST,
        evidence_cid: cid(2),
    }
}

/// One of every event, in an order in which they may happen.
pub fn all() -> Vec<ChainEvent> {
    let token = Token(account(9));
    vec![
        ChainEvent::MeterPublished(MeterPublished {
            meter_id: MeterId(1),
            owner: account(1),
            key_x: U256::MAX,
            key_y: U256::from(1),
            key_hash: U256::from(2),
            signer: account(2),
            url: "http://meter.example/\0".into(),
        }),
        ChainEvent::SplitCreated(SplitCreated {
            split_id: SplitId(1),
            payees: vec![
                Payee { account: account(1), share_bps: 9000 },
                Payee { account: account(7), share_bps: 1000 },
            ],
        }),
        ChainEvent::FeeSet(FeeSet { fee_id: FeeId(1), recipient: account(6), fee_bps: 250 }),
        ChainEvent::TokenListed(TokenListed { token, token_id: u16::MAX, open: true }),
        ChainEvent::VerifierSetAdded(VerifierSetAdded {
            version: u8::MAX,
            usage: account(0x11),
            usage_batch: account(0x12),
            usage_long: account(0x15),
            usage_long_batch: account(0x16),
            key_delivery: account(0x13),
            compliance: account(0x14),
            keys_hash: hash(15),
        }),
        ChainEvent::FilingBondSet(FilingBondSet { filing_bond: Amount(U256::MAX) }),
        ChainEvent::AppealArbitratorSet(AppealArbitratorSet { arbitrator: account(7) }),
        ChainEvent::ArbitratorPolicySet(ArbitratorPolicySet { arbitrator: account(8), final_rulings: true }),
        ChainEvent::AttesterSet(AttesterSet { attester: account(0x21) }),
        ChainEvent::CreatorLevelSet(CreatorLevelSet { creator: account(1), level: 4, attester: account(0x21) }),
        ChainEvent::ContentRegistered(content_registered(1)),
        ChainEvent::ContentVersioned(ContentVersioned {
            content_id: content(1),
            version: 1,
            content_hash: hash(111),
            cid: cid(10),
            key_commitment: U256::MAX,
            metadata_cid: cid(11),
        }),
        ChainEvent::ContentMeterChanged(ContentMeterChanged { content_id: content(1), meter_id: MeterId(1) }),
        ChainEvent::OfferSet(offer_set(1)),
        ChainEvent::ProfilePublished(ProfilePublished {
            profile_id: ProfileId(1),
            owner: account(4),
            key_x: U256::from(1),
            key_y: U256::from(2),
            commitment: U256::from(3),
            session_key: account(5),
        }),
        ChainEvent::PaymentHeld(payment_held(1)),
        ChainEvent::LicenseTransferred(LicenseTransferred {
            license_id: LicenseId(1),
            from: Address::ZERO,
            to: account(4),
        }),
        ChainEvent::LicenseIssued(license_issued(1, account(4))),
        ChainEvent::KeyDelivered(key_delivered(1, 0)),
        ChainEvent::KeyAccepted(KeyAccepted { license_id: LicenseId(1), epoch: 0 }),
        ChainEvent::PaymentDelivered(PaymentDelivered { payment_id: PaymentId(1), releasable_at: 1_700_000_700 }),
        ChainEvent::BondHeld(BondHeld {
            dispute_id: DisputeId(1),
            poster: account(4),
            token: Token::ETH,
            amount: Amount::from(5_u128),
        }),
        ChainEvent::PaymentFrozen(PaymentFrozen {
            payment_id: PaymentId(1),
            dispute_id: DisputeId(1),
            frozen_at: 1_700_000_200,
        }),
        ChainEvent::DisputeFiled(dispute_filed(1)),
        ChainEvent::EvidenceSubmitted(EvidenceSubmitted {
            dispute_id: DisputeId(1),
            party: account(1),
            evidence_cid: Bytes::new(),
        }),
        ChainEvent::DisputeEscalated(DisputeEscalated {
            dispute_id: DisputeId(1),
            arbitrator: account(8),
            external_id: U256::ZERO,
            deadline: 1_700_000_300,
        }),
        ChainEvent::DisputeRuled(DisputeRuled {
            dispute_id: DisputeId(1),
            by: account(8),
            ruling: Ruling::Creator,
            executable_from: 1_700_000_400,
        }),
        ChainEvent::DisputeAppealed(DisputeAppealed {
            dispute_id: DisputeId(1),
            appellant: account(4),
            arbitrator: account(7),
            external_id: U256::MAX,
            deadline: LATEST,
        }),
        ChainEvent::PaymentRefunded(PaymentRefunded {
            payment_id: PaymentId(1),
            token,
            payer: account(3),
            amount: Amount::from(600_u128),
            refunded: Amount::from(600_u128),
            closed: false,
        }),
        ChainEvent::PaymentUnfrozen(PaymentUnfrozen {
            payment_id: PaymentId(1),
            dispute_id: DisputeId(1),
            paused_secs: LATEST,
        }),
        ChainEvent::BondPaid(BondPaid {
            dispute_id: DisputeId(1),
            recipient: account(4),
            token: Token::ETH,
            amount: Amount::from(5_u128),
        }),
        ChainEvent::DisputeExecuted(DisputeExecuted {
            dispute_id: DisputeId(1),
            ruling: Ruling::Licensee,
            bond_recipient: account(4),
        }),
        ChainEvent::PaymentToppedUp(PaymentToppedUp {
            payment_id: PaymentId(1),
            token,
            added: Amount::from(200_u128),
            amount: Amount::from(1200_u128),
            deadline: 1_700_000_200,
        }),
        ChainEvent::PaymentDeadlineMoved(PaymentDeadlineMoved { payment_id: PaymentId(1), deadline: LATEST }),
        ChainEvent::PaymentDue(PaymentDue { payment_id: PaymentId(1), due: Amount::from(400_u128) }),
        ChainEvent::PaymentReleased(PaymentReleased {
            payment_id: PaymentId(1),
            token,
            amount: Amount::from(400_u128),
            fee: Amount::from(10_u128),
            released: Amount::from(400_u128),
            closed: true,
        }),
        ChainEvent::Credited(Credited {
            account: account(1),
            token,
            payment_id: PaymentId(1),
            amount: Amount::from(351_u128),
            balance: Amount::from(351_u128),
        }),
        ChainEvent::Withdrawn(Withdrawn {
            account: account(1),
            token,
            recipient: account(2),
            amount: Amount::from(351_u128),
            balance: Amount::ZERO,
        }),
        ChainEvent::LicenseRenewed(LicenseRenewed {
            license_id: LicenseId(1),
            payment_id: PaymentId(1),
            periods: u8::MAX,
            units: u64::MAX,
            expires_at: LATEST,
        }),
        ChainEvent::LicenseEnded(LicenseEnded { license_id: LicenseId(1), expires_at: 1_700_000_900 }),
        ChainEvent::LicenseRebound(LicenseRebound {
            license_id: LicenseId(1),
            profile_id: ProfileId(1),
            epoch: u16::MAX.into(),
            content_version: 1,
        }),
        ChainEvent::UsageProved(UsageProved {
            license_id: LicenseId(1),
            content_id: content(1),
            ctx: Context(U256::from(77)),
            lane: u32::MAX,
            epoch: 0,
            head_before: U256::ZERO,
            head_after: U256::from(5),
            window_start: 1_700_000_000,
            window_end: 1_700_000_300,
            units: u32::MAX,
            proved_total: 40,
            settled_total: 40,
            settled_units: 40,
        }),
        ChainEvent::UsageSigned(UsageSigned {
            license_id: LicenseId(1),
            content_id: content(1),
            ctx: Context(U256::from(77)),
            lane: u32::MAX,
            epoch: 0,
            seq: u64::MAX,
            head: U256::from(6),
            time: LATEST,
            signed_total: u64::MAX,
            settled_total: u64::MAX,
            settled_units: u64::MAX,
        }),
        ChainEvent::ComplianceProved(ComplianceProved {
            license_id: LicenseId(1),
            content_id: content(1),
            ctx: Context(U256::from(77)),
            lane: u32::MAX,
            epoch: 0,
            head: U256::from(7),
            as_of: LATEST,
            max_allowed: u64::MAX,
        }),
        ChainEvent::ContentStatusChanged(ContentStatusChanged {
            content_id: content(1),
            status: ContentStatus::Retired,
        }),
        ChainEvent::OfferClosed(OfferClosed { offer_id: OfferId(1) }),
        ChainEvent::ContentTransferred(ContentTransferred {
            content_id: content(1),
            from: account(1),
            to: account(0x31),
            generation: u8::MAX,
        }),
        ChainEvent::ContentTransferProposed(ContentTransferProposed { content_id: content(1), pending: account(0x32) }),
    ]
}
