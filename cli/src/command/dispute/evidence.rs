//! What a `ContentMismatch` dispute is decided by: the delivered key, sealed to the arbitrator, with a proof that it
//! is the registered one. So the arbitrator believes nobody, and nobody else learns the key.

use alloy::primitives::{Address, B256, U256};
use content::Cid;
use domain::{ContentId, DisputeKind, LicenseId, ProfileId};
use groth16::Proof;
use serde::{Deserialize, Serialize};
use statement::key_delivery::{PublicInputs, Sealed};

use crate::failure::{Failure, OrFail};

/// The largest evidence that is read.
pub const MAX_EVIDENCE_BYTES: u64 = 1 << 20;
const VERSION: u32 = 1;

/// The document that a dispute's evidence CID names. Everything but `sealed`, `proof` and `complaint` can be read from
/// the chain too, and is compared with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Of this format.
    pub version: u32,
    /// What is complained of.
    pub kind: DisputeKind,
    /// EIP-155.
    pub chain_id: u64,
    /// The license.
    pub license_id: LicenseId,
    /// The content.
    pub content_id: ContentId,
    /// SHA-256 that the creator registered.
    pub content_hash: B256,
    /// CID of the ciphertext.
    pub ciphertext_cid: String,
    /// Poseidon of the content key, as registered.
    pub key_commitment: U256,
    /// Who is to open it.
    pub arbitrator: Address,
    /// The arbitrator's published keys that it is sealed to.
    pub arbitrator_profile_id: ProfileId,
    /// Poseidon of the arbitrator's key.
    pub arbitrator_commitment: U256,
    /// The domain of the license's deliveries.
    pub ctx: U256,
    /// The content key, for the arbitrator alone.
    pub sealed: Sealed,
    /// That `sealed` holds the key of `key_commitment`.
    pub proof: Proof,
    /// What the filer says.
    pub complaint: String,
}

impl Evidence {
    /// The format's version.
    #[must_use]
    pub const fn version() -> u32 {
        VERSION
    }

    /// What the proof makes public.
    #[must_use]
    pub fn inputs(&self) -> PublicInputs {
        PublicInputs {
            ctx: self.ctx,
            key_commitment: self.key_commitment,
            licensee_commitment: self.arbitrator_commitment,
            sealed: self.sealed,
        }
    }

    /// The bytes that its CID names.
    ///
    /// # Errors
    /// Only if JSON cannot be written, which is a bug.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec_pretty(self).or_fail(|| "cannot write the evidence".into())
    }

    /// Reads evidence that a stranger wrote.
    ///
    /// # Errors
    /// If it is not evidence of this version.
    pub fn from_bytes(bytes: &[u8], cid: &Cid) -> Result<Self, Failure> {
        let evidence: Self =
            serde_json::from_slice(bytes).or_mismatch(|| format!("{cid} is not the evidence of a dispute"))?;
        match evidence.version {
            VERSION => Ok(evidence),
            other => Err(Failure::mismatch(format!("the evidence has version {other}, this program reads {VERSION}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};
    use statement::{
        SecretKey,
        key_delivery::{encrypt, key_commitment},
    };

    fn cid() -> Cid {
        content::cid_of(&b"evidence"[..]).unwrap().0
    }

    fn evidence() -> Evidence {
        let mut rng = StdRng::seed_from_u64(1);
        let arbitrator = SecretKey::random(&mut rng).public();
        let key = [7; 32];
        let ctx = U256::from(5);
        let (sealed, _) = encrypt(&key, &arbitrator, ctx, &mut rng).unwrap();
        // The points at infinity: well-formed, and they prove nothing.
        let proof = Proof::from_calldata([U256::ZERO; 8]).unwrap();
        Evidence {
            version: Evidence::version(),
            kind: DisputeKind::ContentMismatch,
            chain_id: 31_337,
            license_id: LicenseId(3),
            content_id: ContentId(B256::repeat_byte(1)),
            content_hash: B256::repeat_byte(2),
            ciphertext_cid: cid().to_string(),
            key_commitment: key_commitment(&key),
            arbitrator: Address::repeat_byte(4),
            arbitrator_profile_id: ProfileId(9),
            arbitrator_commitment: arbitrator.commitment(),
            ctx,
            sealed,
            proof,
            complaint: "not the penguins".into(),
        }
    }

    #[test]
    fn evidence_reads_back_as_it_was_written() {
        let written = evidence();
        assert_eq!(Evidence::from_bytes(&written.to_bytes().unwrap(), &cid()).unwrap(), written);
    }

    #[test]
    fn evidence_without_a_proof_does_not_verify() {
        let evidence = evidence();
        let verifier = groth16::Verifier::new(evidence.chain_id).unwrap();
        assert!(!verifier.verify_key_delivery(&evidence.inputs(), &evidence.proof));
    }

    #[test]
    fn what_is_no_evidence_is_refused() {
        assert!(Evidence::from_bytes(b"{}", &cid()).is_err());
        let newer = Evidence { version: 2, ..evidence() }.to_bytes().unwrap();
        let message = Evidence::from_bytes(&newer, &cid()).unwrap_err().to_string();
        assert!(message.contains("version 2"), "{message}");
        let mut tampered: serde_json::Value = serde_json::from_slice(&evidence().to_bytes().unwrap()).unwrap();
        tampered["extra"] = 1.into();
        assert!(Evidence::from_bytes(tampered.to_string().as_bytes(), &cid()).is_err());
    }
}
