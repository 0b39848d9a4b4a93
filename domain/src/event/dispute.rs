//! A dispute's life.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::{Address, Bytes, U256};
use serde::{Deserialize, Serialize};

use crate::{Amount, DisputeId, DisputeKind, LicenseId, PaymentId, Ruling};

/// A dispute was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeFiled {
    pub dispute_id: DisputeId,
    pub license_id: LicenseId,
    pub filer: Address,
    pub payment_id: PaymentId,
    pub kind: DisputeKind,
    pub respondent: Address,
    pub arbitrator: Address,
    pub appeal_arbitrator: Address,
    pub bond: Amount,
    pub deadline: u64,
    pub evidence_cid: Bytes,
}

/// A party added evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceSubmitted {
    pub dispute_id: DisputeId,
    pub party: Address,
    pub evidence_cid: Bytes,
}

/// A dispute went before its ERC-792 arbitrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeEscalated {
    pub dispute_id: DisputeId,
    pub arbitrator: Address,
    pub external_id: U256,
    pub deadline: u64,
}

/// An arbitrator ruled, or a program decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeRuled {
    pub dispute_id: DisputeId,
    pub by: Address,
    pub ruling: Ruling,
    pub executable_from: u64,
}

/// A ruling went before the appeal arbitrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeAppealed {
    pub dispute_id: DisputeId,
    pub appellant: Address,
    pub arbitrator: Address,
    pub external_id: U256,
    pub deadline: u64,
}

/// A ruling or time-out was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeExecuted {
    pub dispute_id: DisputeId,
    pub ruling: Ruling,
    pub bond_recipient: Address,
}

/// What later filers post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingBondSet {
    pub filing_bond: Amount,
}

/// Who hears appeals of later disputes; zero: nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealArbitratorSet {
    pub arbitrator: Address,
}

/// Whether an arbitrator hears appeals itself, so that its rulings are final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArbitratorPolicySet {
    pub arbitrator: Address,
    pub final_rulings: bool,
}
