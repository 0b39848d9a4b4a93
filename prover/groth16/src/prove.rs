//! Proving.

mod engine;
mod msm;
mod phases;
mod quotient;
mod reduction;
mod sum;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use ark_ff::UniformRand;
use rand::{CryptoRng, RngCore, rngs::OsRng};
use statement::{
    compliance as limit,
    field::{Fr, NotCanonical},
    key_delivery as delivery,
    usage::{self as use_of, Capacity},
};
use zeroize::Zeroize;

pub(crate) use engine::Engine;
pub(crate) use phases::Phases;
pub(crate) use reduction::CircomReduction;

use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    compliance::{self, Compliance},
    key_delivery::{self, KeyDelivery},
    keys::{self, KeyError},
    proof::Proof,
    usage::{LongUsage, Usage, UsageWitness, WitnessError},
    verify::{KeySet, Verifier},
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
    /// The circuit's proving key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Proves all circuits. Share it: keys are loaded when a circuit is first proved, once.
pub struct Prover {
    dir: PathBuf,
    keys: KeySet,
    engines: [Lazy; CircuitId::ALL.len()],
    verifier: Verifier,
}

/// A circuit's engine, and who is loading it.
#[derive(Default)]
struct Lazy {
    engine: OnceLock<Engine>,
    loading: Mutex<()>,
}

impl Prover {
    /// With the committed keys. Those of development are made in `dir` on first use, which
    /// takes some seconds of all cores; those of a ceremony must lie there.
    ///
    /// Safe to call from several processes at once.
    ///
    /// # Errors
    /// [`ManifestError`](crate::ManifestError) if the keys are not for this chain. What is
    /// wrong with a key file shows when it is first used, or in [`Prover::load`].
    pub fn load_or_generate(dir: &Path, chain_id: u64) -> Result<Self, KeyError> {
        Self::with(KeySet::committed()?, dir, chain_id)
    }

    /// With the keys of a ceremony, from the folder where it was finalized: `manifest.json`,
    /// `<name>.vk.json` and `<name>.zkey`. Nothing is ever made there.
    ///
    /// # Errors
    /// As [`Prover::load_or_generate`], and if a public file is missing.
    pub fn open(dir: &Path, chain_id: u64) -> Result<Self, KeyError> {
        Self::with(KeySet::read(dir)?, dir, chain_id)
    }

    /// With given public keys and a folder of proving keys.
    ///
    /// # Errors
    /// As [`Prover::load_or_generate`].
    pub fn with(keys: KeySet, dir: &Path, chain_id: u64) -> Result<Self, KeyError> {
        let verifier = Verifier::with(&keys, chain_id)?;
        Ok(Self { dir: dir.to_owned(), keys, engines: Default::default(), verifier })
    }

    /// Loads the key of a circuit now, if it was not loaded before.
    ///
    /// # Errors
    /// [`KeyError`] names the file and what is wrong with it.
    pub fn load(&self, circuit: CircuitId) -> Result<(), KeyError> {
        match circuit {
            CircuitId::Usage128 => self.engine::<Usage>(),
            CircuitId::Usage1024 => self.engine::<LongUsage>(),
            CircuitId::Compliance => self.engine::<Compliance>(),
            CircuitId::KeyDelivery => self.engine::<KeyDelivery>(),
        }
        .map(|_| ())
    }

    pub(crate) fn engine<C: Circuit>(&self) -> Result<&Engine, KeyError> {
        let lazy = &self.engines[C::ID as usize];
        if let Some(engine) = lazy.engine.get() {
            return Ok(engine);
        }
        // One loads, the others wait; who panicked left nothing half done.
        let _loading = lazy.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = lazy.engine.get() {
            return Ok(engine);
        }
        let manifest = &self.keys.manifest;
        let (expected, verifying) = (manifest.circuit(C::ID)?, self.keys.verifying(C::ID)?);
        let key = keys::load_or_generate::<C>(&self.dir, manifest.origin, expected, verifying)?;
        let engine = Engine::new(key).ok_or_else(|| KeyError::Arkworks {
            circuit: C::ID,
            reason: "the key's domain is not one of the field".to_owned(),
        })?;
        Ok(lazy.engine.get_or_init(|| engine))
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
        Ok((self.prove::<KeyDelivery>(&assignment)?, inputs))
    }

