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
    if to.exists() {
        let reason = format!("{} exists already: name a new file", to.display());
        return Err(Error::Argument { argument: "to", reason });
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = scratch_in(folder)?;
    let unfinished = scratch.path().join("key");
    let contribution = contribute_at(from, &unfinished, name, entropy)?;
    publish(&unfinished, to).map_err(Error::io(to))?;
    Ok(contribution)
}

/// [`contribute_file`], straight to its place.
pub(crate) fn contribute_at(from: &Path, to: &Path, name: &str, entropy: &str) -> Result<Contribution, Error> {
    contributor_name(name)?;
    crate::policy::check_continuable(&KeyRecord::read(from)?)?;
    let mut system = Zeroizing::new([0u8; 64]);
    OsRng.fill_bytes(system.as_mut());
    let rng = rng_from_entropy_with(&system, entropy);
    guarded(from, || contribute::contribute_with(from, to, Some(name), rng, &CpuKeyScale))?;
    last_of(to)
}

/// The last contribution to a key.
pub(crate) fn last_of(key: &Path) -> Result<Contribution, Error> {
    let last = KeyRecord::read(key)?.contributions.pop();
    last.ok_or_else(|| Error::Unfit { file: key.to_owned(), reason: "nobody contributed to this key".into() })
}
