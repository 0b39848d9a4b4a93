//! No bytes make a parser panic: neither arbitrary ones nor valid files with damage.

use std::sync::LazyLock;

use ark_bn254::Fr;
use proptest::{collection::vec, prelude::*};

use super::{json, r1cs, wtns, zkey};
use crate::{circuit_id::CircuitId, proof::Proof, verify::verifying_keys};

/// Numbers at which lengths and counts go wrong.
const EDGES: [u32; 8] = [0, 1, 2, 31, 255, 1 << 28, u32::MAX - 1, u32::MAX];

/// What happens to a valid file.
#[derive(Debug, Clone)]
enum Damage {
    Byte(usize, u8),
    Number(usize, u32),
    Cut(usize),
    Copy(usize, usize, usize),
    Insert(usize, Vec<u8>),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = |index: usize, bytes: &[u8]| index % (bytes.len() + 1);
        match self {
            Self::Byte(index, value) => {
                let index = at(*index, bytes);
                bytes.get_mut(index).map(|byte| *byte = *value).unwrap_or_default();
            }
            Self::Number(index, value) => {
                let index = at(*index, bytes);
                bytes.iter_mut().skip(index).zip(value.to_le_bytes()).for_each(|(byte, value)| *byte = value);
            }
            Self::Cut(index) => bytes.truncate(at(*index, bytes)),
            Self::Copy(from, to, length) => {
                let (from, to) = (at(*from, bytes), at(*to, bytes));
                let length = length % 512;
                let copied: Vec<u8> = bytes.iter().skip(from).take(length).copied().collect();
                bytes.iter_mut().skip(to).zip(copied).for_each(|(byte, value)| *byte = value);
            }
            Self::Insert(index, more) => {
                let index = at(*index, bytes);
                bytes.splice(index..index, more.iter().copied());
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let index = any::<usize>;
    let one = prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, value)| Damage::Byte(at, value)),
        (index(), proptest::sample::select(EDGES.to_vec())).prop_map(|(at, value)| Damage::Number(at, value)),
        index().prop_map(Damage::Cut),
        (index(), index(), index()).prop_map(|(from, to, length)| Damage::Copy(from, to, length)),
        (index(), vec(any::<u8>(), 1..40)).prop_map(|(at, more)| Damage::Insert(at, more)),
    ];
    vec(one, 1..6)
}

fn damaged(valid: &[u8], damage: &[Damage]) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    damage.iter().for_each(|damage| damage.apply(&mut bytes));
    bytes
}

/// Reads bytes as every kind of file, and walks through what was read.
fn read_as_everything(bytes: &[u8]) {
    if let Ok(key) = zkey::read(bytes) {
        assert_eq!(key.coefficients.iter().count(), key.coefficients.len());
        if key.variables < 64 {
            let _ = key.check();
        }
    }
    if let Ok(circuit) = r1cs::read(bytes) {
        assert!(circuit.public < circuit.wires && circuit.constraints() * 12 < bytes.len());
        let ones = vec![Fr::from(1u64); circuit.wires.min(1 << 16)];
        let _ = circuit.broken_row(&ones);
    }
    if let Ok(witness) = wtns::read(bytes) {
        assert!(witness.values().len() * 32 < bytes.len());
    }
    if let Ok(proof) = json::read_proof(bytes) {
        assert_eq!(json::read_proof(json::proof(&proof).as_bytes()).unwrap(), proof);
    }
    if let Ok(inputs) = json::read_public(bytes) {
        assert_eq!(json::read_public(json::public(&inputs).as_bytes()).unwrap(), inputs);
    }
    if let Ok(key) = json::read_verifying_key(bytes, CircuitId::Compliance) {
        json::verifying_key(&key).expect("its points were checked");
    }
}

/// A valid file of each kind, small. The fuzzers begin with the same.
static SAMPLES: LazyLock<[(&str, Vec<u8>); 5]> = LazyLock::new(|| {
    let key = verifying_keys().unwrap().remove(&CircuitId::KeyDelivery).unwrap();
    let ([x, y], [b0, b1, b2, b3]) = (key.alpha, key.beta);
    let proof = Proof::from_calldata([x, y, b0, b1, b2, b3, x, y]).unwrap();
    [
        ("zkey", zkey::tests::bytes()),
        ("r1cs", r1cs::write(&r1cs::tests::sample())),
        ("wtns", wtns::write(&[1u64, 15, 5, 1].map(Fr::from)).to_vec()),
        ("proof_json", json::proof(&proof).into_bytes()),
        ("verifying_key_json", json::verifying_key(&key).unwrap().into_bytes()),
    ]
});

#[test]
fn fuzzing_begins_with_valid_files() {
    for (name, bytes) in SAMPLES.iter() {
        let path = format!("{}/../fuzz/seeds/{name}/sample", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(&std::fs::read(&path).unwrap(), bytes, "{path} is not what is written now: replace it");
        read_as_everything(bytes);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(
        magic in proptest::sample::select(vec!["zkey", "r1cs", "wtns", "{", "["]),
        bytes in vec(any::<u8>(), 0..400),
    ) {
        read_as_everything(&bytes);
        read_as_everything(&[magic.as_bytes(), &bytes].concat());
        read_as_everything(&[magic.as_bytes(), &[1, 0, 0, 0, 2, 0, 0, 0], &bytes].concat());
    }

    #[test]
    fn damaged_files_are_read_or_refused(damage in damage()) {
        for (_, valid) in SAMPLES.iter() {
            read_as_everything(&damaged(valid, &damage));
        }
    }
}
