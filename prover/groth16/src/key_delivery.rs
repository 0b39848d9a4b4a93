//! The key-delivery circuit: this ciphertext opens, for this licensee, to that key.
//!
//! **Public**, in the order of [`PublicInputs::to_array`]: `ctx`, `keyCommitment`,
//! `licenseeCommitment`, `E.x`, `E.y`, `c0`, `c1`.
//!
//! **Witness**: the ephemeral scalar `e`, the licensee's key `PK` (as eight times a
//! point on the curve), the content key's limbs `k0, k1`.
//!
//! **Proved**
//! 1. `licenseeCommitment = Poseidon(PK.x, PK.y)`, `PK` in the prime-order subgroup;
//! 2. `E = e·B8` for an `e` in `[2^250, 2^251)`;
//! 3. `c_i = k_i + mask_i` with `mask = PoseidonEx(capacity 1; S.x, S.y, ctx)`, `S = e·PK`;
//! 4. `k_i < 2^128`;
//! 5. `keyCommitment = Poseidon(k0, k1)`.
//!
//! **Not proved**: that the key opens any file, that the file is the one described, that
//! the prover has not given the key to others. `ctx` is only mixed into the masks; what
//! it stands for is checked by whoever computes it.

use ark_ec::{CurveConfig, CurveGroup};
use ark_ff::AdditiveGroup;
use statement::{
    PublicKey,
    babyjubjub::curve::{Affine, BabyJubjub, ScalarField},
    field::{Fr, NotCanonical, to_fr},
    key_delivery::{EPHEMERAL_TOP_BIT, INPUTS, MASK_CAPACITY, PublicInputs, Witness, ephemeral_bits},
};
use zeroize::Zeroize;

use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    constraint::{Builder, Num},
    gadget::{bits, edwards::Point, fixed_base, poseidon, variable_base},
};

/// What the prover chooses; nothing in it is trusted.
#[derive(Clone)]
pub(crate) struct Assignment {
    pub inputs: [Fr; INPUTS],
    /// Bits 0 to 249 of `e`; bit 250 is one.
    pub ephemeral: Vec<bool>,
    pub recipient_eighth: [Fr; 2],
    /// 128 bits of each limb, lowest first.
    pub limbs: [Vec<bool>; 2],
}

impl Drop for Assignment {
    fn drop(&mut self) {
        self.ephemeral.zeroize();
        self.limbs.zeroize();
    }
}

impl Assignment {
    /// The honest assignment.
    pub fn honest(witness: &Witness, inputs: &PublicInputs) -> Result<Self, NotCanonical> {
        let mut ephemeral = ephemeral_bits(witness.ephemeral);
        ephemeral.truncate(EPHEMERAL_TOP_BIT);
        let limbs = statement::key_delivery::limbs(&witness.key);
        Ok(Self {
            inputs: canonical(inputs.to_array())?,
            ephemeral,
            recipient_eighth: eighth(&witness.recipient),
            limbs: limbs.map(|limb| (0..128).map(|i| limb >> i & 1 == 1).collect()),
        })
    }
}

/// All public inputs as field elements.
pub(crate) fn canonical<const N: usize>(inputs: [alloy_primitives::U256; N]) -> Result<[Fr; N], NotCanonical> {
    let mut elements = [Fr::ZERO; N];
    for (element, input) in elements.iter_mut().zip(inputs) {
        *element = to_fr(input)?;
    }
    Ok(elements)
}

/// The point of the subgroup that gives `key` when multiplied by eight.
pub(crate) fn eighth(key: &PublicKey) -> [Fr; 2] {
    let inverse: ScalarField = BabyJubjub::COFACTOR_INV;
    let point: Affine = (key.point() * inverse).into_affine();
    [point.x, point.y]
}

/// The circuit.
pub(crate) struct KeyDelivery;

impl Circuit for KeyDelivery {
    const ID: CircuitId = CircuitId::KeyDelivery;
    type Assignment = Assignment;

    fn blank() -> Assignment {
        Assignment {
            inputs: [Fr::ZERO; INPUTS],
            ephemeral: vec![false; EPHEMERAL_TOP_BIT],
            recipient_eighth: [Fr::ZERO; 2],
            limbs: [vec![false; 128], vec![false; 128]],
        }
    }

    fn build(builder: &mut Builder, assignment: &Assignment) {
        let inputs = assignment.inputs.map(|value| builder.input(value));
        let [ctx, key_commitment, licensee_commitment, e_x, e_y, c0, c1] = &inputs;

        builder.rule("the recipient's key is in the prime-order subgroup");
        let recipient = Point::in_subgroup(builder, assignment.recipient_eighth);
        builder.rule("licenseeCommitment is the hash of the recipient's key");
        let hash = poseidon::hash(builder, &[recipient.x.clone(), recipient.y.clone()]);
        builder.enforce_equal(&hash, licensee_commitment);

        builder.rule("E = e·B8");
        let low = bits::bits(builder, &assignment.ephemeral);
        let scalar: Vec<Num> = low.iter().cloned().chain([Num::one()]).collect();
        let ephemeral = fixed_base::times_base(builder, &scalar);
        builder.enforce_equal(&ephemeral.x, e_x);
        builder.enforce_equal(&ephemeral.y, e_y);

        builder.rule("S = e·PK");
        let shared = variable_base::times_with_top_bit(builder, &recipient, &low);

        builder.rule("the key's limbs have 128 bits");
        let limbs = assignment.limbs.each_ref().map(|limb| {
            let bits = bits::bits(builder, limb);
            Num::from_bits(&bits)
        });

        builder.rule("c0 and c1 are the limbs plus the masks");
        let capacity = Num::constant(Fr::from(MASK_CAPACITY));
        let masks = poseidon::hash_ex2(builder, &capacity, &[shared.x, shared.y, ctx.clone()]);
        for ((limb, mask), sealed) in limbs.iter().zip(&masks).zip([c0, c1]) {
            builder.enforce_equal(&(limb + mask), sealed);
        }

        builder.rule("keyCommitment is the hash of the limbs");
        let hash = poseidon::hash(builder, &limbs);
        builder.enforce_equal(&hash, key_commitment);
    }
}

#[cfg(test)]
pub(crate) mod tests;
