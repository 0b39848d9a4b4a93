//! The command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use datavault_indexer::{ApiConfig, Config, IngestConfig, PgConnectOptions, ServeConfig};
use url::Url;

const EXAMPLES: &str = "Examples:
  # one process that does everything
  DATABASE_URL=postgres://localhost/datavault datavault-indexer all \\
      --rpc-url http://127.0.0.1:8545 --deployment contracts/deployments/31337.json

  # one writer and any number of readers
  datavault-indexer migrate
  datavault-indexer ingest --rpc-url https://node.example --ws-url wss://node.example --deployment 1.json
  datavault-indexer serve --listen 0.0.0.0:8080

Logs go to standard error; RUST_LOG sets what is logged (for example RUST_LOG=debug).";

/// Mirrors the Datavault contracts of one chain into Postgres and answers questions about them.
#[derive(Debug, Parser)]
#[command(name = "datavault-indexer", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the database's schema up to date, and end.
    Migrate(Database),
    /// Follow the chain. One process per database does; another waits for it to end.
    Ingest {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        chain: Chain,
    },
    /// Answer requests, reading only.
    Serve {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        answers: Answers,
    },
    /// Migrate, then follow and answer in one process.
    All {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        chain: Chain,
        #[command(flatten)]
        answers: Answers,
    },
}

#[derive(Debug, Args)]
struct Database {
    /// Where the mirror is kept, for example postgres://user:password@localhost/datavault.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: PgConnectOptions,
}

#[derive(Debug, Args)]
struct Chain {
    /// The node's HTTP address.
    #[arg(long, env = "DATAVAULT_RPC_URL", hide_env_values = true)]
    rpc_url: Url,
    /// The node's WebSocket address, to hear of new blocks early. Without it, or when it fails, the node is polled.
    #[arg(long, env = "DATAVAULT_WS_URL", hide_env_values = true)]
    ws_url: Option<Url>,
    /// The deployment file: chain id, start block and addresses.
    #[arg(long, env = "DATAVAULT_DEPLOYMENT")]
    deployment: PathBuf,
    /// Milliseconds between two looks at the chain when there is nothing new.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(10..=3_600_000))]
    poll_interval_ms: u64,
    /// Blocks below the head that are read one by one, by hash; deeper ones are read in ranges.
    #[arg(long, default_value_t = 64)]
    exact_depth: u64,
    /// The most blocks to ask the node for at once; it gets fewer when it refuses.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    max_range: u64,
}

#[derive(Debug, Args)]
struct Answers {
    /// The address to listen on. Port 0 takes a free one; the address is printed.
    #[arg(long, env = "DATAVAULT_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Connections to the database.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    max_connections: u32,
    /// Blocks behind the chain's head from which /ready says no.
    #[arg(long, default_value_t = 16)]
    ready_max_lag_blocks: u64,
    /// Seconds since the indexer last saw the chain from which /ready says no.
    #[arg(long, default_value_t = 60)]
    ready_max_silence_secs: u64,
}

impl Chain {
    fn config(self, database: PgConnectOptions) -> anyhow::Result<IngestConfig> {
        for (flag, url, schemes) in
            [("--rpc-url", Some(&self.rpc_url), ["http", "https"]), ("--ws-url", self.ws_url.as_ref(), ["ws", "wss"])]
        {
            if let Some(url) = url
                && !schemes.contains(&url.scheme())
            {
                anyhow::bail!("{flag} begins with {}://, expected one of {schemes:?}", url.scheme());
            }
        }
        let deployment = contracts::Deployment::load(&self.deployment)?;
        Ok(IngestConfig {
            ws_url: self.ws_url,
            poll_interval: Duration::from_millis(self.poll_interval_ms),
            exact_depth: self.exact_depth,
            max_range: self.max_range,
            ..IngestConfig::new(database, self.rpc_url, deployment)
        })
    }
}

impl Answers {
    fn config(self, database: PgConnectOptions) -> ServeConfig {
        ServeConfig {
            listen: self.listen,
            api: ApiConfig {
                max_connections: self.max_connections,
                ready_max_lag_blocks: self.ready_max_lag_blocks,
                ready_max_silence_secs: self.ready_max_silence_secs,
                ..ApiConfig::new(database)
            },
        }
    }
}

impl Cli {
    /// What the arguments ask for.
    pub(crate) fn config(self) -> anyhow::Result<Config> {
        Ok(match self.command {
            Command::Migrate(database) => Config { migrate: Some(database.database_url), ..Config::default() },
            Command::Ingest { database, chain } => {
                Config { ingest: Some(chain.config(database.database_url)?), ..Config::default() }
            }
            Command::Serve { database, answers } => {
                Config { serve: Some(answers.config(database.database_url)), ..Config::default() }
            }
            Command::All { database, chain, answers } => Config {
                migrate: Some(database.database_url.clone()),
                ingest: Some(chain.config(database.database_url.clone())?),
                serve: Some(answers.config(database.database_url)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
