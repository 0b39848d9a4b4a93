//! snarkjs's JSON: `verification_key.json`, `proof.json`, `public.json`.
//!
//! Numbers are decimal strings; points are projective with a last coordinate of 1, and
//! `0, 1, 0` is the identity. What is written is byte for byte what snarkjs writes. What
//! is read must be canonical: below its modulus, without leading zeros, on its curve.

use alloy_primitives::U256;
use ark_bn254::{Bn254, Fq, Fq12};
use ark_ec::pairing::Pairing;
use ark_ff::PrimeField;
use serde::{Deserialize, Serialize};
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::{
    circuit_id::CircuitId,
    proof::{Proof, ProofError, g1_point, g2_point},
    verifying_key::VerifyingKey,
};

const PROTOCOL: &str = "groth16";
const CURVE: &str = "bn128";
const READ: &str = "read from a verification_key.json: trust it as far as its file";

/// Why JSON is not what snarkjs writes.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or a field is missing or of another type.
    #[error("{file}: {source}")]
    Syntax {
        /// Kind of file.
        file: &'static str,
        /// Where and why.
        source: serde_json::Error,
    },
    /// Another proof system or curve.
    #[error("{file}: {field} is `{found}`, only `{expected}` is read")]
    Other {
        /// Kind of file.
        file: &'static str,
        /// `protocol` or `curve`.
        field: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        expected: &'static str,
    },
    /// Not a number below its modulus, in decimal.
    #[error("{file}: {field}: `{text}` is not a decimal number below the field's modulus")]
    Number {
        /// Kind of file.
        file: &'static str,
        /// The field.
        field: &'static str,
        /// What it says, shortened.
        text: String,
    },
    /// A point is not on its curve.
    #[error("{file}: {field}: {source}")]
    Point {
        /// Kind of file.
        file: &'static str,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: ProofError,
    },
    /// A last coordinate that is neither 1 nor, for the identity, 0.
    #[error("{file}: {field}: the last coordinate is neither 1 nor that of the identity")]
    Projective {
        /// Kind of file.
        file: &'static str,
        /// The field.
        field: &'static str,
    },
    /// `nPublic` does not fit the list of points.
    #[error("verification_key.json: nPublic is {public}, IC has {points} points: one more is right")]
    Inputs {
        /// `nPublic`.
        public: usize,
        /// Points in `IC`.
        points: usize,
    },
}

type G1 = [String; 3];
type G2 = [[String; 2]; 3];

#[derive(Serialize, Deserialize)]
struct VerificationKey {
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    public: usize,
    vk_alpha_1: G1,
    vk_beta_2: G2,
    vk_gamma_2: G2,
    vk_delta_2: G2,
    /// e(α, β), which follows from the others: written, never believed.
    #[serde(skip_deserializing)]
    vk_alphabeta_12: [G2; 2],
    #[serde(rename = "IC")]
    ic: Vec<G1>,
}

#[derive(Serialize, Deserialize)]
struct ProofJson {
    pi_a: G1,
    pi_b: G2,
    pi_c: G1,
    protocol: String,
    curve: String,
}

/// `verification_key.json`.
///
/// # Errors
/// [`JsonError::Point`] if one of the key's points is not on its curve.
pub fn verifying_key(key: &VerifyingKey) -> Result<String, JsonError> {
    let file = Reader("verification_key.json");
    let alpha = g1_point(key.alpha, "alpha").map_err(|source| file.point("vk_alpha_1", source))?;
    let beta = g2_point(key.beta, "beta").map_err(|source| file.point("vk_beta_2", source))?;
    Ok(text(&VerificationKey {
        protocol: PROTOCOL.to_owned(),
        curve: CURVE.to_owned(),
        public: key.inputs.len().saturating_sub(1),
        vk_alpha_1: put_g1(key.alpha),
        vk_beta_2: put_g2(key.beta),
        vk_gamma_2: put_g2(key.gamma),
        vk_delta_2: put_g2(key.delta),
        vk_alphabeta_12: put_fq12(Bn254::pairing(alpha, beta).0),
        ic: key.inputs.iter().copied().map(put_g1).collect(),
    }))
}

/// Reads [`verifying_key`], as the key of `circuit`.
///
/// # Errors
/// [`JsonError`] names the field.
pub fn read_verifying_key(json: &[u8], circuit: CircuitId) -> Result<VerifyingKey, JsonError> {
    let file = Reader("verification_key.json");
    let key: VerificationKey = file.parse(json)?;
    file.header(&key.protocol, &key.curve)?;
    if key.public.checked_add(1) != Some(key.ic.len()) {
        return Err(JsonError::Inputs { public: key.public, points: key.ic.len() });
    }
    Ok(VerifyingKey {
        circuit: circuit.name().to_owned(),
        warning: READ.to_owned(),
        alpha: file.g1("vk_alpha_1", &key.vk_alpha_1)?,
        beta: file.g2("vk_beta_2", &key.vk_beta_2)?,
        gamma: file.g2("vk_gamma_2", &key.vk_gamma_2)?,
        delta: file.g2("vk_delta_2", &key.vk_delta_2)?,
        inputs: key.ic.iter().map(|point| file.g1("IC", point)).collect::<Result<_, _>>()?,
    })
}

/// `proof.json`.
pub fn proof(proof: &Proof) -> String {
    let [ax, ay, b0, b1, b2, b3, cx, cy] = proof.to_calldata();
    text(&ProofJson {
        pi_a: put_g1([ax, ay]),
        pi_b: put_g2([b0, b1, b2, b3]),
        pi_c: put_g1([cx, cy]),
        protocol: PROTOCOL.to_owned(),
        curve: CURVE.to_owned(),
    })
}

