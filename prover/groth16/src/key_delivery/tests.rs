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
    let key = [seed as u8; 32];
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
