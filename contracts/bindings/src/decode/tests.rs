//! Each event, encoded as the contracts do, becomes the domain event with every field in its place.

use alloy::primitives::{Address, Bytes, U256, aliases::U40};
use domain::*;

use super::*;
use crate::{
    abi::{
        ContentRegistry as R, DisputeResolution as D, LicenseManager as L, PaymentEscrow as E, UsageTracker as U,
        VerifierSets as V, erc::Erc721, erc::Housekeeping as H,
    },
    abi_test::{addresses, terms},
    convert,
};

mod escrow;

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

fn bytes(n: u8) -> Bytes {
    Bytes::from(vec![n])
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
    let from = addresses().registry;
    decodes(from, &R::AttesterSet { attester: who(1) }, AttesterSet { attester: who(1) });
    decodes(
        from,
        &R::ContentMeterChanged { contentId: word(1), meterId: 2 },
        ContentMeterChanged { content_id: ContentId(word(1)), meter_id: 2.into() },
    );
    decodes(
        from,
        &R::ContentRegistered {
            contentId: word(1),
            creator: who(2),
            contentNo: 3,
            contentHash: word(4),
            cid: bytes(5),
            keyCommitment: number(6),
            metadataCid: bytes(7),
            kind: 1,
            meterId: 9,
        },
        ContentRegistered {
            content_id: ContentId(word(1)),
            creator: who(2),
            content_no: 3,
            content_hash: word(4),
            cid: bytes(5),
            key_commitment: number(6),
            metadata_cid: bytes(7),
            kind: ContentKind::Collection,
            meter_id: 9.into(),
        },
    );
    decodes(
        from,
        &R::ContentStatusChanged { contentId: word(1), status: 2 },
        ContentStatusChanged { content_id: ContentId(word(1)), status: ContentStatus::Suspended },
    );
    decodes(
        from,
        &R::ContentTransferProposed { contentId: word(1), pending: who(2) },
        ContentTransferProposed { content_id: ContentId(word(1)), pending: who(2) },
    );
    decodes(
        from,
        &R::ContentTransferred { contentId: word(1), from: who(2), to: who(3), generation: 4 },
        ContentTransferred { content_id: ContentId(word(1)), from: who(2), to: who(3), generation: 4 },
    );
    decodes(
        from,
        &R::ContentVersioned {
            contentId: word(1),
            version: 2,
            contentHash: word(3),
            cid: bytes(4),
            keyCommitment: number(5),
            metadataCid: bytes(6),
        },
        ContentVersioned {
            content_id: ContentId(word(1)),
            version: 2,
            content_hash: word(3),
            cid: bytes(4),
            key_commitment: number(5),
            metadata_cid: bytes(6),
        },
    );
    decodes(
        from,
        &R::CreatorLevelSet { creator: who(1), level: 2, attester: who(3) },
        CreatorLevelSet { creator: who(1), level: 2, attester: who(3) },
    );
    decodes(
        from,
        &R::MeterPublished {
            meterId: 1,
            owner: who(2),
            keyX: number(3),
            keyY: number(4),
            keyHash: number(5),
            signer: who(6),
            url: "text 7".to_owned(),
        },
        MeterPublished {
            meter_id: 1.into(),
            owner: who(2),
            key_x: number(3),
            key_y: number(4),
            key_hash: number(5),
            signer: who(6),
            url: "text 7".to_owned(),
        },
    );
}

