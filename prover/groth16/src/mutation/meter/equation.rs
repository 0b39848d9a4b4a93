//! Forgeries for the rows of `S·B8 = R8 + h·8·M`.
//!
//! The nonce is chosen before the challenge is known, so a wrong row may shift a side only
//! by what does not depend on the challenge, or by known multiples of `B8` and `M`.

use alloy_primitives::U256;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, PrimeField};
use statement::{
    babyjubjub::curve::{Affine, ScalarField},
    field::Fr,
};

use super::{Meter, TRIES, exponent, mirrored};
use crate::{
    gadget::{montgomery, variable_base},
    mutation::{
        curve::{D, Fault, base, clear_torsion, denominators, order_two, sum, wrong_halves},
        exponents::product,
        places::{Chord, Part, Place, STEPS, Step, TOP_WINDOW},
        response::{digit, integer, offset, responses, scalar, share, wrong_products},
        run::Run,
        verdict::{Verdict, Why},
    },
};

impl Meter {
    pub(super) fn forge_equation(&self, run: &mut Run, row: usize, place: Place) -> Option<Verdict> {
        match place {
            Place::Share(window) => self.forge_share(run, row, window),
            Place::Chord(window, chord) => self.forge_left(run, row, place, window, chord, false),
            Place::LeftEdwards(part) => self.forge_left(run, row, place, 1, Chord::V, part != Part::X),
            Place::LeftAdd(Part::X | Part::Y | Part::Delta) => self.forge_left_sum(run, row, place),
            Place::Eightfold(i, part) => self.forge_eightfold(run, row, i, part),
            Place::Start(Part::Tau) => self.forge_start(run, row),
            Place::Walk(_, Step::Differ) => {
                let wire = run.program.defined(row);
                run.force(wire, run.get(wire) + Fr::ONE);
                run.propagate();
                self.killed(run, row, "another value than the inverse, which nothing else reads")
            }
            Place::Walk(at, Step::SecondSlope) if at + 1 < STEPS => Some(Verdict::None(Why::SecondSlope)),
            Place::LeftAdd(_)
            | Place::SkipAdd(Part::Beta | Part::Gamma | Part::Tau)
            | Place::Excess(Part::Tau)
            | Place::RightAdd(Part::Beta | Part::Gamma | Part::Tau) => Some(Verdict::None(Why::UnknownLogarithm)),
            _ => self.forge_product(run, row, place),
        }
    }

    /// What the nonce's exponent and the product come to, the challenge being fixed.
    fn target(&self, run: &Run, r: u64) -> ScalarField {
        ScalarField::from(r) + exponent(&self.challenge(run)) * self.eightfold
    }

    fn forge_share(&self, run: &mut Run, row: usize, window: usize) -> Option<Verdict> {
        let mut met = false;
        for d in 0..4u64 {
            for wrong in wrong_products(window, d) {
                met = true;
                for r in 1..TRIES {
                    self.set_nonce(run, sum([base(ScalarField::from(r)), wrong.point]));
                    let honest = match window {
                        0 => ScalarField::from(d) - offset(),
                        _ => scalar(U256::from(d + 1) << (2 * window)),
                    };
                    let s = integer(self.target(run, r) + honest);
                    if digit(s, window) == d {
                        self.respond(run, s);
                        run.force(run.program.defined(row), wrong.wire);
                        run.propagate();
                        if run.only_broken(row) {
                            return self.killed(
                                run,
                                row,
                                "a wrong product of two bits selects another point of the curve",
                            );
                        }
                    }
                    run.reset();
                }
            }
        }
        (!met).then_some(Verdict::None(Why::SelectionLine))
    }

    /// The sum so far, before a window.
    fn left_u(&self, run: &Run, window: usize) -> Fr {
        if window + 1 < TOP_WINDOW {
            return self.wire(run, Place::Chord(window + 1, Chord::U));
        }
        let top = run.get(self.map.response_bits[2 * TOP_WINDOW]) == Fr::ONE;
        montgomery::from_edwards(share(TOP_WINDOW, top.into()))[0]
    }

