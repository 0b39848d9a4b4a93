//! Puts the contracts on a chain, in the order that their constructors need.

mod journal;
mod plan;
mod run;
mod trial;
mod upgrade;
mod wiring;

use std::path::PathBuf;

use alloy::{
    primitives::{Address, address},
    signers::local::PrivateKeySigner,
};
use domain::Amount;

pub use upgrade::{Upgradeable, deploy_implementation};

use crate::{connection::Connection, deployment::Deployment, error::ChainError, verifiers};

/// Chains that live on one machine: only they accept development keys and an owner without a timelock.
const LOCAL_CHAINS: [u64; 2] = [31_337, 1_337];

/// `Timings.UPGRADE_DELAY`: whoever entered a payment before an upgrade was scheduled is out of it after this.
pub const UPGRADE_DELAY_SECS: u64 = (2 * 30 + 60 + 1) * 86_400;

/// Where Permit2 is on every chain that has it.
pub const PERMIT2: Address = address!("000000000022D473030F116dDEE9F6B43aC78BA3");

/// What a deployment decides once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployConfig {
    /// The operator: with a timelock, the one who proposes to it; else the owner of everything, which only local
    /// chains accept. An owner without timelock that is not the deployer takes the escrow over by `acceptOwnership`.
    pub owner: Address,
    /// Seconds that the operator's acts wait; at least [`UPGRADE_DELAY_SECS`] on chains that are not local.
    pub timelock_delay_secs: Option<u64>,
    /// May pause new business.
    pub guardian: Address,
    /// Says how well creators are known.
    pub attester: Address,
    /// Gets the platform's fee.
    pub fee_recipient: Address,
    /// Ten-thousandths, at most 250.
    pub fee_bps: u16,
    /// Wei that a filer of a dispute posts.
    pub filing_bond: Amount,
    /// Hears appeals; zero: the panel, or nobody where there is none.
    pub appeal_arbitrator: Address,
    /// Votes on disputes that are brought before the panel; empty: no panel is deployed.
    pub panel: Vec<Address>,
    /// Wei that a dispute before the panel costs.
    pub panel_fee: Amount,
    /// Seconds that the panel has to vote: an hour to 14 days.
    pub panel_voting_secs: u64,
    /// ERC-20s that payments are taken in from the start; later ones wait for the timelock.
    pub tokens: Vec<Address>,
    /// Also deploy an ERC-20 that anyone may mint, and take payments in it.
    pub with_dev_token: bool,
    /// Where the purchase router looks for Permit2.
    pub permit2: Address,
    /// A file that says what was begun: a run that was cut off is continued by the next one with the same file. Without
    /// one, a new run starts afresh, and what the earlier one left is never used.
    pub journal: Option<PathBuf>,
}

impl DeployConfig {
    /// One account in all roles, development money, no timelock: for local chains.
    #[must_use]
    pub fn local(owner: Address) -> Self {
        Self {
            owner,
            timelock_delay_secs: None,
            guardian: owner,
            attester: owner,
            fee_recipient: owner,
            fee_bps: 250,
            filing_bond: Amount::from(1_000_u128),
            appeal_arbitrator: Address::ZERO,
            panel: vec![owner],
            panel_fee: Amount::from(1_000_u128),
            panel_voting_secs: 7 * 86_400,
            tokens: Vec::new(),
            with_dev_token: true,
            permit2: PERMIT2,
            journal: None,
        }
    }
}

/// A step that was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployStep {
    /// How many were done, this one included.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// What it is, e.g. `LicenseManager implementation`.
    pub name: &'static str,
    /// The contract.
    pub address: Address,
    /// What it burnt; zero for what was there already.
    pub gas_used: u64,
}

/// A deployment that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The chain did not answer, or answered something odd.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The chain did not take a step.
    #[error("could not deploy {name}: {source}")]
    Contract {
        /// Which one.
        name: &'static str,
        /// Why not.
        source: Box<ChainError>,
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
        found: String,
        /// What it should be.
        expected: String,
    },
    /// The chain's code is not the artifact's.
    #[error("the code at {address} is not {name}'s: the deployment is unusable")]
    OtherCode {
        /// What was deployed.
        name: &'static str,
        /// Where.
        address: Address,
    },
    /// A verifier does not judge as its key says.
    #[error("{name} at {address} is unfit: {reason}. Run `make codegen` and deploy again; nothing may use this one")]
    Trial {
        /// Which one.
        name: &'static str,
        /// Where.
        address: Address,
        /// What it did.
        reason: &'static str,
    },
    /// Whoever knows the public seed of development keys can forge proofs.
    #[error("chain {chain_id} is not local, and the verifiers hold development keys: make real keys first")]
    DevelopmentKeys {
        /// Which chain.
        chain_id: u64,
    },
    /// An operator whose acts do not wait could change the rules under everybody who paid.
    #[error(
        "chain {chain_id} is not local: its operator must act through a timelock of at least {} seconds",
        UPGRADE_DELAY_SECS
    )]
    TimelockTooShort {
        /// Which chain.
        chain_id: u64,
    },
    /// What the journal began is not what was asked for now.
    #[error(
        "{} is of a deployment that {reason}: remove it to start afresh, what was deployed so far is then never used",
        path.display()
    )]
    Journal {
        /// The journal.
        path: PathBuf,
        /// Why it cannot be continued.
        reason: String,
    },
}

/// Deploys the verifiers, the contracts and what is around them, checks that they name each other, and gives the
/// addresses.
///
/// The contracts name one another before they exist, so their addresses are computed from the signer's next
/// transaction numbers. Verifiers know nobody: where the chain has the usual CREATE2 deployer they go where they are on
/// every such chain, and are not deployed twice. Before anything refers to them, each has to accept a proof that was
/// made with its key, and to refuse it for other inputs.
///
/// # Errors
/// The chain refuses or falls silent; the key is used by another program meanwhile; development keys or an owner
/// without timelock on a chain that is not local; a verifier that misjudges; a journal that belongs to something else.
pub async fn deploy(
    rpc_url: &str,
    deployer: &PrivateKeySigner,
    config: &DeployConfig,
    progress: impl FnMut(DeployStep),
) -> Result<Deployment, DeployError> {
    let connection = Connection::open(rpc_url).await?;
    let chain_id = connection.chain_id;
    if !LOCAL_CHAINS.contains(&chain_id) {
        if verifiers::ALL.iter().any(|verifier| verifier.is_development()) {
            return Err(DeployError::DevelopmentKeys { chain_id });
        }
        if config.timelock_delay_secs.is_none_or(|delay| delay < UPGRADE_DELAY_SECS) {
            return Err(DeployError::TimelockTooShort { chain_id });
        }
    }
    run::Run { connection, deployer, config, progress }.finish().await
}