#[test]
fn licenses_events() {
    let from = addresses().licenses;
    decodes(from, &L::KeyAccepted { licenseId: number(1), epoch: 2 }, KeyAccepted { license_id: 1.into(), epoch: 2 });
    decodes(
        from,
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
            license_id: 1.into(),
            content_id: ContentId(word(2)),
            epoch: 3,
            ephemeral_x: number(4),
            ephemeral_y: number(5),
            c0: number(6),
            c1: number(7),
        },
    );
    decodes(
        from,
        &L::LicenseEnded { licenseId: number(1), expiresAt: at(2) },
        LicenseEnded { license_id: 1.into(), expires_at: 2 },
    );
    decodes(
        from,
        &L::LicenseIssued {
            licenseId: number(1),
            offerId: 2,
            contentId: word(3),
            licensee: who(4),
            payer: who(5),
            profileId: 6,
            meterId: 7,
            contentVersion: 8,
            units: 9,
            startsAt: at(10),
            expiresAt: at(11),
            token: who(12),
            total: number(13),
            referrer: who(14),
        },
        LicenseIssued {
            license_id: 1.into(),
            offer_id: 2.into(),
            content_id: ContentId(word(3)),
            licensee: who(4),
            payer: who(5),
            profile_id: 6.into(),
            meter_id: 7.into(),
            content_version: 8,
            units: 9,
            starts_at: 10,
            expires_at: 11,
            token: Token(who(12)),
            total: amount(13),
            referrer: who(14),
        },
    );
    decodes(
        from,
        &L::LicenseRebound { licenseId: number(1), profileId: 2, epoch: 3, contentVersion: 4 },
        LicenseRebound { license_id: 1.into(), profile_id: 2.into(), epoch: 3, content_version: 4 },
    );
    decodes(
        from,
        &L::LicenseRenewed { licenseId: number(1), paymentId: number(2), periods: 3, units: 4, expiresAt: at(5) },
        LicenseRenewed { license_id: 1.into(), payment_id: 2.into(), periods: 3, units: 4, expires_at: 5 },
    );
    decodes(from, &L::OfferClosed { offerId: 1 }, OfferClosed { offer_id: 1.into() });
    decodes(
        from,
        &L::ProfilePublished {
            profileId: 1,
            owner: who(2),
            keyX: number(3),
            keyY: number(4),
            commitment: number(5),
            sessionKey: who(6),
        },
        ProfilePublished {
            profile_id: 1.into(),
            owner: who(2),
            key_x: number(3),
            key_y: number(4),
            commitment: number(5),
            session_key: who(6),
        },
    );
    let terms = terms();
    let items = vec![BundleItem { content_id: ContentId(word(1)), units: 2 }];
    decodes(
        from,
        &L::OfferSet {
            offerId: 1,
            contentId: word(1),
            creator: who(3),
            verifiers: 4,
            offer: convert::offer(&terms),
            termsUri: "ipfs://t".to_owned(),
            items: items.iter().map(convert::abi_bundle_item).collect(),
        },
        OfferSet { offer_id: 1.into(), creator: who(3), verifiers: 4, terms, terms_uri: "ipfs://t".to_owned(), items },
    );
    decodes(
        from,
        &Erc721::Transfer { from: who(0), to: who(1), tokenId: number(2) },
        LicenseTransferred { license_id: 2.into(), from: who(0), to: who(1) },
    );
}

