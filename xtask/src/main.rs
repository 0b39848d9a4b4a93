//! Chores of the repository that are too long for a Makefile line.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Parser, Subcommand};

mod codegen;
mod tidy;

/// Chores of the repository.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write what is generated and committed: verifiers, then contract artifacts
    Codegen {
        /// Change nothing; fail if anything would change
        #[arg(long)]
        check: bool,
    },
    /// Check dependency arrows, lints and file sizes
    Tidy,
}

fn main() -> Result<()> {
    let root = repository_root();
    match Arguments::parse().task {
        Task::Codegen { check } => codegen::run(&root, check),
        Task::Tidy => tidy::run(&root),
    }
}

fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lives one folder below the repository's root")
        .to_path_buf()
}
