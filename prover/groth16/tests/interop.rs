//! Files that pass between this crate and the real snarkjs, in both directions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "interop/snarkjs.rs"]
mod snarkjs;

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy_primitives::U256;
use datavault_groth16::{
    CircuitId, LOCAL_CHAINS, Proof, Prover, Verifier,
    format::{
        Instance, json, r1cs, wtns,
        zkey::{self, ZkeyError},
    },
    verifying_keys,
};
use statement::{compliance, key_delivery, usage};

/// The development keys that the other tests make too.
fn keys() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/keys"))
}

/// Writes everything that snarkjs reads, and returns our proof.
fn export(folder: &Path, circuit: CircuitId) -> Proof {
    let prover = Prover::load_or_generate(&keys(), LOCAL_CHAINS[0]).unwrap();
    let instance = Instance::example(circuit);
    let proof = instance.prove(&prover).unwrap();
    let key = verifying_keys().unwrap().remove(&circuit).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("circuit.r1cs", &r1cs::of(circuit));
    write("witness.wtns", &instance.wtns().unwrap());
    write("ours.vk.json", json::verifying_key(&key).unwrap().as_bytes());
    write("ours.proof.json", json::proof(&proof).as_bytes());
    write("ours.public.json", json::public(&instance.public_inputs().unwrap()).as_bytes());
    fs::copy(keys().join(format!("{circuit}.dev.zkey")), folder.join("circuit.zkey")).unwrap();
    proof
}

/// Whether we accept a proof for public inputs in the verifier's order.
fn accepts(circuit: CircuitId, inputs: &[U256], proof: &Proof) -> bool {
    let verifier = Verifier::new(LOCAL_CHAINS[0]).unwrap();
    let many = "as many inputs as the circuit has";
    match circuit {
        CircuitId::Usage128 | CircuitId::Usage1024 => {
            let capacity = usage::Capacity::ALL.into_iter().find(|capacity| CircuitId::from(*capacity) == circuit);
            let inputs = usage::PublicInputs::from_array(inputs.try_into().expect(many));
            verifier.verify_usage(capacity.unwrap(), &inputs.unwrap(), proof)
        }
        CircuitId::Compliance => {
            let inputs = compliance::PublicInputs::from_array(inputs.try_into().expect(many));
            verifier.verify_compliance(&inputs.unwrap(), proof)
        }
        CircuitId::KeyDelivery => {
            let inputs = key_delivery::PublicInputs::from_array(inputs.try_into().expect(many));
            verifier.verify_key_delivery(&inputs, proof)
        }
    }
}

/// Both sides accept each other's proofs and keys, and neither a changed input.
fn agrees_with_snarkjs(circuit: CircuitId) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ours = export(folder, circuit);
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let inputs = json::read_public(&read("ours.public.json")).unwrap();

    // Their verifier, our proof.
    let verdict = snarkjs::succeeds(folder, "groth16 verify ours.vk.json ours.public.json ours.proof.json");
    assert!(verdict.contains("OK!"), "{verdict}");
    assert!(accepts(circuit, &inputs, &ours));
    let mut forged = inputs.clone();
    // The last input of every circuit is a small number: the units, the limit, a ciphertext.
    *forged.last_mut().unwrap() += U256::from(1);
    fs::write(folder.join("forged.public.json"), json::public(&forged)).unwrap();
    let verdict = snarkjs::fails(folder, "groth16 verify ours.vk.json forged.public.json ours.proof.json");
    assert!(verdict.contains("Invalid proof"), "{verdict}");
    assert!(!accepts(circuit, &forged, &ours));

    // Their prover, our key and witness.
    snarkjs::succeeds(folder, "groth16 prove circuit.zkey witness.wtns theirs.proof.json theirs.public.json");
    let theirs = json::read_proof(&read("theirs.proof.json")).unwrap();
    assert_eq!(json::read_public(&read("theirs.public.json")).unwrap(), inputs);
    assert_ne!(theirs, ours);
    assert!(accepts(circuit, &inputs, &theirs));
    assert!(!accepts(circuit, &forged, &theirs));
    assert_eq!(json::proof(&theirs).as_bytes(), read("theirs.proof.json"), "the same bytes");
    assert_eq!(read("ours.public.json"), read("theirs.public.json"), "the same bytes");

    // The verifying key in our proving key is the committed one.
    snarkjs::succeeds(folder, "zkey export verificationkey circuit.zkey theirs.vk.json");
    assert_eq!(read("ours.vk.json"), read("theirs.vk.json"), "the same bytes");
}

#[test]
fn key_delivery_passes_between_us_and_snarkjs() {
    agrees_with_snarkjs(CircuitId::KeyDelivery);
}

