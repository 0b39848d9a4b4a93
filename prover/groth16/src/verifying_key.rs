//! Verifying keys as readable JSON, committed beside the circuits.

use alloy_primitives::{B256, U256, keccak256};
use ark_bn254::Bn254;
use ark_groth16::{PreparedVerifyingKey, prepare_verifying_key};
use serde::{Deserialize, Serialize};

use crate::circuit_id::CircuitId;
use crate::proof::{ProofError, g1_point, g1_words, g2_point, g2_words};

/// Why a file is not a verifying key.
#[derive(Debug, thiserror::Error)]
pub enum VerifyingKeyError {
    /// Not the JSON we write.
    #[error("verifying key is not readable: regenerate the committed files")]
    Json(#[from] serde_json::Error),
    /// A point is wrong.
    #[error("verifying key point: {0}")]
    Point(#[from] ProofError),
    /// The number of public inputs is not the circuit's.
    #[error("verifying key has {found} inputs, circuit {circuit} has {expected}")]
    Inputs {
        /// The circuit.
        circuit: String,
        /// Inputs of the circuit.
        expected: usize,
        /// Inputs of the key.
        found: usize,
    },
    /// The key is of another circuit.
    #[error("verifying key is of circuit {found}, not of {expected}")]
    Circuit {
        /// The circuit that was asked for.
        expected: &'static str,
        /// The circuit it says it is of.
        found: String,
    },
    /// γ = δ: such a key lets anyone forge proofs.
    #[error("verifying key has gamma equal to delta: it was never contributed to, anyone forges")]
    GammaIsDelta,
}

/// A verifying key. Coordinates in the order that the EVM's precompiles read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyingKey {
    /// Name of the circuit.
    pub circuit: String,
    /// What kind of key this is, for people who open the file.
    pub warning: String,
    /// α in G1: `x, y`.
    pub alpha: [U256; 2],
    /// β in G2: `x.c1, x.c0, y.c1, y.c0`.
    pub beta: [U256; 4],
    /// γ in G2.
    pub gamma: [U256; 4],
    /// δ in G2.
    pub delta: [U256; 4],
    /// The constant's point, then one for each public input.
    pub inputs: Vec<[U256; 2]>,
}

impl VerifyingKey {
    pub(crate) fn new(circuit: &str, warning: &str, key: &ark_groth16::VerifyingKey<Bn254>) -> Self {
        Self {
            circuit: circuit.to_owned(),
            warning: warning.to_owned(),
            alpha: g1_words(key.alpha_g1),
            beta: g2_words(key.beta_g2),
            gamma: g2_words(key.gamma_g2),
            delta: g2_words(key.delta_g2),
            inputs: key.gamma_abc_g1.iter().copied().map(g1_words).collect(),
        }
    }

    /// Reads the committed JSON.
    ///
    /// # Errors
    /// [`VerifyingKeyError::Json`] if it is not such a file.
    pub fn from_json(json: &str) -> Result<Self, VerifyingKeyError> {
        Ok(serde_json::from_str(json)?)
    }

    /// The JSON that is committed.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("strings and numbers serialize");
        json.push('\n');
        json
    }

    /// What a contract with this key says of it. Names in a ceremony's have no line breaks.
    pub(crate) fn notice(&self) -> String {
        match self.warning.strip_prefix("ceremony key of ") {
            Some(whose) => format!("Key of a ceremony: {whose}."),
            None => "Development key from a public seed: anyone can forge proofs for it.".to_owned(),
        }
    }

    /// keccak256 over all its words: α, β, γ, δ, the points of the inputs. The batch
    /// verifier's coefficients depend on it.
    pub fn digest(&self) -> B256 {
        let points = self.inputs.iter().flatten();
        let words = self.alpha.iter().chain(&self.beta).chain(&self.gamma).chain(&self.delta).chain(points);
        let bytes: Vec<u8> = words.flat_map(|word| word.to_be_bytes::<32>()).collect();
        keccak256(bytes)
    }

    /// [`VerifyingKey::prepare`], for a circuit that it must be of.
    pub(crate) fn prepare_for(&self, circuit: CircuitId) -> Result<PreparedVerifyingKey<Bn254>, VerifyingKeyError> {
        match self.circuit == circuit.name() {
            true => self.prepare(circuit.public_inputs()),
            false => Err(VerifyingKeyError::Circuit { expected: circuit.name(), found: self.circuit.clone() }),
        }
    }

    /// The first field in which two keys differ, if any.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        let fields = [
            ("alpha", self.alpha == other.alpha),
            ("beta", self.beta == other.beta),
            ("gamma", self.gamma == other.gamma),
            ("delta", self.delta == other.delta),
            ("IC", self.inputs == other.inputs),
        ];
        fields.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
    }

    /// Checks every point and prepares the pairing.
    pub(crate) fn prepare(&self, inputs: usize) -> Result<PreparedVerifyingKey<Bn254>, VerifyingKeyError> {
        let found = self.inputs.len().saturating_sub(1);
        if found != inputs {
            let circuit = self.circuit.clone();
            return Err(VerifyingKeyError::Inputs { circuit, expected: inputs, found });
        }
        if self.gamma == self.delta {
            return Err(VerifyingKeyError::GammaIsDelta);
        }
        let points = self.inputs.iter().map(|words| g1_point(*words, "input"));
        Ok(prepare_verifying_key(&ark_groth16::VerifyingKey {
            alpha_g1: g1_point(self.alpha, "alpha")?,
            beta_g2: g2_point(self.beta, "beta")?,
            gamma_g2: g2_point(self.gamma, "gamma")?,
            delta_g2: g2_point(self.delta, "delta")?,
            gamma_abc_g1: points.collect::<Result<_, _>>()?,
        }))
    }
}
