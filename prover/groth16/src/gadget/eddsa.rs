//! EdDSA-Poseidon verification, twin of [`statement::PublicKey::verify`].

use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, PrimeField};
use statement::{
    Signature,
    babyjubjub::curve::ScalarField,
    field::{Fr, NotCanonical, to_fr},
};

use super::{bits, edwards::Point, fixed_base, fixed_base::SCALAR_BITS, poseidon, variable_base};
use crate::constraint::{Builder, Num};

/// A signature as the prover holds it.
#[derive(Clone)]
pub(crate) struct Witness {
    pub r8: [Fr; 2],
    /// Bits of the response, lowest first, 251 of them.
    pub s: Vec<bool>,
}

impl Witness {
    /// Of a signature; bits of `s` above the 251st are dropped, and with them its validity.
    pub fn new(signature: &Signature) -> Result<Self, NotCanonical> {
        let s = (0..SCALAR_BITS).map(|i| signature.s.bit(i)).collect();
        Ok(Self { r8: [to_fr(signature.r8x)?, to_fr(signature.r8y)?], s })
    }

    /// Any witness, to record the rows.
    pub fn blank() -> Self {
        Self { r8: [Fr::ZERO; 2], s: vec![false; SCALAR_BITS] }
    }
}

/// Proves that `key` signed `message`: `S·B8 = R8 + h·8·key`, `S < l`, `R8` on the
/// curve, `h` canonical. `key` is of the prime-order subgroup.
pub(crate) fn enforce_signed(builder: &mut Builder, key: &Point, message: &Num, signature: &Witness) {
    builder.rule("the meter's signature: R8 is on the curve");
    let r8 = Point::on_curve(builder, signature.r8[0], signature.r8[1]);

    builder.rule("the meter's signature: S is below the subgroup order");
    let s = bits::bits(builder, &signature.s);
    let largest = U256::from_limbs(ScalarField::MODULUS.0) - U256::from(1);
    bits::enforce_at_most(builder, &s, largest);

    builder.rule("the meter's signature: challenge");
    let inputs = [&r8.x, &r8.y, &key.x, &key.y, message].map(Clone::clone);
    let challenge = poseidon::hash(builder, &inputs);
    let challenge = bits::canonical(builder, &challenge);

    builder.rule("the meter's signature: S·B8 = R8 + h·8·M");
    let left = fixed_base::times_base(builder, &s);
    let eightfold = key.times_eight(builder);
    let product = variable_base::times(builder, &eightfold, &challenge);
    let right = r8.add(builder, &product);
    left.enforce_equal(builder, &right);
}
