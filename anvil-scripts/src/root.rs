//! Where the repository and its ignored folders are.

use std::path::{Path, PathBuf};

/// The root of the checkout this crate was built from.
pub fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lives one folder below the repository's root")
        .to_path_buf()
}

/// `target/` of the checkout: ignored by git, and the only place that servers write to.
pub fn target_dir() -> PathBuf {
    repository_root().join("target")
}
