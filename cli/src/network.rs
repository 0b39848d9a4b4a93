//! Which chain, which contracts, and where their API and meter answer.
//!
//! `dev` is what `make up` keeps. Others are tables of `datavault.toml`:
//!
//! ```toml
//! [networks.sepolia]
//! rpc_url = "http://127.0.0.1:8545"           # no TLS: a node of yours, or a local proxy that speaks it
//! deployment = "deployments/sepolia.json"     # relative to this file
//! api_url = "http://127.0.0.1:8080"           # optional: lists come from it
//! meter_url = "http://meter.example:8402"     # optional: what `meter publish` publishes
//! block_dirs = ["/mnt/shared/blocks"]         # optional: folders that the parties share
//! ipfs_urls = ["http://127.0.0.1:5001"]       # optional: IPFS nodes, by their RPC
//! tokens = { USDC = "0x…" }                   # optional: names for --token
//! ```

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256};
use contracts::{Addresses, Deployment};
use serde::Deserialize;
use url::Url;

use crate::{
    failure::{Failure, OrFail},
    wallet::Wallet,
};

/// The network that is meant when none is named: the one that `make up` keeps.
pub const DEV: &str = "dev";
/// Anvil's chain id.
const DEV_CHAIN_ID: u64 = 31_337;
const STACK: &str = "target/devnet/stack.json";
const PROFILES: &str = "datavault.toml";

/// Everything about a network that is not a secret.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its name, which is also its folder's.
    pub name: String,
    /// The chain's node.
    pub rpc_url: Url,
    /// The mirror, if there is one; lists come from it instead of from the chain's logs.
    pub api_url: Option<Url>,
    /// The meter that newly registered content is served by.
    pub meter_url: Option<Url>,
    /// The contracts.
    pub deployment: Deployment,
    /// Tokens that have a name here.
    pub tokens: BTreeMap<String, Address>,
    /// Folders of blocks that the parties share.
    pub block_dirs: Vec<PathBuf>,
    /// IPFS nodes, by the address of their RPC.
    pub ipfs_urls: Vec<Url>,
    /// Where wallets have their folders.
    pub home: PathBuf,
    /// Where the proving keys are kept.
    pub proving_keys: PathBuf,
    /// Development accounts by name; their keys are public knowledge.
    actors: BTreeMap<String, StackActor>,
}

/// `stack.json`, as `make up` writes it.
#[derive(Deserialize)]
struct Stack {
    rpc_url: Url,
    api_url: Option<Url>,
    meter_url: Option<Url>,
    contracts: BTreeMap<String, Address>,
    #[serde(default)]
    actors: BTreeMap<String, StackActor>,
}

#[derive(Clone, Debug, Deserialize)]
struct StackActor {
    private_key: B256,
}

/// `datavault.toml`.
#[derive(Deserialize)]
struct Profiles {
    networks: BTreeMap<String, Profile>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    rpc_url: Url,
    /// A deployment file, relative to this file.
    deployment: PathBuf,
    api_url: Option<Url>,
    meter_url: Option<Url>,
    #[serde(default)]
    tokens: BTreeMap<String, Address>,
    #[serde(default)]
    block_dirs: Vec<PathBuf>,
    #[serde(default)]
    ipfs_urls: Vec<Url>,
}

impl Network {
    /// The network called `name`, or described by the file `name`.
    ///
    /// `dev` is what `make up` started, found from the working directory upwards. Any other name is a table
    /// `[networks.<name>]` of `datavault.toml`, in the working directory or in the data folder.
    ///
    /// # Errors
    /// If nothing of that name is known, or its file is damaged.
    pub fn load(name: &str) -> Result<Self, Failure> {
        let network = Self::described(name)?;
        network.require_no_tls()?;
        Ok(network)
    }

