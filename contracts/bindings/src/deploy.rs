//! Puts the contracts on a chain, in the order that their constructors need.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolValue},
};
use domain::Amount;

use crate::{
    abi::{ContentRegistry, DevToken, DisputeResolution, ERC1967Proxy, LicenseManager, PaymentEscrow, UsageTracker},
    client::Datavault,
    connection::Connection,
    deployment::{Addresses, Deployment},
    error::ChainError,
    verifiers::{KEY_DELIVERY, USAGE},
};

/// Chains that live on one machine: only they accept development keys.
const LOCAL_CHAINS: [u64; 2] = [31_337, 1_337];

/// What a deployment decides once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployConfig {
    /// Upgrades the four upgradeable contracts and sets later fees.
    pub owner: Address,
    /// May pause new business.
    pub guardian: Address,
    /// Gets the platform's fee.
    pub fee_recipient: Address,
    /// Ten-thousandths, at most 250.
    pub fee_bps: u16,
    /// Wei that a filer of a dispute posts.
    pub filing_bond: Amount,
    /// Also deploy an ERC-20 that anyone may mint.
    pub with_dev_token: bool,
}

/// A contract that was just deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployStep {
    /// How many were deployed, this one included.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// What it is, e.g. `LicenseManager implementation`.
    pub name: &'static str,
    /// Where it is.
    pub address: Address,
    /// What it burnt.
    pub gas_used: u64,
}

/// A deployment that did not come to its end. What was deployed so far is left alone; a new run starts afresh.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The chain did not answer, or answered something odd.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The chain did not take a contract.
    #[error("could not deploy {name}: {source}")]
    Contract {
        /// Which one.
        name: &'static str,
        /// Why not.
        source: ChainError,
    },
    /// Somebody else sends with the same key at the same time.
    #[error("{name} is at {found} instead of {expected}: the deployer's key was used by another program, run it again")]
    Displaced {
        /// What was deployed.
        name: &'static str,
        /// Where it is.
        found: Address,
        /// Where its siblings look for it.
        expected: Address,
    },
    /// The contracts do not name each other.
    #[error("{what} is {found} instead of {expected}: the deployment is unusable")]
    Miswired {
        /// Which reference.
        what: &'static str,
        /// What it is.
        found: Address,
        /// What it should be.
        expected: Address,
    },
    /// The chain's code is not the artifact's.
    #[error("the code at {address} is not {name}'s: the deployment is unusable")]
    OtherCode {
        /// What was deployed.
        name: &'static str,
        /// Where.
        address: Address,
    },
    /// Whoever knows the public seed of development keys can forge proofs.
    #[error("chain {chain_id} is not local, and the verifiers hold development keys: make real keys first")]
    DevelopmentKeys {
        /// Which chain.
        chain_id: u64,
    },
}

