//! Files that appear whole or not at all, and their hashes.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::error::Error;

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode(bytes)
}

/// SHA-256 of bytes, hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> Result<String, Error> {
    let hash = || -> io::Result<String> {
        let mut hash = Sha256::new();
        io::copy(&mut File::open(path)?, &mut hash)?;
        Ok(hex(&hash.finalize()))
    };
    hash().map_err(Error::io(path))
}

/// Checks a file against its hash in the transcript.
pub(crate) fn expect_sha256(path: &Path, expected: &str) -> Result<(), Error> {
    let found = sha256_of(path)?;
    match found == expected {
        true => Ok(()),
        false => Err(Error::Changed { file: path.to_owned(), expected: expected.to_owned(), found }),
    }
}

/// Writes a file beside its place and moves it there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let put = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(SCRATCH).tempfile_in(folder)?;
        file.write_all(bytes)?;
        publish(file.path(), path)
    };
    put().map_err(|source| Error::Io { path: path.to_owned(), source })
}

/// Copies a file, likewise.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let scratch = scratch_in(folder)?;
    let copied = scratch.path().join("copy");
    fs::copy(from, &copied).map_err(Error::io(from))?;
    publish(&copied, to).map_err(|source| Error::Io { path: to.to_owned(), source })
}

/// Moves a finished file to its place, readable by everybody: nothing here is secret.
pub(crate) fn publish(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(from, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    File::open(from)?.sync_all()?;
    fs::rename(from, to)
}

const SCRATCH: &str = ".step-";

/// A folder for unfinished files, inside `folder` so that they can be moved.
pub(crate) fn scratch_in(folder: &Path) -> Result<tempfile::TempDir, Error> {
    tempfile::Builder::new()
        .prefix(SCRATCH)
        .tempdir_in(folder)
        .map_err(|source| Error::Io { path: folder.to_owned(), source })
}

/// Removes what killed steps left. Call it with the folder's lock held.
pub(crate) fn sweep(folder: &Path) -> Result<(), Error> {
    let list = fs::read_dir(folder).map_err(Error::io(folder))?;
    for entry in list.flatten() {
        if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
            let path = entry.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(Error::io(path))?;
        }
    }
    Ok(())
}
