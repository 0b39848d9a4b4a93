//! Our own binaries as child processes, so that they can be killed like anybody's.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use url::Url;

use super::description::Description;
use crate::{Guarded, GuardedOptions};

const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// A service of ours that answers HTTP.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    command: Command,
    log: PathBuf,
    url: Url,
    health: &'static str,
    process: Guarded,
    starts: u32,
}

impl Service {
    /// `datavault-indexer all`.
    ///
    /// # Errors
    /// If the binary is not built.
    pub fn indexer(at: &Description, folder: &Path) -> Result<Self> {
        let mut command = Command::new(binary("datavault-indexer")?);
        command
            .arg("all")
            .arg("--deployment")
            .arg(folder.join("deployment.json"))
            .args(["--listen", authority(&at.api_url)])
            .env("DATABASE_URL", at.database_url.as_str())
            .env("DATAVAULT_RPC_URL", at.rpc_url.as_str())
            .env("DATAVAULT_WS_URL", at.ws_url.as_str());
        Self::start("indexer", command, folder, at.api_url.clone(), "ready")
    }

    /// `datavault meter serve`, as `actor`.
    ///
    /// # Errors
    /// If the binary is not built.
    pub fn meter(at: &Description, folder: &Path, actor: &str) -> Result<Self> {
        let mut command = datavault(folder, actor)?;
        command.args(["meter", "serve", "--listen", authority(&at.meter_url)]);
        Self::start("meter", command, folder, at.meter_url.clone(), "health")
    }

    fn start(name: &'static str, command: Command, folder: &Path, url: Url, health: &'static str) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let process = spawn(name, &command, &log)?;
        Ok(Self { name, command, log, url, health, process, starts: 1 })
    }

    /// The file with what it printed.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Waits until it answers that it is well.
    ///
    /// # Errors
    /// If it ends, or does not answer within a minute; with the end of its log.
    pub async fn ready(&mut self) -> Result<()> {
        let url = self.url.join(self.health).context("a health path is part of a URL")?;
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if let Some(status) = self.process.exited()? {
                bail!("the {} ended ({status}):\n{}", self.name, self.process.log_tail());
            }
            let answer = reqwest::Client::new().get(url.clone()).timeout(Duration::from_secs(2)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the {} does not answer at {url}:\n{}", self.name, self.process.log_tail());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Kills it with SIGKILL, in the middle of whatever it does.
    ///
    /// # Errors
    /// If the process cannot be reached.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        Ok(())
    }

    /// Starts it again, with the same command, and waits until it is well.
    ///
    /// # Errors
    /// As [`Service::ready`].
    pub async fn restart(&mut self) -> Result<()> {
        self.starts += 1;
        let log = self.log.with_extension(format!("{}.log", self.starts));
        self.process = spawn(self.name, &self.command, &log)?;
        self.ready().await
    }
}

fn spawn(name: &str, command: &Command, log: &Path) -> Result<Guarded> {
    Guarded::spawn(command, &GuardedOptions::new(log)).with_context(|| format!("cannot start the {name}"))
}

/// The `datavault` binary on a stack, as an actor.
///
/// # Errors
/// If it is not built.
pub fn datavault(folder: &Path, actor: &str) -> Result<Command> {
    let mut command = Command::new(binary("datavault")?);
    command.arg("--network").arg(folder.join("stack.json")).env("DATAVAULT_ACTOR", actor);
    for variable in ["DATAVAULT_PRIVATE_KEY", "DATAVAULT_HOME"] {
        command.env_remove(variable);
    }
    Ok(command)
}

/// A binary of this workspace, beside the running one (tests run one folder deeper).
fn binary(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program is")?;
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .with_context(|| format!("`{name}` is not built; run `cargo build --locked --workspace` first"))
}

fn authority(url: &Url) -> &str {
    url.authority()
}
