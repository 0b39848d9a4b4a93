//! `datavault deploy`: puts the contracts on a chain.

use std::{fmt, path::PathBuf};

use alloy::primitives::{Address, B256};
use contracts::{
    DeployConfig, DeployError, Deployment, Node, PERMIT2, UPGRADE_DELAY_SECS, deploy, verifying_key_digests,
};
use domain::Amount;
use groth16::{CircuitId, KeySet};
use serde::Serialize;

use crate::{
    arguments::Global,
    failure::{Failure, OrFail},
    money::Currency,
    output::Fields,
    progress::Progress,
    session::wallet_of,
    span::{parse_secs, show_secs},
    submit::{Consent, ask},
};

const DAY: u64 = 86_400;
/// What was compiled, as block explorers take it.
const VERIFICATION_INPUT: &str = include_str!("../../../contracts/verification/input.json");

/// Put the contracts on a chain, owned by a timelock that `--owner` proposes to, and write where they are.
///
/// A run that was cut off is continued by the same command: what was begun is noted in `<out>.journal`. The deployer's
/// key keeps no right over anything. Development keys for proofs, and an owner without timelock, are refused on chains
/// that are not local; keys of a ceremony, unless it had two contributions and a beacon. Every verifier has to accept a
/// proof, and to refuse it for other inputs, before anything refers to it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault deploy --rpc-url http://127.0.0.1:8545 --owner 0xabc… --timelock-days 121 --out deployments/sepolia.json
  datavault deploy --rpc-url http://127.0.0.1:8545 --owner 0xabc… --timelock-days 0 --dev-token --out dev.json \\
    --verification-input input.json")]
pub struct Args {
    /// The chain's node
    #[arg(long, value_name = "URL")]
    pub rpc_url: String,
    /// The operator: proposes to the timelock; without one, owns everything
    #[arg(long, value_name = "ADDRESS")]
    pub owner: Address,
    /// Where the deployment's description goes
    #[arg(long, short, value_name = "FILE", default_value = "deployment.json")]
    pub out: PathBuf,
    /// Days that every act of the operator waits; 0: no timelock, on local chains only
    #[arg(long, default_value_t = UPGRADE_DELAY_SECS / DAY)]
    pub timelock_days: u64,
    /// May pause new business, and nothing else; default: the owner
    #[arg(long, value_name = "ADDRESS")]
    pub guardian: Option<Address>,
    /// Says how well creators are known; default: the owner
    #[arg(long, value_name = "ADDRESS")]
    pub attester: Option<Address>,
    /// Gets the platform's fee; default: the owner
    #[arg(long, value_name = "ADDRESS")]
    pub fee_recipient: Option<Address>,
    /// The platform's fee in ten-thousandths
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u16).range(..=250))]
    pub fee_bps: u16,
    /// What a filer of a dispute posts, in ETH
    #[arg(long, value_name = "AMOUNT", default_value = "0.05ether")]
    pub filing_bond: String,
    /// An ERC-792 contract that hears appeals; default: the panel, or nobody where there is none
    #[arg(long, value_name = "ADDRESS")]
    pub appeal_arbitrator: Option<Address>,
    /// A member of the panel of arbitrators; may be repeated; without one, no panel is deployed
    #[arg(long = "panelist", value_name = "ADDRESS")]
    pub panel: Vec<Address>,
    /// What a dispute before the panel costs, in ETH
    #[arg(long, value_name = "AMOUNT", default_value = "0.02ether")]
    pub panel_fee: String,
    /// How long the panel votes
    #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = parse_secs)]
    pub panel_voting: u32,
    /// An ERC-20 that payments are taken in, beside ETH; may be repeated
    #[arg(long = "token", value_name = "ADDRESS")]
    pub tokens: Vec<Address>,
    /// Also deploy an ERC-20 that anyone may mint
    #[arg(long)]
    pub dev_token: bool,
    /// Where Permit2 is
    #[arg(long, value_name = "ADDRESS", default_value_t = PERMIT2)]
    pub permit2: Address,
    /// Write what was compiled here, as block explorers take it to verify the source
    #[arg(long, value_name = "FILE")]
    pub verification_input: Option<PathBuf>,
}

/// Contracts that were deployed.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where its description is.
    pub file: PathBuf,
    /// The deployment.
    pub deployment: Deployment,
    /// Gas that it took in this run.
    pub gas_used: u64,
    /// What compiled it, if it was asked for.
    pub verification_input: Option<PathBuf>,
    /// What the owner has to do yet.
    pub then: Option<String>,
}

