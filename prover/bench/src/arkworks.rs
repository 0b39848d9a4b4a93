//! Stock arkworks: ark-groth16 with its own setup and its own reduction, on our rows.
//!
//! Rows and witness are given ready-made, which is less work than its usual `create_random_proof` does.

use anyhow::{Result, anyhow, ensure};
use ark_bn254::{Bn254, Fr};
use ark_ff::{BigInt, PrimeField, UniformRand};
use ark_groth16::{Groth16, ProvingKey, prepare_verifying_key, r1cs_to_qap::LibsnarkReduction};
use ark_relations::{
    gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, Matrix, SynthesisError, Variable},
    lc,
};
use rand::rngs::OsRng;

type Arkworks = Groth16<Bn254, LibsnarkReduction>;

/// A circuit, its key and a witness.
pub struct Stock {
    rows: Rows,
    key: ProvingKey<Bn254>,
    wires: Vec<Fr>,
}

impl Stock {
    /// Makes a key of the circuit in an iden3 `.r1cs` file, and proves once to see that it is right.
    pub fn setup(r1cs: &[u8], wtns: &[u8]) -> Result<Self> {
        let rows = Rows::read(r1cs)?;
        let wires = groth16::format::wtns::read(wtns)?.values().to_vec();
        ensure!(wires.len() == rows.wires, "{} values for {} wires", wires.len(), rows.wires);
        let key = Arkworks::generate_random_parameters_with_reduction(rows.clone(), &mut OsRng)?;
        let stock = Self { rows, key, wires };
        let proof = stock.proof()?;
        let inputs = &stock.wires[1..=stock.rows.public];
        ensure!(
            Arkworks::verify_proof(&prepare_verifying_key(&stock.key.vk), &proof, inputs)?,
            "arkworks' proof does not verify"
        );
        Ok(stock)
    }

    /// Rows of the circuit.
    pub fn constraints(&self) -> usize {
        self.rows.matrices[0].len()
    }

    /// One proof.
    pub fn prove(&self) -> Result<()> {
        std::hint::black_box(self.proof()?);
        Ok(())
    }

    fn proof(&self) -> Result<ark_groth16::Proof<Bn254>> {
        let (r, s) = (Fr::rand(&mut OsRng), Fr::rand(&mut OsRng));
        let (inputs, constraints) = (self.rows.public + 1, self.constraints());
        let matrices = &self.rows.matrices[..];
        Ok(Arkworks::create_proof_with_reduction_and_matrices(
            &self.key,
            r,
            s,
            matrices,
            inputs,
            constraints,
            &self.wires,
        )?)
    }
}

/// The rows of an `.r1cs` file.
#[derive(Clone)]
struct Rows {
    wires: usize,
    public: usize,
    matrices: [Matrix<Fr>; 3],
}

impl Rows {
    /// Reads the files that we write: sections 1 and 2 in this order, no outputs.
    fn read(mut file: &[u8]) -> Result<Self> {
        let file = &mut file;
        ensure!(take::<4>(file)? == *b"r1cs", "no r1cs file");
        take::<8>(file)?;
        let mut section = |id| -> Result<&[u8]> {
            ensure!(u32::from_le_bytes(take(file)?) == id, "section {id} is elsewhere");
            let length = usize::try_from(u64::from_le_bytes(take(file)?))?;
            let (section, rest) = file.split_at_checked(length).ok_or_else(short)?;
            *file = rest;
            Ok(section)
        };
        let (mut header, mut body) = (section(1)?, section(2)?);
        take::<36>(&mut header)?;
        let mut count = || Ok::<_, anyhow::Error>(u32::from_le_bytes(take(&mut header)?) as usize);
        let (wires, outputs, public) = (count()?, count()?, count()?);
        count()?;
        take::<8>(&mut header)?;
        let rows = u32::from_le_bytes(take(&mut header)?) as usize;
        let mut matrices: [Matrix<Fr>; 3] = Default::default();
        for matrix in (0..rows).flat_map(|_| 0..3) {
            let terms = u32::from_le_bytes(take(&mut body)?);
            let term = |_| -> Result<(Fr, usize)> {
                let wire = u32::from_le_bytes(take(&mut body)?) as usize;
                let limbs = [take(&mut body)?, take(&mut body)?, take(&mut body)?, take(&mut body)?];
                let factor = Fr::from_bigint(BigInt(limbs.map(u64::from_le_bytes))).ok_or_else(short)?;
                Ok((factor, wire))
            };
            matrices[matrix].push((0..terms).map(term).collect::<Result<_>>()?);
        }
        Ok(Self { wires, public: outputs + public, matrices })
    }

    fn side(&self, terms: &[(Fr, usize)], variables: &[Variable]) -> LinearCombination<Fr> {
        terms.iter().fold(lc!(), |sum, (factor, wire)| sum + (*factor, variables[*wire]))
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk().ok_or_else(short)?;
    *bytes = rest;
    Ok(*head)
}

fn short() -> anyhow::Error {
    anyhow!("the r1cs file is cut short or damaged")
}

impl ConstraintSynthesizer<Fr> for Rows {
    fn generate_constraints(self, system: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let mut variables = vec![Variable::One];
        for wire in 1..self.wires {
            // Values do not matter for a setup.
            let value = || Ok(Fr::from(0u64));
            variables.push(match wire <= self.public {
                true => system.new_input_variable(value)?,
                false => system.new_witness_variable(value)?,
            });
        }
        let [a, b, c] = &self.matrices;
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            let [a, b, c] = [a, b, c].map(|side| self.side(side, &variables));
            system.enforce_r1cs_constraint(|| a, || b, || c)?;
        }
        Ok(())
    }
}
