//! Where the contracts of one chain are.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

/// The contracts that speak: the addresses whose logs are mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// `ContentRegistry`.
    pub registry: Address,
    /// `LicenseManager`.
    pub licenses: Address,
    /// `PaymentEscrow`.
    pub escrow: Address,
    /// `UsageTracker`.
    pub usage: Address,
    /// `DisputeResolution`.
    pub disputes: Address,
    /// `VerifierSets`.
    pub verifier_sets: Address,
}

impl Addresses {
    /// All, with their Solidity names.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, Address); 6] {
        [
            ("ContentRegistry", self.registry),
            ("LicenseManager", self.licenses),
            ("PaymentEscrow", self.escrow),
            ("UsageTracker", self.usage),
            ("DisputeResolution", self.disputes),
            ("VerifierSets", self.verifier_sets),
        ]
    }

    /// All.
    #[must_use]
    pub fn all(&self) -> Vec<Address> {
        self.named().map(|(_, address)| address).to_vec()
    }
}

/// What a client must know of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// EIP-155.
    pub chain_id: u64,
    /// No contract has a log before this block.
    pub start_block: u64,
    /// The contracts that speak.
    pub addresses: Addresses,
    /// Verifier of usage proofs of up to 128 events.
    pub usage_verifier: Address,
    /// Verifier of many of them at once.
    pub usage_batch_verifier: Address,
    /// Verifier of usage proofs of up to 1,024 events.
    pub usage_long_verifier: Address,
    /// Verifier of many of them at once.
    pub usage_long_batch_verifier: Address,
    /// Verifier of key-delivery proofs.
    pub key_delivery_verifier: Address,
    /// Verifier of compliance proofs.
    pub compliance_verifier: Address,
    /// SHA-256 of the verifying-key file that both verifiers of up to 128 events were generated from.
    pub usage_vk_sha256: B256,
    /// SHA-256 of the verifying-key file that both verifiers of up to 1,024 events were generated from.
    pub usage_long_vk_sha256: B256,
    /// SHA-256 of the verifying-key file that the key-delivery verifier was generated from.
    pub key_delivery_vk_sha256: B256,
    /// SHA-256 of the verifying-key file that the compliance verifier was generated from.
    pub compliance_vk_sha256: B256,
    /// The operator.
    pub owner: Address,
    /// Through which the operator acts; only local chains have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timelock: Option<Address>,
    /// `PanelArbitrator`, an arbitrator that offers may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<Address>,
    /// `PurchaseRouter`.
    pub purchase_router: Address,
    /// `CompanyAccountFactory`.
    pub company_accounts: Address,
    /// An ERC-20 that anyone may mint, on development chains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev_token: Option<Address>,
    /// Everything that was deployed, as a block explorer needs it to verify the source.
    #[serde(default)]
    pub contracts: Vec<DeployedContract>,
}

/// A contract of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedContract {
    /// What it is, e.g. `LicenseManager implementation`.
    pub name: String,
    /// The Solidity contract, e.g. `LicenseManager`.
    pub artifact: String,
    /// Where it is.
    pub address: Address,
    /// ABI-encoded.
    pub constructor_arguments: Bytes,
}

/// A deployment file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// Not there, or not readable.
    #[error("cannot read the deployment {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not what it should be.
    #[error("{} is not a deployment: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The folder is missing or not writable.
    #[error("cannot write the deployment {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Deployment {
    /// The verifiers of usage up to 128 events and of many such proofs, of usage up to 1,024 events and of many such
    /// proofs, of key delivery, of compliance.
    #[must_use]
    pub const fn verifiers(&self) -> [Address; 6] {
        [
            self.usage_verifier,
            self.usage_batch_verifier,
            self.usage_long_verifier,
            self.usage_long_batch_verifier,
            self.key_delivery_verifier,
            self.compliance_verifier,
        ]
    }

    /// Where a contract of [`Self::contracts`] is; zero if it is not among them.
    #[must_use]
    pub fn address_of(&self, name: &str) -> Address {
        self.contracts.iter().find(|contract| contract.name == name).map_or(Address::ZERO, |found| found.address)
    }

    /// Reads a deployment file.
    ///
    /// # Errors
    /// The file is missing, unreadable or not a deployment; the error names it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, DeploymentError> {
        let path = path.as_ref();
        let text =
            fs::read_to_string(path).map_err(|source| DeploymentError::Read { path: path.to_owned(), source })?;
        serde_json::from_str(&text).map_err(|source| DeploymentError::Parse { path: path.to_owned(), source })
    }

    /// Writes a deployment file: readers see the old one or the new one, never half of it.
    ///
    /// # Errors
    /// The folder is missing or not writable.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), DeploymentError> {
        let path = path.as_ref();
        let failed = |source| DeploymentError::Write { path: path.to_owned(), source };
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|source| DeploymentError::Parse { path: path.to_owned(), source })?;
        text.push('\n');
        let draft = path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&draft, text).map_err(failed)?;
        fs::rename(&draft, path).map_err(failed)
    }
}
