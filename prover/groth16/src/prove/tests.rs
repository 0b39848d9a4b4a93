use std::{path::PathBuf, sync::OnceLock};

use alloy_primitives::U256;
use ark_bn254::Bn254;
use ark_groth16::Groth16;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::usage::Window;

use super::*;
use crate::{
    compliance::tests::witness as limit_witness, constraint::Shape, key_delivery::tests::witness as delivery_witness,
    usage::tests::witness,
};

const C128: Capacity = Capacity::Events128;

/// The cache that all callers share; keys are made there once.
fn cache() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/keys"))
}

fn prover() -> &'static Prover {
    static PROVER: OnceLock<Prover> = OnceLock::new();
    PROVER.get_or_init(|| Prover::load_or_generate(&cache(), 31337).unwrap())
}

#[test]
fn key_delivery_proofs_verify_and_bind_every_input() {
    let (proof, inputs) = prover().prove_key_delivery(&delivery_witness(1)).unwrap();
    assert!(prover().verify_key_delivery(&inputs, &proof));
    let array = inputs.to_array();
    let modulus = U256::from_limbs(<Fr as ark_ff::PrimeField>::MODULUS.0);
    for i in 0..array.len() {
        for bad in [array[i] ^ U256::from(1), array[i] + modulus] {
            let mut tampered = array;
            tampered[i] = bad;
            let tampered = delivery::PublicInputs::from_array(tampered);
            assert!(!prover().verify_key_delivery(&tampered, &proof), "input {i}");
        }
    }
}

#[test]
fn usage_proofs_verify_at_1_half_full_and_from_an_open_block() {
    let alone = Verifier::new(1337).unwrap();
    let short = [(0, 1), (0, 64), (17, 128)].map(|(skip, count)| (Capacity::Events128, skip, count));
    let long = [(0, 1), (0, 512), (17, 1024)].map(|(skip, count)| (Capacity::Events1024, skip, count));
    for (capacity, skip, count) in [short, long].concat() {
        let witness = witness(skip, count);
        let (proof, inputs) = prover().prove_usage(capacity, &witness).unwrap();
        assert!(alone.verify_usage(capacity, &inputs, &proof), "{skip} + {count}");
        // The circuits have keys of their own.
        assert!(Capacity::ALL.iter().all(|other| *other == capacity || !alone.verify_usage(*other, &inputs, &proof)));
        assert_eq!(inputs.head_before, witness.before.head());
        let units: u32 = witness.events.iter().map(|e| u32::from(e.units)).sum();
        assert_eq!(inputs.units, units);
        let mut more = inputs;
        more.units += 1;
        assert!(!alone.verify_usage(capacity, &more, &proof));
    }
}

#[test]
fn compliance_proofs_verify_and_bind_every_input() {
    let witness = limit_witness(4, 100);
    let (proof, inputs) = prover().prove_compliance(&witness).unwrap();
    assert_eq!((inputs.as_of, inputs.max_allowed), (witness.state.last, 100));
    assert!(prover().verify_compliance(&inputs, &proof));
    let array = inputs.to_array();
    for i in 0..array.len() {
        let mut tampered = array;
        tampered[i] ^= U256::from(1);
        let tampered = limit::PublicInputs::from_array(tampered).unwrap();
        assert!(!prover().verify_compliance(&tampered, &proof), "input {i}");
    }
    let modulus = U256::from_limbs(<Fr as ark_ff::PrimeField>::MODULUS.0);
    let aliased = limit::PublicInputs { head: inputs.head + modulus, ..inputs };
    assert!(!prover().verify_compliance(&aliased, &proof));
}

/// The circuits have keys of their own: no proof of one passes for another, though all but
/// one of the first four inputs may be equal.
#[test]
fn a_proof_of_one_circuit_is_none_of_another() {
    let (limit_proof, limit) = prover().prove_compliance(&limit_witness(4, 100)).unwrap();
    let (usage_proof, usage) = prover().prove_usage(C128, &witness(0, 4)).unwrap();
    assert!(!prover().verify_compliance(&limit, &usage_proof));
    assert!(!prover().verify_usage(C128, &usage, &limit_proof));
    let keys = crate::verifying_keys().unwrap();
    for (id, one) in &keys {
        for other in keys.iter().filter(|(other, _)| *other != id).map(|(_, key)| key) {
            assert!(one.alpha != other.alpha && one.beta != other.beta && one.delta != other.delta);
        }
    }
}

