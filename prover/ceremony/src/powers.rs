//! Powers of tau: phase 1, which serves every circuit up to a size.

use std::path::Path;

use snarkrs_ceremony::{CpuGroupFft, CpuKeyScale, phase1, prepare::prepare_phase2, ptau::Ptau};

use crate::{
    error::Error,
    file::{copy, publish, scratch_in, sha256_of},
    guard::guarded,
    transcript::Powers,
};

/// Who contributes to development powers: the mark by which everybody knows them.
pub const DEVELOPMENT_NAME: &str = "datavault development powers, not for production";

/// Where powers come from.
#[derive(Debug, Clone, Copy)]
pub enum PowersFrom<'a> {
    /// A `.ptau` file, of the Perpetual Powers of Tau say.
    File(&'a Path),
    /// Made here and now. One machine knew their secret: not for production.
    Development,
}

/// What a file of powers says about itself. Proves nothing.
///
/// # Errors
/// If the file is not complete, or not powers of tau over BN254.
pub fn read(file: &Path) -> Result<Powers, Error> {
    let info = guarded(file, || Ok(Ptau::open(file)?.info()))?;
    if !info.is_complete() {
        let reason = "the file is incomplete, or sections have the wrong length: fetch it again".to_owned();
        return Err(Error::Unfit { file: file.to_owned(), reason });
    }
    Ok(Powers {
        sha256: sha256_of(file)?,
        power: info.power,
        contributions: info.n_contributions,
        development: info.summaries.iter().any(|c| c.name.as_deref() == Some(DEVELOPMENT_NAME)),
    })
}

/// Checks every contribution and every point of powers, minutes for large ones.
///
/// # Errors
/// Naming the check that failed.
pub fn verify(file: &Path) -> Result<(), Error> {
    guarded(file, || phase1::verify(file)).map(drop)
}

/// Puts prepared powers at `to`, at least 2^`power`.
pub(crate) fn put(from: PowersFrom<'_>, power: u32, to: &Path) -> Result<Powers, Error> {
    match from {
        PowersFrom::File(file) => supply(file, power, to)?,
        PowersFrom::Development => make(power, to)?,
    }
    read(to)
}

fn supply(file: &Path, power: u32, to: &Path) -> Result<(), Error> {
    let supplied = read(file)?;
    if supplied.power < power {
        let reason = format!("holds 2^{} powers, the circuit needs 2^{power}: supply a larger file", supplied.power);
        return Err(Error::Unfit { file: file.to_owned(), reason });
    }
    if guarded(file, || Ok(Ptau::open(file)?.is_prepared()))? {
        let in_place = file.canonicalize().ok().zip(to.canonicalize().ok()).is_some_and(|(a, b)| a == b);
        return if in_place { Ok(()) } else { copy(file, to) };
    }
    let scratch = scratch_in(to.parent().unwrap_or(Path::new(".")))?;
    let prepared = scratch.path().join("prepared.ptau");
    guarded(file, || prepare_phase2(file, &prepared, &CpuGroupFft))?;
    publish(&prepared, to).map_err(Error::io(to))
}

fn make(power: u32, to: &Path) -> Result<(), Error> {
    // A killed `new` may have made them already.
    if read(to).is_ok_and(|there| there.development && there.power == power) {
        return Ok(());
    }
    let scratch = scratch_in(to.parent().unwrap_or(Path::new(".")))?;
    let [new, contributed, prepared] = ["new", "contributed", "prepared"].map(|name| scratch.path().join(name));
    let run = || {
        phase1::ptau_new(power, &new)?;
        phase1::contribute(&new, &contributed, Some(DEVELOPMENT_NAME), "", &CpuKeyScale)?;
        prepare_phase2(&contributed, &prepared, &CpuGroupFft)
    };
    run().map_err(|source| Error::File { file: to.to_owned(), source })?;
    publish(&prepared, to).map_err(Error::io(to))
}
