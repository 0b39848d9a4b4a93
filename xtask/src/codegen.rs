//! What is generated and committed. Running it twice changes nothing.

mod artifacts;
mod foundry;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Files by their path below the repository's root.
type Files = BTreeMap<PathBuf, String>;

/// Writes every generated file, with `keys` from the keys of a ceremony; or with `check` fails and names those that differ.
pub fn run(root: &Path, check: bool, keys: Option<&Path>) -> Result<()> {
    // Verifiers come first: they are sources of the contracts.
    let begun = Instant::now();
    let mut written = settle(root, verifiers(keys)?, check)?;
    println!("codegen: circuits took {:.1} s", begun.elapsed().as_secs_f32());
    let begun = Instant::now();
    written.extend(settle(root, artifacts::generate(root)?, check)?);
    println!("codegen: contracts took {:.1} s", begun.elapsed().as_secs_f32());
    remove_stray(root, "contracts/src/generated", &written, check)?;
    remove_stray(root, "contracts/artifacts", &written, check)?;
    println!("codegen: {} files are up to date", written.len());
    Ok(())
}

/// Everything that follows from the circuits: verifying keys, their fingerprints, Solidity.
fn verifiers(keys: Option<&Path>) -> Result<Files> {
    let files = match keys {
        Some(folder) => groth16::files_of_ceremony(folder).context("these keys cannot be used")?,
        None => groth16::generated_files().context("the development keys cannot be made")?,
    };
    Ok(files.into_iter().map(|file| (PathBuf::from(file.path), file.contents)).collect())
}

/// Makes the files on disk equal to `files`. Returns their paths.
fn settle(root: &Path, files: Files, check: bool) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for (path, text) in &files {
        let target = root.join(path);
        if fs::read_to_string(&target).is_ok_and(|found| found == *text) {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        // To the side first: whoever builds meanwhile never reads half a file.
        let partial = target.with_extension("partial");
        fs::write(&partial, text).with_context(|| format!("cannot write {}", partial.display()))?;
        fs::rename(&partial, &target).with_context(|| format!("cannot write {}", path.display()))?;
        println!("codegen: wrote {}", path.display());
    }
    if !stale.is_empty() {
        bail!("out of date: {}\nrun `make codegen` and commit the result", stale.join(", "));
    }
    Ok(files.into_keys().collect())
}

/// A generated file whose source is gone would go on being used.
fn remove_stray(root: &Path, folder: &str, written: &[PathBuf], check: bool) -> Result<()> {
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("cannot read {folder}"))? {
        let path = Path::new(folder).join(entry?.file_name());
        if written.contains(&path) {
            continue;
        }
        if check {
            bail!("{} has no source any more: run `make codegen` and commit the result", path.display());
        }
        fs::remove_file(root.join(&path)).with_context(|| format!("cannot remove {}", path.display()))?;
        println!("codegen: removed {}", path.display());
    }
    Ok(())
}
