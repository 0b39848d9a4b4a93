//! `anvil-scripts with-postgres -- <command> [argument...]`

use std::ffi::OsString;
use std::process::ExitCode;

use anvil_scripts::{Postgres, Tools};
use anyhow::{Context, Result};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// What to run.
#[derive(clap::Args)]
pub struct Arguments {
    /// The server to use instead of starting one
    #[arg(long, env = "DATABASE_URL")]
    database_url: Option<String>,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// Runs the command and passes on its exit code. The server ends after it.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let tools = Tools::ensure()?;
    let postgres = Postgres::external_or_start(&tools, arguments.database_url.as_deref()).await?;

    let (program, rest) = arguments.command.split_first().context("no command given")?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut child = Command::new(program)
        .args(rest)
        .env("DATABASE_URL", postgres.url().as_str())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run `{}`", program.to_string_lossy()))?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            // The terminal sends Ctrl-C to the command as well: it decides how to end.
            _ = interrupt.recv() => {}
            _ = terminate.recv() => child.start_kill()?,
        }
    };
    postgres.stop();
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|number| 128 + number)).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