/// Deploys the verifiers and the five contracts, checks that they name each other, and gives the addresses.
///
/// Six of the contracts name one another before they exist, so their addresses are computed from the signer's next
/// transaction numbers; the order is the one that `PaymentEscrow`'s constructor documents.
///
/// # Errors
/// The chain refuses or falls silent; the key is used by another program meanwhile; development keys on a chain that
/// is not local.
pub async fn deploy(
    rpc_url: &str,
    deployer: &PrivateKeySigner,
    config: &DeployConfig,
    progress: impl FnMut(DeployStep),
) -> Result<Deployment, DeployError> {
    let connection = Connection::open(rpc_url).await?;
    let chain_id = connection.chain_id;
    if (USAGE.is_development() || KEY_DELIVERY.is_development()) && !LOCAL_CHAINS.contains(&chain_id) {
        return Err(DeployError::DevelopmentKeys { chain_id });
    }
    let mut run = Run {
        connection: connection.clone(),
        deployer,
        progress,
        done: 0,
        total: 11 + usize::from(config.with_dev_token),
        first_block: None,
    };
    let usage_verifier = run.create(USAGE.name, USAGE.creation_code.clone(), None).await?;
    let key_delivery_verifier = run.create(KEY_DELIVERY.name, KEY_DELIVERY.creation_code.clone(), None).await?;
    let dev_token = match config.with_dev_token {
        true => Some(run.create("DevToken", DevToken::BYTECODE.clone(), None).await?),
        false => None,
    };

    let nonce = run.next_nonce().await?;
    let at = |step: u64| deployer.address().create(nonce + step);
    let addresses = Addresses { registry: at(4), licenses: at(5), usage: at(6), disputes: at(7), escrow: at(8) };
    run.implementations(&addresses, [at(0), at(1), at(2), at(3)], usage_verifier, key_delivery_verifier).await?;
    run.proxies(&addresses, [at(0), at(1), at(2), at(3)], config).await?;
    let arguments = (
        addresses.licenses,
        addresses.usage,
        addresses.disputes,
        config.owner,
        config.fee_recipient,
        U256::from(config.fee_bps),
    );
    let escrow = with_arguments(&PaymentEscrow::BYTECODE, &arguments.abi_encode_params());
    run.create("PaymentEscrow", escrow, Some(addresses.escrow)).await?;

    let deployment = Deployment {
        chain_id,
        start_block: run.first_block.unwrap_or_default(),
        addresses,
        usage_verifier,
        key_delivery_verifier,
        usage_vk_sha256: USAGE.verifying_key_sha256(),
        key_delivery_vk_sha256: KEY_DELIVERY.verifying_key_sha256(),
        dev_token,
    };
    check_wiring(&connection, &deployment).await?;
    Ok(deployment)
}

/// Reads back every reference between the contracts.
async fn check_wiring(connection: &Connection, deployment: &Deployment) -> Result<(), DeployError> {
    for (verifier, address) in [(&USAGE, deployment.usage_verifier), (&KEY_DELIVERY, deployment.key_delivery_verifier)]
    {
        if !verifier.is_at(connection, address).await? {
            return Err(DeployError::OtherCode { name: verifier.name, address });
        }
    }
    let chain = Datavault::on(connection.clone(), deployment.clone()).await?;
    let Addresses { registry, licenses, escrow, usage, disputes } = deployment.addresses;
    let references = [
        ("the registry's escrow", chain.address(registry, ContentRegistry::escrowCall {}).await?, escrow),
        ("the license manager's registry", chain.address(licenses, LicenseManager::registryCall {}).await?, registry),
        ("the license manager's escrow", chain.address(licenses, LicenseManager::escrowCall {}).await?, escrow),
        ("the license manager's tracker", chain.address(licenses, LicenseManager::usageTrackerCall {}).await?, usage),
        (
            "the license manager's verifier",
            chain.address(licenses, LicenseManager::keyDeliveryVerifierCall {}).await?,
            deployment.key_delivery_verifier,
        ),
        ("the tracker's license manager", chain.address(usage, UsageTracker::licenseManagerCall {}).await?, licenses),
        ("the tracker's escrow", chain.address(usage, UsageTracker::escrowCall {}).await?, escrow),
        (
            "the tracker's verifier",
            chain.address(usage, UsageTracker::usageVerifierCall {}).await?,
            deployment.usage_verifier,
        ),
        (
            "the dispute contract's license manager",
            chain.address(disputes, DisputeResolution::licenseManagerCall {}).await?,
            licenses,
        ),
        ("the dispute contract's escrow", chain.address(disputes, DisputeResolution::escrowCall {}).await?, escrow),
        ("the escrow's license manager", chain.address(escrow, PaymentEscrow::licenseManagerCall {}).await?, licenses),
        ("the escrow's tracker", chain.address(escrow, PaymentEscrow::usageTrackerCall {}).await?, usage),
        (
            "the escrow's dispute contract",
            chain.address(escrow, PaymentEscrow::disputeResolutionCall {}).await?,
            disputes,
        ),
    ];
    for (what, found, expected) in references {
        if found != expected {
            return Err(DeployError::Miswired { what, found, expected });
        }
    }
    Ok(())
}

