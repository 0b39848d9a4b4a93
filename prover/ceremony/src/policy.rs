//! What a key must have been through before anybody relies on it.
//!
//! snarkjs checks that every step of a chain is honest, and stops there: it accepts a key that
//! nobody contributed to, whose γ = δ lets anybody forge.

use std::collections::BTreeSet;

use crate::{
    record::{Contribution, KeyRecord},
    transcript::{Powers, StepKind, Transcript},
};

/// Fewer people than this are no ceremony.
pub const FEWEST: u32 = 2;
/// How many people we ask for unless told otherwise.
pub const USUAL: u32 = 3;

/// A beacon of fewer bytes can be guessed.
pub const BEACON_BYTES: usize = 32;

/// What is asked of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Contributions under different names.
    pub at_least: u32,
    /// Powers made for development will do. Keys made from them are development keys.
    pub development: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { at_least: USUAL, development: false }
    }
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// γ = δ.
    #[error("gamma equals delta: nobody contributed to this key, and anybody forges proofs with it")]
    GammaIsDelta,
    /// A contribution with the secret 1.
    #[error("contribution {index} of `{name}` changes nothing: its secret was 1")]
    ChangesNothing {
        /// Which one, from 1.
        index: usize,
        /// Whose.
        name: String,
    },
    /// Too few people.
    #[error("{found} people contributed under different names, {expected} are asked for: have more contribute")]
    TooFew {
        /// Asked for.
        expected: u32,
        /// Found.
        found: usize,
    },
    /// Nobody would accept so few.
    #[error("at least {FEWEST} people make a ceremony, {0} do not: ask for more")]
    AskedForTooFew(u32),
    /// The last contributor could choose the key.
    #[error("no beacon ended the ceremony, so the last contributor may have chosen the key: run `ceremony beacon`")]
    NoBeacon,
    /// Steps after the beacon, or two of them.
    #[error("step {0} is a beacon, which ends a ceremony: nothing may follow it")]
    BeaconNotLast(usize),
    /// Somebody knew the powers' secret.
    #[error(
        "the powers of tau were made for development by one machine: begin with powers of a public ceremony, or accept development keys with --development"
    )]
    DevelopmentPowers,
    /// Too few hands made the powers.
    #[error("{0} contributed to the powers of tau, {FEWEST} are the least: begin with powers of a public ceremony")]
    FewPowers(usize),
    /// Nobody looked at the powers.
    #[error(
        "these powers of tau are not known by name and were not checked, so whoever made them may forge: finalize \
         without --trust-powers"
    )]
    UncheckedPowers,
    /// The beacon could have been chosen.
    #[error(
        "no source of the beacon was announced: begin the ceremony with --beacon-source, before anybody contributes"
    )]
    NoBeaconSource,
    /// The beacon could have been guessed.
    #[error("the beacon has {0} bytes, {BEACON_BYTES} are the least: give all that the announced source published")]
    ShortBeacon(usize),
}

impl Policy {
    /// Checks a finished key's record.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn check(&self, key: &KeyRecord, powers: &Powers) -> Result<(), Violation> {
        if self.at_least < FEWEST {
            return Err(Violation::AskedForTooFew(self.at_least));
        }
        check_running(key)?;
        let people = people(&key.contributions);
        if people < self.at_least as usize {
            return Err(Violation::TooFew { expected: self.at_least, found: people });
        }
        if !key.contributions.last().is_some_and(is_beacon) {
            return Err(Violation::NoBeacon);
        }
        self.check_powers(powers)
    }

    fn check_powers(&self, powers: &Powers) -> Result<(), Violation> {
        match powers {
            Powers { development: true, .. } if !self.development => Err(Violation::DevelopmentPowers),
            // Unmarked powers give keys for production, whatever was asked for.
            Powers { development: false, contributions, .. } if *contributions < FEWEST as usize => {
                Err(Violation::FewPowers(*contributions))
            }
            _ => Ok(()),
        }
    }
}

/// Checks what a key for production needs besides: a beacon that nobody could choose or guess.
///
/// # Errors
/// The first rule that does not hold.
pub(crate) fn check_beacon(transcript: &Transcript) -> Result<(), Violation> {
    if transcript.powers.development {
        return Ok(());
    }
    let Some(StepKind::Beacon { value, .. }) = transcript.steps.last().map(|step| &step.kind) else {
        return Err(Violation::NoBeacon);
    };
    if value.len() < 2 * BEACON_BYTES {
        return Err(Violation::ShortBeacon(value.len() / 2));
    }
    match transcript.beacon_source {
        Some(_) => Ok(()),
        None => Err(Violation::NoBeaconSource),
    }
}

