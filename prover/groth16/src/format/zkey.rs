//! Groth16 proving keys over BN254 in iden3's `.zkey` files.
//!
//! | section | holds |
//! |---|---|
//! | 1 | the protocol, 1 = Groth16 |
//! | 2 | primes, sizes, α β γ δ |
//! | 3 | one point for the one and each public input (IC) |
//! | 4 | the rows of A and B, see [`Coefficients`] |
//! | 5, 6, 7 | A in G1, B in G1, B in G2: one point for each variable |
//! | 8 | C: one point for each private variable |
//! | 9 | H: one point for each element of the domain |
//! | 10 | what was contributed, see [`Contributions`] |
//!
//! Points lie in the file as arkworks holds them in memory, so that reading is a copy.
//! [`read`] holds every size against the others, refuses coordinates that are not below
//! the modulus and checks the few points of the header and IC, and no others: that is
//! for files whose SHA-256 is known. [`Zkey::check`] is for those of strangers.

mod coefficients;
mod contributions;
mod write;

use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::FftField;
use ark_groth16::{ProvingKey, VerifyingKey};
use rayon::prelude::*;

pub use coefficients::{Coefficient, Coefficients};
pub use contributions::{Beacon, Contribution, Contributions};
pub(crate) use write::write;

use super::{
    container::{Container, ContainerError, Section},
    element::{Point, modulus, point, points},
    r1cs,
};
use crate::{circuit_id::CircuitId, constraint::Shape};

const GROTH16: u32 = 1;
const VERSION: u32 = 1;

/// Why a file is not a proving key that may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZkeyError {
    /// The file is damaged or of another kind.
    #[error("proving key: {0}")]
    Container(#[from] ContainerError),
    /// A key of another proof system.
    #[error("proving key: section 1: protocol {0} is not Groth16 (1)")]
    Protocol(u32),
    /// A point is not on its curve or not in its subgroup.
    #[error("proving key: section {section}: point {index} of {field} is not in its group")]
    NotInGroup {
        /// Number of the section.
        section: u32,
        /// The field.
        field: &'static str,
        /// Which of them, from 0.
        index: usize,
    },
    /// The identity where no honest setup puts one: such keys leak witnesses.
    #[error("proving key: section {section}: {field} is the identity, which no honest setup makes")]
    Identity {
        /// Number of the section.
        section: u32,
        /// The field.
        field: &'static str,
    },
    /// Nobody contributed to the second phase: anyone forges proofs.
    #[error("proving key: section 2: gamma equals delta, nobody contributed: anyone forges proofs with it")]
    GammaIsDelta,
    /// The key was made for other rows.
    #[error("proving key: {what} is {found}, the circuit has {expected}: it is the key of another circuit")]
    OtherCircuit {
        /// What differs.
        what: &'static str,
        /// In the key.
        found: usize,
        /// In the circuit.
        expected: usize,
    },
    /// The key was made for other rows.
    #[error("proving key: row {row} of {matrix} is not the circuit's: it is the key of another circuit")]
    OtherRow {
        /// `A` or `B`.
        matrix: char,
        /// The row, from 0.
        row: u32,
    },
}

/// A proving key as its file holds it.
pub struct Zkey<'a> {
    pub(crate) key: ProvingKey<Bn254>,
    /// Size of the evaluation domain, a power of two.
    pub domain: usize,
    /// Public inputs, without the one.
    pub public: usize,
    /// All variables, with the one.
    pub variables: usize,
    /// The rows of A and B.
    pub coefficients: Coefficients<'a>,
    /// What was contributed.
    pub contributions: Contributions,
}

struct Header {
    variables: usize,
    public: usize,
    domain: usize,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    gamma_g2: G2Affine,
    delta_g1: G1Affine,
    delta_g2: G2Affine,
}

/// Reads a key whose SHA-256 the caller knows.
///
/// # Errors
/// [`ZkeyError`] names the section and field that is not as it must be.
pub fn read(bytes: &[u8]) -> Result<Zkey<'_>, ZkeyError> {
    let container = Container::read(bytes, "zkey", VERSION)?;
    let mut section = container.section(1)?;
    match section.u32("protocol")? {
        GROTH16 => section.end()?,
        other => return Err(ZkeyError::Protocol(other)),
    }
    let header = header(container.section(2)?)?;
    let Header { variables, public, domain, .. } = header;
    let g1 = |id, field, count| group::<G1Affine>(&container, id, field, count);
    let ic = g1(3, "IC", public + 1)?;
    in_group(&ic, 3, "IC")?;
    let key = ProvingKey {
        vk: VerifyingKey {
            alpha_g1: header.alpha_g1,
            beta_g2: header.beta_g2,
            gamma_g2: header.gamma_g2,
            delta_g2: header.delta_g2,
            gamma_abc_g1: ic,
        },
        beta_g1: header.beta_g1,
        delta_g1: header.delta_g1,
        a_query: g1(5, "A", variables)?,
        b_g1_query: g1(6, "B1", variables)?,
        b_g2_query: group(&container, 7, "B2", variables)?,
        l_query: g1(8, "C", variables - public - 1)?,
        h_query: g1(9, "H", domain)?,
    };
    let coefficients = Coefficients::read(container.section(4)?)?;
    let contributions = Contributions::read(container.section(10)?)?;
    Ok(Zkey { key, domain, public, variables, coefficients, contributions })
}

