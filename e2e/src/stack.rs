//! A stack of one test.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use alloy::primitives::U256;
use anvil_scripts::{Stack, StackOptions, target_dir};
use anyhow::{Context, bail};
use cli::Session;
use contracts::{LicenseView, PaymentView};
use domain::{Amount, ChainEvent, LicenseId, OfferId, Token};
use serde_json::Value;

use crate::{Ran, Result, datavault};

/// Longer than anything that a test waits for, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(50);

/// A whole Datavault that only one test uses. It ends when dropped.
#[derive(Debug)]
pub struct TestStack {
    /// Chain, database, contracts, mirror and the creator's meter.
    pub stack: Stack,
    _turn: File,
}

/// A license and the payment that is held for it, as the chain tells them.
#[derive(Clone, Debug)]
pub struct LicenseFacts {
    /// The license.
    pub license: LicenseView,
    /// Its payment.
    pub payment: PaymentView,
}

impl TestStack {
    /// Starts a stack in `target/e2e/<name>`. The name must be the test's alone: folder and database are called so.
    ///
    /// # Errors
    /// If a part of it does not come up.
    pub async fn start(name: &str) -> Result<Self> {
        share_proving_keys()?;
        let turn = take_turn(name).await?;
        let options = StackOptions {
            folder: target_dir().join("e2e").join(name),
            database_url: std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()),
            ..StackOptions::named(name)
        };
        let stack = Stack::start(&options, |_| {}).await?;
        // Buyers want somebody who could rule; on a new chain the arbitrator is the first to act.
        datavault!(stack.session(stack.actors.arbitrator.name).await?, wallet::publish, [])?;
        Ok(Self { stack, _turn: turn })
    }

    /// Where it writes.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.stack.folder()
    }

    /// What an actor of the stack works with.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn session(&self, actor: &str) -> Result<Session> {
        self.stack.session(actor).await
    }

    /// The binary, not yet started, as an actor on this stack.
    ///
    /// # Errors
    /// If it is not built.
    pub fn command(&self, actor: &str) -> Result<std::process::Command> {
        let mut command = command_at(self.folder(), actor)?;
        command.current_dir(self.folder());
        Ok(command)
    }

    /// Runs the binary as an actor on this stack: `run("company1", &["license", "show", "1"])`.
    ///
    /// # Errors
    /// If it is not built, or does not end.
    pub async fn run(&self, actor: &str, words: &[&str]) -> Result<Ran> {
        let mut command = self.command(actor)?;
        command.args(words);
        run_to_end(command).await
    }

    /// A folder with the description of a network that is this stack's but for what `change` does to it. The binary
    /// is pointed at it with [`anvil_scripts::stack::datavault`] or [`Self::run_at`].
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn described_otherwise(&self, name: &str, change: impl FnOnce(&mut Value)) -> Result<PathBuf> {
        let folder = self.folder().join(name);
        std::fs::create_dir_all(&folder)?;
        let mut description = serde_json::from_slice(&std::fs::read(self.folder().join("stack.json"))?)?;
        change(&mut description);
        std::fs::write(folder.join("stack.json"), serde_json::to_vec(&description)?)?;
        std::fs::copy(self.folder().join("deployment.json"), folder.join("deployment.json"))?;
        Ok(folder)
    }

    /// As [`Self::run`], on the network that a folder's `stack.json` describes.
    ///
    /// # Errors
    /// If the binary is not built, or does not end.
    pub async fn run_at(&self, folder: &Path, actor: &str, words: &[&str]) -> Result<Ran> {
        let mut command = command_at(folder, actor)?;
        command.args(words).current_dir(self.folder());
        run_to_end(command).await
    }

    /// A file of the test with these bytes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<PathBuf> {
        let folder = self.folder().join("files");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    /// Moves the chain's clock by so many seconds, and gives the new time.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn travel(&self, seconds: u64) -> Result<u64> {
        Ok(self.stack.chain.increase_time(seconds).await?)
    }

    /// Gives the next block, and whatever is tried on it before, exactly this time.
    ///
    /// # Errors
    /// If the chain is later already.
    pub async fn next_block_at(&self, timestamp: u64) -> Result {
        Ok(self.stack.chain.set_next_block_timestamp(timestamp).await?)
    }

    /// Everything that the contracts told, in order.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn events(&self) -> Result<Vec<ChainEvent>> {
        Ok(self.session("anyone").await?.events().await?)
    }

    /// What the escrow owes in a token, by its own events: held payments and bonds, and what may be withdrawn.
    ///
    /// # Errors
    /// If the chain does not answer, or more left the escrow than came in.
    pub async fn owed(&self, token: Token) -> Result<Amount> {
        let (mut owed, mut paid) = (U256::ZERO, U256::ZERO);
        for event in self.events().await? {
            match event {
                ChainEvent::PaymentHeld(e) if e.token == token => owed += e.amount.0,
                ChainEvent::PaymentToppedUp(e) if e.token == token => owed += e.added.0,
                ChainEvent::BondHeld(e) if e.token == token => owed += e.amount.0,
                ChainEvent::Credited(e) if e.token == token => owed += e.amount.0,
                ChainEvent::PaymentReleased(e) if e.token == token => paid += e.amount.0,
                ChainEvent::PaymentRefunded(e) if e.token == token => paid += e.amount.0,
                ChainEvent::BondPaid(e) if e.token == token => paid += e.amount.0,
                ChainEvent::Withdrawn(e) if e.token == token => paid += e.amount.0,
                _ => {}
            }
        }
        Ok(Amount(owed.checked_sub(paid).context("more left the escrow than came in")?))
    }

    /// How often licenses of an offer were sold.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn sold(&self, offer: OfferId) -> Result<usize> {
        let is_it = |event: &ChainEvent| matches!(event, ChainEvent::LicenseIssued(e) if e.offer_id == offer);
        Ok(self.events().await?.iter().filter(|event| is_it(event)).count())
    }

    /// A license and its payment.
    ///
    /// # Errors
    /// If there is no such license.
    pub async fn facts(&self, license: LicenseId) -> Result<LicenseFacts> {
        let chain = self.session("anyone").await?.chain;
        let license = chain.license(license).await?;
        let payment = chain.payment(license.license_id.payment_id()).await?;
        Ok(LicenseFacts { license, payment })
    }

    /// Waits until the creator's meter, or whoever else, delivered the key of a license.
    ///
    /// # Errors
    /// If nobody does.
    pub async fn delivered(&self, license: LicenseId) -> Result {
        let chain = self.session("anyone").await?.chain;
        eventually(&format!("the key of license {license} is delivered"), async || {
            Ok(chain.license(license).await?.delivered.then_some(()))
        })
        .await
    }

    /// The `data` of what the API answers.
    ///
    /// # Errors
    /// If it answers with a problem.
    pub async fn api(&self, path: &str) -> Result<Value> {
        Ok(self.api_whole(path).await?["data"].take())
    }

    /// What the API answers, with the block that it reflects.
    ///
    /// # Errors
    /// If it answers with a problem.
    pub async fn api_whole(&self, path: &str) -> Result<Value> {
        let url = self.stack.indexer.url().join(path)?;
        Ok(reqwest::get(url).await?.error_for_status()?.json().await?)
    }

    /// The `data` of what the API answers once the mirror has seen the chain's newest block.
    ///
    /// # Errors
    /// If the mirror does not get there.
    pub async fn api_at_head(&self, path: &str) -> Result<Value> {
        let head = self.session("anyone").await?.chain.latest_block().await?;
        eventually(&format!("the mirror reaches block {}", head.number), async || {
            let status = self.api_whole("v1/status").await?;
            let seen = status["block"]["number"].as_u64();
            Ok(seen.is_some_and(|seen| seen >= head.number).then_some(()))
        })
        .await?;
        self.api(path).await
    }
}