#[test]
fn usage_events() {
    let from = addresses().usage;
    decodes(
        from,
        &U::ComplianceProved {
            licenseId: number(1),
            contentId: word(2),
            ctx: number(3),
            lane: 4,
            epoch: 5,
            head: number(6),
            asOf: at(7),
            maxAllowed: 8,
        },
        ComplianceProved {
            license_id: 1.into(),
            content_id: ContentId(word(2)),
            ctx: Context(number(3)),
            lane: 4,
            epoch: 5,
            head: number(6),
            as_of: 7,
            max_allowed: 8,
        },
    );
    decodes(
        from,
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
            license_id: 1.into(),
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
        from,
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
            license_id: 1.into(),
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
fn disputes_events() {
    let from = addresses().disputes;
    decodes(from, &D::AppealArbitratorSet { arbitrator: who(1) }, AppealArbitratorSet { arbitrator: who(1) });
    decodes(
        from,
        &D::ArbitratorPolicySet { arbitrator: who(1), finalRulings: true },
        ArbitratorPolicySet { arbitrator: who(1), final_rulings: true },
    );
    decodes(
        from,
        &D::DisputeAppealed {
            disputeId: number(1),
            appellant: who(2),
            arbitrator: who(3),
            externalId: number(4),
            deadline: at(5),
        },
        DisputeAppealed {
            dispute_id: 1.into(),
            appellant: who(2),
            arbitrator: who(3),
            external_id: number(4),
            deadline: 5,
        },
    );
    decodes(
        from,
        &D::DisputeEscalated { disputeId: number(1), arbitrator: who(2), externalId: number(3), deadline: at(4) },
        DisputeEscalated { dispute_id: 1.into(), arbitrator: who(2), external_id: number(3), deadline: 4 },
    );
    decodes(
        from,
        &D::DisputeExecuted { disputeId: number(1), ruling: 2, bondRecipient: who(3) },
        DisputeExecuted { dispute_id: 1.into(), ruling: Ruling::Licensee, bond_recipient: who(3) },
    );
    decodes(
        from,
        &D::DisputeFiled {
            disputeId: number(1),
            licenseId: number(2),
            filer: who(3),
            paymentId: number(4),
            kind: 3,
            respondent: who(6),
            arbitrator: who(7),
            appealArbitrator: who(8),
            bond: number(9),
            deadline: at(10),
            evidenceCid: bytes(11),
        },
        DisputeFiled {
            dispute_id: 1.into(),
            license_id: 2.into(),
            filer: who(3),
            payment_id: 4.into(),
            kind: DisputeKind::ContentMismatch,
            respondent: who(6),
            arbitrator: who(7),
            appeal_arbitrator: who(8),
            bond: amount(9),
            deadline: 10,
            evidence_cid: bytes(11),
        },
    );
    decodes(
        from,
        &D::DisputeRuled { disputeId: number(1), by: who(2), ruling: 2, executableFrom: at(4) },
        DisputeRuled { dispute_id: 1.into(), by: who(2), ruling: Ruling::Licensee, executable_from: 4 },
    );
    decodes(
        from,
        &D::EvidenceSubmitted { disputeId: number(1), party: who(2), evidenceCid: bytes(3) },
        EvidenceSubmitted { dispute_id: 1.into(), party: who(2), evidence_cid: bytes(3) },
    );
    decodes(from, &D::FilingBondSet { filingBond: number(1) }, FilingBondSet { filing_bond: amount(1) });
}

#[test]
fn verifier_sets_events() {
    let from = addresses().verifier_sets;
    let set = V::VerifierSet {
        usage: who(2),
        usageBatch: who(3),
        usageLong: who(7),
        usageLongBatch: who(8),
        keyDelivery: who(4),
        compliance: who(5),
    };
    decodes(
        from,
        &V::VerifierSetAdded { version: 1, set, keysHash: word(6) },
        VerifierSetAdded {
            version: 1,
            usage: who(2),
            usage_batch: who(3),
            usage_long: who(7),
            usage_long_batch: who(8),
            key_delivery: who(4),
            compliance: who(5),
            keys_hash: word(6),
        },
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

#[test]
fn standard_events_beside_ours_are_known_and_skipped() {
    let licenses = addresses().licenses;
    for log in [
        L::MetadataUpdate { tokenId: number(1) }.encode_log_data(),
        L::SubscriptionUpdate { tokenId: number(1), expiration: 2 }.encode_log_data(),
        H::Approval { owner: who(1), approved: who(2), tokenId: number(3) }.encode_log_data(),
    ] {
        assert_eq!(decode_raw(&addresses(), licenses, log.topics(), &log.data).unwrap(), None);
    }
    let evidence =
        H::Evidence { arbitrator: who(1), evidenceGroupID: number(2), party: who(3), evidence: "/ipfs/".into() };
    let log = evidence.encode_log_data();
    assert_eq!(decode_raw(&addresses(), addresses().disputes, log.topics(), &log.data).unwrap(), None);
}
