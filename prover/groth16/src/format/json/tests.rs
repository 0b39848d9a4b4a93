use serde_json::{Value, json};

use super::*;
use crate::verify::verifying_keys;

/// One of the committed proofs with its inputs.
fn example() -> (Proof, Vec<U256>) {
    #[derive(Deserialize)]
    struct Example {
        inputs: Vec<U256>,
        proof: [U256; 8],
    }
    let Example { inputs, proof } = serde_json::from_str(include_str!("../../../vectors/key_delivery.json")).unwrap();
    (Proof::from_calldata(proof).unwrap(), inputs)
}

/// The JSON after `change`.
fn changed(json: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_str(json).unwrap();
    change(&mut value);
    serde_json::to_vec(&value).unwrap()
}

#[test]
fn keys_proofs_and_inputs_are_read_as_they_were_written() {
    let keys = verifying_keys().unwrap();
    let key = &keys[&CircuitId::KeyDelivery];
    let read = read_verifying_key(verifying_key(key).unwrap().as_bytes(), CircuitId::KeyDelivery).unwrap();
    assert_eq!(read, VerifyingKey { warning: READ.to_owned(), ..key.clone() });
    let (made, inputs) = example();
    assert_eq!(read_proof(proof(&made).as_bytes()).unwrap(), made);
    assert_eq!(read_public(public(&inputs).as_bytes()).unwrap(), inputs);
}

#[test]
fn the_identity_is_written_as_snarkjs_writes_it() {
    let identity = Proof::from_calldata([U256::ZERO; 8]).unwrap();
    let json = proof(&identity);
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["pi_a"], json!(["0", "1", "0"]));
    assert_eq!(value["pi_b"], json!([["0", "0"], ["1", "0"], ["0", "0"]]));
    assert_eq!(read_proof(json.as_bytes()).unwrap(), identity);
}

#[test]
fn what_is_not_canonical_is_refused() {
    let json = proof(&example().0);
    let big = U256::from_limbs(Fq::MODULUS.0) + U256::from(1);
    for (path, value, said) in [
        ("/pi_a/0", json!(big.to_string()), "pi_a: `2188824"),
        ("/pi_a/0", json!("01"), "pi_a: `01` is not a decimal number"),
        ("/pi_a/0", json!("0x1"), "pi_a: `0x1` is not a decimal number"),
        ("/pi_a/0", json!("1_0"), "pi_a: `1_0` is not a decimal number"),
        ("/pi_a/0", json!("-1"), "pi_a: `-1` is not a decimal number"),
        ("/pi_a/0", json!(""), "pi_a: `` is not a decimal number"),
        ("/pi_a/0", json!("9".repeat(10_000)), "99` is not a decimal number"),
        ("/pi_a/0", json!(1), "invalid type: integer"),
        ("/pi_a/0", json!("1"), "not on its curve"),
        ("/pi_a/2", json!("2"), "pi_a: the last coordinate is neither 1"),
        ("/pi_a", json!(["0", "0", "1"]), "pi_a: the last coordinate is neither 1"),
        ("/pi_b/0/0", json!("1"), "pi_b: "),
        ("/pi_b/2/1", json!("1"), "pi_b: the last coordinate is neither 1"),
        ("/protocol", json!("plonk"), "protocol is `plonk`, only `groth16` is read"),
        ("/curve", json!("bls12381"), "curve is `bls12381`, only `bn128` is read"),
    ] {
        let bytes = changed(&json, |whole| *whole.pointer_mut(path).unwrap() = value);
        let message = read_proof(&bytes).unwrap_err().to_string();
        assert!(message.starts_with("proof.json: ") && message.contains(said), "{message}: {said}");
    }
    let modulus = U256::from_limbs(ark_bn254::Fr::MODULUS.0);
    assert!(read_public(public(&[modulus]).as_bytes()).is_err());
    assert!(read_public(public(&[modulus - U256::from(1)]).as_bytes()).is_ok());
}

#[test]
fn a_key_with_another_number_of_inputs_is_refused() {
    let keys = verifying_keys().unwrap();
    let json = verifying_key(&keys[&CircuitId::Compliance]).unwrap();
    for public in [json!(0), json!(u64::MAX)] {
        let bytes = changed(&json, |key| key["nPublic"] = public);
        let error = read_verifying_key(&bytes, CircuitId::Compliance).unwrap_err();
        assert!(matches!(error, JsonError::Inputs { .. }), "{error}");
    }
    let bytes = changed(&json, |key| key["IC"][1][1] = json!("5"));
    let message = read_verifying_key(&bytes, CircuitId::Compliance).unwrap_err().to_string();
    assert!(message.starts_with("verification_key.json: IC: "), "{message}");
}
