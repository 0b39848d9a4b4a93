//! A whole Datavault on one machine: chain, database, contracts, mirror, and the creator's meter.

mod description;
mod ports;
mod service;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cli::Network;
use cli::Session;
use contracts::{Datavault, DeployConfig, DeployStep, Deployment};
use domain::{Amount, Token};

pub use self::service::{Service, datavault};
use crate::{Actors, ChainOptions, Devnet, Postgres, Tools, target_dir};

/// ETH that a filer of a dispute posts: 0.05.
const FILING_BOND_WEI: u128 = 50_000_000_000_000_000;
/// The platform's fee, in ten-thousandths.
const FEE_BPS: u16 = 250;
/// dUSD (6 decimals) that each company starts with: 1,000.
const COMPANY_DUSD: u128 = 1_000_000_000;

/// How to start a stack.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// Everything it writes: `stack.json`, logs, block stores, the wallets' folders. Emptied first.
    pub folder: PathBuf,
    /// A Postgres to use instead of starting one.
    pub database_url: Option<String>,
    /// The chain's port; 0 takes a free one.
    pub rpc_port: u16,
    /// The API's port; 0 takes a free one.
    pub api_port: u16,
    /// The meter's port; 0 takes a free one.
    pub meter_port: u16,
}

impl StackOptions {
    /// A stack in `target/<name>`, on free ports.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { folder: target_dir().join(name), database_url: None, rpc_port: 0, api_port: 0, meter_port: 0 }
    }
}

/// A running stack. It ends when dropped: services first, then the database, then the chain.
#[derive(Debug)]
pub struct Stack {
    /// The creator's meter.
    pub meter: Service,
    /// The mirror: ingest and API.
    pub indexer: Service,
    /// The database server.
    pub postgres: Postgres,
    /// The chain.
    pub chain: Devnet,
    /// The pinned tools.
    pub tools: Tools,
    /// Where the contracts are.
    pub deployment: Deployment,
    /// What was deployed and what it burnt.
    pub deployed: Vec<DeployStep>,
    /// The people.
    pub actors: Actors,
    network: Network,
    folder: PathBuf,
    _lock: File,
}

impl Stack {
    /// Starts everything, telling `progress` what is being done.
    ///
    /// # Errors
    /// If a tool is missing, a port is taken, another stack uses the folder, or a part does not come up.
    pub async fn start(options: &StackOptions, mut progress: impl FnMut(String)) -> Result<Self> {
        progress("installing the pinned tools (npm)".into());
        let tools = tokio::task::spawn_blocking(Tools::ensure).await??;
        let lock = take_folder(&options.folder)?;
        let actors = Actors::development();

        progress("starting anvil".into());
        let folder = options.folder.clone();
        let chain_options =
            ChainOptions { port: options.rpc_port, log: Some(folder.join("anvil.log")), ..ChainOptions::default() };
        let chain = Devnet::start(&tools, &chain_options).await?;

        progress("starting Postgres".into());
        let postgres = Postgres::external_or_start(&tools, options.database_url.as_deref()).await?;
        let database_url = postgres.create_database(&database_name(&folder)).await?;

        progress("deploying the contracts".into());
        let (deployment, deployed) = deploy(&chain, &actors, &mut progress).await?;
        deployment.save(folder.join("deployment.json"))?;

        let description = description::Description {
            rpc_url: chain.rpc_url.clone(),
            ws_url: chain.ws_url.clone(),
            database_url,
            api_url: ports::url(options.api_port)?,
            meter_url: ports::url(options.meter_port)?,
        };
        description.write(&folder, &deployment, &actors)?;
        let mut network = Network::from_stack(cli::DEV, &folder.join("stack.json"))?;
        // Whatever DATAVAULT_HOME says: a stack keeps its wallets to itself.
        network.home = folder.join("home");

        progress("starting the indexer".into());
        let mut indexer = Service::indexer(&description, &folder)?;
        indexer.ready().await?;
        progress("starting the creator's meter".into());
        let mut meter = Service::meter(&description, &folder, actors.creator.name)?;
        meter.ready().await?;

        let stack =
            Self { meter, indexer, postgres, chain, tools, deployment, deployed, actors, network, folder, _lock: lock };
        progress("giving each company 1,000 dUSD".into());
        stack.fund_companies().await?;
        Ok(stack)
    }

    /// Where this stack writes.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The network, as the command line sees it.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The dollar of this chain.
    #[must_use]
    pub fn dollar(&self) -> Token {
        Token(self.deployment.dev_token.expect("a stack is deployed with the dev token"))
    }

    /// What the `datavault` binary would work with for an actor.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn session(&self, actor: &str) -> Result<Session> {
        let wallet = self.network.actor(actor)?;
        Ok(Session::connect(self.network.clone()).await?.with_wallet(wallet))
    }

    async fn fund_companies(&self) -> Result<()> {
        let chain = Datavault::connect(self.chain.rpc_url.as_str(), self.deployment.clone()).await?;
        for company in [&self.actors.company1, &self.actors.company2, &self.actors.company3] {
            let call = self
                .deployment
                .mint_dev_token(company.address(), Amount::from(COMPANY_DUSD))
                .context("a stack is deployed with the dev token")?;
            chain.send_and_confirm(&self.actors.deployer.signer, &call).await?;
        }
        Ok(())
    }
}

async fn deploy(
    chain: &Devnet,
    actors: &Actors,
    progress: &mut impl FnMut(String),
) -> Result<(Deployment, Vec<DeployStep>)> {
    let operator = actors.operator.address();
    let config = DeployConfig {
        guardian: actors.guardian.address(),
        attester: actors.attester.address(),
        fee_recipient: actors.platform.address(),
        fee_bps: FEE_BPS,
        filing_bond: Amount::from(FILING_BOND_WEI),
        panel: vec![actors.arbitrator.address()],
        ..DeployConfig::local(operator)
    };
    let mut deployed = Vec::new();
    let deployment = contracts::deploy(chain.rpc_url.as_str(), &actors.deployer.signer, &config, |step| {
        progress(format!("deploying the contracts ({} of {}: {})", step.done, step.total, step.name));
        deployed.push(step);
    })
    .await?;
    // The deployer listed the token and offered the escrow to the operator, who has to take it.
    let operator = &actors.operator.signer;
    let datavault = Datavault::connect(chain.rpc_url.as_str(), deployment.clone()).await?;
    datavault.send_and_confirm(operator, &deployment.addresses.accept_escrow_ownership()).await?;
    Ok((deployment, deployed))
}

/// Empties the folder and keeps it to ourselves until the lock is dropped.
fn take_folder(folder: &Path) -> Result<File> {
    let path = folder.with_extension("lock");
    // Whatever a stack wrote has a lock beside it; anything else is not ours to empty.
    let foreign = !path.exists() && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if foreign {
        bail!("`{}` is not empty and no stack wrote it; name a new or empty folder", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let lock = File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(
            "a stack is running in `{}` already; end it with Ctrl-C in its terminal, then try again",
            folder.display()
        ),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock `{}`", path.display()));
        }
    }
    fs::remove_dir_all(folder).with_context(|| format!("cannot empty `{}`", folder.display()))?;
    fs::create_dir_all(folder)?;
    Ok(lock)
}

/// One database per folder, so that stacks on a given server do not meet.
fn database_name(folder: &Path) -> String {
    let name = folder.file_name().map_or_else(|| "stack".into(), |name| name.to_string_lossy().to_lowercase());
    let legal = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("datavault_{}", name.chars().map(legal).take(40).collect::<String>())
}