#[test]
fn compliance_passes_between_us_and_snarkjs() {
    agrees_with_snarkjs(CircuitId::Compliance);
}

#[test]
fn usage_of_128_events_passes_between_us_and_snarkjs() {
    agrees_with_snarkjs(CircuitId::Usage128);
}

#[test]
fn snarkjs_reads_our_rows_as_we_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let circuit = CircuitId::KeyDelivery;
    let bytes = r1cs::of(circuit);
    let rows = r1cs::read(&bytes).unwrap();
    fs::write(folder.join("circuit.r1cs"), &bytes).unwrap();
    let info = snarkjs::succeeds(folder, "r1cs info circuit.r1cs");
    for line in [
        "Curve: bn-128".to_owned(),
        format!("# of Wires: {}", rows.wires),
        format!("# of Constraints: {}", rows.constraints()),
        format!("# of Public Inputs: {}", rows.public),
        "# of Outputs: 0".to_owned(),
    ] {
        assert!(info.contains(&line), "{info}: {line}");
    }

    let mut witness = Instance::example(circuit).wtns().unwrap();
    let check = |witness: &[u8]| {
        fs::write(folder.join("witness.wtns"), witness).unwrap();
        let values = wtns::read(witness).unwrap();
        rows.broken_row(values.values())
    };
    assert_eq!(check(&witness), None);
    let verdict = snarkjs::succeeds(folder, "wtns check circuit.r1cs witness.wtns");
    assert!(verdict.contains("WITNESS IS CORRECT"), "{verdict}");
    // The lowest bit of the last wire.
    let last = witness.len() - 32;
    witness[last] ^= 1;
    assert!(check(&witness).is_some());
    let verdict = snarkjs::fails(folder, "wtns check circuit.r1cs witness.wtns");
    assert!(verdict.contains("WITNESS IS NOT CORRECT"), "{verdict}");
}

/// A key that snarkjs made in a ceremony of its own, for the small circuit that the fuzzers begin with.
#[test]
fn keys_of_a_ceremony_of_snarkjs_are_read_with_who_contributed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (seed, name) in [("r1cs", "circuit.r1cs"), ("wtns", "witness.wtns")] {
        let path = format!("{}/../fuzz/seeds/{seed}/sample", env!("CARGO_MANIFEST_DIR"));
        fs::copy(path, folder.join(name)).unwrap();
    }
    for step in [
        "powersoftau new bn128 3 new.ptau",
        // Without it tau is 1 and H is the identity throughout, which `check` refuses.
        "powersoftau contribute new.ptau powers.ptau --name=Eve -e=dice",
        "powersoftau prepare phase2 powers.ptau prepared.ptau",
        "groth16 setup circuit.r1cs prepared.ptau 0.zkey",
        "zkey contribute 0.zkey 1.zkey --name=Ada -e=keyboard",
        "zkey beacon 1.zkey 2.zkey 00ff 10 -n=end",
    ] {
        snarkjs::succeeds(folder, step);
    }
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let bytes = read("0.zkey");
    let fresh = zkey::read(&bytes).unwrap();
    assert_eq!(fresh.contributions.contributions, []);
    assert_eq!(fresh.check(), Err(ZkeyError::GammaIsDelta));

    let bytes = read("2.zkey");
    let key = zkey::read(&bytes).unwrap();
    assert_eq!((key.variables, key.public, key.domain), (4, 1, 4));
    assert_eq!(key.check(), Ok(()));
    assert_eq!(key.contributions.circuit_hash, fresh.contributions.circuit_hash);
    let who: Vec<_> = key.contributions.contributions.iter().map(|by| (by.name.as_deref(), &by.beacon)).collect();
    let beacon = Some(zkey::Beacon { iterations_exp: 10, value: vec![0, 0xff] });
    assert_eq!(who, [(Some("Ada"), &None), (Some("end"), &beacon)]);
    // Of another circuit than ours.
    assert!(matches!(key.check_circuit(CircuitId::KeyDelivery), Err(ZkeyError::OtherCircuit { .. })));

    // The whole way round, on their side alone: our rows and our witness, in their ceremony.
    snarkjs::succeeds(folder, "groth16 prove 2.zkey witness.wtns proof.json public.json");
    snarkjs::succeeds(folder, "zkey export verificationkey 2.zkey key.json");
    snarkjs::succeeds(folder, "groth16 verify key.json public.json proof.json");
    assert_eq!(json::read_public(&read("public.json")).unwrap(), [U256::from(15)]);
    json::read_proof(&read("proof.json")).unwrap();
}
