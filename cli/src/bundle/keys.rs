//! Which verifying keys the reader trusts.

use std::{collections::BTreeMap, path::Path};

use groth16::{CircuitId, KeySet, Manifest, Origin, VerifyingKey};

use crate::failure::{Failure, OrFail};

/// The manifest of the keys that the reader trusts: this program's, or one that it has from a ceremony.
#[derive(Clone, Debug)]
pub struct TrustedKeys {
    source: String,
    manifest: Manifest,
}

impl TrustedKeys {
    /// The keys that this program was built with.
    ///
    /// # Errors
    /// If they were damaged, which is a bug.
    pub fn built_in() -> Result<Self, Failure> {
        let keys = KeySet::committed().or_fail(|| "this program's verifying keys are damaged".into())?;
        Ok(Self { source: "this program".into(), manifest: keys.manifest })
    }

    /// The keys of a ceremony's manifest, which the reader has from somebody that it trusts.
    ///
    /// # Errors
    /// If the file cannot be read or is no manifest.
    pub fn of_manifest(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).or_usage(|| format!("cannot read `{}`", path.display()))?;
        let manifest =
            Manifest::from_json(&text).or_usage(|| format!("`{}` is no manifest of keys", path.display()))?;
        Ok(Self { source: format!("`{}`", path.display()), manifest })
    }

    /// Whether anybody can forge proofs with them.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.manifest.origin == Origin::Development
    }

    /// Where they are from, in words.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// SHA-256 of a circuit's verifying key, hexadecimal.
    #[must_use]
    pub fn sha256_of(&self, circuit: CircuitId) -> Option<&str> {
        self.manifest.circuits.get(&circuit).map(|keys| keys.vk_sha256.as_str())
    }

    /// One circuit of the manifest, with a verifying key for it.
    pub(super) fn with(&self, circuit: CircuitId, key: &VerifyingKey) -> KeySet {
        let circuits = self.manifest.circuits.iter().filter(|(id, _)| **id == circuit);
        let circuits = circuits.map(|(id, keys)| (*id, keys.clone())).collect();
        let manifest = Manifest { origin: self.manifest.origin, circuits };
        KeySet { manifest, verifying: BTreeMap::from([(circuit, key.clone())]) }
    }
}
