//! Chores of the repository that are too long for a Makefile line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod analyze;
mod codegen;
mod fuzz;
mod gas;
mod layout;
mod test;
mod tidy;

/// Chores of the repository.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run slither and halmos over the contracts, and report the last mutation run
    Analyze,
    /// Write what is generated and committed: verifiers, then contract artifacts
    Codegen {
        /// Change nothing; fail if anything would change
        #[arg(long)]
        check: bool,
        /// From the keys of this ceremony, which take the place of the committed ones
        #[arg(long, value_name = "FOLDER", conflicts_with = "check")]
        keys: Option<PathBuf>,
    },
    /// Fuzz the parsers of strangers' files
    Fuzz {
        /// How long each
        #[arg(long, default_value_t = 30)]
        seconds: u32,
    },
    /// Measure the gas of the main actions and print it beside goals and peers
    Gas {
        /// Measure nothing; fail if the last `forge test` measured over 1 % more than is committed
        #[arg(long)]
        check: bool,
    },
    /// Fail if an upgrade would move stored state: compare the storage layout with the last release's
    Layout {
        /// Record today's layout as that of this version
        #[arg(long, value_name = "VERSION")]
        release: Option<String>,
    },
    /// Mutate the contracts and count what no test notices: takes hours, and goes on where it stopped
    Mutate {
        /// Only these; all if none is named
        contracts: Vec<String>,
        /// Stop after so many minutes
        #[arg(long)]
        minutes: Option<u32>,
        /// Forget earlier verdicts and copy the sources anew
        #[arg(long)]
        again: bool,
    },
    /// Check dependency arrows, lints and file sizes
    Tidy,
    /// Run every check and test, one after the other; `make test` builds first
    Test {
        /// Only one kind
        #[arg(long)]
        only: Option<test::Kind>,
    },
}

fn main() -> ExitCode {
    let root = repository_root();
    let done = match Arguments::parse().task {
        Task::Analyze => analyze::run(&root),
        Task::Mutate { contracts, minutes, again } => analyze::mutate(&root, &contracts, minutes, again),
        Task::Codegen { check, keys } => codegen::run(&root, check, keys.as_deref()),
        Task::Fuzz { seconds } => fuzz::run(&root, seconds),
        Task::Gas { check: true } => gas::check(&root),
        Task::Gas { check: false } => gas::measure(&root),
        Task::Layout { release } => layout::run(&root, release.as_deref()),
        Task::Tidy => tidy::run(&root),
        Task::Test { only } => test::run(&root, only),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lives one folder below the repository's root")
        .to_path_buf()
}