/// Deploys.
///
/// # Errors
/// If the chain is not local and keys or timelock are not real ones, the node does not answer, or refuses.
pub async fn run(global: &Global, args: Args) -> Result<Report, Failure> {
    let wallet = wallet_of(global)?;
    let config = config(&args)?;
    let journal = journal_of(&args);
    if args.out.exists() {
        return Err(Failure::usage(format!("`{}` exists: it describes a deployment", args.out.display()))
            .fix("name another --out"));
    }
    let chain_id = Node::connect(&args.rpc_url).await?.chain_id();
    if Consent::detect(global.yes || global.json) == Consent::Ask {
        let (delay, deployer) = (config.timelock_delay_secs, wallet.address());
        let delay = delay.map_or("no timelock".to_owned(), |secs| format!("a timelock of {}", show_secs(secs)));
        ask(&format!("deploy to {} from {deployer}, for {} through {delay}. Send?", args.rpc_url, args.owner))?;
    }
    let keys = KeySet::committed().or_fail(|| "the verifying keys are damaged".into())?;
    check_keys(&keys, &verifying_key_digests(), chain_id)?;
    let progress = if global.json { Progress::Silent } else { Progress::detect() };
    let line = progress.step("deploying the contracts");
    let mut gas_used = 0;
    let deployment = deploy(&args.rpc_url, wallet.signer(), &config, |step| {
        gas_used += step.gas_used;
        line.say(format!("deployed {} of {}: {}", step.done, step.total, step.name));
    })
    .await?;
    drop(line);
    deployment.save(&args.out).or_fail(|| "the contracts are there, but their description is not".into())?;
    // What is described needs not be continued.
    let _ = std::fs::remove_file(journal);
    if let Some(file) = &args.verification_input {
        std::fs::write(file, VERIFICATION_INPUT).or_fail(|| format!("cannot write `{}`", file.display()))?;
    }
    let offered = deployment.timelock.is_none()
        && args.owner != wallet.address()
        && (config.with_dev_token || !config.tokens.is_empty());
    let then = offered.then(|| format!("{} takes the escrow over by its `acceptOwnership()`", args.owner));
    Ok(Report { file: args.out, deployment, gas_used, verification_input: args.verification_input, then })
}

/// Whether a chain may rely on the keys that the verifiers were generated from. Nothing was sent yet.
fn check_keys(keys: &KeySet, generated_from: &[(&str, B256)], chain_id: u64) -> Result<(), Failure> {
    for circuit in CircuitId::ALL {
        keys.manifest.circuit(circuit).map_err(|refused| Failure::state(refused.to_string()))?;
    }
    keys.manifest.check(chain_id, &keys.verifying).map_err(|refused| Failure::state(refused.to_string()))?;
    for (circuit, digest) in generated_from {
        let (digest, circuits) = (alloy::hex::encode(digest), &keys.manifest.circuits);
        let named = circuits.iter().find(|(id, _)| id.name() == *circuit).map(|(_, keys)| keys.vk_sha256.as_str());
        if named != Some(digest.as_str()) {
            return Err(Failure::state(format!(
                "the verifiers of {circuit} were generated from key {digest}, manifest.json names {}",
                named.unwrap_or("none")
            ))
            .fix("run `make codegen`, and build again"));
        }
    }
    Ok(())
}

fn journal_of(args: &Args) -> PathBuf {
    args.out.with_extension("journal")
}

fn config(args: &Args) -> Result<DeployConfig, Failure> {
    let eth = |text: &str| -> Result<Amount, Failure> { Currency::eth().parse(text) };
    Ok(DeployConfig {
        owner: args.owner,
        timelock_delay_secs: (args.timelock_days != 0).then_some(args.timelock_days.saturating_mul(DAY)),
        guardian: args.guardian.unwrap_or(args.owner),
        attester: args.attester.unwrap_or(args.owner),
        fee_recipient: args.fee_recipient.unwrap_or(args.owner),
        fee_bps: args.fee_bps,
        filing_bond: eth(&args.filing_bond)?,
        appeal_arbitrator: args.appeal_arbitrator.unwrap_or_default(),
        panel: args.panel.clone(),
        panel_fee: eth(&args.panel_fee)?,
        panel_voting_secs: args.panel_voting.into(),
        tokens: args.tokens.clone(),
        with_dev_token: args.dev_token,
        permit2: args.permit2,
        journal: Some(journal_of(args)),
    })
}

