//! A real Postgres for one run: started fresh, gone afterwards.
//!
//! Each server has a folder of its own, `target/postgres/<pid>-<count>`, which its owner locks. A
//! folder that nobody locks belongs to a run that was killed: whoever starts next ends its server, if
//! one is still there, and removes it.

mod folder;
mod server;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::io;
use std::path::PathBuf;
use url::Url;

use crate::tools::Tools;
pub use server::RunAs;
use server::Server;

/// Postgres could not be started or asked.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// A file or folder could not be used.
    #[error("cannot use {path}: check its owner, permissions and free space")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program could not be run at all.
    #[error("cannot run `{program}`")]
    Spawn {
        /// The program.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb failed ({status}):\n{output}")]
    Init {
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// The server ended, or was not ready in time.
    #[error("Postgres did not become ready ({what}); its log {log} ends:\n{tail}")]
    NotReady {
        /// What happened.
        what: String,
        /// The log file.
        log: PathBuf,
        /// The log's end.
        tail: String,
    },
    /// The given address is not one.
    #[error("DATABASE_URL is not a Postgres address (postgres://user:password@host:port/name)")]
    BadUrl(#[source] url::ParseError),
    /// A database's name has characters other than a-z, 0-9 and _, or is too long.
    #[error("database name `{0}`: use 1 to 60 of a-z, 0-9 and _")]
    BadName(String),
    /// The server refused.
    #[error("Postgres refused to {action}")]
    Refused {
        /// What we tried.
        action: String,
        /// Its answer.
        source: sqlx::Error,
    },
}

/// A Postgres server: ours, which ends when this value is dropped, or a given one.
#[derive(Debug)]
pub struct Postgres {
    url: Url,
    server: Option<Server>,
}

impl Postgres {
    /// Starts a fresh server on a free port of 127.0.0.1, with a random password.
    pub async fn start(tools: &Tools) -> Result<Self, PostgresError> {
        Self::start_as(tools, RunAs::detect()).await
    }

    /// Starts it as a given user.
    pub async fn start_as(tools: &Tools, run_as: RunAs) -> Result<Self, PostgresError> {
        let (server, url) = Server::start(&tools.postgres, run_as).await?;
        Ok(Self { url, server: Some(server) })
    }

    /// Uses a server that runs already. Its role must be allowed to create databases, if any is
    /// created.
    pub fn external(database_url: &str) -> Result<Self, PostgresError> {
        let url = Url::parse(database_url).map_err(PostgresError::BadUrl)?;
        Ok(Self { url, server: None })
    }

    /// The given server if there is one, else a fresh one.
    pub async fn external_or_start(tools: &Tools, database_url: Option<&str>) -> Result<Self, PostgresError> {
        match database_url {
            Some(url) => Self::external(url),
            None => Self::start(tools).await,
        }
    }

    /// The server's first database: `postgres` on ours, the given one on a given server.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether we started it, so that it ends with us.
    pub fn is_ours(&self) -> bool {
        self.server.is_some()
    }

    /// Creates an empty database and returns its address. One of the same name is dropped first,
    /// with whatever was connected to it.
    pub async fn create_database(&self, name: &str) -> Result<Url, PostgresError> {
        self.drop_database(name).await?;
        self.run(format!("create database {name}")).await?;
        let mut url = self.url.clone();
        url.set_path(name);
        Ok(url)
    }

    /// Drops a database, if it exists.
    pub async fn drop_database(&self, name: &str) -> Result<(), PostgresError> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 60 || !name.chars().all(legal) {
            return Err(PostgresError::BadName(name.to_owned()));
        }
        self.run(format!("drop database if exists {name} with (force)")).await
    }

    /// Ends our server (a given one stays); dropping does the same.
    pub fn stop(self) {
        drop(self.server);
    }

    /// Runs one statement of our own making, in which every name was checked.
    async fn run(&self, statement: String) -> Result<(), PostgresError> {
        let refused = |source| PostgresError::Refused { action: statement.clone(), source };
        let options = PgConnectOptions::from_url(&self.url).map_err(refused)?;
        let mut connection = options.connect().await.map_err(refused)?;
        connection.execute(AssertSqlSafe(statement.clone())).await.map_err(refused)?;
        connection.close().await.map_err(refused)
    }
}
