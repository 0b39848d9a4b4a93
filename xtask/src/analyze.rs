//! `make analyze`: slither, halmos, and what the last mutation run found.

mod accepted;
mod mutation;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub use mutation::mutate;

/// Pinned versions of everything that is installed from PyPI.
const REQUIREMENTS: &str = "contracts/tools/analysis.txt";

/// Runs the analyses; fails on a finding that nobody accepted, a property that does not hold, a score below its bar.
pub fn run(root: &Path) -> Result<()> {
    let tools = tools(root)?;
    slither(root, &tools)?;
    halmos(root, &tools)?;
    mutation::report(root)
}

/// The folder of the analysers' programs, installed below `target/` at first use.
fn tools(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/tools/analysis");
    let programs = folder.join("bin");
    // Written last: an installation that was cut off is done again.
    let installed = folder.join("installed.txt");
    let wanted = fs::read_to_string(root.join(REQUIREMENTS)).with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        return Ok(programs);
    }
    println!("installing slither and halmos from PyPI ...");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"]);
    succeed(pip.arg(root.join(REQUIREMENTS)))?;
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(programs)
}

/// No finding of medium or high impact but those that are accepted with a reason.
fn slither(root: &Path, tools: &Path) -> Result<()> {
    println!("\n=== slither");
    let out = root.join("target/analyze");
    let contracts = root.join("contracts");
    let mut build = in_contracts(root, &contracts.join("node_modules/.bin/forge"), "analyze");
    build.args(["build", "--ast", "--build-info", "--skip", "test/**", "--build-info-path"]);
    succeed(build.arg(out.join("out/build-info")))?;

    let findings = out.join("slither.json");
    // slither refuses to overwrite.
    let _ = fs::remove_file(&findings);
    let mut slither = in_contracts(root, &tools.join("slither"), "analyze");
    slither.args([".", "--ignore-compile", "--filter-paths", "node_modules|test/|src/generated"]);
    slither.args(["--exclude-informational", "--exclude-low", "--exclude-optimization", "--fail-none"]);
    slither.arg("--foundry-out-directory").arg(out.join("out")).arg("--json").arg(&findings);
    let output = slither.output().context("cannot run slither")?;
    if !output.status.success() {
        bail!("slither failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    accepted::check(&contracts.join("slither.toml"), &findings)
}

/// Every `check_` of `test/halmos` is proved.
fn halmos(root: &Path, tools: &Path) -> Result<()> {
    println!("\n=== halmos");
    let mut halmos = in_contracts(root, &tools.join("halmos"), "halmos");
    // Only what these tests import is built.
    halmos.env("FOUNDRY_SRC", "test/halmos").env("FOUNDRY_TEST", "test/halmos");
    succeed(halmos.args(["--forge-build-out", "../target/halmos/out", "--function", "check_"]))
}

/// A program in `contracts/` that finds forge in its path, and builds beside what the tests use.
fn in_contracts(root: &Path, program: &Path, folder: &str) -> Command {
    let contracts = root.join("contracts");
    let mut path = contracts.join("node_modules/.bin").into_os_string();
    if let Some(others) = std::env::var_os("PATH") {
        path.push(":");
        path.push(others);
    }
    let mut command = Command::new(program);
    command.current_dir(&contracts).env("PATH", path);
    command.env("FOUNDRY_OUT", format!("../target/{folder}/out"));
    command.env("FOUNDRY_CACHE_PATH", format!("../target/{folder}/cache"));
    command
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    if !status.success() {
        bail!("{:?} failed ({status})", command.get_program());
    }
    Ok(())
}
