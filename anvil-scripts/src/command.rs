//! One file per subcommand.

use std::path::Path;

use anvil_scripts::StackOptions;
use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

pub mod chain;
pub mod demo;
pub mod tools;
pub mod up;
pub mod with_postgres;

/// The exit code of a program that Ctrl-C ended.
pub const INTERRUPTED: u8 = 130;

/// A stack in `folder`, or in `target/<name>`.
fn stack_options(folder: Option<&Path>, name: &str) -> Result<StackOptions> {
    let mut options = StackOptions::named(name);
    if let Some(folder) = folder {
        options.folder =
            std::path::absolute(folder).with_context(|| format!("cannot tell where `{}` is", folder.display()))?;
    }
    Ok(options)
}

/// Drives `work` until it ends, or drops it, with every process it started, at Ctrl-C or SIGTERM.
pub async fn until_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done.map(Some),
        _ = tokio::signal::ctrl_c() => Ok(None),
        _ = terminate.recv() => Ok(None),
    }
}
