//! Rules of the repository that no compiler checks.

mod arrows;
mod lengths;
mod sizes;

use std::path::Path;

use anyhow::{Result, bail};

/// Checks all rules and reports every breach at once.
pub fn run(root: &Path) -> Result<()> {
    let crates = arrows::read(root)?;
    let mut breaches = arrows::breaches(&crates);
    breaches.extend(arrows::without_lints(&crates)?);
    breaches.extend(lengths::breaches(root)?);
    breaches.extend(sizes::breaches(root)?);
    if breaches.is_empty() {
        println!("tidy: {} crates, all rules kept", crates.len());
        return Ok(());
    }
    bail!("{} rules are broken:\n- {}", breaches.len(), breaches.join("\n- "));
}
