//! A forger who is the meter: signs whatever head results, and bends one row of the signature.

mod equation;

use alloy_primitives::U256;
use ark_ff::{Field, PrimeField};
use statement::{
    babyjubjub::curve::{Affine, ScalarField},
    field::{Fr, from_fr},
};

use super::{
    bound::{BoundRow, bound_rows, broken, passes_with_false_equal},
    curve::{A, D, Fault, base, edwards_line, half, off_curve_twin, sum, wrong_halves},
    places::{Map, Part, Place, SubgroupPlace, TOP_WINDOW, subgroup_places},
    response::{digit, integer, offset, order, scalar, wrong_bits},
    run::Run,
    verdict::{Verdict, Why},
};

/// Nonces tried for a row whose forgery needs luck with a hash.
const TRIES: u64 = 96;
/// Nonces tried for rows that want a run of bits.
const MANY_TRIES: u64 = 3_000;

/// The meter's secret and the rows it answers.
pub(super) struct Meter {
    pub map: Map,
    /// `8·M` is this multiple of the base point.
    pub eightfold: ScalarField,
    /// `h` of the first nonces for the honest key and head, for rows that need luck.
    challenges: std::sync::OnceLock<Vec<U256>>,
}

impl Meter {
    pub fn new(map: Map, secret: ScalarField) -> Self {
        Self { map, eightfold: secret * ScalarField::from(8u64), challenges: std::sync::OnceLock::new() }
    }

    fn set_nonce(&self, run: &mut Run, point: Affine) {
        run.set(run.program.oldest(self.map.nonce[0]), point.x);
        run.set(run.program.oldest(self.map.nonce[1]), point.y);
        run.propagate();
    }

    /// The challenge's bits as the walk takes them.
    pub fn challenge(&self, run: &Run) -> Vec<bool> {
        self.map.challenge_bits.iter().map(|wire| run.get(*wire) == Fr::ONE).collect()
    }

    fn respond(&self, run: &mut Run, s: U256) {
        run.set_bits(&self.map.response_bits, s);
        run.propagate();
    }

    /// Signs with `r·B8` what the rows now say, by a key whose eightfold is known.
    pub fn sign(&self, run: &mut Run, r: u64, eightfold: ScalarField) {
        let r = ScalarField::from(r);
        self.set_nonce(run, base(r));
        let h = exponent(&self.challenge(run));
        self.respond(run, integer(r + h * eightfold));
    }

    fn wire(&self, run: &Run, place: Place) -> Fr {
        run.get(run.program.defined(self.map.row(place)))
    }

    /// A forgery for a row of the rules of the signature and the meter's key.
    pub fn forge(&self, run: &mut Run, row: usize) -> Option<Verdict> {
        let position = |rows: &[usize]| rows.binary_search(&row).ok();
        if let Some(i) = position(&self.map.subgroup) {
            return self.forge_subgroup(run, row, subgroup_places()[i]);
        }
        if position(&self.map.nonce).is_some() {
            return Some(Verdict::None(Why::NonceOffCurve));
        }
        if let Some(i) = position(&self.map.response) {
            return self.forge_response(run, row, i);
        }
        if let Some(i) = position(&self.map.challenge) {
            return self.forge_challenge(run, row, i);
        }
        position(&self.map.equation).map(|_| self.map.place(row)).and_then(|place| self.forge_equation(run, row, place))
    }

    fn killed(&self, run: &Run, row: usize, how: &'static str) -> Option<Verdict> {
        run.only_broken(row).then(|| Verdict::killed(run, how))
    }

    fn set_eighth(&self, run: &mut Run, [x, y]: [Fr; 2]) {
        run.set(run.program.oldest(self.map.subgroup[0]), x);
        run.set(run.program.oldest(self.map.subgroup[1]), y);
        run.propagate();
    }

