//! `datavault`: reads the command line, runs one command, prints its result.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use datavault_cli::{Arguments, Failure};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.global.json;
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            EnvFilter::try_from_env("DATAVAULT_LOG").unwrap_or_else(|_| EnvFilter::new("warn,gateway=info")),
        )
        .with_ansi(coloured())
        .init();
    match arguments
        .run()
        .await
        .and_then(|output| if json { output.json().map(|v| format!("{v:#}")) } else { Ok(output.text()) })
    {
        // A closed pipe (`| head`) is not an error of ours.
        Ok(text) => {
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            print_failure(&failure, json);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

fn print_failure(failure: &Failure, json: bool) {
    let text = match json {
        true => format!("{:#}", failure.to_json()),
        false if coloured() => format!("\u{1b}[1;31merror:\u{1b}[0m {failure}"),
        false => format!("error: {failure}"),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
