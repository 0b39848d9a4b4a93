//! Every event and every error of the committed artifacts is understood.

use alloy::{
    json_abi::{ContractObject, JsonAbi},
    primitives::{Address, B256},
};
use domain::{Amount, ContentId, Delivery, OfferKind, OfferTerms, SplitId, Token};

use crate::{
    decode::{DecodeProblem, decode_raw},
    deployment::{Addresses, Deployment},
    revert::RevertReason,
};

/// Those that are mirrored, then those that are not.
const ARTIFACTS: [(&str, &str); 12] = [
    ("ContentRegistry", include_str!("../../artifacts/ContentRegistry.json")),
    ("LicenseManager", include_str!("../../artifacts/LicenseManager.json")),
    ("PaymentEscrow", include_str!("../../artifacts/PaymentEscrow.json")),
    ("UsageTracker", include_str!("../../artifacts/UsageTracker.json")),
    ("DisputeResolution", include_str!("../../artifacts/DisputeResolution.json")),
    ("VerifierSets", include_str!("../../artifacts/VerifierSets.json")),
    ("PurchaseRouter", include_str!("../../artifacts/PurchaseRouter.json")),
    ("CompanyAccount", include_str!("../../artifacts/CompanyAccount.json")),
    ("CompanyAccountFactory", include_str!("../../artifacts/CompanyAccountFactory.json")),
    ("PanelArbitrator", include_str!("../../artifacts/PanelArbitrator.json")),
    ("TimelockController", include_str!("../../artifacts/TimelockController.json")),
    ("DevToken", include_str!("../../artifacts/DevToken.json")),
];

fn abi(artifact: &str) -> JsonAbi {
    serde_json::from_str::<ContractObject>(artifact).unwrap().abi.unwrap()
}

pub(crate) fn license_manager() -> JsonAbi {
    abi(include_str!("../../artifacts/LicenseManager.json"))
}

pub(crate) fn addresses() -> Addresses {
    Addresses {
        registry: Address::repeat_byte(1),
        licenses: Address::repeat_byte(2),
        escrow: Address::repeat_byte(3),
        usage: Address::repeat_byte(4),
        disputes: Address::repeat_byte(5),
        verifier_sets: Address::repeat_byte(6),
    }
}

/// A deployment that is nowhere.
pub(crate) fn deployment() -> Deployment {
    Deployment {
        chain_id: 1,
        start_block: 0,
        addresses: addresses(),
        usage_verifier: Address::ZERO,
        usage_batch_verifier: Address::ZERO,
        usage_long_verifier: Address::ZERO,
        usage_long_batch_verifier: Address::ZERO,
        key_delivery_verifier: Address::ZERO,
        compliance_verifier: Address::ZERO,
        usage_vk_sha256: B256::ZERO,
        usage_long_vk_sha256: B256::ZERO,
        key_delivery_vk_sha256: B256::ZERO,
        compliance_vk_sha256: B256::ZERO,
        owner: Address::ZERO,
        timelock: None,
        panel: None,
        purchase_router: Address::ZERO,
        company_accounts: Address::ZERO,
        contracts: Vec::new(),
        dev_token: None,
    }
}

/// Terms that differ in every field.
pub(crate) fn terms() -> OfferTerms {
    OfferTerms {
        content_id: ContentId(B256::repeat_byte(1)),
        nonce: 2,
        kind: OfferKind::Subscription,
        delivery: Delivery::Key,
        transferable: true,
        buyer: Address::repeat_byte(3),
        token: Token(Address::repeat_byte(4)),
        price: Amount::from(5_u128),
        unit_price: Amount::from(6_u128),
        units: 7,
        overage_price: Amount::from(8_u128),
        bond: Amount::from(9_u128),
        unit_bytes: 10,
        max_units_per_event: 11,
        duration_secs: 12,
        delivery_window_secs: 13,
        dispute_window_secs: 14,
        settlement_grace_secs: 15,
        supply: 16,
        valid_until: 17,
        usage_bits: 18,
        royalty_bps: 19,
        split_id: SplitId(20),
        arbitrator: Address::repeat_byte(21),
        terms_hash: B256::repeat_byte(22),
        items_hash: B256::repeat_byte(23),
    }
}

#[test]
fn every_event_of_the_contracts_is_known() {
    let named = addresses().named();
    for (name, artifact) in &ARTIFACTS[..6] {
        let (_, address) = named.into_iter().find(|(known, _)| known == name).unwrap();
        for event in abi(artifact).events() {
            let outcome = decode_raw(&addresses(), address, &[event.selector()], &[]);
            let unknown = matches!(outcome, Err(crate::DecodeError { problem: DecodeProblem::UnknownEvent(_), .. }));
            assert!(!unknown, "{name} emits {}, which decode.rs does not know", event.full_signature());
        }
    }
}

#[test]
fn every_error_of_the_contracts_has_a_sentence() {
    for (name, artifact) in ARTIFACTS {
        for error in abi(artifact).errors() {
            // Zeros, and one empty dynamic argument at the most, which starts where the words end.
            let words = error.inputs.len();
            let mut data = error.selector().to_vec();
            for input in &error.inputs {
                let dynamic = matches!(input.ty.as_str(), "bytes" | "string");
                data.extend(B256::left_padding_from(&(if dynamic { words * 32 } else { 0 }).to_be_bytes()));
            }
            data.extend([0; 32]);
            let reason = RevertReason::decode(&data);
            assert_eq!(reason.name(), error.name, "{name} reverts with {}: {reason}", error.signature());
        }
    }
}

#[test]
fn an_unknown_topic_of_ours_is_an_error_and_a_foreign_log_is_not() {
    let topic = B256::repeat_byte(9);
    let error = decode_raw(&addresses(), addresses().escrow, &[topic], &[]).unwrap_err().to_string();
    assert!(error.contains(&topic.to_string()) && error.contains("no event of this contract"), "{error}");
    assert!(decode_raw(&addresses(), addresses().escrow, &[], &[]).is_err());
    assert_eq!(decode_raw(&addresses(), Address::repeat_byte(9), &[topic], &[]).unwrap(), None);
}