    fn forge_left(
        &self,
        run: &mut Run,
        row: usize,
        place: Place,
        window: usize,
        chord: Chord,
        two: bool,
    ) -> Option<Verdict> {
        for r in 1..TRIES {
            let nonce = base(ScalarField::from(r));
            self.set_nonce(run, if two { sum([nonce, order_two()]) } else { nonce });
            for s in responses(window, chord, self.target(run, r)) {
                self.respond(run, s);
                let wire = run.program.defined(row);
                let wrong = match (place, chord) {
                    (Place::Chord(..), Chord::Slope) => {
                        let [u, v] = montgomery::from_edwards(share(window, digit(s, window)));
                        let run_u = (self.left_u(run, window) - u).inverse()?;
                        run.get(wire) + (v + v) * run_u
                    }
                    (Place::Chord(..), Chord::U) => self.left_u(run, window),
                    _ => -run.get(wire),
                };
                run.force(wire, wrong);
                run.propagate();
                if run.only_broken(row) {
                    return self.killed(run, row, "a sum with signs changed, met by another response");
                }
                run.reset();
                self.set_nonce(run, if two { sum([nonce, order_two()]) } else { nonce });
            }
            run.reset();
        }
        None
    }

    fn forge_left_sum(&self, run: &mut Run, row: usize, place: Place) -> Option<Verdict> {
        let Place::LeftAdd(part) = place else { return None };
        let nonce = base(ScalarField::from(1u64));
        self.set_nonce(run, if part == Part::X { nonce } else { sum([nonce, order_two()]) });
        self.respond(run, integer(-self.target(run, 1)));
        let at = |part| self.map.row(Place::LeftAdd(part));
        let wrong = mirrored(run, part, row, at(Part::Beta), at(Part::Gamma));
        run.force(run.program.defined(row), wrong);
        run.propagate();
        self.killed(run, row, "the sum negated, met by the negated response")
    }

    fn forge_eightfold(&self, run: &mut Run, row: usize, i: usize, part: Part) -> Option<Verdict> {
        if let Part::X | Part::Y | Part::Delta = part {
            for r in 1..TRIES {
                self.set_nonce(run, base(ScalarField::from(r)));
                // A mirrored 8·M has a part of order two, which an even challenge removes.
                if !self.challenge(run)[0] {
                    let at = |part| self.map.row(Place::Eightfold(i, part));
                    let wrong = mirrored(run, part, row, at(Part::Beta), at(Part::Beta));
                    run.force(run.program.defined(row), wrong);
                    run.propagate();
                    self.sign(run, r, -self.eightfold);
                    if run.only_broken(row) {
                        return self.killed(run, row, "8·M negated, answered with the negated secret");
                    }
                }
                run.reset();
            }
            return None;
        }
        let fault = if part == Part::Tau { Fault::Tau } else { Fault::Beta };
        for n in 1..TRIES {
            let output = ScalarField::from(n) * self.eightfold;
            for (input, value) in wrong_halves(base(output), fault) {
                if clear_torsion(input) != input {
                    continue;
                }
                let down = (0..i + 3).fold(ScalarField::from(1u64), |k, _| k / ScalarField::from(2u64));
                let eighth = (input * down).into_affine();
                self.set_eighth(run, [eighth.x, eighth.y]);
                run.force(run.program.defined(row), value);
                run.propagate();
                self.sign(run, 1, output * ScalarField::from(4u64 >> i));
                if run.only_broken(row) {
                    return self.killed(run, row, "somebody's key that the wrong doubling takes to the forger's");
                }
                run.reset();
            }
        }
        None
    }

