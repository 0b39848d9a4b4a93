//! The example's ceremony, made once, and copies of its folder to do things to.

#![expect(clippy::unwrap_used, reason = "all of this is for tests")]

use std::{fs, path::Path, sync::OnceLock};

use datavault_ceremony::{Ceremony, Checks, Error, Policy, TRANSCRIPT, Transcript, Verified};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

#[path = "../../examples/three_parties.rs"]
#[allow(dead_code, reason = "`main` is for the example")]
pub mod three_parties;

use three_parties::Done;

/// Development powers will do.
pub const POLICY: Policy = Policy { at_least: 3, development: true };

/// The example, run once for each test binary.
pub fn example() -> &'static Done {
    static DONE: OnceLock<(TempDir, Done)> = OnceLock::new();
    let (_, done) = DONE.get_or_init(|| {
        let root = tempfile::tempdir().unwrap();
        let done = three_parties::run(root.path()).unwrap();
        (root, done)
    });
    done
}

/// A folder of our own with the example's public files.
pub fn copy() -> TempDir {
    copy_of(&example().public)
}

/// A copy of a folder's files.
pub fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(folder).unwrap().flatten() {
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

/// Verifies a finished ceremony.
pub fn verify(folder: &Path) -> Result<Verified, Error> {
    Ceremony::open(folder)?.verify(&Checks { policy: Some(POLICY), ..Checks::default() }, &|_| ())
}

/// Changes the transcript, as a forger would.
pub fn forge(folder: &Path, change: impl FnOnce(&mut Transcript)) {
    let path = folder.join(TRANSCRIPT);
    let mut transcript = Transcript::parse(&fs::read(&path).unwrap()).unwrap();
    change(&mut transcript);
    fs::write(path, transcript.to_json()).unwrap();
}

/// Changes a file.
pub fn change(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
}

/// A file's SHA-256.
pub fn sha256(file: &Path) -> String {
    alloy_primitives::hex::encode(Sha256::digest(fs::read(file).unwrap()))
}

/// Where a section of an iden3 file lies.
pub fn section(file: &Path, wanted: u32) -> std::ops::Range<usize> {
    let bytes = fs::read(file).unwrap();
    let mut at = 12;
    while at < bytes.len() {
        let id = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let length = u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap()) as usize;
        if id == wanted {
            return at + 12..at + 12 + length;
        }
        at += 12 + length;
    }
    panic!("{} has no section {wanted}", file.display());
}
