//! The verifying key of a proving key, in our JSON.

use std::path::Path;

use alloy_primitives::U256;
use groth16::VerifyingKey;
use serde_json::Value;
use snarkrs_ceremony::vkey::verification_key_json;

use crate::{error::Error, guard::guarded};

/// Reads a proving key's verifying key.
///
/// # Errors
/// If the file is not a key.
pub(crate) fn verifying_key(circuit: &str, warning: &str, zkey: &Path) -> Result<VerifyingKey, Error> {
    let json = guarded(zkey, || verification_key_json(zkey))?;
    read(circuit, warning, &json).ok_or_else(|| Error::Damaged(zkey.to_owned()))
}

fn read(circuit: &str, warning: &str, json: &Value) -> Option<VerifyingKey> {
    Some(VerifyingKey {
        circuit: circuit.to_owned(),
        warning: warning.to_owned(),
        alpha: g1(&json["vk_alpha_1"])?,
        beta: g2(&json["vk_beta_2"])?,
        gamma: g2(&json["vk_gamma_2"])?,
        delta: g2(&json["vk_delta_2"])?,
        inputs: json["IC"].as_array()?.iter().map(g1).collect::<Option<_>>()?,
    })
}

fn g1(point: &Value) -> Option<[U256; 2]> {
    match number(&point[2])? == U256::ZERO {
        true => Some([U256::ZERO; 2]),
        false => Some([number(&point[0])?, number(&point[1])?]),
    }
}

/// snarkjs writes the real part first, the EVM's precompiles read it last.
fn g2(point: &Value) -> Option<[U256; 4]> {
    let [x, y] = [&point[0], &point[1]];
    Some([number(&x[1])?, number(&x[0])?, number(&y[1])?, number(&y[0])?])
}

fn number(value: &Value) -> Option<U256> {
    U256::from_str_radix(value.as_str()?, 10).ok()
}