    fn forge_subgroup(&self, run: &mut Run, row: usize, place: SubgroupPlace) -> Option<Verdict> {
        let secret = self.eightfold / ScalarField::from(8u64);
        match place {
            SubgroupPlace::Curve(_) => {
                forge_off_curve(run, row, &self.map.subgroup);
                if !run.only_broken(row) {
                    self.sign(run, 1, self.eightfold);
                }
                self.killed(run, row, OFF_CURVE)
            }
            SubgroupPlace::Doubling(i, part @ (Part::X | Part::Y | Part::Delta)) => {
                let at = |part| self.map.subgroup[subgroup_at(i, part)];
                let wrong = mirrored(run, part, row, at(Part::Beta), at(Part::Beta));
                run.force(run.program.defined(row), wrong);
                run.propagate();
                self.sign(run, 1, -self.eightfold);
                self.killed(run, row, "the key negated, signed for with the negated secret")
            }
            SubgroupPlace::Doubling(i, part) => {
                let fault = if part == Part::Tau { Fault::Tau } else { Fault::Beta };
                for n in 1..TRIES {
                    let output = secret + ScalarField::from(n);
                    for (input, value) in wrong_halves(base(output), fault) {
                        let Some(eighth) = half(input, i as u32) else { continue };
                        self.set_eighth(run, [eighth.x, eighth.y]);
                        run.force(run.program.defined(row), value);
                        run.propagate();
                        self.sign(run, 1, output * ScalarField::from(8u64 << (2 - i)));
                        if run.only_broken(row) {
                            return self.killed(run, row, "another point that the wrong doubling takes to a known key");
                        }
                        run.reset();
                    }
                }
                None
            }
        }
    }

    fn forge_response(&self, run: &mut Run, row: usize, ordinal: usize) -> Option<Verdict> {
        let bits = &self.map.response_bits;
        if ordinal < bits.len() {
            return self.forge_response_bit(run, row, ordinal);
        }
        let bound = order() - U256::from(1);
        let rows = bound_rows(bound, bits.len());
        let at = ordinal - bits.len();
        let candidates = self.challenges(run).iter().enumerate().take(MANY_TRIES as usize).map(|(i, h)| {
            let r = i as u64 + 1;
            (r, integer(ScalarField::from(r) + scalar_of(*h) * self.eightfold))
        });
        let candidates: Vec<(u64, U256)> = candidates.collect();
        match &rows[at] {
            BoundRow::Zeros(_) => {
                let aliased = candidates
                    .iter()
                    .map(|(r, s)| (*r, *s + order()))
                    .find(|(_, s)| s.bit_len() <= bits.len() && broken(&rows, bound, *s) == [at]);
                let Some((r, s)) = aliased else { return Some(Verdict::None(Why::ResponsePrefix)) };
                self.set_nonce(run, base(ScalarField::from(r)));
                self.respond(run, s);
                self.killed(run, row, "S + l in the place of S")
            }
            BoundRow::One(i) => {
                let (r, s) = *candidates.iter().find(|(_, s)| passes_with_false_equal(&rows, bound, *i, *s))?;
                self.set_nonce(run, base(ScalarField::from(r)));
                self.respond(run, s);
                run.force(run.program.defined(row), Fr::ONE);
                run.propagate();
                self.killed(run, row, FALSE_EQUAL)
            }
        }
    }

    fn forge_response_bit(&self, run: &mut Run, row: usize, ordinal: usize) -> Option<Verdict> {
        let window = ordinal / 2;
        let wire = self.map.response_bits[ordinal];
        let unit = scalar(U256::from(1) << (2 * window));
        let mut met = false;
        for r in 1..TRIES {
            for other in 0..2u64 {
                let (low, high) = match ordinal % 2 {
                    0 if window == TOP_WINDOW => (0, 1),
                    0 => (2 * other, 2 * other + 1),
                    _ => (other, other + 2),
                };
                for wrong in wrong_bits(window, low, high) {
                    met = true;
                    let nonce = base(ScalarField::from(r));
                    // What the other windows must come to, and the nonce's share of what no logarithm is known of.
                    let lost = match window {
                        0 => -offset(),
                        TOP_WINDOW => unit * ScalarField::from(7u64),
                        _ => unit * ScalarField::from(low + high + 3),
                    };
                    let nonce = if window == 0 { sum([nonce, wrong.point]) } else { nonce };
                    self.set_nonce(run, nonce);
                    let target = ScalarField::from(r) + exponent(&self.challenge(run)) * self.eightfold;
                    let s = integer(target + lost);
                    if digit(s, window) == 0 {
                        self.respond(run, s);
                        if window != TOP_WINDOW {
                            run.set(self.map.response_bits[ordinal ^ 1], Fr::from(other));
                        }
                        run.force(wire, wrong.wire);
                        run.propagate();
                        if run.only_broken(row) {
                            return self.killed(run, row, "a bit that is no bit selects another point of the curve");
                        }
                    }
                    run.reset();
                }
            }
        }
        (!met).then_some(Verdict::None(Why::SelectionLine))
    }

