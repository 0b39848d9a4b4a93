//! `anvil-scripts tools`

use std::process::ExitCode;

use anvil_scripts::Tools;
use anyhow::Result;

/// Installs the pinned tools and prints one `name path` line each.
pub fn run() -> Result<ExitCode> {
    let tools = Tools::ensure()?;
    println!("anvil    {}", tools.anvil.display());
    println!("forge    {}", tools.forge.display());
    println!("postgres {}", tools.postgres.display());
    println!("datasets {}", tools.datasets.display());
    Ok(ExitCode::SUCCESS)
}
