//! Development keys: from a public seed, so that anyone can make them again, and anyone
//! can forge proofs with them.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use ark_bn254::{Bn254, G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{Field, UniformRand};
use ark_groth16::{Groth16, ProvingKey};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use statement::field::Fr;

use super::{CircuitKeys, KeyError, hash};
use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    constraint::Shape,
    format::{
        r1cs,
        zkey::{self, Contributions},
    },
    proof::g1_words,
    prove::CircomReduction,
    verifying_key::{VerifyingKey, VerifyingKeyError},
};

/// What the keys say about themselves, and where their seed comes from.
pub(crate) const WARNING: &str = "datavault development key, made from a public seed: anyone can forge proofs with it";

/// A key with the rows that it was made for.
pub(crate) struct Development {
    pub shape: Shape,
    pub key: ProvingKey<Bn254>,
}

impl Development {
    /// Makes the key from the public seed of its circuit.
    pub fn generate<C: Circuit>(shape: Shape) -> Result<Self, KeyError> {
        let mut rng = public_randomness(C::ID);
        let [alpha, beta, delta] = [(); 3].map(|()| Fr::rand(&mut rng));
        // As snarkjs has it: the generators of the standard, γ the one of G2.
        let key = Groth16::<Bn254, CircomReduction>::generate_parameters_with_qap(
            &shape,
            alpha,
            beta,
            Fr::ONE,
            delta,
            G1Projective::generator(),
            G2Projective::generator(),
            &mut rng,
        )
        .map_err(|error| KeyError::Arkworks { circuit: C::ID, reason: error.to_string() })?;
        match key.vk.gamma_g2 == key.vk.delta_g2 {
            true => Err(VerifyingKeyError::GammaIsDelta.into()),
            false => Ok(Self { shape, key }),
        }
    }

    /// The key's file.
    pub fn zkey(&self) -> Vec<u8> {
        zkey::write(&self.key, &self.shape, &Contributions::NONE)
    }
}

/// What everything about a circuit's development key follows from.
fn public_randomness(circuit: CircuitId) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(Sha256::digest(format!("{WARNING}/v2/{circuit}")).into())
}

/// Whether a verifying key is the development key of a circuit, whatever it says of itself.
pub(super) fn is_development(circuit: CircuitId, key: &VerifyingKey) -> bool {
    let alpha = Fr::rand(&mut public_randomness(circuit));
    key.alpha == g1_words((G1Projective::generator() * alpha).into_affine())
}

/// SHA-256 of the rows as an `.r1cs` file.
pub(crate) fn r1cs_sha256(shape: &Shape) -> String {
    hash(&r1cs::write(shape))
}

/// Makes the key, holds it against the manifest and stores it; unless `load` finds that
/// another process did while this one waited for its turn.
pub(super) fn make<C: Circuit>(
    path: &Path,
    expected: &CircuitKeys,
    load: impl FnOnce() -> Result<ProvingKey<Bn254>, KeyError>,
) -> Result<ProvingKey<Bn254>, KeyError> {
    let failed = |source| KeyError::Io { path: path.to_owned(), source };
    // Held until this returns. The file stays: who removed it would let two others in.
    let _turn = turn(path).map_err(failed)?;
    if let Ok(key) = load() {
        return Ok(key);
    }
    let shape = C::shape();
    same::<C>("R1CS", &expected.r1cs_sha256, r1cs_sha256(&shape))?;
    let made = Development::generate::<C>(shape)?;
    let bytes = made.zkey();
    same::<C>("proving key", &expected.zkey_sha256, hash(&bytes))?;
    store(path, &bytes).map_err(failed)?;
    Ok(made.key)
}

/// Waits until no other process makes this key.
fn turn(path: &Path) -> io::Result<File> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let lock = File::create(path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn same<C: Circuit>(what: &'static str, expected: &str, found: String) -> Result<(), KeyError> {
    match expected == found {
        true => Ok(()),
        false => Err(KeyError::Fingerprint { circuit: C::ID, what, expected: expected.to_owned(), found }),
    }
}

/// Whole or not at all: a reader sees the old file or the new one, whoever is killed.
fn store(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}.{write}.tmp", std::process::id()));
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}
