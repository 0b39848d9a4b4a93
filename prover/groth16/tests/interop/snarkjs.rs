//! The real snarkjs, pinned in `prover/peers` and installed there on first use.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn peers() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../peers"))
}

/// Installs what the lock file names, unless it is there.
fn installed() -> PathBuf {
    let folder = peers();
    let lock = fs::read_to_string(folder.join("package-lock.json")).expect("the lock file is committed");
    let stamp = folder.join("node_modules/.datavault-installed");
    let is_current = || fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock);
    if !is_current() {
        let guard = File::create(concat!(env!("CARGO_TARGET_TMPDIR"), "/peers.lock")).unwrap();
        guard.lock().unwrap();
        // Another process may have done it while this one waited.
        if !is_current() {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
            let output = npm.output().expect("npm is in PATH");
            assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
            fs::write(&stamp, lock).unwrap();
        }
    }
    folder.join("node_modules/snarkjs/build/cli.cjs")
}

/// Runs snarkjs in `folder`.
fn run(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new("node");
    command.arg(installed()).args(arguments.split_whitespace()).current_dir(folder);
    command.output().expect("node is in PATH")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What snarkjs prints; it must succeed.
pub fn succeeds(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "snarkjs {arguments}: {}", text(&output));
    text(&output)
}

/// What snarkjs prints; it must fail.
pub fn fails(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert!(!output.status.success(), "snarkjs {arguments}: {}", text(&output));
    text(&output)
}