    /// This build has no TLS; better said at once than as a connection that fails.
    fn require_no_tls(&self) -> Result<(), Failure> {
        let of_nodes = self.ipfs_urls.iter().map(|url| ("ipfs_urls", Some(url)));
        let urls = [("rpc_url", Some(&self.rpc_url)), ("api_url", self.api_url.as_ref())];
        for (field, url) in urls.into_iter().chain(of_nodes) {
            if let Some(url) = url.filter(|url| matches!(url.scheme(), "https" | "wss")) {
                let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
                return Err(Failure::usage(format!(
                    "`{field}` of network `{}` is {scheme}://{host}: this build has no TLS",
                    self.name
                ))
                .fix(format!(
                    "set `{field}` to an http:// address: a node of yours, or a local proxy that speaks TLS"
                )));
            }
        }
        Ok(())
    }

    fn described(name: &str) -> Result<Self, Failure> {
        let path = Path::new(name);
        if path.extension().is_some_and(|extension| extension == "json") {
            return Self::from_stack(DEV, path);
        }
        if path.extension().is_some_and(|extension| extension == "toml") {
            return Self::from_profiles(path, None);
        }
        if name == DEV {
            return match find_upwards(STACK)? {
                Some(stack) => Self::from_stack(DEV, &stack),
                None => {
                    Err(Failure::state(format!("no development network runs: there is no `{STACK}` here or above"))
                        .fix("start one with `make up`, or name a network with --network"))
                }
            };
        }
        let candidates = [find_upwards(PROFILES)?, Some(data_root()?.join(PROFILES))];
        for candidate in candidates.into_iter().flatten().filter(|path| path.is_file()) {
            match Self::from_profiles(&candidate, Some(name)) {
                Err(failure) if failure.kind == crate::failure::FailureKind::State => {}
                other => return other,
            }
        }
        Err(Failure::state(format!("no network is called `{name}`"))
            .fix(format!("add [networks.{name}] with rpc_url and deployment to `{PROFILES}`, or use `{DEV}`")))
    }

    /// The network that a `stack.json` describes.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn from_stack(name: &str, path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path)
            .or_fail(|| format!("cannot read `{}`", path.display()))
            .map_err(|failure| failure.fix("start the development network with `make up`"))?;
        let stack: Stack = serde_json::from_str(&text)
            .or_fail(|| format!("`{}` is not a description of a development network", path.display()))
            .map_err(|failure| failure.fix("it is damaged: start the network again with `make up`"))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Ok(Self {
            name: name.to_owned(),
            rpc_url: stack.rpc_url,
            api_url: stack.api_url,
            meter_url: stack.meter_url,
            deployment: stack_deployment(folder, &stack.contracts, path)?,
            tokens: stack.contracts.into_iter().filter(|(name, _)| name.contains("Token") || name == "dUSD").collect(),
            block_dirs: vec![folder.join("blocks")],
            ipfs_urls: Vec::new(),
            home: match std::env::var_os("DATAVAULT_HOME") {
                Some(root) => PathBuf::from(root).join(name),
                None => folder.join("home"),
            },
            proving_keys: folder.parent().unwrap_or(folder).join("proving-keys"),
            actors: stack.actors,
        })
    }

    fn from_profiles(path: &Path, name: Option<&str>) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).or_fail(|| format!("cannot read `{}`", path.display()))?;
        let profiles: Profiles = toml::from_str(&text)
            .or_usage(|| format!("`{}` does not describe networks", path.display()))
            .map_err(|failure| failure.fix("each needs a table [networks.<name>] with rpc_url and deployment"))?;
        let (name, profile) = match name {
            Some(name) => profiles.networks.get_key_value(name),
            None if profiles.networks.len() == 1 => profiles.networks.first_key_value(),
            None => {
                return Err(Failure::usage(format!("`{}` describes several networks", path.display()))
                    .fix("keep it in the working directory and name one with --network"));
            }
        }
        .ok_or_else(|| Failure::state(format!("`{}` has no network `{}`", path.display(), name.unwrap_or("?"))))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let file = folder.join(&profile.deployment);
        let deployment = Deployment::load(&file)
            .or_usage(|| format!("network `{name}` has no usable deployment"))
            .map_err(|failure| failure.fix("correct `deployment` to the file of that chain"))?;
        Ok(Self {
            name: name.clone(),
            rpc_url: profile.rpc_url.clone(),
            api_url: profile.api_url.clone(),
            meter_url: profile.meter_url.clone(),
            deployment,
            tokens: profile.tokens.clone(),
            block_dirs: profile.block_dirs.iter().map(|dir| folder.join(dir)).collect(),
            ipfs_urls: profile.ipfs_urls.clone(),
            home: data_root()?.join(name),
            proving_keys: data_root()?.join("proving-keys"),
            actors: BTreeMap::new(),
        })
    }

    /// The wallet of a development account.
    ///
    /// # Errors
    /// If this network has no account of that name.
    pub fn actor(&self, name: &str) -> Result<Wallet, Failure> {
        let actor = self.actors.get(name).ok_or_else(|| {
            let known: Vec<_> = self.actors.keys().map(String::as_str).collect();
            Failure::usage(format!("network `{}` has no account called `{name}`", self.name)).fix(match known.len() {
                0 => "DATAVAULT_ACTOR works on the development network only; use a keystore".to_owned(),
                _ => format!("DATAVAULT_ACTOR can be one of {}", known.join(", ")),
            })
        })?;
        Wallet::from_hex(&actor.private_key.to_string(), "stack.json")
    }

    /// The development account's name, if the address is one's.
    #[must_use]
    pub fn actor_name(&self, address: Address) -> Option<&str> {
        self.actors.iter().find_map(|(name, actor)| {
            let wallet = Wallet::from_hex(&actor.private_key.to_string(), "stack.json").ok()?;
            (wallet.address() == address).then_some(name.as_str())
        })
    }
}

