//! From an assignment to a proof.
//!
//! Groth16 as in arkworks, and the same proof for the same randomness. What differs is how
//! the sums come about: wires that a query does not touch are dropped when the key is
//! loaded; wires that are zero cost nothing, wires that are one (most are bits) an addition,
//! and only the rest goes through the multi-scalar multiplication.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::CurveGroup;
use ark_groth16::ProvingKey;

use super::{
    phases::Phases,
    quotient::Coset,
    sum::{Query, Scalars, full_sum},
};
use crate::constraint::Stamped;

/// A proving key as the engine uses it.
pub(crate) struct Engine {
    coset: Coset,
    variables: usize,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    delta_g1: G1Affine,
    delta_g2: G2Affine,
    a: Query<ark_bn254::g1::Config>,
    b_g1: Query<ark_bn254::g1::Config>,
    b_g2: Query<ark_bn254::g2::Config>,
    l: Query<ark_bn254::g1::Config>,
    h: Vec<G1Affine>,
}

impl Engine {
    /// `None` if the key's domain is no power of two that the field has roots for.
    pub fn new(key: ProvingKey<Bn254>) -> Option<Self> {
        let inputs = key.a_query.len().checked_sub(key.l_query.len())?;
        let coset = Coset::new(key.h_query.len()).filter(|coset| coset.size() == key.h_query.len())?;
        Some(Self {
            coset,
            variables: key.a_query.len(),
            alpha_g1: key.vk.alpha_g1,
            beta_g1: key.beta_g1,
            beta_g2: key.vk.beta_g2,
            delta_g1: key.delta_g1,
            delta_g2: key.vk.delta_g2,
            a: Query::new(0, key.a_query),
            b_g1: Query::new(0, key.b_g1_query),
            b_g2: Query::new(0, key.b_g2_query),
            l: Query::new(inputs, key.l_query),
            h: key.h_query,
        })
    }

    /// All variables, the one included.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// Rows of the domain.
    pub fn rows(&self) -> usize {
        self.coset.size()
    }

    /// The proof of an assignment that breaks no rule.
    pub fn prove(&self, mut stamped: Stamped, r: Fr, s: Fr, phases: &Phases) -> ark_groth16::Proof<Bn254> {
        let scalars = phases.of("scalars", || Scalars::new(&stamped.assigned.0));
        let (h, (b_g2, (l, (a, b_g1)))) = rayon::join(
            || {
                let quotient = phases.of("FFT", || self.coset.quotient(&mut stamped));
                phases.of("MSM H", || full_sum(&self.h, &quotient.0))
            },
            || {
                rayon::join(
                    || phases.of("MSM B in G2", || self.b_g2.sum(&scalars)),
                    || {
                        rayon::join(
                            || phases.of("MSM L", || self.l.sum(&scalars)),
                            || {
                                rayon::join(
                                    || phases.of("MSM A", || self.a.sum(&scalars)),
                                    || phases.of("MSM B in G1", || self.b_g1.sum(&scalars)),
                                )
                            },
                        )
                    },
                )
            },
        );
        phases.of("randomization", || self.randomize([a, b_g1, l, h], b_g2, r, s))
    }

    fn randomize(
        &self,
        [a, b_g1, l, h]: [G1Projective; 4],
        b_g2: G2Projective,
        r: Fr,
        s: Fr,
    ) -> ark_groth16::Proof<Bn254> {
        let a: G1Projective = a + self.alpha_g1 + self.delta_g1 * r;
        let b_g1: G1Projective = b_g1 + self.beta_g1 + self.delta_g1 * s;
        let b: G2Projective = b_g2 + self.beta_g2 + self.delta_g2 * s;
        let c = a * s + b_g1 * r - self.delta_g1 * (r * s) + l + h;
        ark_groth16::Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() }
    }
}