    fn forge_start(&self, run: &mut Run, row: usize) -> Option<Verdict> {
        let wire = run.program.defined(row);
        let point = base(self.eightfold);
        let honest = sum([variable_base::offset().into_affine(), point]);
        let tau = D * run.get(wire);
        let (top_x, top_y) = (honest.x * (Fr::ONE + tau), honest.y * (Fr::ONE - tau));
        let starts = denominators(top_x, top_y, tau);
        let none = starts.is_empty();
        for (wrong, start) in starts {
            // The start is doubled as often as there are steps.
            let shift = sum([start, -honest]).mul_bigint(power_of_two(STEPS)).into_affine();
            self.set_nonce(run, sum([base(ScalarField::from(1u64)), -shift]));
            run.force(wire, wrong / D);
            run.propagate();
            self.respond(run, integer(self.target(run, 1)));
            if run.only_broken(row) {
                return self.killed(run, row, "another start, whose share the nonce takes back");
            }
            run.reset();
        }
        none.then_some(Verdict::None(Why::SelectionLine))
    }

    /// A product that is wrong by known multiples of the offset, which the nonce takes back, and of the key.
    fn forge_product(&self, run: &mut Run, row: usize, place: Place) -> Option<Verdict> {
        let (negative, two) = match place {
            Place::RightAdd(part) | Place::Equal(part) => (true, part != Part::X),
            _ => (false, false),
        };
        for r in 1..TRIES {
            let before = product(&self.challenge(run), place);
            let shift = (variable_base::offset() * before.t).into_affine();
            let torsion = if two ^ before.two { order_two() } else { Affine::zero() };
            self.set_nonce(run, sum([base(ScalarField::from(r)), -shift, torsion]));
            let bits = self.challenge(run);
            let after = product(&bits, place);
            let wrong = match place {
                Place::Equal(_) => None,
                _ => Some(self.wrong_value(run, row, place)),
            };
            let settled = (after.t, after.two) == (before.t, before.two);
            if settled && wrong.is_none_or(|wrong| wrong != run.get(run.program.defined(row))) {
                if let Some(wrong) = wrong {
                    run.force(run.program.defined(row), wrong);
                    run.propagate();
                }
                let s = ScalarField::from(r) + after.p * self.eightfold;
                self.respond(run, integer(if negative { -s } else { s }));
                if run.only_broken(row) {
                    return self.killed(run, row, how(place));
                }
            }
            run.reset();
        }
        None
    }

    fn wrong_value(&self, run: &Run, row: usize, place: Place) -> Fr {
        let honest = run.get(run.program.defined(row));
        let at = |place| self.wire(run, place);
        let before = |step: usize| match step {
            0 => at(Place::StartMontgomery(Chord::U)),
            _ => at(Place::Walk(step - 1, Step::U)),
        };
        let [u, v] = [Chord::U, Chord::V].map(|row| at(Place::PointMontgomery(row)));
        let add = |part, place: fn(Part) -> Place| {
            let row_of = |part| self.map.row(place(part));
            mirrored(run, part, row, row_of(Part::Beta), row_of(Part::Gamma))
        };
        match place {
            Place::StartMontgomery(Chord::U) | Place::PointMontgomery(Chord::U) => {
                honest.inverse().expect("u is not zero in the subgroup")
            }
            Place::Walk(_, Step::Sign) => v + v - honest,
            Place::Walk(step, Step::Slope) => {
                let signed = at(Place::Walk(step, Step::Sign)) - v;
                honest + (signed + signed) / (before(step) - u)
            }
            Place::Walk(_, Step::Middle) => u,
            Place::Walk(step, Step::SecondSlope) => {
                let slope = at(Place::Walk(step, Step::Slope));
                slope + slope
            }
            Place::Walk(step, Step::U) => before(step),
            Place::Skip(Part::Y) => {
                let y = base(self.eightfold).y;
                -(y + y) - honest
            }
            Place::SkipAdd(part) => add(part, Place::SkipAdd),
            Place::RightAdd(part) => add(part, Place::RightAdd),
            _ => -honest,
        }
    }
}

fn how(place: Place) -> &'static str {
    match place {
        Place::Equal(_) => "the response negated: one coordinate alone agrees",
        Place::RightAdd(_) => "the sum negated, met by the negated response",
        _ => "signs changed in the walk: the nonce takes back what is lost of the offset",
    }
}

fn power_of_two(exponent: usize) -> [u64; 4] {
    U256::from(1).wrapping_shl(exponent).into_limbs()
}

const _: () = assert!(ScalarField::MODULUS_BIT_SIZE == 251);