/// The deployment beside `stack.json`, else what its `contracts` say.
fn stack_deployment(folder: &Path, contracts: &BTreeMap<String, Address>, stack: &Path) -> Result<Deployment, Failure> {
    let file = folder.join("deployment.json");
    if file.is_file() {
        return Deployment::load(&file)
            .or_fail(|| "the development network's deployment is damaged".into())
            .map_err(|failure| failure.fix("start the network again with `make up`"));
    }
    let address = |name: &str| {
        contracts.get(name).copied().ok_or_else(|| {
            Failure::state(format!("`{}` names no contract `{name}`", stack.display()))
                .fix("it is damaged or of another version: start the network again with `make up`")
        })
    };
    let named = |name: &str| contracts.get(name).copied().unwrap_or_default();
    Ok(Deployment {
        chain_id: DEV_CHAIN_ID,
        start_block: 0,
        addresses: Addresses {
            registry: address("ContentRegistry")?,
            licenses: address("LicenseManager")?,
            escrow: address("PaymentEscrow")?,
            usage: address("UsageTracker")?,
            disputes: address("DisputeResolution")?,
            verifier_sets: address("VerifierSets")?,
        },
        usage_verifier: named("UsageVerifier"),
        usage_batch_verifier: named("UsageBatchVerifier"),
        usage_long_verifier: named("UsageLongVerifier"),
        usage_long_batch_verifier: named("UsageLongBatchVerifier"),
        key_delivery_verifier: named("KeyDeliveryVerifier"),
        compliance_verifier: named("ComplianceVerifier"),
        usage_vk_sha256: B256::ZERO,
        usage_long_vk_sha256: B256::ZERO,
        key_delivery_vk_sha256: B256::ZERO,
        compliance_vk_sha256: B256::ZERO,
        owner: Address::ZERO,
        timelock: contracts.get("TimelockController").copied(),
        panel: contracts.get("PanelArbitrator").copied(),
        purchase_router: named("PurchaseRouter"),
        company_accounts: named("CompanyAccountFactory"),
        contracts: Vec::new(),
        dev_token: contracts.iter().find_map(|(name, token)| name.contains("Token").then_some(*token)),
    })
}

