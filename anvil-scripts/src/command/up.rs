//! `anvil-scripts up`

use std::path::PathBuf;
use std::process::ExitCode;

use anvil_scripts::scenario::Teller;
use anvil_scripts::{Stack, StackOptions};
use anyhow::Result;

/// Where the stack answers.
#[derive(clap::Args)]
pub struct Arguments {
    /// The Postgres to use instead of starting one
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Where everything is written, emptied first [default: target/devnet]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The chain's port; 0 takes a free one
    #[arg(long, default_value_t = 8545)]
    rpc_port: u16,
    /// The API's port; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    api_port: u16,
    /// The meter's port; 0 takes a free one
    #[arg(long, default_value_t = 8402)]
    meter_port: u16,
}

/// Starts a stack, says where it is, and keeps it until Ctrl-C.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let tell = Teller::detect();
    let options = StackOptions {
        database_url: arguments.database_url,
        rpc_port: arguments.rpc_port,
        api_port: arguments.api_port,
        meter_port: arguments.meter_port,
        ..super::stack_options(arguments.folder.as_deref(), "devnet")?
    };
    let keeping = async {
        let stack = Stack::start(&options, |doing| tell.note(&doing)).await?;
        println!("\nchain   {}\nAPI     {}\nmeter   {}", stack.chain.rpc_url, stack.indexer.url(), stack.meter.url());
        println!("stack   {}", stack.folder().join("stack.json").display());
        println!("\nDATAVAULT_ACTOR=creator target/debug/datavault content list\n\nCtrl-C ends it");
        std::future::pending::<Result<()>>().await
    };
    super::until_interrupted(keeping).await?;
    println!("ending the stack");
    Ok(ExitCode::SUCCESS)
}
