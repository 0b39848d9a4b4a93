use super::*;
use alloy_primitives::U256;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::{SecretKey, key_delivery::encrypt};

fn ctx() -> U256 {
    U256::MAX >> 8
}

pub(crate) fn witness(seed: u64) -> Witness {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let recipient = SecretKey::random(&mut rng).public();
    let key = std::array::from_fn(|i| seed as u8 + i as u8);
    encrypt(&key, &recipient, ctx(), &mut rng).unwrap().1
}

fn honest(witness: &Witness) -> Assignment {
    Assignment::honest(witness, &witness.public_inputs().unwrap()).unwrap()
}

#[test]
fn honest_witnesses_satisfy_and_the_size_is_known() {
    let shape = KeyDelivery::shape();
    assert_eq!((shape.rows(), shape.inputs), (3_295, INPUTS + 1));
    for seed in 0..4 {
        let assigned = KeyDelivery::assign(&honest(&witness(seed)));
        assert_eq!(assigned.0.len(), shape.variables);
        assert_eq!(shape.broken_rule(&assigned.0), None);
    }
}

/// Asserts that the rows themselves refuse, at the named rule.
fn refused(rule: &str, change: impl FnOnce(&mut Assignment)) {
    let mut assignment = honest(&witness(1));
    change(&mut assignment);
    let assigned = KeyDelivery::assign(&assignment);
    assert_eq!(KeyDelivery::shape().broken_rule(&assigned.0), Some(rule));
}

#[test]
fn every_rule_refuses_its_forgery() {
    let one = Fr::from(1u64);
    let other = SecretKey::derive(&[3; 32], "other").public();
    let licensee = "licenseeCommitment is the hash of the recipient's key";
    refused(licensee, |a| a.recipient_eighth = eighth(&other));
    refused(licensee, |a| a.inputs[2] += one);
    refused("the recipient's key is in the prime-order subgroup", |a| {
        a.recipient_eighth[0] += one;
    });
    refused("E = e·B8", |a| a.inputs[3] += one);
    refused("E = e·B8", |a| a.inputs[4] += one);
    refused("E = e·B8", |a| a.ephemeral[0] ^= true);
    let sealed = "c0 and c1 are the limbs plus the masks";
    refused(sealed, |a| a.inputs[0] += one);
    refused(sealed, |a| a.inputs[5] += one);
    refused(sealed, |a| a.inputs[6] += one);
    refused(sealed, |a| a.limbs.swap(0, 1));
    refused("keyCommitment is the hash of the limbs", |a| a.inputs[1] += one);
}

#[test]
fn another_key_under_the_same_commitment_is_refused() {
    // Ciphertext and limbs agree with each other; only the commitment knows better.
    let good = witness(1);
    let commitment = good.public_inputs().unwrap().key_commitment;
    let mut bad = good.clone();
    bad.key[31] ^= 1;
    let mut inputs = bad.public_inputs().unwrap();
    inputs.key_commitment = commitment;
    let assigned = KeyDelivery::assign(&Assignment::honest(&bad, &inputs).unwrap());
    assert_eq!(KeyDelivery::shape().broken_rule(&assigned.0), Some("keyCommitment is the hash of the limbs"));
}

#[test]
fn a_limb_of_129_bits_is_refused() {
    // Everything else is consistent: the ciphertext and the commitment of k0 + 2^128.
    let good = witness(1);
    let [k0, k1] = statement::key_delivery::limbs(&good.key).map(statement::field::small);
    let excess = statement::field::small(1 << 127).double();
    refused("c0 and c1 are the limbs plus the masks", |a| {
        a.inputs[5] += excess;
        a.inputs[1] = statement::poseidon::hash(&[k0 + excess, k1]);
    });
}

#[test]
fn every_wire_is_bound() {
    crate::circuit::tests::every_wire_is_bound::<KeyDelivery>(&honest(&witness(1)));
}
