//! What a folder of finalized keys holds.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::transcript::Transcript;

/// Where finalized keys lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyFiles {
    /// The proving key.
    pub zkey: PathBuf,
    /// The verifying key, in our JSON.
    pub vk: PathBuf,
    /// The verifying key, in snarkjs's JSON.
    pub snarkjs_vk: PathBuf,
    /// The ceremony's transcript.
    pub transcript: PathBuf,
}

impl KeyFiles {
    /// The files of a transcript's circuit in a folder of keys. Keys from development powers are
    /// called as development keys are.
    #[must_use]
    pub fn of(keys: &Path, transcript: &Transcript) -> Self {
        let file = |suffix: &str| keys.join(format!("{}.{suffix}", transcript.circuit));
        Self {
            zkey: file(if transcript.powers.development { "dev.zkey" } else { "zkey" }),
            vk: file("vk.json"),
            snarkjs_vk: file("verification_key.json"),
            transcript: transcript_file(keys, &transcript.circuit),
        }
    }
}

/// The transcript of a circuit in a folder of keys.
pub(crate) fn transcript_file(keys: &Path, circuit: &str) -> PathBuf {
    keys.join(format!("{circuit}.ceremony.json"))
}
