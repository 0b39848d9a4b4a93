//! `make test`: every check in an order that fails early, each with its time. Two compilers work side by side.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};

use crate::gas;

/// A kind of check.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Format, clippy, rules of the repository
    Lint,
    /// Generated files and Solidity tests
    Contracts,
    /// Rust tests, with a database
    Rust,
}

struct Step {
    kind: Kind,
    name: &'static str,
    command: Command,
    /// Takes seconds, and comes first.
    is_quick: bool,
}

/// Runs the steps and stops at the first that fails.
pub fn run(root: &Path, only: Option<Kind>) -> Result<()> {
    let begun = Instant::now();
    // Everybody needs them, and doing it here keeps the time of each step honest.
    check("tools", command(root, &sibling("anvil-scripts")?, &["tools"]).stdout(Stdio::null()))?;

    let chosen = steps(root)?.into_iter().filter(|step| only.is_none_or(|kind| kind == step.kind));
    let (quick, slow): (Vec<_>, Vec<_>) = chosen.partition(|step| step.is_quick);
    let mut passed = check_all(quick)?;
    // The Solidity compiler uses one core, for minutes: the Rust compiler works meanwhile. The Rust tests come last,
    // when nothing else does.
    let (contracts, others): (Vec<_>, Vec<_>) = slow.into_iter().partition(|step| step.kind == Kind::Contracts);
    let (tests, builds): (Vec<_>, Vec<_>) = others.into_iter().partition(|step| step.kind == Kind::Rust);
    passed += thread::scope(|scope| {
        let beside = scope.spawn(|| check_all(contracts));
        let here = check_all(builds);
        let there = beside.join().map_err(|_| anyhow!("the thread of the contracts' checks died"))?;
        Ok::<_, anyhow::Error>(here? + there?)
    })?;
    passed += check_all(tests)?;
    println!("\ntest: all {passed} steps passed in {} s", begun.elapsed().as_secs());
    Ok(())
}

fn steps(root: &Path) -> Result<Vec<Step>> {
    let xtask = env::current_exe().context("cannot tell where xtask is")?;
    let contracts = root.join("contracts");
    let forge = contracts.join("node_modules/.bin/forge");
    let cargo = PathBuf::from(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let mut steps = Vec::new();
    let mut add = |kind, name, command| {
        let is_quick = matches!(name, "tidy" | "rustfmt" | "forge fmt");
        steps.push(Step { kind, name, command, is_quick });
    };

    add(Kind::Lint, "tidy", command(root, &xtask, &["tidy"]));
    add(Kind::Lint, "rustfmt", command(root, &cargo, &["fmt", "--all", "--check"]));
    add(Kind::Lint, "forge fmt", command(&contracts, &forge, &["fmt", "--check"]));
    add(Kind::Contracts, "codegen --check", command(root, &xtask, &["codegen", "--check"]));
    add(Kind::Contracts, "storage layout", command(root, &xtask, &["layout"]));
    let mut forge_test = command(&contracts, &forge, &["test", "--summary"]);
    forge_test.env("FOUNDRY_SNAPSHOTS", root.join(gas::MEASURED_IN));
    add(Kind::Contracts, "forge test", forge_test);
    add(Kind::Contracts, "gas", command(root, &xtask, &["gas", "--check"]));
    let build = ["build", "--workspace", "--bins", "--tests", "--locked"];
    add(Kind::Lint, "build of the Rust tests", command(root, &cargo, &build));
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    add(Kind::Lint, "clippy", command(root, &cargo, &clippy));
    add(Kind::Rust, "Rust tests", rust_tests(root, &cargo)?);
    Ok(steps)
}

/// All Rust tests on one Postgres, in which each test that needs one makes its own database.
fn rust_tests(root: &Path, cargo: &Path) -> Result<Command> {
    let mut tests = command(root, &sibling("anvil-scripts")?, &["with-postgres", "--"]);
    match nextest(root) {
        Some(nextest) => tests.arg(nextest).args(["nextest", "run"]),
        None => {
            println!("no cargo-nextest for this machine: using cargo test");
            tests.arg(cargo).args(["test", "--no-fail-fast"])
        }
    };
    tests.args(["--workspace", "--bins", "--tests", "--locked"]);
    Ok(tests)
}

/// The test runner: the one in `PATH`, or the pinned one from PyPI, installed below `target/`.
fn nextest(root: &Path) -> Option<PathBuf> {
    let works = |path: &Path| {
        let mut version = Command::new(path);
        version.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    let folder = root.join("target/tools/nextest");
    let pinned = folder.join("bin/cargo-nextest");
    for candidate in [PathBuf::from("cargo-nextest"), pinned.clone()] {
        if works(&candidate) {
            return Some(candidate);
        }
    }
    println!("installing cargo-nextest from PyPI ...");
    let mut pip = command(root, Path::new("python3"), &["-m", "pip", "install", "--quiet", "--no-deps"]);
    pip.args(["--disable-pip-version-check", "--upgrade", "--require-hashes", "-r", ".ci/nextest.txt"]);
    pip.arg("--target").arg(&folder);
    let installed = pip.status().is_ok_and(|status| status.success());
    (installed && works(&pinned)).then_some(pinned)
}

/// A program that was built together with this one.
fn sibling(name: &str) -> Result<PathBuf> {
    let path = env::current_exe().context("cannot tell where xtask is")?.with_file_name(name);
    if !path.exists() {
        bail!("{} is not built: run `make test`, which builds first", path.display());
    }
    Ok(path)
}

fn command(folder: &Path, program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command
}

/// Runs steps one after the other, and says how many passed if all did.
fn check_all(steps: Vec<Step>) -> Result<usize> {
    let count = steps.len();
    for mut step in steps {
        check(step.name, &mut step.command)?;
    }
    Ok(count)
}

fn check(name: &str, command: &mut Command) -> Result<()> {
    println!("\n=== {name}");
    let begun = Instant::now();
    let status = command.status().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    if !status.success() {
        bail!("`{name}` failed ({status}) after {} s", begun.elapsed().as_secs());
    }
    println!("=== {name}: passed in {:.1} s", begun.elapsed().as_secs_f32());
    Ok(())
}
