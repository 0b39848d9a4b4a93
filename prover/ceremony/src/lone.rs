//! Contributing to a key that was handed over, without the ceremony's folder.

use std::path::Path;

use rand::{RngCore, rngs::OsRng};
use snarkrs_ceremony::{CpuKeyScale, contribute, transcript::rng_from_entropy_with};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    file::{publish, scratch_in},
    guard::guarded,
    name::contributor_name,
    record::{Contribution, KeyRecord},
};

/// Reads the key `from`, contributes, and writes the key `to`. The secret is drawn from the
/// system's randomness, with `entropy` mixed in, and forgotten.
///
/// # Errors
/// If `from` is no key or has its beacon already, or `to` exists.
pub fn contribute_file(from: &Path, to: &Path, name: &str, entropy: &str) -> Result<Contribution, Error> {
    contributor_name(name)?;
    if to.exists() {
        let reason = format!("{} exists already: name a new file", to.display());
        return Err(Error::Argument { argument: "to", reason });
    }
    let before = KeyRecord::read(from)?;
    crate::policy::check_continuable(&before)?;
    let mut system = Zeroizing::new([0u8; 64]);
    OsRng.fill_bytes(system.as_mut());
    let rng = rng_from_entropy_with(&system, entropy);
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = scratch_in(folder)?;
    let unfinished = scratch.path().join("key");
    guarded(from, || contribute::contribute_with(from, &unfinished, Some(name), rng, &CpuKeyScale))?;
    finish(&unfinished, to)
}

/// Moves a new key to its place and tells of its last contribution.
pub(crate) fn finish(unfinished: &Path, to: &Path) -> Result<Contribution, Error> {
    let contribution = KeyRecord::read(unfinished)?.contributions.pop();
    let contribution = contribution
        .ok_or_else(|| Error::Unfit { file: to.to_owned(), reason: "nobody contributed to this key".into() })?;
    publish(unfinished, to).map_err(Error::io(to))?;
    Ok(contribution)
}
