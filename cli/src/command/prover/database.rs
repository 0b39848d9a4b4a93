//! Where the queue is.

use std::path::PathBuf;

use queue::{Queue, QueueError};
use url::Url;

use crate::failure::{Failure, OrFail};

/// The variable with the database's address.
pub const VARIABLE: &str = "DATAVAULT_PROVER_DATABASE_URL";

/// Which database. DATAVAULT_PROVER_DATABASE_URL names it too, and may hold a password.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Database {
    /// Postgres of the queue, without a password; with one, use DATAVAULT_PROVER_DATABASE_URL or a file
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// File that holds the URL of the queue's Postgres; --database goes before it
    #[arg(long, value_name = "FILE", env = "DATAVAULT_PROVER_DATABASE_FILE")]
    pub database_file: Option<PathBuf>,
}

impl Database {
    /// Connects, and makes the tables if they are not there.
    ///
    /// # Errors
    /// If no database is named, or it does not answer. The address is not repeated: it may hold a password.
    pub async fn open(&self, connections: u32) -> Result<Queue, Failure> {
        let address = self.address()?;
        let queue = Queue::connect(&address, connections).await.map_err(failed)?;
        queue.migrate().await.map_err(failed)?;
        Ok(queue)
    }

    fn address(&self) -> Result<zeroize::Zeroizing<String>, Failure> {
        if let Some(address) = &self.database {
            if Url::parse(address).is_ok_and(|url| url.password().is_some() || has_password(&url)) {
                return Err(Failure::usage("--database holds a password, which every user of this machine can see")
                    .fix(format!("set {VARIABLE}, or write it to a file and name it with --database-file")));
            }
            return Ok(address.clone().into());
        }
        if let Some(file) = &self.database_file {
            let text = std::fs::read_to_string(file).or_usage(|| format!("cannot read `{}`", file.display()))?;
            return Ok(text.trim().to_owned().into());
        }
        match std::env::var(VARIABLE) {
            Ok(address) if !address.is_empty() => Ok(address.into()),
            _ => Err(Failure::usage("this needs the database of the proof queue")
                .fix(format!("set {VARIABLE}, or name it with --database or --database-file"))),
        }
    }
}

fn has_password(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| name == "password")
}

/// What the queue refused, with the right exit code.
pub(super) fn failed(error: QueueError) -> Failure {
    match error {
        QueueError::BadAddress => Failure::usage(error.to_string()),
        QueueError::Unreachable { .. } => Failure::unreachable(error.to_string()),
        QueueError::Overlap { .. } | QueueError::UnknownJob(_) | QueueError::WrongState { .. } => {
            Failure::state(error.to_string())
        }
        QueueError::Damaged { .. } => Failure::mismatch(error.to_string()),
        other => Failure::failed("the proof queue failed").because(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_arguments_is_refused_and_not_repeated() {
        for address in ["postgres://me:hunter2@host/proofs", "postgres://me@host/proofs?password=hunter2"] {
            let database = Database { database: Some(address.into()), ..Database::default() };
            let told = database.address().unwrap_err().to_string();
            assert!(told.contains(VARIABLE) && !told.contains("hunter2"), "{told}");
        }
        let plain = Database { database: Some("postgres://me@host/proofs".into()), ..Database::default() };
        assert_eq!(plain.address().unwrap().as_str(), "postgres://me@host/proofs");
    }

    #[test]
    fn the_address_comes_from_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("database");
        std::fs::write(&file, "postgres://me:hunter2@host/proofs\n").unwrap();
        let database = Database { database_file: Some(file), ..Database::default() };
        assert_eq!(database.address().unwrap().as_str(), "postgres://me:hunter2@host/proofs");
        let missing = Database { database_file: Some(dir.path().join("none")), ..Database::default() };
        assert!(missing.address().unwrap_err().to_string().contains("none"));
    }
}
