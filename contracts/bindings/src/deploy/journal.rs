//! What a deployment has begun, so that it can be continued.

use std::{fs, io, path::Path};

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use super::DeployError;

/// Enough to compute the same plan again, and to tell whether it is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) chain_id: u64,
    pub(super) deployer: Address,
    pub(super) first_nonce: u64,
    pub(super) start_block: u64,
    pub(super) plan: B256,
}

impl Journal {
    /// `None`: nothing was begun.
    pub(super) fn load(path: &Path) -> Result<Option<Self>, DeployError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(path, format!("cannot be read: {error}"))),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| refused(path, format!("cannot be read: {error}")))
    }

    /// On disk before the first transaction is sent.
    pub(super) fn save(&self, path: &Path) -> Result<(), DeployError> {
        let failed = |error: io::Error| refused(path, format!("cannot be noted: {error}"));
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        let draft = path.with_extension(format!("{}.tmp", std::process::id()));
        let file = fs::File::create(&draft).map_err(failed)?;
        io::Write::write_all(&mut &file, text.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&draft, path).map_err(failed)
    }
}

pub(super) fn refused(path: &Path, reason: impl Into<String>) -> DeployError {
    DeployError::Journal { path: path.to_owned(), reason: reason.into() }
}
