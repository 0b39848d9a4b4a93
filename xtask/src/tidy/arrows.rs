//! Which of our crates may depend on which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Crate (without `datavault-`) and whom it may know directly. A new arrow is a decision: draw it in
/// ARCHITECTURE.md first.
const ALLOWED: [(&str, &[&str]); 16] = [
    ("domain", &[]),
    ("contracts", &["domain"]),
    ("statement", &["domain"]),
    ("content", &["domain"]),
    ("store", &["domain"]),
    ("groth16", &["statement", "domain"]),
    ("ceremony", &["groth16"]),
    ("queue", &["groth16", "statement", "domain"]),
    ("ingest", &["contracts", "store", "domain"]),
    ("api", &["store", "domain"]),
    ("indexer", &["ingest", "api", "store", "contracts", "domain"]),
    ("gateway", &["content", "groth16", "statement", "contracts", "domain"]),
    ("cli", &["contracts", "groth16", "ceremony", "queue", "statement", "content", "gateway", "domain"]),
    ("anvil-scripts", &["cli", "gateway", "indexer", "contracts", "groth16", "statement", "content", "domain"]),
    ("xtask", &["groth16"]),
    // Tests only; it may know everybody.
    ("e2e", &["*"]),
];

/// Tests may also stand up the outside world.
const TESTS_ALSO: &[&str] = &["anvil-scripts", "domain"];

/// One of our crates.
pub struct Crate {
    name: String,
    manifest: PathBuf,
    uses: BTreeSet<String>,
    tests_use: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<PathBuf>,
}

/// Asks cargo for the workspace's crates.
pub fn read(root: &Path) -> Result<Vec<Crate>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("cannot run `cargo metadata`")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    Ok(metadata.packages.into_iter().map(Crate::from).collect())
}

impl From<Package> for Crate {
    fn from(package: Package) -> Self {
        let ours = |tests: bool| {
            let dependencies = package.dependencies.iter();
            dependencies
                .filter(|dependency| dependency.path.is_some())
                .filter(|dependency| (dependency.kind.as_deref() == Some("dev")) == tests)
                .map(|dependency| short(&dependency.name))
                .collect()
        };
        Self { uses: ours(false), tests_use: ours(true), name: short(&package.name), manifest: package.manifest_path }
    }
}

fn short(name: &str) -> String {
    name.strip_prefix("datavault-").unwrap_or(name).to_owned()
}

/// Arrows that nobody drew.
pub fn breaches(crates: &[Crate]) -> Vec<String> {
    let allowed: BTreeMap<_, _> = ALLOWED.into_iter().collect();
    let mut found = Vec::new();
    for one in crates {
        let Some(targets) = allowed.get(one.name.as_str()) else {
            found.push(format!("crate `{}` is not in the table of arrows", one.name));
            continue;
        };
        let knows = |target: &String| targets.contains(&"*") || targets.contains(&target.as_str());
        for target in one.uses.iter().filter(|target| !knows(target)) {
            found.push(format!("`{}` must not depend on `{target}`", one.name));
        }
        let tests_know = |target: &String| knows(target) || TESTS_ALSO.contains(&target.as_str());
        for target in one.tests_use.iter().filter(|target| !tests_know(target)) {
            found.push(format!("tests of `{}` must not depend on `{target}`", one.name));
        }
    }
    found
}

/// Crates that have not opted in to the workspace's lints.
pub fn without_lints(crates: &[Crate]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for one in crates {
        let text =
            fs::read_to_string(&one.manifest).with_context(|| format!("cannot read {}", one.manifest.display()))?;
        let manifest: toml::Table = toml::from_str(&text)?;
        let opted_in = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if opted_in.and_then(toml::Value::as_bool) != Some(true) {
            found.push(format!("`{}` lacks `[lints] workspace = true`", one.name));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, uses: &[&str], tests_use: &[&str]) -> Crate {
        let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        Crate { name: name.to_owned(), manifest: PathBuf::new(), uses: set(uses), tests_use: set(tests_use) }
    }

    #[test]
    fn a_drawn_arrow_is_fine_and_a_new_one_is_named() {
        assert!(breaches(&[one("api", &["store", "domain"], &["anvil-scripts"])]).is_empty());
        assert_eq!(breaches(&[one("api", &["contracts"], &[])]), ["`api` must not depend on `contracts`"]);
        assert_eq!(breaches(&[one("store", &[], &["api"])]), ["tests of `store` must not depend on `api`"]);
    }

    #[test]
    fn a_crate_nobody_placed_is_named() {
        assert_eq!(breaches(&[one("utils", &[], &[])]).len(), 1);
    }
}