/// Reads [`proof`](self::proof()).
///
/// # Errors
/// [`JsonError`] names the field.
pub fn read_proof(json: &[u8]) -> Result<Proof, JsonError> {
    let file = Reader("proof.json");
    let proof: ProofJson = file.parse(json)?;
    file.header(&proof.protocol, &proof.curve)?;
    let (a, b, c) = (file.g1("pi_a", &proof.pi_a)?, file.g2("pi_b", &proof.pi_b)?, file.g1("pi_c", &proof.pi_c)?);
    Proof::from_calldata([a[0], a[1], b[0], b[1], b[2], b[3], c[0], c[1]])
        .map_err(|source| file.point("pi_a, pi_b, pi_c", source))
}

/// `public.json`.
pub fn public(inputs: &[U256]) -> String {
    text(&inputs.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// Reads [`public`].
///
/// # Errors
/// [`JsonError`] if one is not a scalar below the modulus.
pub fn read_public(json: &[u8]) -> Result<Vec<U256>, JsonError> {
    let file = Reader("public.json");
    let numbers: Vec<String> = file.parse(json)?;
    let modulus = U256::from_limbs(ark_bn254::Fr::MODULUS.0);
    numbers.iter().map(|text| file.number("input", text, modulus)).collect()
}

/// Snarkjs indents by one blank and ends without a line break.
fn text(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b" "));
    value.serialize(&mut serializer).expect("strings and numbers serialize");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

fn put_g1([x, y]: [U256; 2]) -> G1 {
    match x.is_zero() && y.is_zero() {
        true => ["0", "1", "0"].map(str::to_owned),
        false => [x.to_string(), y.to_string(), "1".to_owned()],
    }
}

/// From the EVM's order, imaginary part first.
fn put_g2([x1, x0, y1, y0]: [U256; 4]) -> G2 {
    match [x1, x0, y1, y0].iter().all(U256::is_zero) {
        true => [["0", "0"], ["1", "0"], ["0", "0"]].map(|pair| pair.map(str::to_owned)),
        false => [[x0, x1], [y0, y1], [U256::from(1), U256::ZERO]].map(|pair| pair.map(|number| number.to_string())),
    }
}

fn put_fq12(value: Fq12) -> [G2; 2] {
    let number = |value: Fq| U256::from_limbs(value.into_bigint().0).to_string();
    [value.c0, value.c1].map(|half| [half.c0, half.c1, half.c2].map(|pair| [pair.c0, pair.c1].map(number)))
}

/// Reads the parts of one kind of file.
struct Reader(&'static str);

impl Reader {
    fn parse<'a, T: Deserialize<'a>>(&self, json: &'a [u8]) -> Result<T, JsonError> {
        serde_json::from_slice(json).map_err(|source| JsonError::Syntax { file: self.0, source })
    }

    fn point(&self, field: &'static str, source: ProofError) -> JsonError {
        JsonError::Point { file: self.0, field, source }
    }

    fn header(&self, protocol: &str, curve: &str) -> Result<(), JsonError> {
        for (field, found, expected) in [("protocol", protocol, PROTOCOL), ("curve", curve, CURVE)] {
            if found != expected {
                return Err(JsonError::Other { file: self.0, field, found: shorten(found), expected });
            }
        }
        Ok(())
    }

    fn number(&self, field: &'static str, text: &str, modulus: U256) -> Result<U256, JsonError> {
        let digits = !text.is_empty() && text.len() <= 78 && text.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = digits && (text == "0" || !text.starts_with('0'));
        let number = canonical.then(|| U256::from_str_radix(text, 10).ok()).flatten();
        number.filter(|number| *number < modulus).ok_or_else(|| JsonError::Number {
            file: self.0,
            field,
            text: shorten(text),
        })
    }

    fn coordinate(&self, field: &'static str, text: &str) -> Result<U256, JsonError> {
        self.number(field, text, U256::from_limbs(Fq::MODULUS.0))
    }

    fn g1(&self, field: &'static str, point: &G1) -> Result<[U256; 2], JsonError> {
        let [x, y, z] = point;
        let [x, y, z] = [self.coordinate(field, x)?, self.coordinate(field, y)?, self.coordinate(field, z)?];
        let one = U256::from(1);
        match [x, y, z] == [U256::ZERO, one, U256::ZERO] {
            true => return Ok([U256::ZERO; 2]),
            // Zeros are on no curve; to the EVM they are the identity.
            false if z != one || (x.is_zero() && y.is_zero()) => {
                return Err(JsonError::Projective { file: self.0, field });
            }
            false => {}
        }
        g1_point([x, y], field).map(|_| [x, y]).map_err(|source| self.point(field, source))
    }

    fn g2(&self, field: &'static str, point: &G2) -> Result<[U256; 4], JsonError> {
        let mut numbers = [U256::ZERO; 6];
        for (number, text) in numbers.iter_mut().zip(point.iter().flatten()) {
            *number = self.coordinate(field, text)?;
        }
        let [x0, x1, y0, y1, z0, z1] = numbers;
        let (zero, one) = (U256::ZERO, U256::from(1));
        match numbers == [zero, zero, one, zero, zero, zero] {
            true => return Ok([zero; 4]),
            false if [z0, z1] != [one, zero] || [x0, x1, y0, y1] == [zero; 4] => {
                return Err(JsonError::Projective { file: self.0, field });
            }
            false => {}
        }
        let words = [x1, x0, y1, y0];
        g2_point(words, field).map(|_| words).map_err(|source| self.point(field, source))
    }
}

/// At most 80 characters of a stranger's text.
fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests;
