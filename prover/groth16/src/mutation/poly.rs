//! Polynomials over the field and their roots: what a forger solves for a free wire.

use ark_ff::{AdditiveGroup, Field, One, PrimeField, Zero};
use statement::field::Fr;

/// Coefficients, lowest first, without leading zeros.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Poly(Vec<Fr>);

impl Poly {
    pub fn new(mut coefficients: Vec<Fr>) -> Self {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        Self(coefficients)
    }

    /// `a + b·t`.
    pub fn line(a: Fr, b: Fr) -> Self {
        Self::new(vec![a, b])
    }

    pub fn constant(a: Fr) -> Self {
        Self::new(vec![a])
    }

    fn at(&self, i: usize) -> Fr {
        self.0.get(i).copied().unwrap_or_default()
    }

    pub fn plus(&self, other: &Self) -> Self {
        Self::new((0..self.0.len().max(other.0.len())).map(|i| self.at(i) + other.at(i)).collect())
    }

    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scale(-Fr::ONE))
    }

    pub fn scale(&self, k: Fr) -> Self {
        Self::new(self.0.iter().map(|c| *c * k).collect())
    }

    pub fn times(&self, other: &Self) -> Self {
        let mut product = vec![Fr::ZERO; (self.0.len() + other.0.len()).saturating_sub(1)];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().enumerate() {
                product[i + j] += *a * b;
            }
        }
        Self::new(product)
    }

    pub fn square(&self) -> Self {
        self.times(self)
    }

    pub fn eval(&self, t: Fr) -> Fr {
        self.0.iter().rev().fold(Fr::ZERO, |sum, c| sum * t + c)
    }

    /// Quotient and remainder.
    fn divide(&self, by: &Self) -> (Self, Self) {
        let lead = by.0.last().and_then(Field::inverse).expect("no division by the zero polynomial");
        let mut rest = self.0.clone();
        let mut quotient = vec![Fr::ZERO; (rest.len() + 1).saturating_sub(by.0.len())];
        while rest.len() >= by.0.len() {
            let shift = rest.len() - by.0.len();
            let factor = *rest.last().expect("not empty") * lead;
            quotient[shift] = factor;
            for (i, c) in by.0.iter().enumerate() {
                rest[shift + i] -= factor * c;
            }
            rest.pop();
        }
        (Self::new(quotient), Self::new(rest))
    }

    fn gcd(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.clone(), other.clone());
        while !b.0.is_empty() {
            let rest = a.divide(&b).1;
            a = b;
            b = rest;
        }
        a
    }

    /// `self^e` modulo a polynomial.
    fn power(&self, exponent: &[u64], modulus: &Self) -> Self {
        let mut result = Self::constant(Fr::ONE);
        for limb in exponent.iter().rev() {
            for bit in (0..64).rev() {
                result = result.square().divide(modulus).1;
                if limb >> bit & 1 == 1 {
                    result = result.times(self).divide(modulus).1;
                }
            }
        }
        result
    }

    /// All roots in the field, each once. Not for the zero polynomial.
    pub fn roots(&self) -> Vec<Fr> {
        assert!(!self.0.is_empty(), "every number is a root of zero");
        if self.0.len() == 1 {
            return Vec::new();
        }
        let t = Self::line(Fr::ZERO, Fr::ONE);
        let all = t.power(&Fr::MODULUS.0, self).minus(&t);
        let split = if all.0.is_empty() { self.clone() } else { self.gcd(&all) };
        let mut roots = Vec::new();
        separate(&split, 1, &mut roots);
        roots
    }

    /// The roots other than one that is known.
    pub fn other_roots(&self, known: Fr) -> Vec<Fr> {
        assert!(self.eval(known).is_zero(), "the known root is one");
        self.roots().into_iter().filter(|root| *root != known).collect()
    }
}

/// Splits a product of distinct linear factors (Cantor and Zassenhaus).
fn separate(product: &Poly, seed: u64, roots: &mut Vec<Fr>) {
    match product.0.len() {
        0 | 1 => {}
        2 => roots.push(-product.0[0] * product.0[1].inverse().expect("a leading coefficient")),
        _ => {
            let mut half = Fr::MODULUS;
            ark_ff::BigInteger::div2(&mut half);
            let shifted = Poly::line(Fr::from(seed), Fr::one());
            let residues = shifted.power(&half.0, product).minus(&Poly::constant(Fr::ONE));
            let part = if residues.0.is_empty() { product.clone() } else { product.gcd(&residues) };
            if part.0.len() <= 1 || part.0.len() == product.0.len() {
                return separate(product, seed + 1, roots);
            }
            separate(&part, seed + 1, roots);
            separate(&product.divide(&part).0, seed + 1, roots);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_and_only_they() {
        let factor = |root: u64| Poly::line(-Fr::from(root), Fr::ONE);
        // t² − 5 has none: 5 generates the field's units.
        let prime = Poly::new(vec![-Fr::from(5u64), Fr::ZERO, Fr::ONE]);
        let product = [3, 7, 11, 1 << 40].into_iter().fold(prime, |product, root| product.times(&factor(root)));
        let mut roots = product.other_roots(Fr::from(7u64));
        roots.sort();
        assert_eq!(roots, [3, 11, 1 << 40].map(|root: u64| Fr::from(root)));
        assert_eq!(Poly::constant(Fr::ONE).roots(), []);
    }
}
