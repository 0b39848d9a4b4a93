//! `anvil-scripts`: the laptop's stand-ins for the outside world, from the command line.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

mod command;

/// Pinned tools, a real chain and a real Postgres for Datavault on one machine.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install the pinned tools and print where they are
    Tools,
    /// Run a command with DATABASE_URL set, to a fresh Postgres unless it is set already
    WithPostgres(command::with_postgres::Arguments),
    /// Play the whole story on a stack of its own, and tell it
    Demo(command::demo::Arguments),
    /// Start a stack, deployed and funded, and keep it until Ctrl-C
    Up(command::up::Arguments),
    /// Start a development chain with funded accounts and keep it until Ctrl-C
    Chain(command::chain::Arguments),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    tokio::runtime::Runtime::new().context("cannot start the async runtime")?.block_on(async {
        match arguments.command {
            Command::Tools => command::tools::run(),
            Command::WithPostgres(arguments) => command::with_postgres::run(arguments).await,
            Command::Demo(arguments) => command::demo::run(arguments).await,
            Command::Up(arguments) => command::up::run(arguments).await,
            Command::Chain(arguments) => command::chain::run(arguments).await,
        }
    })
}
