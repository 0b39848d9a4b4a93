//! snarkrs, as a library, on our key and witness files.

use std::path::Path;

use anyhow::{Result, anyhow};
use snarkrs_lib::{
    Backend, CpuBackend, Fr, PreparedCircuit, ProvingKey, StageTimings, Witness, groth16::prove::prove_unchecked, rand,
    verify,
};

/// A circuit that is ready to prove, and a witness.
pub struct Peer {
    circuit: Box<dyn PreparedCircuit>,
    witness: Vec<Fr>,
}

impl Peer {
    /// Loads both, and proves once to see that they are understood.
    pub fn load(zkey: &Path, wtns: &Path) -> Result<Self> {
        let key = ProvingKey::load(zkey).map_err(|error| anyhow!("snarkrs does not read the key: {error}"))?;
        let public = key.n_public;
        let circuit = CpuBackend::new().prepare(key).map_err(|error| anyhow!("snarkrs: {error}"))?;
        let witness = Witness::load(wtns).map_err(|error| anyhow!("snarkrs does not read the witness: {error}"))?.0;
        let peer = Self { circuit, witness: witness.to_vec() };
        let proof = peer.proof()?;
        verify(&peer.circuit.key().vk, &peer.witness[1..=public], &proof)
            .map_err(|error| anyhow!("snarkrs' proof does not verify: {error}"))?;
        Ok(peer)
    }

    /// One proof, not verified.
    pub fn prove(&self) -> Result<()> {
        std::hint::black_box(self.proof()?);
        Ok(())
    }

    fn proof(&self) -> Result<snarkrs_lib::Proof> {
        let mut timings = StageTimings::default();
        prove_unchecked(self.circuit.as_ref(), &self.witness, &mut rand::thread_rng(), &mut timings)
            .map_err(|error| anyhow!("snarkrs: {error}"))
    }
}
