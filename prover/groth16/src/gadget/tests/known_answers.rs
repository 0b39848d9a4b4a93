//! The gadgets against answers that circomlibjs gave.

use alloy_primitives::U256;
use serde::Deserialize;
use statement::field::{Fr, to_fr};

use super::{outcome, satisfied};
use crate::{
    constraint::Num,
    gadget::{bits, eddsa, edwards::Point, fixed_base, poseidon},
};

fn fr(value: U256) -> Fr {
    to_fr(value).unwrap()
}

#[test]
fn poseidon_answers() {
    #[derive(Deserialize)]
    struct Case {
        capacity: U256,
        inputs: Vec<U256>,
        outputs: [U256; 2],
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../statement/vectors/poseidon.json")).unwrap();
    // The arities in use: keys and limbs, masks, blocks and challenges, heads.
    let used = cases.iter().filter(|case| [2, 3, 5, 6].contains(&case.inputs.len()));
    assert_eq!(used.clone().count(), 20);
    for case in used {
        satisfied(|builder| {
            let inputs: Vec<Num> = case.inputs.iter().map(|v| builder.witness(fr(*v))).collect();
            let capacity = builder.witness(fr(case.capacity));
            let both = poseidon::hash_ex2(builder, &capacity, &inputs);
            assert_eq!(both.map(|lane| lane.value()), case.outputs.map(fr));
            let first = poseidon::hash_ex(builder, &capacity, &inputs);
            assert_eq!(first.value(), fr(case.outputs[0]));
        });
    }
}

#[test]
fn multiples_of_the_base_point() {
    #[derive(Deserialize)]
    struct Case {
        scalar: U256,
        x: U256,
        y: U256,
        commitment: U256,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../statement/vectors/babyjubjub.json")).unwrap();
    for case in cases {
        satisfied(|builder| {
            let given: Vec<bool> = (0..251).map(|i| case.scalar.bit(i)).collect();
            let given = bits::bits(builder, &given);
            let point = fixed_base::times_base(builder, &given);
            assert_eq!([point.x.value(), point.y.value()], [fr(case.x), fr(case.y)]);
            let commitment = poseidon::hash(builder, &[point.x, point.y]);
            assert_eq!(commitment.value(), fr(case.commitment));
        });
    }
}

#[derive(Deserialize)]
struct Coordinates {
    x: U256,
    y: U256,
}

impl Coordinates {
    fn values(&self) -> [Fr; 2] {
        [fr(self.x), fr(self.y)]
    }
}

#[test]
fn additions_of_points_of_every_order() {
    #[derive(Deserialize)]
    struct Case {
        a: Coordinates,
        b: Coordinates,
        sum: Coordinates,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../../statement/vectors/babyjubjub_additions.json")).unwrap();
    for Case { a, b, sum } in cases {
        satisfied(|builder| {
            let [p, q] = [&a, &b].map(|point| point.values()).map(|[x, y]| Point::on_curve(builder, x, y));
            let total = p.add(builder, &q);
            assert_eq!([total.x.value(), total.y.value()], sum.values());
            if a.values() == b.values() {
                let double = p.double(builder);
                assert_eq!([double.x.value(), double.y.value()], sum.values());
            }
        });
    }
}

#[test]
fn points_off_the_curve_have_no_witness() {
    #[derive(Deserialize)]
    struct Case {
        x: U256,
        y: U256,
        on_curve: bool,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../../statement/vectors/babyjubjub_points.json")).unwrap();
    for Case { x, y, on_curve } in cases {
        let (_, broken) = outcome(|builder| {
            Point::on_curve(builder, fr(x), fr(y));
        });
        assert_eq!(broken.is_none(), on_curve, "{x} {y}");
    }
}

#[test]
fn signatures_are_judged_as_circomlibjs_judges_them() {
    #[derive(Deserialize)]
    struct Case {
        key_x: U256,
        key_y: U256,
        message: U256,
        signature: statement::Signature,
        valid: bool,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../statement/vectors/eddsa.json")).unwrap();
    assert!(cases.iter().any(|case| case.valid) && cases.iter().any(|case| !case.valid));
    for case in cases {
        // A response of more than 251 bits has no witness at all.
        let fits = case.signature.s.bit_len() <= fixed_base::SCALAR_BITS;
        let witness = eddsa::Witness::new(&case.signature).unwrap();
        let (_, broken) = outcome(|builder| {
            let key = Point::on_curve(builder, fr(case.key_x), fr(case.key_y));
            let message = builder.witness(fr(case.message));
            eddsa::enforce_signed(builder, &key, &message, &witness);
        });
        assert_eq!(broken.is_none() && fits, case.valid, "{broken:?}");
    }
}
