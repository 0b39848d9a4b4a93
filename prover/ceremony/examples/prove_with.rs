//! Proves with the keys of a finalized ceremony, verifies, and leaves what snarkjs needs to do the same.
//!
//! `cargo run --example prove_with KEYS OUT`, then in OUT
//! `snarkjs groth16 verify KEYS/<circuit>.verification_key.json <circuit>.public.json <circuit>.proof.json`

use std::{error::Error, fs, path::Path, time::Instant};

use datavault_ceremony::{Policy, load};
use groth16::{
    KeySet, LOCAL_CHAINS, Origin, Prover, Verifier,
    format::{Instance, json},
};

fn main() -> Result<(), Box<dyn Error>> {
    let [keys, out] = std::env::args_os().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "give KEYS and OUT")?;
    let (keys, out) = (Path::new(&keys), Path::new(&out));
    fs::create_dir_all(out)?;
    let set = KeySet::read(keys)?;
    let policy = Policy { at_least: 2, development: set.manifest.origin == Origin::Development };
    let prover = Prover::open(keys, LOCAL_CHAINS[0])?;
    let verifier = Verifier::with(&set, LOCAL_CHAINS[0])?;
    let other = Verifier::new(LOCAL_CHAINS[0])?;
    for circuit in set.verifying.keys() {
        load(keys, circuit.name(), policy)?;
        let start = Instant::now();
        prover.load(*circuit)?;
        let loaded = start.elapsed();
        let instance = Instance::example(*circuit);
        let start = Instant::now();
        let proof = instance.prove(&prover)?;
        let proved = start.elapsed();
        let inputs = instance.public_inputs()?;
        assert!(instance.is_proved_by(&proof, &verifier)?, "our verifier accepts the proof");
        assert!(!instance.is_proved_by(&proof, &other)?, "a verifier with other keys refuses it");
        fs::write(out.join(format!("{circuit}.proof.json")), json::proof(&proof))?;
        fs::write(out.join(format!("{circuit}.public.json")), json::public(&inputs))?;
        println!("{circuit}: key loaded in {loaded:?}, proved in {proved:?}");
    }
    Ok(())
}