    fn forge_challenge(&self, run: &mut Run, row: usize, ordinal: usize) -> Option<Verdict> {
        let bits = &self.map.challenge_bits;
        let decomposition = self.map.challenge.binary_search(&self.map.decomposition).expect("one of the rows");
        if row == self.map.decomposition {
            let chosen = U256::from(1) << 200_usize;
            let chosen: U256 = chosen | U256::from(5);
            for (i, bit) in bits.iter().enumerate() {
                run.force(*bit, Fr::from(chosen.bit(i)));
            }
            run.propagate();
            self.sign(run, 1, self.eightfold);
            return self.killed(run, row, "a challenge chosen by the forger");
        }
        if ordinal > decomposition {
            return self.forge_challenge_bound(run, row, ordinal - decomposition - 1);
        }
        let first_bit = decomposition - bits.len();
        match ordinal.checked_sub(first_bit) {
            None => {
                let wire = run.program.defined(row);
                run.force(wire, run.get(wire) + Fr::ONE);
                run.propagate();
                self.sign(run, 1, self.eightfold);
                self.killed(run, row, "another challenge than the hash, answered")
            }
            Some(0) => self.forge_lowest_challenge_bit(run, row),
            Some(_) => Some(Verdict::None(Why::ChallengeBit)),
        }
    }

    fn forge_lowest_challenge_bit(&self, run: &mut Run, row: usize) -> Option<Verdict> {
        let point = base(self.eightfold);
        let bits = &self.map.challenge_bits;
        // The point taken back runs through the line from −P to the identity.
        let minus = -point;
        let lines = edwards_line([minus.x, minus.y], [-minus.x, Fr::ONE - minus.y]);
        let mut met = false;
        for (wrong, reached) in lines.into_iter().filter(|(t, _)| *t != Fr::ONE) {
            met = true;
            for r in 1..TRIES {
                self.set_nonce(run, sum([base(ScalarField::from(r)), -reached]));
                let h = run.number(bits);
                let rest = from_fr(h - wrong);
                if !rest.bit(0) {
                    run.force(bits[0], wrong);
                    run.set_bits(bits, rest);
                    run.propagate();
                    let walked = scalar_of(rest) + ScalarField::from(1u64);
                    self.respond(run, integer(ScalarField::from(r) + walked * self.eightfold));
                    if run.only_broken(row) {
                        return self.killed(run, row, "a lowest bit that takes back another point of the curve");
                    }
                }
                run.reset();
            }
        }
        (!met).then_some(Verdict::None(Why::SelectionLine))
    }

    fn forge_challenge_bound(&self, run: &mut Run, row: usize, at: usize) -> Option<Verdict> {
        let bound = from_fr(-Fr::ONE);
        let modulus = bound + U256::from(1);
        let bits = &self.map.challenge_bits;
        let rows = bound_rows(bound, bits.len());
        let challenges = self.challenges(run);
        match &rows[at] {
            BoundRow::Zeros(_) => {
                let found = challenges.iter().enumerate().find(|(_, h)| {
                    let aliased = **h + modulus;
                    aliased.bit_len() <= bits.len() && broken(&rows, bound, aliased) == [at]
                });
                let Some((i, h)) = found else { return Some(Verdict::None(Why::ChallengePrefix)) };
                let (r, aliased) = (ScalarField::from(i as u64 + 1), *h + modulus);
                self.set_nonce(run, base(r));
                for (i, bit) in bits.iter().enumerate() {
                    run.force(*bit, Fr::from(aliased.bit(i)));
                }
                run.propagate();
                self.respond(run, integer(r + scalar_of(aliased) * self.eightfold));
                self.killed(run, row, "h + p in the place of h")
            }
            BoundRow::One(i) => {
                let found = challenges.iter().position(|h| passes_with_false_equal(&rows, bound, *i, *h));
                let Some(found) = found else { return Some(Verdict::None(Why::ChallengeRun)) };
                self.sign(run, found as u64 + 1, self.eightfold);
                run.force(run.program.defined(row), Fr::ONE);
                run.propagate();
                self.killed(run, row, FALSE_EQUAL)
            }
        }
    }