#[test]
fn a_limit_below_the_total_is_refused_by_name() {
    let error = prover().prove_compliance(&limit_witness(4, 11)).unwrap_err();
    assert_eq!(error.to_string(), "compliance: 12 units were used, more than the 11 to be proved");
    let mut damaged = limit_witness(4, 12);
    damaged.state.calls = U256::MAX;
    let error = prover().prove_compliance(&damaged).unwrap_err().to_string();
    assert!(error.contains("meter signature does not sign head"), "{error}");
}

/// Forge reads the same files against the generated contracts.
#[test]
fn pinned_proofs_verify() {
    #[derive(serde::Deserialize)]
    struct Pinned<const N: usize> {
        inputs: Vec<U256>,
        proof: Proof,
    }
    impl<const N: usize> Pinned<N> {
        fn read(json: &str) -> ([U256; N], Proof) {
            let pinned: Self = serde_json::from_str(json).unwrap();
            (pinned.inputs.try_into().unwrap(), pinned.proof)
        }
    }
    let verifier = Verifier::new(31337).unwrap();
    let (inputs, proof) = Pinned::read(include_str!("../../vectors/usage_128.json"));
    let inputs = use_of::PublicInputs::from_array(inputs).unwrap();
    assert_eq!(inputs.units, (10..40).sum::<u32>());
    assert!(verifier.verify_usage(C128, &inputs, &proof));
    let (long, proof) = Pinned::read(include_str!("../../vectors/usage_1024.json"));
    assert_eq!(use_of::PublicInputs::from_array(long), Ok(inputs));
    assert!(verifier.verify_usage(Capacity::Events1024, &inputs, &proof));
    let (inputs, proof) = Pinned::read(include_str!("../../vectors/key_delivery.json"));
    assert!(verifier.verify_key_delivery(&delivery::PublicInputs::from_array(inputs), &proof));
    let (inputs, proof) = Pinned::read(include_str!("../../vectors/compliance.json"));
    let inputs = limit::PublicInputs::from_array(inputs).unwrap();
    assert_eq!((inputs.as_of, inputs.max_allowed), (1_800_000_000 + 39 * 60, 1_000));
    assert!(verifier.verify_compliance(&inputs, &proof));
}

#[test]
fn proofs_are_fresh_and_survive_calldata_and_json() {
    let witness = delivery_witness(2);
    let (first, inputs) = prover().prove_key_delivery(&witness).unwrap();
    let (second, _) = prover().prove_key_delivery(&witness).unwrap();
    assert_ne!(first, second);
    let words = first.to_calldata();
    assert_eq!(Proof::from_calldata(words).unwrap(), first);
    let json = serde_json::to_string(&first).unwrap();
    let read: Proof = serde_json::from_str(&json).unwrap();
    assert!(prover().verify_key_delivery(&inputs, &read));
    for i in 0..8 {
        let mut damaged = words;
        damaged[i] += U256::from(1);
        assert!(Proof::from_calldata(damaged).is_err(), "word {i}");
    }
    assert!(!prover().verify_usage(C128, &use_of::PublicInputs::from_array([U256::ZERO; 6]).unwrap(), &first));
}

