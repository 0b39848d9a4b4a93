//! Where each row of the meter's signature stands in its computation.

use super::program::{Program, Role};

pub(super) const SUBGROUP: [&str; 2] =
    ["the meter's key is in the prime-order subgroup", "the recipient's key is in the prime-order subgroup"];
pub(super) const NONCE: &str = "the meter's signature: R8 is on the curve";
pub(super) const RESPONSE: &str = "the meter's signature: S is below the subgroup order";
pub(super) const CHALLENGE: &str = "the meter's signature: challenge";
pub(super) const EQUATION: &str = "the meter's signature: S·B8 = R8 + h·8·M";

/// Bits of the response, and the window of the highest one.
pub(super) const RESPONSE_BITS: usize = 251;
pub(super) const TOP_WINDOW: usize = RESPONSE_BITS / 2;
/// Steps of the walk over the challenge's bits but the lowest.
pub(super) const STEPS: usize = 253;

/// A row of a complete addition or doubling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    Beta,
    Gamma,
    Delta,
    Tau,
    X,
    Y,
}

const ADDITION: [Part; 6] = [Part::Beta, Part::Gamma, Part::Delta, Part::Tau, Part::X, Part::Y];
const DOUBLING: [Part; 5] = [Part::Beta, Part::Delta, Part::Tau, Part::X, Part::Y];
const WITH_CONSTANT: [Part; 3] = [Part::Tau, Part::X, Part::Y];

/// A row of the Montgomery chord of the fixed base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Chord {
    Slope,
    U,
    V,
}

/// A row of one step of the walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// `bit · 2v`.
    Sign,
    /// The operands' `u` differ.
    Differ,
    Slope,
    Middle,
    SecondSlope,
    U,
    V,
}

/// A row of `S·B8 = R8 + h·8·M`, in the order of the circuit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// The product of a window's two bits.
    Share(usize),
    Chord(usize, Chord),
    LeftEdwards(Part),
    LeftAdd(Part),
    /// Of the three doublings of M.
    Eightfold(usize, Part),
    Start(Part),
    StartMontgomery(Chord),
    PointMontgomery(Chord),
    Walk(usize, Step),
    WalkEdwards(Part),
    /// The point taken back for an even challenge.
    Skip(Part),
    SkipAdd(Part),
    Excess(Part),
    RightAdd(Part),
    Equal(Part),
}

/// All of them.
pub(super) fn places() -> Vec<Place> {
    let mut all = Vec::new();
    for window in (1..TOP_WINDOW).rev() {
        all.push(Place::Share(window));
        all.extend([Chord::Slope, Chord::U, Chord::V].map(|row| Place::Chord(window, row)));
    }
    all.push(Place::Share(0));
    all.extend([Part::X, Part::Y].map(Place::LeftEdwards));
    all.extend(ADDITION.map(Place::LeftAdd));
    all.extend((0..3).flat_map(|i| DOUBLING.map(|part| Place::Eightfold(i, part))));
    all.extend(WITH_CONSTANT.map(Place::Start));
    all.extend([Chord::U, Chord::V].map(Place::StartMontgomery));
    all.extend([Chord::U, Chord::V].map(Place::PointMontgomery));
    let step = [Step::Sign, Step::Differ, Step::Slope, Step::Middle, Step::SecondSlope, Step::U, Step::V];
    all.extend((0..STEPS).flat_map(|i| step.map(|row| Place::Walk(i, row))));
    all.extend([Part::X, Part::Y].map(Place::WalkEdwards));
    all.extend([Part::X, Part::Y].map(Place::Skip));
    all.extend(ADDITION.map(Place::SkipAdd));
    all.extend(WITH_CONSTANT.map(Place::Excess));
    all.extend(ADDITION.map(Place::RightAdd));
    all.extend([Part::X, Part::Y].map(Place::Equal));
    all
}

/// The rows of a point proven to be of the subgroup: three for the curve, then doublings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SubgroupPlace {
    /// `x²`, `y²`, the curve's equation.
    Curve(usize),
    Doubling(usize, Part),
}

pub(super) fn subgroup_places() -> Vec<SubgroupPlace> {
    let doublings = (0..3).flat_map(|i| DOUBLING.map(|part| SubgroupPlace::Doubling(i, part)));
    (0..3).map(SubgroupPlace::Curve).chain(doublings).collect()
}

/// The rows and variables of the meter's signature.
pub(super) struct Map {
    pub subgroup: Vec<usize>,
    pub nonce: Vec<usize>,
    pub response: Vec<usize>,
    pub challenge: Vec<usize>,
    pub equation: Vec<usize>,
    /// Row in the challenge's rule that decomposes it.
    pub decomposition: usize,
    pub response_bits: Vec<usize>,
    pub challenge_bits: Vec<usize>,
    places: Vec<Place>,
}

impl Map {
    /// None for a circuit that verifies no signature.
    pub fn new(program: &Program) -> Option<Self> {
        let equation = program.rows_of(EQUATION);
        if equation.is_empty() {
            return None;
        }
        let places = places();
        assert_eq!(equation.len(), places.len(), "the signature's equation has other rows than the campaign knows");
        let subgroup = program.rows_of(SUBGROUP[0]);
        assert_eq!(subgroup.len(), subgroup_places().len());
        let response = program.rows_of(RESPONSE);
        let challenge = program.rows_of(CHALLENGE);
        let found = challenge.iter().find_map(|row| match &program.roles[*row] {
            Role::Decomposes { bits, .. } => Some((*row, bits.clone())),
            _ => None,
        });
        let (decomposition, challenge_bits) = found.expect("the challenge is decomposed");
        Some(Self {
            response_bits: response[..RESPONSE_BITS].iter().map(|row| program.youngest(*row)).collect(),
            nonce: program.rows_of(NONCE),
            subgroup,
            response,
            challenge,
            equation,
            decomposition,
            challenge_bits,
            places,
        })
    }

    pub fn place(&self, row: usize) -> Place {
        let ordinal = self.equation.binary_search(&row).expect("a row of the equation");
        self.places[ordinal]
    }

    pub fn row(&self, place: Place) -> usize {
        let ordinal = self.places.iter().position(|other| *other == place).expect("every place has a row");
        self.equation[ordinal]
    }
}
