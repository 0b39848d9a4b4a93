//! One key made from another.

use std::path::Path;

use snarkrs_ceremony::contribute;
use snarkrs_msm::CpuMsm;

use crate::{
    error::Error,
    guard::guarded,
    record::{KeyRecord, check_division, check_points},
};

/// Is `after` made from `before`, with nothing that came earlier changed?
pub(crate) fn extends(before: &KeyRecord, after: &KeyRecord, file: &Path) -> Result<(), Error> {
    let unfit = |reason: &str| Err(Error::Unfit { file: file.to_owned(), reason: reason.into() });
    if after.circuit_hash != before.circuit_hash {
        return unfit("is a key of another circuit, or from other powers");
    }
    match after.contributions.starts_with(&before.contributions) {
        true => Ok(()),
        false => unfit("was not made from the key before it: earlier contributions differ"),
    }
}

/// Checks every proof and every point of a key against the initial key.
pub(crate) fn proofs(ptau: &Path, initial: &Path, file: &Path) -> Result<(), Error> {
    check_points(file)?;
    check_division(initial, file)?;
    guarded(file, || contribute::verify_from_init(initial, ptau, file, &CpuMsm::new())).map(drop)
}
