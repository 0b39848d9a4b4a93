//! What the campaign says of a row.

use super::run::Run;

/// The verdict on one dropped row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// A full assignment satisfies every row but this one, and violates this one.
    Killed {
        /// How it was forged.
        how: &'static str,
        /// Its public inputs are others than the honest witness proves.
        public: bool,
    },
    /// None was found, and this is why none is to be had.
    None(Why),
}

impl Verdict {
    pub fn killed(run: &Run, how: &'static str) -> Self {
        Self::Killed { how, public: run.publics_moved() }
    }
}

/// Reasons for which no forged witness can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    NonceOffCurve,
    ChallengeBit,
    SecondSlope,
    UnknownLogarithm,
    SelectionLine,
    ResponsePrefix,
    ChallengePrefix,
    ChallengeRun,
}

impl Why {
    pub const ALL: [Self; 8] = [
        Self::NonceOffCurve,
        Self::ChallengeBit,
        Self::SecondSlope,
        Self::UnknownLogarithm,
        Self::SelectionLine,
        Self::ResponsePrefix,
        Self::ChallengePrefix,
        Self::ChallengeRun,
    ];

    /// A name to refer to it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NonceOffCurve => "nonce off the curve",
            Self::ChallengeBit => "challenge bit",
            Self::SecondSlope => "second slope",
            Self::UnknownLogarithm => "unknown logarithm",
            Self::SelectionLine => "selection line",
            Self::ResponsePrefix => "response prefix",
            Self::ChallengePrefix => "challenge prefix",
            Self::ChallengeRun => "challenge run",
        }
    }

    /// Why no forgery is to be had.
    pub fn argument(self) -> &'static str {
        match self {
            Self::NonceOffCurve => {
                "The three rows that put R8 on the curve. For an R8 off it, `R8 + h·8·M` by the complete formulas is on \
                 the curve for at most some dozens of the 2^250 points `h·8·M`: that is an equation of small degree in \
                 the point, which is no identity, since at the identity the sum is R8 itself (tested: random R8 off the \
                 curve never meet it). `h` is a hash of R8, so a nonce succeeds with a chance below 2^−240, and the \
                 logarithm of the sum would have to be known as well."
            }
            Self::ChallengeBit => {
                "Booleanity of the challenge's bits 1 to 253 (bit 0 is forged). The bit `b` follows from the challenge and \
                 the other bits; unless it is 0 or 1, its step adds `(u, (2b − 1)·v)`, which is off the curve. By the \
                 lemmas the walk then ends off the curve or at `±P`, at a point that depends on the hash; to \
                 be accepted, the remaining additions would have to bring it to a point `S·B8` whose logarithm is known: \
                 a chance of about 2^−250 a try."
            }
            Self::SecondSlope => {
                "The slope through the sum and the intermediate point, in all steps but the last (which is forged). A line \
                 through the sum with any other slope gives a point of the curve only if it is the slope through the \
                 mirrored intermediate point; the outcome is then `∓P`, whose `u` the next step's inequality refuses. \
                 Any other slope leaves the curve: as for a challenge bit."
            }
            Self::UnknownLogarithm => {
                "Inner wires of complete additions whose operands depend on the challenge or on the response. A wrong value \
                 moves the result along a curve that meets Baby Jubjub in at most three further points. They are no \
                 small combination of the operands (tested), so `S` would be the discrete logarithm of a random point."
            }
            Self::SelectionLine => {
                "A wrong wire moves a selected point along a line. Computed for each of these rows: the line meets the \
                 curve nowhere else, for any value of the other bits. The operand is then off the curve, where by the \
                 lemma the sum stays until the last complete addition, which would have to bring it to a known logarithm."
            }
            Self::ResponsePrefix => {
                "Rows of `S < l` that bite only if `S` agrees with `l − 1` in every bit set above. With the rows above in \
                 force, what they refuse is `S + l` for an `S` below a bound that shrinks with each row; `S` is as \
                 random as the challenge, and none of 3,000 nonces gave one. The chance for the k-th bit is about 2^−(250−k)."
            }
            Self::ChallengePrefix => {
                "The same rows of `h < p`: they refuse `h + p` for a hash below a shrinking bound. None of 3,000 nonces gave one."
            }
            Self::ChallengeRun => {
                "The lowest bit set in `p − 1`, above 28 zeros. A forgery that calls the prefix equal needs a hash that ends in \
                 28 zero bits: about 2^28 nonces, which somebody can afford and this campaign does not. It would be for \
                 an honest `h`, with a wrong value of a wire that nothing else reads."
            }
        }
    }
}