impl From<DeployError> for Failure {
    fn from(error: DeployError) -> Self {
        match error {
            DeployError::Chain(error) => error.into(),
            DeployError::Contract { name, source } => {
                let cause = Self::from(*source);
                Self::of_kind(cause.kind, format!("could not deploy {name}"))
                    .because(cause)
                    .fix("run the command again: it continues where it stopped")
            }
            refused @ (DeployError::Trial { .. }
            | DeployError::DevelopmentKeys { .. }
            | DeployError::TimelockTooShort { .. }) => Self::state(refused.to_string()),
            other => Self::failed(other.to_string()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = &self.deployment;
        let fields = Fields::new().with("chain", of.chain_id).with("owner", of.owner);
        let fields = fields.maybe("timelock", of.timelock);
        let fields = of.addresses.named().into_iter().fold(fields, |fields, (name, at)| fields.with(name, at));
        fields
            .with("PurchaseRouter", of.purchase_router)
            .with("CompanyAccountFactory", of.company_accounts)
            .maybe("PanelArbitrator", of.panel)
            .maybe("DevToken", of.dev_token)
            .with("gas", self.gas_used)
            .with("written", self.file.display())
            .maybe("to verify", self.verification_input.as_ref().map(|file| file.display()))
            .maybe("then", self.then.as_ref())
            .fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use groth16::{Beacon, Origin, Setup, VerifyingKey};
    use sha2::{Digest, Sha256};

    use super::*;

    const OWNER: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

    fn args(more: &[&str]) -> Args {
        let words = [&["--rpc-url", "http://127.0.0.1:9", "--owner", OWNER], more].concat();
        crate::parse_args(words).unwrap()
    }

    #[test]
    fn without_another_word_everything_is_the_owners_and_waits() {
        let config = config(&args(&[])).unwrap();
        let owner: Address = OWNER.parse().unwrap();
        assert_eq!((config.guardian, config.attester, config.fee_recipient), (owner, owner, owner));
        assert_eq!(config.timelock_delay_secs, Some(UPGRADE_DELAY_SECS));
        assert_eq!(config.journal, Some("deployment.journal".into()));
        assert!(!config.with_dev_token && config.panel.is_empty());
    }

    fn digest(key: &VerifyingKey) -> B256 {
        B256::from_slice(&Sha256::digest(key.to_json()))
    }

    /// As if the verifiers were generated from these keys.
    fn check(keys: &KeySet, chain_id: u64) -> Result<(), Failure> {
        let digests: Vec<_> = keys.verifying.iter().map(|(id, key)| (id.name(), digest(key))).collect();
        check_keys(keys, &digests, chain_id)
    }

    /// The committed keys with other points, as if they came from a ceremony.
    fn ceremony(contributions: u32) -> KeySet {
        let mut keys = KeySet::committed().unwrap();
        keys.manifest.origin = Origin::Ceremony;
        for (id, circuit) in &mut keys.manifest.circuits {
            let key = keys.verifying.get_mut(id).unwrap();
            key.alpha = key.inputs[0];
            circuit.vk_sha256 = alloy::hex::encode(digest(key));
            circuit.setup = Some(Setup {
                contributions,
                beacon: Some(Beacon { value: "0b".repeat(32), iterations_exp: 10 }),
                circuit_hash: "a1".repeat(64),
                final_hash: "a2".repeat(64),
                powers_sha256: "a3".repeat(32),
            });
        }
        keys
    }

    #[test]
    fn development_keys_are_for_local_chains() {
        let keys = KeySet::committed().unwrap();
        check_keys(&keys, &verifying_key_digests(), 31_337).unwrap();
        let refused = check_keys(&keys, &verifying_key_digests(), 11_155_111).unwrap_err().to_string();
        assert!(refused.contains("development keys"), "{refused}");
    }

    #[test]
    fn keys_of_a_ceremony_need_two_contributions_a_beacon_and_their_files() {
        let sepolia = 11_155_111;
        let refused = |keys: &KeySet| check(keys, sepolia).unwrap_err().to_string();
        check(&ceremony(2), sepolia).unwrap();
        assert!(refused(&ceremony(1)).contains("setup.contributions is 1"));
        let setup = |keys: &mut KeySet, change: &dyn Fn(&mut Setup)| {
            change(keys.manifest.circuits.get_mut(&CircuitId::Usage1024).unwrap().setup.as_mut().unwrap());
        };
        let mut keys = ceremony(2);
        setup(&mut keys, &|setup| setup.beacon = None);
        assert!(refused(&keys).contains("usage_1024.setup.beacon"), "{}", refused(&keys));
        let mut keys = ceremony(2);
        keys.manifest.circuits.get_mut(&CircuitId::Compliance).unwrap().vk_sha256 = "00".repeat(32);
        assert!(refused(&keys).contains("compliance.vk_sha256"), "{}", refused(&keys));
        let mut keys = ceremony(2);
        let key = keys.verifying.get_mut(&CircuitId::KeyDelivery).unwrap();
        key.gamma = key.delta;
        assert!(check(&keys, sepolia).is_err());
        let mut keys = ceremony(2);
        keys.manifest.circuits.remove(&CircuitId::Usage128);
        assert!(refused(&keys).contains("circuits.usage_128"), "{}", refused(&keys));
    }

    #[test]
    fn keys_that_the_verifiers_were_not_generated_from_are_refused() {
        let mut keys = KeySet::committed().unwrap();
        // Another key, and a manifest that names it.
        let other = keys.verifying[&CircuitId::Usage128].clone();
        let hash = keys.manifest.circuits[&CircuitId::Usage128].vk_sha256.clone();
        keys.verifying.insert(CircuitId::Usage1024, other);
        keys.manifest.circuits.get_mut(&CircuitId::Usage1024).unwrap().vk_sha256 = hash;
        let refused = check_keys(&keys, &verifying_key_digests(), 31_337).unwrap_err().to_string();
        assert!(refused.contains("the verifiers of usage_1024 were generated from"), "{refused}");
    }

    #[test]
    fn no_timelock_is_asked_for_by_name() {
        assert_eq!(config(&args(&["--timelock-days", "0"])).unwrap().timelock_delay_secs, None);
    }

    #[test]
    fn the_input_for_explorers_is_standard_json() {
        let input: serde_json::Value = serde_json::from_str(VERIFICATION_INPUT).unwrap();
        assert!(input["sources"].is_object() && input["settings"].is_object());
    }
}
