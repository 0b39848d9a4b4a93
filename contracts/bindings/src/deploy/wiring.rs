//! Reads back every reference between the contracts.

use core::fmt::Display;

use alloy::primitives::{Address, U256, keccak256};
use domain::Token;

use super::{DeployConfig, DeployError, trial};
use crate::{
    abi::{
        CompanyAccountFactory, ContentRegistry, DisputeResolution, LicenseManager, PaymentEscrow, PurchaseRouter,
        TimelockController, UsageTracker, VerifierSets,
    },
    client::Datavault,
    connection::Connection,
    deployment::{Addresses, Deployment},
    verifiers,
};

pub(super) async fn check(
    connection: &Connection,
    deployment: &Deployment,
    deployer: Address,
    config: &DeployConfig,
) -> Result<(), DeployError> {
    for (verifier, address) in verifiers::ALL.iter().zip(deployment.verifiers()) {
        if !verifier.is_at(connection, address).await? {
            return Err(DeployError::OtherCode { name: verifier.name, address });
        }
    }
    trial::run(connection, deployment.verifiers()).await?;
    let chain = Datavault::on(connection.clone(), deployment.clone()).await?;
    references(&chain).await?;
    verifier_set(&chain).await?;
    owners(&chain, deployer, config).await
}

fn same<T: PartialEq + Display>(what: &'static str, found: T, expected: T) -> Result<(), DeployError> {
    if found == expected {
        return Ok(());
    }
    Err(DeployError::Miswired { what, found: found.to_string(), expected: expected.to_string() })
}

async fn references(chain: &Datavault) -> Result<(), DeployError> {
    let Addresses { registry, licenses, escrow, usage, disputes, verifier_sets } = *chain.addresses();
    let of_licenses = [
        ("the license manager's registry", chain.address(licenses, LicenseManager::registryCall {}).await?, registry),
        ("the license manager's escrow", chain.address(licenses, LicenseManager::escrowCall {}).await?, escrow),
        ("the license manager's tracker", chain.address(licenses, LicenseManager::usageTrackerCall {}).await?, usage),
        (
            "the license manager's verifiers",
            chain.address(licenses, LicenseManager::verifierSetsCall {}).await?,
            verifier_sets,
        ),
    ];
    let of_others = [
        ("the tracker's license manager", chain.address(usage, UsageTracker::licenseManagerCall {}).await?, licenses),
        ("the tracker's escrow", chain.address(usage, UsageTracker::escrowCall {}).await?, escrow),
        ("the tracker's verifiers", chain.address(usage, UsageTracker::verifierSetsCall {}).await?, verifier_sets),
        (
            "the dispute contract's license manager",
            chain.address(disputes, DisputeResolution::licenseManagerCall {}).await?,
            licenses,
        ),
        ("the dispute contract's escrow", chain.address(disputes, DisputeResolution::escrowCall {}).await?, escrow),
        (
            "the dispute contract's tracker",
            chain.address(disputes, DisputeResolution::usageTrackerCall {}).await?,
            usage,
        ),
        ("the escrow's license manager", chain.address(escrow, PaymentEscrow::licenseManagerCall {}).await?, licenses),
        ("the escrow's tracker", chain.address(escrow, PaymentEscrow::usageTrackerCall {}).await?, usage),
        (
            "the escrow's dispute contract",
            chain.address(escrow, PaymentEscrow::disputeResolutionCall {}).await?,
            disputes,
        ),
    ];
    let router = chain.deployment().purchase_router;
    let around = [
        ("the router's license manager", chain.address(router, PurchaseRouter::licenseManagerCall {}).await?, licenses),
        ("the router's escrow", chain.address(router, PurchaseRouter::escrowCall {}).await?, escrow),
    ];
    for (what, found, expected) in of_licenses.into_iter().chain(of_others).chain(around) {
        same(what, found, expected)?;
    }
    let factory = chain.deployment().company_accounts;
    let account = chain.address(factory, CompanyAccountFactory::implementationCall {}).await?;
    same("the company account's code", account, chain.deployment().address_of("CompanyAccount implementation"))
}

async fn verifier_set(chain: &Datavault) -> Result<(), DeployError> {
    let (sets, deployment) = (chain.addresses().verifier_sets, chain.deployment());
    let version = chain.current_verifiers().await?;
    same("the version of the verifiers", version, 1)?;
    let found = [
        chain.address(sets, VerifierSets::usageCall { version, capacity: 128 }).await?,
        chain.address(sets, VerifierSets::usageBatchCall { version, capacity: 128 }).await?,
        chain.address(sets, VerifierSets::usageCall { version, capacity: 1024 }).await?,
        chain.address(sets, VerifierSets::usageBatchCall { version, capacity: 1024 }).await?,
        chain.address(sets, VerifierSets::keyDeliveryCall { version }).await?,
        chain.address(sets, VerifierSets::complianceCall { version }).await?,
    ];
    for (found, expected) in found.into_iter().zip(deployment.verifiers()) {
        same("a verifier", found, expected)?;
    }
    Ok(())
}

/// Who commands, and what was to be done by the deployer before it gave that up.
async fn owners(chain: &Datavault, deployer: Address, config: &DeployConfig) -> Result<(), DeployError> {
    let addresses = *chain.addresses();
    let owner = chain.deployment().timelock.unwrap_or(config.owner);
    for (what, contract) in [
        ("the registry's owner", addresses.registry),
        ("the license manager's owner", addresses.licenses),
        ("the tracker's owner", addresses.usage),
        ("the dispute contract's owner", addresses.disputes),
        ("the verifiers' owner", addresses.verifier_sets),
    ] {
        same(what, chain.address(contract, ContentRegistry::ownerCall {}).await?, owner)?;
    }
    let escrow = chain.address(addresses.escrow, PaymentEscrow::ownerCall {}).await?;
    if escrow != owner {
        // Without a timelock, an owner who is not the deployer has still to accept.
        let next = chain.address(addresses.escrow, PaymentEscrow::pendingOwnerCall {}).await?;
        same("the escrow's next owner", next, if chain.deployment().timelock.is_none() { owner } else { escrow })?;
    }
    for token in config.tokens.iter().copied().chain(chain.deployment().dev_token) {
        same("whether a token is listed", chain.is_listed(Token(token)).await?, true)?;
    }
    let (Some(timelock), Some(delay)) = (chain.deployment().timelock, config.timelock_delay_secs) else {
        return Ok(());
    };
    same("the escrow's owner", escrow, timelock)?;
    let found = chain.connection.read(timelock, "read the delay", TimelockController::getMinDelayCall {}).await?;
    same("the timelock's delay", found, U256::from(delay))?;
    for role in ["PROPOSER_ROLE", "CANCELLER_ROLE"] {
        for (account, has) in [(config.owner, true), (deployer, deployer == config.owner)] {
            let call = TimelockController::hasRoleCall { role: keccak256(role), account };
            let found = chain.connection.read(timelock, "read the timelock's roles", call).await?;
            same("whether an account may propose to the timelock", found, has)?;
        }
    }
    Ok(())
}
