//! The values of `A·B − C` on the odd coset, as [`CircomReduction`](super::CircomReduction)
//! defines them: three interpolations, three evaluations.

use ark_ff::FftField;
use rayon::prelude::*;
use statement::field::Fr;
use taceo_ark_algebra::fft::{Domain, bit_reverse_index, powers};

use crate::constraint::Wiped;

/// What depends on a circuit's size alone.
pub(super) struct Coset {
    domain: Domain<Fr>,
    /// Powers of the root of order `2n`, in bit-reversed order.
    shift: Vec<Fr>,
}

impl Coset {
    /// For a domain of `size`, a power of two far below 2^28.
    pub fn new(size: usize) -> Option<Self> {
        let domain = Domain::new(size)?;
        let root = Fr::get_root_of_unity(2 * size as u64)?;
        let natural = powers(root, size);
        let shift = (0..size).map(|i| natural[bit_reverse_index(i, domain.log_size())]).collect();
        Some(Self { domain, shift })
    }

    /// Rows of a circuit, the ones that bind its inputs included.
    pub fn size(&self) -> usize {
        self.domain.size()
    }

    /// `A·B − C` on the coset, from the rows' sides and the values of the one and the inputs.
    pub fn quotient(&self, inputs: &[Fr], mut left: Wiped, mut right: Wiped, mut products: Wiped) -> Wiped {
        // A row of A for the one and each public input, that is otherwise empty.
        left.0.extend_from_slice(inputs);
        for side in [&mut left, &mut right, &mut products] {
            side.0.resize(self.size(), Fr::from(0u64));
        }
        rayon::join(
            || self.onto_coset(&mut left.0),
            || rayon::join(|| self.onto_coset(&mut right.0), || self.onto_coset(&mut products.0)),
        );
        left.0.par_iter_mut().zip(&right.0).zip(&products.0).with_min_len(1 << 10).for_each(|((a, b), c)| {
            *a = *a * b - c;
        });
        left
    }

    fn onto_coset(&self, values: &mut [Fr]) {
        self.domain.ifft_in_to_out(values);
        values.par_iter_mut().zip(&self.shift).with_min_len(1 << 10).for_each(|(value, power)| *value *= power);
        self.domain.fft_out_to_in(values);
    }
}

#[cfg(test)]
mod tests {
    use ark_ff::Field;

    use super::*;

    #[test]
    fn the_coset_root_is_a_square_root_of_the_domains() {
        let coset = Coset::new(1 << 10).unwrap();
        assert_eq!(coset.shift[1 << 9].square(), coset.domain.group_gen());
    }
}
