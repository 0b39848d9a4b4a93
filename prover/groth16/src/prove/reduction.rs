//! The reduction of circom and snarkjs, which ark-groth16 lacks.
//!
//! It differs from libsnark's in the query for the quotient `H = (A·B − C) / Z`. There `H`
//! is given by its coefficients; here `A·B − C` is given by its values on the odd coset of
//! the domain, the odd powers of a root `ω` of unity of order `2n`. `Z` is constant there,
//! and the values on the domain itself are zero, so with `δ⁻¹·L_{2i+1}(τ)` for bases,
//! `L_j` being the Lagrange polynomials of the domain of size `2n`, no division is needed.

use ark_ff::PrimeField;
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP, evaluate_constraint};
use ark_poly::EvaluationDomain;
use ark_relations::gr1cs::{ConstraintSystemRef, Matrix, Result, SynthesisError};

/// For arkworks' generic setup and prover.
pub(crate) struct CircomReduction;

impl R1CSToQAP for CircomReduction {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> Result<(Vec<F>, Vec<F>, Vec<F>, F, usize, usize)> {
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    /// The straightforward way. Proofs are made by the engine beside this; this is what it
    /// is compared with.
    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &[Matrix<F>],
        num_inputs: usize,
        num_constraints: usize,
        full_assignment: &[F],
    ) -> Result<Vec<F>> {
        let domain = D::new(num_constraints + num_inputs).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let side = |matrix: &Matrix<F>| {
            let mut values = vec![F::ZERO; domain.size()];
            for (value, row) in values.iter_mut().zip(matrix) {
                *value = evaluate_constraint(row, full_assignment);
            }
            values
        };
        let [mut a, mut b] = [&matrices[0], &matrices[1]].map(side);
        a[num_constraints..num_constraints + num_inputs].copy_from_slice(&full_assignment[..num_inputs]);
        let mut c: Vec<F> = a.iter().zip(&b).map(|(a, b)| *a * b).collect();
        let omega = odd_root::<F, D>(domain.size())?;
        for values in [&mut a, &mut b, &mut c] {
            domain.ifft_in_place(values);
            D::distribute_powers(values, omega);
            domain.fft_in_place(values);
        }
        Ok(a.iter().zip(&b).zip(&c).map(|((a, b), c)| *a * b - c).collect())
    }

    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        _: F,
        delta_inverse: F,
    ) -> Result<Vec<F>> {
        let double = D::new(2 * (max_power + 1)).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let lagrange = double.evaluate_all_lagrange_coefficients(t);
        Ok(lagrange.into_iter().skip(1).step_by(2).map(|value| value * delta_inverse).collect())
    }
}

/// The root of unity whose odd powers are the coset.
fn odd_root<F: PrimeField, D: EvaluationDomain<F>>(size: usize) -> Result<F> {
    let double = D::new(2 * size).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
    Ok(double.element(1))
}
