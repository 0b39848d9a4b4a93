//! The mirror from outside: more indexers on a stack's chain, and everything that an API tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use alloy::consensus::Transaction as _;
use alloy::eips::BlockNumberOrTag;
use alloy::network::TransactionResponse;
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::Provider;
use anvil_scripts::{Guarded, GuardedOptions};
use anyhow::{Context, bail, ensure};
use reqwest::Url;
use serde_json::Value;

use crate::{Result, TestStack, eventually};

const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// A `datavault-indexer` beside the stack's own. It ends when dropped.
#[derive(Debug)]
pub struct Indexer {
    /// The process.
    pub process: Guarded,
}

/// What an indexer is started with.
#[derive(Clone, Debug)]
pub struct IndexerOptions {
    /// Its first argument: `all`, `ingest`, `serve`.
    pub part: &'static str,
    /// Its database.
    pub database_url: Url,
    /// Its node.
    pub rpc_url: Url,
    /// Its deployment file.
    pub deployment: PathBuf,
    /// More arguments.
    pub more: Vec<String>,
}

impl IndexerOptions {
    /// What follows the stack's chain into another database.
    #[must_use]
    pub fn of(at: &TestStack, part: &'static str, database_url: Url) -> Self {
        Self {
            part,
            database_url,
            rpc_url: at.stack.chain.rpc_url.clone(),
            deployment: at.folder().join("deployment.json"),
            more: Vec::new(),
        }
    }
}

impl Indexer {
    /// Starts one; its log is `<name>.log` in the stack's folder.
    ///
    /// # Errors
    /// If it is not built.
    pub fn start(at: &TestStack, name: &str, options: &IndexerOptions) -> Result<Self> {
        let datavault = at.command("anyone")?;
        let mut command = Command::new(Path::new(datavault.get_program()).with_file_name("datavault-indexer"));
        command
            .arg(options.part)
            .args(&options.more)
            .stdin(Stdio::null())
            .env("DATABASE_URL", options.database_url.as_str())
            .env("DATAVAULT_RPC_URL", options.rpc_url.as_str())
            .env_remove("DATAVAULT_WS_URL")
            .env("DATAVAULT_DEPLOYMENT", &options.deployment);
        if options.part != "ingest" {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let log = at.folder().join(format!("{name}.log"));
        Ok(Self { process: Guarded::spawn(&command, &GuardedOptions::new(log))? })
    }

    /// Where it answers, once it does.
    ///
    /// # Errors
    /// If it ends, or never says.
    pub async fn url(&mut self) -> Result<Url> {
        let log = self.process.log().to_owned();
        let said = eventually("the indexer listens", async || {
            let text = std::fs::read_to_string(&log)?;
            Ok(text.lines().find_map(|line| line.strip_prefix("listening on ").map(str::to_owned)))
        })
        .await;
        Ok(Url::parse(&said.with_context(|| self.process.log_tail())?)?)
    }

    /// Waits for its end; its exit code and what it said.
    ///
    /// # Errors
    /// If it goes on.
    pub async fn ended(mut self) -> Result<(i32, String)> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let status = loop {
            match self.process.exited()? {
                Some(status) => break status,
                None if tokio::time::Instant::now() > deadline => bail!("it goes on:\n{}", self.process.log_tail()),
                None => tokio::time::sleep(POLL).await,
            }
        };
        Ok((status.code().unwrap_or(-1), self.process.log_tail()))
    }
}

/// What an API answers: status and body.
///
/// # Errors
/// If it does not answer JSON.
pub async fn get(api: &Url, path: &str) -> Result<(u16, Value)> {
    let answer = reqwest::get(api.join(path)?).await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await.with_context(|| format!("{path} is no JSON"))?))
}

/// Waits until an API reflects the chain's latest block, by its hash; gives the block.
///
/// # Errors
/// If it does not get there.
pub async fn at_head(at: &TestStack, api: &Url) -> Result<(u64, B256)> {
    eventually("the mirror reaches the chain's head", async || {
        let head = at.stack.chain.provider().get_block_by_number(BlockNumberOrTag::Latest).await?;
        let head = head.context("the chain has no latest block")?.header;
        let Ok((200, status)) = get(api, "v1/status").await else { return Ok(None) };
        let seen = status["block"]["hash"].as_str().and_then(|hash| hash.parse::<B256>().ok());
        Ok((seen == Some(head.hash)).then_some((head.number, head.hash)))
    })
    .await
}

