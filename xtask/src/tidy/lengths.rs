//! No source file over 500 lines without a reason; Solidity may have 600, where a seam costs gas.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const LIMIT: usize = 500;
const SOLIDITY_LIMIT: usize = 600;

/// Files that may be longer, each with its reason.
const LONGER: [(&str, &str); 0] = [];

/// Folders of generated files.
const GENERATED: [&str; 1] = ["contracts/src/generated/"];

/// Folders with files that nobody here wrote.
const FOREIGN: [&str; 5] = ["target", "node_modules", "out", "cache", "artifacts"];
const EXTENSIONS: [&str; 6] = ["rs", "sol", "ts", "sql", "sh", "md"];

/// Source files that grew past the limit, and exceptions nobody needs any more.
pub fn breaches(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                if !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) {
                    folders.push(entry.path());
                }
            } else if let Some(extension) = entry.path().extension().and_then(OsStr::to_str)
                && EXTENSIONS.contains(&extension)
            {
                let text = fs::read_to_string(entry.path())
                    .with_context(|| format!("cannot read {}", entry.path().display()))?;
                let path = entry.path();
                let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
                found.extend(breach(&path, text.lines().count()));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn breach(path: &str, lines: usize) -> Option<String> {
    let excused = LONGER.iter().any(|(longer, _)| *longer == path);
    let limit = if path.ends_with(".sol") { SOLIDITY_LIMIT } else { LIMIT };
    if GENERATED.iter().any(|folder| path.starts_with(folder)) {
        None
    } else if lines > limit && !excused {
        Some(format!("{path} has {lines} lines: look for a seam (limit {limit})"))
    } else if lines <= limit && excused {
        Some(format!("{path} is short again: remove its exception"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_file_that_somebody_wrote_is_named() {
        assert_eq!(breach("domain/src/lib.rs", LIMIT), None);
        assert!(breach("domain/src/lib.rs", LIMIT + 1).is_some());
        assert_eq!(breach("contracts/src/Escrow.sol", SOLIDITY_LIMIT), None);
        assert!(breach("contracts/src/Escrow.sol", SOLIDITY_LIMIT + 1).is_some());
        assert_eq!(breach("contracts/src/generated/UsageVerifier.sol", SOLIDITY_LIMIT + 1), None);
    }
}
