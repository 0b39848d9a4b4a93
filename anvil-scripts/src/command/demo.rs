//! `anvil-scripts demo`

use std::path::PathBuf;
use std::process::ExitCode;

use anvil_scripts::scenario::{self, Teller};
use anvil_scripts::{Stack, StackOptions};
use anyhow::Result;

/// How to play.
#[derive(clap::Args)]
pub struct Arguments {
    /// The Postgres to use instead of starting one
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Where everything is written, emptied first [default: target/demo]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Starts a stack of its own, plays the story on it, and writes `report.json` to its folder.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let tell = Teller::detect();
    let options = StackOptions {
        database_url: arguments.database_url,
        ..super::stack_options(arguments.folder.as_deref(), "demo")?
    };
    let report = options.folder.join("report.json");
    let playing = async {
        let mut stack = Stack::start(&options, |doing| tell.note(&doing)).await?;
        scenario::play(&mut stack, tell.clone(), &report).await
    };
    match super::until_interrupted(playing).await? {
        Some(_) => Ok(ExitCode::SUCCESS),
        None => Ok(super::INTERRUPTED.into()),
    }
}
