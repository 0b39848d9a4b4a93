//! A witness of any circuit, for files that other provers read.

pub(crate) mod example;

use alloy_primitives::U256;
use statement::{compliance as limit, key_delivery as delivery, usage::Capacity};
use zeroize::Zeroizing;

use super::wtns;
use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    compliance::{self, Compliance},
    constraint::Assigned,
    key_delivery::{self, KeyDelivery},
    proof::Proof,
    prove::{ProveError, Prover},
    usage::{LongUsage, Usage, UsageWitness},
    verify::Verifier,
};

/// What is proved, with its secrets.
#[derive(Debug, Clone)]
pub enum Instance {
    /// Metered use, in the circuit for so many events.
    Usage(Capacity, UsageWitness),
    /// Use within a limit.
    Compliance(limit::Witness),
    /// A content key, sealed to a licensee.
    KeyDelivery(delivery::Witness),
}

impl Instance {
    /// An instance whose secrets are public, the same for everybody.
    pub fn example(circuit: CircuitId) -> Self {
        match circuit {
            CircuitId::Usage128 => Self::Usage(Capacity::Events128, example::usage()),
            CircuitId::Usage1024 => Self::Usage(Capacity::Events1024, example::usage()),
            CircuitId::Compliance => Self::Compliance(example::compliance()),
            CircuitId::KeyDelivery => Self::KeyDelivery(example::key_delivery()),
        }
    }

    /// The circuit that proves it.
    pub fn circuit(&self) -> CircuitId {
        match self {
            Self::Usage(capacity, _) => (*capacity).into(),
            Self::Compliance(_) => CircuitId::Compliance,
            Self::KeyDelivery(_) => CircuitId::KeyDelivery,
        }
    }

    /// Its `.wtns`: the value of every wire, secrets among them.
    ///
    /// # Errors
    /// [`ProveError`] names the rule that the witness breaks.
    pub fn wtns(&self) -> Result<Zeroizing<Vec<u8>>, ProveError> {
        Ok(wtns::write(&self.assigned()?.0))
    }

    /// Its public inputs, in the verifier's order.
    ///
    /// # Errors
    /// [`ProveError`] names the rule that the witness breaks.
    pub fn public_inputs(&self) -> Result<Vec<U256>, ProveError> {
        Ok(match self {
            Self::Usage(capacity, witness) => witness.assign(*capacity)?.1.to_array().to_vec(),
            Self::Compliance(witness) => witness.public_inputs()?.to_array().to_vec(),
            Self::KeyDelivery(witness) => witness.public_inputs().map_err(ProveError::KeyDelivery)?.to_array().to_vec(),
        })
    }

    /// Its proof.
    ///
    /// # Errors
    /// [`ProveError`] names the rule that the witness breaks.
    pub fn prove(&self, prover: &Prover) -> Result<Proof, ProveError> {
        Ok(match self {
            Self::Usage(capacity, witness) => prover.prove_usage(*capacity, witness)?.0,
            Self::Compliance(witness) => prover.prove_compliance(witness)?.0,
            Self::KeyDelivery(witness) => prover.prove_key_delivery(witness)?.0,
        })
    }

    /// Whether `proof` proves it.
    ///
    /// # Errors
    /// [`ProveError`] names the rule that the witness breaks.
    pub fn is_proved_by(&self, proof: &Proof, verifier: &Verifier) -> Result<bool, ProveError> {
        Ok(match self {
            Self::Usage(capacity, witness) => verifier.verify_usage(*capacity, &witness.assign(*capacity)?.1, proof),
            Self::Compliance(witness) => verifier.verify_compliance(&witness.public_inputs()?, proof),
            Self::KeyDelivery(witness) => {
                let inputs = witness.public_inputs().map_err(ProveError::KeyDelivery)?;
                verifier.verify_key_delivery(&inputs, proof)
            }
        })
    }

    /// The values of all wires.
    fn assigned(&self) -> Result<Assigned, ProveError> {
        Ok(match self {
            Self::Usage(capacity, witness) => {
                let (assignment, _) = witness.assign(*capacity)?;
                match capacity {
                    Capacity::Events128 => Usage::assign(&assignment),
                    Capacity::Events1024 => LongUsage::assign(&assignment),
                }
            }
            Self::Compliance(witness) => {
                let inputs = witness.public_inputs()?;
                let assignment =
                    compliance::Assignment::fill_in(witness, &inputs).map_err(ProveError::ComplianceState)?;
                Compliance::assign(&assignment)
            }
            Self::KeyDelivery(witness) => {
                let inputs = witness.public_inputs().map_err(ProveError::KeyDelivery)?;
                let assignment = key_delivery::Assignment::honest(witness, &inputs).map_err(ProveError::KeyDelivery)?;
                KeyDelivery::assign(&assignment)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::r1cs;

    #[test]
    fn every_example_satisfies_its_circuit_and_begins_with_its_inputs() {
        for circuit in CircuitId::ALL {
            let instance = Instance::example(circuit);
            assert_eq!(instance.circuit(), circuit);
            let rows = r1cs::read(&r1cs::of(circuit)).unwrap();
            let wires = wtns::read(&instance.wtns().unwrap()).unwrap();
            assert_eq!(rows.broken_row(wires.values()), None, "{circuit}");
            let inputs: Vec<U256> =
                wires.values()[1..=rows.public].iter().map(|value| statement::field::from_fr(*value)).collect();
            assert_eq!(inputs, instance.public_inputs().unwrap(), "{circuit}");
        }
    }
}
