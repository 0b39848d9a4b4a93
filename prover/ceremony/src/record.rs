//! What a proving key says about how it was made: its header and its chain of contributions.

use std::path::Path;

use rayon::prelude::*;
use snarkrs_ceremony::{
    CeremonyError, ContributionKind, Groth16Header,
    contribute::{MpcParams, contribution_hash},
    setup::{S_A, S_B1, S_B2, S_C, S_H, S_HEADER, S_IC, S_MPC_PARAMS, ZKEY_MAGIC, ZKEY_MAX_VERSION},
    transcript::{fr_from_rng, rng_from_entropy, same_ratio},
};
use snarkrs_formats::binfile::{BinFile, G1_BYTES, G2_BYTES, g1, g2};
use snarkrs_msm::{CpuMsm, MsmBackend};

use crate::{error::Error, file::hex, guard::guarded, transcript::StepKind};

/// A beacon of more rounds is refused unread: checking one of 2^63 would never end.
pub(crate) const MOST_ITERATIONS_EXP: u8 = 30;

/// The header and the contributions of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Variables, the constant one included.
    pub variables: usize,
    /// Public inputs.
    pub public: usize,
    /// Size of the evaluation domain.
    pub domain: usize,
    /// γ = δ: nobody contributed, and anybody forges.
    pub gamma_is_delta: bool,
    /// BLAKE2b of the initial key.
    pub circuit_hash: String,
    /// Who contributed, oldest first.
    pub contributions: Vec<Contribution>,
}

/// One contribution to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// What it was.
    pub kind: StepKind,
    /// The name that was given.
    pub name: String,
    /// BLAKE2b, as snarkjs prints it.
    pub hash: String,
    /// Its secret was 1: it changed nothing.
    pub changes_nothing: bool,
}

impl KeyRecord {
    /// Reads a key's record. Proves nothing yet.
    ///
    /// # Errors
    /// If the file is not a Groth16 key over BN254 in iden3's format.
    pub fn read(file: &Path) -> Result<Self, Error> {
        guarded(file, || {
            let key = BinFile::open(file, ZKEY_MAGIC, ZKEY_MAX_VERSION)?;
            let header = Groth16Header::read(key.unique_section(S_HEADER)?)?;
            let chain = MpcParams::read(key.unique_section(S_MPC_PARAMS)?)?;
            let contributions = chain.contributions.iter().map(|c| Contribution {
                kind: match (c.kind, &c.params.beacon_hash) {
                    (ContributionKind::Beacon, value) => StepKind::Beacon {
                        value: hex(value.as_deref().unwrap_or_default()),
                        iterations_exp: c.params.num_iterations_exp.unwrap_or_default(),
                    },
                    (ContributionKind::Contribute, _) => StepKind::Contribution,
                },
                name: c.params.name.clone().unwrap_or_default(),
                hash: hex(&contribution_hash(c)),
                changes_nothing: c.g1_s == c.g1_sx,
            });
            Ok(Self {
                variables: header.n_vars as usize,
                public: header.n_public as usize,
                domain: header.domain_size as usize,
                gamma_is_delta: header.gamma_g2 == header.delta_g2,
                circuit_hash: hex(&chain.cs_hash),
                contributions: contributions.collect(),
            })
        })
        .and_then(|record: Self| record.checkable(file))
    }

    fn checkable(self, file: &Path) -> Result<Self, Error> {
        let too_long = self.contributions.iter().find_map(|c| match c.kind {
            StepKind::Beacon { iterations_exp, .. } if iterations_exp > MOST_ITERATIONS_EXP => Some(iterations_exp),
            _ => None,
        });
        match too_long {
            Some(exp) => Err(Error::Unfit {
                file: file.to_owned(),
                reason: format!("a beacon of 2^{exp} rounds cannot be checked: 2^{MOST_ITERATIONS_EXP} is the most"),
            }),
            None => Ok(self),
        }
    }
}

/// Checks that section 8 of a key is the initial key's, every point divided by the same secret
/// that its δ is multiplied by. snarkjs checks this with coefficients of 32 bits; these are whole
/// field elements, drawn anew each time.
///
/// # Errors
/// [`Error::Unfit`] if it is not.
pub(crate) fn check_division(initial: &Path, file: &Path) -> Result<(), Error> {
    let divided = guarded(file, || {
        let [before, after] = [initial, file].map(|path| BinFile::open(path, ZKEY_MAGIC, ZKEY_MAX_VERSION));
        let (before, after) = (before?, after?);
        let sums = [&before, &after].map(|key| -> Result<_, CeremonyError> {
            let points = key.unique_section(S_C)?.chunks_exact(G1_BYTES).map(g1).collect::<Result<Vec<_>, _>>()?;
            Ok((points, Groth16Header::read(key.unique_section(S_HEADER)?)?.delta_g2))
        });
        let [before, after] = sums;
        let ((before, delta_before), (after, delta_after)) = (before?, after?);
        if before.len() != after.len() {
            return Ok(false);
        }
        // A circuit without private variables has nothing to divide, and a sum of nothing has no ratio.
        if before.is_empty() {
            return Ok(true);
        }
        let mut rng = rng_from_entropy("datavault ceremony verify")?;
        let scalars: Vec<_> = before.iter().map(|_| fr_from_rng(&mut rng)).collect();
        let msm = CpuMsm::new();
        let [before, after] = [before, after].map(|points| msm.try_msm_g1(&points, &scalars));
        Ok(same_ratio(&before?.into(), &after?.into(), &delta_after, &delta_before))
    })?;
    match divided {
        true => Ok(()),
        false => Err(Error::Unfit {
            file: file.to_owned(),
            reason: "section 8 is not the initial key's, divided by the secret: a contribution is invalid".into(),
        }),
    }
}

/// Checks that every point of a key is an element of its group. snarkjs does not: a point
/// beside the group would make its owner's proofs fail, or show what they should hide.
///
/// # Errors
/// [`Error::Point`] naming the first one that is not.
pub fn check_points(file: &Path) -> Result<(), Error> {
    let bad = guarded(file, || {
        let key = BinFile::open(file, ZKEY_MAGIC, ZKEY_MAX_VERSION)?;
        for section in [S_IC, S_A, S_B1, S_C, S_H] {
            let points = key.unique_section(section)?;
            let fine = |bytes: &[u8]| g1(bytes).is_ok_and(|p| p.is_on_curve());
            if let Some(index) = points.par_chunks(G1_BYTES).position_first(|b| b.len() != G1_BYTES || !fine(b)) {
                return Ok(Some((section, index)));
            }
        }
        let points = key.unique_section(S_B2)?;
        let fine =
            |bytes: &[u8]| g2(bytes).is_ok_and(|p| p.is_on_curve() && p.is_in_correct_subgroup_assuming_on_curve());
        let bad = points.par_chunks(G2_BYTES).position_first(|b| b.len() != G2_BYTES || !fine(b));
        Ok(bad.map(|index| (S_B2, index)))
    })?;
    match bad {
        Some((section, index)) => Err(Error::Point { file: file.to_owned(), section, index }),
        None => Ok(()),
    }
}
