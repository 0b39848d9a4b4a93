//! New code for one of the four proxies. It is deployed here; that the proxy runs it is the operator's act.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::SolValue,
};

use super::DeployError;
use crate::{
    abi::{ContentRegistry, DisputeResolution, LicenseManager, UsageTracker},
    client::Datavault,
    connection::Connection,
    deployment::{Addresses, Deployment},
};

/// One of the contracts behind a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgradeable {
    /// `ContentRegistry`.
    ContentRegistry,
    /// `LicenseManager`.
    LicenseManager,
    /// `UsageTracker`.
    UsageTracker,
    /// `DisputeResolution`.
    DisputeResolution,
}

impl Upgradeable {
    /// All, in the order of their deployment.
    pub const ALL: [Self; 4] =
        [Self::ContentRegistry, Self::LicenseManager, Self::UsageTracker, Self::DisputeResolution];

    /// Solidity name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContentRegistry => "ContentRegistry",
            Self::LicenseManager => "LicenseManager",
            Self::UsageTracker => "UsageTracker",
            Self::DisputeResolution => "DisputeResolution",
        }
    }

    pub(super) const fn implementation_name(self) -> &'static str {
        match self {
            Self::ContentRegistry => "ContentRegistry implementation",
            Self::LicenseManager => "LicenseManager implementation",
            Self::UsageTracker => "UsageTracker implementation",
            Self::DisputeResolution => "DisputeResolution implementation",
        }
    }

    /// Of creation and at run time.
    pub(super) fn code(self) -> (&'static Bytes, &'static Bytes) {
        match self {
            Self::ContentRegistry => (&ContentRegistry::BYTECODE, &ContentRegistry::DEPLOYED_BYTECODE),
            Self::LicenseManager => (&LicenseManager::BYTECODE, &LicenseManager::DEPLOYED_BYTECODE),
            Self::UsageTracker => (&UsageTracker::BYTECODE, &UsageTracker::DEPLOYED_BYTECODE),
            Self::DisputeResolution => (&DisputeResolution::BYTECODE, &DisputeResolution::DEPLOYED_BYTECODE),
        }
    }

    pub(super) fn constructor_arguments(self, siblings: &Addresses) -> Vec<u8> {
        let Addresses { registry, licenses, escrow, usage, verifier_sets, .. } = *siblings;
        match self {
            Self::ContentRegistry => Vec::new(),
            Self::LicenseManager => (registry, escrow, usage, verifier_sets).abi_encode(),
            Self::UsageTracker => (licenses, escrow, verifier_sets).abi_encode(),
            Self::DisputeResolution => (licenses, escrow, usage).abi_encode(),
        }
    }

    /// Its proxy.
    #[must_use]
    pub const fn proxy(self, deployment: &Deployment) -> Address {
        match self {
            Self::ContentRegistry => deployment.addresses.registry,
            Self::LicenseManager => deployment.addresses.licenses,
            Self::UsageTracker => deployment.addresses.usage,
            Self::DisputeResolution => deployment.addresses.disputes,
        }
    }
}

/// Deploys this program's code of a contract for the proxy of a deployment, and gives its address. Nothing changes
/// until the operator sends [`Addresses::upgrade`](crate::Addresses::upgrade) with it, through the timelock where
/// there is one. That the new code keeps the old one's storage is checked when a release is made, not here.
///
/// # Errors
/// As [`deploy`](super::deploy); the chain is another than the deployment's.
pub async fn deploy_implementation(
    rpc_url: &str,
    deployer: &PrivateKeySigner,
    deployment: &Deployment,
    of: Upgradeable,
) -> Result<Address, DeployError> {
    let connection = Connection::open(rpc_url).await?;
    Datavault::on(connection.clone(), deployment.clone()).await?;
    let code: Bytes = [of.code().0.as_ref(), &of.constructor_arguments(&deployment.addresses)].concat().into();
    let request = TransactionRequest::default().with_deploy_code(code);
    let sent = connection.transact(deployer, request, "deploy").await;
    let receipt =
        sent.map_err(|source| DeployError::Contract { name: of.implementation_name(), source: source.into() })?;
    Ok(receipt.contract_address.unwrap_or_default())
}
