//! What the tests on a chain are run with.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use groth16::Prover;

/// Loaded once for all tests of a process.
pub fn prover() -> Arc<Prover> {
    static PROVER: OnceLock<Arc<Prover>> = OnceLock::new();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/keys");
    PROVER.get_or_init(|| Arc::new(Prover::load_or_generate(&keys, 31_337).unwrap())).clone()
}

/// From `ANVIL`, else where `npm ci --prefix anvil-scripts` puts it.
pub fn anvil_path() -> PathBuf {
    if let Some(path) = env::var_os("ANVIL") {
        return path.into();
    }
    let packages = concat!(env!("CARGO_MANIFEST_DIR"), "/../anvil-scripts/node_modules/@foundry-rs");
    let found = fs::read_dir(packages).into_iter().flatten().flatten().map(|package| package.path().join("bin/anvil"));
    found
        .filter(|path| path.is_file())
        .find(|path| path.to_string_lossy().contains("/anvil-"))
        .expect("anvil is installed: run `npm ci --prefix anvil-scripts`, or set ANVIL")
}
