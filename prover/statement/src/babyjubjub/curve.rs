//! The curve's parameters for arkworks.
#![expect(unexpected_cfgs, reason = "arkworks' derive asks for its own `asm` feature here")]

use ark_ec::{
    CurveConfig,
    twisted_edwards::{self, MontCurveConfig, TECurveConfig},
};
use ark_ff::{Fp256, MontBackend, MontConfig, MontFp};

use crate::field::Fr;

/// Arithmetic modulo the subgroup order.
#[derive(MontConfig)]
#[modulus = "2736030358979909402780800718157159386076813972158567259200215660948447373041"]
#[generator = "31"]
pub struct ScalarConfig;

/// Integers modulo the order of the prime subgroup.
pub type ScalarField = Fp256<MontBackend<ScalarConfig, 4>>;

/// EIP-2494's parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BabyJubjub;

/// A point in affine coordinates.
pub type Affine = twisted_edwards::Affine<BabyJubjub>;
/// A point in extended coordinates.
pub type Projective = twisted_edwards::Projective<BabyJubjub>;

impl CurveConfig for BabyJubjub {
    type BaseField = Fr;
    type ScalarField = ScalarField;

    const COFACTOR: &'static [u64] = &[8];
    const COFACTOR_INV: ScalarField =
        MontFp!("2394026564107420727433200628387514462817212225638746351800188703329891451411");
}

impl TECurveConfig for BabyJubjub {
    const COEFF_A: Fr = MontFp!("168700");
    const COEFF_D: Fr = MontFp!("168696");
    const GENERATOR: Affine = Affine::new_unchecked(
        MontFp!("5299619240641551281634865583518297030282874472190772894086521144482721001553"),
        MontFp!("16950150798460657717958625567821834550301663161624707787222815936182638968203"),
    );

    type MontCurveConfig = BabyJubjub;
}

impl MontCurveConfig for BabyJubjub {
    const COEFF_A: Fr = MontFp!("168698");
    const COEFF_B: Fr = MontFp!("1");

    type TECurveConfig = BabyJubjub;
}