/// Checks what must hold of a key at any time after the first contribution.
///
/// # Errors
/// The first rule that does not hold.
pub fn check_running(key: &KeyRecord) -> Result<(), Violation> {
    if key.gamma_is_delta || key.contributions.is_empty() {
        return Err(Violation::GammaIsDelta);
    }
    let count = key.contributions.len();
    for (index, contribution) in (1..).zip(&key.contributions) {
        if contribution.changes_nothing {
            return Err(Violation::ChangesNothing { index, name: contribution.name.clone() });
        }
        if is_beacon(contribution) && index != count {
            return Err(Violation::BeaconNotLast(index));
        }
    }
    Ok(())
}

/// Checks that a key may be contributed to: somebody's step must not follow a beacon.
///
/// # Errors
/// Naming the step that is a beacon.
pub(crate) fn check_continuable(key: &KeyRecord) -> Result<(), Violation> {
    match key.contributions.iter().position(is_beacon) {
        Some(index) => Err(Violation::BeaconNotLast(index + 1)),
        None => Ok(()),
    }
}

/// Names that differ in more than case. Whether different people bear them is for who attests.
fn people(contributions: &[Contribution]) -> usize {
    let names = contributions.iter().filter(|c| !is_beacon(c)).map(|c| c.name.to_lowercase());
    names.collect::<BTreeSet<_>>().len()
}

fn is_beacon(contribution: &Contribution) -> bool {
    matches!(contribution.kind, StepKind::Beacon { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(names: &[&str]) -> KeyRecord {
        let contribution = |name: &str| Contribution {
            kind: match name {
                "beacon" => StepKind::Beacon { value: "00".into(), iterations_exp: 10 },
                _ => StepKind::Contribution,
            },
            name: name.to_owned(),
            hash: String::new(),
            changes_nothing: false,
        };
        KeyRecord {
            variables: 3,
            public: 1,
            domain: 4,
            gamma_is_delta: false,
            circuit_hash: String::new(),
            contributions: names.iter().copied().map(contribution).collect(),
        }
    }

    fn powers(contributions: usize, development: bool) -> Powers {
        Powers { sha256: String::new(), power: 6, contributions, development }
    }

    #[test]
    fn three_people_and_a_beacon_are_a_ceremony() {
        Policy::default().check(&key(&["Alice", "Bob", "Carol", "beacon"]), &powers(2, false)).unwrap();
    }

    #[test]
    fn each_rule_is_asked_for() {
        let check = |names: &[&str]| Policy::default().check(&key(names), &powers(2, false)).unwrap_err();
        assert_eq!(check(&[]), Violation::GammaIsDelta);
        assert_eq!(check(&["Alice", "alice", "Bob", "beacon"]), Violation::TooFew { expected: 3, found: 2 });
        assert_eq!(check(&["Alice", "Bob", "Carol"]), Violation::NoBeacon);
        assert_eq!(check(&["Alice", "beacon", "Bob", "Carol"]), Violation::BeaconNotLast(2));
        assert_eq!(check(&["Alice", "beacon", "beacon"]), Violation::BeaconNotLast(2));
        let mut same = key(&["Alice", "Bob", "Carol", "beacon"]);
        same.gamma_is_delta = true;
        assert_eq!(Policy::default().check(&same, &powers(2, false)), Err(Violation::GammaIsDelta));
        let mut nothing = key(&["Alice", "Bob", "Carol", "beacon"]);
        nothing.contributions[1].changes_nothing = true;
        assert_eq!(
            Policy::default().check(&nothing, &powers(2, false)),
            Err(Violation::ChangesNothing { index: 2, name: "Bob".into() })
        );
    }

    #[test]
    fn one_person_is_never_enough() {
        let alone = Policy { at_least: 1, development: true };
        assert_eq!(alone.check(&key(&["Alice", "beacon"]), &powers(2, false)), Err(Violation::AskedForTooFew(1)));
    }

    #[test]
    fn powers_of_one_machine_make_development_keys_only() {
        let full = key(&["Alice", "Bob", "Carol", "beacon"]);
        assert_eq!(Policy::default().check(&full, &powers(1, true)), Err(Violation::DevelopmentPowers));
        assert_eq!(Policy::default().check(&full, &powers(1, false)), Err(Violation::FewPowers(1)));
        let development = Policy { development: true, ..Policy::default() };
        development.check(&full, &powers(1, true)).unwrap();
        assert_eq!(development.check(&full, &powers(1, false)), Err(Violation::FewPowers(1)));
    }
}
