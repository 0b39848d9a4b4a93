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
}
