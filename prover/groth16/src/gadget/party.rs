//! Who stands behind a statement: the licensee whose key opens the commitment, and the
//! meter whose key signed a head.

use statement::field::Fr;

use super::{
    bits,
    eddsa::{self, enforce_signed},
    edwards::Point,
    fixed_base, poseidon,
};
use crate::constraint::{Builder, Num};

/// Proves `commitment = Poseidon(secret·B8)` for the 251 bits of `secret`, lowest first.
/// Twin of [`statement::PublicKey::commitment`] of [`statement::SecretKey::public`].
pub(crate) fn enforce_owner(builder: &mut Builder, secret: &[bool], commitment: &Num) {
    builder.rule("licenseeCommitment is the hash of the prover's key");
    let secret = bits::bits(builder, secret);
    let key = fixed_base::times_base(builder, &secret);
    let hash = poseidon::hash(builder, &[key.x, key.y]);
    builder.enforce_equal(&hash, commitment);
}

/// Proves that a key of the prime-order subgroup, given as eight times the point
/// `eighth`, hashes to `key_hash` and signed `head`.
pub(crate) fn enforce_metered(
    builder: &mut Builder,
    eighth: [Fr; 2],
    key_hash: &Num,
    head: &Num,
    signature: &eddsa::Witness,
) {
    builder.rule("the meter's key is in the prime-order subgroup");
    let key = Point::in_subgroup(builder, eighth);
    builder.rule("meterKeyHash is the hash of the meter's key");
    let hash = poseidon::hash(builder, &[key.x.clone(), key.y.clone()]);
    builder.enforce_equal(&hash, key_hash);
    enforce_signed(builder, &key, head, signature);
}
