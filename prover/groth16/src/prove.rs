//! Proving.

use std::path::Path;

use ark_bn254::Bn254;
use ark_ff::UniformRand;
use ark_groth16::{Groth16, ProvingKey, r1cs_to_qap::LibsnarkReduction};
use rand::{CryptoRng, RngCore, rngs::OsRng};
use statement::{
    compliance as limit,
    field::{Fr, NotCanonical},
    key_delivery as delivery, usage as use_of,
};

use crate::{
    circuit::Circuit,
    compliance::{self, Compliance},
    constraint::Shape,
    key_delivery::{self, KeyDelivery},
    keys::{self, KeyError},
    proof::Proof,
    usage::{Usage, UsageWitness, WitnessError},
    verify::Verifier,
};

/// Why there is no proof. There is never a bad one.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The usage witness breaks a rule that is checked before the circuit.
    #[error("usage: {0}")]
    Usage(#[from] WitnessError),
    /// A number of the key-delivery witness is not a field element.
    #[error("key delivery: {0}")]
    KeyDelivery(NotCanonical),
    /// The compliance witness breaks a rule that is checked before the circuit.
    #[error("compliance: {0}")]
    Compliance(#[from] limit::WitnessError),
    /// A number of the compliance witness is not a field element.
    #[error("compliance: {0}")]
    ComplianceState(NotCanonical),
    /// The circuit's rows do not hold.
    #[error("{circuit}: the witness breaks the rule \"{rule}\"")]
    Unsatisfied {
        /// The circuit.
        circuit: &'static str,
        /// The rule of the first row that does not hold.
        rule: &'static str,
    },
    /// Arkworks refused.
    #[error("{circuit}: {reason}")]
    Arkworks {
        /// The circuit.
        circuit: &'static str,
        /// What it said.
        reason: String,
    },
}

struct Keyed {
    shape: Shape,
    key: ProvingKey<Bn254>,
}

/// Proves all circuits. Load it once and share it: about 35 MB in memory.
pub struct Prover {
    usage: Keyed,
    key_delivery: Keyed,
    compliance: Keyed,
    verifier: Verifier,
}

impl Prover {
    /// Loads the development keys from `dir`, or makes them there on first use.
    ///
    /// Safe to call from several processes at once. Making takes some seconds of all
    /// cores, loading a fraction of one.
    ///
    /// # Errors
    /// [`KeyError::NotLocal`] for any but a local chain; the others name the file or the
    /// fingerprint.
    pub fn load_or_generate(dir: &Path, chain_id: u64) -> Result<Self, KeyError> {
        let verifier = Verifier::new(chain_id)?;
        Ok(Self {
            usage: keyed::<Usage>(dir)?,
            key_delivery: keyed::<KeyDelivery>(dir)?,
            compliance: keyed::<Compliance>(dir)?,
            verifier,
        })
    }

    /// Proves that a ciphertext made by [`delivery::encrypt`] opens to the committed key.
    ///
    /// # Errors
    /// [`ProveError`] if `ctx` is not a field element or a rule is broken.
    pub fn prove_key_delivery(
        &self,
        witness: &delivery::Witness,
    ) -> Result<(Proof, delivery::PublicInputs), ProveError> {
        let inputs = witness.public_inputs().map_err(ProveError::KeyDelivery)?;
        let assignment = key_delivery::Assignment::honest(witness, &inputs).map_err(ProveError::KeyDelivery)?;
        Ok((prove::<KeyDelivery>(&self.key_delivery, &assignment)?, inputs))
    }

    /// Proves the units of up to 128 events.
    ///
    /// # Errors
    /// [`ProveError::Usage`] names the event or field that breaks a rule.
    pub fn prove_usage(&self, witness: &UsageWitness) -> Result<(Proof, use_of::PublicInputs), ProveError> {
        let (assignment, inputs) = witness.assign()?;
        Ok((prove::<Usage>(&self.usage, &assignment)?, inputs))
    }

    /// Proves that the units behind a signed head are within a limit.
    ///
    /// # Errors
    /// [`ProveError::Compliance`] names the rule that the witness breaks.
    pub fn prove_compliance(&self, witness: &limit::Witness) -> Result<(Proof, limit::PublicInputs), ProveError> {
        let inputs = witness.public_inputs()?;
        let assignment = compliance::Assignment::fill_in(witness, &inputs).map_err(ProveError::ComplianceState)?;
        Ok((prove::<Compliance>(&self.compliance, &assignment)?, inputs))
    }

    /// The verifier of the same keys.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// As [`Verifier::verify_usage`].
    pub fn verify_usage(&self, inputs: &use_of::PublicInputs, proof: &Proof) -> bool {
        self.verifier.verify_usage(inputs, proof)
    }

    /// As [`Verifier::verify_key_delivery`].
    pub fn verify_key_delivery(&self, inputs: &delivery::PublicInputs, proof: &Proof) -> bool {
        self.verifier.verify_key_delivery(inputs, proof)
    }

    /// As [`Verifier::verify_compliance`].
    pub fn verify_compliance(&self, inputs: &limit::PublicInputs, proof: &Proof) -> bool {
        self.verifier.verify_compliance(inputs, proof)
    }
}

fn keyed<C: Circuit>(dir: &Path) -> Result<Keyed, KeyError> {
    let shape = C::shape();
    let key = keys::load_or_generate::<C>(dir, &shape)?;
    Ok(Keyed { shape, key })
}

fn prove<C: Circuit>(keyed: &Keyed, assignment: &C::Assignment) -> Result<Proof, ProveError> {
    // Fresh for every proof: reusing them for two witnesses would show their difference.
    prove_with::<C>(&keyed.shape, &keyed.key, assignment, &mut OsRng)
}

/// Proves with given randomness; anything but the system's is for published witnesses.
pub(crate) fn prove_with<C: Circuit>(
    shape: &Shape,
    key: &ProvingKey<Bn254>,
    assignment: &C::Assignment,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, ProveError> {
    let circuit = C::NAME;
    let assigned = C::assign(assignment);
    if let Some(rule) = shape.broken_rule(&assigned.0) {
        return Err(ProveError::Unsatisfied { circuit, rule });
    }
    let (r, s) = (Fr::rand(rng), Fr::rand(rng));
    Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
        key,
        r,
        s,
        &shape.matrices,
        shape.inputs,
        shape.rows(),
        &assigned.0,
    )
    .map(Proof)
    .map_err(|error| ProveError::Arkworks { circuit, reason: error.to_string() })
}

#[cfg(test)]
mod tests;