/// Asks again and again until there is an answer.
///
/// # Errors
/// If asking fails, or there is no answer for a long time.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if started.elapsed() > PATIENCE {
            bail!("waited {} s in vain: {what}", PATIENCE.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
}

fn command_at(folder: &Path, actor: &str) -> Result<std::process::Command> {
    let mut command = anvil_scripts::stack::datavault(folder, actor)?;
    for variable in ["DATAVAULT_NETWORK", "DATAVAULT_KEYSTORE", "DATAVAULT_PASSWORD_FILE", "DATAVAULT_LOG"] {
        command.env_remove(variable);
    }
    command.stdin(std::process::Stdio::null());
    Ok(command)
}

/// Runs a program to its end; it does not outlive the test.
///
/// # Errors
/// If it does not start, or does not end.
pub async fn run_to_end(command: std::process::Command) -> Result<Ran> {
    let told = format!("{command:?}");
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output())
        .await
        .with_context(|| format!("it does not end: {told}"))?
        .with_context(|| format!("it does not start: {told}"))?;
    Ok(output.into())
}

/// Two runs of the tests in one checkout take turns at each test's folder.
async fn take_turn(name: &str) -> Result<File> {
    let path = target_dir().join("e2e").join(format!("{name}.turn"));
    let file = File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    let file = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await?;
    file.with_context(|| format!("cannot lock `{}`", path.display()))
}

/// Stacks keep proving keys beside their folders; all stacks of this checkout share one set.
fn share_proving_keys() -> Result {
    let (shared, here) = (target_dir().join("proving-keys"), target_dir().join("e2e/proving-keys"));
    std::fs::create_dir_all(&shared)?;
    std::fs::create_dir_all(target_dir().join("e2e"))?;
    match std::os::unix::fs::symlink(&shared, &here) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("cannot link `{}`", here.display()))
        }
        _ => Ok(()),
    }
}
