//! From an assignment to a proof.
//!
//! Groth16 as in arkworks, and the same proof for the same randomness. What differs is how
//! the sums come about: wires that a query does not touch are dropped when the key is
//! loaded; wires that are zero cost nothing, wires that are one (most are bits) an addition,
//! and only the rest goes through a multi-scalar multiplication, of which there are three:
//! for A, for B in G2, and one for all that C is made of.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::{Field, PrimeField};
use ark_groth16::ProvingKey;

use super::{
    msm::{Terms, msm},
    phases::Phases,
    quotient::Coset,
    sum::{Query, Scalars},
};
use crate::constraint::{Stamped, Wiped};

/// A proving key as the engine uses it.
pub(crate) struct Engine {
    coset: Coset,
    variables: usize,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    delta_g1: G1Affine,
    delta_g2: G2Affine,
    /// The points of A.
    a_bases: Vec<G1Affine>,
    a: Query,
    /// The points of B in G2.
    b_bases: Vec<G2Affine>,
    b_g2: Query,
    /// The points of H, then those of L and of B in G1: one sum with many terms costs less
    /// than three.
    c_bases: Vec<G1Affine>,
    l: Query,
    b_g1: Query,
}

impl Engine {
    /// `None` if the key's domain is no power of two that the field has roots for.
    pub fn new(key: ProvingKey<Bn254>) -> Option<Self> {
        let inputs = key.a_query.len().checked_sub(key.l_query.len())?;
        let variables = key.a_query.len();
        let size = key.h_query.len();
        // All of this is copying; the tables of the domain are computed meanwhile.
        let (coset, ((a_bases, a), ((b_bases, b_g2), (c_bases, l, b_g1)))) = rayon::join(
            || Coset::new(size).filter(|coset| coset.size() == size),
            || {
                rayon::join(
                    || Query::alone(key.a_query),
                    || {
                        rayon::join(
                            || Query::alone(key.b_g2_query),
                            || {
                                let mut bases = key.h_query;
                                bases.reserve_exact(key.l_query.len() + key.b_g1_query.len());
                                let l = Query::new(&mut bases, inputs, key.l_query);
                                let b_g1 = Query::new(&mut bases, 0, key.b_g1_query);
                                (bases, l, b_g1)
                            },
                        )
                    },
                )
            },
        );
        Some(Self {
            coset: coset?,
            variables,
            alpha_g1: key.vk.alpha_g1,
            beta_g1: key.beta_g1,
            beta_g2: key.vk.beta_g2,
            delta_g1: key.delta_g1,
            delta_g2: key.vk.delta_g2,
            a_bases,
            a,
            b_bases,
            b_g2,
            c_bases,
            l,
            b_g1,
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

    /// The proof of an assignment that breaks no rule, blinded by `r` and `s`.
    pub fn prove(&self, stamped: Stamped, r: Fr, s: Fr, phases: &Phases) -> ark_groth16::Proof<Bn254> {
        let Stamped { assigned, inputs, left, right, products, .. } = stamped;
        let scalars = Scalars::new(&assigned.0);
        let bases = &self.c_bases;
        let (c, (b, (a, (l_ones, b_ones)))) = rayon::join(
            || {
                let h = phases.of("FFT", || self.coset.quotient(&assigned.0[..inputs], left, right, products));
                phases.of("MSM H, L, B in G1", || msm(bases, self.c_terms(&h, &scalars, r)))
            },
            || {
                rayon::join(
                    || phases.of("MSM B in G2", || self.b_g2.sum(&self.b_bases, &scalars)),
                    || {
                        rayon::join(
                            || phases.of("MSM A", || self.a.sum(&self.a_bases, &scalars)),
                            || {
                                phases.of("bits of L, B in G1", || {
                                    rayon::join(|| self.l.ones(bases, &scalars), || self.b_g1.ones(bases, &scalars))
                                })
                            },
                        )
                    },
                )
            },
        );
        // B in G1 is needed times r only; of it, `c` has the terms of large wires already.
        let a: G1Projective = a + self.alpha_g1 + self.delta_g1 * r;
        let b: G2Projective = b + self.beta_g2 + self.delta_g2 * s;
        let b_g1: G1Projective = b_ones + self.beta_g1 + self.delta_g1 * s;
        let c = c + l_ones + a * s + b_g1 * r - self.delta_g1 * (r * s);
        ark_groth16::Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() }
    }

    /// `H + L + r·B` without the wires that are one.
    fn c_terms(&self, h: &Wiped, scalars: &Scalars<'_>, r: Fr) -> Terms {
        let count = h.0.len() + self.l.count(scalars) + self.b_g1.count(scalars);
        let mut terms = Terms::with_capacity(count);
        for (base, value) in h.0.iter().enumerate() {
            terms.push(base, value.into_bigint());
        }
        self.l.terms(scalars, Fr::ONE, &mut terms);
        self.b_g1.terms(scalars, r, &mut terms);
        terms
    }
}
