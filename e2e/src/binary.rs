//! Our programs, beside the running test.

use std::path::PathBuf;

use anyhow::Context;

use crate::Result;

/// A program of this workspace. Tests run one folder below it.
///
/// # Errors
/// If it is not built.
pub fn binary(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this test is")?;
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .with_context(|| format!("`{name}` is not built; run `cargo build --locked --workspace --bins` first"))
}
