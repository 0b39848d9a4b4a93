//! `contracts/foundry.toml` and `remappings.txt`, so that forge and we compile alike.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use foundry_compilers::artifacts::output_selection::OutputSelection;
use foundry_compilers::artifacts::{BytecodeHash, EvmVersion, Optimizer, Remapping, Settings, SettingsMetadata};
use serde::Deserialize;

/// What we need of foundry.toml; forge reads the rest.
#[derive(Deserialize)]
struct File {
    profile: Profiles,
}

#[derive(Deserialize)]
struct Profiles {
    default: Profile,
}

/// The default profile. No field is optional: forge's defaults may differ from ours.
#[derive(Deserialize)]
pub struct Profile {
    pub solc: PathBuf,
    evm_version: String,
    optimizer: bool,
    optimizer_runs: usize,
    via_ir: bool,
    bytecode_hash: String,
    cbor_metadata: bool,
    pub ignored_error_codes: Vec<u64>,
}

impl Profile {
    /// Reads `contracts/foundry.toml`.
    pub fn read(contracts: &Path) -> Result<Self> {
        let path = contracts.join("foundry.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let file: File = toml::from_str(&text).with_context(|| format!("{} lacks a setting", path.display()))?;
        Ok(file.profile.default)
    }

    /// The compiler's settings, without remappings.
    pub fn settings(&self) -> Result<Settings> {
        let bytecode_hash: BytecodeHash =
            self.bytecode_hash.parse().map_err(|why| anyhow!("foundry.toml: bytecode_hash: {why}"))?;
        let evm_version: EvmVersion =
            self.evm_version.parse().map_err(|why| anyhow!("foundry.toml: evm_version: {why}"))?;
        Ok(Settings {
            optimizer: Optimizer {
                enabled: Some(self.optimizer),
                runs: Some(self.optimizer_runs),
                ..Optimizer::default()
            },
            metadata: Some(SettingsMetadata {
                bytecode_hash: Some(bytecode_hash),
                cbor_metadata: Some(self.cbor_metadata),
                use_literal_content: Some(false),
            }),
            evm_version: Some(evm_version),
            via_ir: Some(self.via_ir),
            output_selection: OutputSelection::common_output_selection(
                ["abi", "evm.bytecode", "evm.deployedBytecode"].map(String::from),
            ),
            ..Settings::default()
        })
    }
}

/// Reads `contracts/remappings.txt`.
pub fn remappings(contracts: &Path) -> Result<Vec<Remapping>> {
    let path = contracts.join("remappings.txt");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.parse().with_context(|| format!("{}: `{line}`", path.display())))
        .collect()
}