/// Every row of a list, part by part.
///
/// # Errors
/// If a part fails, or a cursor leads round in a circle.
pub async fn list(api: &Url, path: &str, limit: usize) -> Result<Vec<Value>> {
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    for _ in 0..1_000 {
        let join = if path.contains('?') { '&' } else { '?' };
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let (status, mut part) = get(api, &format!("{path}{join}limit={limit}{after}")).await?;
        ensure!(status == 200, "{path}: {part}");
        let data = part["data"].as_array_mut().with_context(|| format!("{path} is no list"))?;
        ensure!(data.len() <= limit, "{path} gave {} rows instead of {limit}", data.len());
        rows.append(data);
        match part["next_cursor"].take() {
            Value::String(next) => cursor = Some(next),
            _ => return Ok(rows),
        }
    }
    bail!("{path} does not end")
}

/// Everything that an API tells about what the contracts did, by path.
///
/// # Errors
/// If an answer fails.
pub async fn everything(at: &TestStack, api: &Url) -> Result<BTreeMap<String, Value>> {
    let mut told = BTreeMap::new();
    for (noun, id) in [
        ("contents", "content_id"),
        ("offers", "offer_id"),
        ("licenses", "license_id"),
        ("payments", "payment_id"),
        ("disputes", "dispute_id"),
    ] {
        let rows = list(api, &format!("v1/{noun}"), 7).await?;
        for row in &rows {
            let id = row[id].as_str().with_context(|| format!("{noun}: a row without {id}"))?;
            let mut paths = vec![format!("v1/{noun}/{id}")];
            if noun == "licenses" {
                paths.push(format!("v1/licenses/{id}/usage"));
            }
            for path in paths {
                let (status, answer) = get(api, &path).await?;
                ensure!(status == 200, "{path}: {answer}");
                told.insert(path, answer);
            }
        }
        told.insert(noun.to_owned(), rows.into());
    }
    for actor in at.stack.actors.all() {
        let path = format!("v1/balances/{:#x}", actor.address());
        let (status, answer) = get(api, &path).await?;
        ensure!(status == 200, "{path}: {answer}");
        told.insert(path, answer);
    }
    Ok(told)
}

/// Rebuilds the mirror from block 0 in a fresh database, and compares every answer with that of `api`.
///
/// # Errors
/// If one answer differs. Gives how many were compared.
pub async fn equals_rebuilt(at: &TestStack, api: &Url, name: &str) -> Result<usize> {
    let database = format!("datavault_rebuilt_{}", name.replace('-', "_"));
    let options = IndexerOptions::of(at, "all", at.stack.postgres.create_database(&database).await?);
    let mut rebuilt = Indexer::start(at, &format!("rebuilt-{name}"), &options)?;
    let url = rebuilt.url().await?;
    ensure!(at_head(at, api).await? == at_head(at, &url).await?, "the chain moved meanwhile");
    let (live, fresh) = (everything(at, api).await?, everything(at, &url).await?);
    for (path, answer) in &live {
        ensure!(fresh.get(path) == Some(answer), "{path}\n live {answer}\nfresh {:?}", fresh.get(path));
    }
    ensure!(live.len() == fresh.len(), "the rebuilt mirror tells more");
    drop(rebuilt);
    at.stack.postgres.drop_database(&database).await?;
    Ok(live.len())
}

/// A transaction that was mined, ready to be sent again byte for byte.
#[derive(Clone, Debug)]
pub struct Mined {
    /// Who sent it.
    pub sender: Address,
    /// Its place among the sender's.
    pub nonce: u64,
    /// All of it.
    pub raw: Bytes,
}

/// The transactions of the last `depth` blocks, in order.
///
/// # Errors
/// If the chain does not have them.
pub async fn last_transactions(at: &TestStack, depth: u64) -> Result<Vec<Mined>> {
    let provider = at.stack.chain.provider();
    let (head, _) = at.stack.chain.latest().await?;
    let mut mined = Vec::new();
    for number in head + 1 - depth..=head {
        let block = provider.get_block_by_number(number.into()).full().await?;
        for transaction in block.context("a block is missing")?.transactions.into_transactions() {
            let raw = provider.get_raw_transaction_by_hash(transaction.tx_hash()).await?;
            let raw = raw.context("a transaction is missing")?;
            mined.push(Mined { sender: transaction.from(), nonce: transaction.nonce(), raw });
        }
    }
    Ok(mined)
}

/// Sends transactions again, one block each.
///
/// # Errors
/// If one is refused or fails.
pub async fn send_again(at: &TestStack, mined: &[Mined]) -> Result {
    for transaction in mined {
        let sent = at.stack.chain.provider().send_raw_transaction(&transaction.raw).await?;
        ensure!(sent.get_receipt().await?.status(), "a transaction failed when it was sent again");
    }
    Ok(())
}
