//! The walk over the challenge's bits in exponents: what a wrong row makes of its result.

use ark_ff::One;
use statement::babyjubjub::curve::ScalarField;

use super::places::{Chord, Part, Place, STEPS, Step};

/// `t·T + p·P` and perhaps the point of order two, for the offset `T` and `P = 8·M`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exponents {
    pub t: ScalarField,
    pub p: ScalarField,
    pub two: bool,
}

impl Exponents {
    fn new(t: i64, p: ScalarField) -> Self {
        Self { t: t.into(), p, two: false }
    }

    fn negate(self) -> Self {
        Self { t: -self.t, p: -self.p, ..self }
    }

    /// `(x, −y)`: minus the point, plus the point of order two.
    fn mirror(self) -> Self {
        Self { two: !self.two, ..self.negate() }
    }

    fn plus(self, other: Self) -> Self {
        Self { t: self.t + other.t, p: self.p + other.p, two: self.two ^ other.two }
    }

    /// After a wrong x or y.
    fn wrong(self, part: Part) -> Self {
        match part {
            Part::X => self.negate(),
            Part::Y | Part::Delta => self.mirror(),
            _ => self,
        }
    }
}

/// What the circuit takes for `h·P`, given the challenge's bits, lowest first.
///
/// Wrong rows are wrong in the way that [`super::product`] makes them.
pub(super) fn product(bits: &[bool], fault: Place) -> Exponents {
    let one = ScalarField::one();
    let mut sum = Exponents::new(1, one);
    let mut step_sign = one;
    let mut step_two = false;
    match fault {
        Place::Start(part) => sum = sum.wrong(part),
        Place::StartMontgomery(Chord::V) => sum = sum.negate(),
        Place::StartMontgomery(_) => sum = sum.mirror(),
        Place::PointMontgomery(row) => (step_sign, step_two) = (-one, row == Chord::U),
        _ => {}
    }
    for step in 0..STEPS {
        let sign = if bits[STEPS - step] { step_sign } else { -step_sign };
        let other = Exponents { two: step_two, ..Exponents::new(0, sign) };
        let doubled = sum.plus(sum).plus(other);
        sum = match fault {
            Place::Walk(at, row) if at == step => match row {
                Step::Sign | Step::Slope => sum.plus(sum).plus(other.negate()),
                Step::Middle => sum.plus(other.negate()),
                Step::SecondSlope => other.negate(),
                Step::U => sum.negate(),
                Step::V => doubled.negate(),
                Step::Differ => doubled,
            },
            _ => doubled,
        };
    }
    if let Place::WalkEdwards(part) = fault {
        sum = sum.wrong(part);
    }
    let back = Exponents::new(0, if bits[0] { 0u64.into() } else { -one });
    sum = sum.plus(match fault {
        Place::Skip(Part::X) => back.negate(),
        Place::Skip(_) => back.mirror(),
        _ => back,
    });
    if let Place::SkipAdd(part) = fault {
        sum = sum.wrong(part);
    }
    let excess = (0..STEPS).fold(one, |power, _| power + power);
    sum.t -= excess;
    match fault {
        Place::Excess(part) => sum.wrong(part),
        _ => sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_fault_the_product_is_the_challenge() {
        let bits: Vec<bool> = (0..254).map(|i| i % 3 == 1).collect();
        let expected = bits.iter().rev().fold(ScalarField::from(0u64), |k, bit| k + k + ScalarField::from(*bit));
        let honest = product(&bits, Place::Equal(Part::X));
        assert_eq!(honest, Exponents { t: 0u64.into(), p: expected, two: false });
    }
}
