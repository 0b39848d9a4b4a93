//! The compliance circuit: behind this signed head are at most so many units.
//!
//! **Public**, in the order of [`PublicInputs::to_array`](statement::compliance::PublicInputs::to_array):
//! `ctx`, `licenseeCommitment`, `meterKeyHash`, `head`, and `asOf | maxAllowed << 40`.
//!
//! **Witness**: the licensee's secret scalar; the rest of what `head` hashes (chain, total,
//! seq, calls); the meter's key and signature.
//!
//! **Proved**
//! 1. `licenseeCommitment = Poseidon(sk·B8)`;
//! 2. `asOf` has 40 bits, `maxAllowed` 64, and there are no others in the last input;
//! 3. `head = Poseidon(ctx, chain, total, seq, asOf, calls)`;
//! 4. `total < 2^64` and `total ≤ maxAllowed`;
//! 5. `meterKeyHash = Poseidon(M)`, and `M` signed `head`.
//!
//! **Not proved**: that the state behind `head` is well formed, or that events add up to
//! `total`, which is what the meter's signature says; that `head` is the lane's newest,
//! for which `asOf` is public; what other lanes or epochs hold. No witness is known for
//! `head = 0` (genesis): it would be a preimage of zero.
//!
//! **Hidden**: total, chain, seq and calls. Their hash is public; it hides them because
//! `calls` has the entropy of the events' salts.

use ark_ff::AdditiveGroup;
use statement::{
    babyjubjub::scalar_bits,
    chain::TIME_BITS,
    compliance::{INPUTS, PublicInputs, TOTAL_BITS, Witness},
    field::{Fr, NotCanonical, small, to_fr},
};
use zeroize::Zeroize;

use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    constraint::{Builder, Num},
    gadget::{bits, eddsa, fixed_base::SCALAR_BITS, party, poseidon},
    key_delivery::{canonical, eighth},
};

const PACKED_BITS: usize = TIME_BITS + TOTAL_BITS;

/// What the prover chooses; nothing in it is trusted.
#[derive(Clone)]
pub(crate) struct Assignment {
    pub inputs: [Fr; INPUTS],
    /// Bits of the licensee's scalar, lowest first.
    pub secret: Vec<bool>,
    pub chain: Fr,
    pub total: Fr,
    pub seq: Fr,
    pub calls: Fr,
    pub meter_eighth: [Fr; 2],
    pub signature: eddsa::Witness,
}

impl Drop for Assignment {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.total.zeroize();
    }
}

impl Assignment {
    /// The assignment for given inputs, unchecked.
    pub fn fill_in(witness: &Witness, inputs: &PublicInputs) -> Result<Self, NotCanonical> {
        let mut secret = scalar_bits(witness.licensee.scalar());
        secret.truncate(SCALAR_BITS);
        let state = &witness.state;
        Ok(Self {
            inputs: canonical(inputs.to_array())?,
            secret,
            chain: to_fr(state.chain)?,
            total: small(state.total.into()),
            seq: small(state.seq.into()),
            calls: to_fr(state.calls)?,
            meter_eighth: eighth(&witness.meter),
            signature: eddsa::Witness::new(&witness.meter_signature)?,
        })
    }
}

/// The circuit.
pub(crate) struct Compliance;

impl Circuit for Compliance {
    const ID: CircuitId = CircuitId::Compliance;
    type Assignment = Assignment;

    fn blank() -> Assignment {
        Assignment {
            inputs: [Fr::ZERO; INPUTS],
            secret: vec![false; SCALAR_BITS],
            chain: Fr::ZERO,
            total: Fr::ZERO,
            seq: Fr::ZERO,
            calls: Fr::ZERO,
            meter_eighth: [Fr::ZERO; 2],
            signature: eddsa::Witness::blank(),
        }
    }

    fn build(builder: &mut Builder, given: &Assignment) {
        let inputs: [Num; INPUTS] = given.inputs.map(|value| builder.input(value));
        let [ctx, licensee, meter, head, packed] = &inputs;

        party::enforce_owner(builder, &given.secret, licensee);

        builder.rule("asOf and maxAllowed fit in 104 bits");
        let public = bits::range(builder, packed, PACKED_BITS);
        let as_of = Num::from_bits(&public[..TIME_BITS]);
        let max_allowed = Num::from_bits(&public[TIME_BITS..]);

        let total = builder.witness(given.total);
        builder.rule("total has 64 bits");
        bits::range(builder, &total, TOTAL_BITS);
        builder.rule("total is at most maxAllowed");
        bits::range(builder, &(&max_allowed - &total), TOTAL_BITS);

        builder.rule("head is the hash of the state, its last event at asOf");
        let [chain, seq, calls] = [given.chain, given.seq, given.calls].map(|value| builder.witness(value));
        let opened = poseidon::hash(builder, &[ctx.clone(), chain, total, seq, as_of, calls]);
        builder.enforce_equal(&opened, head);

        party::enforce_metered(builder, given.meter_eighth, meter, head, &given.signature);
    }
}

#[cfg(test)]
pub(crate) mod tests;
