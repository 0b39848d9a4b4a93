//! The binary `datavault-indexer`, killed and stopped, on a real anvil and Postgres: `DATABASE_URL` names a server on
//! which databases may be created.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../../ingest/tests/follow/emitter.rs"]
#[allow(dead_code, reason = "the tests of following use more of it")]
mod emitter;
mod endings;
mod kills;
#[path = "../../../ingest/tests/follow/mirror.rs"]
#[allow(dead_code, reason = "the tests of following use more of it")]
mod mirror;

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
};

use emitter::{Chain, eventually};
use serde_json::Value;
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

/// The binary with its arguments; killed when dropped.
struct Indexer {
    child: Child,
}

impl Indexer {
    fn start(arguments: &[&str], database: &PgConnectOptions, chain: &Chain, files: &tempfile::TempDir) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_datavault-indexer"))
            .args(arguments)
            .env("DATABASE_URL", database.to_url_lossy().as_str())
            .env("DATAVAULT_RPC_URL", chain.anvil.endpoint())
            .env("DATAVAULT_DEPLOYMENT", deployment(chain, files))
            .env("RUST_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child }
    }

    /// Where it answers, as it prints.
    fn api_url(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said: {line}")).to_owned()
    }

    /// Sends a signal.
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; what it said on standard error.
    async fn ended(mut self) -> (ExitStatus, String) {
        let mut status = None;
        eventually("the indexer ends", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.unwrap(), said)
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn deployment(chain: &Chain, files: &tempfile::TempDir) -> PathBuf {
    let path = files.path().join("deployment.json");
    chain.deployment.save(&path).unwrap();
    path
}

/// What the API answers: status and body.
async fn get(url: &str) -> (u16, Value) {
    let answer = alloy::transports::http::reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}
