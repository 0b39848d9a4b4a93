//! Calls into snarkrs, which read files that anybody may have written.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use snarkrs_ceremony::CeremonyError;

use crate::error::Error;

/// Runs a call that works on `file`: its errors name the file, and a panic is one of them.
pub(crate) fn guarded<T>(file: &Path, call: impl FnOnce() -> Result<T, CeremonyError>) -> Result<T, Error> {
    if !file.is_file() {
        return Err(Error::Missing(file.to_owned()));
    }
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(Error::File { file: file.to_owned(), source }),
        Err(_) => Err(Error::Damaged(file.to_owned())),
    }
}