/// `DATAVAULT_HOME`, else `~/.datavault`.
///
/// # Errors
/// If neither is known.
pub fn data_root() -> Result<PathBuf, Failure> {
    if let Some(root) = std::env::var_os("DATAVAULT_HOME") {
        return Ok(root.into());
    }
    std::env::var_os("HOME")
        .map(|home| Path::new(&home).join(".datavault"))
        .ok_or_else(|| Failure::usage("no home folder is known").fix("set DATAVAULT_HOME to a folder of yours"))
}

fn find_upwards(relative: &str) -> Result<Option<PathBuf>, Failure> {
    let here = std::env::current_dir().or_fail(|| "cannot tell the working directory".into())?;
    Ok(here.ancestors().map(|folder| folder.join(relative)).find(|path| path.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_file_describes_a_network_with_actors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stack.json");
        fs::write(
            &path,
            r#"{"rpc_url":"http://127.0.0.1:8545","ws_url":"ws://127.0.0.1:8545","database_url":"postgres://x",
               "api_url":"http://127.0.0.1:1","meter_url":null,
               "contracts":{"ContentRegistry":"0x0000000000000000000000000000000000000001",
                 "LicenseManager":"0x0000000000000000000000000000000000000002",
                 "PaymentEscrow":"0x0000000000000000000000000000000000000003",
                 "UsageTracker":"0x0000000000000000000000000000000000000004",
                 "DisputeResolution":"0x0000000000000000000000000000000000000005",
                 "VerifierSets":"0x0000000000000000000000000000000000000007",
                 "DevToken":"0x0000000000000000000000000000000000000006"},
               "actors":{"creator":{"address":"0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                 "private_key":"0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"}}}"#,
        )
        .unwrap();
        let network = Network::load(path.to_str().unwrap()).unwrap();
        let creator = network.actor("creator").unwrap();
        assert_eq!(network.actor_name(creator.address()), Some("creator"));
        let message = network.actor("nobody").unwrap_err().to_string();
        assert!(message.contains("can be one of creator"), "{message}");
        assert_eq!(network.deployment.addresses.all().len(), 6);
        assert_eq!(network.tokens.len(), 1);
    }

    #[test]
    fn a_profile_names_its_deployment() {
        let dir = tempfile::tempdir().unwrap();
        let profile = "[networks.sepolia]\nrpc_url = \"https://rpc.example\"\ndeployment = \"sepolia.json\"\n";
        let path = dir.path().join("datavault.toml");
        fs::write(&path, profile).unwrap();
        let message = Network::load(path.to_str().unwrap()).unwrap_err().to_string();
        assert!(message.contains("sepolia.json") && message.contains("correct `deployment`"), "{message}");
    }

    #[test]
    fn a_damaged_profile_says_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("datavault.toml");
        fs::write(&path, "[networks.x]\nrpc_url = \"https://rpc.example\"\n").unwrap();
        let message = Network::load(path.to_str().unwrap()).unwrap_err().to_string();
        assert!(message.contains("missing field `deployment`"), "{message}");
    }

    #[test]
    fn an_address_that_needs_tls_is_refused_with_the_field_to_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stack.json");
        let contracts =
            ["ContentRegistry", "LicenseManager", "PaymentEscrow", "UsageTracker", "DisputeResolution", "VerifierSets"];
        let contracts: BTreeMap<_, _> = contracts.into_iter().map(|name| (name, Address::ZERO)).collect();
        for (rpc, api, field) in [
            ("https://rpc.example/secret", "http://127.0.0.1:1", "`rpc_url`"),
            ("http://127.0.0.1:1", "https://api.example/secret", "`api_url`"),
        ] {
            let stack = serde_json::json!({"rpc_url": rpc, "api_url": api, "contracts": contracts});
            fs::write(&path, stack.to_string()).unwrap();
            let message = Network::load(path.to_str().unwrap()).unwrap_err().to_string();
            assert!(message.contains(field) && message.contains("has no TLS"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
