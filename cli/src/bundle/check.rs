//! What a bundle shows by itself.

use std::fmt::Display;

use alloy::primitives::{Address, B256, U256};
use groth16::{KeyError, ManifestError, Proof, Verifier};
use serde::Serialize;
use sha2::{Digest, Sha256};
use statement::{Context, compliance, field::to_fr, usage};

use super::{
    error::BundleError,
    format::{Bundle, Statement},
    keys::TrustedKeys,
};

/// What a bundle shows by itself: a proof of these numbers, and a log of them in a block of this hash. Whether the
/// block is on the chain, it cannot show: [`Bundle::ask`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// Whose use.
    pub license_id: u64,
    /// In which lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// What is proved.
    pub statement: Statement,
    /// On which chain.
    pub chain_id: u64,
    /// Which contract settled it. Whether it is the tracker of a deployment that you know, a bundle cannot show.
    pub tracker: Address,
    /// Of which content, as that contract says.
    pub content_id: B256,
    /// Poseidon of the key that signed the head, as that contract says.
    pub meter_key_hash: U256,
    /// In which block it was settled.
    pub block_number: u64,
    /// The block's hash: whoever knows it from elsewhere needs no node.
    pub block_hash: B256,
    /// When, unix seconds.
    pub block_timestamp: u64,
    /// By which transaction.
    pub transaction_hash: B256,
    /// SHA-256 of the verifying key.
    pub verifying_key_sha256: B256,
    /// Where the trusted keys are from.
    pub keys: String,
    /// Whether they are development keys, with which anyone can forge proofs.
    pub development_keys: bool,
}

impl Bundle {
    /// Checks everything that can be checked without a network. Never panics, whatever the bundle says.
    ///
    /// # Errors
    /// [`BundleError`] names the fields that do not fit.
    pub fn check(&self, keys: &TrustedKeys) -> Result<Checked, BundleError> {
        let calldata = self.check_inclusion()?;
        self.check_log_says()?;
        self.check_context()?;
        self.check_calldata(&calldata)?;
        let verifier = self.check_key(keys)?;
        self.check_proof(&verifier)?;
        Ok(Checked {
            license_id: self.license.id,
            lane: self.lane,
            epoch: self.license.epoch,
            statement: self.statement.clone(),
            chain_id: self.chain_id,
            tracker: self.tracker,
            content_id: self.license.content_id,
            meter_key_hash: self.license.meter_key_hash,
            block_number: self.block.number,
            block_hash: self.block.hash,
            block_timestamp: self.block.timestamp,
            transaction_hash: self.transaction.hash,
            verifying_key_sha256: self.verifying_key.sha256,
            keys: keys.source().to_owned(),
            development_keys: keys.is_development(),
        })
    }

    /// That the proof's domain is this license on this chain. The log holds the rest of the preimage already.
    fn check_context(&self) -> Result<(), BundleError> {
        let context = Context {
            chain_id: self.chain_id,
            tracker: self.tracker,
            license_id: self.license.id,
            content_id: self.license.content_id,
            lane: self.lane,
            epoch: self.license.epoch,
        };
        match context.ctx() == self.ctx {
            true => Ok(()),
            false => Err(BundleError::Hash { hash: "ctx", of: "chain_id" }),
        }
    }

    /// That the verifying key is one that the reader trusts, and fit for this chain.
    pub(super) fn check_key(&self, keys: &TrustedKeys) -> Result<Verifier, BundleError> {
        let part = &self.verifying_key;
        if B256::from(<[u8; 32]>::from(Sha256::digest(part.key.to_json()))) != part.sha256 {
            return Err(BundleError::Hash { hash: "verifying_key.sha256", of: "verifying_key.key" });
        }
        let (circuit, manifest) = (self.statement.circuit(), keys.source().to_owned());
        let found = alloy::hex::encode(part.sha256);
        match keys.sha256_of(circuit) {
            Some(trusted) if trusted == found => {}
            Some(trusted) => {
                return Err(BundleError::ForeignKey { found, circuit, manifest, expected: trusted.to_owned() });
            }
            None => return Err(BundleError::NoKey { circuit, manifest }),
        }
        Verifier::with(&keys.with(circuit, &part.key), self.chain_id).map_err(|error| match error {
            KeyError::Manifest(ManifestError::NotLocal(chain)) => BundleError::DevelopmentKey(chain, manifest),
            KeyError::Manifest(source) => BundleError::Manifest { manifest, source },
            other => BundleError::Key(other.to_string()),
        })
    }

    /// That the proof proves the public inputs, assembled as the contract assembles them.
    fn check_proof(&self, verifier: &Verifier) -> Result<(), BundleError> {
        let (ctx, license) = (self.ctx, &self.license);
        let (licensee_commitment, meter_key_hash) = (license.licensee_commitment, license.meter_key_hash);
        element("license.licensee_commitment", licensee_commitment)?;
        element("license.meter_key_hash", meter_key_hash)?;
        let proof = Proof::from_calldata(self.proof)?;
        let is_proved = match &self.statement {
            Statement::Usage(claim) => {
                element("statement.usage.head_before", claim.head_before)?;
                element("statement.usage.head_after", claim.head_after)?;
                let inputs = usage::PublicInputs {
                    ctx,
                    licensee_commitment,
                    meter_key_hash,
                    head_before: claim.head_before,
                    head_after: claim.head_after,
                    window: usage::Window::new(claim.window_start, claim.window_end)?,
                    units: claim.units,
                };
                verifier.verify_usage(claim.capacity, &inputs, &proof)
            }
            Statement::Compliance(claim) => {
                element("statement.compliance.head", claim.head)?;
                let inputs = compliance::PublicInputs {
                    ctx,
                    licensee_commitment,
                    meter_key_hash,
                    head: claim.head,
                    as_of: claim.as_of,
                    max_allowed: claim.max_allowed,
                };
                verifier.verify_compliance(&inputs, &proof)
            }
        };
        match is_proved {
            true => Ok(()),
            false => Err(BundleError::NotProved),
        }
    }
}

/// A number of the circuits has one name: the one below the field's modulus.
fn element(field: &'static str, value: U256) -> Result<(), BundleError> {
    to_fr(value).map(drop).map_err(|_| BundleError::NotElement { field, value })
}

/// That a field says what another one, which is bound to the block already, says.
pub(super) fn same(
    field: impl Into<String>,
    found: impl Display,
    other: &'static str,
    expected: impl Display,
) -> Result<(), BundleError> {
    let (found, expected) = (found.to_string(), expected.to_string());
    match found == expected {
        true => Ok(()),
        false => Err(BundleError::Differs { field: field.into(), found, other, expected }),
    }
}