#[test]
fn impossible_witnesses_are_refused_by_name() {
    type Change = fn(&mut UsageWitness);
    let good = witness(3, 4);
    let refused = |change: Change| {
        let mut bad = good.clone();
        change(&mut bad);
        prover().prove_usage(C128, &bad).unwrap_err().to_string()
    };
    let cases: [(Change, &str); 6] = [
        (|w| w.events.clear(), "no event to prove"),
        (|w| w.events = vec![w.events[0]; 129], "129 events are more"),
        (|w| w.events.swap(0, 1), "event 1 does not extend the chain"),
        (|w| w.meter_signature.s += U256::from(1), "meter signature does not sign head"),
        (|w| w.events[0].units += 1, "meter signature does not sign head"),
        (|w| w.window = Window::new(w.window.start(), w.window.end() - 1).unwrap(), "is outside the window"),
    ];
    for (change, message) in cases {
        let error = refused(change);
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn the_circuit_itself_refuses_and_names_the_rule() {
    let mut bad = delivery_witness(5);
    let inputs = bad.public_inputs().unwrap();
    bad.key[0] ^= 1;
    let assignment = key_delivery::Assignment::honest(&bad, &inputs).unwrap();
    let error = prover().prove::<KeyDelivery>(&assignment).unwrap_err();
    assert_eq!(
        error.to_string(),
        "key_delivery: the witness breaks the rule \"c0 and c1 are the limbs plus the masks\""
    );
}

/// Our proof of an assignment, and stock arkworks' from the matrices, with the same randomness.
fn both_proofs<C: Circuit>(assignment: &C::Assignment) -> [ark_groth16::Proof<Bn254>; 2] {
    let KeySet { manifest, verifying } = KeySet::committed().unwrap();
    let (expected, verifying) = (manifest.circuit(C::ID).unwrap(), &verifying[&C::ID]);
    let key = keys::load_or_generate::<C>(&cache(), manifest.origin, expected, verifying).unwrap();
    let ours =
        prove_with::<C>(prover().engine::<C>().unwrap(), assignment, &mut ChaCha20Rng::seed_from_u64(7)).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let (r, s) = (Fr::rand(&mut rng), Fr::rand(&mut rng));
    let shape = C::shape();
    let theirs = Groth16::<Bn254, CircomReduction>::create_proof_with_reduction_and_matrices(
        &key,
        r,
        s,
        &shape.matrices,
        shape.inputs,
        shape.rows(),
        &C::assign(assignment).0,
    );
    [ours.0, theirs.unwrap()]
}

#[test]
fn proofs_are_those_of_arkworks_bit_for_bit() {
    let same = |[ours, theirs]: [ark_groth16::Proof<Bn254>; 2]| assert_eq!(ours, theirs);
    for (skip, count) in [(0, 1), (17, 128)] {
        same(both_proofs::<Usage>(&witness(skip, count).assign(C128).unwrap().0));
    }
    same(both_proofs::<LongUsage>(&witness(17, 1000).assign(Capacity::Events1024).unwrap().0));
    let limit = limit_witness(4, 100);
    let inputs = limit.public_inputs().unwrap();
    same(both_proofs::<Compliance>(&compliance::Assignment::fill_in(&limit, &inputs).unwrap()));
    let delivery = delivery_witness(3);
    let inputs = delivery.public_inputs().unwrap();
    same(both_proofs::<KeyDelivery>(&key_delivery::Assignment::honest(&delivery, &inputs).unwrap()));
}

/// The sides of rows, stamped while assigning, are those that the matrices give.
fn stamps_agree<C: Circuit>(shape: &Shape, assignment: &C::Assignment) {
    let stamped = C::stamp(assignment, shape.variables, shape.rows());
    let wires = C::assign(assignment);
    assert!(stamped.assigned.0 == wires.0);
    assert_eq!(stamped.broken, shape.broken_rule(&wires.0));
    assert_eq!(stamped.left.0.len(), shape.rows());
    let side = |matrix: usize, row: usize| -> Fr {
        shape.matrices[matrix][row].iter().map(|(k, wire)| wires.0[*wire] * k).sum()
    };
    for row in 0..shape.rows() {
        let [a, b] = [side(0, row), side(1, row)];
        assert_eq!((stamped.left.0[row], stamped.right.0[row], stamped.products.0[row]), (a, b, a * b), "row {row}");
    }
}

#[test]
fn stamped_rows_are_those_of_the_matrices_on_honest_and_forged_witnesses() {
    let shape = Usage::shape();
    let honest = witness(17, 100).assign(C128).unwrap().0;
    stamps_agree::<Usage>(&shape, &honest);
    let forgeries: [fn(&mut crate::usage::Assignment); 6] = [
        |a| a.secret[3] ^= true,
        |a| a.slots[40].1 += 1,
        |a| a.slots[40].0 = false,
        |a| a.inputs[4] += Fr::from(1u64),
        |a| a.signature.s[0] ^= true,
        |a| a.meter_eighth[0] = Fr::from(0u64),
    ];
    for forge in forgeries {
        let mut forged = honest.clone();
        forge(&mut forged);
        stamps_agree::<Usage>(&shape, &forged);
        assert!(matches!(prover().prove::<Usage>(&forged), Err(ProveError::Unsatisfied { .. })));
    }
    let delivery = delivery_witness(3);
    let inputs = delivery.public_inputs().unwrap();
    let mut delivery = key_delivery::Assignment::honest(&delivery, &inputs).unwrap();
    stamps_agree::<KeyDelivery>(&KeyDelivery::shape(), &delivery);
    delivery.ephemeral = vec![false; delivery.ephemeral.len()];
    stamps_agree::<KeyDelivery>(&KeyDelivery::shape(), &delivery);
    let limit = limit_witness(4, 100);
    let inputs = limit.public_inputs().unwrap();
    let mut limit = compliance::Assignment::fill_in(&limit, &inputs).unwrap();
    stamps_agree::<Compliance>(&Compliance::shape(), &limit);
    limit.total += Fr::from(1u64);
    stamps_agree::<Compliance>(&Compliance::shape(), &limit);
}
