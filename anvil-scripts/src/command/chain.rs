//! `anvil-scripts chain`

use std::process::ExitCode;
use std::time::Duration;

use anvil_scripts::{Actors, ChainOptions, Devnet, Tools};
use anyhow::Result;

/// How to start the chain.
#[derive(clap::Args)]
pub struct Arguments {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Seconds between blocks; without it, each transaction is a block
    #[arg(long)]
    block_time_secs: Option<u64>,
}

/// Prints the addresses and waits.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let tools = Tools::ensure()?;
    let options = ChainOptions {
        port: arguments.port,
        block_time: arguments.block_time_secs.map(Duration::from_secs),
        ..ChainOptions::default()
    };
    let chain = Devnet::start(&tools, &options).await?;
    println!("chain {} at {} and {}", chain.chain_id, chain.rpc_url, chain.ws_url);
    for actor in Actors::development().all() {
        println!("{:<12} {} {}", actor.name, actor.address(), actor.private_key());
    }
    println!("Ctrl-C ends it");
    tokio::signal::ctrl_c().await?;
    chain.stop();
    Ok(ExitCode::SUCCESS)
}