/// A deployment under way.
struct Run<'a, P> {
    connection: Connection,
    deployer: &'a PrivateKeySigner,
    progress: P,
    done: usize,
    total: usize,
    first_block: Option<u64>,
}

impl<P: FnMut(DeployStep)> Run<'_, P> {
    async fn implementations(
        &mut self,
        to_be: &Addresses,
        expected: [Address; 4],
        usage_verifier: Address,
        key_delivery_verifier: Address,
    ) -> Result<(), DeployError> {
        let Addresses { registry, licenses, escrow, usage, .. } = *to_be;
        let code = with_arguments(&ContentRegistry::BYTECODE, &escrow.abi_encode());
        self.create("ContentRegistry implementation", code, Some(expected[0])).await?;
        let arguments = (registry, escrow, usage, key_delivery_verifier).abi_encode();
        let code = with_arguments(&LicenseManager::BYTECODE, &arguments);
        self.create("LicenseManager implementation", code, Some(expected[1])).await?;
        let code = with_arguments(&UsageTracker::BYTECODE, &(licenses, escrow, usage_verifier).abi_encode());
        self.create("UsageTracker implementation", code, Some(expected[2])).await?;
        let code = with_arguments(&DisputeResolution::BYTECODE, &(licenses, escrow).abi_encode());
        self.create("DisputeResolution implementation", code, Some(expected[3])).await?;
        Ok(())
    }

    async fn proxies(
        &mut self,
        to_be: &Addresses,
        implementations: [Address; 4],
        config: &DeployConfig,
    ) -> Result<(), DeployError> {
        let (owner_, guardian_) = (config.owner, config.guardian);
        let [registry, licenses, usage, disputes] = implementations;
        let init = ContentRegistry::initializeCall { owner_, guardian_ }.abi_encode();
        self.create("ContentRegistry", proxy(registry, init), Some(to_be.registry)).await?;
        let init = LicenseManager::initializeCall { owner_, guardian_ }.abi_encode();
        self.create("LicenseManager", proxy(licenses, init), Some(to_be.licenses)).await?;
        let init = UsageTracker::initializeCall { owner_ }.abi_encode();
        self.create("UsageTracker", proxy(usage, init), Some(to_be.usage)).await?;
        let init = DisputeResolution::initializeCall { owner_, filingBond_: config.filing_bond.0 }.abi_encode();
        self.create("DisputeResolution", proxy(disputes, init), Some(to_be.disputes)).await?;
        Ok(())
    }

    async fn next_nonce(&self) -> Result<u64, ChainError> {
        let count = self.connection.provider.get_transaction_count(self.deployer.address()).pending().await;
        count.map_err(|e| self.connection.failed("read the deployer's nonce", e))
    }

    async fn create(
        &mut self,
        name: &'static str,
        code: Bytes,
        expected: Option<Address>,
    ) -> Result<Address, DeployError> {
        let request = TransactionRequest::default().with_deploy_code(code);
        let receipt = self
            .connection
            .transact(self.deployer, request, "create the contract")
            .await
            .map_err(|source| DeployError::Contract { name, source })?;
        let address = receipt.contract_address.unwrap_or_default();
        if let Some(expected) = expected
            && address != expected
        {
            return Err(DeployError::Displaced { name, found: address, expected });
        }
        self.first_block = self.first_block.or(receipt.block_number);
        self.done += 1;
        let (done, total) = (self.done, self.total);
        (self.progress)(DeployStep { done, total, name, address, gas_used: receipt.gas_used });
        Ok(address)
    }
}

fn proxy(implementation: Address, initializer: Vec<u8>) -> Bytes {
    with_arguments(&ERC1967Proxy::BYTECODE, &(implementation, Bytes::from(initializer)).abi_encode_params())
}

fn with_arguments(code: &Bytes, arguments: &[u8]) -> Bytes {
    [code, arguments].concat().into()
}