    /// Proves the units of as many events as the capacity says, or fewer;
    /// [`Capacity::fitting`] gives the smallest for a number of events.
    ///
    /// # Errors
    /// [`ProveError::Usage`] names the event or field that breaks a rule.
    pub fn prove_usage(
        &self,
        capacity: Capacity,
        witness: &UsageWitness,
    ) -> Result<(Proof, use_of::PublicInputs), ProveError> {
        let (assignment, inputs) = witness.assign(capacity)?;
        let proof = match capacity {
            Capacity::Events128 => self.prove::<Usage>(&assignment)?,
            Capacity::Events1024 => self.prove::<LongUsage>(&assignment)?,
        };
        Ok((proof, inputs))
    }

    /// Proves as [`Prover::prove_usage`] and says how long each part took. In a thread pool
    /// of one thread the parts follow each other, so that times are CPU times.
    ///
    /// # Errors
    /// As [`Prover::prove_usage`].
    pub fn measure_usage(
        &self,
        capacity: Capacity,
        witness: &UsageWitness,
    ) -> Result<Vec<(&'static str, Duration)>, ProveError> {
        let phases = Phases::recording();
        let (assignment, _) = phases.of("witness", || witness.assign(capacity))?;
        match capacity {
            Capacity::Events128 => measured::<Usage>(self.engine::<Usage>()?, &assignment, &mut OsRng, &phases),
            Capacity::Events1024 => {
                measured::<LongUsage>(self.engine::<LongUsage>()?, &assignment, &mut OsRng, &phases)
            }
        }?;
        Ok(phases.into_vec())
    }

    /// Proves that the units behind a signed head are within a limit.
    ///
    /// # Errors
    /// [`ProveError::Compliance`] names the rule that the witness breaks.
    pub fn prove_compliance(&self, witness: &limit::Witness) -> Result<(Proof, limit::PublicInputs), ProveError> {
        let inputs = witness.public_inputs()?;
        let assignment = compliance::Assignment::fill_in(witness, &inputs).map_err(ProveError::ComplianceState)?;
        Ok((self.prove::<Compliance>(&assignment)?, inputs))
    }

    fn prove<C: Circuit>(&self, assignment: &C::Assignment) -> Result<Proof, ProveError> {
        // Fresh for every proof: reusing them for two witnesses would show their difference.
        prove_with::<C>(self.engine::<C>()?, assignment, &mut OsRng)
    }

    /// The verifier of the same keys.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// As [`Verifier::verify_usage`].
    pub fn verify_usage(&self, capacity: Capacity, inputs: &use_of::PublicInputs, proof: &Proof) -> bool {
        self.verifier.verify_usage(capacity, inputs, proof)
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

/// Proves with given randomness; anything but the system's is for published witnesses.
pub(crate) fn prove_with<C: Circuit>(
    engine: &Engine,
    assignment: &C::Assignment,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, ProveError> {
    measured::<C>(engine, assignment, rng, &Phases::OFF)
}

fn measured<C: Circuit>(
    engine: &Engine,
    assignment: &C::Assignment,
    rng: &mut (impl RngCore + CryptoRng),
    phases: &Phases,
) -> Result<Proof, ProveError> {
    let stamped = phases.of("circuit", || C::stamp(assignment, engine.variables(), engine.rows()));
    if let Some(rule) = stamped.broken {
        return Err(ProveError::Unsatisfied { circuit: C::NAME, rule });
    }
    // With the blinding and the proof, sums of secret wires could be told.
    let mut blinding = [(); 2].map(|()| Fr::rand(rng));
    let [r, s] = blinding;
    let proof = engine.prove(stamped, r, s, phases);
    blinding.zeroize();
    Ok(Proof(proof))
}

#[cfg(test)]
mod tests;