fn header(mut section: Section<'_>) -> Result<Header, ZkeyError> {
    section.prime("prime of the base field", modulus::<Fq>())?;
    section.prime("prime of the scalar field", modulus::<Fr>())?;
    let variables = section.count("number of variables")?;
    let public = section.count("number of public inputs")?;
    let domain = section.count("domain size")?;
    if public >= variables {
        let expected = format!("less than the {variables} variables");
        return Err(section.wrong("number of public inputs", public, expected).into());
    }
    if !domain.is_power_of_two() || domain.trailing_zeros() > Fr::TWO_ADICITY {
        let expected = "a power of two up to 2^28";
        return Err(section.wrong("domain size", domain, expected).into());
    }
    let header = Header {
        variables,
        public,
        domain,
        alpha_g1: element(&mut section, "alpha in G1")?,
        beta_g1: element(&mut section, "beta in G1")?,
        beta_g2: element(&mut section, "beta in G2")?,
        gamma_g2: element(&mut section, "gamma in G2")?,
        delta_g1: element(&mut section, "delta in G1")?,
        delta_g2: element(&mut section, "delta in G2")?,
    };
    section.end()?;
    Ok(header)
}

/// One of the header's points, checked: a key with an identity among them blinds nothing.
fn element<P: Point>(section: &mut Section<'_>, field: &'static str) -> Result<P, ZkeyError> {
    let point: P = point(section, field)?;
    if point.is_zero() {
        return Err(ZkeyError::Identity { section: section.id, field });
    }
    in_group(&[point], section.id, field)?;
    Ok(point)
}

/// A section that is so many points.
fn group<P: Point>(
    container: &Container<'_>,
    id: u32,
    field: &'static str,
    count: usize,
) -> Result<Vec<P>, ContainerError> {
    let mut section = container.section(id)?;
    let points = points(&mut section, field, count)?;
    section.end()?;
    Ok(points)
}

fn in_group<P: Point>(points: &[P], section: u32, field: &'static str) -> Result<(), ZkeyError> {
    match points.par_iter().position_any(|point| !point.is_valid()) {
        Some(index) => Err(ZkeyError::NotInGroup { section, field, index }),
        None => Ok(()),
    }
}

/// [`in_group`], and not the identity throughout: such a section was wiped.
fn query<P: Point>(points: &[P], section: u32, field: &'static str) -> Result<(), ZkeyError> {
    in_group(points, section, field)?;
    match !points.is_empty() && points.iter().all(AffineRepr::is_zero) {
        true => Err(ZkeyError::Identity { section, field }),
        false => Ok(()),
    }
}

impl Zkey<'_> {
    /// Checks a stranger's key: every point is in its group, no section was wiped, and
    /// somebody contributed. Says nothing about *what* the points are; that is what the
    /// verification of a ceremony is for. Takes seconds of all cores at 2^16.
    ///
    /// # Errors
    /// [`ZkeyError`] names the section and field.
    pub fn check(&self) -> Result<(), ZkeyError> {
        let key = &self.key;
        if key.vk.gamma_g2 == key.vk.delta_g2 {
            return Err(ZkeyError::GammaIsDelta);
        }
        query(&key.a_query, 5, "A")?;
        query(&key.b_g1_query, 6, "B1")?;
        query(&key.b_g2_query, 7, "B2")?;
        query(&key.l_query, 8, "C")?;
        query(&key.h_query, 9, "H")
    }

    /// Checks that the key is for a circuit, by sizes and by every coefficient of A and B.
    /// The file does not hold C: that the points fit it, only a proof or a ceremony shows.
    ///
    /// # Errors
    /// [`ZkeyError::OtherCircuit`] or [`ZkeyError::OtherRow`] say what differs.
    pub fn check_circuit(&self, circuit: CircuitId) -> Result<(), ZkeyError> {
        self.check_rows(&r1cs::shape(circuit))
    }

    /// [`Zkey::check_circuit`] for given rows.
    pub(crate) fn check_rows(&self, shape: &Shape) -> Result<(), ZkeyError> {
        let other = |what, found, expected| match found == expected {
            true => Ok(()),
            false => Err(ZkeyError::OtherCircuit { what, found, expected }),
        };
        other("number of variables", self.variables, shape.variables)?;
        other("number of public inputs", self.public, shape.inputs - 1)?;
        other("domain size", self.domain, write::domain(shape))?;
        other("number of coefficients", self.coefficients.len(), write::entries(shape).count())?;
        for (found, expected) in self.coefficients.iter().zip(write::entries(shape)) {
            if found? != expected {
                let matrix = if expected.matrix == 0 { 'A' } else { 'B' };
                return Err(ZkeyError::OtherRow { matrix, row: expected.row });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
