//! No contract outgrows what a chain lets it deploy.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Bytes of runtime code that EIP-170 allows.
const LIMIT: usize = 24_576;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    contract_name: String,
    deployed_bytecode: String,
}

/// Contracts of `contracts/artifacts` whose runtime code is too long.
pub fn breaches(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("contracts/artifacts");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let artifact: Artifact =
            serde_json::from_str(&text).with_context(|| format!("{} is no artifact", path.display()))?;
        found.extend(breach(&artifact));
    }
    found.sort();
    Ok(found)
}

fn breach(artifact: &Artifact) -> Option<String> {
    let bytes = artifact.deployed_bytecode.trim_start_matches("0x").len() / 2;
    let name = &artifact.contract_name;
    (bytes >= LIMIT).then(|| format!("{name} has {bytes} bytes of runtime code (less than {LIMIT} can be deployed)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(bytes: usize) -> Artifact {
        Artifact { contract_name: "Escrow".into(), deployed_bytecode: format!("0x{}", "00".repeat(bytes)) }
    }

    #[test]
    fn only_a_contract_at_the_limit_is_named() {
        assert_eq!(breach(&artifact(LIMIT - 1)), None);
        assert!(breach(&artifact(LIMIT)).is_some());
    }
}
