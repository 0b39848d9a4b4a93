//! `make test-deep`: the parsers of strangers' files, fuzzed for half a minute each.
//!
//! cargo-fuzz asks for a nightly compiler; the pinned one does what it needs when told to. It is installed
//! below `target/` from crates.io if the machine has none. What a run found interesting stays in
//! `target/fuzz/corpus`, so that the next one goes on from there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

const VERSION: &str = "0.13.2";

/// The targets: package, name, folder of seeds. Bundles come last, since most of the program is built for them.
const TARGETS: [(&str, &str, &str); 6] = [
    ("prover/fuzz", "zkey", "prover/fuzz/seeds/zkey"),
    ("prover/fuzz", "r1cs", "prover/fuzz/seeds/r1cs"),
    ("prover/fuzz", "wtns", "prover/fuzz/seeds/wtns"),
    ("prover/fuzz", "proof_json", "prover/fuzz/seeds/proof_json"),
    ("prover/fuzz", "verifying_key_json", "prover/fuzz/seeds/verifying_key_json"),
    ("cli/fuzz", "bundle", "cli/src/bundle/tests"),
];

/// Fuzzes every parser for so many seconds, and fails at the first input that it does not survive.
pub fn run(root: &Path, seconds: u32) -> Result<()> {
    let fuzz = cargo_fuzz(root)?;
    let corpus = root.join("target/fuzz/corpus");
    for (package, target, seeds) in TARGETS {
        let (folder, found, seeds) = (root.join(package), corpus.join(target), root.join(seeds));
        fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
        println!("\n=== fuzz {target} for {seconds} s");
        let mut command = Command::new(&fuzz);
        command.args(["fuzz", "run", target]).args([&found, &seeds]).arg("--fuzz-dir").arg(&folder);
        command.arg("--target-dir").arg(root.join("target/fuzz"));
        // A parser that asks for a gigabyte because a header says so has failed.
        command.arg("--").arg(format!("-max_total_time={seconds}"));
        command.args(["-rss_limit_mb=1024", "-max_len=20480", "-timeout=10", "-print_final_stats=1"]);
        let status = command.current_dir(&folder).env("RUSTC_BOOTSTRAP", "1").status();
        let status = status.with_context(|| format!("cannot run {}", fuzz.display()))?;
        if !status.success() {
            bail!("fuzzing {target} found an input that breaks it ({status}): it is in {package}/artifacts/{target}");
        }
    }
    println!("\nfuzz: {} parsers survived {seconds} s each", TARGETS.len());
    Ok(())
}

/// The one in `PATH`, or the pinned one.
fn cargo_fuzz(root: &Path) -> Result<PathBuf> {
    let works = |path: &Path| {
        let mut version = Command::new(path);
        version.args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    let folder = root.join("target/tools/cargo-fuzz");
    let pinned = folder.join("bin/cargo-fuzz");
    for candidate in [PathBuf::from("cargo-fuzz"), pinned.clone()] {
        if works(&candidate) {
            return Ok(candidate);
        }
    }
    println!("installing cargo-fuzz {VERSION} from crates.io ...");
    let mut install = Command::new("cargo");
    install.args(["install", "cargo-fuzz", "--locked", "--version", VERSION, "--root"]).arg(&folder);
    let status = install.status().context("cannot run cargo")?;
    if !status.success() || !works(&pinned) {
        bail!("cargo-fuzz could not be installed ({status}): see the messages above");
    }
    Ok(pinned)
}