    /// The challenges of the honest key and head for the nonces 1, 2, 3, …
    fn challenges(&self, run: &Run) -> &[U256] {
        self.challenges.get_or_init(|| {
            let [x, y] = [16, 17].map(|i| run.get(run.program.defined(self.map.subgroup[i])));
            let key = Affine::new_unchecked(x, y);
            let message = self.message(run);
            (1..=MANY_TRIES)
                .map(|r| from_fr(statement::eddsa::challenge(base(ScalarField::from(r)), key, message)))
                .collect()
        })
    }

    /// The signed message, from the challenge that the rows compute of it.
    fn message(&self, run: &Run) -> Fr {
        let inputs = run.program.shape.inputs;
        let nonce = [0, 1].map(|i| run.get(run.program.oldest(self.map.nonce[i])));
        let key = [16, 17].map(|i| run.get(run.program.defined(self.map.subgroup[i])));
        let [nonce, key] = [nonce, key].map(|[x, y]| Affine::new_unchecked(x, y));
        let h = run.number(&self.map.challenge_bits);
        let publics = run.values()[1..inputs].iter();
        *publics
            .into_iter()
            .find(|input| statement::eddsa::challenge(nonce, key, **input) == h)
            .expect("a public input is signed")
    }
}

pub(super) const OFF_CURVE: &str = "a point off the curve that doubles to one on it";
const FALSE_EQUAL: &str = "said to equal the bound so far where it does not; the rows below still hold";

/// Sets a point off the curve whose doubling is that of the honest one, and the squares that hide it.
pub(super) fn forge_off_curve(run: &mut Run, row: usize, subgroup: &[usize]) {
    let program = run.program;
    let [x, y] = [0, 1].map(|i| program.oldest(subgroup[i]));
    let honest = Affine::new_unchecked(run.get(x), run.get(y));
    let twin = off_curve_twin(honest);
    run.set(x, twin[0]);
    run.set(y, twin[1]);
    run.propagate();
    let [x2, y2] = twin.map(|c| c.square());
    let quotient = |a: Fr, b: Fr| a * b.inverse().expect("168700 and 168696 differ as squares");
    if row == subgroup[0] {
        run.force(program.defined(row), quotient(Fr::ONE - y2, A - D * y2));
    } else if row == subgroup[1] {
        run.force(program.defined(row), quotient(Fr::ONE - A * x2, Fr::ONE - D * x2));
    }
    run.propagate();
}

fn subgroup_at(doubling: usize, part: Part) -> usize {
    let place = SubgroupPlace::Doubling(doubling, part);
    subgroup_places().iter().position(|other| *other == place).expect("doublings have these parts")
}

/// A wrong x, y or delta, after which the point is negated or mirrored.
fn mirrored(run: &Run, part: Part, row: usize, beta: usize, gamma: usize) -> Fr {
    let get = |row: usize| run.get(run.program.defined(row));
    match part {
        Part::Delta => {
            // top = delta + a·beta − gamma changes its sign with y.
            let two = Fr::from(2u64);
            -get(row) - two * A * get(beta) + two * get(gamma)
        }
        _ => -get(row),
    }
}

fn exponent(bits: &[bool]) -> ScalarField {
    bits.iter().rev().fold(ScalarField::from(0u64), |k, bit| k + k + ScalarField::from(*bit))
}

/// Any 256-bit integer modulo the subgroup's order.
fn scalar_of(k: U256) -> ScalarField {
    ScalarField::from_le_bytes_mod_order(&k.to_le_bytes::<32>())
}
